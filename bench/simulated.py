"""Simulated nights for the calibration of the rules: boxes with votes, an order, corrections and mistakes.

    ground = Ground(seed)                      areas, boxes and registers: fixed for many nights
    night = draw(ground, "worst case", 0.04, rng, parent=True)
    night.events()                             what happens to which boxes, and when

Know before changing: the winner and the loser are fixed by the final votes. In the order *worst case* the
boxes of each area drift towards the winner by as much as the rule allows, at every moment: with a linear
drift from −Δ to +Δ the boxes out lean Δ further than those heard, however many are heard.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SWAPPED = "random, columns swapped"
ORDERS = ("random", "district by district", "small first", "biased to the loser", "worst case", SWAPPED)
"""In the last, the published source has two columns swapped in three areas until the end of the night."""
AREAS = 12
AREA_SPREAD, BOX_SPREAD = 0.21, 0.24
AREA_SWING, BOX_SWING = 0.026, 0.048
"""As measured on Istanbul's boxes of March and June 2019: margins and swings as fractions of valid votes."""
ALLOWANCE, SWING_ALLOWANCE = 0.10, 0.04
THIRD = 0.05
TYPED_SHARE, TYPED_MAX = 0.004, 0.0025
CHOICES = ("ada", "bora", "cem")


@dataclass(frozen=True)
class Ground:
    """What a night has before anything is heard: the area of each box and its registered voters."""

    area: Ints
    registered: Ints

    @classmethod
    def made(cls, seed: int) -> "Ground":
        """Areas of 25 to 90 boxes, or of 400 to 1,200, with 120 to 400 registered voters each."""
        rng = np.random.default_rng(seed)
        sizes = rng.integers(400, 1201, AREAS) if seed % 2 else rng.integers(25, 91, AREAS)
        area = np.repeat(np.arange(AREAS), sizes)
        return cls(area, rng.integers(120, 401, len(area)))


@dataclass(frozen=True)
class Event:
    """Something that happens to the boxes of `which`, each at its moment: `sign` times a word and its votes.

    `word` is counted, held, withdrawn, or votes: votes alone change.
    """

    moment: Floats
    which: Bools
    word: str
    sign: int
    votes: Ints | None


@dataclass(frozen=True)
class Drawn:
    """One night. Votes have a row a box and a column a choice; the second choice may be the winner."""

    at: Floats
    """When each box is heard: 0 to 1 of all boxes."""
    first: Ints
    """Votes as first reported."""
    counted: Ints
    """Votes once mistakes of the night are corrected."""
    final: Ints
    """Votes after the recount."""
    then: Ints | None
    corrected_at: Floats
    held: Bools
    """Quarantined until HELD_UNTIL."""
    withdrawn: Bools
    """Taken back between two moments of the night, then reinstated."""

    def events(self) -> list[Event]:
        """Everything that moves a total: papers, corrections, quarantine, withdrawals, the recount."""
        right = self.corrected_at == 0
        held, taken = self.held & right, self.withdrawn & right & ~self.held & (self.at <= WITHDRAWN_FROM)
        late = np.maximum(self.at, self.corrected_at)
        everyone, moved = np.ones_like(held), self.counted - self.first
        return [
            Event(self.at, ~held, "counted", 1, self.first),
            Event(self.at, held, "held", 1, None),
            Event(np.full_like(self.at, HELD_UNTIL), held, "held", -1, None),
            Event(np.full_like(self.at, HELD_UNTIL), held, "counted", 1, self.first),
            Event(np.full_like(self.at, WITHDRAWN_FROM), taken, "counted", -1, self.first),
            Event(np.full_like(self.at, WITHDRAWN_FROM), taken, "withdrawn", 1, None),
            Event(np.full_like(self.at, WITHDRAWN_UNTIL), taken, "withdrawn", -1, None),
            Event(np.full_like(self.at, WITHDRAWN_UNTIL), taken, "counted", 1, self.first),
            Event(late, ~right, "votes", 0, moved),
            Event(np.full_like(self.at, RECOUNTED_FROM), everyone, "votes", 0, self.final - self.counted),
        ]

    @property
    def winner(self) -> int:
        """Who has most votes in the end; -1 in a tie, where every call is wrong."""
        totals = self.final.sum(axis=0)
        ahead = np.flatnonzero(totals == totals.max())
        return int(ahead[0]) if len(ahead) == 1 else -1


HELD_UNTIL, WITHDRAWN_FROM, WITHDRAWN_UNTIL = 1.01, 0.6, 0.8
"""Moments of the night in parts of all boxes; past 1 every box was heard once."""
CORRECTED_UNTIL, RECOUNTED_FROM = 1.02, 1.03


def draw(ground: Ground, order: str, margin: float, rng: np.random.Generator, *, parent: bool) -> Drawn:
    """One night in which one choice ends `margin` ahead of the other, before recounts."""
    boxes = len(ground.area)
    place = _places(ground, order, rng)
    drift = _drift(order, rng, parent)
    turnout = np.clip(rng.normal(0.84, 0.03, AREAS)[ground.area] + rng.normal(0, 0.03, boxes), 0.5, 0.97)
    valid = np.maximum(1, (ground.registered * turnout).astype(np.int64))
    lean = rng.normal(0, AREA_SPREAD, AREAS)[ground.area] + rng.normal(0, BOX_SPREAD, boxes)
    if order == "small first":
        lean += 0.04 * (ground.registered - ground.registered.mean()) / ground.registered.std()
    inside = _ranks(place, ground.area)
    trend = drift * (2 * inside - 1)
    swing = rng.normal(0, 0.05) + rng.normal(0, AREA_SWING, AREAS)[ground.area]
    swing = swing + rng.normal(0, BOX_SWING, boxes)
    before = lean
    now = lean + (swing if parent else 0.0) + trend
    now = _centred(now, valid, margin)
    counted = _votes(now, valid, rng)
    if rng.random() < 0.5:
        counted = counted[:, [1, 0, 2]]
        before = -before
    then = None
    if parent:
        then = _votes(np.clip(before, -0.9, 0.9), np.maximum(1, (valid * 0.97).astype(np.int64)), rng)
    first, corrected_at = _mistakes(ground, counted, place, rng, swapped=order == SWAPPED)
    return Drawn(
        at=place,
        first=first,
        counted=counted,
        final=_recounted(counted, rng),
        then=then,
        corrected_at=corrected_at,
        held=rng.random(boxes) < 0.004,
        withdrawn=rng.random(boxes) < 0.01,
    )


def _places(ground: Ground, order: str, rng: np.random.Generator) -> Floats:
    """When each box comes: its place among all boxes, 0 to 1."""
    boxes = len(ground.area)
    key = rng.random(boxes)
    if order == "district by district":
        key = key * 1.3 + rng.permutation(AREAS)[ground.area]
    elif order == "small first":
        key = ground.registered + rng.normal(0, 40, boxes)
    return (np.argsort(np.argsort(key)) + 1.0) / boxes


def _ranks(place: Floats, area: Ints) -> Floats:
    """The place of each box among those of its area, 0 to 1."""
    found = np.empty(len(place))
    for number in range(AREAS):
        mine = np.flatnonzero(area == number)
        found[mine] = (np.argsort(np.argsort(place[mine])) + 0.5) / len(mine)
    return found


def _drift(order: str, rng: np.random.Generator, parent: bool) -> float:
    """By how much boxes out lean further to the winner than those heard of their area."""
    most = SWING_ALLOWANCE if parent else ALLOWANCE
    if order == "worst case":
        return most
    return most * float(rng.uniform(0.2, 0.8)) if order == "biased to the loser" else 0.0


def _centred(lean: Floats, valid: Ints, margin: float) -> Floats:
    """Leans moved until their mean over all votes is the margin, and no box is beyond 90 points."""
    for _ in range(4):
        lean = np.clip(lean + margin - np.average(np.clip(lean, -0.9, 0.9), weights=valid), -0.9, 0.9)
    return lean


def _votes(lean: Floats, valid: Ints, rng: np.random.Generator) -> Ints:
    """Whole votes of the three choices in each box."""
    third = rng.binomial(valid, THIRD)
    two = valid - third
    ahead = np.clip(np.rint(two / 2 + lean * valid / 2).astype(np.int64), 0, two)
    return np.stack([ahead, two - ahead, third], axis=1)


def _mistakes(
    ground: Ground, counted: Ints, place: Floats, rng: np.random.Generator, *, swapped: bool
) -> tuple[Ints, Floats]:
    """What is first reported, and when corrected (0: it was right): typing errors, and swapped areas.

    Typing errors move the margin by at most TYPED_MAX in all: with the recount less than a recount band.
    """
    boxes = len(ground.area)
    first, corrected_at = counted.copy(), np.zeros(boxes)
    left = int(TYPED_MAX * counted.sum())
    for box in rng.permutation(boxes)[: rng.poisson(TYPED_SHARE * boxes)]:
        giver, taker = rng.permutation(2)
        moved = int(min(rng.integers(1, 100), counted[box, giver], left // 2))
        first[box, giver] -= moved
        first[box, taker] += moved
        left -= 2 * moved
        corrected_at[box] = min(place[box] + rng.uniform(0.02, 0.3), CORRECTED_UNTIL)
    if swapped:
        mine = np.isin(ground.area, rng.choice(AREAS, 3, replace=False))
        first[mine] = counted[mine][:, [1, 0, 2]]
        corrected_at[mine] = CORRECTED_UNTIL
    return first, corrected_at


def _recounted(counted: Ints, rng: np.random.Generator) -> Ints:
    """A recount after the night moves the margin by at most 0.18 % of the valid votes, as March's did."""
    moved = int(rng.uniform(-0.0009, 0.0009) * counted.sum())
    giver, taker = (0, 1) if moved > 0 else (1, 0)
    order = rng.permutation(len(counted))
    give = np.minimum(counted[order, giver], 2)
    before = np.cumsum(give) - give
    steps = np.clip(abs(moved) - before, 0, give)
    final = counted.copy()
    final[order, giver] -= steps
    final[order, taker] += steps
    return final
