"""Boxes picked so that two of their figures sum to published numbers, to the vote.

    swaps = picked([3, 8], pool=range(10, 900), values=pairs, target=(2536, 1869), dice=Random(7))

A night's council said what sixteen more boxes had added. Which sixteen nobody said; these are some that fit.

Know before changing: shipped recordings are rebuilt from their seed and compared; a draw added in the middle
changes everything after it.
"""

from collections.abc import Mapping, Sequence
from random import Random

Pair = tuple[int, int]

TRIES = 60
"""How many boxes are looked at for one step towards the target."""
STEPS_MAX = 2000
NEAR = 60
"""Votes off the target from which one box that fits exactly is looked for."""


def picked(
    first: Sequence[int], pool: Sequence[int], values: Sequence[Pair], target: Pair, dice: Random
) -> dict[int, int]:
    """Swaps (out of `first` → in from `pool`) after which the pairs of what is picked sum to the target.

    Raises ValueError when no such boxes are found.
    """
    chosen = list(first)
    by_pair: dict[Pair, list[int]] = {}
    for row in pool:
        by_pair.setdefault(values[row], []).append(row)
    for _ in range(STEPS_MAX):
        off = _off(chosen, values, target)
        if off == (0, 0):
            return _swaps(first, chosen)
        if _size(off) <= NEAR and _finish(chosen, by_pair, values, off):
            continue
        _step(chosen, pool, values, off, dice)
    raise ValueError(f"no {len(chosen)} of {len(pool)} boxes sum to {target[0]} and {target[1]} votes")


def _off(chosen: Sequence[int], values: Sequence[Pair], target: Pair) -> Pair:
    return target[0] - sum(values[row][0] for row in chosen), target[1] - sum(
        values[row][1] for row in chosen
    )


def _size(off: Pair) -> int:
    return abs(off[0]) + abs(off[1])


def _finish(
    chosen: list[int], by_pair: Mapping[Pair, Sequence[int]], values: Sequence[Pair], off: Pair
) -> bool:
    """Puts in one box that makes the sum right, if there is one."""
    taken = set(chosen)
    for place, row in enumerate(chosen):
        wanted = (values[row][0] + off[0], values[row][1] + off[1])
        for fits in by_pair.get(wanted, ()):
            if fits not in taken:
                chosen[place] = fits
                return True
    return False


def _step(chosen: list[int], pool: Sequence[int], values: Sequence[Pair], off: Pair, dice: Random) -> None:
    """Puts in, for one box, the best of some others: nearer the target, or at the same distance elsewhere."""
    place = int(dice.random() * len(chosen))
    out = values[chosen[place]]
    taken = set(chosen)
    rows = [pool[int(dice.random() * len(pool))] for _ in range(TRIES)]
    rows = [row for row in rows if row not in taken]
    if rows:
        chosen[place] = min(
            rows,
            key=lambda row: (
                _size((off[0] + out[0] - values[row][0], off[1] + out[1] - values[row][1])),
                row,
            ),
        )


def _swaps(first: Sequence[int], chosen: Sequence[int]) -> dict[int, int]:
    return {out: new for out, new in zip(first, chosen, strict=True) if out != new}
