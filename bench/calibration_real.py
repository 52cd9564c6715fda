"""The rules on Istanbul's real ballot boxes: June 2019 paired with March, and each night alone, by order.

Know before changing: the file holds final figures and no arrival times, so orders are made here. Sorted ones
are the hardest there are: every box that leans one way before every box that leans the other.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.calibration import WAYS, Heard, halved, stage
from bench.results import progress
from bench.shown import Stage
from bench.simulated import Event, Floats, Ground, Ints
from election.calls import RULES
from election.calls.guards import BOUNDS, ask, forbidding

NAMES = ("chp", "akp", "sp", "other")
CHOICES = ("imamoglu", "yildirim", "gokcinar", "others")
LOOKS = 200
SEEDS = 5
MARCH_LOOKS = (*tuple(n / 40 for n in range(1, 40)), 0.99, 0.995, 0.999, 1.0)
ORDERS = (
    "random", "district by district", "small first", "winner's boxes first", "loser's boxes first",
    "winner's boxes rather first", "loser's boxes rather first",
)  # fmt: skip


@dataclass(frozen=True)
class Boxes:
    """The real boxes of both nights, in the order of their districts."""

    ground: Ground
    march: Ints
    june: Ints


@dataclass(frozen=True)
class Line:
    """One row of the table: when the projection first spoke, with guards and without, and how often wrong."""

    night: str
    order: str
    runs: int
    first: tuple[float, ...]
    first_unguarded: tuple[float, ...]
    wrong: int
    wrong_unguarded: int


def read(path: Path) -> Boxes:
    """The file of real boxes."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    districts = {name: n for n, name in enumerate(sorted({row["district"] for row in rows}))}
    rows.sort(key=lambda row: districts[row["district"]])

    def columns(end: str) -> Ints:
        return np.array([[int(row[name + end]) for name in NAMES] for row in rows], dtype=np.int64)

    area = np.array([districts[row["district"]] for row in rows])
    registered = np.array([max(int(row["registered_jun"]), int(row["voted_jun"])) for row in rows])
    return Boxes(Ground(area, registered), columns(""), columns("_jun"))


def real(path: Path) -> list[Line]:
    """Every order, for June with its parent and for both nights alone."""
    boxes = read(path)
    on = stage(boxes.ground, int(boxes.ground.area.max()) + 1, CHOICES)
    kinds = (
        ("June, paired with March", boxes.june, boxes.march),
        ("June alone", boxes.june, None),
        ("March alone", boxes.march, None),
    )
    made = []
    for done, (name, votes, then) in enumerate(kinds):
        for place, order in enumerate(ORDERS):
            often = order in ("random", "district by district") or "rather" in order
            made.append(line(on, name, order, votes, then, SEEDS if often else 1))
            progress(done * len(ORDERS) + place + 1, len(kinds) * len(ORDERS), "real boxes")
    return made


def line(on: Stage, name: str, order: str, votes: Ints, then: Ints | None, runs: int) -> Line:
    """One kind of order, drawn `runs` times, at every half percent of the boxes."""
    winner = CHOICES[int(votes.sum(axis=0).argmax())]
    first, unguarded, wrong, wrong_unguarded = [], [], 0, 0
    half = halved(on.night)
    for seed in range(runs):
        rank = _ranks(order, on.ground, votes, np.random.default_rng(seed))
        heard, free = Heard(), 2.0
        moments = [look / LOOKS for look in range(1, LOOKS + 1)]
        event = Event(rank, np.ones(len(rank), dtype=bool), "counted", 1, votes)
        film = on.film([event], moments, then, None)
        for number, moment in enumerate(moments):
            heard.listen(film.view(number), half)
            if free > 1 and ("projected", WAYS[1]) in heard.named:
                free = moment
        first.append(heard.first.get("projected", 2.0))
        unguarded.append(free)
        wrong += heard.named.get(("projected", WAYS[0]), {winner}) != {winner}
        wrong_unguarded += heard.named.get(("projected", WAYS[1]), {winner}) != {winner}
    return Line(name, order, runs, tuple(first), tuple(unguarded), wrong, wrong_unguarded)


def _ranks(order: str, ground: Ground, votes: Ints, rng: np.random.Generator) -> Floats:
    """When each box comes, 0 to 1."""
    boxes = len(ground.area)
    chance = rng.random(boxes)
    lean = (votes[:, 0] - votes[:, 1]) / np.maximum(1, votes.sum(axis=1))
    keys = {
        "random": chance,
        "district by district": rng.permutation(int(ground.area.max()) + 1)[ground.area] + chance,
        "small first": ground.registered + chance,
        "winner's boxes first": -lean,
        "loser's boxes first": lean,
        "winner's boxes rather first": rng.normal(0, 0.5, boxes) - lean,
        "loser's boxes rather first": rng.normal(0, 0.5, boxes) + lean,
    }
    return (np.argsort(np.argsort(keys[order])) + 1.0) / boxes


@dataclass(frozen=True)
class March:
    """In how many orders of March's boxes a rule of bounds named anybody, without guards and with them."""

    orders: int
    named: int
    called: int


def march(path: Path, seeds: int) -> March:
    """March 2019 in so many orders: random, district by district, and noisily sorted to either side."""
    boxes = read(path)
    on = stage(boxes.ground, int(boxes.ground.area.max()) + 1, CHOICES)
    kinds = ("random", "district by district", "winner's boxes rather first", "loser's boxes rather first")
    everyone, named, called = np.ones(len(boxes.march), dtype=bool), 0, 0
    for seed in range(seeds):
        rank = _ranks(kinds[seed % len(kinds)], boxes.ground, boxes.march, np.random.default_rng(seed))
        event = Event(rank, everyone, "counted", 1, boxes.march)
        film = on.film([event], MARCH_LOOKS, None, None)
        views = [film.view(number) for number in range(len(MARCH_LOOKS))]
        verdicts = [(view, RULES[name].decide(view)) for view in views for name in BOUNDS]
        passed = [(view, verdict) for view, verdict in verdicts if verdict.choice is not None]
        named += bool(passed)
        called += any(not forbidding(ask(view, verdict)) for view, verdict in passed)
        progress(seed + 1, seeds, "orders of March")
    return March(seeds, named, called)


def spoke(line: Line, *, guarded: bool) -> str:
    """The median share counted when it first spoke, in words."""
    shares = line.first if guarded else line.first_unguarded
    middle = float(np.median(shares))
    return "never" if middle > 1 else f"{100 * middle:.1f} %"
