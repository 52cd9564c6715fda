"""A number stands inside its place, where there is room for it."""

from math import atan2, cos, hypot, pi, sin
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.map_label import Ring, inside, label

SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))
HOLE = ((10, 10), (90, 10), (90, 90), (10, 90))
CORNERS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=3, max_size=12, unique=True
)  # fmt: skip


def star(corners: list[tuple[int, int]], centre: tuple[float, float]) -> list[tuple[int, int]]:
    """The corners in turn around a point, so that their ring does not cross itself."""
    x, y = centre
    return sorted(
        corners, key=lambda corner: (atan2(corner[1] - y, corner[0] - x), hypot(corner[0] - x, corner[1] - y))
    )


def area(ring: Ring) -> float:
    """Twice the area of a ring."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)))


@given(CORNERS)
def test_the_place_of_a_number_is_inside(corners: list[tuple[int, int]]) -> None:
    """For every shape with an area, thin, bent or crossed by itself."""
    ring = star(corners, (200.3, 199.7))
    if area(ring):
        x, y, room = label([ring])
        assert inside(x, y, [ring])
        assert room >= 0


@given(CORNERS)
def test_there_is_as_much_room_as_it_says(corners: list[tuple[int, int]]) -> None:
    """No corner lies nearer, heights counted twice."""
    ring = star(corners, (200.3, 199.7))
    if area(ring):
        x, y, room = label([ring])
        assert min(hypot(cx - x, 2 * (cy - y)) for cx, cy in ring) >= room - 1e-6


def test_in_a_square_it_is_the_middle() -> None:
    """Half as wide as the square: up to its sides, which limit a wide number first."""
    x, y, room = label([SQUARE])
    assert 50 == pytest.approx(x, abs=1)
    assert 48 <= room <= 50
    assert 20 < y < 80


def test_a_hole_is_not_inside() -> None:
    """A district around another one has its number beside it."""
    x, y, room = label([SQUARE, HOLE])
    assert inside(x, y, [SQUARE, HOLE])
    assert not inside(50, 50, [SQUARE, HOLE])
    assert 0 < room <= 10.1


def test_a_bent_shape_has_its_number_in_its_widest_part() -> None:
    """And not in the middle of its box, which is outside."""
    bent = ((0, 0), (200, 0), (200, 20), (60, 20), (60, 100), (0, 100))
    x, _, room = label([bent])
    assert x < 60
    assert 28 <= room <= 32


def test_a_line_has_no_room() -> None:
    """What has no area is still answered."""
    assert 0 == label([((0, 0), (10, 0), (20, 0))])[2]


def test_a_coast_of_many_corners_is_searched_in_few() -> None:
    """A gateway starts at once, whatever file it is given; the room is that of the true shape."""
    coast = [
        (round(4000 * cos(turn / 9000) + 60 * sin(turn / 7)), round(2000 * sin(turn / 9000)))
        for turn in range(int(18000 * pi))
    ]
    began = process_time()
    x, y, room = label([coast])
    assert process_time() - began < 5
    assert inside(x, y, [coast])
    assert 3700 < room <= 4000
    assert min(hypot(cx - x, 2 * (cy - y)) for cx, cy in coast) >= room - 1e-6
