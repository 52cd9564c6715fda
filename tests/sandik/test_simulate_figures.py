"""Made-up figures add up, sum to the totals they come from, and stay inside the limits they are given."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sandik.simulate_figures import (
    BOX_REGISTERED,
    Ballot,
    Columns,
    Lean,
    first_figures,
    first_register,
    later_figures,
    later_register,
    neighbourhoods,
    noise,
    split,
    spread,
)

BALLOT = Ballot(("one", "other"), ("third",))
TOTALS = {"registered": 9000, "voters": 7600, "valid": 7300, "invalid": 300, "one": 3900, "other": 3100,
          "third": 300}  # fmt: skip
LATER = {"registered": 8990, "voters": 7700, "valid": 7560, "invalid": 140, "one": 4200, "other": 3200,
         "third": 160}  # fmt: skip


def district(seed: int) -> tuple[list[int], Columns]:
    """A district of 30 boxes: its neighbourhoods and first figures."""
    dice = Random(seed)
    places = neighbourhoods(30, dice)
    registered = first_register(TOTALS["registered"], places, dice)
    return places, first_figures(TOTALS, BALLOT, registered, places, dice, Lean())


def adds_up(columns: Columns, totals: dict[str, int]) -> None:
    """Every box adds up by itself, and every column sums to its total."""
    assert totals == {name: sum(columns[name]) for name in totals}
    for box in range(len(columns["voters"])):
        assert columns["voters"][box] == columns["valid"][box] + columns["invalid"][box]
        assert columns["valid"][box] == sum(columns[name][box] for name in ("one", "other", "third"))
        assert min(columns["one"][box], columns["other"][box]) >= 1
        assert columns["invalid"][box] * 5 < columns["voters"][box]


@given(
    some.lists(some.tuples(some.floats(0.01, 50), some.integers(0, 9), some.integers(0, 300)), min_size=1),
    some.floats(0, 1),
)
def test_a_total_is_spread_to_the_vote(rows: list[tuple[float, int, int]], share: float) -> None:
    """Any total that the limits can hold comes out exactly, each part inside its limits."""
    low = [least for _, least, _ in rows]
    high = [least + room for _, least, room in rows]
    total = sum(low) + int(share * (sum(high) - sum(low)))
    parts = spread(total, [weight for weight, _, _ in rows], low, high)
    assert total == sum(parts)
    assert all(a <= part <= b for a, part, b in zip(low, parts, high, strict=True))


def test_a_total_beyond_the_limits_is_refused() -> None:
    """Three boxes of at most five cannot hold sixteen."""
    with pytest.raises(ValueError, match="cannot be spread"):
        spread(16, [1.0, 1.0, 1.0], [0, 0, 0], [5, 5, 5])


@given(some.lists(some.tuples(some.integers(2, 350), some.floats(0.02, 40)), min_size=1), some.floats(0, 1))
def test_two_choices_split_a_box_and_both_get_a_vote(boxes: list[tuple[int, float]], share: float) -> None:
    """The votes of the one sum to the total, and no box leaves either choice with nothing."""
    whole = [size for size, _ in boxes]
    total = len(whole) + int(share * (sum(whole) - 2 * len(whole)))
    votes = split(total, whole, [odds for _, odds in boxes])
    assert total == sum(votes)
    assert all(1 <= vote <= size - 1 for vote, size in zip(votes, whole, strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_the_first_figures_of_a_district_add_up(seed: int) -> None:
    """Box by box and column by column, whatever the seed."""
    _, columns = district(seed)
    adds_up(columns, TOTALS)


@pytest.mark.parametrize("seed", range(5))
def test_the_figures_of_a_rerun_add_up_and_stay_near_the_parents(seed: int) -> None:
    """The new totals are met to the vote, and boxes that leaned one way still do."""
    _, before = district(seed)
    dice = Random(seed + 100)
    registered = later_register(LATER["registered"], before["registered"], dice)
    after = later_figures(LATER, BALLOT, registered, before, dice, Lean())
    adds_up(after, LATER)
    for box in range(30):
        was = before["one"][box] - before["other"][box]
        assert abs(after["one"][box] - after["other"][box] - was) <= 150


def test_a_register_changes_only_where_the_total_did() -> None:
    """The same total is the same register, box by box; a few voters fewer touch a few boxes."""
    before = [340] * 40
    assert before == later_register(40 * 340, before, Random(1))
    moved = later_register(40 * 340 - 18, before, Random(1))
    assert 40 * 340 - 18 == sum(moved)
    assert sum(a != b for a, b in zip(before, moved, strict=True)) <= 18


def test_a_register_is_within_what_a_box_can_be() -> None:
    """10 to 400 registered voters a box."""
    places = neighbourhoods(200, Random(3))
    registered = first_register(200 * 339, places, Random(3))
    assert 200 * 339 == sum(registered)
    assert BOX_REGISTERED[0] <= min(registered) <= max(registered) <= BOX_REGISTERED[1]


def test_neighbourhoods_lie_side_by_side() -> None:
    """Numbers rise by one and never come back."""
    places = neighbourhoods(500, Random(5))
    assert len(places) == 500
    assert sorted(places) == places
    assert set(range(places[-1] + 1)) == set(places)


def test_noise_is_centred_and_bounded() -> None:
    """Mean 0, spread 1, nothing beyond 3.5."""
    dice = Random(9)
    draws = [noise(dice) for _ in range(4000)]
    assert abs(sum(draws) / 4000) < 0.1
    assert abs(sum(draw * draw for draw in draws) / 4000 - 1) < 0.1
    assert max(abs(draw) for draw in draws) <= 3.5
