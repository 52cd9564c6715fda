"""Simulated nights: certain and majority are never wrong, projected within its bound, and guards matter."""

import pytest

from bench.calibration import WAYS, Cells, simulated, totals
from bench.calibration_told import between, drawing, first_table, simulated_table
from election.calls import RULES

NIGHTS = 300
"""`make calibration` runs 10,000: docs/calibration.md has its figures."""


@pytest.fixture(scope="module")
def cells() -> Cells:
    """The nights, drawn once: every order, with and without a parent."""
    return simulated(NIGHTS, 7)


@pytest.mark.parametrize("rule", ["certain", "majority"])
def test_what_is_bounded_is_never_called_wrongly(cells: Cells, rule: str) -> None:
    """With corrections, withdrawals and quarantine, in any order."""
    assert (NIGHTS, 0) == totals(cells, rule, WAYS[0])


def test_the_projection_is_wrong_no_more_often_than_it_says(cells: Cells) -> None:
    """Half a percent of nights, orders at the edge of its allowance included."""
    nights, wrong = totals(cells, "projected", WAYS[0])
    assert wrong * 1000 <= 5 * nights


def test_without_guards_the_same_rules_call_wrongly(cells: Cells) -> None:
    """Or the tests above prove nothing: figures that are wrong themselves pass any bound."""
    assert all(totals(cells, rule, WAYS[1])[1] > 0 for rule in RULES)


def test_with_half_the_allowance_the_projection_calls_wrongly() -> None:
    """In the order that uses the whole of it, in close nights; with the whole allowance it is not wrong."""
    worst = simulated(80, 7, ("worst case",), 0.03)
    assert totals(worst, "projected", WAYS[2])[1] > 0
    assert 0 == totals(worst, "projected", WAYS[0])[1]


def test_every_rule_speaks_in_time(cells: Cells) -> None:
    """A rule that never speaks is never wrong either."""
    cell = cells["random", True]
    assert sorted(cell.spoke["projected"])[len(cell.spoke["projected"]) // 2] <= 0.25
    assert all(len(cell.spoke[rule]) > cell.nights // 2 for rule in RULES)


def test_tables_and_picture_tell_every_kind_of_night(cells: Cells) -> None:
    """A row each; the page's own words stay."""
    table = simulated_table(cells)
    assert len(cells) + 3 == table.count("\n")
    assert len(cells) + 2 == first_table(cells).count("\n")
    assert all(f"{order}, with parent" in drawing(cells) for order, parent in cells if parent)
    page = "a\n<!-- x: made by make calibration -->\nold\n<!-- end of x -->\nb\n"
    assert page.replace("old\n", "new\n") == between(page, "x", "new\n")
    with pytest.raises(ValueError):
        between("no markers", "x", "new\n")
