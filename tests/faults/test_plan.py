"""A seed is a list of faults, the same each time."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from faults.plan import ALONE, BROKERS, LASTING, VERSIONS, kinds_of, plan

SEEDS = st.integers(0, 2**32)
RECORDED = (
    "answers 500 of receiver for 4.4 s + SIGKILL of store; answers 500 of receiver for 6.1 s; "
    "SIGTERM of kafka-1 + answers 500 of receiver for 2.9 s; answers late of receiver for 2.1 s; "
    "redirects inward of receiver for 7.9 s; SIGKILL of worker-0; freeze of kafka-2 for 1.9 s"
)
"""Seed 1000 by the first plan, as it was printed on the night that docs/reliability.md tells of."""


@given(SEEDS)
def test_a_seed_brings_the_same_faults_each_time(seed: int) -> None:
    """Or a failure could not be looked at again."""
    assert plan(seed) == plan(seed)


@given(SEEDS)
def test_no_group_takes_two_brokers_or_one_thing_twice(seed: int) -> None:
    """Two of three brokers away is what three brokers are not made for, and a rolling restart takes each."""
    for group in plan(seed):
        targets = [one.target for one in group.faults]
        assert len(set(targets)) == len(targets)
        assert len(set(targets) & set(BROKERS)) < 2
        assert len(targets) == 1 or ALONE not in [one.kind for one in group.faults]


@given(SEEDS)
def test_what_lasts_has_a_time_and_nothing_else_has(seed: int) -> None:
    """And each says what it is."""
    for group in plan(seed):
        for one in group.faults:
            assert (one.lasts_s > 0) == (one.kind in LASTING)
            assert one.kind in str(group)
            assert one.target in str(group)


def test_every_kind_and_every_target_comes() -> None:
    """In a thousand seeds."""
    for several, version in product((False, True), VERSIONS):
        groups = [group for seed in range(1000) for group in plan(seed, several=several, version=version)]
        seen = {(one.kind, one.target) for group in groups for one in group.faults}
        kinds = kinds_of(version, several=several)
        assert {(kind, target) for kind, targets, _ in kinds for target in targets} == seen


def test_seeds_of_before_mean_what_they_meant() -> None:
    """Or what was found with them could not be looked at again."""
    assert RECORDED == "; ".join(map(str, plan(1000, version=1)))
