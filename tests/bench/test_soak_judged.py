"""What a soak is judged by: a leak is found in the noise of a machine, and noise is not taken for a leak.

Know before changing: samples here are made; `python -m bench.soak` takes real ones.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.soak_judged import (
    BOUNDED,
    FLAT,
    GROWS,
    QUANTITIES,
    SETTLED,
    UNJUDGED,
    Judged,
    grows,
    judge,
    line,
    number,
    table,
)  # fmt: skip

SAMPLES = 20


def soak(name: str, value: Callable[[int, float], float], nights: int = 12) -> list[dict[str, Any]]:
    """Lines of a soak in which one quantity goes as `value` of the night and of its part that is over."""
    lines: list[dict[str, Any]] = [{"about": {}, "soak": {}}]
    for night in range(1, nights + 1):
        for sample in range(SAMPLES):
            part = sample / (SAMPLES - 1)
            lines.append({"night": night, "at_s": (night - 1 + part) * 100, name: value(night, part)})
        lines.append({"night": night, "ended": True, "at_s": night * 100})
    return lines


def only(lines: list[dict[str, Any]]) -> Judged:
    """The one quantity that was sampled."""
    (found,) = judge(lines)
    return found


def test_what_keeps_its_level_is_flat_whatever_it_does_within_a_night() -> None:
    """It rises in each night and falls at its end."""
    assert FLAT == only(soak("redis.used_mb", lambda night, part: 3 + 9 * part)).verdict


def test_a_leak_of_one_mb_a_night_is_found_among_noise_of_five() -> None:
    """The median of a night is steadier than its samples."""
    dice = random.Random(7)
    judged = only(soak("gateway.rss_mb", lambda night, part: 150 + night + dice.uniform(-5, 5)))
    assert GROWS == judged.verdict
    assert [judged.quantity.title] == grows([judged])


def test_noise_without_a_leak_is_flat() -> None:
    """Ten megabytes up and down."""
    dice = random.Random(7)
    assert FLAT == only(soak("gateway.rss_mb", lambda night, part: 150 + dice.uniform(-10, 10))).verdict


def test_what_comes_into_being_in_the_first_two_nights_is_no_leak() -> None:
    """Caches, pools, compiled code."""
    assert (
        FLAT == only(soak("worker.rss_mb", lambda night, part: min(100 + 30 * (night + part), 170))).verdict
    )


def test_what_rose_and_stays_has_settled() -> None:
    """A cache that is full after six nights; a leak goes on, by one descriptor every other night."""
    assert SETTLED == only(soak("gateway.rss_mb", lambda night, part: min(100 + 20 * night, 220))).verdict
    assert GROWS == only(soak("deliver.fds", lambda night, part: 10 + night // 2)).verdict


def test_one_step_is_not_yet_a_leak() -> None:
    """A pool that needed one more connection."""
    assert SETTLED == only(soak("deliver.fds", lambda night, part: 10 + (night > 4))).verdict


def test_what_falls_is_flat() -> None:
    """A leak only rises."""
    assert FLAT == only(soak("worker.rss_mb", lambda night, part: 200 - 5 * night)).verdict


def test_what_grows_below_a_limit_with_a_name_is_bounded() -> None:
    """And above it, it grows."""
    assert BOUNDED == only(soak("redis.changes", lambda night, part: 300 * night)).verdict
    assert GROWS == only(soak("redis.changes", lambda night, part: 600 * night)).verdict


def test_one_more_descriptor_a_night_is_found() -> None:
    """Among a few dozen."""
    assert GROWS == only(soak("worker.fds", lambda night, part: 25 + night)).verdict


def test_processor_time_is_that_of_each_night() -> None:
    """It only rises as it is sampled."""
    steady = only(soak("worker.cpu_s", lambda night, part: 30 * (night - 1 + part)))
    assert (FLAT, 30.0, 30.0) == (steady.verdict, steady.nights[0], steady.most)
    slower = only(soak("worker.cpu_s", lambda night, part: (night - 1 + part) ** 2))
    assert GROWS == slower.verdict


def test_a_night_that_did_not_end_does_not_count() -> None:
    """Its samples are half a night's."""
    lines = soak("worker.fds", lambda night, part: 25.0 if night < 12 else 900.0)[:-1]
    assert (FLAT, 11) == (only(lines).verdict, len(only(lines).nights))


@pytest.mark.parametrize("nights", [1, 2, 3, 4])
def test_few_nights_are_not_judged(nights: int) -> None:
    """Whatever they hold."""
    assert UNJUDGED == only(soak("worker.fds", lambda night, part: 25.0 * night, nights)).verdict


def test_what_was_not_sampled_is_not_judged() -> None:
    """A broker in memory has no files."""
    assert [] == judge([{"about": {}}])
    assert [] == judge([{"night": 1, "ended": True, "at_s": 1.0}])


@given(st.floats(-50, 50), st.floats(-1e3, 1e3), st.integers(3, 20))
def test_a_straight_line_is_found_without_doubt(step: float, begin: float, count: int) -> None:
    """Its rise is the last less the first."""
    rise, chance = line([begin + step * place for place in range(count)])
    assert step * (count - 1) == pytest.approx(rise, abs=1e-6)
    assert 0 == pytest.approx(chance, abs=1e-6)


@given(st.lists(st.floats(0, 1e4), min_size=3, max_size=15), st.floats(-1e3, 1e3))
def test_a_level_says_nothing_of_the_rise(values: list[float], more: float) -> None:
    """The same nights on a higher level rise as much."""
    assert line(values) == pytest.approx(line([value + more for value in values]), abs=1e-5)


def test_the_line_needs_three_nights() -> None:
    """Through two there is always one without doubt."""
    with pytest.raises(ValueError, match="needs 3 values"):
        line([1.0, 2.0])


def test_the_table_shows_the_third_and_the_last_night_and_names_the_limit() -> None:
    """For docs/reference/soak.md."""
    head, _, row = table(judge(soak("redis.changes", lambda night, part: 300 * night))).splitlines()
    assert "| | | night 3 | night 12 | rise of the line | by chance | most seen | |" == head
    assert (
        "| Redis: longest change stream | entries | 900 | 3,600 | 2,700 | 0 | 3,600 "
        "| bounded (SANDIK_CHANGES_MAX, 4096) |" == row
    )


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (25.0, "25"), (4096.4, "4,096"), (63.96, "64.0"), (0.4213, "0.42")]
)
def test_a_figure_has_no_more_digits_than_weight(value: float, shown: str) -> None:
    """As people read it."""
    assert shown == number(value)


def test_each_quantity_has_a_name_and_a_title_of_its_own() -> None:
    """Two would be one in the table."""
    assert len(QUANTITIES) == len({one.name for one in QUANTITIES}) == len({one.title for one in QUANTITIES})
