"""How the lead of the night became the lead at the end: a start, steps by day, and an end that is their sum.

    made = waterfall(points, boxes_total, "Europe/Istanbul")     None where there is nothing to show yet
    made.start.lead + sum(step.votes for step in made.steps) == made.end.lead

Know before changing: this is pure, and made of what was shown (`points`), so the steps add up whatever was
missed between two of them. It starts where nearly every box was counted; a step in which no box was added is
a correction of boxes counted before, as in `election.corrections`, and one with boxes may be both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from web.points import Point

FROM_PERMILLE = 997
"""From this share of boxes counted on only boxes that somebody holds are missing; the rest is aftermath."""
STEPS_MAX = 12
"""Most steps; of more, the two neighbours that moved least become one."""


@dataclass(frozen=True, slots=True)
class Step:
    """What moved from one day to another: the lead in votes, the boxes counted."""

    first: date
    last: date
    votes: int
    boxes: int
    lead: int
    """The lead after it."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From the night's count to the last one."""

    start: Point
    steps: tuple[Step, ...]
    end: Point


def waterfall(points: Sequence[Point], boxes_total: int, zone: str) -> Waterfall | None:
    """The steps from where nearly every box was counted; None while that is not reached, or nothing moved."""
    nearly = [point for point in points if point.boxes * 1000 >= FROM_PERMILLE * boxes_total > 0]
    if len(nearly) < 2:
        return None
    start, end = nearly[0], nearly[-1]
    days: dict[date, Point] = {}
    for point in nearly:
        days[day_of(point.at, zone)] = point
    steps, before = [], start
    for day, point in days.items():
        moved = Step(day, day, point.lead - before.lead, point.boxes - before.boxes, point.lead)
        if moved.votes or moved.boxes:
            steps.append(moved)
            before = point
    return Waterfall(start, tuple(_fewer(steps)), end) if steps else None


def day_of(at: int, zone: str) -> date:
    """The day of a moment of a series, in the night's own place."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).date()


def _fewer(steps: list[Step]) -> list[Step]:
    """At most STEPS_MAX: the two neighbours that moved least become one, again and again."""
    while len(steps) > STEPS_MAX:
        sizes = [abs(one.votes) + abs(two.votes) for one, two in pairwise(steps)]
        at = sizes.index(min(sizes))
        one, two = steps[at : at + 2]
        steps[at : at + 2] = [
            Step(one.first, two.last, one.votes + two.votes, one.boxes + two.boxes, two.lead)
        ]
    return steps
