"""The boxes of which two counts say different things, and what that does to the margin: made on demand.

    facts = await apart.get("mayor")        the bytes of /apart/mayor.json, once a version for everybody

The published count is compared with every other that tells of boxes; where it tells of areas itself, the
first that tells of boxes takes its place. What a difference is, is said by `election.sources` alone.

Know before changing: like `box_tables` this reads the store when somebody asks, and whether figures may be
told is asked of what is shown when the answer is written. While the ban holds the store is not even asked.
The counts are read one after the other; each is of one version, which is said, and where they are not of the
same one they are read again, `TRIES` times in all.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from election.checks import main_pair
from election.errors import UsageError
from election.night import BOX_LEVEL, BoxId, Contest, ContestId, Night, SourceId, UnitId
from election.sources import Difference, differences
from election.tally import Statement
from election.wire.frames import Json, dumps
from election.wire.keys import UNIT_FIXED, unpack_unit
from web.box_tables import AGAIN_AFTER_S, BOXES_MAX, Read
from web.exports.shown import Shown
from web.held import Boxes
from web.kept import Kept, digest, kept
from web.workshop import Order, Position, Workshop

SHOWN_MAX = 10
"""Most boxes told of each pair of counts, those with the largest effect on the margin."""
TRIES = 3
"""How often the counts are read so that all are of one version; then each is of its own."""
VOTES_FROM = 8 * len(UNIT_FIXED)
"""Where the votes begin in what the store holds of a box."""


@dataclass(frozen=True, slots=True)
class Line:
    """Two counts: how many boxes both hold, and those that they hold differently, largest effect first."""

    both: int
    found: tuple[Difference, ...]

    @property
    def effect_votes(self) -> int:
        """What all the differences together do to the margin, by the second count."""
        return sum(one.effect_votes for one in self.found)


def line(ours: Boxes, theirs: Boxes, places: tuple[int, int]) -> Line:
    """Two counts of the same boxes. Only boxes whose stored votes differ are taken apart, for most agree."""
    both = ours.rows.keys() & theirs.rows.keys()
    apart = [unit for unit in both if ours.rows[unit][VOTES_FROM:] != theirs.rows[unit][VOTES_FROM:]]
    found = differences(_papers(ours, apart), _papers(theirs, apart), places)
    return Line(len(both), tuple(found))


def _papers(boxes: Boxes, units: list[bytes]) -> Mapping[UnitId, Statement]:
    return {UnitId(unit.decode()): unpack_unit(boxes.rows[unit]) for unit in units}


def places_of(contest: Contest, order: list[str] | None) -> tuple[int, int] | None:
    """The two choices whose margin is meant: the main ones, else those at the line; None without either."""
    pair = main_pair(contest)
    if pair is not None or not order or len(order) <= contest.seats:
        return pair
    known = [str(choice.id) for choice in contest.choices]
    return known.index(order[contest.seats - 1]), known.index(order[contest.seats])


class Apart:
    """Makes the comparison of each contest, and keeps it."""

    def __init__(
        self, night: Night, read: Read, shown: Callable[[ContestId], Shown], workshop: Workshop
    ) -> None:
        self._night, self._read, self._shown, self._workshop = night, read, shown, workshop
        self._boxed = tuple(one.id for one in night.sources.values() if one.level == BOX_LEVEL)

    async def get(self, contest: ContestId) -> Kept:
        """The facts as JSON; OutsideError where the store does not answer, UsageError for too many boxes."""
        if self._shown(contest).snapshot["counted"]["boxes_total"] > BOXES_MAX:
            raise UsageError(
                f"contest: {contest} has more than {BOXES_MAX} boxes; they are not compared here."
            )

        async def make() -> tuple[Kept, Position]:
            held = await self._held(contest) if self._shown(contest).is_open else {}
            shown = self._shown(contest)
            return await asyncio.to_thread(self._write, shown, held), _position(shown)

        name = f"apart {contest}"
        order = Order(
            name, f"boxes of {contest}", lambda: _position(self._shown(contest)), make, AGAIN_AFTER_S
        )
        return await self._workshop.get(order)

    def sources(self, contest: ContestId) -> tuple[SourceId, ...]:
        """The counts that are compared: the first with each of the others."""
        own = self._night.contests[contest].source
        return tuple(sorted(self._boxed, key=lambda source: source != own))

    async def _held(self, contest: ContestId) -> dict[SourceId, Boxes]:
        held: dict[SourceId, Boxes] = {}
        sources = self.sources(contest)
        if len(sources) < 2:
            return held
        for _ in range(TRIES):
            held = {source: await self._read(contest, source) for source in sources}
            if len({(boxes.epoch, boxes.version) for boxes in held.values()}) == 1:
                break
        return held

    def _write(self, shown: Shown, held: Mapping[SourceId, Boxes]) -> Kept:
        s, contest, sources = shown.snapshot, shown.contest, self.sources(shown.contest.id)
        places = places_of(contest, s.get("order"))
        facts: Json = {
            "v": 1, "mode": s["mode"], "night": s["night"], "contest": contest.id, "epoch": s["epoch"],
            "version": s["version"], "at": s["at"], "simulated": s["simulated"],
            "embargo": {"state": s["embargo"]["state"]}, "source": next(iter(sources), None),
            "first": contest.choices[places[0]].id if places else None,
            "second": contest.choices[places[1]].id if places else None,
            "areas_only": [one.id for one in self._night.sources.values() if one.level != BOX_LEVEL],
            "pairs": [],
        }  # fmt: skip
        if shown.is_open and held and places is not None:
            mine = held[sources[0]]
            facts["pairs"] = [
                {"source": other, **self._pair(contest, mine, held[other], places)} for other in sources[1:]
            ]
        body = dumps(facts)
        return kept(digest(body), body)

    def _pair(self, contest: Contest, mine: Boxes, theirs: Boxes, places: tuple[int, int]) -> Json:
        found = line(mine, theirs, places)
        return {
            "versions": [mine.version, theirs.version], "held": [len(mine.rows), len(theirs.rows)],
            "both": found.both, "differ": len(found.found), "effect_votes": found.effect_votes,
            "boxes": [self._box(contest, one) for one in found.found[:SHOWN_MAX]],
        }  # fmt: skip

    def _box(self, contest: Contest, one: Difference) -> Json:
        choices = [str(choice.id) for choice in contest.choices]
        night, box = self._night, self._night.boxes[BoxId(one.unit)]
        level = night.shown_levels[-1]
        area = next((area for area in night.lines[box.area] if night.areas[area].level == level), box.area)
        return {
            "box": box.id, "name": box.name, "area": area, "effect_votes": one.effect_votes,
            "ours": dict(zip(choices, one.ours.votes, strict=True)),
            "theirs": dict(zip(choices, one.theirs.votes, strict=True)),
        }  # fmt: skip


def _position(shown: Shown) -> Position:
    s = shown.snapshot
    return f"{s['epoch']}:{s['embargo']['state']}", str(s["version"])
