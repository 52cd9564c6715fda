"""A failing list of faults is shortened to what it takes to fail."""

from hypothesis import given
from hypothesis import strategies as st

from faults.shorten import shorten


@given(st.sets(st.integers(0, 11), min_size=1, max_size=3))
def test_what_is_left_fails_and_nothing_of_it_can_be_left_out(needed: set[int]) -> None:
    """Whichever faults it takes together."""
    left = shorten(range(12), lambda some: needed <= set(some), tries_max=1000)
    assert needed == set(left)


def test_one_that_fails_only_as_a_whole_stays_whole() -> None:
    """And the order stays as it was."""
    assert [1, 2, 3, 4] == shorten([1, 2, 3, 4], lambda some: len(some) == 4)


def test_it_gives_up_after_so_many_tries() -> None:
    """Each try is a whole night."""
    tried: list[int] = []

    def fails(some: object) -> bool:
        tried.append(1)
        return False

    shorten(range(64), fails, tries_max=5)
    assert 5 == len(tried)
