"""Arcs that neighbours share become the coordinates that they stand for."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.wire.topojson import POINTS_MAX, TooManyError, unfolded
from tests.invented_map import collection, topology

CELLS = {"a": (0, 0), "b": (0, 1), "c": (1, 1)}
AREAS = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.just(0), min_size=1, max_size=36)


def read(document: dict[str, Any], layer: str = "") -> tuple[list[dict[str, Any]], list[str]]:
    """The features and everything that is wrong."""
    wrong: list[str] = []
    return unfolded(document, layer, wrong.append), wrong


@given(AREAS)
def test_decoded_arcs_are_the_coordinates_themselves(grid: dict[tuple[int, int], int]) -> None:
    """To the last digit, whichever neighbour an edge was written down for, and in whichever direction."""
    cells = {f"c{row}-{column}": (row, column) for row, column in grid}
    assert (collection(cells)["features"], []) == read(topology(cells))


@given(AREAS)
def test_without_a_transform_arcs_are_positions(grid: dict[tuple[int, int], int]) -> None:
    """Then nothing is added up (specification, 2.1.3)."""
    cells = {f"c{row}-{column}": (row, column) for row, column in grid}
    packed = topology(cells)
    (wide, high), (left, low) = (packed["transform"][name] for name in ("scale", "translate"))
    plain = {name: value for name, value in packed.items() if name != "transform"}
    plain["arcs"] = [
        [[x * wide + left, y * high + low], [(x + dx) * wide + left, (y + dy) * high + low]]
        for (x, y), (dx, dy) in packed["arcs"]
    ]
    assert (collection(cells)["features"], []) == read(plain)


def test_a_multipolygon_is_unfolded_part_by_part() -> None:
    """An area with islands."""
    made = topology(CELLS)
    listed = made["objects"]["wards"]["geometries"]
    listed[0] |= {"type": "MultiPolygon", "arcs": [listed[0]["arcs"], listed[2]["arcs"]]}
    first, third = (collection(CELLS)["features"][at]["geometry"]["coordinates"] for at in (0, 2))
    features, _ = read(made)
    assert {"type": "MultiPolygon", "coordinates": [first, third]} == features[0]["geometry"]


def test_of_several_objects_one_is_named() -> None:
    """Nobody guesses which of them are the areas."""
    made = topology(CELLS)
    made["objects"]["land"] = {"type": "Polygon", "arcs": [[0]]}
    assert ([], ["Its objects are land, wards: name the one with the areas under [geometry] layer."]) == read(
        made
    )
    assert collection(CELLS)["features"] == read(made, "wards")[0]
    assert "layer" in read(topology(CELLS), "towns")[1][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"objects": {}}, "no objects"),
        ({"arcs": 3}, "cannot be read"),
        ({"arcs": [[1, 2]]}, "cannot be read"),
        ({"transform": {"scale": [1]}}, "cannot be read"),
        ({"transform": {"scale": [1, 1], "translate": ["x", 0]}}, "cannot be read"),
    ],
)
def test_what_cannot_be_decoded_is_told(change: dict[str, Any], said: str) -> None:
    """As a mistake in the file, never as an exception of the program."""
    features, wrong = read(topology(CELLS) | change)
    assert [] == features
    assert said in wrong[0]


@pytest.mark.parametrize("arcs", [[[99]], [[-99]], [["a"]], "abc", None, [3]])
def test_arcs_of_another_file_are_marked(arcs: object) -> None:
    """The reader of features tells of which one."""
    made = deepcopy(topology(CELLS))
    made["objects"]["wards"]["geometries"][1]["arcs"] = arcs
    features, wrong = read(made)
    assert [] == wrong
    assert "wrong" == features[1]["geometry"]["arcs"]
    assert "arcs" not in features[0]["geometry"]


def test_one_arc_a_thousand_times_is_not_unfolded() -> None:
    """A small file must not become a large one in memory."""
    made = topology(CELLS)
    made["arcs"][0] = [[0, 0]] * 1000
    made["objects"]["wards"]["geometries"][0]["arcs"] = [[0] * (POINTS_MAX // 1000 + 1)]
    with pytest.raises(TooManyError):
        read(made)
