"""Boxes are picked to a published sum, to the vote, or it is said that there are none."""

from random import Random

import pytest

from sandik.simulate_pick import picked

DICE = Random(5)
VALUES = [(100 + int(90 * DICE.random()), 90 + int(110 * DICE.random())) for _ in range(3000)]


@pytest.mark.parametrize(("seed", "one", "other"), [(1, 1740, 1740), (2, 1600, 1800), (3, 1811, 1503)])
def test_two_figures_are_met_to_the_vote(seed: int, one: int, other: int) -> None:
    """What twelve boxes can sum to is found, and no box is picked twice."""
    first, pool = list(range(12)), range(12, 3000)
    swaps = picked(first, pool, VALUES, (one, other), Random(seed))
    chosen = [swaps.get(row, row) for row in first]
    assert 12 == len(set(chosen))
    assert (one, other) == tuple(sum(VALUES[row][side] for row in chosen) for side in (0, 1))


def test_boxes_that_fit_already_stay() -> None:
    """Nothing is swapped when nothing has to be."""
    assert {} == picked(
        [0, 1], range(2, 9), VALUES, (VALUES[0][0] + VALUES[1][0], VALUES[0][1] + VALUES[1][1]), Random(1)
    )


def test_a_sum_beyond_the_boxes_is_refused() -> None:
    """Two boxes of at most two hundred cannot sum to a thousand."""
    with pytest.raises(ValueError, match="no 2 of 98 boxes sum to 1000 and 5 votes"):
        picked([0, 1], range(2, 100), VALUES, (1000, 5), Random(1))
