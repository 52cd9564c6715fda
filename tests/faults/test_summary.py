"""The table of many nights is counted from what was written down, and hides nothing."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from election.errors import UsageError
from faults.history import Fact
from faults.summary import Seed, Thrown, begun_again, look, nights, put, seen, table
from tests.faults.test_checker import changed, fact, honest, without


def row(text: str, title: str) -> list[str]:
    """The cells of the row with that title."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {title}"))
    return [cell.strip() for cell in line.split("|")[2:-1]]


def second(*more: Fact) -> list[Fact]:
    """The honest night as the second plan writes it down."""
    return [fact("seed", seed=7, plan=2, store="single"), *honest(), *more]


def test_what_a_night_was_is_counted_from_its_facts() -> None:
    """Faults with their recoveries, records, totals, proofs, deliveries; and nothing is broken."""
    night = seen("seed-7", second(fact("readers", fault=1, seconds=4.5)))
    assert ("seed-7", 2, "single", True) == (night.name, night.plan, night.store, night.ended)
    assert (Thrown("SIGKILL", "worker-0", None, 3.5, 4.5),) == night.thrown
    assert (4, 2, 6, 1, 1, 2) == tuple(
        night.counts[one]
        for one in ("acknowledged", "totals", "delivered", "retractions", "compared", "pairs")
    )
    assert Counter() == night.broken


def test_a_seed_that_did_not_write_down_its_plan_is_of_the_first() -> None:
    """Nights are kept for longer than the words of their seeds."""
    night = seen("seed-7", [fact("seed", seed=7), *honest()])
    assert (1, "single", Counter()) == (night.plan, night.store, night.broken)


def test_what_breaks_stands_in_the_table_under_its_promise() -> None:
    """A night that lost a record and one that is well: one of two."""
    made = table([seen("seed-1", without("record")(honest())), seen("seed-2", honest())])
    assert ["**1**"] == row(made, "… lost")
    assert ["**0**"] == row(made, "… that differ (lost, or counted twice)")
    assert ["8"] == row(made, "P1: records acknowledged")


def test_a_night_that_nobody_saw_to_its_end_is_counted_as_such() -> None:
    """It is no night in which all was well."""
    night = seen("seed-1", without("end")(honest()))
    assert (False, Counter()) == (night.ended, night.broken)
    assert ["**1**"] == row(table([night]), "nights that did not come to their end")


def test_readers_that_nobody_asked_break_the_promise_of_the_second_plan() -> None:
    """Nights of the first did not ask them."""
    assert Counter() == seen("seed-1", honest()).broken
    assert Counter({"P7": 1}) == seen("seed-1", second()).broken


def test_a_crowd_that_holds_something_else_or_is_not_there_is_found() -> None:
    """Crowds of the first plan did not say what they hold."""
    crowd = {"contest": "mayor", "asked": 93, "alive": {"fast": 93}, "held": {"e2:4:h9": 93}}
    assert Counter() == seen("seed-1", changed("crowd", **crowd)(honest())).broken
    for lie in (
        {"held": {"e2:3:h8": 93}},
        {"alive": {"fast": 92}},
        {"held": {"e2:4:h9": 92, "": 1}},
        {"held": {"e2:4:h9": 92}},  # one is there, and waits to be answered for ever
        {"held": {}},
    ):
        assert Counter({"P4": 1}) == seen("seed-1", changed("crowd", **crowd | lie)(honest())).broken


def test_plans_and_stores_have_columns_of_their_own_and_one_for_all() -> None:
    """The first plan first."""
    seeds = [
        Seed(
            "seed-1",
            plan,
            store,
            True,
            (Thrown("cut", "clients", True, took_s),) * many,
            Counter(),
            Counter(),
        )
        for plan, store, many, took_s in (
            (2, "cluster", 1, 2.0),
            (1, "single", 2, 1.0),
            (2, "single", 3, 3.0),
        )
    ]
    made = table(seeds)
    assert ["one Redis, plan 1", "one Redis, plan 2", "cluster of six, plan 2", "in all"] == row(made, "")[:4]
    assert ["2", "3", "1", "6"] == row(made, "fault events")
    assert "3.0" == row(made, "recovery in seconds")[1].rpartition(" · ")[2]


def test_faults_that_befell_nobody_are_counted_as_such() -> None:
    """Each is an event, and proves nothing; nights of before did not write it down."""
    title = "… of them that befell nobody (who was meant had ended, or heard nothing)"
    for befell, said in (([], "0 (of 1 not known)"), ([True], "0"), ([False], "1")):
        facts = [*honest(), *(fact("befell", fault=1, anybody=one) for one in befell)]
        assert [said] == row(table([seen("seed-1", facts)]), title)


def test_kinds_are_counted_with_whom_they_befell_and_how_long_they_took() -> None:
    """Two workers are workers; a fault that was never over has no time."""
    thrown = (
        Thrown("SIGKILL", "worker-0", True, 1.0), Thrown("SIGKILL", "worker-1", True, 3.0),
        Thrown("SIGKILL", "kafka-2", True, None), Thrown("flush", "store", True, None),
    )  # fmt: skip
    made = table([Seed("seed-1", 2, "single", True, thrown, Counter(), Counter())])
    assert ["3", "broker 1, worker 2", "2.0 · 2.8 · 3.0"] == row(made, "SIGKILL")
    assert ["1", "store 1", "–"] == row(made, "flush")


def test_nights_are_found_in_the_order_of_their_seeds_and_read(tmp_path: Path) -> None:
    """Ten comes after two."""
    for seed in (10, 2):
        folder = tmp_path / f"seed-{seed}" / "histories"
        folder.mkdir(parents=True)
        (folder / "faults-1.jsonl").write_text(json.dumps({"t": "seed", "plan": 2, "store": "single"}) + "\n")
    found = list(nights(tmp_path))
    assert ["seed-2", "seed-10"] == [one.name for one in found]
    assert 2 == look(found[0]).plan


def test_a_page_gets_the_table_between_its_marks_and_nowhere_else() -> None:
    """A page without marks is an error that shows them."""
    page = "before\n<!-- faults: begin -->\nold\n<!-- faults: end -->\nafter\n"
    assert page.replace("old", "new") == put(page, "faults", "new\n")
    for bad in ("", page.replace("end", "ende")):
        with pytest.raises(UsageError, match="faults: begin"):
            put(bad, "faults", "new\n")


def test_a_night_that_broke_off_and_was_begun_again_counts_once() -> None:
    """One that nobody began again stays a night without an end; another plan's is another night."""
    off, again = seen("seed-1", without("end")(honest())), seen("seed-1", honest())
    other = seen("seed-1", without("end")(second()))
    assert ([again, other], [off]) == begun_again([off, again, other])
    assert ([off], []) == begun_again([off])
    unread = replace(off, unread="watch-1.jsonl:7: this is no fact")
    assert ([unread, again], []) == begun_again([unread, again])
