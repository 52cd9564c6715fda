"""Like-for-like change against the parent night: over the same boxes only, with the naive figure beside it.

    whole = together(view.then.values())               several areas as one
    change(whole, votes_now, place).points             the change of a choice's share over the same boxes
    margin_swing(whole, (0, 1))                        the change of the margin, as a fraction of valid votes
    leading(whole.then)                                who led then over the same boxes

The naive figure compares everything counted now with everything known from then. While boxes are out it mixes
the swing with the order in which boxes come, so it is only ever shown beside the other one.

Know before changing: valid votes of a side are the sum over its choices, on both nights alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

POINT_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Then:
    """The parent night over the same boxes: those counted now that are also known from then.

    `boxes` how many; `now` and `then` the votes of each choice on the two nights over just these boxes;
    `then_total` the parent's votes over all boxes of the area that are known from then. Valid votes of a side
    are the sum over its choices. Source: semantics.md, *swing* compares only boxes reported on both nights.
    """

    boxes: int
    boxes_total: int
    now: tuple[int, ...]
    then: tuple[int, ...]
    then_total: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one choice's share in percentage points, two decimals, for showing; None: not comparable.

    `boxes` were counted on both nights, of `boxes_total` known from then.
    """

    boxes: int
    boxes_total: int
    points: float | None
    naive_points: float | None


def together(parts: Iterable[Then]) -> Then | None:
    """Several areas as one; None if there are none."""
    areas = list(parts)
    if not areas:
        return None
    return Then(
        boxes=sum(area.boxes for area in areas),
        boxes_total=sum(area.boxes_total for area in areas),
        now=sums(area.now for area in areas),
        then=sums(area.then for area in areas),
        then_total=sums(area.then_total for area in areas),
    )


def change(then: Then, counted_now: Sequence[int], place: int) -> Change:
    """How the share of the choice at `place` changed; `counted_now` are all votes counted now."""
    return Change(
        boxes=then.boxes,
        boxes_total=then.boxes_total,
        points=_points(_difference(_share(then.now, place), _share(then.then, place))),
        naive_points=_points(_difference(_share(counted_now, place), _share(then.then_total, place))),
    )


def margin_swing(then: Then, places: tuple[int, int]) -> Fraction | None:
    """By how much the margin of the first over the second moved over the same boxes; None: none in common."""
    return _difference(margin(then.now, places), margin(then.then, places))


def margin(votes: Sequence[int], places: tuple[int, int]) -> Fraction | None:
    """The margin of the first over the second as a fraction of all votes; None where there are none."""
    total = sum(votes)
    return Fraction(votes[places[0]] - votes[places[1]], total) if total else None


def leading(votes: Sequence[int]) -> int | None:
    """The place of the most votes; None in a tie, and where there are none."""
    most = max(votes, default=0)
    places = [place for place, many in enumerate(votes) if many == most]
    return places[0] if most and len(places) == 1 else None


def _share(votes: Sequence[int], place: int) -> Fraction | None:
    total = sum(votes)
    return Fraction(votes[place], total) if total else None


def _difference(new: Fraction | None, old: Fraction | None) -> Fraction | None:
    return None if new is None or old is None else new - old


def _points(value: Fraction | None) -> float | None:
    return None if value is None else round(float(100 * value), POINT_DIGITS)


def sums(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Rows added up, place by place; nothing where there is no row."""
    return tuple(map(sum, zip(*rows, strict=True)))
