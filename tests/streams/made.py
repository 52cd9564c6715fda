"""Nights and bundles for the tests of this room: the practice night, and bundles with anything in them.

Know before changing: most papers made here are right, so that good, odd and refused ones meet in one batch;
figures are few and small, so that revisions collide.
"""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from election.night import BOX_LEVEL, BoxId, CheckRule, Contest, ContestId, Night, Source, SourceId, UnitId
from election.wire.nights import read_night
from election.wire.records import Bundle, Record, decode
from streams.ground import Ground

NIGHTS = Path(__file__).parents[2] / "nights"
START = datetime(2024, 10, 6, 15, 0, tzinfo=UTC)
ODD: tuple[Any, ...] = (None, -1, 0, 1, 1.5, "7", True, 2**31, 2**53, 2**63, 2**70, [], {"a": 1})


@cache
def night(name: str = "practice") -> Night:
    """A shipped night."""
    return read_night({file.name: file.read_bytes() for file in (NIGHTS / name).iterdir()})


@cache
def strict_night() -> Night:
    """The practice night with every settable check on, at levels of its own."""
    levels = {"W305": "Q", "W306": "W", "W310": "W", "E112": "W", "E201": "W", "E202": "Q"}
    rules = {
        code: CheckRule(levels.get(code, rule.level), rule.thresholds)
        for code, rule in night().checks.items()
    }
    contest = night().contests[ContestId("mayor")]
    before = {box: (50, 40, 0)[: len(contest.choices)] for box in list(night().boxes)[::2]}
    return replace(night(), checks=rules, parent_votes={contest.id: before})


def ground(of: Night, contest: str = "mayor", source: str = "council") -> Ground:
    """The ground of one contest and source."""
    return Ground(of, of.contests[ContestId(contest)], of.sources[SourceId(source)])


def good_row(of: Night, contest: Contest, source: Source, unit: UnitId, votes: list[int]) -> dict[str, Any]:
    """A paper that adds up, with these votes for the choices that stand."""
    area = of.area_of(source, unit)
    stand = [area is None or of.stands(choice, area) for choice in contest.choices]
    cast = [count if on else None for on, count in zip(stand, votes, strict=False)]
    valid = sum(count or 0 for count in cast)
    box = of.boxes.get(BoxId(unit)) if source.level == BOX_LEVEL else None
    return {
        "box": unit, "revision": 1, "registered": box.registered if box else None, "voters": valid + 2,
        "valid": valid, "invalid": 2, "cause": "first", "state": "counted", "boxes": None,
        **{f"votes.{choice.id}": count for choice, count in zip(contest.choices, cast, strict=True)},
    }  # fmt: skip


@st.composite
def rows(draw: st.DrawFn, of: Night, contest: Contest, source: Source, units_max: int) -> dict[str, Any]:
    """One paper: right, unusual, or wrong in some field."""
    unit = draw(st.sampled_from(of.units(contest, source)[:units_max]))
    votes = draw(st.lists(st.sampled_from([40, 50, 60, 0]), min_size=len(contest.choices), max_size=9))
    row = good_row(of, contest, source, unit, votes)
    row["revision"] = draw(st.sampled_from([1, 1, 2, 3]))
    if draw(st.integers(0, 3)) == 0:
        row["cause"] = draw(st.sampled_from(["recount", "withdrawn", "reinstated", "because", 7]))
    if draw(st.integers(0, 5)) == 0:
        row["state"] = draw(st.sampled_from(["illegible", "sealed", "lost", None]))
    if draw(st.integers(0, 2)) == 0:
        field = draw(st.sampled_from([name for name in row if name not in ("cause", "state")]))
        row[field] = draw(st.sampled_from(ODD) | st.integers(0, 300))
    return row


def bundle(contest: str, source: str, level: str, papers: list[dict[str, Any]], minute: int = 0) -> Bundle:
    """Papers as one bundle."""

    def column(name: str) -> list[Any]:
        return [paper[name] for paper in papers]

    return Bundle(
        contest=contest, source=source, area="somewhere", level=level,
        heard_at=START + timedelta(minutes=minute), box=column("box"), revision=column("revision"),
        registered=column("registered"), voters=column("voters"), valid=column("valid"),
        invalid=column("invalid"), cause=column("cause"), state=column("state"), boxes=column("boxes"),
        votes={name[6:]: column(name) for name in papers[0] if name.startswith("votes.")},
    )  # fmt: skip


@st.composite
def bundles(draw: st.DrawFn, of: Night, on: Ground, units_max: int = 4) -> Bundle:
    """One bundle; now and then without a column, with one too many, of another level, or with a scalar."""
    papers = draw(st.lists(rows(of, on.contest, on.source, units_max), min_size=1, max_size=4))
    made = bundle(on.contest.id, on.source.id, on.source.level, papers, draw(st.integers(0, 60)))
    odd = draw(st.integers(0, 15))
    if odd == 0:
        return replace(made, **{draw(st.sampled_from(["voters", "registered", "revision", "cause"])): []})
    if odd == 1:
        return replace(made, votes={**made.votes, "nobody": [None] * len(made)})
    if odd == 2:
        return replace(made, level="moon")
    if odd == 3:
        return replace(made, votes=dict(list(made.votes.items())[1:]))
    if odd == 4:
        return replace(made, revision=2, cause="recount", state="counted", boxes=None)
    return made


@cache
def recording(name: str = "practice") -> list[Record]:
    """What was heard in a shipped night, in order."""
    lines = gzip.decompress((NIGHTS / name / "recording.jsonl.gz").read_bytes()).splitlines()
    return [decode(line) for line in lines[1:]]
