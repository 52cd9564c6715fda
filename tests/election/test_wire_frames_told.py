"""Whether a snapshot says what was told: call, newest alerts, lineage, swing, and who is silent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from election.alerts import KINDS, Told
from election.calls import GUARDS
from election.calls.state import OPEN, CallState
from election.calls.verdict import Silence
from election.night import SourceId
from election.wire.frames import Board, ContestState
from election.wire.frames_told import (
    ALERTS_SHOWN_MAX,
    Heard,
    alert_json,
    silence_json,
    stopped,
    swing_json,
    told_json,
)  # fmt: skip
from election.wire.records import Ruling
from tests.election.strategies import contest_of
from tests.election.tellings import by_itself, d_of, seen, tell, teller
from tests.election.views import view

AT = datetime(2024, 3, 31, 21, 0, tzinfo=UTC)
RESTING = CallState(OPEN, {"en": "The margin is 1 vote.", "tr": "Fark 1 oy."})


def evening() -> list[Told]:
    """A contest that was called: everything told of it."""
    who = teller(by_itself())
    return [*tell(who, seen(who, (900, 10, 0), boxes=4)), *tell(who, seen(who, (900, 10, 0), 1, 2, boxes=4))]


def chain(count: int) -> list[Told]:
    """So many facts, one after the other, every third for the desk alone."""
    facts: list[Told] = []
    for seq in range(1, count + 1):
        kind = "lead-noted" if seq % 3 == 0 else "objection"
        said = {"en": f"title {seq}", "tr": f"başlık {seq}"}
        prev = facts[-1].id if facts else ""
        told = Told("replay.kent-2024", "mayor", seq, prev, kind, str(seq), AT, 1, {}, said, said, d_of(kind))
        facts.append(told)
    return facts


def test_alerts_are_the_newest_first_and_those_of_the_desk_are_left_out() -> None:
    """A snapshot stays small; the rest is in the stream of what was told."""
    heard = Heard(contest_of())
    facts = chain(3 * ALERTS_SHOWN_MAX)
    heard.hear(facts)
    shown = [fact for fact in reversed(facts) if not KINDS[fact.kind].desk][:ALERTS_SHOWN_MAX]
    assert [alert_json(fact) for fact in shown] == heard.alerts
    assert "lead-noted" not in {alert["kind"] for alert in heard.alerts}
    first = heard.alerts[0]
    assert {"id", "kind", "at", "title"} <= set(first)
    assert ("title 59", "başlık 59") == (first["title"], first["titles"]["tr"])


def test_what_was_told_more_is_added_and_another_life_begins_again() -> None:
    """A store made again has the same facts, or fewer for a moment."""
    heard, facts = Heard(contest_of()), chain(9)
    for told in (facts[:4], facts, facts, facts[:2]):
        heard.hear(told)
        assert len(told) == heard.memory.seq
        assert tuple(told) == heard.told


def test_the_call_is_the_one_that_was_told_or_the_resting_state() -> None:
    """Nothing told: what the count alone says. Called: who, by which rule, since when."""
    heard = Heard(contest_of())
    assert OPEN == told_json(heard, RESTING, view((90, 10, 0)))["call"]["state"]
    facts = evening()
    assert "call-made" in {fact.kind for fact in facts}
    heard.hear(facts)
    call = told_json(heard, RESTING, view((90, 10, 0)))["call"]
    assert ("called", "certain") == (call["state"], call["rule"])
    assert [call["choice"]] == call["elected"]
    assert call["because"]


def test_the_lineage_says_what_became_of_the_election() -> None:
    """Unofficial, certified, annulled with the day of the rerun; a day that is none is not shown."""
    who = teller(by_itself())
    looked = seen(who, (900, 10, 0), boxes=4)
    facts = tell(who, looked)
    rulings = []
    for kind, data, expected in (
        ("certified", {"choice": "ada"}, ("certified", None)),
        ("annulled", {}, ("annulled", None)),
        ("rerun-set", {"date": "soon"}, ("annulled", None)),
        ("rerun-set", {"date": "2024-06-23"}, ("annulled", "2024-06-23")),
    ):
        rulings.append(Ruling("mayor", kind, AT, AT, "council", "the council", kind, data))
        facts += tell(who, replace(looked, version=2 + len(rulings)), rulings)
        heard = Heard(contest_of())
        heard.hear(facts)
        lineage = told_json(heard, RESTING, view((90, 10, 0)))["lineage"]
        assert expected == (lineage["state"], lineage["rerun_on"])


def test_figures_are_official_once_they_are_certified() -> None:
    """Those of the published count alone, and no longer when the election is annulled."""
    who = teller(by_itself())
    looked = seen(who, (900, 10, 0), boxes=4)
    rulings = [Ruling("mayor", "certified", AT, AT, "council", "the council", "", {"choice": "ada"})]
    facts = tell(who, looked)
    board = Board(who.night, who.contest, "rehearsal")
    assert not board.snapshot(ContestState(at=AT, told=tuple(facts)), AT)["official"]
    facts += tell(who, replace(looked, version=2), rulings)
    certified = ContestState(at=AT, told=tuple(facts))
    assert board.snapshot(certified, AT)["official"]
    assert not board.snapshot(certified, AT, SourceId("party"))["official"]
    rulings.append(Ruling("mayor", "annulled", AT, AT, "council", "the council", "", {}))
    facts += tell(who, replace(looked, version=3), rulings)
    assert not board.snapshot(ContestState(at=AT, told=tuple(facts)), AT)["official"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [("https://example.org/rerun", "https://example.org/rerun"), ("javascript:alert(1)", None), (7, None),
     ("https://example.org/ x", None), ("https://example.org/\n", None)],
)  # fmt: skip
def test_the_rerun_is_linked_where_the_ruling_names_an_address(url: object, shown: str | None) -> None:
    """An address of the web and nothing else; the night is named as it was typed."""
    who = teller(by_itself())
    data = {"date": "2024-06-23", "night": "kent-2024-again", "url": url}
    looked = seen(who, (900, 10, 0), boxes=4)
    facts = tell(who, looked, [Ruling("mayor", "annulled", AT, AT, "council", "the council", "x", {})])
    rulings = [Ruling("mayor", "rerun-set", AT, AT, "council", "the council", "y", data)]
    facts += tell(who, replace(looked, version=2), rulings)
    heard = Heard(contest_of())
    heard.hear(facts)
    lineage = told_json(heard, RESTING, looked)["lineage"]
    assert ("kent-2024-again", shown) == (lineage["rerun_night"], lineage["rerun_url"])


def test_what_stands_against_a_call_is_said_while_there_is_none() -> None:
    """Each reason as a line in every language, and how many guards were asked; with a call, none of it."""
    shown = told_json(Heard(contest_of()), RESTING, view((901, 900, 0)))["call"]
    assert ["recount-band", "rule"] == [line["id"] for line in shown["guards"]]
    assert shown["guards_asked"] == len(GUARDS)
    assert all({"en", "tr"} == set(line["briefs"]) for line in shown["guards"])
    early = CallState("too early", RESTING.becauses)
    assert "guards" not in told_json(Heard(contest_of()), early, view((901, 900, 0)))["call"]
    called = Heard(contest_of())
    called.hear(evening())
    assert "guards" not in told_json(called, RESTING, view((901, 900, 0)))["call"]


def test_the_shown_count_has_stopped_from_its_stall_until_it_speaks_again() -> None:
    """As it was told, so that every gateway says the same of one version."""
    heard = Heard(contest_of())
    assert not stopped(heard, contest_of())
    for source, expected in (("agency", False), ("council", True)):
        d = d_of("source-stalled", source=source)
        said = {"en": "x", "tr": "x"}
        seq, prev = len(heard.told) + 1, heard.told[-1].id if heard.told else ""
        fact = Told(
            "replay.kent-2024", "mayor", seq, prev, "source-stalled", f"{source}/x", AT, 1, {}, said, said, d
        )
        heard.hear([*heard.told, fact])
        assert expected is stopped(heard, contest_of())
    back = Told(
        "replay.kent-2024", "mayor", 3, heard.told[-1].id, "source-resumed", "council/x", AT, 1, {}, said,
        said, d_of("source-resumed", source="council"),
    )  # fmt: skip
    heard.hear([*heard.told, back])
    assert not stopped(heard, contest_of())


def test_a_night_without_a_parent_shows_no_swing() -> None:
    """There is nothing to compare with."""
    assert swing_json(view((90, 10, 0)), contest_of()) is None


def test_silence_is_said_in_whole_minutes() -> None:
    """So that the clock alone does not change a snapshot with every second."""
    silence = Silence(SourceId("council"), 200, 150, finished=False, pace=12.5)
    assert {"silent_s": 180, "stalled": True, "finished": False, "pace": 12.5} == silence_json(silence)
    assert not silence_json(silence, waited_for=False)["stalled"]
    assert {"silent_s": None, "stalled": False, "finished": False, "pace": None} == silence_json(None)
