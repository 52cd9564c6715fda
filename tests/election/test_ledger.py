"""Every movement of a total has a reason, and the reasons add up to the margin."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.checks import check
from election.ledger import WHYS, Entry, entry, waterfall, why
from election.night import AreaId, UnitId
from election.report import Cause, Claim
from election.tally import FIXED, Statement, Status, Tally
from tests.election.strategies import (
    NOON,
    contest_of,
    figures,
    histories,
    night,
    paper,
    retellings,
    source_of,
    stated,
    unit_of,
)


def kept(told: Iterable[Claim]) -> tuple[Tally, list[Entry]]:
    """The totals after these papers, and an entry for each movement."""
    tally = Tally(contest_of(), source_of(), night())
    entries = []
    for claim in told:
        if check(claim, night()).refused:
            continue
        unit = unit_of(claim)
        before = tally.held.get(unit)
        if tally.hear(unit, stated(claim)) is not None:
            entries.append(entry(unit, before, tally.held[unit], Cause(claim.cause), claim.heard_at))
    return tally, entries


def margin(tally: Tally) -> int:
    """ada's votes over bora's."""
    votes = tally.row(AreaId("kent"))[len(FIXED) :]
    return votes[0] - votes[1]


@given(st.data())
def test_the_waterfall_adds_up_to_the_margin_in_any_order(data: st.DataObject) -> None:
    """Recounts, objections, withdrawals, conflicts: each vote of the margin has its reason."""
    told = data.draw(histories())
    for order in (told, data.draw(retellings(told))):
        tally, entries = kept(order)
        steps = waterfall(entries, (0, 1))
        assert margin(tally) == sum(step.margin_votes for step in steps)
        assert len(entries) == sum(step.movements for step in steps)
        assert [step.why for step in steps] == [word for word in WHYS if word in {step.why for step in steps}]


@given(histories())
def test_entries_add_up_to_the_votes_of_every_choice(told: list[Claim]) -> None:
    """Not only the margin: what each choice gained and lost is what it has."""
    tally, entries = kept(told)
    gained = tuple(sum(moved.votes[place] for moved in entries) for place in range(3))
    assert tally.row(AreaId("kent"))[len(FIXED) :] == gained


COUNTED = stated(paper())
OUT = {
    Status.QUARANTINED: stated(paper(revision=2, **figures(150, 0, 1))),
    Status.MARKED: stated(paper(revision=2, state="illegible")),
    Status.WITHDRAWN: stated(paper(revision=2, cause="withdrawn")),
}
LATER = stated(paper(revision=3))


@pytest.mark.parametrize(
    ("before", "after", "cause", "word"),
    [
        (None, COUNTED, Cause.FIRST, "new box"),
        (None, COUNTED, Cause.RECOUNT, "new box"),
        (COUNTED, LATER, Cause.FIRST, "revised"),
        (COUNTED, LATER, Cause.RECOUNT, "recount"),
        (COUNTED, LATER, Cause.INVALID_REVIEW, "invalid-review"),
        (COUNTED, LATER, Cause.OBJECTION, "objection"),
        (COUNTED, LATER, Cause.TYPO, "typo"),
        (COUNTED, OUT[Status.QUARANTINED], Cause.RECOUNT, "quarantined"),
        (COUNTED, OUT[Status.MARKED], Cause.FIRST, "marked"),
        (COUNTED, OUT[Status.WITHDRAWN], Cause.WITHDRAWN, "withdrawn"),
        (None, OUT[Status.WITHDRAWN], Cause.WITHDRAWN, "withdrawn"),
        (OUT[Status.WITHDRAWN], LATER, Cause.REINSTATED, "reinstated"),
        (OUT[Status.WITHDRAWN], LATER, Cause.FIRST, "reinstated"),
        (OUT[Status.QUARANTINED], LATER, Cause.FIRST, "cleared"),
        (OUT[Status.MARKED], LATER, Cause.FIRST, "cleared"),
        (OUT[Status.QUARANTINED], LATER, Cause.RECOUNT, "recount"),
    ],
)
def test_why_a_total_moved(before: Statement | None, after: Statement, cause: Cause, word: str) -> None:
    """In one of the words people are told."""
    assert word == why(before, after, cause)
    assert word in WHYS


def test_a_conflict_is_a_reason() -> None:
    """Two statements with one revision take the box out."""
    _, entries = kept([paper(), paper(**figures(1, 2, 3))])
    assert [("new box", (60, 50, 40)), ("conflict", (-60, -50, -40))] == [
        (one.why, one.votes) for one in entries
    ]


def test_an_entry_says_which_unit_and_when() -> None:
    """Absent choices gain nothing."""
    moved = entry(UnitId("g1-1"), None, stated(paper("g1-1")), Cause.FIRST, NOON)
    assert Entry(UnitId("g1-1"), "new box", NOON, (60, 90, 0)) == moved


def test_a_waterfall_of_nothing_is_empty() -> None:
    """No movement, no bar."""
    assert () == waterfall([], (0, 1))
