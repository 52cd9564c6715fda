"""Builds the View that rules and guards are shown, from totals by source; what a night fixes is made once.

    lookout = Lookout(night, contest, "replay")
    view = lookout.view(known, now)             `known`: a ContestState, or anything with its four facts

Know before changing: it knows no bytes and no frames, so that frames may know the rules. It has no clock:
`now` is the clock in live mode and the newest thing heard otherwise, and two calls with the same arguments
make equal views.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from election.calls.verdict import Silence, Then, View
from election.embargo import embargo
from election.night import BOX_LEVEL, AreaId, Contest, Night, Source, SourceId
from election.outstanding import registers
from election.sources import Count, count
from election.standing import standing
from election.tally import Row, nothing, then_of


class Known(Protocol):
    """What must be known of a contest; `wire.frames.ContestState` is one."""

    @property
    def version(self) -> int:
        """The version of the totals."""

    @property
    def lifted_at(self) -> datetime | None:
        """The hour from which the council's ruling lifts the embargo."""

    @property
    def rows(self) -> Mapping[SourceId, Mapping[AreaId, Row]]:
        """Every source's totals by area."""

    @property
    def last_at(self) -> Mapping[SourceId, datetime]:
        """When each source was last heard, in night time."""


class Lookout:
    """Sees one contest: facts of the night are worked out once, an area again only when its total moved."""

    def __init__(self, night: Night, contest: Contest, mode: str) -> None:
        self.night, self.contest, self.mode = night, contest, mode
        self.registers = registers(night, contest)
        leaves = night.areas_of_level[night.leaf_level]
        self.areas = tuple(area for area in leaves if contest.area in night.lines[area])
        boxes = [box for box in night.boxes.values() if contest.area in night.lines[box.area]]
        self.largest_box = max((box.registered or 0 for box in boxes), default=0)
        self._boxes_total = len(boxes)
        self._units = {source.id: len(night.units(contest, source)) for source in night.sources.values()}
        self.nothing: Row = nothing(contest, night)
        self._then_total, self._then_boxes = _parent_totals(night, contest, self.areas)
        self.known_then = tuple(self._then_total)
        """Leaf areas that the parent night knows."""
        sums = zip(*self._then_total.values(), strict=True)
        self._whole_total = tuple(map(sum, sums)) if self._then_total else None

    def view(self, known: Known, now: datetime | None) -> View:
        """Everything known of the contest now (night time; None: nothing has happened yet)."""
        night, contest = self.night, self.contest
        rows = known.rows.get(contest.source, {})
        root = rows.get(contest.area, self.nothing)
        counts = [self._count(known, source) for source in night.sources.values()]
        return View(
            night=night,
            contest=contest,
            mode=self.mode,
            version=known.version,
            now=now,
            ban=embargo(night.embargo, known.lifted_at, now),
            seen=standing(contest.area, root, contest, night, self.registers),
            rows=rows,
            registers=self.registers,
            areas=self.areas,
            counts=counts,
            silences={one.source.id: self._silence(one, now) for one in counts},
            then=Thens(self, rows),
            whole_then=self._whole_then(root),
            largest_box=self.largest_box,
        )

    def _count(self, known: Known, source: Source) -> Count:
        row = known.rows.get(source.id, {}).get(self.contest.area, self.nothing)
        units = self._units[source.id]
        return count(self.contest, source, self.night, row, units, known.last_at.get(source.id))

    def _silence(self, one: Count, now: datetime | None) -> Silence:
        """A source is waited for from the close of polls, and from then on since it last spoke."""
        began = self.night.polls_close_at
        since = one.last_at if began is None or one.last_at is None else max(began, one.last_at)
        since = since or began
        limit_s = one.source.stall_after_s
        told = one.units if one.claimed_boxes is None else one.claimed_boxes
        return Silence(
            source=one.source.id,
            for_s=0 if now is None or since is None else max(0, int((now - since).total_seconds())),
            limit_s=self.night.alerts.stall_after_s if limit_s is None else limit_s,
            finished=self._finished(one),
            pace=_pace(told, began, one.last_at),
        )

    def _finished(self, one: Count) -> bool:
        """Every box is counted; of an area feed that claims boxes, every box claimed."""
        if one.source.level != BOX_LEVEL and one.claimed_boxes:
            return one.claimed_boxes >= self._boxes_total
        return one.units >= one.units_total

    def then(self, area: AreaId, row: Row) -> Then | None:
        """The parent night over the same boxes of one leaf area; None where it is not known from then."""
        total = self._then_total.get(area)
        same = then_of(row, self.contest, self.night)
        if total is None or same is None:
            return None
        return Then(same[0], self._then_boxes[area], same[1], same[2], total)

    def _whole_then(self, row: Row) -> Then | None:
        """The same of the whole contest, from its own total."""
        same = then_of(row, self.contest, self.night)
        if same is None or self._whole_total is None:
            return None
        return Then(same[0], sum(self._then_boxes.values()), same[1], same[2], self._whole_total)


class Thens(Mapping[AreaId, Then]):
    """The parent night by leaf area, each worked out when it is first asked for: most views ask for none."""

    def __init__(self, lookout: Lookout, rows: Mapping[AreaId, Row]) -> None:
        self._lookout, self._rows = lookout, rows
        self._made: dict[AreaId, Then] = {}

    def __getitem__(self, area: AreaId) -> Then:
        """Raises KeyError for an area that is not known from then."""
        found = self._made.get(area)
        if found is None:
            found = self._lookout.then(area, self._rows.get(area, self._lookout.nothing))
            if found is None:
                raise KeyError(area)
            self._made[area] = found
        return found

    def __iter__(self) -> Iterator[AreaId]:
        """Leaf areas that are known from then, in the night's order."""
        return iter(self._lookout.known_then)

    def __len__(self) -> int:
        """How many they are."""
        return len(self._lookout.known_then)


def _pace(boxes: int, began: datetime | None, last_at: datetime | None) -> float | None:
    """Boxes a minute from the close of polls to the last that was heard; None where that cannot be said."""
    if began is None or last_at is None or last_at <= began:
        return None
    return round(60 * boxes / (last_at - began).total_seconds(), 1)


def _parent_totals(
    night: Night, contest: Contest, areas: tuple[AreaId, ...]
) -> tuple[dict[AreaId, tuple[int, ...]], dict[AreaId, int]]:
    """The parent night's votes by leaf area and how many boxes they are of; empty without a parent."""
    votes: dict[AreaId, list[int]] = {}
    boxes: dict[AreaId, int] = {}
    for box, then in night.parent_votes.get(contest.id, {}).items():
        area = night.boxes[box].area
        total = votes.setdefault(area, [0] * len(contest.choices))
        boxes[area] = boxes.get(area, 0) + 1
        for place, many in enumerate(then):
            total[place] += many
    known = [area for area in areas if area in votes]
    return {area: tuple(votes[area]) for area in known}, {area: boxes[area] for area in known}
