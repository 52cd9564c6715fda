"""Two nights are compared over the same boxes only; the naive figure stands beside it and is not it."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from election.swing import Then, change, leading, margin, margin_swing, together

ONE = Then(2, 4, now=(60, 40), then=(50, 50), then_total=(80, 120))
TWO = Then(1, 1, now=(10, 30), then=(20, 20), then_total=(20, 20))
VOTES = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


def test_a_share_is_compared_over_the_same_boxes() -> None:
    """60 % now, 50 % then; the naive figure sets everything counted now against all of then."""
    found = change(ONE, (300, 100), 0)
    assert (2, 4, 10.0, 35.0) == (found.boxes, found.boxes_total, found.points, found.naive_points)


def test_the_margin_moves_twice_as_far_as_a_share_between_two() -> None:
    """From 0 to 20 points."""
    assert Fraction(1, 5) == margin_swing(ONE, (0, 1))
    assert Fraction(-1, 5) == margin_swing(ONE, (1, 0))
    assert Fraction(1, 5) == margin((60, 40), (0, 1))


def test_no_box_in_common_is_no_comparison() -> None:
    """Which is not a swing of zero."""
    none = Then(0, 4, (0, 0), (0, 0), (80, 120))
    assert margin_swing(none, (0, 1)) is None
    found = change(none, (3, 1), 0)
    assert (None, 35.0) == (found.points, found.naive_points)
    assert change(none, (0, 0), 0).naive_points is None


def test_several_areas_are_one_by_their_sums() -> None:
    """Boxes and votes are added; there is none of none."""
    assert Then(3, 5, (70, 70), (70, 70), (100, 140)) == together([ONE, TWO])
    assert together([]) is None


@given(VOTES, VOTES, VOTES)
def test_a_night_compared_with_itself_has_no_swing(
    now: tuple[int, int], rest: tuple[int, int], counted: tuple[int, int]
) -> None:
    """Whatever is still out: the naive figure may move, the like-for-like one does not."""
    then_total = (now[0] + rest[0], now[1] + rest[1])
    same = Then(1, 2, now, now, then_total)
    assert margin_swing(same, (0, 1)) in (None, 0)
    assert change(same, counted, 0).points in (None, 0.0)


def test_who_led_is_nobody_in_a_tie_and_nobody_of_nothing() -> None:
    """A tie is no lead of whoever stands first on the paper."""
    assert 1 == leading((3, 5, 4))
    assert leading((5, 5, 4)) is None
    assert leading((0, 0)) is None
    assert leading(()) is None
