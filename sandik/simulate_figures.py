"""Box figures made up from district totals: every box adds up, and a district's boxes sum to it to the vote.

Know before changing: shipped nights are rebuilt from their seed and compared byte for byte, so only
`random.Random.random`, `math.fsum` and + − × ÷ are used, which are the same on every Python and machine;
never `exp`, `gauss`, numpy's dice or the built-in `sum` of fractions (3.12 adds them up differently from
3.11). And a draw added in the middle changes every figure after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from random import Random

FIXED = ("registered", "voters", "valid", "invalid")
Columns = dict[str, list[int]]
"""Figures of the boxes of one district, a list a column, aligned."""

BOX_REGISTERED = (10, 400)
INVALID_ONE_IN = 5
"""Fewer than one vote in five is invalid: above that the default checks hold a box back."""

ROUNDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Lean:
    """How far invented neighbourhoods, and boxes within them, lie apart (spread of the two-party lead)."""

    neighbourhood: float = 0.23
    box: float = 0.085
    turnout: float = 0.025
    swing: float = 0.075


@dataclass(frozen=True, slots=True)
class Ballot:
    """The columns to make up: the two main choices, which get what the `minor` ones leave."""

    main: tuple[str, str]
    minor: tuple[str, ...]


def noise(dice: Random) -> float:
    """A bell-shaped draw with mean 0 and spread 1, never beyond 3.5."""
    four = dice.random() + dice.random() + dice.random() + dice.random()
    return (four - 2.0) * 1.7320508


def clamp(value: float, low: float, high: float) -> float:
    """The value, or the limit it passes."""
    return low if value < low else high if value > high else value


def spread(total: int, weights: Sequence[float], low: Sequence[int], high: Sequence[int]) -> list[int]:
    """Whole numbers that sum to `total`, in proportion to the weights as far as their limits allow."""

    def share(factor: float) -> list[float]:
        return [clamp(factor * w, a, b) for w, a, b in zip(weights, low, high, strict=True)]

    def better(factor: float, now: float) -> float:
        return factor * total / now if now > 0 else factor * 2

    start = total / max(fsum(weights), 1e-9)
    return _settle(total, _solve(total, share, better, start), low, high)


def split(total: int, whole: Sequence[int], odds: Sequence[float]) -> list[int]:
    """One of two choices' votes: they sum to `total`, follow the odds, and leave each choice a vote a box."""
    everything = sum(whole)

    def share(factor: float) -> list[float]:
        return [clamp(m * factor * o / (1 + factor * o), 1, m - 1) for m, o in zip(whole, odds, strict=True)]

    def better(factor: float, now: float) -> float:
        wanted, have = total / (everything - total), now / (everything - now)
        return factor * wanted / have

    parts = _solve(total, share, better, total / (everything - total))
    return _settle(total, parts, [1] * len(whole), [m - 1 for m in whole])


def _solve(
    total: int, share: Callable[[float], list[float]], better: Callable[[float, float], float], factor: float
) -> list[float]:
    """Moves the factor until the shares sum to the total, near enough for `_settle`."""
    parts = share(factor)
    for _ in range(ROUNDS_MAX):
        now = fsum(parts)
        if -0.4 < now - total < 0.4:
            break
        factor = better(factor, now)
        parts = share(factor)
    return parts


def _settle(total: int, parts: Sequence[float], low: Sequence[int], high: Sequence[int]) -> list[int]:
    """Rounds so that the sum is exact: the running sum is rounded, the rest goes where it fits."""
    whole: list[int] = []
    running, given = 0.0, 0
    for part in parts:
        running += part
        whole.append(int(running + 0.5) - given)
        given += whole[-1]
    left = total - given
    while left:
        step = 1 if left > 0 else -1
        moved = False
        for place in range(len(whole)):
            if left and low[place] <= whole[place] + step <= high[place]:
                whole[place] += step
                left -= step
                moved = True
        if not moved:
            raise ValueError(f"{total} cannot be spread over {len(whole)} boxes within their limits")
    return whole


def neighbourhoods(count: int, dice: Random) -> list[int]:
    """An invented neighbourhood for each of `count` boxes in a row: its number, 5 to 95 boxes each."""
    numbers: list[int] = []
    while len(numbers) < count:
        size = 5 + int(90 * dice.random() * dice.random())
        numbers.extend([numbers[-1] + 1 if numbers else 0] * size)
    return numbers[:count]


def first_register(total: int, places: Sequence[int], dice: Random) -> list[int]:
    """Registered voters a box: alike everywhere, but the last box of a neighbourhood has the rest."""
    weights = []
    for at, place in enumerate(places):
        last = at + 1 == len(places) or places[at + 1] != place
        weights.append(0.04 + 0.96 * dice.random() if last else 1 + 0.015 * noise(dice))
    low, high = BOX_REGISTERED
    return spread(total, weights, [low] * len(places), [high] * len(places))


def later_register(total: int, before: Sequence[int], dice: Random) -> list[int]:
    """The same register where the district's total did not change, else as few boxes moved as will do."""
    after = list(before)
    left = total - sum(before)
    low, high = BOX_REGISTERED
    while left:
        place = int(dice.random() * len(after))
        size = 1 + int(8 * dice.random())
        step = min(size, left) if left > 0 else -min(size, -left)
        if low <= after[place] + step <= high:
            after[place] += step
            left -= step
    return after


def first_figures(
    totals: Mapping[str, int], ballot: Ballot, registered: list[int], places: Sequence[int], dice: Random,
    lean: Lean,
) -> Columns:  # fmt: skip
    """The figures of one district on a night without a parent: they vary by neighbourhood and by box."""
    hoods = places[-1] + 1
    turnout = [lean.turnout * noise(dice) for _ in range(hoods)]
    spoilt = [1 + 0.2 * noise(dice) for _ in range(hoods)]
    side = [lean.neighbourhood * noise(dice) for _ in range(hoods)]
    minor = [[1 + 0.25 * noise(dice) for _ in range(hoods)] for _ in ballot.minor]
    average = totals["voters"] / totals["registered"]
    chance = [average * (1 + turnout[p] + 0.035 * noise(dice)) for p in places]
    found = _turned_out(totals, registered, chance, [spoilt[p] for p in places], dice)
    odds = []
    for place in places:
        at = clamp(side[place] + lean.box * noise(dice), -0.9, 0.9)
        odds.append((1 + at) / (1 - at))
    return _voted(totals, ballot, found, odds, [[f[p] for p in places] for f in minor], dice)


def later_figures(
    totals: Mapping[str, int], ballot: Ballot, registered: list[int], before: Columns, dice: Random,
    lean: Lean,
) -> Columns:  # fmt: skip
    """The figures of one district on a rerun: the parent's boxes, a swing for all, and noise."""
    rows = range(len(registered))
    usual = [min(1.0, before["voters"][b] / before["registered"][b]) for b in rows]
    chance = [usual[b] * (1 + 0.02 * noise(dice)) for b in rows]
    average = sum(before["invalid"]) / sum(before["voters"])
    spoilt = [0.35 + 0.65 * before["invalid"][b] / (average * before["voters"][b]) for b in rows]
    found = _turned_out(totals, registered, chance, spoilt, dice)
    one, other = ballot.main
    odds = [before[one][b] / before[other][b] * (1 + lean.swing * noise(dice)) for b in rows]
    minor = [[0.5 + before[name][b] / (1 + before["valid"][b]) * 30 for b in rows] for name in ballot.minor]
    return _voted(totals, ballot, found, odds, minor, dice)


def _turned_out(
    totals: Mapping[str, int], registered: list[int], chance: Sequence[float], spoilt: Sequence[float],
    dice: Random,
) -> Columns:  # fmt: skip
    """Voters, invalid, valid; at few small boxes officials vote where they serve, at few most stay away."""
    low, high, weights = [], [], []
    for size, share in zip(registered, chance, strict=True):
        a, b, weight = max(5, size * 3 // 10), size, size * share
        if size < 150 and dice.random() < 0.11:
            a = b = size + 1 + int(8 * dice.random() * dice.random())
        elif dice.random() < 0.00025:
            weight = size * (0.33 + 0.15 * dice.random())
        low.append(a)
        high.append(b)
        weights.append(weight)
    voters = spread(totals["voters"], weights, low, high)
    bad = [
        v * s * (0.35 + 0.65 * (dice.random() + dice.random()) * (dice.random() + dice.random()))
        for v, s in zip(voters, spoilt, strict=True)
    ]
    most = [(v - 1) // INVALID_ONE_IN for v in voters]
    invalid = spread(totals["invalid"], bad, [0] * len(bad), most)
    valid = [v - i for v, i in zip(voters, invalid, strict=True)]
    return {"registered": registered, "voters": voters, "valid": valid, "invalid": invalid}


def _voted(
    totals: Mapping[str, int], ballot: Ballot, found: Columns, odds: Sequence[float],
    minor: Sequence[Sequence[float]], dice: Random,
) -> Columns:  # fmt: skip
    """The votes for each choice: the minor ones first, then the two main ones share what is left."""
    left = list(found["valid"])
    for name, factors in zip(ballot.minor, minor, strict=True):
        taste = [max(factor, 0.1) * (dice.random() + dice.random()) for factor in factors]
        weights = [m * t for m, t in zip(left, taste, strict=True)]
        votes = spread(totals[name], weights, [0] * len(left), [v // 4 for v in left])
        found[name] = votes
        left = [m - v for m, v in zip(left, votes, strict=True)]
    one, other = ballot.main
    found[one] = split(totals[one], left, odds)
    found[other] = [m - v for m, v in zip(left, found[one], strict=True)]
    return found
