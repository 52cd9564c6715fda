"""The watches over the published count: each looks at one thing and says what has become of it, once.

    for watch in WATCHES:
        watch(telling)          says first-boxes, counted, lead-change, band-…, quarantine-…

Each watch is bounded however its input flaps: what must be passed before it speaks again grows each time
(docs/reference/alerts.md has the sizes; `tests/election/test_watches.py` has the laws).

Know before changing: a watch reads the view and the memory of the telling and nothing else; what it needs to
know later must stand in the fact it tells (`Memory.take`).
"""

from collections.abc import Callable

from election.calls.verdict import View
from election.standing import margin_within
from election.tally import COLUMN
from election.telling import Telling
from languages.saying import said

LEADS_A_DOUBLING = 3
"""After so many lead changes the lead that is needed for the next is twice as large."""


def _told_enough(view: View) -> bool:
    """Whether so much is counted that the night lets us say who is ahead."""
    return view.seen.counted_at_least(view.night.lead_from_counted_pct)


def widened(size: int, times: int) -> int:
    """A size doubled so many times, so that what flaps is told a bounded number of times; 0 grows too."""
    return (size << times) or (1 << times) - 1


def watch_counted(telling: Telling) -> None:
    """The first boxes, and the highest step of boxes counted; steps passed at one go are not told."""
    seen, memory = telling.view.seen, telling.memory
    steps = [pct for pct in telling.night.alerts.counted_pct if seen.counted_at_least(pct)]
    highest = max(steps, default=0)
    if highest <= memory.counted_pct and (highest or memory.counted_pct or memory.told("first-boxes")):
        return
    because = said("told.counted.because", boxes=seen.boxes, total=seen.boxes_total)
    if highest > memory.counted_pct:
        title = said("told.counted.title", pct=highest)
        telling.say("counted", str(highest), title, because, {"pct": highest} | telling.counted())
    elif seen.boxes:
        title = said("told.counted.first")
        telling.say("first-boxes", "1", title, because, telling.counted())


def watch_lead(telling: Telling) -> None:
    """Another choice is ahead, by more than a size that doubles after every third change told.

    Who is ahead first is noted and not told: nobody had been told of another.
    """
    seen, memory, ahead = telling.view.seen, telling.memory, telling.ahead()
    if not ahead or not _told_enough(telling.view) or ahead == memory.ahead:
        return
    changes = memory.told("lead-change")
    needed = widened(telling.night.alerts.lead_change_votes, changes // LEADS_A_DOUBLING)
    if seen.margin_votes <= needed:
        return
    d = {"ahead": list(ahead), "before": list(memory.ahead), "margin_votes": seen.margin_votes}
    d |= telling.counted()
    names, many = telling.names(ahead), len(ahead)
    because = said(
        "told.lead.because", names=names, many=many, margin=seen.margin_votes, boxes=seen.boxes,
        total=seen.boxes_total,
    )  # fmt: skip
    if not memory.ahead:
        telling.say("lead-noted", "1", said("told.lead.noted", names=names, many=many), because, d)
        return
    title = said("told.lead.title", names=names, many=many)
    telling.say("lead-change", str(changes + 1), title, because, d)


def watch_band(telling: Telling) -> None:
    """The margin goes into the recount band at its edge, and out of it beyond one that widens each time."""
    seen, memory, night = telling.view.seen, telling.memory, telling.night
    contested = len(telling.contest.choices) > telling.contest.seats
    if not contested or seen.valid == 0 or not _told_enough(telling.view):
        return
    band, left = night.recount_band_permille, memory.told("band-left")
    margin = seen.margin_votes
    d = {"margin_votes": margin, "valid": seen.valid, "band_permille": band}
    figures = {"margin": margin, "valid": seen.valid, "band": band / 10}
    if not memory.in_band and margin_within(seen, band):
        title, because = said("told.band.in"), said("told.band.in.because", **figures)
        telling.say("band-entered", str(memory.told("band-entered") + 1), title, because, d)
    elif memory.in_band and not margin_within(seen, band + leave_permille(telling, left)):
        title, because = said("told.band.out"), said("told.band.out.because", **figures)
        telling.say("band-left", str(left + 1), title, because, d)


def leave_permille(telling: Telling, left: int) -> int:
    """By how much the margin must be outside the band before it counts as left, for the next time."""
    return (telling.night.alerts.band_leave_permille + 1 << left) - 1


def in_question(view: View) -> tuple[int, int]:
    """Boxes heard that are held back, and the most votes that could be in them.

    Quarantined papers by their own registers; papers marked (illegible, sealed, objected to) by the largest
    register of a box, because totals do not hold the registers of those.
    """
    row = view.rows.get(view.contest.area)
    if row is None:
        return 0, 0
    rule, quarantined, marked = view.night.outstanding, row[COLUMN["quarantined"]], row[COLUMN["marked"]]
    bare = row[COLUMN["no_register_quarantined"]]
    most = (
        row[COLUMN["register_quarantined"]]
        + rule.slack_per_box * (quarantined - bare)
        + rule.voters_max_without_register * bare
        + row[COLUMN["held_excess"]]
        + marked * max(view.largest_box + rule.slack_per_box, rule.voters_max_without_register)
    )
    return quarantined + marked, min(most, view.seen.outstanding.votes_max)


def watch_question(telling: Telling) -> None:
    """Boxes held back can change who is in, by themselves or with what is out; or can no longer.

    Told from the share counted on at which the night names a lead. What is out without them does not make
    them decisive: early in the night everything can still change.
    """
    view, memory = telling.view, telling.memory
    seen = view.seen
    if len(telling.contest.choices) <= telling.contest.seats or not _told_enough(view):
        return
    boxes, most = in_question(view)
    out, margin = seen.outstanding.votes_max, seen.margin_votes
    told = memory.told("quarantine-decisive")
    excess = widened(telling.night.alerts.lead_change_votes, told - 1) if told else 0
    d = {"in_question": boxes, "quarantined": seen.boxes_quarantined, "in_question_votes_max": most,
         "votes_max": out, "margin_votes": margin}  # fmt: skip
    if not memory.decisive and boxes and (most >= margin + excess or out - most < margin <= out - excess):
        title = said("told.held")
        because = said("told.held.because", boxes=boxes, most=most, out=out, margin=margin)
        telling.say("quarantine-decisive", str(told + 1), title, because, d)
    elif memory.decisive and (boxes == 0 or out < margin):
        title = said("told.held.cleared")
        because = said("told.held.cleared.because", boxes=boxes, most=most, margin=margin)
        key = str(memory.told("quarantine-cleared") + 1)
        telling.say("quarantine-cleared", key, title, because, d)


WATCHES: tuple[Callable[[Telling], None], ...] = (watch_counted, watch_lead, watch_band, watch_question)
"""In the order in which they speak of one view."""
