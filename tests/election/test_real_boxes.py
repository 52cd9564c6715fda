"""The real 31,186 ballot boxes of both nights: checks fire as often as stated, districts sum to the vote.

Know before changing: the files are not part of the project; without them these tests are skipped by name.
The expected figures are facts of the design (the table under Checks).
"""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from election.checks import Paper, check
from election.night import AreaId, BoxId, Night
from election.rehearsal import Rehearsal
from election.report import Claim
from election.tally import columns
from election.wire.nights import read_night
from tests.election.strategies import NOON, bundle

pytestmark = pytest.mark.real_data

CHOICES = {"imamoglu": "chp", "yildirim": "akp", "gokcinar": "sp", "others": "other"}
TOML = """\
id = "istanbul"
name = "Istanbul"
date = 2019-06-23
levels = ["city", "district"]
[[sources]]
id = "council"
name = "Council"
[outstanding]
slack_per_box = 50
[[contests]]
id = "mayor"
name = "Mayor"
area = "istanbul"
source = "council"
"""
TO_ASCII = str.maketrans("ÇĞİIÖŞÜçğıöşü", "cgiiosucgiosu")


@dataclass(frozen=True)
class RealNight:
    """One of the two nights: its facts, its papers and what the checks say of each."""

    night: Night
    claims: tuple[Claim, ...]
    papers: tuple[Paper, ...]


def slug(name: str) -> str:
    """A district's id."""
    return name.translate(TO_ASCII).lower()


@cache
def boxes(folder: Path) -> list[dict[str, str]]:
    """A row a box, both nights side by side."""
    with gzip.open(folder / "istanbul-2019" / "boxes_march_june.csv.gz", "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def box_id(row: dict[str, str]) -> str:
    """District and number."""
    return f"{slug(row['district'])}-{row['seq']}"


@cache
def real_night(folder: Path, end: str) -> RealNight:
    """March with the columns as they are, June with those that end in _jun."""
    rows = boxes(folder)
    toml = TOML + "".join(
        f'[[contests.choices]]\nid = "{choice}"\nname = "{choice}"\nmain = {str(choice in MAIN).lower()}\n'
        for choice in CHOICES
    )
    districts = dict.fromkeys(slug(row["district"]) for row in rows)
    areas = "id,name,level,parent\nistanbul,Istanbul,city,\n"
    areas += "".join(f"{district},{district},district,istanbul\n" for district in districts)
    registers = "id,area,registered\n"
    registers += "".join(f"{box_id(row)},{slug(row['district'])},{row['registered' + end]}\n" for row in rows)
    files = {"night.toml": toml, "areas.csv": areas, "boxes.csv": registers}
    if end:
        files["parent.csv"] = "contest,box," + ",".join(CHOICES) + "\n"
        files["parent.csv"] += "".join(
            f"mayor,{box_id(row)}," + ",".join(row[column] for column in CHOICES.values()) + "\n"
            for row in rows
        )
    night = read_night({name: text.encode() for name, text in files.items()})
    claims = tuple(claims_of(rows, end))
    return RealNight(night, claims, tuple(check(claim, night) for claim in claims))


MAIN = ("imamoglu", "yildirim")


def claims_of(rows: list[dict[str, str]], end: str) -> Iterator[Claim]:
    """Each box's paper, as the council signed it."""
    for row in rows:
        voters, valid = int(row["voted" + end]), int(row["valid" + end])
        yield Claim(
            contest="mayor", source="council", unit=box_id(row), level="box", revision=1, cause="first",
            state="counted", registered=int(row["registered" + end]), voters=voters, valid=valid,
            invalid=voters - valid, claimed_boxes=None, heard_at=NOON,
            votes={choice: int(row[column + end]) for choice, column in CHOICES.items()},
        )  # fmt: skip


NIGHTS = pytest.mark.parametrize("end", ["", "_jun"], ids=["march", "june"])
FIRES = {
    "": {"W301": 53, "W303": 115, "Q304": 9, "W305": 7, "W306": 9},
    "_jun": {"W301": 52, "W303": 7, "Q304": 1, "W305": 5, "W306": 15},
}
OVER_REGISTER_MAX = {"": 46, "_jun": 8}


@NIGHTS
def test_each_check_fires_as_often_as_stated(real_data: Path, end: str) -> None:
    """And no other fires at all: no main choice at 0, no margin moved by more than 150, nothing refused."""
    real = real_night(real_data, end)
    assert 31186 == len(real.papers)
    fired = Counter(code for one in real.papers for code in {finding.code for finding in one.findings})
    assert FIRES[end] == dict(fired)


@NIGHTS
def test_officials_vote_where_they_serve(real_data: Path, end: str) -> None:
    """The most voters beyond a register are within the slack the night allows."""
    over = [
        int(str(claim.voters)) - int(str(claim.registered)) for claim in real_night(real_data, end).claims
    ]
    assert OVER_REGISTER_MAX[end] == max(over)


@NIGHTS
def test_districts_sum_to_the_vote(real_data: Path, end: str) -> None:
    """All 39, those that wait for a person added, through bundles and the whole night in memory."""
    real = real_night(real_data, end)
    held_back = [claim for claim, one in zip(real.claims, real.papers, strict=True) if one.quarantined]
    heard = Rehearsal(real.night, "replay")
    for start in range(0, len(real.claims), 200):
        heard.hear(bundle(real.claims[start : start + 200]))
    contest = next(iter(real.night.contests.values()))
    rows = heard.tally(contest, contest.source).rows
    with (real_data / "istanbul-2019" / "districts.csv").open(encoding="utf-8") as lines:
        official = {row["id"]: row for row in csv.DictReader(lines) if row["id"] in rows}
    assert {claim.partition("-")[0] for claim in map(str, real.night.boxes)} <= set(official)
    assert 39 == len(set(official) - {"istanbul"})
    prefix = "jun_" if end else "mar_"
    names = {"registered": "registered", "voters": "voted", "valid": "valid", "invalid": "invalid"} | {
        f"votes.{choice}": column
        for choice, column in zip(CHOICES, (*MAIN, "gokcinar", "other"), strict=True)
    }
    for district, row in official.items():
        found = dict(zip(columns(contest, real.night), rows[AreaId(district)], strict=True))
        waiting = [claim for claim in held_back if AreaId(district) in lines_above(real.night, claim)]
        for name, column in names.items():
            held = sum(figure(claim, name) for claim in waiting)
            assert int(row[prefix + column]) == found[name] + held, (district, name)
        assert int(row[prefix + "boxes"]) == found["boxes"] + found["quarantined"]


def lines_above(night: Night, claim: Claim) -> tuple[AreaId, ...]:
    """A box's district and the city."""
    return night.lines[night.boxes[BoxId(str(claim.unit))].area]


def figure(claim: Claim, name: str) -> int:
    """One figure of a paper, by the name of its column."""
    place, _, choice = name.partition(".")
    return int(str(claim.votes[choice] if choice else getattr(claim, place)))
