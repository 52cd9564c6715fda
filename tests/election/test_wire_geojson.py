"""A file of shapes is read whole, or each feature that is wrong is told with its place and its name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import Mistake
from election.wire import geojson
from election.wire.geojson import BYTES_MAX, MISTAKES_MAX, Feature, read_features
from tests.invented_map import collection, ring, topology

CELLS = {"a": (0, 0), "b": (0, 1)}
FILE = "areas.geojson"


def read(document: object, layer: str = "") -> tuple[list[Feature], list[str]]:
    """The features of a document and everything wrong with it."""
    mistakes: list[Mistake] = []
    return read_features(FILE, json.dumps(document).encode(), layer, mistakes), [str(one) for one in mistakes]


def geometry(**changes: Any) -> dict[str, Any]:
    """Two features, the second with another geometry."""
    made = collection(CELLS)
    made["features"][1]["geometry"] |= changes
    return made


def test_a_feature_has_its_id_its_properties_and_its_shape() -> None:
    """Heights are allowed (RFC 7946, 3.1.1) and not looked at."""
    made = geometry(coordinates=[[[*point, 120.5] for point in ring(0, 1)]])
    features, wrong = read(made)
    assert [] == wrong
    square = ((tuple(map(tuple, ring(0, 1))),),)
    assert Feature("feature 2 ('b')", square, "b", {"code": "x-b"}) == features[1]


def test_both_standards_are_read_alike() -> None:
    """GeoJSON and TopoJSON of the same areas are the same features."""
    assert read(collection(CELLS)) == read(topology(CELLS))


def test_islands_and_holes_are_kept() -> None:
    """A MultiPolygon of two, one with a hole."""
    far, hole = ring(5, 5), ring(0, 1)
    features, wrong = read(geometry(type="MultiPolygon", coordinates=[[ring(0, 1), hole], [far]]))
    assert [] == wrong
    assert [2, 1] == [len(polygon) for polygon in features[1].shape]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"coordinates": [ring(0, 1)[:-1]]},
            "a ring of it is open: it begins at 30.0156, 40 and ends at 30.0156",
        ),
        ({"coordinates": [ring(0, 1)[:3]]}, "a ring of it has 3 positions; it has at least 4"),
        (
            {"coordinates": [[[500000.0, 4500000.0]] * 4]},
            "500000, 4.5e+06 is no longitude and latitude in degrees",
        ),
        ({"coordinates": [[[29.0, 90.5]] * 4]}, "29, 90.5 is no longitude and latitude"),
        ({"coordinates": [[["29", 41]] * 4]}, "['29', 41] is no position"),
        ({"coordinates": [[[True, 41]] * 4]}, "[True, 41] is no position"),
        ({"coordinates": [[[29]] * 4]}, "[29] is no position"),
        ({"coordinates": [[{}]]}, "{} is no position"),
        ({"coordinates": [5]}, "a ring of it is no list"),
        ({"coordinates": [], "type": "MultiPolygon"}, "it has no coordinates"),
        ({"coordinates": [[]], "type": "MultiPolygon"}, "a polygon of it has no ring"),
        ({"coordinates": None}, "a polygon of it has no ring"),
        ({"type": "LineString"}, "it is a LineString; an area is a Polygon or a MultiPolygon"),
        ({"type": None}, "it is a None; an area"),
    ],
)
def test_a_shape_that_is_none_is_told_with_its_feature(changes: dict[str, Any], said: str) -> None:
    """The others are read: everything wrong is found at once."""
    features, wrong = read(geometry(**changes))
    assert ["a"] == [feature.id for feature in features]
    assert 1 == len(wrong)
    assert wrong[0].startswith(f"{FILE}: feature 2 ('b'): {said}")


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (7, "feature 1: it is no Feature."),
        ({"type": "Feature", "geometry": None, "id": 4}, "feature 1 ('4'): it has no geometry."),
        (
            {"type": "Feature", "geometry": {}, "properties": [1]},
            "feature 1: its properties are no object.",
        ),
    ],
)
def test_what_is_no_feature_is_told(feature: object, said: str) -> None:
    """By its place in the file, where it has no name."""
    assert ([], [f"{FILE}: {said}"]) == read({"type": "FeatureCollection", "features": [feature]})


def test_an_arc_that_is_not_there_is_told_with_its_feature() -> None:
    """In a file that was cut or put together by hand."""
    made = topology(CELLS)
    made["objects"]["wards"]["geometries"][0]["arcs"] = [[77]]
    assert [f"{FILE}: feature 1 ('a'): its arcs are not those of this file."] == read(made)[1]


@pytest.mark.parametrize("document", [[], 3, {"type": "Feature"}, {"type": "FeatureCollection"}, {}])
def test_another_kind_of_document_is_told(document: object) -> None:
    """A map is a collection of features, or a topology."""
    features, wrong = read(document)
    assert [] == features
    assert "a map is a Topology (TopoJSON) or a FeatureCollection (GeoJSON)" in wrong[0]


def test_what_is_not_json_is_told_with_its_line() -> None:
    """A file saved by the wrong program."""
    mistakes: list[Mistake] = []
    assert [] == read_features(FILE, b'{"type":\n<xml>', "", mistakes)
    assert 2 == mistakes[0].line


def test_a_file_that_is_too_large_is_not_read() -> None:
    """Neither in bytes nor in positions: a map for readers is simplified first."""
    mistakes: list[Mistake] = []
    assert [] == read_features(FILE, b" " * (BYTES_MAX + 1), "", mistakes)
    assert "Simplify it" in mistakes[0].message


def test_too_many_positions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of all features together count."""
    monkeypatch.setattr(geojson, "POINTS_MAX", 9)
    features, wrong = read(collection(CELLS))
    assert [] == features
    assert "More than 9 positions" in wrong[0]


def test_after_many_mistakes_reading_stops() -> None:
    """The file is another kind then."""
    _, wrong = read({"type": "FeatureCollection", "features": [7] * (MISTAKES_MAX + 50)})
    assert MISTAKES_MAX == len(wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "features", "geometry", "coordinates", "arcs", "objects", "transform", "id"])
        | st.text(max_size=3), inner, max_size=5),
    max_leaves=30,
)  # fmt: skip


@given(JSON, st.sampled_from(["Topology", "FeatureCollection", None]))
def test_no_document_breaks_the_reader(document: object, kind: str | None) -> None:
    """Whatever comes from outside is read, or told to be wrong."""
    if kind and isinstance(document, dict):
        document = document | {"type": kind}
    features, wrong = read(document)
    assert wrong or all(feature.shape for feature in features)
