"""What is held of a unit and what it is worth, field by field and column by column, zeros included.

Know before changing: the laws of `test_tally` compare whole nights and leave zeros out; here stands what a
random night seldom holds: a box in which nobody voted, conflicts without a figure, rows of two widths.
"""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from election.checks import check
from election.night import UnitId
from election.report import Claim
from election.tally import (
    FIXED,
    Statement,
    Status,
    columns,
    hear,
    lifted,
    minus,
    nothing,
    plus,
    statement,
    width,
    worth,
)
from tests.election.strategies import (
    OUTSTANDING,
    PARENT_VOTES,
    contest_of,
    figures,
    night,
    paper,
    source_of,
    stated,
)

BARE: dict[str, Any] = {"registered": None, "voters": None, "valid": None, "invalid": None, "votes": {}}
DISPUTED = Statement(
    revision=1, edition=1, status=Status.CONFLICT, noted=True, registered=None, voters=None, valid=0,
    invalid=None, claimed=None, votes=(None, None, None),
)  # fmt: skip
"""What is held of two papers that say nothing of votes and contradict one another."""


def held_after(*papers: Claim) -> Statement | None:
    """What is held of a unit after these papers about it, in this order."""
    held: Statement | None = None
    for claim in papers:
        held = hear(held, stated(claim)) or held
    return held


def test_two_papers_in_conflict_leave_only_the_largest_claim_whichever_came_first() -> None:
    """Neither's register nor its claim of boxes stays; that findings are kept is said."""
    odd: dict[str, Any] = {"source": "agency", "level": "town"}
    first = paper("kuzey", **odd, registered=900, claimed_boxes=3, **figures(90, 50, 10))
    second = paper("kuzey", **odd, registered=800, claimed_boxes=2, **figures(80, 40, 10))
    expected = replace(DISPUTED, valid=150)
    assert [expected, expected] == [held_after(first, second), held_after(second, first)]


def test_papers_in_conflict_that_claim_no_vote_hold_none() -> None:
    """Withdrawn or illegible: no valid vote is made up that the bound of what is out would have to hold."""
    withdrawn, marked = paper(cause="withdrawn", **BARE), paper(state="illegible", **BARE)
    assert [DISPUTED, DISPUTED] == [held_after(withdrawn, marked), held_after(marked, withdrawn)]


def test_a_conflict_over_no_votes_grows_with_the_first_vote_that_is_claimed() -> None:
    """One vote more than none is more, in any order."""
    told = [
        paper(cause="withdrawn", **BARE),
        paper(state="illegible", **BARE),
        paper("k1-1", **figures(1, 0, 0), state="illegible"),
    ]
    orders = [held_after(*order) for order in permutations(told)]
    assert [1] * 6 == [held.valid if held is not None else None for held in orders]
    assert replace(DISPUTED, edition=2, valid=1) == held_after(*told)


def test_a_resend_of_a_paper_that_a_person_cleared_is_no_conflict() -> None:
    """Cleared or held back, it says the same: a producer that sends again disputes nothing."""
    waiting = stated(paper(**figures(200, 200, 100)))
    assert Status.QUARANTINED is waiting.status
    assert lifted(waiting).says(waiting)
    assert waiting.says(lifted(waiting))
    assert hear(lifted(waiting), waiting) is None


def test_a_box_in_which_nobody_voted_adds_itself_and_its_register_only() -> None:
    """No voter, no valid vote and no vote is invented for any choice."""
    empty = paper(contest="assembly", **figures(0, 0) | {"votes": {"d1": 0, "d2": 0, "d3": 0}})
    contest = contest_of("assembly")
    held = stated(empty)
    assert Status.COUNTED is held.status
    row = worth(held, UnitId("k1-1"), contest, source_of(), night())
    assert dict.fromkeys(columns(contest, night()), 0) | {
        "boxes": 1, "register": 300, "registered": 300,
    } == dict(zip(columns(contest, night()), row, strict=True))  # fmt: skip


def test_a_choice_that_does_not_stand_here_adds_no_vote() -> None:
    """An absent count is no count of one."""
    row = worth(stated(paper("g1-1")), UnitId("g1-1"), contest_of(), source_of(), night())
    assert (60, 90, 0) == row[len(FIXED) :]


def test_a_paper_held_back_without_a_valid_vote_exceeds_nothing() -> None:
    """Not even at a box that may hold nobody: there the first valid vote is the first too many."""
    strict = night(outstanding=OUTSTANDING.replace("slack_per_box = 10", "slack_per_box = 0"))
    excess = []
    for ada in (0, 1):
        held = statement(
            check(paper("g2-1", **figures(ada, 0, None, invalid=5)), strict), contest_of(of=strict), strict
        )
        assert Status.QUARANTINED is held.status
        row = worth(held, UnitId("g2-1"), contest_of(of=strict), source_of(of=strict), strict)
        excess.append(row[FIXED.index("held_excess")])
    assert [0, 1] == excess


def test_the_columns_of_a_rerun_are_named_and_as_many_as_a_row_is_wide() -> None:
    """What swing may compare: how many boxes are known from then, their votes now, and their votes then."""
    rerun = night(parent=PARENT_VOTES)
    contest = contest_of(of=rerun)
    votes = ("votes.ada", "votes.bora", "votes.cem")
    assert FIXED + votes == columns(contest_of(), night())
    same = ("same.boxes", "same.ada", "same.bora", "same.cem")
    assert (*FIXED, *votes, *same, "then.ada", "then.bora", "then.cem") == columns(contest, rerun)
    assert [len(FIXED) + 3, len(FIXED) + 10] == [width(contest_of(), night()), width(contest, rerun)]
    assert (0,) * len(columns(contest, rerun)) == nothing(contest, rerun)


def test_totals_of_two_contests_are_never_added() -> None:
    """Of another width they are of another paper; half a sum would look like a result."""
    mayor, bridge = (nothing(contest_of(name), night()) for name in ("mayor", "bridge"))
    for one, other in ((mayor, bridge), (bridge, mayor)):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            plus(one, other)
        with pytest.raises(ValueError, match=r"shorter|longer"):
            minus(one, other)
