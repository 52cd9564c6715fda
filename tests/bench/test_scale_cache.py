"""The simulation of caches: what reaches the gateway hangs on time and caches, and not on how many read.

Know before changing: it is pure and from a seed; `python -m bench.scale_cache --real` holds it against nginx.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scale_cache import Cache, Setup, age, busiest, newest, row, simulate

EACH_SECOND = tuple(float(number) for number in range(200))
ONE = Setup(10_000, 1, EACH_SECOND, watched_s=120.0, samples=2000)


def test_the_gateway_does_not_notice_how_many_read() -> None:
    """A thousand times as many readers, the same question a second from each cache."""
    few, many = simulate(ONE), simulate(replace(ONE, readers=10_000_000))
    assert few.origin_per_s == pytest.approx(many.origin_per_s, rel=0.02)
    assert 2_000_000 == many.asked_per_s
    assert 0.9 < many.origin_per_s < 1.0


def test_each_cache_asks_for_itself_and_one_before_the_gateway_asks_for_all() -> None:
    """A hundred caches, and a shield."""
    hundred = replace(ONE, edges=100, readers=1_000_000)
    assert simulate(hundred).origin_per_s == pytest.approx(100 * simulate(ONE).origin_per_s, rel=0.03)
    assert simulate(replace(hundred, shield=True)).origin_per_s < 1.0


def test_a_longer_life_asks_less_and_shows_older() -> None:
    """Five seconds and one."""
    short, long = simulate(ONE), simulate(replace(ONE, ttl_s=5.0))
    assert long.origin_per_s < short.origin_per_s / 4
    assert long.age_s[0] > short.age_s[0]


def test_an_answer_is_no_older_than_its_life_and_the_way() -> None:
    """What is on a screen is older by the time until it is asked for again."""
    found = simulate(replace(ONE, readers=1_000_000))
    most_s = ONE.ttl_s + 2 * ONE.way_s
    assert found.age_s[1] < most_s
    assert found.age_s[1] < found.screen_s[1] < most_s + ONE.poll_s


def test_whole_seconds_keep_twice_as_long() -> None:
    """As nginx does: a second is over when the next but one begins."""
    assert 0.5 == pytest.approx(simulate(replace(ONE, whole_seconds=True)).origin_per_s, rel=0.02)


def test_what_does_not_change_is_asked_for_and_not_sent_again() -> None:
    """Every answer is a 304, for caches and for readers."""
    found = simulate(replace(ONE, versions=(0.0,)))
    assert (0.0, 0.0, (0.0, 0.0)) == (found.origin_whole, found.reader_whole, found.age_s)
    assert found.origin_per_s > 0.9


def test_caches_that_do_not_wait_for_one_another_pass_the_crowd_on() -> None:
    """Whoever comes while the answer is on its way asks too."""
    crowd = replace(ONE, readers=1_000_000, together=False)
    assert simulate(crowd).origin_per_s > 100 * simulate(ONE).origin_per_s


@given(st.lists(st.floats(0, 300), min_size=1, max_size=60), st.floats(0, 300))
def test_a_cache_never_gives_out_what_is_not_there_yet(times: list[float], at_s: float) -> None:
    """Nor something older after something newer."""
    versions = (0.0, *sorted(times))
    cache = Cache(replace(ONE, versions=versions), None)
    given = [cache.get(at_s + 0.4 * step) for step in range(20)]
    assert given == sorted(given)
    assert all(one <= newest(versions, at_s + 0.4 * step + ONE.way_s) for step, one in enumerate(given))


def test_an_answer_is_as_old_as_the_version_that_followed_it() -> None:
    """The newest is not old at all."""
    assert [0.0, 0.0, 0.5, 0.0] == [
        age((0.0, 4.0), 0, 3.0), age((0.0, 4.0), 1, 9.0), age((0.0, 4.0), 0, 4.5), age((0.0,), 0, 9.0),
    ]  # fmt: skip


def test_the_busiest_minutes_are_found() -> None:
    """What comes within one tick is one version."""
    times = [1.0, 50.0, 51.0, 51.1, 52.0, 90.0]
    assert (0.0, 1.0, 2.0) == busiest(times, 10.0)


def test_the_same_seed_is_the_same_answer() -> None:
    """And stands in one line."""
    assert simulate(ONE) == simulate(ONE)
    assert row("one", ONE, simulate(ONE)).startswith("| 10,000 | one | 2,000 | 1.0 |")
