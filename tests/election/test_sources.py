"""Several counts side by side: never added, each with its own progress, and where they differ."""

import pytest
from hypothesis import given

from election.night import AreaId, UnitId
from election.report import Claim
from election.sources import count, differences
from election.tally import Statement
from tests.election.strategies import (
    NOON,
    contest_of,
    figures,
    histories,
    night,
    paper,
    source_of,
    stated,
)
from tests.election.test_standing import row_of
from tests.election.test_tally import counted

KENT = AreaId("kent")


def held(*claims: Claim) -> dict[UnitId, Statement]:
    """What a source holds."""
    return counted(claims).held


@given(histories("mayor", "council"), histories("mayor", "party"), histories("mayor", "agency"))
def test_sources_are_never_added(council: list[Claim], party: list[Claim], agency: list[Claim]) -> None:
    """Each count is the same with and without the others."""
    told = {"council": council, "party": party, "agency": agency}
    for name, claims in told.items():
        row = counted(claims, source=name).row(KENT)
        found = count(contest_of(), source_of(name), night(), row, 8, NOON)
        assert (row[0], name == "council", name) == (found.units, found.published, found.source.id)
        assert row[12] == found.valid
        assert (found.claimed_boxes is None) == (name != "agency")


@pytest.mark.parametrize(
    ("votes", "leader", "margin"),
    [((0, 0, 0), None, 0), ((5, 3, 1), "ada", 2), ((5, 5, 1), None, 0), ((1, 2, 9), "cem", 7)],
)
def test_whom_a_source_has_ahead(votes: tuple[int, ...], leader: str | None, margin: int) -> None:
    """By the same rule as the standing: nobody before a vote, nobody in a tie."""
    found = count(contest_of(), source_of(), night(), row_of(votes, boxes=3), 8, None)
    assert (leader, margin, 3, 8, None) == (
        found.leader, found.margin_votes, found.units, found.units_total, found.last_at
    )  # fmt: skip


def test_a_source_of_a_contest_with_two_seats_has_its_margin_at_the_line() -> None:
    """Between the second and the third."""
    assembly = contest_of("assembly")
    found = count(assembly, source_of(), night(), row_of((9, 9, 4)), 8, None)
    assert (None, 5) == (found.leader, found.margin_votes)


def test_an_agencys_claim_is_beside_its_count() -> None:
    """It says five boxes; we say one unit."""
    told = paper("kuzey", source="agency", level="town", registered=None, claimed_boxes=5, **figures(9, 5, 1))
    row = counted([told], source="agency").row(KENT)
    found = count(contest_of(), source_of("agency"), night(), row, 2, NOON)
    assert (1, 2, 5) == (found.units, found.units_total, found.claimed_boxes)


def test_w308_two_sources_differ_on_a_box_by_effect_on_the_margin() -> None:
    """The largest effect comes first; the same votes, and boxes only one has, are no difference."""
    ours = held(paper("k1-1"), paper("k1-2"), paper("k2-1", **figures(40, 30, 20)), paper("g1-1"))
    theirs = held(
        paper("k1-1", **figures(50, 60, 40)), paper("k1-2"), paper("k2-1", **figures(10, 60, 20)),
        paper("g1-2", **figures(10, 11, None)),
    )  # fmt: skip
    found = list(differences(ours, theirs, (0, 1)))
    assert [("k2-1", -60), ("k1-1", -20)] == [(one.unit, one.effect_votes) for one in found]
    assert (ours[UnitId("k1-1")], theirs[UnitId("k1-1")]) == (found[1].ours, found[1].theirs)


def test_w308_a_paper_held_back_is_not_compared() -> None:
    """What does not count says nothing about what does."""
    ours = held(paper("k1-1"))
    for other in (paper(state="illegible"), paper(cause="withdrawn"), paper(**figures(150, 0, 0))):
        assert [] == list(differences(ours, held(other), (0, 1)))


def test_w308_of_equal_effects_the_first_by_name_comes_first() -> None:
    """The list is the same every time."""
    units = ["k1-2", "k1-1"]
    ours = held(*(paper(unit) for unit in units))
    theirs = held(*(paper(unit, **figures(61, 50, 39, invalid=5)) for unit in units))
    assert ["k1-1", "k1-2"] == [one.unit for one in differences(ours, theirs, (0, 1))]
    assert stated(paper("k1-1")) == ours[UnitId("k1-1")]
