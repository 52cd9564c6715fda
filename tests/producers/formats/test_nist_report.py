"""What is held of a report: small, and nothing that a reader could not find again."""

import tracemalloc

import pytest

from producers.formats.document import Document, FeedError, Refusal
from producers.formats.items import Item
from producers.formats.nist_report import Kind, Report
from tests.producers.tiny import HEARD_AT

COUNTS = ("Election", 0, "Contest", 0, "ContestSelection", 0, "VoteCounts")


def holding(*items: Item) -> tuple[Report, list[Refusal]]:
    """A report that was given these."""
    report = Report(Document("r", [], HEARD_AT))
    refusals = [one for item in items for one in report.take(item)]
    return report, refusals


def test_counts_are_held_in_columns() -> None:
    """A unit and a kind are numbers; what a unit is may come later."""
    report, refusals = holding(
        Item((*COUNTS, 0), 5, {"GpUnitId": "p1", "Type": "early", "Count": "7"}),
        Item((*COUNTS, 1), 6, {"GpUnitId": "p2", "Type": "total", "Count": 8}),
        Item(("GpUnit", 0), 9, {"@id": "p1", "Type": "precinct", "Number": "12"}),
    )
    (contest,) = report.contests.values()
    assert [] == refusals
    assert ([0, 1], [7, 8]) == (list(contest.selections[0].units), list(contest.selections[0].counts))
    assert Kind("early", "", "", 1) == report.kinds[contest.selections[0].kinds[0]]
    assert "12" == report.units["p1"].name
    assert ["p2"] == list(report.first_named)


@pytest.mark.parametrize("count", [12, "12", "12.0", " 12 "])
def test_a_count_may_be_written_as_the_schema_lets_it(count: object) -> None:
    """A number, whole in fact."""
    report, _ = holding(Item((*COUNTS, 0), 5, {"GpUnitId": "p1", "Count": count}))
    (contest,) = report.contests.values()
    assert [12] == list(contest.selections[0].counts)


def test_a_unit_without_an_id_stops_the_report() -> None:
    """Nothing could be said of it."""
    with pytest.raises(FeedError, match="no @id"):
        holding(Item(("GpUnit", 0), 9, {"Type": "precinct"}))


def test_ballots_that_stand_twice_are_said() -> None:
    """The first are taken."""
    one = {"GpUnitId": "p1", "Type": "total", "BallotsCast": 5}
    report, (refused,) = holding(
        Item(("Election", 0, "BallotCounts", 0), 1, one),
        Item(("Election", 0, "BallotCounts", 1), 2, {**one, "BallotsCast": 6}),
    )
    assert "F012" == refused.code
    assert [(5, None)] == list(report.ballots[0].values())


def test_twenty_thousand_counts_take_little() -> None:
    """About 16 bytes each, and what their units take."""
    report = Report(Document("r", [], HEARD_AT))
    tracemalloc.start()
    for number in range(20_000):
        item = Item(
            (*COUNTS, number), number, {"GpUnitId": f"p{number % 100}", "Type": "total", "Count": number}
        )
        assert [] == list(report.take(item))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_500_000
