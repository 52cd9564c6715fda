"""Why a total moved: a new box, a recount, an objection, a typing error, a withdrawal; the margin waterfall.

Know before changing: an entry is made from two statements of one unit, so the entries of a night add up to
its margin whatever the order they came in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from election.night import UnitId
from election.report import Cause
from election.tally import Statement, Status

WHYS = (
    "new box", "recount", "invalid-review", "objection", "typo", "withdrawn", "reinstated", "quarantined",
    "conflict", "marked", "cleared", "revised",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement: which unit, why, when, and what each choice gained by it."""

    unit: UnitId
    why: str
    at: datetime
    votes: tuple[int, ...]
    """What each choice gained (or lost, negative), in the order of the paper."""


def entry(unit: UnitId, before: Statement | None, after: Statement, cause: Cause, at: datetime) -> Entry:
    """The movement from one held statement of a unit to the next."""
    gained = tuple(new - old for new, old in zip(_counted(after), _counted(before, after), strict=True))
    return Entry(unit, why(before, after, cause), at, gained)


def _counted(held: Statement | None, shape: Statement | None = None) -> tuple[int, ...]:
    """The votes a statement adds: none unless it is counted."""
    if held is not None and held.status is Status.COUNTED:
        return tuple(votes or 0 for votes in held.votes)
    like = held if held is not None else shape
    return (0,) * (len(like.votes) if like is not None else 0)


_BY_STATUS = {
    Status.QUARANTINED: "quarantined",
    Status.CONFLICT: "conflict",
    Status.MARKED: "marked",
    Status.WITHDRAWN: "withdrawn",
}


def why(before: Statement | None, after: Statement, cause: Cause) -> str:
    """The reason in one of the words of WHYS."""
    if after.status in _BY_STATUS:
        return _BY_STATUS[after.status]
    if before is None:
        return "new box"
    if before.status is not Status.COUNTED and cause is Cause.FIRST:
        return "cleared" if before.status is not Status.WITHDRAWN else "reinstated"
    return "revised" if cause is Cause.FIRST else cause.value


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall: how many movements for one reason, and what they did to the margin."""

    why: str
    movements: int
    margin_votes: int


def waterfall(entries: Iterable[Entry], places: tuple[int, int]) -> tuple[Step, ...]:
    """The margin between two choices as a sum of reasons; the steps add up to the margin."""
    first, second = places
    sums: dict[str, list[int]] = {}
    for moved in entries:
        bar = sums.setdefault(moved.why, [0, 0])
        bar[0] += 1
        bar[1] += moved.votes[first] - moved.votes[second]
    return tuple(Step(word, *sums[word]) for word in WHYS if word in sums)
