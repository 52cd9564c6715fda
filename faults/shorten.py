"""The fewest faults of a failing seed that still fail, found by trying with some left out.

    shorten(groups, fails)         a list in which no group can be left out alone

Know before changing: `fails` runs a whole night, so tries are counted; a failure that comes only now and then
may vanish while it is shortened, and then the list is the one that failed last. After as many tries as are
allowed it is the shortest that was found to fail, which need not be the fewest.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shorten(groups: Sequence[T], fails: Callable[[Sequence[T]], bool], tries_max: int = 40) -> list[T]:
    """Leaves out halves, then quarters, then one by one (Zeller's ddmin), while what is left still fails."""
    left, parts, tries = list(groups), 2, 0
    while len(left) > 1 and tries < tries_max:
        size = -(-len(left) // parts)
        for begin in range(0, len(left), size):
            fewer = left[:begin] + left[begin + size :]
            tries += 1
            if fewer and fails(fewer):
                left, parts = fewer, max(2, parts - 1)
                break
            if tries >= tries_max:
                break
        else:
            if parts >= len(left):
                break
            parts = min(len(left), 2 * parts)
    return left
