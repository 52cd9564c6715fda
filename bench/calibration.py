"""`python -m bench.calibration`: how often each rule calls wrongly, and how much was counted when it spoke.

    make calibration                       10,000 simulated nights, and Istanbul's real boxes where they are
    python -m bench.calibration --nights 300 --no-write

It writes the tables of docs/calibration.md between their markers and docs/pictures/calibration.svg.

Know before changing: the rules and guards that decide are those of `election.calls`; here are only nights. A
call is wrong if the choice it names does not have most votes in the end, after corrections and the recount.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.istanbul import CHECKOUT, REAL_BOXES
from bench.results import progress, say
from bench.shown import Stage, files
from bench.simulated import AREAS, CHOICES, ORDERS, Drawn, Ground, draw
from election.calls import RULES
from election.calls.guards import ask, forbidding
from election.calls.verdict import View
from election.night import CallRule, Night
from election.wire.nights import read_night

GROUNDS = 20
"""How many different grounds the nights are drawn on."""
MOMENTS = (
    0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7,
    0.75, 0.8, 0.84, 0.88, 0.91, 0.94, 0.96, 0.98, 0.99, 1.0, 1.015, 1.025, 1.035,
)  # fmt: skip
"""When the rules are asked, in parts of all boxes; past 1: quarantine cleared, corrected, recounted."""
MARGIN_MAX = 0.20
SPREADS = "spread_points = 25\nswing_spread_points = 5"
"""What these nights are drawn with, rounded up: a night says its own spreads, as measured on its parent."""
WAYS = ("with guards", "without guards", "half the allowance")


@dataclass
class Cell:
    """What was seen of one kind of night: by rule and way, how many were called wrongly and when first."""

    nights: int = 0
    wrong: dict[tuple[str, str], int] = field(default_factory=dict)
    spoke: dict[str, list[float]] = field(default_factory=dict)
    """By rule: the counted share at its first right or wrong word that no guard forbade."""

    def add(self, heard: "Heard", winner: str | None) -> None:
        """Takes in what was said in one night."""
        self.nights += 1
        for key, names in heard.named.items():
            self.wrong[key] = self.wrong.get(key, 0) + any(name != winner for name in names)
        for rule, share in heard.first.items():
            self.spoke.setdefault(rule, []).append(share)


@dataclass
class Heard:
    """What the rules said in one night."""

    named: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)

    def listen(self, view: View, halved: Night) -> None:
        """Asks every rule and every guard at one moment, and the projection at half its allowance."""
        for name, rule in RULES.items():
            for way, shown in (("", view), (WAYS[2], replace(view, night=halved))):
                if way and name != "projected":
                    continue
                verdict = rule.decide(shown)
                if verdict.choice is None:
                    continue
                forbidden = bool(forbidding(ask(shown, verdict)))
                if not way:
                    self.named.setdefault((name, WAYS[1]), set()).add(verdict.choice)
                if forbidden:
                    continue
                self.named.setdefault((name, way or WAYS[0]), set()).add(verdict.choice)
                if not way:
                    self.first.setdefault(name, min(1.0, view.seen.boxes / view.seen.boxes_total))


Cells = Mapping[tuple[str, bool], Cell]
"""What was seen, by order and whether there is a parent night."""


def halved(night: Night) -> Night:
    """The same night with half the allowance."""
    rule = night.calls["projected"]
    numbers = dict(rule.numbers)
    numbers |= {name: numbers[name] // 2 for name in ("allowance_points", "swing_points")}
    return replace(night, calls={**night.calls, "projected": CallRule(rule.on, rule.people, numbers)})


def stage(ground: Ground, areas: int, choices: tuple[str, ...], numbers: str = "") -> Stage:
    """A ground and its night."""
    return Stage(read_night(files(ground, areas, choices, numbers)), ground)


def simulated(
    nights: int, seed: int, orders: Sequence[str] = ORDERS, margin_max: float = MARGIN_MAX
) -> dict[tuple[str, bool], Cell]:
    """Nights of every order, with and without a parent, in turn, on small and on large grounds."""
    rng = np.random.default_rng(seed)
    grounds = [Ground.made(seed + n) for n in range(min(GROUNDS, max(2, nights // 20)))]
    stages = [stage(ground, AREAS, CHOICES, SPREADS) for ground in grounds]
    halves = [halved(one.night) for one in stages]
    cells = {(order, parent): Cell() for order in orders for parent in (True, False)}
    kinds = list(cells)
    for number in range(nights):
        order, parent = kinds[number % len(kinds)]
        which = number // len(kinds) % len(stages)
        one = draw(stages[which].ground, order, float(rng.uniform(0, margin_max)), rng, parent=parent)
        winner = None if one.winner < 0 else CHOICES[one.winner]
        cells[order, parent].add(_night(stages[which], halves[which], one), winner)
        progress(number + 1, nights, "simulated nights")
    return cells


def _night(on: Stage, half: Night, one: Drawn) -> Heard:
    heard = Heard()
    film = on.film(one.events(), MOMENTS, one.then, one.counted)
    for number in range(len(MOMENTS)):
        heard.listen(film.view(number), half)
    return heard


def totals(cells: Cells, rule: str, way: str) -> tuple[int, int]:
    """Nights and wrong calls over some cells."""
    return sum(c.nights for c in cells.values()), sum(c.wrong.get((rule, way), 0) for c in cells.values())


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the calibration; 1 if a rule called wrongly more often than it says."""
    from bench.calibration_told import told, written

    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__)
    parser.add_argument("--nights", type=int, default=10_000, help="simulated nights (10,000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--boxes", type=Path, default=REAL_BOXES, help="a file of real boxes")
    parser.add_argument("--no-write", action="store_true", help="leave the docs as they are")
    args = parser.parse_args(argv)
    from bench.calibration_real import march, real

    cells = simulated(args.nights, args.seed)
    there = args.boxes.is_file()
    lines = real(args.boxes) if there else []
    orders = march(args.boxes, max(4, args.nights // 10)) if there else None
    if not lines:
        say(f"no real boxes at {args.boxes.name}: their tables are left as they are")
    sys.stdout.write(told(cells, lines, orders))
    if not args.no_write:
        for path in written(CHECKOUT, cells, lines, orders):
            say(f"written: {path.relative_to(CHECKOUT)}")
    return 0 if kept(cells) else 1


def kept(cells: Cells) -> bool:
    """Whether certain and majority were never wrong and projected at most as often as its bound."""
    nights, wrong = totals(cells, "projected", WAYS[0])
    never = all(totals(cells, rule, WAYS[0])[1] == 0 for rule in ("certain", "majority"))
    return never and wrong * 1000 <= 5 * nights


if __name__ == "__main__":
    sys.exit(main())
