"""The publication ban may be lifted early and never lasts longer than the law's hour."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.embargo import BULLETINS, CLOSED, OPEN, embargo
from election.night import EmbargoRule
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT, NOON

LAW = EmbargoRule(CLOSED_UNTIL, LAW_OPENS_AT)
MINUTE = timedelta(minutes=1)
EARLY = LAW_OPENS_AT - timedelta(minutes=105)
HOURS = st.integers(0, 900).map(lambda minutes: NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("now", "lifted_at", "state"),
    [
        (None, None, CLOSED),
        (NOON, None, CLOSED),
        (CLOSED_UNTIL - MINUTE, None, CLOSED),
        (CLOSED_UNTIL, None, BULLETINS),
        (LAW_OPENS_AT - MINUTE, None, BULLETINS),
        (LAW_OPENS_AT, None, OPEN),
        (LAW_OPENS_AT + MINUTE, None, OPEN),
        (EARLY - MINUTE, EARLY, BULLETINS),
        (EARLY, EARLY, OPEN),
        (LAW_OPENS_AT, LAW_OPENS_AT + MINUTE, OPEN),
        (CLOSED_UNTIL - MINUTE, NOON, CLOSED),
        (CLOSED_UNTIL, NOON, OPEN),
    ],
)
def test_the_states_by_hour(now: datetime | None, lifted_at: datetime | None, state: str) -> None:
    """Closed, bulletins, open; lifted early, lifted too late, lifted before anything may be said."""
    ban = embargo(LAW, lifted_at, now)
    assert (state, state == OPEN) == (ban.state, ban.is_open)


@pytest.mark.parametrize("now", [None, NOON, LAW_OPENS_AT])
def test_without_a_law_there_is_no_ban(now: datetime | None) -> None:
    """Most countries have none."""
    assert OPEN == embargo(EmbargoRule(None, None), None, now).state


@pytest.mark.parametrize(
    ("now", "state"), [(None, CLOSED), (CLOSED_UNTIL - MINUTE, CLOSED), (CLOSED_UNTIL, OPEN)]
)
def test_a_night_that_is_only_closed_opens_at_that_hour(now: datetime | None, state: str) -> None:
    """A folder that names one hour means it: nothing before, everything after."""
    assert state == embargo(EmbargoRule(CLOSED_UNTIL, None), None, now).state


def test_a_night_without_a_first_hour_has_bulletins_before_the_law_opens() -> None:
    """Once anything was heard at all."""
    rule = EmbargoRule(None, LAW_OPENS_AT)
    assert [CLOSED, BULLETINS] == [embargo(rule, None, now).state for now in (None, NOON)]


@given(HOURS, st.none() | HOURS)
def test_a_ruling_never_extends_the_ban(now: datetime, lifted_at: datetime | None) -> None:
    """Whatever a ruling names, it opens no later than by law and no earlier than anything may be said."""
    ban = embargo(LAW, lifted_at, now)
    assert ban.opens_at is not None
    assert CLOSED_UNTIL <= ban.opens_at <= LAW_OPENS_AT
    assert (now >= ban.opens_at) == ban.is_open
    assert (LAW_OPENS_AT, lifted_at) == (ban.law_opens_at, ban.lifted_at)


@given(HOURS, HOURS, st.none() | HOURS)
def test_what_is_open_stays_open(now: datetime, later: datetime, lifted_at: datetime | None) -> None:
    """Time goes one way."""
    first, second = sorted((now, later))
    assert not embargo(LAW, lifted_at, first).is_open or embargo(LAW, lifted_at, second).is_open
