"""`projected` names a lead that holds at the night's allowance and error bound; it says what it took off."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls.projected import decide
from election.calls.verdict import Then, View
from election.night import AreaId, CallRule
from election.tally import COLUMN, FIXED, Row, plus
from tests.election.strategies import LAW_OPENS_AT, night
from tests.election.test_calls_certain import ONE
from tests.election.views import COUNCIL, KENT, Held, made, row, toml, view

K1, K2, G1, G2 = (AreaId(area) for area in ("k1", "k2", "g1", "g2"))
EXACT = {
    "allowance_points": 0, "swing_points": 0, "error_permille": 500, "counted_permille": 0,
    "spread_points": 1, "swing_spread_points": 1, "area_swing_points": 1,
}  # fmt: skip
"""No allowance and hardly any spread: what is projected is nearly what is named."""
BARE = toml("")
"""The night without slack, boxes without a register held for nobody, and no unexpected box."""


def heard(rows: dict[AreaId, Row], then: dict[AreaId, Then] | None = None, **numbers: int) -> View:
    """The mayor's contest with these wards counted."""
    total = row((0, 0, 0), BARE)
    for ward in rows.values():
        total = plus(total, ward)
    shown = made(BARE).view(Held({COUNCIL: {KENT: total, **rows}}), LAW_OPENS_AT)
    rule = CallRule(True, 2, {**EXACT, **numbers})
    return replace(shown, night=replace(BARE, calls={"projected": rule}), then=then or {})


def ward(votes: tuple[int, int, int], boxes: int, register: int) -> Row:
    """What was counted in a ward."""
    return row(votes, BARE, boxes=boxes, register=register)


HALF = {
    K1: ward((120, 60, 20), 1, 300), K2: ward((40, 30, 5), 1, 100),
    G1: ward((90, 110, 0), 1, 250), G2: ward((0, 0, 0), 1, 0),
}  # fmt: skip


def test_without_a_parent_each_area_is_expected_to_go_on_as_it_began() -> None:
    """k1: 200 registered out at two thirds turnout with 30 % margin; g1: 30 at 80 % with −10 %."""
    verdict = decide(heard(HALF))
    margin = (120 - 60) + (40 - 30) + (90 - 110)
    expected = 200 * (200 / 300) * 0.3 + 30 * (200 / 250) * -0.1
    assert round(margin + expected) == verdict.numbers["projected_margin_votes"]
    assert "ada" == verdict.choice
    assert ("bora", 0, 0) == tuple(
        verdict.numbers[name] for name in ("challenger", "areas_paired", "allowance_votes")
    )


def test_the_allowance_is_taken_off_every_vote_expected() -> None:
    """Ten points of 133 and 24 votes; and never below all votes for the challenger."""
    without, with_ten = decide(heard(HALF)), decide(heard(HALF, allowance_points=10))
    assert round((400 / 3 + 24) * 0.1) == with_ten.numbers["allowance_votes"]
    assert without.cushion_votes - with_ten.cushion_votes in (15, 16)
    assert (
        round(400 / 3 * 1.3 + 24 * 0.9)
        == decide(heard(HALF, allowance_points=200)).numbers["allowance_votes"]
    )


def test_an_area_of_which_nothing_is_heard_is_taken_at_its_worst() -> None:
    """All of its voters for the challenger."""
    part = {area: one for area, one in HALF.items() if area != G1}
    verdict = decide(heard(part))
    assert 280 == verdict.numbers["worst_votes"]
    assert verdict.choice is None


def same(now: tuple[int, int, int], then: tuple[int, int, int], out: tuple[int, int, int]) -> Then:
    """One box counted on both nights, and one that is out."""
    return Then(1, 2, now, then, tuple(a + b for a, b in zip(then, out, strict=True)))


def test_with_a_parent_the_swing_of_the_same_boxes_is_applied_to_the_boxes_out() -> None:
    """k1: then 50 to 50 out, swing 30 points from the box heard: +30 % of 133 votes."""
    then = {K1: same((120, 60, 20), (90, 90, 20), (50, 50, 0))}
    verdict = decide(heard(HALF, then))
    expected = (60 + 10 - 20) + 400 / 3 * 0.3 + 24 * -0.1
    assert (1, round(expected)) == (
        verdict.numbers["areas_paired"],
        verdict.numbers["projected_margin_votes"],
    )


def test_a_small_areas_swing_is_drawn_to_the_contests() -> None:
    """One box of k1 swung 30 points, the contest's 30 by that box and 10 by g1's: in between."""
    then = {
        K1: same((120, 60, 20), (90, 90, 20), (50, 50, 0)),
        G1: same((90, 110, 0), (100, 100, 0), (50, 50, 0)),
    }
    own = decide(heard(HALF, then, swing_spread_points=1, area_swing_points=200))
    drawn = decide(heard(HALF, then, swing_spread_points=200, area_swing_points=1))
    margins = [int(one.numbers["projected_margin_votes"]) for one in (own, drawn)]
    whole = (210 - 170) / 400 - (190 - 190) / 400
    assert round(50 + 400 / 3 * 0.3 + 24 * -0.1) == margins[0]
    assert abs(margins[1] - (50 + (400 / 3 + 24) * whole)) < 2


def test_an_unheard_area_is_projected_where_the_parent_knows_it() -> None:
    """By the contest's swing, with the turnout of the contest; not at its worst."""
    part = {area: one for area, one in HALF.items() if area != G1}
    then = {
        K1: same((120, 60, 20), (90, 90, 20), (50, 50, 0)),
        G1: Then(0, 2, (0, 0, 0), (0, 0, 0), (100, 100, 0)),
    }
    verdict = decide(heard(part, then))
    assert (0, 2) == (verdict.numbers["worst_votes"], verdict.numbers["areas_paired"])
    assert "ada" == verdict.choice


def test_a_parent_that_knows_too_few_of_the_boxes_out_is_not_used() -> None:
    """Less than half of them: the area goes on as it began."""
    then = {K1: Then(1, 1, (120, 60, 20), (90, 90, 20), (90, 90, 20))}
    assert 0 == decide(heard(HALF, then)).numbers["areas_paired"]


def test_a_smaller_error_takes_off_more() -> None:
    """And at one half, nothing but the other challengers and looks."""
    taken = [
        decide(heard(HALF, error_permille=error, spread_points=10)).numbers["sampling_votes"]
        for error in (500, 50, 5, 1)
    ]
    assert sorted(taken) == taken
    assert taken[0] < taken[-1]


@pytest.mark.parametrize(("least", "choice"), [(375, "ada"), (501, None)])
def test_nobody_is_named_before_enough_is_counted(least: int, choice: str | None) -> None:
    """Four of eight boxes are 500 of a thousand."""
    verdict = decide(heard(HALF, counted_permille=least))
    assert choice == verdict.choice
    assert ("a projection is made from" in verdict.because["en"]) == (choice is None)


def test_boxes_without_a_register_are_taken_at_their_worst() -> None:
    """As many voters as the night allows there, all for the challenger."""
    rule = replace(BARE.outstanding, voters_max_without_register=25)
    shown = heard(HALF)
    assert 0 == decide(shown).numbers["worst_votes"]
    shown = replace(shown, night=replace(shown.night, outstanding=rule))
    assert 50 == decide(shown).numbers["worst_votes"]


@pytest.mark.parametrize(
    ("votes", "contest"),
    [((0, 0, 0), "mayor"), ((50, 50, 0), "mayor"), ((900, 100, 50), "assembly"), ((900,), "alone")],
)
def test_nobody_is_projected_in_a_tie_before_a_vote_for_several_seats_or_alone(
    votes: tuple[int, ...], contest: str
) -> None:
    """And it is said why, with numbers."""
    verdict = decide(view(votes, toml(ONE), contest))
    assert (None, 0) == (verdict.choice, verdict.cushion_votes)
    assert any(sign.isdigit() for sign in verdict.because["en"])


def test_the_reason_says_model_allowance_and_error_bound() -> None:
    """In a sentence that can be printed with it."""
    said = decide(heard(HALF, allowance_points=2, error_permille=5)).because
    for part in ("margins heard by area", "50.0% of boxes", "2 points of allowance", "error bound 0.5%"):
        assert part in said["en"]
    for part in ("bölge bölge", "%50,0", "2 puanlık", "%0,5"):
        assert part in said["tr"]


@given(
    st.lists(st.tuples(*[st.integers(0, 100)] * 3), min_size=4, max_size=4),
    st.lists(st.integers(0, 2), min_size=4, max_size=4), st.integers(0, 50), st.integers(1, 500),
)  # fmt: skip
def test_whoever_is_named_leads_and_more_allowance_names_no_more(
    votes: list[tuple[int, int, int]], boxes: list[int], points: int, error: int
) -> None:
    """A projection never calls a choice that trails the count; the allowance only takes off."""
    rows = {}
    for area, counts, many in zip((K1, K2, G1, G2), votes, boxes, strict=True):
        told = counts if many else (0, 0, 0)
        rows[area] = ward(told, many, min(many * 100, BARE_REGISTER[area]))
    wide = decide(heard(rows, allowance_points=points, error_permille=error))
    narrow = decide(heard(rows, allowance_points=0, error_permille=error))
    assert wide.cushion_votes <= narrow.cushion_votes
    for verdict in (wide, narrow):
        if verdict.choice is not None:
            assert verdict.cushion_votes > 0
            assert verdict.choice == heard(rows).seen.leader
            assert (verdict.choice,) == verdict.elected


BARE_REGISTER = {area: known.registered for area, known in made(BARE).registers.items()}


def test_the_night_of_these_tests_has_the_columns_written_here() -> None:
    """Boxes first, votes after the fixed columns."""
    assert (1, 120) == (HALF[K1][COLUMN["boxes"]], HALF[K1][len(FIXED)])
    assert night().contests
