"""Several counts of one contest side by side: which is published, how far each is, where they differ.

Know before changing: each source has a ledger of its own and totals are never added across sources. A source
that reports areas sums the units it reports; its own word on how many boxes are in them is its *claim* and
is never our counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from election.night import BOX_LEVEL, ChoiceId, Contest, Night, Source, UnitId
from election.standing import leader
from election.tally import COLUMN, Row, Statement, Status, votes_of


@dataclass(frozen=True, slots=True)
class Count:
    """One source's count of one contest. `units` are boxes, or areas for a source that reports areas."""

    source: Source
    published: bool
    units: int
    units_total: int
    claimed_boxes: int | None
    valid: int
    votes: tuple[int, ...]
    leader: ChoiceId | None
    margin_votes: int
    last_at: datetime | None


def count(
    contest: Contest, source: Source, night: Night, row: Row, units_total: int, last_at: datetime | None
) -> Count:
    """How far one source is, and whom it has ahead."""
    votes = votes_of(row, contest)
    ranked = sorted(range(len(votes)), key=lambda place: (-votes[place], place))
    line = contest.seats
    margin = votes[ranked[line - 1]] - votes[ranked[line]] if len(ranked) > line else 0
    return Count(
        source=source,
        published=source.id == contest.source,
        units=row[COLUMN["boxes"]],
        units_total=units_total,
        claimed_boxes=None if source.level == BOX_LEVEL else row[COLUMN["claimed"]],
        valid=row[COLUMN["valid"]],
        votes=votes,
        leader=leader(votes, contest),
        margin_votes=margin,
        last_at=last_at,
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A box of which two sources say different things (check W308), and what it does to the margin."""

    unit: UnitId
    ours: Statement
    theirs: Statement
    effect_votes: int


def differences(
    ours: Mapping[UnitId, Statement], theirs: Mapping[UnitId, Statement], places: tuple[int, int]
) -> Iterator[Difference]:
    """Boxes counted by both sources with different votes, by effect on the margin between two choices.

    `places` are the positions of the two choices on the paper; the largest effect comes first.
    """
    found = [
        Difference(unit, mine, theirs[unit], _margin(theirs[unit], places) - _margin(mine, places))
        for unit, mine in ours.items()
        if unit in theirs
        and mine.status is theirs[unit].status is Status.COUNTED
        and mine.votes != theirs[unit].votes
    ]
    yield from sorted(found, key=lambda difference: (-abs(difference.effect_votes), difference.unit))


def _margin(held: Statement, places: tuple[int, int]) -> int:
    first, second = places
    return (held.votes[first] or 0) - (held.votes[second] or 0)
