"""A batch's sums by numpy: what the store is to be changed by, from bundles and from what is held.

    read(bundles)          what they say: plain good papers as a table, others looked at one by one (`checks`)
    weigh(reading, shelf)  what moves: new rows of units, totals of areas, papers to keep or let go

Know before changing: this does what `election.tally.Tally` does, and a property test holds it to that for any
reports in any order and any batching. Wherever two statements meet in a way that is not "newer replaces
older", the unit goes the plain path through `tally.hear`; only the rest is summed here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from election.checks import Finding, check
from election.tally import COLUMN, FIXED, Statement, Status, hear, lifted, statement
from election.wire.keys import unpack_unit
from election.wire.records import Bundle, stamp
from streams.columns import Columns, columns
from streams.ground import (
    CLEAN_TO,
    FENCE,
    UNHEARD_OF,
    UNIT,
    VOTES,
    Flags,
    Ground,
    Numbers,
    Shelf,
    Totals,
    unit_row,
)
from streams.papers import Heard, codes, paper

FIGURES_FROM = UNIT["registered"]
SUMMED = ("registered", "voters", "valid", "invalid", "claimed")


@dataclass(frozen=True, slots=True)
class Refused:
    """A paper that was refused: its bundle's place in the batch, its row there, its unit, and why."""

    bundle: int
    row: int
    unit: object
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Reading:
    """What some bundles of one contest and source say, whatever is held."""

    ground: Ground
    bundles: Sequence[Bundle]
    columns: Columns
    heard: Mapping[int, Heard]
    """Accepted papers that were looked at one by one, by their row."""
    refused: Sequence[Refused]
    accepted: Flags
    heard_at: str
    """When the newest accepted paper was heard; empty if none was accepted."""

    @property
    def units(self) -> Numbers:
        """The units of the accepted papers, repeated as they came."""
        return self.columns.units[self.accepted]


def read(bundles: Sequence[Bundle], ground: Ground) -> Reading:
    """Reads bundles, all of the ground's contest and source."""
    table = columns(bundles, ground)
    heard: dict[int, Heard] = {}
    refused: list[Refused] = []
    for at in np.flatnonzero(table.suspect).tolist():
        place = int(table.bundle[at])
        bundle, row = bundles[place], at - int(table.starts[place])
        claim = bundle.claim(row)
        seen = check(claim, ground.night)
        if seen.refused:
            refused.append(Refused(place, row, claim.unit, seen.findings))
        else:
            new = statement(seen, ground.contest, ground.night)
            heard[at] = Heard(new, seen.findings, stamp(bundle.heard_at))
    accepted = ~table.suspect
    accepted[list(heard)] = True
    spoken = np.unique(table.bundle[accepted]) if refused else range(len(bundles))
    newest = max((bundles[place].heard_at for place in spoken), default=None)
    return Reading(ground, bundles, table, heard, refused, accepted, "" if newest is None else stamp(newest))


@dataclass(frozen=True)
class Sums:
    """What one contest's and source's part of a batch changes; computed from what the shelf held."""

    ground: Ground
    heard_at: str
    units: Numbers
    """Each once, ascending: the store reads and writes neighbours together."""
    fences: bytes
    """Revision and edition of each unit as it was, one after the other."""
    rows: Numbers
    """The new rows of the units."""
    papers: Mapping[int, bytes | None]
    """JSON to keep of a unit, or None to let go what was kept."""
    findings: Mapping[str, int]
    """How the number of papers held with each code moves."""
    areas: Numbers
    believed: Totals
    """The total of each of the areas as this process believes it is held."""
    meant: Totals
    """The same after this; if another total is held, it gains or loses as much as is between the two."""
    cleared: int = 0
    """How many clearances of quarantine were known when this was summed."""

    def settle(self, shelf: Shelf, totals: bytes) -> None:
        """The store took it: the shelf holds it too, with the areas' totals if they are not those meant."""
        shelf.rows[self.units] = self.rows
        held = np.frombuffer(totals, dtype="<f8").reshape(self.meant.shape) if totals else self.meant
        shelf.totals[self.areas] = held
        shelf.known[self.units] = True
        for unit, kept in self.papers.items():
            if kept is None:
                shelf.papers.pop(unit, None)
            else:
                shelf.papers[unit] = kept


def weigh(reading: Reading, shelf: Shelf) -> Sums:
    """What the reading changes; every unit of it must be known to the shelf."""
    ground = reading.ground
    newest, by_hand = _newest(reading, shelf)
    news, papers, findings = _plainly(reading, shelf, by_hand)
    quick = reading.columns.units[newest]
    slow = np.fromiter(news, dtype=np.int64, count=len(news))
    units = np.concatenate((quick, slow))
    rows = reading.columns.rows[newest]
    if news:
        rows = np.concatenate((rows, np.stack([unit_row(held) for held in news.values()])))
        order = np.argsort(units)
        units, rows = units[order], rows[order]
    before = shelf.rows[units]
    worth = _worth(np.concatenate((rows, before)), np.concatenate((units, units)), ground)
    moved = worth[: len(units)] - worth[len(units) :]
    totals = _by_area(moved, units, shelf)
    fences = np.ascontiguousarray(before[:, :FENCE]).tobytes()
    known = len(shelf.cleared or ())
    return Sums(ground, reading.heard_at, units, fences, rows, papers, findings, *totals, known)


def lifting(shelf: Shelf, unit: int, revision: int) -> Sums | None:
    """What it changes that a person cleared the quarantine of a unit's revision; None: nothing here.

    The unit must be known to the shelf. Its paper and its findings stay: they are still true of it.
    """
    held, ground = shelf.held(unit), shelf.ground
    if held is None or held.revision != revision or held.status is not Status.QUARANTINED:
        return None
    units, before = np.array([unit], dtype=np.int64), shelf.rows[unit : unit + 1]
    rows = unit_row(lifted(held)).reshape(1, -1)
    totals = _by_area(_worth(rows, units, ground) - _worth(before, units, ground), units, shelf)
    fences = np.ascontiguousarray(before[:, :FENCE]).tobytes()
    return Sums(ground, "", units, fences, rows, {}, {}, *totals, len(shelf.cleared or ()))


def _newest(reading: Reading, shelf: Shelf) -> tuple[Numbers, Flags]:
    """Rows that simply replace what is held, at most one a unit; and the units that need the plain path."""
    table = reading.columns
    by_hand = np.zeros(len(shelf.known), dtype=np.bool_)
    by_hand[table.units[list(reading.heard)]] = True
    clean = np.flatnonzero(~table.suspect)
    revision, units = table.rows[clean, UNIT["revision"]], table.units[clean]
    order = np.lexsort((revision, units))
    clean, revision, units = clean[order], revision[order], units[order]
    twice = np.flatnonzero((units[1:] == units[:-1]) & (revision[1:] == revision[:-1]))
    if twice.size:
        differ = _differ(table.rows[clean[twice]], table.rows[clean[twice + 1]])
        by_hand[units[twice[differ]]] = True
    last = np.append(units[1:] != units[:-1], True)[: len(units)]
    clean, revision, units = clean[last], revision[last], units[last]
    held = shelf.rows[units]
    newer = revision > held[:, UNIT["revision"]]
    again = revision == held[:, UNIT["revision"]]
    same = (held[:, UNIT["status"]] == Status.COUNTED) & ~_differ(table.rows[clean], held)
    by_hand[units[(newer & (held[:, UNIT["noted"]] != 0)) | (again & ~same)]] = True
    return clean[newer & ~by_hand[units]], by_hand


def _differ(some: Numbers, others: Numbers) -> Flags:
    """Where two statements do not say the same."""
    found: Flags = np.any(some[:, FIGURES_FROM:] != others[:, FIGURES_FROM:], axis=1)
    return found


def _plainly(
    reading: Reading, shelf: Shelf, by_hand: Flags
) -> tuple[dict[int, Statement], dict[int, bytes | None], dict[str, int]]:
    """What is held after the plain path of the units marked, their papers, and how findings move."""
    news: dict[int, Statement] = {}
    papers: dict[int, bytes | None] = {}
    table, ground = reading.columns, reading.ground
    for at in np.flatnonzero(by_hand[table.units] & reading.accepted).tolist():
        unit = int(table.units[at])
        heard = reading.heard.get(at) or _clean(reading, at)
        before = news[unit] if unit in news else shelf.held(unit)
        if (unit, heard.new.revision) in (shelf.cleared or ()):
            heard = replace(heard, new=lifted(heard.new))
        after = hear(before, heard.new)
        if after is None:
            continue
        old = papers[unit] if unit in papers else shelf.papers.get(unit)
        news[unit] = after
        papers[unit] = paper(after, before, heard, old, ground.contest, ground.night)
    moves: Counter[str] = Counter()
    for unit, kept in papers.items():
        moves.update(codes(kept))
        moves.subtract(codes(shelf.papers.get(unit)))
    return news, papers, {code: moved for code, moved in moves.items() if moved}


def _clean(reading: Reading, at: int) -> Heard:
    """A plain good paper as a statement."""
    bundle = reading.bundles[int(reading.columns.bundle[at])]
    return Heard(unpack_unit(reading.columns.rows[at].tobytes()), (), stamp(bundle.heard_at))


def _worth(rows: Numbers, units: Numbers, ground: Ground) -> Numbers:
    """What each row adds to the totals above it: `tally.worth` for many at once."""
    status = rows[:, UNIT["status"]]
    counted = status == Status.COUNTED
    held_back = (status == Status.QUARANTINED) | (status == Status.CONFLICT)
    register = ground.register[units]
    without = register < 0
    voters = np.maximum(register, 0)
    found = np.zeros((len(rows), ground.total_width), dtype=np.int64)
    found[:, COLUMN["boxes"]] = counted
    found[:, COLUMN["quarantined"]] = held_back
    found[:, COLUMN["marked"]] = status == Status.MARKED
    found[:, COLUMN["withdrawn"]] = status == Status.WITHDRAWN
    found[:, COLUMN["register"]] = voters * counted
    found[:, COLUMN["register_quarantined"]] = voters * held_back
    found[:, COLUMN["no_register"]] = without & counted
    found[:, COLUMN["no_register_quarantined"]] = without & held_back
    excess = np.maximum(np.maximum(rows[:, UNIT["valid"]], 0) - ground.most[units], 0)
    found[:, COLUMN["held_excess"]] = excess * held_back
    figures = np.maximum(rows[:, FIGURES_FROM:], 0) * counted[:, None]
    for name in SUMMED:
        found[:, COLUMN[name]] = figures[:, UNIT[name] - FIGURES_FROM]
    votes_to = len(FIXED) + ground.choices
    found[:, len(FIXED) : votes_to] = figures[:, VOTES - FIGURES_FROM :]
    if ground.then is not None:
        then = ground.then[units] * counted[:, None]
        found[:, votes_to] = then[:, 0]
        found[:, votes_to + 1 : votes_to + 1 + ground.choices] = (
            figures[:, VOTES - FIGURES_FROM :] * then[:, :1]
        )
        found[:, votes_to + 1 + ground.choices :] = then[:, 1:]
    return found


def _by_area(moved: Numbers, units: Numbers, shelf: Shelf) -> tuple[Numbers, Totals, Totals]:
    """Each area at every level that moves, its total as believed, and that with what its units change."""
    ground = shelf.ground
    homes, place = np.unique(ground.area[units], return_inverse=True)
    below = np.zeros((len(homes), moved.shape[1]), dtype=np.int64)
    order = np.argsort(place, kind="stable")
    if len(homes):
        starts = np.searchsorted(place[order], np.arange(len(homes)))
        below = np.add.reduceat(moved[order], starts, axis=0)
    lines = ground.above[homes]
    areas, at = np.unique(lines, return_inverse=True)
    total = np.zeros((len(areas), moved.shape[1]), dtype=np.int64)
    for level in at.reshape(lines.shape).T:
        np.add.at(total, level, below)
    # Only areas of this batch are looked at: of a country's thirty thousand a paper moves four.
    moves = total.any(axis=1) & (areas >= 0)
    areas, total = areas[moves], total[moves]
    believed = shelf.totals[areas]
    meant = believed + total
    # What cannot be is never meant, whatever is believed: the store then says whether it would be.
    wrong = ((meant < 0) | (meant >= CLEAN_TO)).any(axis=1)
    believed[wrong] = UNHEARD_OF
    meant[wrong] = UNHEARD_OF + total[wrong]
    return areas, believed, meant
