"""Whether a fault changed what it must not change: the store against a second count of the same evening.

    wanted = second_count(opened, night, at, faults, seed)
    differing(found, wanted)        [] or what differs, a sentence each

Know before changing: the second count is the oracle's (`election.rehearsal`), out of the recording as it was
and not out of the log, up to the hour that was reached. Where reports were made up, it counts what was sent.
What a desk ruled in the replay stands in the store and in no recording: then the two need not agree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from election.night import ContestId, Night, SourceId
from election.rehearsal import Rehearsal
from election.wire.records import Record, stamp
from producers.faults import Fault, Faults
from producers.pace import Cue, cues
from sandik import outcome

Json = dict[str, Any]
FIGURES = ("boxes", "voters", "valid", "invalid", "choices")


def second_count(
    opened: Callable[[], Iterable[Record]], night: Night, until: datetime, faults: Iterable[Fault], seed: int
) -> Mapping[ContestId, Json]:
    """The totals of every contest as they must be at this hour, whatever came late, twice or shuffled."""
    rehearsal = Rehearsal(night, "rehearsal")
    played: Iterator[Cue] = cues(opened())
    befalls = tuple(faults)
    if any(fault.loses for fault in befalls):
        played = Faults(befalls, seed)(played)
    for cue in takewhile(lambda cue: cue.at <= until, played):
        if cue.damaged is None:
            rehearsal.hear(cue.record)
    return {
        contest: outcome.totals(
            rehearsal.boards[contest].standing(rehearsal.state(contest), facts.area), facts
        )
        for contest, facts in night.contests.items()
    }


def differing(found: Mapping[ContestId, Json], wanted: Mapping[ContestId, Json]) -> list[str]:
    """What the store has otherwise, a sentence each."""
    return [
        f"{contest}: {name} is {found[contest][name]}, and would be {facts[name]}"
        for contest, facts in wanted.items()
        for name in FIGURES
        if found[contest][name] != facts[name]
    ]


def told_of_a_stall(found: Mapping[ContestId, Json], night: Night, fault: Fault) -> dict[str, bool | int]:
    """Of a source that was silent: its limit in seconds, whether that was told, and whether a call was made
    on its figures while it was over its limit. What does not apply is left out."""
    source = night.sources[SourceId(fault.source)]
    limit_s = source.stall_after_s or night.alerts.stall_after_s
    said: dict[str, bool | int] = {"limit_s": limit_s}
    if fault.begin is None or fault.end is None or fault.end <= fault.begin + timedelta(seconds=limit_s):
        return said
    begin, late, end = stamp(fault.begin), stamp(fault.begin + timedelta(seconds=limit_s)), stamp(fault.end)
    alerts = [(contest, one) for contest, facts in found.items() for one in facts["alerts"]]
    said["told"] = any(
        one["kind"] == "source-stalled" and one["key"].startswith(f"{source.id}/") and one["at"] >= begin
        for _, one in alerts
    )
    shown = [contest for contest, one in night.contests.items() if one.source == source.id]
    if shown:
        said["no_call"] = not any(
            one["kind"] == "call-made" and contest in shown and late <= one["at"] < end
            for contest, one in alerts
        )
    return said
