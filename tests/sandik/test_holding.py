"""The second count that says whether a fault changed what it must not change."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from election.rehearsal import Rehearsal
from election.wire.records import Record, stamp
from producers.faults import Fault, Faults
from producers.pace import Cue, cues
from sandik import folders, holding, outcome, recordings

PRACTICE = folders.load("practice")
NIGHT = PRACTICE.night
HEARD = [one for one in recordings.heard(PRACTICE.recording, NIGHT) if isinstance(one, Record)]
HALF = HEARD[len(HEARD) // 2].heard_at


def count(played: list[Cue]) -> dict[Any, Any]:
    """What a store would hold after these."""
    heard = Rehearsal(NIGHT, "replay").hear_all(cue.record for cue in played if cue.damaged is None)
    return {
        contest: outcome.totals(heard.boards[contest].standing(heard.state(contest), facts.area), facts)
        for contest, facts in NIGHT.contests.items()
    }


def until(played: list[Cue], at: datetime) -> list[Cue]:
    """What has come by then."""
    return [cue for cue in played if cue.at <= at]


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "delay"])
def test_a_count_that_heard_everything_twice_or_late_is_right(kind: str) -> None:
    """At an hour at which nothing is held back any more."""
    fault = Fault(kind, begin=HALF - timedelta(minutes=30), end=HALF - timedelta(minutes=10), spread_s=60)
    found = count(until(list(Faults([fault], 2)(cues(HEARD))), HALF))
    assert [] == holding.differing(found, holding.second_count(lambda: HEARD, NIGHT, HALF, [fault], 2))


def test_a_count_that_lost_something_is_told_of_with_the_figures() -> None:
    """What is there, and what would be."""
    lost = [cue for number, cue in enumerate(cues(HEARD)) if number % 9]
    said = holding.differing(
        count(until(lost, HALF)), holding.second_count(lambda: HEARD, NIGHT, HALF, [], 1)
    )
    assert any("boxes is" in line and "and would be" in line for line in said)


def test_reports_that_were_made_up_are_part_of_what_must_come_out() -> None:
    """With a correction the second count has it too; without it in the store, it differs."""
    fault = Fault("correct", begin=HALF - timedelta(minutes=40), end=HALF, after_s=10)
    found = count(until(list(Faults([fault], 5)(cues(HEARD))), HALF))
    wanted = holding.second_count(lambda: HEARD, NIGHT, HALF, [fault], 5)
    assert [] == holding.differing(found, wanted)
    assert [] != holding.differing(count(until(list(cues(HEARD)), HALF)), wanted)


def told(*facts: tuple[str, str, datetime]) -> dict[Any, Any]:
    """A contest of which this was told."""
    alerts = [{"kind": kind, "key": key, "at": stamp(at)} for kind, key, at in facts]
    return {contest: {"alerts": alerts} for contest in NIGHT.contests}


def test_a_long_silence_has_to_be_told_and_no_call_made_on_it() -> None:
    """Of the source that is shown, from its limit on."""
    source = next(iter(NIGHT.contests.values())).source
    limit_s = NIGHT.sources[source].stall_after_s or NIGHT.alerts.stall_after_s
    stall = Fault("stall", source=source, begin=HALF, end=HALF + timedelta(seconds=2 * limit_s))
    late = HALF + timedelta(seconds=limit_s + 60)
    right = told(("source-stalled", f"{source}/x", late))
    assert (True, True) == tuple(
        holding.told_of_a_stall(right, NIGHT, stall)[key] for key in ("told", "no_call")
    )
    wrong = told(("call-made", "deniz", late), ("source-stalled", "another/x", late))
    assert (False, False) == tuple(
        holding.told_of_a_stall(wrong, NIGHT, stall)[key] for key in ("told", "no_call")
    )


def test_a_silence_shorter_than_the_limit_has_nothing_to_tell() -> None:
    """And nothing is asked of it."""
    source = next(iter(NIGHT.sources))
    stall = Fault("stall", source=source, begin=HALF, end=HALF + timedelta(seconds=1))
    assert {"limit_s"} == holding.told_of_a_stall(told(), NIGHT, stall).keys()
