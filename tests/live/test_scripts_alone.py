"""What each script answers and leaves behind, to the byte: the whole server is compared, step by step.

Know before changing: the oracle of a count is in `test_counting_store`; here stand the edges that no count
of a whole night comes near, one script at a time (`tests/live/alone.py`).
"""

import json
from collections.abc import Callable

import pytest

from tests.live.alone import Alone, held_rows, link, mark, packed, plain, section, span

EARLY, LATE = "2024-10-06T15:20:00.000Z", "2024-10-06T15:40:00.000Z"
NONE = b"\0" * 16
ONE, TWO = (bytes([place]) * 16 for place in (1, 2))
META = {"epoch": "e1", "version": "1", "digest": "d", "at": ""}


def test_clearances_are_kept_by_unit_and_revision(alone: Alone) -> None:
    """Before anything was counted and after; not those of another night."""
    assert ["OK", "", "0"] == alone.clear(0, "5/1", "6/2")
    assert {"cleared": {"5/1", "6/2"}} == alone.all()
    alone.apply([span(0, 1)], section(units={5: (NONE, ONE)}))
    assert ["OK", "e1", "1"] == alone.clear(0, "7/1")
    alone.digest = "other"
    assert ["DIGEST", "d"] == alone.clear(0, "8/1")
    assert {"5/1", "6/2", "7/1"} == alone.all()["cleared"]


def test_a_clearance_that_the_store_has_not_come_to_is_kept_when_it_has(alone: Alone) -> None:
    """A store that was emptied since the ruling was read would let a paper count without its ruling."""
    assert (["GAP", "rulings/0", "0"], {}) == (alone.clear(1, "5/1"), alone.all())
    alone.rule(span(0, 3, name="rulings/0"))
    assert ["OK", "OK"] == [alone.clear(first, f"{first}/1")[0] for first in (2, 3)]
    assert ["GAP", "rulings/0", "3"] == alone.clear(4, "4/1")
    assert {"2/1", "3/1"} == alone.all()["cleared"]


def test_a_batch_leaves_its_rows_totals_papers_findings_and_offsets(alone: Alone) -> None:
    """Of two sources and two partitions, with one entry in the change stream that says all of it."""
    units, papers = {5: (NONE, ONE), 6: (NONE, TWO)}, {"5": "{5}", "6": "{6}"}
    found = {"W301": 2, "W305": 1}
    council = section("council", LATE, 0, units, {"a": (1, 2), "b": (3, 0)}, papers=papers, findings=found)
    agency = section("agency", EARLY, units={5: (NONE, ONE + b"more")}, areas={"a": (7, 8)})
    spans = [span(0, 2, "0:1:0;1:1:1;"), span(0, 3, name="sandik.reports/1")]
    assert ["OK", "e1", 1] == alone.apply(spans, council, agency)
    held = alone.all()
    moved = {"refused": "2", "unreadable": "1", "link:reports/1": mark(3), "link:reports/0": mark(2)}
    assert {**META, "at": LATE, **moved} == alone.meta()
    [(name, fields)] = alone.entries()
    assert "1-0" == name
    assert moved == json.loads(fields.pop("meta"))
    assert {"W301": 2, "W305": 1} == json.loads(fields.pop("findings"))
    assert plain({
        "prev": "0", "epoch": "e1", "at": LATE, "heard:council": LATE, "heard:agency": EARLY,
        "areas:council": "a\nb", "rows:council": packed(1, 2, 3, 0),
        "areas:agency": "a", "rows:agency": packed(7, 8),
    }) == fields  # fmt: skip
    assert held_rows({5: ONE, 6: TWO}, 16) == held["rows:council"]
    assert held_rows({5: ONE + b"more"}, 20) == held["rows:agency"]
    assert plain({"a": packed(1, 2), "b": packed(3, 0)}) == held["areas:council"]
    assert plain({"a": packed(7, 8)}) == held["areas:agency"]
    assert ({"5": "{5}", "6": "{6}"}, {"W301": "2", "W305": "1"}) == (
        held["papers:council"],
        held["findings"],
    )
    assert {"council": LATE, "agency": EARLY} == held["sources"]
    assert {"reports/0": "2", "sandik.reports/1": "3"} == held["offsets"]
    assert {"reports/0": mark(2), "sandik.reports/1": mark(3)} == held["chain"]
    assert plain(link(1) + link(2)) == held["links:reports/0"]
    assert plain(link(1) + link(2) + link(3)) == held["links:sandik.reports/1"]


def test_the_next_batch_adds_to_what_is_held(alone: Alone) -> None:
    """Totals and findings are summed; a finding that ended and a paper that is gone are forgotten."""
    alone.apply([span(0, 1)], section(heard=LATE, units={5: (NONE, ONE)}, areas={"a": (5, 5), "b": (9, 9)},
                                      papers={"5": "{5}", "6": "{6}", "7": "{7}"},
                                      findings={"W301": 2, "W305": 1}))  # fmt: skip
    more = section(heard=EARLY, units={5: (ONE, TWO)}, areas={"a": (-5, 2)}, papers={"5": "{5b}"},
                   gone=("6", "7"), findings={"W301": -1, "W305": -1})  # fmt: skip
    assert ["OK", "e1", 2] == alone.apply([span(1, 2)], more, epoch="e2")
    held = alone.all()
    assert plain({"a": packed(0, 7), "b": packed(9, 9)}) == held["areas:council"]
    assert (held_rows({5: TWO}, 16), {"5": "{5b}"}) == (held["rows:council"], held["papers:council"])
    assert ({"W301": "1"}, {"council": LATE}) == (held["findings"], held["sources"])
    fields = alone.entries()[1][1]
    assert ("1", "e1", LATE) == (fields["prev"], fields["epoch"], fields["at"])
    assert {"W301": 1, "W305": 0} == json.loads(fields["findings"])
    assert "heard:council" not in fields
    assert {**META, "version": "2", "at": LATE, "link:reports/0": mark(2)} == alone.meta()


def test_what_is_no_news_raises_no_version_and_moves_the_offset(alone: Alone) -> None:
    """Before the first news nothing but offsets is held, and no life begins."""
    assert ["OK", "e1", 0] == alone.apply([span(0, 1)], section())
    assert {"offsets", "links:reports/0", "chain", "meta"} == set(alone.all())
    assert {**META, "version": "0"} == alone.meta()
    assert ["OK", "e1", 0] == alone.apply([span(1, 2)], section(), epoch="e2")
    assert [] == alone.entries()
    assert ["OK", "e1", 1] == alone.apply([span(2, 3)], section(heard=EARLY), epoch="e2")
    assert ["OK", "e1", 1] == alone.apply([span(3, 4)], section(heard=EARLY), epoch="e2")
    assert ["OK", "e1", 2] == alone.apply([span(4, 5, "4:0:1;")], epoch="e2")
    assert {"reports/0": "5"} == alone.all()["offsets"]
    assert {**META, "version": "2", "at": EARLY, "unreadable": "1", "link:reports/0": mark(5)} == alone.meta()


def test_a_batch_that_was_summed_from_other_statements_is_refused_whole(alone: Alone) -> None:
    """The places of the units that moved, section by section; nothing is written."""
    alone.apply([span(0, 1)], section(units={5: (NONE, ONE), 6: (NONE, ONE)}))
    before = alone.all()
    first = section(units={4: (NONE, ONE), 5: (NONE, TWO), 6: (NONE, TWO)}, areas={"a": (1,)})
    second = section("agency", units={9: (ONE, TWO)}, papers={"9": "{}"}, findings={"W301": 1})
    assert ["MOVED", [1, 2], [0]] == alone.apply([span(1, 2)], first, second)
    assert ["MOVED", [], [0]] == alone.apply([span(1, 2)], section(), second)
    assert ["MOVED", [0], []] == alone.apply([span(1, 2)], section(units={5: (NONE, ONE)}), section("agency"))
    assert before == alone.all()


def test_a_batch_that_knew_fewer_clearances_is_refused(alone: Alone) -> None:
    """Also where units moved: both are looked at anew."""
    alone.clear(0, "5/1", key="cleared:agency")
    before = alone.all()
    spoiled = section("council", units={5: (ONE, ONE)})
    assert ["CLEARED"] == alone.apply([span(0, 1)], spoiled, section("agency"))
    assert ["CLEARED"] == alone.apply([span(0, 1)], section("agency"), section())
    assert before == alone.all()
    assert "OK" == alone.apply([span(0, 1)], section("agency", cleared=1), section())[0]


@pytest.mark.parametrize("wrong", [-1, 2**53])
def test_a_total_that_leaves_the_whole_numbers_is_refused(alone: Alone, wrong: float) -> None:
    """With the source and the area, whichever column it is; the last whole numbers are still taken."""
    assert ["LIMIT", "agency", "b"] == alone.apply(
        [span(0, 1)],
        section(areas={"a": (1, 1)}),
        section("agency", areas={"a": (0, 2**53 - 1), "b": (0, wrong)}),
    )
    assert {} == alone.all()
    assert "OK" == alone.apply([span(0, 1)], section(areas={"a": (0, 2**53 - 2)}))[0]
    assert ["LIMIT", "council", "a"] == alone.apply([span(1, 2)], section(areas={"a": (0, 2)}))
    assert "OK" == alone.apply([span(1, 2)], section(areas={"a": (0, 1)}))[0]


def test_more_than_one_command_holds_is_written_in_several(alone: Alone) -> None:
    """Units, areas and papers by the thousand: each at its own place."""
    count = 2001
    rows = {at: (NONE, (at + 1).to_bytes(16, "big") + b"row") for at in range(count)}
    papers = {f"u{at}": f"{{{at}}}" for at in range(count)}
    areas = {f"a{at}": (float(at), 1.0) for at in range(count)}
    assert ["OK", "e1", 1] == alone.apply([span(0, 1)], section(units=rows, areas=areas, papers=papers))
    held = alone.all()
    assert held_rows({unit: row for unit, (_, row) in rows.items()}, 19) == held["rows:council"]
    assert plain({area: packed(*row) for area, row in areas.items()}) == held["areas:council"]
    assert papers == held["papers:council"]
    fields = alone.entries()[0][1]
    assert "\n".join(areas) == fields["areas:council"]
    assert plain(b"".join(packed(*row) for row in areas.values())) == fields["rows:council"]
    moved = (999, 1000, 2000)
    again = {at: (NONE if at in moved else row[:16], row) for at, (_, row) in rows.items()}
    assert ["MOVED", list(moved)] == alone.apply([span(1, 2)], section(units=again))
    twice = section(heard=EARLY, areas=dict.fromkeys(areas, (1.0, 1.0)))
    assert ["OK", "e1", 2] == alone.apply([span(1, 2)], twice)
    assert plain({area: packed(row[0] + 1, 2) for area, row in areas.items()}) == alone.all()["areas:council"]


def test_another_night_is_refused_by_every_script(alone: Alone) -> None:
    """With the digest that the store was begun with."""
    alone.apply([span(0, 1)], section())
    before = alone.all()
    assert ["DIGEST", "d"] == alone.apply([span(1, 2)], section(), digest="x")
    assert ["DIGEST", "d"] == alone.attend("me", 60, digest="x")
    alone.digest = "x"
    assert ["DIGEST", "d"] == alone.rule(span(0, 1, name="rulings/0"), (0, EARLY, "r", {}))
    assert ["DIGEST", "d"] == alone.tell(span(0, 1, name="told/0"), (0, "f1", "", 1, "x"))
    assert before == alone.all()


def test_what_lies_behind_the_offset_moves_nothing_back(alone: Alone) -> None:
    """Nor does a step without a record; a mark waits for the next version, of each partition."""
    alone.apply([span(0, 5), span(0, 2, name="reports/1")])
    before = alone.all()
    for old in (span(0, 3), span(2, 5), span(5, 5)):
        assert ["OK", "e1", 0] == alone.apply([old])
        assert before == alone.all()
    assert ["OK", "e1", 1] == alone.apply([], section(heard=EARLY))
    marks = {"link:reports/0": mark(5), "link:reports/1": mark(2)}
    assert {**META, "at": EARLY, **marks} == alone.meta()


def test_a_gap_and_foreign_links_are_refused(alone: Alone) -> None:
    """Wherever the foreign link is: the one before, one in the middle, too few of them, or too many."""
    assert ["GAP", "reports/0", "0"] == alone.apply([span(1, 2)])
    alone.apply([span(0, 3)])
    before = alone.all()
    assert ["GAP", "reports/0", "3"] == alone.apply([span(4, 5)])
    for first, following in ((3, 5), (1, 3), (1, 5), (2, 2)):
        good = span(first, following)
        for spoiled in (
            [*good[:4], link(99), good[5]],
            [*good[:4], "", good[5]],
            [*good[:5], good[5] + link(9)],
            [*good[:5], good[5][32:] if good[5] else link(9)],
        ):
            assert ["LINK", "reports/0"] == alone.apply([spoiled])
    foreign = span(1, 5)
    foreign[5] = link(2) + link(99) + link(4) + link(5)
    assert ["LINK", "reports/0"] == alone.apply([foreign])
    assert ["LINK", "reports/0"] == alone.rule(foreign)
    assert ["LINK", "reports/0"] == alone.tell(foreign)
    assert ["GAP", "reports/0", "3"] == alone.rule(span(4, 5)) == alone.tell(span(4, 5))
    assert before == alone.all()
    assert "OK" == alone.apply([span(1, 5)])[0]
    assert plain(b"".join(link(place) for place in range(1, 6))) == alone.all()["links:reports/0"]


def test_a_chain_may_begin_after_the_log(alone: Alone) -> None:
    """Records before it are gone: nothing of before is taken, and the first one needs no link before."""
    alone.redis.hset("offsets", "reports/0", 100)
    first = span(100, 102)
    assert ["LINK", "reports/0"] == alone.apply([first])
    first[4] = ""
    assert ["LINK", "reports/0"] == alone.apply([["reports/0", 99, 101, "", "", link(100) + link(101)]])
    assert ["OK", "e1", 0] == alone.apply([first])
    assert plain(link(101) + link(102)) == alone.all()["links:reports/0"]
    assert ["OK", "e1", 0] == alone.apply([span(101, 103)])
    assert {"reports/0": mark(103)} == alone.all()["chain"]


def test_links_without_an_offset_are_forgotten(alone: Alone) -> None:
    """The count begins at the beginning, and so does the chain."""
    alone.redis.set("links:reports/0", link(7) + link(8))
    assert "OK" == alone.apply([span(0, 1)])[0]
    assert plain(link(1)) == alone.all()["links:reports/0"]


def test_refusals_are_counted_where_their_offset_is_new(alone: Alone) -> None:
    """By each script that reads a partition; a step that overlaps counts what is new in it."""
    assert ["OK", "e1", 1] == alone.rule(span(0, 1, "0:1:0;", name="rulings/0"))
    assert {**META, "refused": "1", "link:rulings/0": mark(1)} == alone.meta()
    assert ["OK", "e1", 2] == alone.tell(span(0, 1, "0:0:1;", name="told/0"))
    assert "told" not in alone.entries()[-1][1]
    alone.redis.flushall()
    alone.apply([span(0, 3, "0:1:0;2:2:3;")])
    assert ["OK", "e1", 2] == alone.apply([span(1, 4, "2:2:3;3:1:0;")])
    assert ["OK", "e1", 3] == alone.rule(span(0, 2, "0:1:0;1:2:1;", name="rulings/0"))
    assert ["OK", "e1", 4] == alone.rule(span(1, 3, "1:5:5;2:1:0;", name="rulings/0"))
    assert ["OK", "e1", 5] == alone.tell(span(0, 2, "0:1:0;1:0:4;", name="told/0"))
    assert ["OK", "e1", 5] == alone.tell(span(1, 3, "1:5:5;", name="told/0"))
    marks = {"link:reports/0": mark(4), "link:rulings/0": mark(3), "link:told/0": mark(2)}
    counts = {"refused": str(1 + 2 + 1 + 3 + 1 + 1), "unreadable": str(3 + 1 + 4)}
    assert {**META, "version": "5", **counts, **marks} == alone.meta()
    assert mark(3) == alone.all()["chain"]["told/0"]


def test_rulings_are_kept_once_and_settle_what_they_name(alone: Alone) -> None:
    """A redelivered one is none; the latest moment stands, in whatever order they come."""
    of = span(0, 2, name="rulings/0")
    assert ["OK", "e1", 1] == alone.rule(of, (0, LATE, "r0", {"lifted_at": LATE}), (1, EARLY, "r1", {}))
    assert {**META, "at": LATE, "lifted_at": LATE, "link:rulings/0": mark(2)} == alone.meta()
    [(name, fields)] = alone.entries()
    assert {"lifted_at": LATE, "link:rulings/0": mark(2)} == json.loads(fields.pop("meta"))
    assert ("1-0", {"prev": "0", "epoch": "e1", "at": LATE}) == (name, fields)
    assert ["r0", "r1"] == alone.all()["rulings"]
    again = span(1, 3, name="rulings/0")
    later = "2024-10-06T15:50:00.000Z"
    assert ["OK", "e1", 2] == alone.rule(
        again, (1, later, "r1", {"lifted_at": "no"}), (2, EARLY, "r2", {"a": "1", "b": "2"}), epoch="e2"
    )
    assert ["r0", "r1", "r2"] == alone.all()["rulings"]
    assert {**META, "version": "2", "at": LATE, "lifted_at": LATE, "a": "1", "b": "2",
            "link:rulings/0": mark(3)} == alone.meta()  # fmt: skip
    assert ["OK", "e1", 2] == alone.rule(again, (2, later, "r2", {"c": "3"}), epoch="e2")
    assert ["OK", "e1", 3] == alone.rule(span(3, 4, name="rulings/0"), (3, later, "r3", {}))
    assert later == alone.meta()["at"]


def test_facts_are_told_once_and_in_their_order(alone: Alone) -> None:
    """One that names another fact before it, skips a number, was told already or comes again is no news."""
    name = "told/0"
    first = [(0, "f1", "", 1, "one"), (1, "f2", "f1", 2, "two")]
    assert ["OK", "e1", 1] == alone.tell(span(0, 2, name=name), *first)
    assert {**META, "told": "f2", "told_seq": "2", "link:told/0": mark(2)} == alone.meta()
    fields = alone.entries()[0][1]
    assert {"told": "f2", "told_seq": "2", "link:told/0": mark(2)} == json.loads(fields.pop("meta"))
    assert {"prev": "0", "epoch": "e1", "at": "", "told": "one\ntwo"} == fields
    assert [("1-0", {"told": "one"}), ("2-0", {"told": "two"})] == alone.all()["told"]
    assert {"f1", "f2"} == alone.all()["told_ids"]
    wrong = [(2, "f3", "f1", 3, "x"), (3, "f3", "f2", 4, "x"), (4, "f1", "f2", 3, "x")]
    assert ["OK", "e1", 1] == alone.tell(span(2, 5, name=name), *wrong, epoch="e2")
    assert ["OK", "e1", 1] == alone.tell(span(4, 6, name=name), (4, "f3", "f2", 3, "x"), epoch="e2")
    new = [(6, "f3", "f2", 3, "three"), (7, "f3", "f3", 4, "x"), (8, "f4", "f3", 4, "four")]
    assert ["OK", "e1", 2] == alone.tell(span(6, 9, name=name), *new, epoch="e2")
    assert {"f1", "f2", "f3", "f4"} == alone.all()["told_ids"]
    assert ["1-0", "2-0", "3-0", "4-0"] == [entry for entry, _ in alone.all()["told"]]
    assert ("f4", "4") == (alone.meta()["told"], alone.meta()["told_seq"])
    assert {"told/0": "9"} == alone.all()["offsets"]
    assert ["OK", "e1", 3] == alone.tell(span(9, 10, name=name), (9, "f5", "f4", 5, "five"))
    assert "five" == alone.entries()[-1][1]["told"]


def test_a_store_that_was_started_again_begins_an_epoch_with_the_next_word(alone: Alone) -> None:
    """Whichever script notices it; what was held goes on, and what comes twice does not."""
    of = {"apply": lambda epoch: alone.apply([span(0, 1)], epoch=epoch),
          "rule": lambda epoch: alone.rule(span(0, 1, name="rulings/0"), epoch=epoch),
          "tell": lambda epoch: alone.tell(span(0, 1, name="told/0"), epoch=epoch),
          "attend": lambda epoch: alone.attend("me", 60, epoch=epoch)}  # fmt: skip
    alone.apply([span(0, 1)])
    for version, (name, ask) in enumerate(of.items(), 1):
        alone.restarted()
        assert ["OK", name, version] == ask(name)[:3]
        assert ["OK", name, version] == ask("not again")[:3]
        assert name == alone.meta()["epoch"]
        assert (f"{version}-0", str(version - 1), name) == (
            alone.entries()[-1][0], alone.entries()[-1][1]["prev"], alone.entries()[-1][1]["epoch"],
        )  # fmt: skip
    links = {name: text for name, text in alone.meta().items() if name.startswith("link:")}
    assert dict.fromkeys(("link:reports/0", "link:rulings/0", "link:told/0"), mark(1)) == links


def test_a_store_that_is_back_in_an_epoch_that_was_left_begins_another(alone: Alone) -> None:
    """A primary whose place another had taken for a moment: readers take the epoch that it is in for over."""
    alone.apply([span(0, 1)])
    assert ["OK", "e1", 0] == alone.attend("me", 60, epoch="e2", left="e0 e11 e")[:3]
    assert ["OK", "e2", 1] == alone.attend("me", 60, epoch="e2", left="e0 e1")[:3]
    assert "e2" == alone.meta()["epoch"]
    assert ("1-0", "0", "e2") == (
        alone.entries()[-1][0], alone.entries()[-1][1]["prev"], alone.entries()[-1][1]["epoch"],
    )  # fmt: skip
    assert ["OK", "e2", 1] == alone.attend("you", 60, epoch="e3", left="e0 e1")[:3]


def test_a_sign_of_life_is_kept_for_a_while_with_how_far_the_log_goes(alone: Alone) -> None:
    """It begins a life where there is none; a worker that was silent too long is forgotten."""
    seconds = int(alone.redis.time()[0])
    assert ["OK", "e1", 0, []] == alone.attend("me", 60)
    assert {**META, "version": "0"} == alone.meta()
    assert {"meta", "workers"} == set(alone.all())
    assert seconds <= int(alone.all()["workers"]["me"]) <= int(alone.redis.time()[0])
    alone.apply([span(0, 2)])
    alone.redis.hset("workers", mapping={"old": seconds - 3601, "young": seconds - 1800})
    answer = alone.attend("you", 3600, "reports/0", 9, "reports/1", 4, epoch="e2")
    assert ["OK", "e1", 0, ["reports/0", "2"]] == answer
    held = alone.all()
    assert {"me", "young", "you"} == set(held["workers"])
    pulse = {name: text.split(" ") for name, text in held["pulse"].items()}
    assert {"reports/0": ["2", "9"], "reports/1": ["0", "4"]} == {
        name: text[:2] for name, text in pulse.items()
    }
    after = alone.redis.time()
    for text in pulse.values():
        assert seconds * 1000 <= int(text[2]) <= after[0] * 1000 + after[1] // 1000
    assert 3500 < alone.redis.ttl("pulse") <= 3600
    alone.redis.expire("pulse", 100)
    for _ in range(30):  # to the millisecond; of no partition, it does not keep the pulse for longer
        alone.attend("you", 3600)
        assert alone.redis.ttl("pulse") <= 100
        seconds, micros = alone.redis.time()
        alone.attend("it", 100, "reports/0", 9)
        assert seconds * 1000 + micros // 1000 <= int(alone.all()["pulse"]["reports/0"].split(" ")[2])


def test_a_time_with_more_digits_is_later(alone: Alone) -> None:
    """Years have four digits: of texts that differ in length the longer is later, of others the greater."""
    for heard, at in (("b", "b"), ("a", "b"), ("aa", "aa"), ("b", "aa"), ("ab", "ab"), ("ab", "ab")):
        alone.apply([], section(heard=heard))
        assert at == alone.meta()["at"] == alone.all()["sources"]["council"]


def test_a_source_that_is_heard_and_says_nothing_new_changes_its_hour_alone(alone: Alone) -> None:
    """No total of it moved, so the entry names none."""
    alone.apply([], section(heard=EARLY))
    assert {"prev": "0", "epoch": "e1", "at": EARLY, "heard:council": EARLY} == alone.entries()[0][1]


def test_the_change_stream_keeps_as_many_entries_as_it_is_told(alone: Alone) -> None:
    """About: Redis lets go of a hundred at once. Every script keeps the same."""

    def noticed() -> None:
        alone.redis.hset("meta", mapping={"epoch": "e0", "run_id": "another"})
        alone.attend("me", 60)

    of: list[Callable[[], object]] = [
        lambda: alone.apply([], section(heard=EARLY)),
        lambda: alone.rule(span(0, 1, name="rulings/0"), (0, "", "r", {})),
        lambda: alone.tell(span(0, 1, name="told/0"), (0, "f1", "", 1, "x")),
        noticed,
    ]
    for kept, least, most in ((1000, 251, 251), (100, 100, 200)):
        alone.changes_max = kept
        for ask in of:
            alone.redis.flushall()
            with alone.redis.pipeline() as step:
                for place in range(250):
                    step.xadd("changes", {"prev": "0"}, id=f"0-{place + 1}")
                step.execute()
            ask()
            assert least <= alone.redis.xlen("changes") <= most
