"""Real boxes put into a shipped night: what comes out counts to what went in, and says what is real.

Know before changing: the tests marked real_data need the ballot-box file beside the checkout; the others use
a few invented rows in its shape.
"""

import csv
import gzip
import io
import json
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from election.checks import check, default_rules
from election.errors import MistakesError, UsageError
from election.rehearsal import Rehearsal
from election.wire.nights import read_night
from election.wire.records import Bundle, decode
from sandik.nightbuild import build_with_boxes, differences, neighbourhood_ids, which_vote
from sandik.nightbuild_csv import RealBox, Which
from sandik.simulate_arrival import Sheet
from tests.plain_count import FIGURES, files, rows

NIGHT_OF: dict[Which, str] = {"march": "istanbul-2019-03-31", "june": "istanbul-2019-06-23"}
HEAD = (
    "district,seq,neighborhood,registered,voted,valid,akp,chp,sp,other,"
    "registered_jun,voted_jun,valid_jun,akp_jun,chp_jun,sp_jun,other_jun"
)
ROWS = (
    "ADALAR,1,BURGAZ MAH.,300,260,250,100,140,4,6,300,262,258,95,160,1,2",
    "ADALAR,2,BURGAZ MAH.,300,250,180,80,90,4,6,300,255,250,90,155,3,2",
    "SILE,7,AGVA MERKEZ MAH.,320,290,280,150,120,5,5,321,291,284,140,141,2,1",
)
SMALL = "\n".join((HEAD, *ROWS)).encode() + b"\n"


def built(which: Which, content: bytes = SMALL) -> dict[str, bytes]:
    """A shipped night with these boxes."""
    return build_with_boxes(files(NIGHT_OF[which]), content, which=which, csv_name="boxes.csv.gz")


def counted(night_files: dict[str, bytes]) -> Rehearsal:
    """The built night's recording, counted."""
    night = read_night(night_files)
    lines = gzip.decompress(night_files["recording.jsonl.gz"]).splitlines()[1:]
    return Rehearsal(night, "replay").hear_all(decode(line) for line in lines)


@pytest.mark.parametrize("which", NIGHT_OF)
def test_a_built_night_is_a_night_with_one_more_level(which: Which) -> None:
    """Neighbourhoods lie under the districts, and snapshots stay as small as before."""
    night = read_night(built(which))
    assert ("city", "side", "district", "neighbourhood") == night.levels
    assert ("city", "side", "district") == night.shown_levels
    assert "sile" == night.areas[night.boxes[next(b for b in night.boxes if b == "sile-7")].area].parent
    assert 3 == len(night.boxes)


@pytest.mark.parametrize(("which", "votes"), [("march", (350, 330)), ("june", (456, 325))])
def test_a_built_night_counts_to_its_file(which: Which, votes: tuple[int, int]) -> None:
    """Every box of the file counts, one with a quarter of its votes invalid too, by two different counts."""
    night_files = built(which)
    ending = json.loads(night_files["ending.json"])["contests"]["mayor"]
    assert ending == plain_sums(night_files)
    assert votes == (ending["choices"]["imamoglu"], ending["choices"]["yildirim"])
    assert {"counted": 3, "total": 3, "quarantined": 0} == ending["boxes"]
    shown = counted(night_files).snapshot(next(iter(read_night(night_files).contests)))
    assert ending["choices"] == {choice["id"]: choice["votes"] for choice in shown["choices"]}
    assert 3 == shown["counted"]["boxes"]


def plain_sums(night_files: dict[str, bytes]) -> dict[str, object]:
    """The file's ending by plain sums over every paper of the recording."""
    sums: Counter[str] = Counter()
    for row in rows(night_files["recording.jsonl.gz"]):
        sums.update({"boxes": 1, **{key: row[key] for key in FIGURES}, **row["votes"]})
    choices = {name: sums[name] for name in ("imamoglu", "yildirim", "gokcinar", "others")}
    first, second = sorted(choices.values(), reverse=True)[:2]
    return {
        "boxes": {"counted": sums["boxes"], "total": sums["boxes"], "quarantined": 0},
        **{key: sums[key] for key in FIGURES},
        "choices": choices,
        "leader": max(choices, key=lambda name: choices[name]),
        "margin_votes": first - second,
    }


def test_june_is_compared_with_the_same_boxes_of_march() -> None:
    """parent.csv holds the March columns of the same rows."""
    assert b"mayor,adalar-1,250,140,100,4,6" in built("june")["parent.csv"]
    assert "parent.csv" not in built("march")


def test_a_built_night_says_what_is_real_and_what_is_not() -> None:
    """Box figures are real, arrival is simulated; where the sums differ from the official ones it says so."""
    night_files = built("june")
    facts = tomllib.loads(night_files["night.toml"].decode())
    source = night_files["SOURCE.md"].decode()
    assert facts["simulated"] is True
    assert "Box figures are real" in facts["simulated_what"]
    assert ["tr"] == list(facts["simulated_whats"])
    assert "gerçektir" in facts["simulated_whats"]["tr"]
    assert "Box figures are real" in source
    assert "sile: boxes is 1, officially 115" in source
    assert json.loads(gzip.decompress(night_files["recording.jsonl.gz"]).splitlines()[0])["simulated"] is True


@pytest.mark.parametrize("which", NIGHT_OF)
def test_a_built_night_hears_each_box_once_and_keeps_the_rulings(which: Which) -> None:
    """Corrections and other sources are made up with the made-up boxes and stay with those."""
    night_files = built(which)
    shipped = gzip.decompress(files(NIGHT_OF[which])["recording.jsonl.gz"]).splitlines()[1:]
    lines = gzip.decompress(night_files["recording.jsonl.gz"]).splitlines()[1:]
    assert [one for one in shipped if b'"t":"ruling"' in one] == [one for one in lines if b'"ruling"' in one]
    said = [(row["source"], row["revision"], row["state"]) for row in rows(night_files["recording.jsonl.gz"])]
    assert [("council", 1, "counted")] * 3 == said
    assert ["council"] == list(read_night(night_files).sources)
    assert "are not here; its rulings are" in night_files["SOURCE.md"].decode()


def test_building_twice_gives_the_same_bytes() -> None:
    """The order of arrival comes from the night's seed."""
    assert built("june") == built("june")


def test_packed_and_plain_files_build_the_same_night() -> None:
    """gzip is seen by its first bytes, not by a name."""
    assert built("march") == built("march", gzip.compress(SMALL))


def test_a_file_with_mistakes_builds_nothing() -> None:
    """All mistakes at once, with file, line and column."""
    with pytest.raises(MistakesError) as caught:
        built("march", SMALL.replace(b"SILE", b"BURSA").replace(b"ADALAR,2", b"ADALAR,zwei"))
    assert "boxes.csv.gz:3: column seq: 'zwei' is not a whole number." in str(caught.value)
    assert "boxes.csv.gz:4: column district: there is no district 'BURSA' in this night." in str(caught.value)


def test_only_a_simulated_night_takes_boxes() -> None:
    """The practice night has other contests, and a built night is not built again."""
    with pytest.raises(UsageError, match="simulated"):
        build_with_boxes(files("practice"), SMALL, which="march")
    with pytest.raises(UsageError, match="already"):
        build_with_boxes(built("march"), SMALL, which="march")


def test_the_vote_of_a_night_is_told_by_its_parent() -> None:
    """The rerun is June, the night it reruns is March."""
    assert NIGHT_OF == {which_vote(files(night)): night for night in NIGHT_OF.values()}


def test_two_neighbourhoods_of_one_slug_stay_two() -> None:
    """Names that differ only in marks get a number."""
    boxes = [RealBox("sile", n, name, {}) for n, name in enumerate(("AĞVA", "AGVA", "AĞVA"))]
    assert ["sile--agva", "sile--agva-2", "sile--agva"] == neighbourhood_ids(boxes)


def test_a_long_name_is_cut_to_what_an_id_may_be() -> None:
    """Two long names that begin alike still have two ids of at most 63 characters."""
    boxes = [RealBox("gaziosmanpasa", n, "ÇOK UZUN BİR MAHALLE ADI " * 4 + str(n), {}) for n in range(12)]
    ids = neighbourhood_ids(boxes)
    assert 12 == len(set(ids))
    assert max(len(id_) for id_ in ids) <= 63


def test_sums_that_differ_from_the_official_ones_are_named() -> None:
    """District, column, what the boxes say and what was published."""
    sheet = Sheet(["a-1"], ["a"], {"valid": [5]})
    totals = {"a": {"boxes": 1, "valid": 6}}
    assert ["a: valid is 5, officially 6"] == differences(sheet, totals)


OFFICIAL: dict[Which, str] = {"march": "mar", "june": "jun"}
FIRED: dict[Which, dict[str, int]] = {
    "march": {"W301": 53, "W303": 115, "Q304": 9, "W305": 7, "W306": 9},
    "june": {"W301": 52, "W303": 7, "Q304": 1, "W305": 5, "W306": 15},
}


@pytest.fixture(scope="module")
def real_nights(real_data: Path) -> dict[Which, dict[str, bytes]]:
    """Both nights with the real boxes in."""
    content = (real_data / "istanbul-2019" / "boxes_march_june.csv.gz").read_bytes()
    return {which: built(which, content) for which in NIGHT_OF}


@pytest.mark.real_data
@pytest.mark.parametrize("which", NIGHT_OF)
def test_the_real_boxes_give_every_district_row_to_the_vote(
    which: Which, real_nights: dict[Which, dict[str, bytes]], real_data: Path
) -> None:
    """39 rows of districts.csv, every column, counted from the built night's recording."""
    night_files = real_nights[which]
    rehearsal = counted(night_files)
    shown = rehearsal.snapshot(next(iter(rehearsal.night.contests)))
    names = {"imamoglu": "imamoglu", "yildirim": "yildirim", "gokcinar": "gokcinar", "others": "other"}
    district_rows = (real_data / "istanbul-2019" / "districts.csv").read_text(encoding="utf-8")
    checked = 0
    for row in csv.DictReader(io.StringIO(district_rows)):
        official = {
            key: int(row[f"{OFFICIAL[which]}_{column}"])
            for key, column in {"boxes": "boxes", "registered": "registered", "voters": "voted",
                                "valid": "valid", "invalid": "invalid", **names}.items()
        }  # fmt: skip
        area = shown["areas"][row["id"]]
        found = {key: area[key] for key in ("registered", "voters", "valid", "invalid")}
        assert official == {"boxes": area["counted"]["boxes"], **found, **area["choices"]}
        checked += row["id"] != "istanbul"
    assert 39 == checked
    assert "sum to the official totals of all 39 districts" in night_files["SOURCE.md"].decode()


@pytest.mark.real_data
@pytest.mark.parametrize("which", NIGHT_OF)
def test_the_checks_fire_on_real_boxes_as_often_as_they_were_measured(
    which: Which, real_nights: dict[Which, dict[str, bytes]]
) -> None:
    """The default rules on 31,186 real papers: nothing refused, warnings and quarantine as in the design."""
    night_files = real_nights[which]
    night = replace(read_night(night_files), checks=default_rules())
    fired: Counter[str] = Counter()
    for line in gzip.decompress(night_files["recording.jsonl.gz"]).splitlines()[1:]:
        record = decode(line)
        if isinstance(record, Bundle):
            for claim in record.claims():
                fired.update({finding.code for finding in check(claim, night).findings})
    assert FIRED[which] == dict(fired)
