"""A night's shapes come from its folder or from the environment, and never without saying whose they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from election.errors import NightError, UsageError
from election.night import AreaId
from sandik import cli, folders, shapes
from sandik.folders import Folder
from tests.invented_map import collection, topology

TABLE = '\n[geometry]\nattribution = "© invented"\n'
REAL = "istanbul-2019/geo/istanbul-districts-osm2020-3pct.topojson"


def cells() -> dict[str, tuple[int, int]]:
    """The wards of the practice night as its tiles lie."""
    night = folders.load("practice").night
    wards = night.areas_of_level[night.leaf_level]
    return {area: night.areas[area].tile or (9, at) for at, area in enumerate(wards)}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The practice night as a folder of one's own."""
    path = tmp_path / "mine"
    path.mkdir()
    for name, content in folders.files(folders.find("practice")).items():
        (path / name).write_bytes(content)
    return path


def put(path: Path, document: dict[str, Any], name: str = "areas.topojson", table: str = TABLE) -> Folder:
    """The folder with a file of shapes, and with what night.toml says of it."""
    (path / name).write_text(json.dumps(document))
    with (path / "night.toml").open("a") as file:
        file.write(table)
    return folders.load(str(path))


@pytest.mark.parametrize(("name", "write"), [("areas.topojson", topology), ("areas.geojson", collection)])
def test_a_folder_may_hold_its_shapes(name: str, write: Any, mine: Path) -> None:
    """As TopoJSON or as GeoJSON; every ward has one."""
    loaded = shapes.load(put(mine, write(cells()), name), {})
    assert loaded
    assert (name, set(cells()), "© invented") == (
        loaded.file, set(loaded.geometry.shapes), loaded.geometry.attribution,
    )  # fmt: skip


def test_most_nights_have_none(mine: Path) -> None:
    """And no shipped night has: real shapes have licences of their own."""
    assert shapes.load(folders.load(str(mine)), {}) is None
    assert [None] * 3 == [shapes.load(folders.load(name), {}) for name in folders.shipped()]


def test_shapes_without_a_word_of_whose_they_are_are_refused(mine: Path) -> None:
    """A file in the folder, and nothing about it in night.toml."""
    with pytest.raises(NightError, match=r"areas\.topojson: night.toml has no table"):
        shapes.load(put(mine, topology(cells()), table=""), {})


def test_words_of_shapes_that_are_not_there_are_refused(mine: Path) -> None:
    """And two files, of which nobody could say which one is meant."""
    folder = put(mine, topology(cells()))
    (mine / "areas.topojson").rename(mine / "map.topojson")
    with pytest.raises(NightError, match="the folder has 0 of them"):
        shapes.load(folder, {})
    for name in ("areas.topojson", "areas.geojson"):
        (mine / name).write_text("{}")
    with pytest.raises(NightError, match="the folder has 2 of them"):
        shapes.load(folder, {})


def test_the_environment_gives_a_shipped_night_its_shapes(tmp_path: Path) -> None:
    """So that its folder stays as it is; the same checks hold."""
    file, folder = tmp_path / "wards.json", folders.load("practice")
    file.write_text(json.dumps(collection(cells())))
    said = {shapes.FILE: str(file), shapes.ATTRIBUTION: "© else", shapes.URL: "https://example.org"}
    loaded = shapes.load(folder, said)
    assert loaded
    assert ("© else", "https://example.org") == (loaded.geometry.attribution, loaded.geometry.attribution_url)
    keyed = collection(cells())
    for feature in keyed["features"]:
        feature["properties"] = {"code": feature.pop("id")}
    file.write_text(json.dumps(keyed))
    again = shapes.load(folder, {**said, shapes.KEY: "code"})
    assert again
    assert loaded.geometry == again.geometry
    file.write_text(json.dumps(collection({"moon": (0, 0)})))
    with pytest.raises(NightError, match="there is no area 'moon'"):
        shapes.load(folder, said)


def test_it_takes_the_place_of_the_folders_own(mine: Path, tmp_path: Path) -> None:
    """Which areas have no shape stays the night's to say."""
    first, *rest = cells()
    folder = put(mine, topology(cells()), table=f'{TABLE}without = ["{first}"]\n')
    file = tmp_path / "other.json"
    file.write_text(json.dumps(collection({area: cells()[area] for area in rest})))
    loaded = shapes.load(folder, {shapes.FILE: str(file), shapes.ATTRIBUTION: "© else"})
    assert loaded
    assert ("© else", (AreaId(first),)) == (loaded.geometry.attribution, loaded.geometry.without)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({shapes.FILE: "none.json", shapes.ATTRIBUTION: "x"}, "cannot be read"),
        ({shapes.FILE: "none.json"}, "SANDIK_GEOMETRY_ATTRIBUTION is missing"),
        ({shapes.ATTRIBUTION: "x"}, "SANDIK_GEOMETRY is missing"),
        ({shapes.FILE: "x", shapes.ATTRIBUTION: "x", shapes.URL: "ftp://x"}, "begins with https"),
    ],
)
def test_settings_that_make_no_sense_are_refused(said: dict[str, str], why: str) -> None:
    """Before the gateway opens, each by its name."""
    with pytest.raises(UsageError, match=why):
        shapes.load(folders.load("practice"), said)


def test_night_check_says_what_it_found(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many shapes, and whose."""
    put(mine, topology(cells()))
    assert 0 == cli.main(["night", "check", str(mine), "--json"])
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])["geometry"]
    assert ("areas.topojson", 9, 45, "© invented", []) == tuple(
        found[name] for name in ("file", "shapes", "points", "attribution", "without")
    )


def test_night_check_says_everything_wrong_with_a_map(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By file and feature, for the folder's own and for the environment's; exit code 1."""
    made = collection(cells())
    made["features"][0]["id"] = "moon"
    put(mine, made, "areas.geojson")
    assert 1 == cli.main(["night", "check", str(mine)])
    said = capsys.readouterr().out
    assert f"{mine}/areas.geojson: feature 1 ('moon'): there is no area 'moon'" in said
    assert "No feature for" in said
    other = tmp_path / "other.json"
    other.write_text("[]")
    monkeypatch.setenv(shapes.FILE, str(other))
    monkeypatch.setenv(shapes.ATTRIBUTION, "x")
    assert 1 == cli.main(["night", "check", str(mine)])
    assert f"{other}: Its type is None" in capsys.readouterr().out


@pytest.mark.real_data
def test_the_real_districts_of_istanbul_are_those_of_the_night(real_data: Path) -> None:
    """39 districts by OpenStreetMap; the file is not part of the project."""
    said = {shapes.FILE: str(real_data / REAL), shapes.ATTRIBUTION: "© OpenStreetMap contributors"}
    for name in ("istanbul-2019-03-31", "istanbul-2019-06-23"):
        loaded = shapes.load(folders.load(name), said)
        assert loaded
        assert 39 == len(loaded.geometry.shapes)
