"""Shapes lie on the sheet as they lie on the ground, in whole numbers, and none is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.geometry import Geometry, Ring, Shape
from election.night import AreaId
from tests.invented_map import ring
from web.map_projected import LONG_SIDE, MARGIN, Corners, path, projected, twice_area

CORNERS = st.lists(st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)), min_size=3, max_size=20)


def square(west: float, south: float, size: float) -> Ring:
    """A square in degrees."""
    east, north = west + size, south + size
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def geometry(**shapes: Shape) -> Geometry:
    """Some areas."""
    return Geometry({AreaId(area): shape for area, shape in shapes.items()}, "invented")


def drawn(d: str) -> list[Corners]:
    """What a path draws, read by its own grammar: M x y, then steps."""
    found = []
    for start, steps in re.findall(r"M([^l]+)l([^z]*)z", d):
        x, y = map(int, re.findall(r"-?\d+", start))
        corners = [(x, y)]
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            corners.append((x, y))
        found.append(tuple(corners))
    return found


@given(CORNERS)
def test_a_path_draws_the_corners_it_was_made_of(corners: list[tuple[int, int]]) -> None:
    """Steps and their signs are told apart, however closely they are written."""
    assert [tuple(corners)] == drawn(path(tuple(corners)))


def test_the_longer_side_has_one_size_whatever_the_country() -> None:
    """A city and a continent fill the same sheet, with a margin."""
    for size in (0.01, 10):
        sheet = projected(geometry(a=((square(20, 0, size),),)))
        assert (LONG_SIDE + 2 * MARGIN, MARGIN) == (
            max(sheet.wide, sheet.high), min(x for x, _ in drawn(sheet.places[AreaId("a")].path)[0]),
        )  # fmt: skip


def test_a_degree_of_longitude_is_narrower_away_from_the_equator() -> None:
    """By the cosine of the latitude in the middle of the map: at 60 degrees by half."""
    sheet = projected(geometry(a=((square(20, 59.5, 1),),)))
    assert 0.5 == pytest.approx((sheet.wide - 2 * MARGIN) / (sheet.high - 2 * MARGIN), abs=0.01)


def test_north_is_up_and_east_is_right() -> None:
    """As on every map that readers know."""
    places = projected(geometry(a=((square(0, 0, 1),),), b=((square(1, 1, 1),),))).places
    a, b = places[AreaId("a")], places[AreaId("b")]
    assert a.x < b.x
    assert a.y > b.y


def test_neighbours_keep_the_border_that_they_share() -> None:
    """The same two corners in both paths, so that no gap opens between them."""
    left, right = (((tuple((x, y) for x, y in ring(0, at)),),) for at in (0, 1))
    places = projected(geometry(left=left, right=right)).places
    both = set(drawn(places[AreaId("left")].path)[0]) & set(drawn(places[AreaId("right")].path)[0])
    assert 2 == len(both)


def test_a_place_too_small_for_the_sheet_is_still_there() -> None:
    """As a dot; its islands that became nothing are left out."""
    tiny = square(10, 10, 0.000001)
    places = projected(geometry(big=((square(0, 0, 20),), (tiny,)), small=((tiny,), (tiny,)))).places
    assert 1 == len(drawn(places[AreaId("big")].path))
    (dot,) = drawn(places[AreaId("small")].path)
    assert 8 == twice_area(dot)


def test_a_hole_is_drawn_and_the_number_is_beside_it() -> None:
    """Two rings in one path, told apart by the even-odd rule."""
    hole = tuple(reversed(square(1, 1, 8)))
    place = projected(geometry(a=((square(0, 0, 10), hole),))).places[AreaId("a")]
    assert 2 == len(drawn(place.path))
    xs = [x for x, _ in drawn(place.path)[1]]
    ys = [y for _, y in drawn(place.path)[1]]
    assert not (min(xs) < place.x < max(xs) and min(ys) < place.y < max(ys))


def test_places_on_both_sides_of_the_date_line_lie_beside_each_other() -> None:
    """Fiji is one country and not two at the edges of a world."""
    places = projected(geometry(west=((square(178, -18, 1),),), east=((square(-180, -18, 1),),))).places
    west, east = places[AreaId("west")], places[AreaId("east")]
    assert 600 < east.x - west.x < 2000


def test_no_shape_is_an_empty_sheet() -> None:
    """A night may say of every area that it has none."""
    assert {} == dict(projected(geometry()).places)
