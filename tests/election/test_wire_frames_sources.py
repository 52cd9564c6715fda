"""A contest by another count than the published one: its own totals, and nothing of that one's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.night import AreaId, SourceId
from election.report import Claim
from election.tally import FIXED, Row
from election.wire.audit import Mark, audit
from election.wire.frames import Board, ContestState, Json, difference, dumps, state_hash
from tests.election.strategies import (
    CLOSED_UNTIL,
    LAW_OPENS_AT,
    NOON,
    contest_of,
    figures,
    histories,
    night,
    paper,
)
from tests.election.test_tally import counted
from tests.web.made import TOLD_EARLY

PARTY, AGENCY = SourceId("party"), SourceId("agency")
ABOUT_THE_PUBLISHED = ("call", "alerts", "swing", "headline", "findings", "needs")


def state_of(**told: list[Claim]) -> ContestState:
    """A contest's state after what each source told."""
    rows = {SourceId(name): counted(papers, source=name).rows for name, papers in told.items()}
    heard = dict.fromkeys(rows, NOON)
    return ContestState("e1", 7, NOON, None, rows, heard, 3, {"W301": 2})


def by(source: SourceId, state: ContestState, at: Any = LAW_OPENS_AT) -> Json:
    """The contest by a source."""
    return Board(night(), contest_of(), "rehearsal").snapshot(state, at, source)


def areas() -> list[Claim]:
    """What a feed of areas tells: a town, with the boxes that it says it has counted."""
    told = paper("kuzey", source="agency", level="town", registered=None, claimed_boxes=3, **figures(9, 5, 1))
    return [told]


def test_its_own_totals() -> None:
    """Votes, order, leader and margin of that count, in every area; published is somebody else's."""
    state = state_of(council=[paper(**figures(9, 70, 1))], party=[paper("k1-1", **figures(50, 20, 3))])
    shown, published = by(PARTY, state), by(SourceId("council"), state)
    assert ("party", False) == (shown["source"], shown["published"])
    assert ([50, 20, 3], "ada", 30) == (
        [choice["votes"] for choice in shown["choices"]], shown["leader"], shown["margin_votes"],
    )  # fmt: skip
    assert {"ada": 50, "bora": 20, "cem": 3} == shown["areas"]["k1"]["choices"]
    assert "published" not in published
    assert "bora" == published["leader"]
    assert shown["hash"] == state_hash(shown) != published["hash"]
    assert shown["sources"] == published["sources"]


def test_nothing_about_the_published_count() -> None:
    """The call, what was told and what is needed are about that one, so they are left out here."""
    shown = by(PARTY, state_of(council=[paper()], party=[paper()]))
    assert not {name for name in ABOUT_THE_PUBLISHED if shown.get(name) is not None}
    assert all(area["needs"] is None for area in shown["areas"].values())
    fields = set(by(SourceId("council"), state_of(council=[paper()])))
    assert set(shown) - {"published"} <= fields
    assert fields - set(shown) <= set(ABOUT_THE_PUBLISHED)
    assert "unofficial" == shown["lineage"]["state"]


def test_a_feed_of_areas_tells_boxes_by_its_own_claim() -> None:
    """An area it told is no box; how many boxes are in it is what it says, and what is out nobody knows."""
    shown = by(AGENCY, state_of(council=[paper()], agency=areas()))
    assert (3, 3, 8) == (
        shown["counted"]["boxes"],
        shown["received"]["boxes"],
        shown["counted"]["boxes_total"],
    )
    assert (15, None) == (shown["valid"], shown["outstanding"])
    assert [3, 0] == [shown["areas"][town]["counted"]["boxes"] for town in ("kuzey", "guney")]
    party = by(PARTY, state_of(party=[paper()]))
    assert party["outstanding"]["boxes"] > 0


def test_naming_the_published_source_changes_nothing() -> None:
    """It is what everybody has."""
    state = state_of(council=[paper()], party=[paper()])
    board = Board(night(), contest_of(), "rehearsal")
    assert board.snapshot(state, LAW_OPENS_AT) == board.snapshot(state, LAW_OPENS_AT, SourceId("council"))


@pytest.mark.parametrize("source", [PARTY, AGENCY])
@settings(max_examples=30)
@given(papers=histories(max_size=6), at=st.sampled_from([None, NOON, CLOSED_UNTIL]), add=st.integers(1, 9))
def test_the_embargo_is_the_same(source: SourceId, papers: list[Claim], at: Any, add: int) -> None:
    """Before it opens a count of any source depends on boxes alone: other figures make the same bytes."""
    state = state_of(council=papers, party=papers, agency=areas())
    other = replace(state, rows={name: _other(rows, add) for name, rows in state.rows.items()})
    assert dumps(by(source, state, at)) == dumps(by(source, other, at))


def _other(rows: Mapping[AreaId, Row], add: int) -> dict[AreaId, Row]:
    """The same boxes with other figures."""
    early = [place for place, name in enumerate(FIXED) if name in TOLD_EARLY]
    return {
        area: tuple(value if place in early else value + add for place, value in enumerate(row))
        for area, row in rows.items()
    }


@settings(max_examples=30)
@given(
    st.lists(st.tuples(histories(max_size=4), st.sampled_from([None, LAW_OPENS_AT])), min_size=2, max_size=4)
)
def test_one_board_serves_all_sources(shots: list[tuple[list[Claim], Any]]) -> None:
    """What it keeps of one is never shown as another's."""
    board = Board(night(), contest_of(), "rehearsal")
    for papers, at in shots:
        state = state_of(council=papers, party=papers[1:], agency=areas())
        for source in (SourceId("council"), PARTY, AGENCY):
            assert dumps(board.snapshot(state, at, source)) == dumps(by(source, state, at))


@pytest.mark.parametrize("at", [LAW_OPENS_AT, CLOSED_UNTIL])
def test_the_head_of_the_log_stands_in_every_snapshot_and_a_change_of_it_is_small(at: Any) -> None:
    """By every source and under any embargo the same: records are counted there, and no votes."""
    marks = {f"{what}/{number}": Mark(100, "ab" * 32) for what in ("reports", "told") for number in range(4)}
    state = replace(state_of(council=[paper(**figures(9, 5, 1))]), marks=marks)
    later = replace(state, marks={**marks, "reports/2": Mark(101, "cd" * 32)})
    for source in (SourceId("council"), PARTY):
        before, after = by(source, state, at), by(source, later, at)
        assert audit(marks) == before["audit"]
        moved = {"audit": {"head": after["audit"]["head"], "at": {"reports/2": 101}}}
        assert moved == difference(before, after)
        assert len(dumps(moved)) < 130


def test_without_a_log_there_is_no_head() -> None:
    """A rehearsal counts a recording."""
    assert by(SourceId("council"), state_of())["audit"] is None
