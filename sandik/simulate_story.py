"""A simulated night told whole: the council's boxes, those it held back, its corrections, who else counted.

    records = story(what, sheet)            what simulation.toml tells, all of it
    records = first_reports(what, sheet)    each box once and the rulings: a night with real boxes

What a night has beyond first reports stands in the tables [[published]], [held], [recounts], [[counts]] and
[[agencies]] of its simulation.toml.

Know before changing: shipped recordings are rebuilt and compared; each part has dice of its own, so that a
part can change without the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from election.wire.records import Bundle, Record
from sandik.simulate_agency import agency
from sandik.simulate_arrival import (
    ROWS_MAX,
    Arrival,
    Sheet,
    arrival,
    bundle,
    bundles,
    heard_in_order,
    milliseconds,
    order,
    ruling,
)
from sandik.simulate_figures import Ballot
from sandik.simulate_pick import picked
from sandik.simulate_recounts import Revised, recounts, scattered

TRIES_A_BOX = 20
"""How often boxes are drawn, for each there is, before there seem to be none left that could differ."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the builder needs of night.toml and simulation.toml."""

    night: str
    seed: int
    contest: str
    source: str
    root: str
    """The area the contest is held in: what agencies report parts of."""
    choices: tuple[str, ...]
    ballot: Ballot
    late: str
    """The main choice whose boxes are heard later."""
    simulation: Mapping[str, Any]

    def dice(self, what: str) -> Random:
        """Dice for one part of the night."""
        return Random(f"{self.seed}/{self.night}/{what}")


def story(what: Plan, sheet: Sheet) -> list[Record]:
    """Everything that is heard on a simulated night, in the order heard. `sheet` has the final figures."""
    table = what.simulation
    how = arrival(table["arrival"], len(sheet.boxes))
    dice = what.dice("arrival")
    places = order(sheet, lead(what, sheet, what.late), how, dice)
    first, records = sheet, list[Record]()
    if "recounts" in table:
        places = _published(what, sheet, places)
        held = places[len(places) - how.held :]
        last = set(places[table["published"][0]["boxes"] :])
        before = _before(what, sheet, held)
        told = recounts(table["recounts"], sheet, what.ballot, before, last, what.dice("recounts"))
        first = told.first
        records += _held_back(what, sheet, held)
        records += _corrections(what, sheet, told.revised, held)
        records += [heard for count in table.get("counts", ()) for heard in _second(what, count, first, last)]
        places = places[: len(places) - how.held]
    records += [bundle(what.contest, what.source, first, one) for one in bundles(first, places, how, dice)]
    for one in table.get("agencies", ()):
        records += agency(one, what.contest, what.root, first, what.ballot, what.dice(one["source"]))
    return heard_in_order([*rulings(what), *records])


def first_reports(what: Plan, sheet: Sheet) -> list[Record]:
    """Every box once, in simulated order, and the rulings: a night with figures that nobody made up."""
    how = arrival(what.simulation["arrival"], len(sheet.boxes))
    dice = what.dice("arrival")
    places = order(sheet, lead(what, sheet, what.late), how, dice)
    reports = [bundle(what.contest, what.source, sheet, one) for one in bundles(sheet, places, how, dice)]
    return heard_in_order([*rulings(what), *reports])


def rulings(what: Plan) -> list[Record]:
    """The rulings of simulation.toml."""
    return [ruling(what.contest, one) for one in what.simulation.get("rulings", ())]


def lead(what: Plan, sheet: Sheet, choice: str) -> list[int]:
    """By how many votes one of the two main choices is ahead of the other in each box."""
    other = what.ballot.main[0] if choice == what.ballot.main[1] else what.ballot.main[1]
    return [a - b for a, b in zip(sheet.columns[choice], sheet.columns[other], strict=True)]


def _published(what: Plan, sheet: Sheet, places: Sequence[int]) -> list[int]:
    """The order, with other boxes between two published moments where theirs do not sum to what was said."""
    one, other = what.ballot.main
    values = list(zip(sheet.columns[one], sheet.columns[other], strict=True))
    before, after = what.simulation["published"]
    found = list(places)
    between = found[before["boxes"] : after["boxes"]]
    target = (after[one] - before[one], after[other] - before[other])
    swaps = picked(between, found[: before["boxes"]], values, target, what.dice("published"))
    both = swaps | {new: out for out, new in swaps.items()}
    return [both.get(row, row) for row in found]


def _before(what: Plan, sheet: Sheet, held: Sequence[int]) -> dict[str, int]:
    """Totals of all boxes as first heard: what was published, and what the boxes held had all along."""
    known = what.simulation["published"][-1]
    main = {name: known[name] + sum(sheet.columns[name][row] for row in held) for name in what.ballot.main}
    return {**what.simulation["recounts"]["before"], **main}


def _held_back(what: Plan, sheet: Sheet, held: Sequence[int]) -> Iterator[Bundle]:
    """Boxes told of without figures, and released in parts, each with its figures."""
    table = what.simulation["held"]
    for area, rows in _by_area(sheet, sorted(held)):
        yield Bundle(
            contest=what.contest,
            source=what.source,
            area=area,
            level="box",
            heard_at=table["marked_at"],
            box=[sheet.boxes[row] for row in rows],
            revision=1,
            registered=[sheet.columns["registered"][row] for row in rows],
            voters=[None] * len(rows),
            valid=[None] * len(rows),
            invalid=[None] * len(rows),
            votes={name: [None] * len(rows) for name in what.choices},
            state=table["state"],
        )
    hours = [milliseconds(at) for at in table["released"]]
    for number, at in enumerate(hours):
        part = sorted(held[number * len(held) // len(hours) : (number + 1) * len(held) // len(hours)])
        for area, rows in _by_area(sheet, part):
            yield bundle(what.contest, what.source, sheet, (at, area, rows), table["cause"], 2)


def _corrections(
    what: Plan, sheet: Sheet, revised: Sequence[Revised], held: Sequence[int]
) -> Iterator[Bundle]:
    """The corrected boxes with their final figures; of a box that was held it is the third revision."""
    together: dict[tuple[int, str], list[int]] = {}
    for one in revised:
        together.setdefault((one.at, one.cause), []).append(one.row)
    late = set(held)
    for (at, cause), mixed in sorted(together.items()):
        for area, rows in _by_area(sheet, sorted(mixed)):
            for start in range(0, len(rows), ROWS_MAX):
                part = rows[start : start + ROWS_MAX]
                numbers = [3 if row in late else 2 for row in part]
                yield bundle(what.contest, what.source, sheet, (at, area, part), cause, numbers)


def _by_area(sheet: Sheet, rows: Sequence[int]) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(sheet.areas[row], []).append(row)
    return sorted(found.items())


def _second(what: Plan, table: Mapping[str, Any], sheet: Sheet, last: set[int]) -> list[Bundle]:
    """Another count of the same boxes: an order of its own, and a few votes fewer in some boxes.

    The `last` boxes come last here too: when the others are in, its totals are the published ones. Raises
    ValueError where there are not boxes enough that could differ.
    """
    dice = what.dice(table["source"])
    how: Arrival = arrival(table, len(sheet.boxes))
    mixed = order(sheet, lead(what, sheet, table["late"]), how, dice)
    places = [row for row in mixed if row not in last] + [row for row in mixed if row in last]
    columns = {name: list(column) for name, column in sheet.columns.items()}
    rows = dict[int, None]()
    if table["boxes"] > len(places):
        raise ValueError(f"{table['source']} counted {table['boxes']} boxes, and there are {len(places)}")
    tries_left = TRIES_A_BOX * table["boxes"]
    while len(rows) < table["differs_in"]:
        tries_left -= 1
        if not tries_left:
            raise ValueError(
                f"there are no {table['differs_in']} boxes in which {table['source']} could differ"
            )
        row = places[int(dice.random() * table["boxes"])]
        if min(columns[name][row] for name in what.ballot.main) >= 60 and row not in rows:
            rows[row] = None
    for name in what.ballot.main:
        short = table[name] - sum(columns[name][row] for row in places[: table["boxes"]])
        for row, part in zip(rows, scattered(short, len(rows), dice), strict=True):
            for column in (name, "valid", "voters"):
                columns[column][row] += part
    own = Sheet(sheet.boxes, sheet.areas, columns)
    return [bundle(what.contest, table["source"], own, one) for one in bundles(own, places, how, dice)]
