"""A whole table that says nothing of any box: a file published before it is filled, or a heading alone.

Know before changing: what is missing from a table with rows is in test_snapshots.
"""

from election.night import UnitId
from election.report import Cause
from producers.formats.document import Refusal
from producers.snapshots import Allowance
from tests.producers.tables import AT, MINUTE, compared, first


def test_a_table_without_a_row_withdraws_nothing_however_few_stand_until_a_person_says_so() -> None:
    """An agency that publishes an empty file for a moment has taken no box away."""
    held, _ = first({"n-1": 1, "n-2": 2})
    news, _, comparison = compared(held, [], AT + MINUTE, allowance=Allowance(1, 3))
    assert ([], 2, False) == (news, comparison.held_back, comparison.settled)
    assert [
        "2 of the 2 boxes that stand (100.0 %) are not in the table: it has not one row of this night, "
        "as a file that is published before it is filled, so nothing is withdrawn. If they were really taken "
        "away, run it again with --accept-withdrawals."
    ] == comparison.whys
    news, _, comparison = compared(held, [], AT + 2 * MINUTE, allowance=Allowance(1, 3, accept=True))
    assert [Cause.WITHDRAWN] * 2 == [it.cause for it in news]
    assert (0, True) == (comparison.held_back, comparison.settled)


def test_a_night_that_never_asks_takes_a_table_without_a_row_at_its_word() -> None:
    """A hundred percent may go at once: whoever wrote that has answered."""
    held, _ = first({"n-1": 1, "n-2": 2})
    news, _, comparison = compared(held, [], AT + MINUTE, allowance=Allowance(100, 0))
    assert ([UnitId("n-1"), UnitId("n-2")], 0) == ([it.unit for it in news], comparison.held_back)


def test_a_table_of_rows_that_were_all_refused_is_not_called_empty() -> None:
    """What is wrong with it is that they could not be read."""
    held, _ = first({"n-1": 1})
    row = Refusal("E103", "feed.csv", 2, "box", "There is no box 'n-'.")
    _, _, comparison = compared(held, [row], AT + MINUTE, allowance=Allowance(1, 3))
    assert 1 == comparison.held_back
    assert "1 of its rows could not be read" in " ".join(comparison.whys)
