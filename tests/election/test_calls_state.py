"""Before any rule speaks a contest is not started, too early, too close or open, and it is said why."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls.state import NOT_STARTED, OPEN, TOO_CLOSE, TOO_EARLY, resting_state
from election.embargo import embargo
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT, NOON, contest_of, night
from tests.election.test_standing import seen

OPENED = embargo(night().embargo, None, LAW_OPENS_AT)


@pytest.mark.parametrize(
    ("votes", "columns", "state"),
    [
        ((0, 0, 0), {"boxes": 0}, NOT_STARTED),
        ((70, 6, 5), {"boxes": 2}, TOO_EARLY),
        ((70, 6, 5), {"boxes": 3}, OPEN),
        ((70, 70, 5), {"boxes": 3}, TOO_CLOSE),
        ((70, 70, 5), {"boxes": 8}, TOO_CLOSE),
        ((1005, 995, 0), {"valid": 2000}, TOO_CLOSE),
        ((1006, 995, 0), {"valid": 2000}, OPEN),
    ],
)
def test_the_states_by_what_is_counted(votes: tuple[int, ...], columns: dict[str, int], state: str) -> None:
    """Half a percent of 2,000 valid votes are 10: ten are too close, eleven are open."""
    told = resting_state(seen(votes, **columns), contest_of(), night(), OPENED)
    assert state == told.state
    assert re.search(r"\d|No box|same number", told.because)


def test_two_seats_are_close_at_the_line() -> None:
    """Not between the first and the second, who are both in."""
    assembly = contest_of("assembly")
    states = [
        resting_state(seen(votes, assembly), assembly, night(), OPENED).state
        for votes in ((900, 900, 500), (900, 500, 500), (900, 500, 499))
    ]
    assert [OPEN, TOO_CLOSE, TOO_CLOSE] == states


def test_a_contest_with_no_more_choices_than_seats_is_not_close() -> None:
    """There is nobody to be close to."""
    alone = replace(contest_of(), choices=contest_of().choices[:1])
    now = replace(seen((9, 0, 0)), margin_votes=0, tie=False)
    assert OPEN == resting_state(now, alone, night(), OPENED).state


@given(
    st.tuples(*[st.integers(0, 10**6)] * 3), st.integers(0, 8), st.sampled_from([None, NOON, CLOSED_UNTIL])
)
def test_nothing_is_said_before_the_embargo_opens(
    votes: tuple[int, int, int], boxes: int, now: object
) -> None:
    """Not started, whatever is counted; no number in the reason."""
    ban = embargo(night().embargo, None, now)
    told = resting_state(seen(votes, boxes=boxes), contest_of(), night(), ban)
    assert NOT_STARTED == told.state
    assert not re.search(r"\d", told.because)
