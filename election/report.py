"""A report: everything one source says about one unit in one contest, as revision n.

Know before changing: a report is a whole statement and never a difference (semantics.md, "A report is a
whole statement"). Differences are computed, in `tally`, from two statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from election.night import ChoiceId, ContestId, SourceId, UnitId


class Cause(Enum):
    """Why this revision was made."""

    FIRST = "first"
    RECOUNT = "recount"
    INVALID_REVIEW = "invalid-review"
    OBJECTION = "objection"
    TYPO = "typo"
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"


COUNTED_STATE = "counted"
"""The paper state in which figures may be counted; a night may name others (illegible, sealed, …)."""

COUNT_MAX = 2**31 - 1
"""Most votes one unit can report: more is a mistake in the feed, not a count."""

REVISION_MAX = 2**53 - 1
"""Highest revision number: clocks in milliseconds fit, and every JSON reader holds it exactly."""


@dataclass(frozen=True, slots=True)
class BoxReport:
    """One source's whole statement about one unit; figures are None only where the state is not countable."""

    contest: ContestId
    source: SourceId
    unit: UnitId
    revision: int
    cause: Cause
    state: str
    registered: int | None
    voters: int | None
    valid: int | None
    invalid: int | None
    votes: Mapping[ChoiceId, int]
    claimed_boxes: int | None
    """How many boxes an area-level source says are in its figures: its claim, never our *counted*."""
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A report as it came, before any check: every field may be anything JSON can hold, or missing."""

    contest: object
    source: object
    unit: object
    level: object
    revision: object
    cause: object
    state: object
    registered: object
    voters: object
    valid: object
    invalid: object
    votes: Mapping[str, object]
    claimed_boxes: object
    heard_at: datetime


MISSING = object()
"""Stands for a field that was not there at all, which is not the same as null."""
