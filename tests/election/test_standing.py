"""A contest as people see it: order, margin at the line, what the trailer needs; integers until shown."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import AreaId, ChoiceId, Contest
from election.outstanding import Outstanding, registers
from election.report import Claim
from election.standing import (
    STEP,
    Needs,
    Standing,
    leader,
    margin_points,
    margin_within,
    share,
    standing,
)
from election.tally import COLUMN, FIXED, Row
from tests.election.strategies import contest_of, histories, night, source_of
from tests.election.test_tally import counted

KENT = AreaId("kent")


def row_of(votes: tuple[int, ...], **columns: int) -> Row:
    """A total with these votes and columns."""
    fixed = [0] * len(FIXED)
    for name, many in ({"valid": sum(votes)} | columns).items():
        fixed[COLUMN[name]] = many
    return (*fixed, *votes)


def seen(votes: tuple[int, ...], contest: Contest | None = None, **columns: int) -> Standing:
    """How the county stands with these votes; four of its eight boxes are counted unless said otherwise."""
    the = contest or contest_of()
    usual = {"boxes": 4, "register": 440, "registered": 440, "voters": sum(votes)}
    return standing(KENT, row_of(votes, **(usual | columns)), the, night(), registers(night(), the))


@pytest.mark.parametrize(
    ("votes", "order", "ahead", "margin", "tie"),
    [
        ((0, 0, 0), ("ada", "bora", "cem"), None, 0, False),
        ((5, 3, 1), ("ada", "bora", "cem"), "ada", 2, False),
        ((1, 3, 5), ("cem", "bora", "ada"), "cem", 2, False),
        ((5, 5, 1), ("ada", "bora", "cem"), None, 0, True),
        ((1, 5, 5), ("bora", "cem", "ada"), None, 0, True),
        ((5, 3, 3), ("ada", "bora", "cem"), "ada", 2, False),
        ((1, 0, 0), ("ada", "bora", "cem"), "ada", 1, False),
    ],
)
def test_one_is_elected(
    votes: tuple[int, ...], order: tuple[str, ...], ahead: str | None, margin: int, tie: bool
) -> None:
    """Most votes first, the order of the paper among equals; nobody leads before a vote, nor in a tie."""
    now = seen(votes)
    assert (order, ahead, margin, tie) == (now.order, now.leader, now.margin_votes, now.tie)


@pytest.mark.parametrize(
    ("votes", "ahead", "margin", "tie"),
    [
        ((9, 5, 3), "d1", 2, False),
        ((9, 5, 5), "d1", 0, True),
        ((9, 9, 5), None, 4, False),
        ((5, 5, 5), None, 0, True),
        ((0, 0, 0), None, 0, False),
    ],
)
def test_two_are_elected(votes: tuple[int, ...], ahead: str | None, margin: int, tie: bool) -> None:
    """The margin is at the line, between the last in and the first out; a tie above the line is none."""
    now = seen(votes, contest_of("assembly"))
    assert (ahead, margin, tie) == (now.leader, now.margin_votes, now.tie)


@pytest.mark.parametrize("seats", [1, 2])
def test_as_many_seats_as_choices(seats: int) -> None:
    """Nobody is out: no margin, no tie, nothing needed."""
    choices = contest_of().choices[:seats]
    alone = replace(contest_of(), seats=seats, choices=choices)
    now = seen((7,) * seats, alone)
    assert (0, False, None) == (now.margin_votes, now.tie, now.needs)
    assert ("ada" if seats == 1 else None) == now.leader


@given(histories())
def test_a_standing_says_what_the_totals_say(told: list[Claim]) -> None:
    """Votes, turnout and boxes are the row's; heard boxes are counted, held back or marked."""
    row = counted(told).row(KENT)
    now = standing(KENT, row, contest_of(), night(), registers(night(), contest_of()))
    assert row[len(FIXED) :] == now.votes
    figures = ("boxes", "voters", "valid", "invalid", "registered", "register")
    assert [row[COLUMN[name]] for name in figures] == [getattr(now, name) for name in figures]
    assert now.boxes + now.boxes_quarantined + row[COLUMN["marked"]] == now.received <= now.boxes_total
    assert sorted(now.votes, reverse=True) == [
        now.votes[contest_of().position(one) or 0] for one in now.order
    ]
    assert now.margin_votes >= 0


@given(st.tuples(*[st.integers(0, 300)] * 3), st.integers(0, 8), st.integers(0, 880))
def test_needs_never_negative_and_never_above_everything_without_the_word(
    votes: tuple[int, int, int], boxes: int, register: int
) -> None:
    """Above all votes expected it is called impossible; with nothing left it is undefined, and why."""
    needs = seen(votes, boxes=boxes, register=register).needs
    assert needs is not None
    assert needs.because
    if needs.word == "undefined":
        assert needs.share is None
        return
    assert needs.share is not None
    assert needs.share >= 0.5
    assert ("possible", True) == (needs.word, needs.share < 1) or "impossible" == needs.word
    assert needs.word == "possible" or needs.share >= 1


@given(st.tuples(*[st.integers(0, 10**8)] * 3), st.integers(1, 880))
def test_needs_is_what_brings_the_trailer_level(votes: tuple[int, int, int], register: int) -> None:
    """With that share of the votes expected, and the rest for the one ahead, the two are equal."""
    now = seen(votes, boxes=7, register=register)
    needs = now.needs
    assert needs is not None
    expected = (880 - register) * sum(votes) // register
    if needs.share is None:
        assert 0 in (expected, sum(votes))
        return
    exact = Fraction(now.margin_votes + expected, 2 * expected)
    assert abs(Fraction(needs.share) - exact) <= Fraction(STEP) * 2
    assert (now.margin_votes < expected) == (needs.word == "possible")


@pytest.mark.parametrize(
    ("votes", "columns", "said"),
    [
        ((50, 40, 0), {"boxes": 8, "register": 880}, Needs(ChoiceId("bora"), None, "undefined", "no box")),
        ((0, 0, 0), {}, Needs(ChoiceId("bora"), None, "undefined", "too little")),
        ((9, 5, 0), {"register": 0}, Needs(ChoiceId("bora"), None, "undefined", "too little")),
        ((9, 5, 0), {"register": 880}, Needs(ChoiceId("bora"), None, "undefined", "no vote is expected")),
        ((50, 40, 0), {}, Needs(ChoiceId("bora"), 0.555556, "possible", "10 behind, 90 votes expected")),
        ((45, 45, 0), {}, Needs(ChoiceId("bora"), 0.5, "possible", "0 behind, 90 votes")),
        ((90, 0, 0), {}, Needs(ChoiceId("bora"), 1.0, "impossible", "90 behind, 90 votes")),
        (
            (90, 0, 0),
            {"register": 441},
            Needs(ChoiceId("bora"), 1.005618, "impossible", "90 behind, 89 votes"),
        ),
    ],
)
def test_what_the_trailer_needs(votes: tuple[int, ...], columns: dict[str, int], said: Needs) -> None:
    """Of 880 registered 440 are heard; as many votes are expected as were cast."""
    needs = seen(votes, **columns).needs
    assert needs is not None
    assert (said.choice, said.share, said.word) == (needs.choice, needs.share, needs.word)
    assert needs.because.startswith(said.because)


def test_needs_is_not_rounded_to_everything_unless_it_is() -> None:
    """One vote short of all expected is still possible, one vote over is more than all."""
    million = 10**7
    just = seen((million, 1, 0), register=440, valid=million).needs
    over = seen((million + 1, 0, 0), register=440, valid=million).needs
    assert just is not None
    assert over is not None
    assert (1 - STEP, "possible") == (just.share, just.word)
    assert (1 + STEP, "impossible") == (over.share, over.word)


def test_in_a_contest_of_several_the_first_that_is_out_needs_something() -> None:
    """Not the second, who is in."""
    needs = seen((9, 5, 3), contest_of("assembly")).needs
    assert needs is not None
    assert "d3" == needs.choice


def test_a_source_that_reports_areas_expects_nothing_of_boxes() -> None:
    """Its units are not our boxes."""
    known = registers(night(), contest_of())
    row = counted([], source=source_of("agency").id).row(KENT)
    assert standing(KENT, row, contest_of(), night(), known, boxed=False).needs is None


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_share_is_never_rounded_to_nothing_or_all_unless_it_is(one: int, other: int) -> None:
    """One vote of a thousand million is not 0, and all but one are not all."""
    part, whole = min(one, other), max(one, other)
    told = share(part, whole)
    if whole == 0:
        assert told is None
        return
    assert told is not None
    assert (part == 0, part == whole) == (told == 0, told == 1)
    assert abs(told - part / whole) <= STEP
    assert told == round(told, 6)


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(0, 0, None), (0, 9, 0.0), (9, 9, 1.0), (1, 10**9, 1e-06), (1, 3, 0.333333)]
)
def test_a_share_to_show(part: int, whole: int, told: float | None) -> None:
    """Six decimals; None where nothing is counted."""
    assert told == share(part, whole)


def test_the_margin_in_points_is_of_the_valid_votes() -> None:
    """Two decimals, None before any vote."""
    assert 8.12 == margin_points(replace(seen((1, 0, 0)), valid=10_000, margin_votes=812))
    assert margin_points(seen((0, 0, 0))) is None


@pytest.mark.parametrize(("margin", "inside"), [(0, True), (4, True), (5, True), (6, False)])
def test_the_band_ends_at_its_edge(margin: int, inside: bool) -> None:
    """Five per thousand of a thousand votes: five are inside. Compared in integers."""
    now = replace(seen((1, 0, 0)), valid=1000, margin_votes=margin)
    assert inside == margin_within(now, 5)


@pytest.mark.parametrize(("boxes", "reached"), [(2, False), (3, True), (4, True)])
def test_the_counted_threshold_is_reached_exactly(boxes: int, reached: bool) -> None:
    """30 % of 10 boxes are three, of none at all nothing."""
    now = replace(seen((1, 0, 0)), boxes=boxes, boxes_total=10)
    assert reached == now.counted_at_least(30)
    assert not replace(now, boxes=0, boxes_total=0).counted_at_least(0)


def test_the_leader_alone_has_most_votes() -> None:
    """Several with as many: none leads."""
    found = [leader(votes, contest_of()) for votes in ((0, 0, 0), (0, 0, 1), (2, 2, 1), (1, 2, 1))]
    assert [None, "cem", None, "bora"] == found


def test_what_is_out_stands_in_the_standing() -> None:
    """The same figures as asked for alone."""
    assert Outstanding(4, 440, 440 + 20 + 300 + 50) == seen((9, 5, 1)).outstanding
