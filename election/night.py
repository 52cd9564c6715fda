"""The facts of a night that are fixed before polls close: contests, choices, areas, boxes, sources, limits.

Know before changing: everything here is frozen and built once by `wire.nights`; a process works with the
night it started with, and processes that hold different facts refuse to work together (`Night.digest`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NewType

NightId = NewType("NightId", str)
ContestId = NewType("ContestId", str)
ChoiceId = NewType("ChoiceId", str)
AreaId = NewType("AreaId", str)
BoxId = NewType("BoxId", str)
SourceId = NewType("SourceId", str)
LevelId = NewType("LevelId", str)
UnitId = NewType("UnitId", str)
"""What a source reports on: a box, or an area if the source reports areas."""

BOX_LEVEL = LevelId("box")
WITHDRAWALS_MAX_PCT, WITHDRAWALS_MIN = 1, 3
"""How much one table of a source may take away where its night does not say (`Source`)."""

Names = Mapping[str, str]
"""A name in other languages, by language code; the plain name is used where a language is missing."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party; `colour` is a CSS hex colour or empty."""

    id: str
    name: str
    names: Names
    colour: str


@dataclass(frozen=True, slots=True)
class Alliance:
    """Several parties that stand behind one choice."""

    id: str
    name: str
    names: Names


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be voted for: a candidate, a list, yes or no. `main` choices decide the contest."""

    id: ChoiceId
    name: str
    short: str
    names: Names
    party: str | None
    alliance: str | None
    colour: str
    symbol: str
    main: bool
    stands_in: frozenset[AreaId] | None
    """Areas where it is on the paper; None: everywhere."""


@dataclass(frozen=True, slots=True)
class Contest:
    """One question put to the voters under the area `area`.

    `seats` choices are elected; `marks` is how many choices one voter may mark.
    """

    id: ContestId
    name: str
    names: Names
    area: AreaId
    kind: str
    seats: int
    marks: int
    source: SourceId
    choices: tuple[Choice, ...]

    def position(self, choice: ChoiceId) -> int | None:
        """Where the choice stands on the paper, or None if it does not."""
        for place, candidate in enumerate(self.choices):
            if candidate.id == choice:
                return place
        return None


@dataclass(frozen=True, slots=True)
class Area:
    """A place that totals are made for; `level` is one of the night's levels, root first."""

    id: AreaId
    name: str
    short: str
    level: LevelId
    parent: AreaId | None
    side: str
    tile: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Box:
    """A ballot box; `registered` voters on the night's register, None where there is no register."""

    id: BoxId
    area: AreaId
    registered: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """Who counts: it reports boxes, or areas of one level; its figures are never mixed with another's."""

    id: SourceId
    name: str
    names: Names
    level: LevelId
    simulated: bool
    stall_after_s: int | None
    withdrawals_max_pct: int = WITHDRAWALS_MAX_PCT
    """Most boxes of a contest that one table of this source may take away, in percent of those that stand;
    more looks like a download cut short, and a person decides."""
    withdrawals_min: int = WITHDRAWALS_MIN
    """So many boxes one table may take away in any case."""


@dataclass(frozen=True, slots=True)
class CheckRule:
    """How a night treats one check: level E, Q, W or off, and its thresholds (percent, votes, counts)."""

    level: str
    thresholds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OutstandingRule:
    """What the law allows beyond the register, so that the bound of what is still out is a true one."""

    slack_per_box: int = 0
    voters_max_without_register: int = 0
    unexpected_boxes: int = 0
    unexpected_box_voters: int = 0


@dataclass(frozen=True, slots=True)
class EmbargoRule:
    """The ban on publishing: nothing before `closed_until`, bulletins only until `law_opens_at`, then all."""

    closed_until: datetime | None
    law_opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallRule:
    """How a night lets one rule speak: whether at all, how many different people sign, and its numbers."""

    on: bool
    people: int
    """0: it publishes by itself; 1 or 2: so many different people of the desk approve first."""
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class GuardRule:
    """How a night sets one guard: whether it is asked, and its numbers."""

    on: bool
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AlertRules:
    """From what size on something is told; with the hysteresis that bounds how often.

    `lead_change_votes`: a new leader must lead by more than this, doubled after every third lead change told;
    `band_leave_permille` is added to the recount band before it counts as left; `correction_votes` is the
    smallest move of the margin by one correction that is told; `skew_points` by how many points the mix of a
    source that resumed must differ.
    """

    counted_pct: tuple[int, ...] = (10, 25, 50, 75, 90, 95, 99, 100)
    lead_change_votes: int = 200
    band_leave_permille: int = 1
    correction_votes: int = 500
    disagree_votes: int = 200
    skew_points: int = 5
    stall_after_s: int = 1800
    """For a source that sets none of its own."""


@dataclass(frozen=True, slots=True)
class ReplayRule:
    """How the night's recording is played where nobody says otherwise."""

    speed: int = 60
    """How many times faster than it was heard."""
    gap_max_s: int | None = None
    """A longer silence plays as one of so many recorded seconds; None: as long as it was."""


@dataclass(frozen=True, slots=True)
class GeometryRule:
    """What the night says of the shapes of its areas: whose they are, and how a feature names its area."""

    attribution: str
    """Whom the shapes are from, as it must stand under a map."""
    attribution_url: str = ""
    key: str = ""
    """The property of a feature that holds the area's id; empty: the feature's id, else its property `id`."""
    layer: str = ""
    """The object of a TopoJSON file; empty: the only one."""
    without: tuple[AreaId, ...] = ()
    """Areas that have no shape, such as the votes from abroad."""


@dataclass(frozen=True)
class Night:
    """Everything known about an election before the first paper is heard."""

    id: NightId
    name: str
    names: Names
    date: date
    time_zone: str
    simulated: bool
    simulated_what: str
    simulated_whats: Names
    seed: int | None
    polls_close_at: datetime | None
    parent: NightId | None
    levels: tuple[LevelId, ...]
    shown_levels: tuple[LevelId, ...]
    parties: Mapping[str, Party]
    alliances: Mapping[str, Alliance]
    contests: Mapping[ContestId, Contest]
    areas: Mapping[AreaId, Area]
    boxes: Mapping[BoxId, Box]
    sources: Mapping[SourceId, Source]
    states: Mapping[str, bool]
    """Paper states and whether a paper in that state may be counted; `counted` is always there."""
    checks: Mapping[str, CheckRule]
    outstanding: OutstandingRule
    embargo: EmbargoRule
    lead_from_counted_pct: int
    recount_band_permille: int
    calls: Mapping[str, CallRule]
    """By rule; a rule that is not here does not speak."""
    guards: Mapping[str, GuardRule]
    alerts: AlertRules
    replay: ReplayRule
    parent_votes: Mapping[ContestId, Mapping[BoxId, tuple[int, ...]]]
    """The parent night's votes per choice (in the order of the contest), where they are known."""
    digest: str
    """SHA-256 (hex) over the folder's facts: two processes with different digests do not work together."""
    geometry: GeometryRule | None = None
    """None: no map. The shapes themselves are no fact of the count, and only who shows them reads them."""

    @cached_property
    def leaf_level(self) -> LevelId:
        """The level that boxes hang under."""
        return self.levels[-1]

    @cached_property
    def lines(self) -> Mapping[AreaId, tuple[AreaId, ...]]:
        """For each area the area itself and everything above it, up to the root."""
        found: dict[AreaId, tuple[AreaId, ...]] = {}
        for area in self.areas:
            line: list[AreaId] = []
            at: AreaId | None = area
            while at is not None:
                line.append(at)
                at = self.areas[at].parent
            found[area] = tuple(line)
        return found

    @cached_property
    def areas_of_level(self) -> Mapping[LevelId, tuple[AreaId, ...]]:
        """The areas of each level, in the night's order."""
        return {
            level: tuple(area.id for area in self.areas.values() if area.level == level)
            for level in self.levels
        }

    def units(self, contest: Contest, source: Source) -> tuple[UnitId, ...]:
        """Every unit this source may report in this contest: its boxes, or its areas of one level."""
        if source.level == BOX_LEVEL:
            return tuple(
                UnitId(box.id) for box in self.boxes.values() if contest.area in self.lines[box.area]
            )
        return tuple(
            UnitId(area) for area in self.areas_of_level[source.level] if contest.area in self.lines[area]
        )

    def area_of(self, source: Source, unit: UnitId) -> AreaId | None:
        """The area a unit belongs to (for an area-level source: itself), or None if there is no such unit."""
        if source.level == BOX_LEVEL:
            box = self.boxes.get(BoxId(unit))
            return None if box is None else box.area
        area = self.areas.get(AreaId(unit))
        return area.id if area is not None and area.level == source.level else None

    def stands(self, choice: Choice, area: AreaId) -> bool:
        """Whether the choice is on the paper in this area, or in a part of it."""
        if choice.stands_in is None or any(above in choice.stands_in for above in self.lines[area]):
            return True
        return any(area in self.lines[place] for place in choice.stands_in)
