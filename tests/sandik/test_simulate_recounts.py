"""Corrections lead from what was published first to what the boxes said in the end, and no paper breaks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from sandik.simulate_arrival import FIGURES, Sheet
from sandik.simulate_figures import Ballot
from sandik.simulate_recounts import Recounts, recounts, scattered

BALLOT = Ballot(("one", "other"), ("third", "rest"))
AT = datetime(2019, 4, 3, 9, tzinfo=UTC)
BOXES = 400
SHEET = Sheet(
    boxes=[f"b-{n}" for n in range(BOXES)],
    areas=["ab"[n % 2] for n in range(BOXES)],
    columns={
        "registered": [340] * BOXES, "voters": [290] * BOXES, "valid": [284] * BOXES, "invalid": [6] * BOXES,
        "one": [140] * BOXES, "other": [136] * BOXES, "third": [4] * BOXES, "rest": [4] * BOXES,
    },
)  # fmt: skip
END = {name: sum(column) for name, column in SHEET.columns.items()}
BEFORE = {
    "valid": END["valid"] - 40, "invalid": END["invalid"] + 60, "voters": END["voters"] + 20,
    "one": END["one"] + 50, "other": END["other"] - 390,
}  # fmt: skip


def step(number: int, lead: int, one: int, **more: Any) -> Mapping[str, Any]:
    """One step, an hour after the one before."""
    hours = {"from": AT + timedelta(hours=number), "at": AT + timedelta(hours=number + 1)}
    return {**hours, "lead": lead, "one": one, "bulletins": 2, "cause": "recount", "boxes": 20, **more}


def table(*, end: int = 0) -> dict[str, Any]:
    """Two steps through the boxes, and one through the whole of an area."""
    lead = BEFORE["one"] - BEFORE["other"]
    typo, review = {"votes": 1, "boxes": 12}, {"votes": 1, "boxes": 30}
    return {
        "steps": [
            step(0, lead - 330, BEFORE["one"] + 10, typo=typo, review=review),
            step(1, lead - 400, BEFORE["one"] - 20),
            step(2, END["one"] - END["other"], END["one"] + end, area="b"),
        ]
    }


def told(barred: frozenset[int] = frozenset()) -> Recounts:
    """These steps over these boxes."""
    return recounts(table(), SHEET, BALLOT, BEFORE, set(barred), Random(3))


def test_the_first_figures_sum_to_what_was_published_before() -> None:
    """Valid, invalid, voters and both main choices, to the vote."""
    first = told().first.columns
    assert {name: sum(first[name]) for name in BEFORE} == BEFORE


def test_every_first_paper_adds_up() -> None:
    """Votes are the valid ones, valid and invalid the voters, and nobody has less than nothing."""
    first = told().first.columns
    for row in range(BOXES):
        assert first["voters"][row] == first["valid"][row] + first["invalid"][row]
        assert first["valid"][row] == sum(first[name][row] for name in first if name not in FIGURES)
        assert 0 <= min(column[row] for column in first.values())
        assert first["registered"][row] == 340


def test_each_step_ends_with_its_lead() -> None:
    """What is revised until the end of a step moves the lead to the published one."""
    found = told()
    first, steps = found.first.columns, table()["steps"]
    lead = BEFORE["one"] - BEFORE["other"]
    for one in steps:
        until = int(one["at"].timestamp() * 1000)
        rows = {revised.row for revised in found.revised if revised.at <= until}
        moved = sum(
            (SHEET.columns["one"][row] - first["one"][row])
            - (SHEET.columns["other"][row] - first["other"][row])
            for row in rows
        )
        assert one["lead"] == lead + moved
    assert sorted(revised.at for revised in found.revised) == [revised.at for revised in found.revised]


def test_a_box_is_corrected_once_and_barred_ones_keep_their_figures() -> None:
    """An area counted whole is revised whole; the boxes of others are not touched twice."""
    barred = frozenset(range(0, 40))
    found = told(barred)
    rows = [revised.row for revised in found.revised]
    assert len(set(rows)) == len(rows)
    assert {row for row in range(BOXES) if SHEET.areas[row] == "b"} <= set(rows)
    for row in barred:
        assert all(column[row] == SHEET.columns[name][row] for name, column in found.first.columns.items())


def test_steps_that_end_elsewhere_are_refused() -> None:
    """The last step must end at what the boxes say."""
    with pytest.raises(ValueError, match="the last step ends at"):
        recounts(table(end=5), SHEET, BALLOT, BEFORE, set(), Random(3))


def test_more_corrections_than_boxes_are_refused() -> None:
    """There is no fifth of a box to correct."""
    wanted = table()
    wanted["steps"][1]["boxes"] = 4000
    with pytest.raises(ValueError, match="no 4000 boxes left"):
        recounts(wanted, SHEET, BALLOT, BEFORE, set(), Random(3))


@pytest.mark.parametrize(("total", "count"), [(0, 7), (-40, 9), (1234, 100)])
def test_small_changes_sum_to_their_total(total: int, count: int) -> None:
    """Either sign, near one another."""
    parts = scattered(total, count, Random(1))
    assert total == sum(parts)
    assert max(parts) - min(parts) <= 20
