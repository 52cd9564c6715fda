"""What forbids a call whatever the rule says: a table of guards, each with an answer in numbers.

    answers = ask(view, verdict)               every guard that the night has on, in the order of the table
    forbidding(answers)                        those that forbid; none: the desk may call
    against(view, verdict)                     the same, and nobody is asked in vain

Know before changing: a guard answers *clear*, *forbids* or *does not apply*, and the desk sees all of them.
`certain` and `majority` hold for every completion of the night, so guards about what is out, or in which
order it comes, do not apply to them; guards about whether the figures are right, and may be said at all, do.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from election.calls.order import BOUNDS as BOUNDS
from election.calls.order import skewed_order, too_little_heard
from election.calls.verdict import CLEAR, DOES_NOT_APPLY, FORBIDS, Answer, Guard, Said, Verdict, View
from election.calls.words import name, names
from election.night import BOX_LEVEL, ChoiceId
from election.sources import Count
from election.standing import margin_within
from election.tally import COLUMN, nothing
from languages.saying import said

MINUTE_S = 60


def _hour(view: View, at: datetime | None) -> str:
    """A time as the clock in the night's place shows it."""
    return "–" if at is None else at.astimezone(ZoneInfo(view.night.time_zone)).strftime("%H:%M")


def embargo(view: View, verdict: Verdict) -> Answer:
    """Nothing about who is ahead is said before the ban ends."""
    ban = view.ban
    opens = ban.opens_at and ban.opens_at.astimezone(ZoneInfo(view.night.time_zone))
    numbers = {"state": ban.state, "opens_at": _hour(view, opens), "now": _hour(view, view.now)}
    word, key = (CLEAR, "clear") if ban.is_open else (FORBIDS, "forbids")
    because = said(f"calls.embargo.{key}", known=opens is not None, opens=opens)
    return Answer("embargo", word, numbers, because)


def polls_open(view: View, verdict: Verdict) -> Answer:
    """Nobody is called while people still vote."""
    close_at = view.night.polls_close_at
    if close_at is None:
        numbers = {"polls_close_at": "–"}
        return Answer("polls-open", DOES_NOT_APPLY, numbers, said("calls.polls.unknown"))
    zone = ZoneInfo(view.night.time_zone)
    numbers = {"polls_close_at": _hour(view, close_at), "now": _hour(view, view.now)}
    hour = close_at.astimezone(zone)
    if view.now is not None and view.now >= close_at:
        because = said("calls.polls.closed", hour=hour, now=view.now.astimezone(zone))
        return Answer("polls-open", CLEAR, numbers, because)
    return Answer("polls-open", FORBIDS, numbers, said("calls.polls.open", hour=hour))


def mode(view: View, verdict: Verdict) -> Answer:
    """Simulated or replayed figures never become a live call."""
    simulated = view.night.simulated
    numbers: dict[str, int | float | str] = {"mode": view.mode, "simulated": int(simulated)}
    if view.mode != "live":
        return Answer("mode", DOES_NOT_APPLY, numbers, said("calls.mode.not_live", mode=view.mode))
    if simulated:
        return Answer("mode", FORBIDS, numbers, said("calls.mode.simulated"))
    return Answer("mode", CLEAR, numbers, said("calls.mode.live"))


def recount_band(view: View, verdict: Verdict) -> Answer:
    """A margin that a recount can turn stays too close, whatever is counted."""
    seen, permille = view.seen, view.night.recount_band_permille
    numbers: dict[str, int | float | str] = {
        "margin_votes": seen.margin_votes, "valid": seen.valid, "band_permille": permille,
    }  # fmt: skip
    margin, valid = seen.margin_votes, seen.valid
    inside = margin_within(seen, permille)
    projected = verdict.numbers.get("projected_margin_votes")
    whole = verdict.numbers.get("projected_valid")
    if not inside and isinstance(projected, int) and isinstance(whole, int):
        numbers |= {"projected_margin_votes": projected, "projected_valid": whole}
        inside, margin, valid = projected * 1000 <= permille * whole, projected, whole
    word = FORBIDS if inside else CLEAR
    because = said("calls.band", margin=margin, valid=valid, inside=inside, band=permille / 10)
    return Answer("recount-band", word, numbers, because)


def decisive_quarantine(view: View, verdict: Verdict) -> Answer:
    """Whether the boxes in question (held back, marked, taken back) can change the winner at their worst.

    At the worst the projection counts them for the leader and they all go to the challenger: twice their
    voters, against what the rule has left. Their number is bounded by the largest box where no register is
    summed. The bound of `certain` and `majority` has them in it already.
    """
    row = view.rows.get(view.contest.area, nothing(view.contest, view.night))
    rule = view.night.outstanding
    held, no_register = row[COLUMN["quarantined"]], row[COLUMN["no_register_quarantined"]]
    loose = row[COLUMN["marked"]] + row[COLUMN["withdrawn"]]
    most = (
        row[COLUMN["register_quarantined"]]
        + (held - no_register) * rule.slack_per_box
        + no_register * rule.voters_max_without_register
        + row[COLUMN["held_excess"]]
        + loose * max(view.largest_box + rule.slack_per_box, rule.voters_max_without_register)
    )
    bound = verdict.rule in BOUNDS
    against = (
        view.seen.margin_votes - view.seen.outstanding.votes_max if bound else verdict.cushion_votes // 2
    )
    can = held + loose > 0 and most >= against
    boxes = held + loose
    numbers = {"boxes": boxes, "votes_max": most, "against_votes": against, "can_change": int(can)}
    if bound:
        because = said("calls.quarantine.bound", boxes=boxes, most=most)
        return Answer("decisive-quarantine", DOES_NOT_APPLY, numbers, because)
    because = said("calls.quarantine", boxes=boxes, most=most, can=can)
    return Answer("decisive-quarantine", FORBIDS if can else CLEAR, numbers, because)


def stalled_source(view: View, verdict: Verdict) -> Answer:
    """A published source that has gone silent may be about to correct itself."""
    silence = view.silences.get(view.contest.source)
    if silence is None or silence.finished:
        boxes = view.seen.boxes
        because = said("calls.stalled.finished", boxes=boxes)
        return Answer("stalled-source", CLEAR, {"for_s": 0, "boxes": boxes}, because)
    numbers = {"for_s": silence.for_s, "limit_s": silence.limit_s}
    if silence.pace is not None:
        numbers["pace_boxes_a_minute"] = round(silence.pace)
    minutes, limit = silence.for_s // MINUTE_S, silence.limit_s // MINUTE_S
    because = said("calls.stalled", minutes=minutes, limit=limit)
    if verdict.rule in BOUNDS:
        return Answer("stalled-source", DOES_NOT_APPLY, numbers, because)
    return Answer("stalled-source", FORBIDS if silence.stalled else CLEAR, numbers, because)


def sources_disagree(view: View, verdict: Verdict) -> Answer:
    """Another source, far enough on, has somebody else ahead, or has it too close: one of the two is wrong.

    Far enough is the night's threshold for showing a lead; for a projection, which may speak before that,
    wherever both have counted as much as a projection needs. Too close is the night's recount band.
    """
    permille = _from_permille(view, verdict)
    told, against = compared(view, verdict)
    numbers: dict[str, int | float | str] = {"sources": len(told), "from_counted_permille": permille}
    others = [one for one in told if not one.published]
    if len(others) == len(told) or not others:
        because = said("calls.disagree.few", sources=len(told), least=permille / 10)
        return Answer("sources-disagree", DOES_NOT_APPLY, numbers, because)
    numbers |= {one.source.id: one.margin_votes for one in told}
    if not against:
        because = said("calls.disagree.none", sources=len(others) + 1)
        return Answer("sources-disagree", CLEAR, numbers, because)
    return Answer("sources-disagree", FORBIDS, numbers, _disagree(against, view))


def compared(view: View, verdict: Verdict) -> tuple[list[Count], list[Count]]:
    """The sources that are far enough on to be compared, and those of them that speak against a call."""
    permille = _from_permille(view, verdict)
    told = [one for one in view.counts if _far_enough(one, view, permille)]
    ours = next((one for one in told if one.published), None)
    if ours is None:
        return told, []
    others = [one for one in told if not one.published]
    return told, [one for one in others if ahead(one, view) != ahead(ours, view) or _close(one, view)]


def _close(one: Count, view: View) -> bool:
    """Whether a source has the margin inside the recount band."""
    return one.margin_votes * 1000 <= view.night.recount_band_permille * one.valid


def _from_permille(view: View, verdict: Verdict) -> int:
    """From how many boxes counted on, per thousand, a source's word on who is ahead is compared."""
    usual = view.night.lead_from_counted_pct * 10
    needed = verdict.numbers.get("counted_permille")
    return min(usual, needed) if isinstance(needed, int) else usual


def _far_enough(one: Count, view: View, permille: int) -> bool:
    """At least so many of its units; of an area feed that claims boxes, so many of all boxes claimed."""
    if one.source.level != BOX_LEVEL and one.claimed_boxes:
        return one.claimed_boxes * 1000 >= permille * view.seen.boxes_total
    return one.units_total > 0 and one.units * 1000 >= permille * one.units_total


def ahead(one: Count, view: View) -> frozenset[ChoiceId]:
    """Who is in by this source; empty where the line is tied or nothing is counted."""
    if one.margin_votes == 0:
        return frozenset()
    ranked = sorted(range(len(one.votes)), key=lambda place: (-one.votes[place], place))
    return frozenset(view.contest.choices[place].id for place in ranked[: view.contest.seats])


def _disagree(against: Sequence[Count], view: View) -> Said:
    """Whom the published source has ahead, and whom each that speaks against it."""
    contest, seen = view.contest, view.seen
    parts = [
        said(
            "calls.disagree.one", source={"en": one.source.name, **one.source.names}, margin=one.margin_votes,
            names=names(contest, [c.id for c in contest.choices if c.id in ahead(one, view)]),
        )
        for one in against
    ]  # fmt: skip
    ours = name(contest, seen.leader)
    return said("calls.disagree", ours=ours, lead=seen.margin_votes, parts=parts)


_ALL = (
    Guard("embargo", "May anything be published yet?", embargo, ends_call=False),
    Guard("polls-open", "Have polls closed?", polls_open, ends_call=False),
    Guard("mode", "Are these figures live ones, if the channel is live?", mode, ends_call=False),
    Guard("recount-band", "Is the margin wide enough that no recount turns it?", recount_band),
    Guard(
        "decisive-quarantine",
        "Can the boxes in question change the winner?",
        decisive_quarantine,
        bounds=False,
    ),
    Guard(
        "stalled-source",
        "Does the published source still speak?",
        stalled_source,
        ends_call=False,
        bounds=False,
    ),
    Guard("sources-disagree", "Do all sources have the same choice ahead, clearly?", sources_disagree),
    Guard("skewed-order", "Do the boxes heard look like those out?", skewed_order, bounds=False),
    Guard(
        "too-little-heard", "Is enough of the contest heard?", too_little_heard, ends_call=False, bounds=False
    ),
)
GUARDS: Mapping[str, Guard] = {guard.id: guard for guard in _ALL}
"""Every guard, in the order they are asked."""


def ask(view: View, verdict: Verdict, guards: Mapping[str, Guard] = GUARDS) -> tuple[Answer, ...]:
    """What every guard says that this night has on; one the night does not name is on."""
    rules = view.night.guards
    return tuple(
        guard.answer(view, verdict) for name, guard in guards.items() if name not in rules or rules[name].on
    )


def forbidding(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers that forbid."""
    return tuple(answer for answer in answers if answer.word == FORBIDS)


def against(view: View, verdict: Verdict, guards: Mapping[str, Guard] = GUARDS) -> tuple[Answer, ...]:
    """The answers that forbid. A guard that cannot forbid this rule is not asked: some look at every area."""
    may = {name: guard for name, guard in guards.items() if guard.bounds or verdict.rule not in BOUNDS}
    return forbidding(ask(view, verdict, may))
