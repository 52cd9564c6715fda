"""Feeds that number their papers themselves, beside tables that do not: docs/reference/snapshots.md."""

from election.night import UnitId
from election.report import REVISION_MAX, Cause
from producers.formats.document import Heard
from producers.said import Held, milliseconds
from tests.producers.tables import (
    AT,
    COUNCIL,
    MINUTE,
    NIGHT,
    compared,
    counted,
    logged,
    paper,
)


def test_own_revisions_pass_as_they_are_and_their_boxes_still_go() -> None:
    """A feed that numbers its papers is believed; its silence says as much as another's."""
    held = Held(NIGHT, COUNCIL)
    news, _, _ = compared(held, [paper("n-1", 1, revision=1), paper("n-2", 2, revision=1)])
    assert [1, 1] == [it.revision for it in news]
    later, _, comparison = compared(held, [paper("n-1", 5, revision=2)], AT + MINUTE)
    assert [(UnitId("n-1"), 2), (UnitId("n-2"), milliseconds(AT + MINUTE))] == [
        (it.unit, it.revision) for it in later
    ]
    assert (1, 1) == (comparison.corrected, comparison.withdrawn)
    assert {"n-1": 5} == counted(logged([*news, *later]))


def test_a_box_with_its_own_revision_that_comes_back_counts_again_under_a_newer_one() -> None:
    """Its own revision lies below our withdrawal's; it must not be lost, nor must its corrections."""
    held = Held(NIGHT, COUNCIL)
    said = compared(held, [paper("n-1", 1, revision=3), paper("n-2", 2, revision=1)])[0]
    said += compared(held, [paper("n-2", 2, revision=1)], AT + MINUTE)[0]
    back, _, _ = compared(held, [paper("n-1", 1, revision=3), paper("n-2", 2, revision=1)], AT + 2 * MINUTE)
    assert [(UnitId("n-1"), Cause.REINSTATED)] == [(it.unit, it.cause) for it in back]
    table: list[Heard] = [paper("n-1", 6, revision=4), paper("n-2", 2, revision=1)]
    corrected, _, _ = compared(held, table, AT + 3 * MINUTE)
    assert {"n-1": 6, "n-2": 2} == counted(logged([*said, *back, *corrected]))
    assert [] == compared(held, table, AT + 4 * MINUTE)[0]


def test_a_feed_whose_own_revisions_fell_is_said() -> None:
    """It began to number anew: none of its papers would count, which must not pass in silence."""
    held = Held(NIGHT, COUNCIL)
    compared(held, [paper("n-1", 1, revision=5)])
    news, _, comparison = compared(held, [paper("n-1", 2, revision=1)], AT + MINUTE)
    assert ([], 1) == (news, comparison.older)
    assert "1 boxes stay as they are" in " ".join(comparison.whys)


def test_the_same_own_revision_with_other_figures_is_left_to_the_count() -> None:
    """It is a conflict there (Q311); said once and not at every look."""
    held = Held(NIGHT, COUNCIL)
    news, _, _ = compared(held, [paper("n-1", 1, revision=5)])
    other, _, _ = compared(held, [paper("n-1", 2, revision=5)], AT + MINUTE)
    again, _, _ = compared(held, [paper("n-1", 1, revision=5)], AT + 2 * MINUTE)
    assert (1, 0) == (len(other), len(again))
    assert {} == counted(logged([*news, *other]))


def test_nothing_newer_can_be_said_of_the_highest_revision_and_that_is_said() -> None:
    """A feed that numbered a paper with the largest number there is has locked it."""
    held = Held(NIGHT, COUNCIL)
    compared(held, [paper("n-1", 1, revision=REVISION_MAX)])
    news, refused, _ = compared(held, [paper("n-1", 2)], AT + MINUTE)
    assert ([], ["E111"]) == (news, [it.code for it in refused])
    news, refused, _ = compared(held, [paper("n-2", 2)], AT + MINUTE)
    assert ([UnitId("n-2")], ["E111"]) == ([it.unit for it in news], [it.code for it in refused])
