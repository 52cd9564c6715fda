"""The facts of one contest and source as arrays, and what is held of its units: what a batch is summed with.

Know before changing: a unit is its place in `Night.units`, an area its place in `Night.areas`. The shelf is a
copy of what the store holds, never the truth: the store's script compares before it writes (`lua/apply.lua`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from election.checks import main_pair, voters_max
from election.night import BOX_LEVEL, Box, BoxId, Contest, Night, Source, UnitId
from election.tally import Statement, width
from election.wire.keys import FENCE_BYTES, UNIT_FIXED, pack_unit, unpack_unit
from streams.places import NOBODY, Places

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Totals = NDArray[np.float64]

UNIT = {name: place for place, name in enumerate(UNIT_FIXED)}
"""Where a unit's row holds what; the votes follow."""
VOTES = len(UNIT_FIXED)
FENCE = FENCE_BYTES // 8
UNHEARD_OF = -1.0
"""No total is below 0, so none is held that is believed to be this."""
CLEAN_TO = 2.0**53
"""No total reaches this: above it a double no longer holds every whole number."""


@dataclass(frozen=True)
class Ground:
    """What a night says of the units one source may report in one contest."""

    night: Night
    contest: Contest
    source: Source

    @cached_property
    def units(self) -> tuple[UnitId, ...]:
        """Every unit, in the night's order."""
        return self.night.units(self.contest, self.source)

    @cached_property
    def places(self) -> Places:
        """The place of each unit."""
        return Places(self.units)

    @cached_property
    def unit_keys(self) -> NDArray[np.object_]:
        """The units as the store names them."""
        return np.array([unit.encode() for unit in self.units], dtype=object)

    @cached_property
    def area_keys(self) -> NDArray[np.object_]:
        """The night's areas as the store names them."""
        return np.array([area.encode() for area in self.night.areas], dtype=object)

    @cached_property
    def is_box(self) -> bool:
        """Whether the source reports boxes."""
        return self.source.level == BOX_LEVEL

    @cached_property
    def choices(self) -> int:
        """How many choices stand in the contest."""
        return len(self.contest.choices)

    @cached_property
    def width(self) -> int:
        """Columns of a unit's row."""
        return VOTES + self.choices

    @cached_property
    def area(self) -> Numbers:
        """The place of each unit's area."""
        place: dict[str, int] = {area: at for at, area in enumerate(self.night.areas)}
        boxes = cast("Mapping[str, Box]", self.night.boxes)
        homes = [place[boxes[unit].area if self.is_box else unit] for unit in self.units]
        return np.array(homes, dtype=np.int64)

    @cached_property
    def above(self) -> Numbers:
        """For each area its own place and those of the areas above it; -1 where the line has ended."""
        place = {area: at for at, area in enumerate(self.night.areas)}
        lines = [self.night.lines[area] for area in self.night.areas]
        deepest = max((len(line) for line in lines), default=0)
        table = np.full((len(lines), deepest), -1, dtype=np.int64)
        for row, line in enumerate(lines):
            table[row, : len(line)] = [place[area] for area in line]
        return table

    @cached_property
    def register(self) -> Numbers:
        """The night's register of each unit; -1 where there is none."""
        if not self.is_box:
            return np.full(len(self.units), -1, dtype=np.int64)
        boxes = cast("Mapping[str, Box]", self.night.boxes)
        found = (boxes[unit].registered for unit in self.units)
        return np.array([-1 if voters is None else voters for voters in found], dtype=np.int64)

    @cached_property
    def most(self) -> Numbers:
        """Most voters each unit may have by law: a limit, or the register and the same slack for each."""
        without, slack = voters_max(self.night, None), voters_max(self.night, 0)
        return np.where(self.register < 0, without, self.register + slack)

    @cached_property
    def stands(self) -> Flags:
        """Whether a choice (column) is on the paper of a unit (row)."""
        by_area = [
            [self.night.stands(choice, area) for choice in self.contest.choices] for area in self.night.areas
        ]
        table: Flags = np.array(by_area, dtype=np.bool_).reshape(-1, self.choices)[self.area]
        return table

    @cached_property
    def margin_before(self) -> tuple[tuple[int, int], Flags, Numbers] | None:
        """The two main choices, which units have a parent, and their margin there; None: nothing to ask."""
        before = self.night.parent_votes.get(self.contest.id, {})
        pair = main_pair(self.contest)
        if not before or pair is None or not self.is_box:
            return None
        first, second = pair
        votes = [before.get(BoxId(unit)) for unit in self.units]
        known = np.array([one is not None for one in votes], dtype=np.bool_)
        margins = [0 if one is None else one[first] - one[second] for one in votes]
        return pair, known, np.array(margins, dtype=np.int64)

    @cached_property
    def total_width(self) -> int:
        """Columns of a total's row."""
        return width(self.contest, self.night)

    @cached_property
    def then(self) -> Numbers | None:
        """For each unit whether the parent night knows it (1 or 0), and its votes then; None: no parent."""
        before = self.night.parent_votes.get(self.contest.id)
        if not before:
            return None
        nobody = (0,) * (1 + self.choices)
        then = [before.get(BoxId(unit)) if self.is_box else None for unit in self.units]
        rows = [nobody if votes is None else (1, *votes) for votes in then]
        return np.array(rows, dtype=np.int64).reshape(-1, 1 + self.choices)

    def warm(self) -> None:
        """Makes all of this now, so that the first paper does not wait for it."""
        for made in (self.unit_keys, self.area_keys, self.above, self.most, self.stands):
            len(made)
        self.places, self.margin_before, self.then  # noqa: B018 # asked for their effect: they are kept


@dataclass
class Shelf:
    """What this process believes the store holds of a source's units; a row of zeros: nothing."""

    ground: Ground
    rows: Numbers = field(init=False)
    totals: Totals = field(init=False)
    """What this process believes of each area's total. Only quicker if it is true: what another worker has
    written meanwhile is added to (`lua/apply.lua`). `UNHEARD_OF` where nothing is believed."""
    known: Flags = field(init=False)
    papers: dict[int, bytes] = field(init=False, default_factory=dict)
    """The JSON kept of noted units."""
    cleared: frozenset[tuple[int, int]] | None = field(init=False, default=None)
    """Units and revisions whose quarantine a person cleared; None: not read from the store yet."""

    def __post_init__(self) -> None:
        """Nothing is known at first."""
        size = len(self.ground.units)
        self.rows = np.zeros((size, self.ground.width), dtype="<i8")
        self.known = np.zeros(size, dtype=np.bool_)
        areas = len(self.ground.night.areas)
        self.totals = np.full((areas, self.ground.total_width), UNHEARD_OF, dtype="<f8")

    def unknown(self, places: Numbers) -> Numbers:
        """Those of these units that were never read from the store, each once."""
        missing = places[~self.known[places]]
        return np.unique(missing) if missing.size else missing

    def put(self, places: Numbers, rows: Numbers) -> None:
        """Takes in what the store holds of these units; their papers come after it."""
        self.rows[places] = rows
        self.known[places] = True
        for place in self.papers.keys() & set(places.tolist()):
            del self.papers[place]

    def forget(self, places: Iterable[int]) -> None:
        """These units have moved in the store: they are read again before they are used."""
        for place in places:
            self.known[place] = False
            self.papers.pop(place, None)

    def forget_all(self) -> None:
        """Nothing is known any more."""
        self.known[:] = False
        self.totals[:] = UNHEARD_OF
        self.papers.clear()
        self.cleared = None

    def put_cleared(self, members: Iterable[bytes]) -> None:
        """Takes in what the store says was cleared; a unit that is not of this night is nobody's."""
        parts = [member.decode().rpartition("/") for member in members]
        units = self.ground.places.find([unit for unit, _, _ in parts]).tolist()
        self.cleared = frozenset(
            (unit, int(revision))
            for unit, (_, _, revision) in zip(units, parts, strict=True)
            if unit != NOBODY
        )

    def nothing_held(self) -> None:
        """The store holds nothing of any unit."""
        self.rows[:] = 0
        self.totals[:] = 0
        self.known[:] = True
        self.papers.clear()

    def held(self, place: int) -> Statement | None:
        """The statement held of a unit."""
        row = self.rows[place]
        return unpack_unit(row.tobytes()) if row[UNIT["revision"]] else None

    def noted(self, place: int) -> bool:
        """Whether something is kept about the paper of a unit."""
        return bool(self.rows[place, UNIT["noted"]])


def unit_row(held: Statement) -> Numbers:
    """A statement as a row of numbers."""
    return np.frombuffer(pack_unit(held), dtype="<i8")
