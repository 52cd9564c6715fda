"""Faults that are asked for while a recording plays, without a broker; the real thing is in tests/browser."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from election.errors import OutsideError, UsageError
from election.wire.controls import Control
from election.wire.records import Record
from producers.faults_file import Mishap, read_faults
from producers.pace import Pace, cues
from sandik import befalling, folders, holding
from sandik.befalling import Befalls, sessions_of
from sandik.playing import Play

PRACTICE = folders.load("practice")
NIGHT = PRACTICE.night
TWICE = {"kind": "duplicate", "for_s": 600}


class Counted(Befalls):
    """Its store holds what the second count says, or what a test says."""

    wrong = False
    away = False

    async def _counted(self) -> Mapping[Any, Any]:
        if self.away:
            raise OutsideError("The store is away.")
        assert self.at is not None
        right = holding.second_count(self._records, NIGHT, self.at, self._play.live.faults, 1)
        found: dict[Any, Any] = {contest: {**facts, "alerts": []} for contest, facts in right.items()}
        if self.wrong:
            found[next(iter(found))]["valid"] += 1
        return found


def befalls(kill: Any = None) -> Counted:
    """Of the practice night; nothing is played yet."""
    play = Play(PRACTICE, PRACTICE.recording, Pace(None))
    return Counted(play, lambda: pytest.fail("no store is asked"), kill)


def asks(**fault: Any) -> Control:
    """A fault that somebody asks for."""
    return Control(f"c{len(fault)}{fault.get('kind', '')}", "fault", "Ayşe", datetime.now(UTC), fault=fault)


async def play(one: Counted, at: Mapping[int, Control]) -> list[str]:
    """Plays the night, asking for something before these records; why it was not done."""
    said = []
    heard = (record for record in one._play.opened() if isinstance(record, Record))
    for number, cue in enumerate(one._play.live(cues(heard)), 1):
        await one.between(cue)
        if number in at:
            because, _ = await one.asked(at[number])
            said.append(because)
    await one.between(None)
    await asyncio.gather(*one._tasks)
    return said


async def look(one: Befalls, *, whole: bool = False) -> dict[str, Any]:
    """What there is to see."""
    _, facts = await one.asked(Control("l", "look", "Ayşe", datetime.now(UTC), outline=whole))
    return facts


async def test_a_fault_says_that_it_held_when_a_second_count_says_the_same() -> None:
    """It is over when nothing more comes of it, and what was done has a name beside it."""
    one = befalls()
    assert [""] == await play(one, {20: asks(**TWICE)})
    facts = await look(one)
    (fault,) = facts["faults"]
    assert fault["over"]
    assert fault["touched"] > 0
    assert (True, True, []) == tuple(fault["checks"][name] for name in ("holds", "totals", "differs"))
    assert [("Ayşe", "fault", TWICE)] == [(did["by"], did["do"], did["fault"]) for did in facts["did"]]


async def test_a_fault_that_changed_a_total_says_so() -> None:
    """With the figures."""
    one = befalls()
    one.wrong = True
    await play(one, {20: asks(**TWICE)})
    (fault,) = (await look(one))["faults"]
    assert fault["checks"]["holds"] is False
    assert "valid is" in fault["checks"]["differs"][0]


async def test_where_the_store_is_away_nothing_is_claimed() -> None:
    """Neither that it held nor that it did not, but why nobody knows."""
    one = befalls()
    one.away = True
    await play(one, {20: asks(**TWICE)})
    (fault,) = (await look(one))["faults"]
    assert {"holds": None, "because": "The store is away."} == fault["checks"]


async def test_where_the_recording_is_gone_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second count is made of it; what was sent goes on."""
    one, calm = befalls(), holding.second_count

    def once(*asked: Any) -> Any:
        monkeypatch.setattr(holding, "second_count", gone)
        return calm(*asked)

    def gone(*_: Any) -> Any:
        raise UsageError("It cannot be read.")

    monkeypatch.setattr(holding, "second_count", once)
    await play(one, {20: asks(**TWICE)})
    (fault,) = (await look(one))["faults"]
    assert {"holds": None, "because": "It cannot be read."} == fault["checks"]


async def test_nothing_is_compared_while_another_fault_holds_records_back() -> None:
    """Both are looked at when the later one is over, at the same hour."""
    one = befalls()
    both = {20: asks(**TWICE), 21: asks(kind="delay", by_s=60, for_s=3600)}
    assert ["", ""] == await play(one, both)
    twice, late = (await look(one))["faults"]
    assert (True, True) == (twice["checks"]["holds"], late["checks"]["holds"])
    assert twice["checks"]["at"] == late["checks"]["at"]


async def test_a_night_that_begins_anew_meets_the_same_faults_and_looks_again() -> None:
    """What was broken by hand stands in the recording from then on."""
    one = befalls()
    await play(one, {20: asks(**TWICE)})
    before = (await look(one))["faults"]
    await play(one, {})
    assert before == (await look(one))["faults"]


async def test_what_was_done_is_a_file_of_faults() -> None:
    """With which the same evening comes again."""
    one = befalls()
    await play(one, {20: asks(**TWICE), 40: asks(kind="stall", source="agency", for_s=900)})
    facts = await look(one)
    assert one._play.live.faults == read_faults("again.toml", facts["scenario"].encode(), NIGHT).faults


async def test_a_correction_of_one_box_is_over_with_that_box() -> None:
    """Not an hour later."""
    one = befalls()
    await play(one, {10: asks(kind="correct", for_s=9000, after_s=5, most_reports=1)})
    (fault,) = (await look(one))["faults"]
    assert 1 == len(fault["made_up"])
    assert fault["checks"]["holds"] is True
    begin, end = (datetime.fromisoformat(fault[name]) for name in ("begin", "end"))
    assert end - begin < timedelta(seconds=9000)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "duplicate"}, "How long"),
        ({"end": "nothing"}, "no such fault"),
        ({"who": "gateway", "do": "kill", "for_s": 5}, "runs no processes"),
        ({"who": "store", "do": "kill", "for_s": 5}, "not touched on request"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_why(fault: dict[str, Any], said: str) -> None:
    """And nothing befalls the night."""
    one = befalls()
    (because,) = await play(one, {5: asks(**fault)})
    assert said in because
    assert () == one._play.live.faults


async def test_before_the_first_record_and_after_the_last_there_is_nothing_to_break() -> None:
    """A fault befalls what is still to come."""
    one = befalls()
    assert "still to come" in (await one.asked(asks(**TWICE)))[0]
    await play(one, {})
    assert "still to come" in (await one.asked(asks(**TWICE)))[0]
    assert (await look(one))["ended"]


async def test_a_fault_that_makes_no_sense_is_refused_before_it_is_anywhere() -> None:
    """By whoever reads files of faults."""
    one = befalls()
    with pytest.raises(UsageError, match="no source"):
        await play(one, {5: asks(kind="stall", source="nobody", for_s=60)})
    assert [] == one.fallen


async def test_a_process_is_stopped_after_whoever_asked_has_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer may come through that very process."""
    monkeypatch.setattr(befalling, "HEARS_WITHIN_S", 0)
    stopped: list[Mishap] = []

    async def kill(mishap: Mishap) -> None:
        stopped.append(mishap)

    one = befalls(kill)
    assert [""] == await play(one, {5: asks(who="gateway", do="kill", for_s=5)})
    assert [("gateway", "kill", 5)] == [(mishap.who, mishap.do, mishap.for_s) for mishap in stopped]
    (fault,) = (await look(one))["faults"]
    assert fault["over"]


async def test_the_whole_look_has_the_outline_and_what_can_be_broken() -> None:
    """The short one has not: it is asked for every few seconds."""
    one = befalls()
    assert "outline" not in await look(one)
    assert {"outline", "sources", "areas", "contests"} <= (await look(one, whole=True)).keys()


def test_sessions_of_a_night_are_read_from_its_topics() -> None:
    """And not those of another night, mode or purpose."""
    topics = ("replay.practice.controls", "replay.practice.two.controls", "replay.practice.two.reports",
              "replay.practices.controls", "live.practice.controls")  # fmt: skip
    assert ["", "two"] == sessions_of(dict.fromkeys(topics, 1), "replay", "practice")
