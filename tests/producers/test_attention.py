"""How often a feed is asked, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.attention import BACK_OFF_S_MAX, RETRY_AFTER_S_MAX, Attention, spell, wait_s

DICE = st.floats(0, 1, exclude_max=True)


@given(st.floats(0.1, 600), DICE)
def test_a_feed_that_is_well_is_asked_as_often_as_was_said(every_s: float, dice: float) -> None:
    """Give or take a tenth, so that many pollers do not ask as one."""
    assert 0.9 * every_s <= wait_s(every_s, 0, 0.0, lambda: dice) <= 1.1 * every_s


@given(st.floats(0.1, 600), st.integers(1, 10**6), DICE)
def test_a_feed_in_trouble_is_asked_more_and_more_rarely_but_asked(
    every_s: float, failures: int, dice: float
) -> None:
    """Never more than the longest wait, never less than half of the usual one."""
    found = wait_s(every_s, failures, 0.0, lambda: dice)
    assert every_s / 2 <= found <= max(every_s, BACK_OFF_S_MAX)


@given(st.floats(0.1, 600), st.integers(0, 50), st.floats(0, 10**9), DICE)
def test_retry_after_is_honoured_within_reason(
    every_s: float, failures: int, after_s: float, dice: float
) -> None:
    """Never earlier than asked for; a wait of a day is a mistake on an election night."""
    found = wait_s(every_s, 1 + failures, after_s, lambda: dice)
    assert found >= min(after_s, RETRY_AFTER_S_MAX)
    assert found <= max(1.1 * RETRY_AFTER_S_MAX, every_s)


def test_waits_double() -> None:
    """From the second failure on."""
    assert 10 == wait_s(10, 0, 0.0, lambda: 0.5)
    assert [10, 20, 40, 80, 120, 120] == [wait_s(10, failures, 0.0, lambda: 0.0) for failures in range(1, 7)]


def test_trouble_is_said_when_it_begins_when_it_changes_and_when_it_ends() -> None:
    """And at no other time."""
    attention = Attention("feed", 1800, 0.0)
    assert ["feed: it answers 503; next look in 7 s"] == attention.failed("it answers 503", 7, 5.0)
    assert [] == attention.failed("it answers 503", 14, 12.0)
    assert ["feed: it answers 500; next look in 28 s"] == attention.failed("it answers 500", 28, 26.0)
    assert 3 == attention.failures
    assert ["feed: it can be read again, after 50 s"] == attention.same(55.0)
    assert [] == attention.same(60.0)
    assert 0 == attention.failures


@pytest.mark.parametrize(
    ("first", "then", "another"),
    [
        ("it asks not to be asked for 90 s", "it asks not to be asked for 59 s", "it answers 500"),
        ("it broke off after 7 of 99 bytes", "it broke off after 86 of 99 bytes", "it broke off"),
        ("it broke off after 7 bytes", "it broke off after 86 bytes", "it answers 7"),
    ],
)
def test_the_same_trouble_is_said_once_whatever_is_measured_of_it(
    first: str, then: str, another: str
) -> None:
    """How long is left of a wait, and how much of an answer came, differ at every look."""
    attention = Attention("feed", 1800, 0.0)
    assert [f"feed: {first}; next look in 7 s"] == attention.failed(first, 7, 5.0)
    assert [] == attention.failed(then, 14, 12.0)
    assert [f"feed: {another}; next look in 7 s"] == attention.failed(another, 7, 20.0)


def test_what_names_the_feed_itself_is_not_named_twice() -> None:
    """An error with file and line begins with the file."""
    assert ["feed:3: no header; next look in 1 s"] == Attention("feed", 9, 0.0).failed(
        "feed:3: no header.", 1, 0
    )


def test_a_stall_is_said_once_and_its_end_too() -> None:
    """Whether it answers the same for ever or does not answer."""
    attention = Attention("feed", 1800, 0.0)
    assert [] == attention.same(1799.0)
    (said,) = attention.same(1800.0)
    assert "feed: STALLED, nothing new for 30 min: it answers, and what it says does not change" == said
    assert [] == attention.same(4000.0)
    assert ["feed: STALL OVER, it goes on after 1 h 40"] == attention.fresh(6000.0)
    assert [] == attention.fresh(6001.0)


def test_a_stall_in_trouble_says_which() -> None:
    """Beside the trouble itself, which was said before."""
    attention = Attention("feed", 100, 0.0)
    attention.failed("it answers 503", 7, 1.0)
    assert ["feed: STALLED, nothing new for 2 min: it answers 503"] == attention.failed(
        "it answers 503", 7, 120.0
    )
    assert ["feed: it can be read again, after 2 min", "feed: STALL OVER, it goes on after 2 min"] == (
        attention.fresh(130.0)
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5940, "99 min"), (7500, "2 h 05")]
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    """Seconds, minutes, hours."""
    assert said == spell(seconds)


def test_what_is_only_waited_for_is_no_failure() -> None:
    """The first failure behind it is the first in its row."""
    attention = Attention("feed", 1800, 0.0)
    attention.failed("it is not there", 1, 1.0, waiting=True)
    attention.failed("it is not there", 1, 2.0, waiting=True)
    assert 0 == attention.failures
    attention.failed("it answers 503", 1, 3.0)
    assert 1 == attention.failures
