"""Every area has its shape and no other: features are matched by id, and nothing is guessed."""

import json
from typing import Any

import pytest

from election.errors import NightError
from election.night import AreaId, GeometryRule
from election.wire.geometry import read_geometry
from election.wire.nights import read_night
from tests.election.strategies import files, night
from tests.invented_map import collection, topology

FILE = "areas.topojson"
RULE = GeometryRule("invented")


def cells() -> dict[str, tuple[int, int]]:
    """Every ward of the made-up night, in a row."""
    the = night()
    return {area: (0, at) for at, area in enumerate(the.areas_of_level[the.leaf_level])}


def read(document: dict[str, Any], rule: GeometryRule = RULE) -> Any:
    """The geometry of the made-up night in a document."""
    return read_geometry(FILE, json.dumps(document).encode(), night(), rule)


def wrong(document: dict[str, Any], rule: GeometryRule = RULE) -> list[str]:
    """Everything wrong with it."""
    with pytest.raises(NightError) as refusal:
        read(document, rule)
    return [str(mistake) for mistake in refusal.value.mistakes]


def test_each_area_of_the_last_level_has_its_shape() -> None:
    """In the night's order, whatever the order of the file, with the words for whose they are."""
    made = topology(dict(reversed(cells().items())))
    geometry = read(made, GeometryRule("© invented", "https://example.org/"))
    assert list(cells()) == list(geometry.shapes)
    assert ("© invented", "https://example.org/", ()) == (
        geometry.attribution, geometry.attribution_url, geometry.without,
    )  # fmt: skip


def test_a_property_can_hold_the_id() -> None:
    """Offices publish codes of their own; the night may use those as ids of its areas."""
    made = collection(cells())
    for feature in made["features"]:
        feature["properties"] = {"code": feature.pop("id")}
    assert list(cells()) == list(read(made, GeometryRule("invented", key="code")).shapes)
    assert "it does not have an id, nor a property 'id'" in wrong(made)[0]
    assert "it does not have the property 'ward'" in wrong(made, GeometryRule("invented", key="ward"))[0]
    for feature in made["features"]:
        feature["properties"] = {"id": feature["properties"]["code"]}
    assert list(cells()) == list(read(made).shapes)


def test_an_unknown_a_missing_and_a_doubled_area_are_told_together() -> None:
    """Each with its feature; a map that leaves out a place would say that there is none."""
    made = collection(cells())
    first, second, *_ = cells()
    made["features"][0]["id"] = "atlantis"
    made["features"].append(made["features"][1])
    last = len(made["features"])
    total = len(cells())
    assert [
        f"{FILE}: feature 1 ('atlantis'): there is no area 'atlantis' in areas.csv.",
        f"{FILE}: feature {last} ({second!r}): {second} stands twice, first as feature 2 ({second!r}).",
        f"{FILE}: No feature for {first}: 1 of {total} areas (ward) have no shape. "
        "An area that can have none is named under [geometry] without.",
    ] == wrong(made)


def test_an_area_of_another_level_is_told() -> None:
    """The outline of the whole would cover all others."""
    assert (
        "kent is a county, and the map shows each ward." in wrong(collection({**cells(), "kent": (3, 3)}))[0]
    )


def test_an_area_may_have_no_shape_if_the_night_says_so() -> None:
    """Votes from abroad lie nowhere on the map; the geometry knows them, so that the map can say so."""
    first, *rest = cells()
    made = collection({area: cells()[area] for area in rest})
    assert (AreaId(first),) == read(made, GeometryRule("invented", without=(AreaId(first),))).without
    assert () == read(collection(cells()), GeometryRule("invented", without=(AreaId(first),))).without
    assert "without names 'abroad', which is not in areas.csv" in wrong(
        collection(cells()), GeometryRule("invented", without=(AreaId("abroad"),))
    )[0]  # fmt: skip


def test_a_file_that_cannot_be_read_is_not_also_said_to_miss_areas() -> None:
    """One mistake, the one to be corrected."""
    assert 1 == len(wrong({"type": "Nothing"}))


def ruled(text: str) -> Any:
    """What the night says of shapes, with a table [geometry]."""
    made = files()
    made["night.toml"] += f"\n[geometry]\n{text}\n".encode()
    return read_night(made)


def test_a_night_says_of_its_shapes_whose_they_are() -> None:
    """And which property, which object, which areas have none; without the table it has no map."""
    said = ruled(
        'attribution = "© invented"\nattribution_url = "https://example.org/"\nkey = "code"\n'
        'layer = "wards"\nwithout = ["abroad"]'
    ).geometry
    assert GeometryRule("© invented", "https://example.org/", "code", "wards", (AreaId("abroad"),)) == said
    assert GeometryRule("© invented") == ruled('attribution = "© invented"').geometry
    assert night().geometry is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "geometry.attribution is missing"),
        ('attribution = " "', "attribution is empty"),
        ('attribution = "x"\nattribution_url = "javascript:alert(1)"', "it begins with https://"),
        ('attribution = "x"\nfile = "map.json"', "There is no geometry.file"),
    ],
)
def test_a_map_that_does_not_say_whose_it_is_is_refused(text: str, said: str) -> None:
    """Licences ask for it, and a link leads to a web page or nowhere."""
    with pytest.raises(NightError) as refusal:
        ruled(text)
    assert said in str(refusal.value)
