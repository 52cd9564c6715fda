"""`projected` to the vote: what it expects, what it takes off, and both sides of each of its limits."""

from dataclasses import replace

import pytest

from election.calls.projected import decide
from election.calls.verdict import Then, View
from election.night import AreaId
from election.outstanding import Register
from tests.election.test_calls_projected import BARE, G1, G2, HALF, K1, K2, heard, same, ward
from tests.election.views import row, view

BALLOTS = (1200, 600, 200)
"""What is counted of k1 where it stands alone: 2,000 votes of 3,000 voters, the first two 600 apart."""
OUT = 2000
"""Votes expected of the 3,000 voters who are out there."""


def alone(
    boxes: int,
    boxes_out: int,
    then: Then | None = None,
    votes: tuple[int, int, int] = BALLOTS,
    **numbers: int,
) -> View:
    """k1 alone, with as many voters out as heard."""
    shown = heard({K1: ward(votes, boxes, 3000)}, None if then is None else {K1: then}, **numbers)
    registers = {area: Register() for area in shown.registers}
    return replace(shown, registers=registers | {K1: Register(boxes + boxes_out, 6000, 0)})


def complete(votes: tuple[int, int, int], **figures: int) -> dict[AreaId, tuple[int, ...]]:
    """Every box is counted: these votes in k1, none elsewhere."""
    return {
        K1: row(votes, BARE, boxes=2, register=500, **figures),
        K2: row((0, 0, 0), BARE, boxes=2, register=100),
        G1: row((0, 0, 0), BARE, boxes=2, register=280),
        G2: row((0, 0, 0), BARE, boxes=2),
    }  # fmt: skip


def test_the_sampling_term_is_a_quantile_of_the_spread_between_boxes() -> None:
    """Ten points of spread, four boxes heard and five out; two challengers and ten looks share the error."""
    numbers = decide(alone(4, 5, spread_points=10, error_permille=5)).numbers
    assert 3.480756 == numbers["quantile"]
    assert round(3.480756 * OUT * 0.1 * (1 / 4 + 1 / 5) ** 0.5) == numbers["sampling_votes"]


def test_without_a_parent_the_allowance_is_so_many_points_of_the_votes_expected() -> None:
    """Ten points of 2,000 votes are 200."""
    assert 200 == decide(alone(4, 5, allowance_points=10)).numbers["allowance_votes"]


SWUNG = Then(1, 6, (300, 150, 50), (250, 200, 50), (650, 800, 50))
"""One box counted on both nights swung by 10 points each way; in the five that are out it was 400 to 600."""


def test_with_a_parent_the_allowance_is_so_many_points_of_swing() -> None:
    """Ten points of 2,000 votes; 400 to 600 with the swing of twice ten points is even."""
    numbers = decide(alone(1, 5, SWUNG, swing_points=10)).numbers
    assert (200, 600) == (numbers["allowance_votes"], numbers["projected_margin_votes"])


WIDE = 2_000_000
"""Votes expected where 3,000,000 voters are out: a whole country, in which a hundredth of a point is seen."""


def test_with_a_parent_the_sampling_term_has_a_part_that_errs_in_all_areas_alike() -> None:
    """The contest's swing is known from a single box of a single area."""
    shown = alone(1, 5, SWUNG, swing_spread_points=6, area_swing_points=2)
    shown = replace(shown, registers={**shown.registers, K1: Register(6, 3_003_000, 0)})
    drawn = (6 / 2) ** 2
    own = (WIDE * 0.06) ** 2 * (1 / (1 + drawn) + 1 / 5)
    shared = (WIDE * drawn / (1 + drawn)) ** 2 * (0.06**2 / 1 + 0.02**2 / 1)
    assert decide(shown).numbers["sampling_votes"] == pytest.approx(1.959964 * (own + shared) ** 0.5, abs=1)


def test_where_areas_swing_as_boxes_do_one_box_draws_an_area_half_way() -> None:
    """k1 swung by 20 points of margin, k2 by none, the contest by ten: k1 goes on by 15, from 400 to 600."""
    still = (250, 200, 50)
    then = {K1: SWUNG, K2: Then(1, 1, still, still, still)}
    wards = {K1: ward(BALLOTS, 1, 3000), K2: ward(BALLOTS, 1, 3000)}
    shown = heard(wards, then, swing_spread_points=6, area_swing_points=6)
    registers = {area: Register() for area in shown.registers}
    wide = {K1: Register(6, 3_003_000, 0), K2: Register(1, 3000, 0)}
    numbers = decide(replace(shown, registers=registers | wide)).numbers
    assert 2 * 600 + WIDE * (15 - 20) // 100 == numbers["projected_margin_votes"]
    own = (WIDE * 0.06) ** 2 * (1 / 2 + 1 / 5)
    shared = (WIDE / 2) ** 2 * (0.06**2 / 2 + 0.06**2 / 2)
    assert numbers["sampling_votes"] == pytest.approx(1.959964 * (own + shared) ** 0.5, abs=1)


@pytest.mark.parametrize(
    ("then", "out", "margin", "allowance"),
    [
        ((600, 1200, 200), (100, 0, 0), 600 + OUT, 200), ((1800, 100, 100), (0, 100, 0), 600 - OUT, 0),
    ],
)  # fmt: skip
def test_a_swing_gives_nobody_more_votes_than_are_expected(
    then: tuple[int, int, int], out: tuple[int, int, int], margin: int, allowance: int
) -> None:
    """All of them at most, to the leader or to the challenger; then there is nothing left to allow for."""
    numbers = decide(alone(1, 1, same(BALLOTS, then, out), allowance_points=10, swing_points=10)).numbers
    assert (margin, allowance) == (numbers["projected_margin_votes"], numbers["allowance_votes"])


@pytest.mark.parametrize(
    ("excess", "choice", "cushion", "kept"), [(0, "ada", 1, "is kept"), (1, None, 0, "is not safe")]
)
def test_a_lead_of_one_vote_is_named_and_one_that_is_used_up_is_not(
    excess: int, choice: str | None, cushion: int, kept: str
) -> None:
    """Every box is counted; one vote too many on a paper that is held back may be anybody's."""
    verdict = decide(heard(complete((51, 50, 0), held_excess=excess)))
    assert (choice, cushion, excess) == (
        verdict.choice,
        verdict.cushion_votes,
        verdict.numbers["worst_votes"],
    )
    assert kept in verdict.because["en"]


@pytest.mark.parametrize(("least", "choice"), [(666, "ada"), (667, None)])
def test_two_boxes_of_three_are_not_667_of_a_thousand(least: int, choice: str | None) -> None:
    """And what holds by far too early has nothing to spare: nobody shall read a cushion from it."""
    shown = heard(complete((900, 100, 0)), counted_permille=least)
    verdict = decide(replace(shown, seen=replace(shown.seen, boxes=2, boxes_total=3)))
    assert choice == verdict.choice
    assert (800 if choice else 0) == verdict.cushion_votes


def test_half_of_the_boxes_are_500_of_a_thousand() -> None:
    """As much as the night asks for is enough."""
    assert "ada" == decide(heard(HALF, counted_permille=500)).choice


def test_two_choices_are_enough_for_a_projection() -> None:
    """Yes against no; the 280 voters of whose wards nothing is known are all for no."""
    verdict = decide(view((900, 100), BARE, "bridge"))
    assert ("yes", "no", 520) == (verdict.choice, verdict.numbers["challenger"], verdict.cushion_votes)


@pytest.mark.parametrize(("valid", "asked"), [(0, False), (1, True)])
def test_votes_on_papers_that_call_none_of_them_valid_are_not_projected(valid: int, asked: bool) -> None:
    """From such a turnout nothing could be expected of the boxes out, and any lead would hold."""
    verdict = decide(view((1, 0, 0), BARE, valid=valid, boxes=4, register=440))
    assert asked == ("projected_margin_votes" in verdict.numbers)
    assert asked or verdict.cushion_votes == 0


def test_a_ward_in_which_nobody_voted_validly_is_taken_at_its_worst() -> None:
    """There is no margin that could go on: the 200 voters who are out are all for the challenger."""
    verdict = decide(heard(HALF | {K1: ward((0, 0, 0), 1, 300)}))
    assert 200 == verdict.numbers["worst_votes"]


def test_a_box_without_a_register_that_is_counted_is_not_feared_any_more() -> None:
    """Of two of them one is still out: 25 votes."""
    rule = replace(BARE.outstanding, voters_max_without_register=25)
    shown = heard(HALF | {G2: row((0, 0, 0), BARE, boxes=1, no_register=1)})
    assert 25 == decide(replace(shown, night=replace(shown.night, outstanding=rule))).numbers["worst_votes"]


@pytest.mark.parametrize(("boxes_out", "paired"), [(2, 1), (3, 0)])
def test_a_parent_is_used_if_it_knows_half_of_the_boxes_out(boxes_out: int, paired: int) -> None:
    """One of two is half of them, one of three is less: then the ward goes on as it began."""
    then = same(BALLOTS, (900, 900, 200), (500, 500, 0))
    assert paired == decide(alone(1, boxes_out, then)).numbers["areas_paired"]


@pytest.mark.parametrize(
    ("then", "paired"),
    [
        (same((120, 60, 20), (90, 90, 20), (1, 0, 0)), 1),
        (same((120, 60, 20), (90, 90, 20), (0, 0, 0)), 0),
        (same((0, 0, 0), (90, 90, 20), (50, 50, 0)), 0),
        (same((120, 60, 20), (0, 0, 0), (50, 50, 0)), 0),
        (Then(0, 2, (0, 0, 0), (0, 0, 0), (100, 100, 0)), 0),
    ],
)
def test_a_parent_is_used_only_where_votes_were_cast_to_compare(then: Then, paired: int) -> None:
    """Then in the boxes out, one at least; now and then in the boxes heard; and in some box at all."""
    assert paired == decide(heard(HALF, {K1: then})).numbers["areas_paired"]


@pytest.mark.parametrize(
    "then",
    [
        Then(1, 2, (120, 60, 20, 0), (90, 90, 20), (140, 140, 20)),
        Then(1, 2, (120, 60, 20), (90, 90, 20), (140, 140, 20, 5)),
    ],
)
def test_a_parent_with_another_ballot_is_an_error(then: Then) -> None:
    """And never the swing of one choice for another."""
    with pytest.raises(ValueError):
        decide(heard(HALF, {K1: then}))
