"""Before any rule speaks a contest is not started, too early, too close or open, and it is said why."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.alerts import ALERT_KINDS, KINDS
from election.calls.state import (
    ANNULLED,
    BY_LOT,
    CALLED,
    CERTIFIED,
    COUNTED,
    LIFE,
    NOT_STARTED,
    OPEN,
    PROPOSED,
    RECOUNT,
    RERUN,
    RESTING,
    RETRACTED,
    STATES,
    TOO_CLOSE,
    TOO_EARLY,
    after,
    drawing,
    life_table,
    resting_state,
    step,
)
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


@pytest.mark.parametrize(
    ("votes", "boxes", "because"),
    [
        ((70, 6, 5), 2, "2 of 8 boxes are counted, under 30%."),
        ((1005, 995, 0), 3, "The margin of 10 votes is within 0.5% of the valid votes."),
    ],
)
def test_the_reason_says_the_limit_that_is_not_reached(
    votes: tuple[int, ...], boxes: int, because: str
) -> None:
    """What a desk is asked most: why nothing is said yet, and from when on something is."""
    told = resting_state(seen(votes, boxes=boxes, valid=sum(votes)), contest_of(), night(), OPENED)
    assert because == told.because


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


EVENTS = sorted({row.event for row in LIFE})
DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "calls.md"


def test_every_way_out_of_called_is_an_alert() -> None:
    """Nobody who was told of a call is left with it."""
    out = [row for row in LIFE if row.state == CALLED and row.next != CALLED]
    assert out
    assert all(row.alert in ALERT_KINDS for row in out)


def test_called_is_reached_from_a_proposal_only() -> None:
    """By a rule and a desk: no count and no ruling calls anybody."""
    assert [(PROPOSED, "call-made")] == [(row.state, row.event) for row in LIFE if row.next == CALLED]


def test_the_table_says_one_thing_of_each_state_and_event() -> None:
    """And every state stands in it, every event is a fact that is told or a change of the counts."""
    pairs = [(row.state, row.event) for row in LIFE]
    assert len(set(pairs)) == len(pairs)
    assert set(STATES) == {row.state for row in LIFE} | {row.next for row in LIFE}
    told = set(KINDS) | set(COUNTED) | {"certified-by-lot"}
    assert set(EVENTS) <= told
    assert {row.alert for row in LIFE} <= {*ALERT_KINDS, ""}


@given(st.lists(st.sampled_from(EVENTS)))
def test_no_history_leaves_called_in_silence(events: list[str]) -> None:
    """Whatever happens: a step out of called has its alert, and counting alone never ends a call."""
    state = NOT_STARTED
    for event in events:
        row, then = step(state, event), after(state, event)
        assert then in STATES
        if state == CALLED and then != CALLED:
            assert row is not None
            assert row.alert
            assert event not in COUNTED
        state = then


@given(st.lists(st.sampled_from(EVENTS)))
def test_an_annulled_election_is_never_open_again(events: list[str]) -> None:
    """Its rerun is another night."""
    state = ANNULLED
    for event in events:
        state = after(state, event)
        assert state in (ANNULLED, RERUN)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["little-counted", "margin-apart", "call-proposed", "call-made", "certified"], CERTIFIED),
        (["margin-close", "call-proposed", "proposal-withdrawn"], OPEN),
        (["margin-apart", "call-proposed", "proposal-refused", "margin-close"], TOO_CLOSE),
        (["margin-apart", "call-proposed", "call-made", "call-retracted", "call-proposed"], PROPOSED),
        (["margin-apart", "call-proposed", "call-made", "call-retracted", "margin-close"], RETRACTED),
        (["margin-close", "certified", "annulled", "rerun-set"], RERUN),
        (["margin-close", "certified-by-lot"], BY_LOT),
        (["margin-close", "certified-by-lot", "recount-ordered"], RECOUNT),
        (["margin-close", "certified-by-lot", "recount-ordered", "certified"], CERTIFIED),
        (["margin-apart", "call-proposed", "call-made", "certified-by-lot", "call-retracted"], BY_LOT),
        (["call-made"], NOT_STARTED),
    ],
)
def test_the_life_of_a_call(events: list[str], state: str) -> None:
    """Night by night; an event that means nothing in a state changes nothing."""
    now = NOT_STARTED
    for event in events:
        now = after(now, event)
    assert state == now


def test_the_documented_table_and_drawing_are_those_of_the_code() -> None:
    """Written between markers in the reference; made from the table itself."""
    text = DOCS.read_text(encoding="utf-8")
    assert f"\n\n{life_table()}\n" in text
    assert f"```mermaid\n{drawing()}```\n" in text
    assert all(f": {state}" in drawing() for state in (*RESTING, PROPOSED, CALLED))
