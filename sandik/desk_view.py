"""What the desk is shown of a whole night, made anew whenever the gateway asks: `web.desk_feed.DeskSource`.

    view = make(folder, environment)
    shown = await view.look()           the `d` of a desk frame (docs/reference/protocol.md, The desk)

Know before changing: this runs in the gateway's own loop, beside thousands of clients. It reads in pieces and
lets go of the loop between them; what costs most, the papers held back and the deliveries, is read again only
when it has moved, or after some seconds.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_
from typing import Any

from election.errors import SandikError, UsageError
from election.night import ContestId, SourceId, UnitId
from election.wire.delivered import DEAD, Delivery
from election.wire.records import stamp
from producers.settings import Settings as Producing
from sandik import desk_alerts, folders
from sandik.deciding import Room
from sandik.desk import Case
from sandik.desk_contest import contest_json
from sandik.desk_pace import Pace
from sandik.desk_papers import quarantine_json
from sandik.desk_reading import Read, Readings
from streams.ledger import Ledger
from streams.settings import Settings as Counting

Json = dict[str, Any]
AWAY_WITHIN_S = 3.0
"""How long a store that does not answer is asked before the desk is told so."""
AGAIN_S = 3.0
"""After so long the papers held back are read again even where their number is the same."""
LEDGER_AGAIN_S = 2.0


@dataclass
class _Papers:
    """The papers held back of one contest, as they were read last."""

    key: object = None
    at_s: float = 0.0
    held: Mapping[SourceId, Mapping[UnitId, bytes]] = field(default_factory=dict)


class DeskView:
    """One night's desk, for the pages that follow it."""

    def __init__(
        self, folder: folders.Folder, producing: Producing, counting: Counting, speed: float = 0
    ) -> None:
        """Makes ready what is the same all night. `speed` is a replay's; 0: not known."""
        counting = with_(counting, outside_within_s=AWAY_WITHIN_S)
        self._night, self._speed = folder.night, speed
        self.room = Room(folder, producing, counting)
        self._readings, self._pace = Readings(self.room), Pace()
        self.ledger = Ledger(folder.night, self.room.scope, counting)
        self._tries_max = len(counting.waits_s)
        self._papers = {contest: _Papers() for contest in folder.night.contests}
        self._sent: dict[ContestId, Sequence[Delivery]] = {}
        self._sent_at_s = float("-inf")

    async def close(self) -> None:
        """Gives the connections back."""
        await self.room.store.close()
        await self.ledger.close()

    async def look(self) -> Json:
        """All of it, as it is now. Raises SandikError: the store is away, or holds what does not follow."""
        reads = {}
        for contest in self._night.contests:
            reads[contest] = await self._readings.read(contest)
            await asyncio.sleep(0)
        await self._read_deliveries()
        contests = []
        for contest, read in reads.items():
            made = contest_json(read.case, read.rulings, self._told_to(contest))
            held = await self._held(contest, read)
            contests.append(made | {"quarantine": quarantine_json(read.case, held, read.rulings)})
            await asyncio.sleep(0)
        return (
            self._head(reads.values())
            | {"contests": contests, "sources": self._sources(reads)}
            | self._told(reads)
        )

    def _head(self, reads: Iterable[Read]) -> Json:
        night, scope = self._night, self.room.scope
        times = [read.case.at for read in reads if read.case.at is not None]
        now = self.room.clock() if scope.mode == "live" else max(times, default=None)
        targets = len({one.target for found in self._sent.values() for one in found})
        return {
            "night": night.id, "date": night.date.isoformat(), "time_zone": night.time_zone,
            "mode": scope.mode, "session": scope.session, "simulated": night.simulated,
            "speed": self._speed or None, "at": None if now is None else stamp(now),
            "channels": {"all": targets, "live": targets if scope.mode == "live" else 0},
        }  # fmt: skip

    # What is held back.

    async def _held(self, contest: ContestId, read: Read) -> Mapping[SourceId, Mapping[UnitId, bytes]]:
        kept, now_s = self._papers[contest], time.monotonic()
        key = (read.epoch, tuple(sorted(read.held.items())), len(read.rulings))
        if key != kept.key or now_s - kept.at_s > AGAIN_S:
            held = {
                source: await self.room.looks.held_back(contest, source)
                for source, many in read.held.items()
                if many
            }
            self._papers[contest] = kept = _Papers(key, now_s, held)
        return kept.held

    # What was told, and to whom.

    async def _read_deliveries(self) -> None:
        if time.monotonic() - self._sent_at_s < LEDGER_AGAIN_S:
            return
        for contest in self._night.contests:
            self._sent[contest] = list(
                {one.key: one async for one in self.ledger.deliveries(contest)}.values()
            )
        self._sent_at_s = time.monotonic()

    def fresh(self) -> None:
        """Somebody changed a delivery: the ledger is read again at the next look."""
        self._sent_at_s = float("-inf")

    def _told_to(self, contest: ContestId) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self._sent[contest]:
            found[one.fact] = found.get(one.fact, 0) + one.tried
        return found

    def _told(self, reads: Mapping[ContestId, Read]) -> Json:
        mode, alerts = self.room.scope.mode, list[Json]()
        facts = {contest: {fact.id: fact for fact in read.case.facts} for contest, read in reads.items()}
        for contest, read in reads.items():
            dead = [one for one in self._sent[contest] if one.state == DEAD]
            alerts += desk_alerts.alerts_of(contest, read.case.facts, dead, read.rulings, mode)
        every = [(contest, one) for contest, found in self._sent.items() for one in found]
        shown = desk_alerts.shown(every)
        return {
            "alerts": desk_alerts.newest(alerts), "open": sum(map(desk_alerts.waits, alerts)),
            "deliveries": [
                desk_alerts.delivery_json(contest, one, facts[contest].get(one.fact), self._tries_max)
                for contest, one in shown
            ],
            "dead": sum(one.state == DEAD for _, one in every), "more_deliveries": len(every) - len(shown),
        }  # fmt: skip

    # Who counts.

    def _sources(self, reads: Mapping[ContestId, Read]) -> list[Json]:
        return [
            self._source(contest, place, read.case)
            for contest, read in reads.items()
            for place in range(len(read.case.view.counts))
        ]

    def _source(self, contest: ContestId, place: int, case: Case) -> Json:
        view = case.view
        one = view.counts[place]
        silence = view.silences[one.source.id]
        boxes = one.units if one.claimed_boxes is None else one.claimed_boxes
        spoke = one.last_at is not None
        return {
            "id": one.source.id, "contest": contest, "name": one.source.name, "names": dict(one.source.names),
            "level": one.source.level, "simulated": one.source.simulated, "published": one.published,
            "boxes": boxes, "boxes_total": view.seen.boxes_total, "units": one.units,
            "units_total": one.units_total, "claimed": one.claimed_boxes,
            "last_at": None if one.last_at is None else stamp(one.last_at),
            "silent_s": silence.for_s if spoke else None, "limit_s": silence.limit_s,
            "stalled": silence.stalled and (one.published or spoke), "finished": silence.finished,
            "a_minute": silence.pace,
            "pace": self._pace.note(time.monotonic(), (one.source.id, contest), boxes),
        }  # fmt: skip


def make(folder: folders.Folder, environment: Mapping[str, str], speed: float = 0) -> DeskView:
    """The desk's view in this environment. Raises SandikError for settings that cannot be read."""
    try:
        return DeskView(folder, Producing.read(environment), Counting.read(environment), speed)
    except UsageError as error:
        raise SandikError(f"The desk cannot be shown by this gateway: {error}") from error
