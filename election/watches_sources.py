"""The watches over the sources: who has gone silent, who speaks again and how, who has another choice ahead.

    watch_silence(telling)      source-stalled, source-resumed, source-skewed
    watch_agreement(telling)    sources-disagree, sources-agree

Know before changing: a stall is known by the hour the source last spoke, so it is the same fact whenever it
is noticed. Under the ban a silence is told without any figure, and so its mix cannot be compared later.
"""

from collections.abc import Mapping
from typing import Any

from election.calls.verdict import Said, Silence
from election.night import ChoiceId, Contest, Night, SourceId
from election.sources import Count
from election.telling import Telling, lasted, source_name
from election.watches import widened
from election.wire.records import stamp
from languages.saying import said

ADDED_PERMILLE = 5
"""A source must have added this much of what it had, per thousand valid votes, before its mix is judged."""


def watch_silence(telling: Telling, *, behind: bool = False) -> None:
    """Every source against its own limit, its own pace and its own mix before it fell silent.

    One that never spoke of this contest may have nothing to say of it: only the published source is missed.
    While the log is `behind`, not counted to its end, what a source said last may stand there: then it is we
    who are silent, and nobody is missed.
    """
    for one in telling.view.counts:
        source, stall = one.source, telling.memory.stalls.get(one.source.id)
        if stall is not None and not stall.resumed and one.last_at != stall.last_at:
            _resumed(telling, one)
        silence = telling.view.silences.get(source.id)
        missed = one.last_at is not None or one.published
        if silence is not None and silence.stalled and missed and not behind:
            _stalled(telling, one, silence)
        stall = telling.memory.stalls.get(source.id)
        if stall is not None and stall.resumed:
            _skewed(telling, one)


def _stalled(telling: Telling, one: Count, silence: Silence) -> None:
    source, last_at = source_name(one.source), one.last_at
    units = one.units if one.claimed_boxes is None else one.claimed_boxes
    pace = silence.pace
    d: dict[str, Any] = {
        "source": one.source.id, "last_at": None if one.last_at is None else stamp(one.last_at),
        "silent_s": silence.for_s, "limit_s": silence.limit_s, "pace": pace, "units": one.units,
        "units_total": one.units_total, "claimed": one.claimed_boxes,
    }  # fmt: skip
    if telling.view.ban.is_open:
        d |= {
            "votes": list(one.votes),
            "valid": one.valid,
            "leader": one.leader,
            "margin_votes": one.margin_votes,
        }
    because = said(
        "told.stalled.because", heard=last_at is not None, told=one.claimed_boxes != 0, units=units,
        silent=lasted(silence.for_s), last="" if last_at is None else telling.hour(last_at),
        limit=lasted(silence.limit_s), paced=bool(pace), pace=pace,
    )  # fmt: skip
    title = said("told.stalled", source=source)
    telling.say("source-stalled", _key(one), title, because, d)


def _key(one: Count) -> str:
    return f"{one.source.id}/{'never' if one.last_at is None else stamp(one.last_at)}"


def _resumed(telling: Telling, one: Count) -> None:
    stall, last_at = telling.memory.stalls[one.source.id], one.last_at
    if last_at is None:
        return
    began = stall.last_at or telling.night.polls_close_at or last_at
    silent_s = max(0, int((last_at - began).total_seconds()))
    title = said("told.resumed", source=source_name(one.source))
    because = said("told.resumed.because", last=telling.hour(last_at), silent=lasted(silent_s))
    d = {"source": one.source.id, "last_at": stamp(last_at), "silent_s": silent_s}
    telling.say("source-resumed", stall.key, title, because, d, last_at)


def _skewed(telling: Telling, one: Count) -> None:
    """What it added since it fell silent has another mix than what it had: once a silence."""
    stall, points = telling.memory.stalls[one.source.id], telling.night.alerts.skew_points
    added = one.valid - stall.valid
    if stall.votes is None or stall.valid <= 0 or added * 1000 < ADDED_PERMILLE * stall.valid:
        return
    ranked = sorted(range(len(stall.votes)), key=lambda place: (-(stall.votes or ())[place], place))
    if len(ranked) < 2:
        return
    first, second = ranked[:2]
    lead_then = stall.votes[first] - stall.votes[second]
    lead_added = one.votes[first] - one.votes[second] - lead_then
    if abs(lead_added * stall.valid - lead_then * added) * 100 < points * added * stall.valid:
        return
    then, now = 100 * lead_then / stall.valid, 100 * lead_added / added
    choice = telling.contest.choices[first].id
    title = said("told.skewed", source=source_name(one.source))
    because = said("told.skewed.because", name=telling.names([choice]), then=then, added=added, now=now)
    d = {"source": one.source.id, "choice": choice, "before_points": round(then, 1),
         "added_points": round(now, 1), "added_valid": added}  # fmt: skip
    telling.say("source-skewed", stall.key, title, because, d)


def far_enough(one: Count, night: Night, boxes_total: int) -> bool:
    """Whether a source has counted the share from which the night names a lead; of an area feed that claims
    boxes, its claim."""
    pct = night.lead_from_counted_pct
    if one.claimed_boxes:
        return one.claimed_boxes * 100 >= pct * boxes_total
    return one.units_total > 0 and one.units * 100 >= pct * one.units_total


def ahead_of(one: Count, contest: Contest) -> tuple[ChoiceId, ...]:
    """Who is in by a source's count, in the order of the paper; nobody where the line is a tie."""
    if one.margin_votes <= 0:
        return ()
    places = range(len(one.votes))
    first = sorted(places, key=lambda place: (-one.votes[place], place))[: contest.seats]
    return tuple(contest.choices[place].id for place in sorted(first))


def watch_agreement(telling: Telling) -> None:
    """Two sources have different choices ahead, each by more than a size that doubles with each time told."""
    memory, night = telling.memory, telling.night
    heard = {
        one.source.id: (one, ahead)
        for one in telling.view.counts
        if (ahead := ahead_of(one, telling.contest)) and far_enough(one, night, telling.view.seen.boxes_total)
    }
    told = memory.told("sources-disagree")
    needed = widened(night.alerts.disagree_votes, told)
    sure = {ahead for one, ahead in heard.values() if one.margin_votes > needed}
    alike = len({ahead for _, ahead in heard.values()}) == 1
    if memory.disagreeing == (len(sure) > 1) or (memory.disagreeing and not (alike and len(heard) > 1)):
        return
    d = {
        "ahead": {source: list(ahead) for source, (_, ahead) in heard.items()},
        "margins": {source: one.margin_votes for source, (one, _) in heard.items()},
    }
    because = _says(telling, heard)
    if not memory.disagreeing:
        title = said("told.disagree")
        telling.say("sources-disagree", str(told + 1), title, because, d)
    else:
        title = said("told.agree")
        telling.say("sources-agree", str(memory.told("sources-agree") + 1), title, because, d)


def _says(telling: Telling, heard: Mapping[SourceId, tuple[Count, tuple[ChoiceId, ...]]]) -> Said:
    """Each source with whom it has ahead, and by how much."""
    parts = [
        said(
            "told.sources.one", source=source_name(one.source), names=telling.names(ahead),
            margin=one.margin_votes,
        )
        for one, ahead in heard.values()
    ]  # fmt: skip
    return said("told.sources.because", parts=parts)
