"""A seed is a list of faults, the same each time."""

from hypothesis import given
from hypothesis import strategies as st

from faults.plan import BROKERS, KINDS, LASTING, SEVERAL, plan

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_a_seed_brings_the_same_faults_each_time(seed: int) -> None:
    """Or a failure could not be looked at again."""
    assert plan(seed) == plan(seed)


@given(SEEDS)
def test_no_group_takes_two_brokers_or_one_thing_twice(seed: int) -> None:
    """Two of three brokers away is what three brokers are not made for."""
    for group in plan(seed):
        targets = [one.target for one in group.faults]
        assert len(set(targets)) == len(targets)
        assert len(set(targets) & set(BROKERS)) < 2


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
    for several, kinds in ((False, KINDS), (True, SEVERAL)):
        groups = [group for seed in range(1000) for group in plan(seed, several=several)]
        seen = {(one.kind, one.target) for group in groups for one in group.faults}
        assert {(kind, target) for kind, targets, _ in kinds for target in targets} == seen
