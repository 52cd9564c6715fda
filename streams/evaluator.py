"""Asks what there is to tell of a contest at each of its versions, and puts it into the topic of facts told.

    await Evaluator(night, contest, scope, settings, store, send, told_end).run()      never returns

One evaluator a contest: the worker that holds the partition of `…told`, so that it knows how much of what was
told is not in the store yet (docs/decisions). It looks at the totals, the
rulings and what was told already, all at one version; `election.teller` says what is new; that is sent, and
nothing further is asked until the store has it.

Know before changing: a worker that is wrong about being the evaluator does no harm: the store accepts a fact
only after the one that it names as the last (`lua/tell.lua`). And a store that is being made again from the
log is not asked about before it has come as far as the fact told last had seen.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from election.alerts import Told
from election.calls.lookout import Lookout
from election.calls.verdict import View
from election.errors import OutsideError, RecordError, SandikError
from election.memory import Memory
from election.night import AreaId, Contest, ContestId, Night, SourceId
from election.tally import Row
from election.teller import Teller
from election.wire.frames import ContestState
from election.wire.records import Ruling, read_time
from election.wire.records import decode as decode_record
from election.wire.told import decode, encode, held
from election.wire.topics import Scope, ruling_key
from streams.answers import Looked
from streams.looking import Looks
from streams.settings import Settings
from streams.share import Share
from streams.spans import partition_name
from streams.store import Store

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
"""Longest wait for a newer version: what hangs on the clock (a silent source, the ban's hour) is seen by
then, and by when the share of looking allows it (`share`)."""
BETWEEN_LOOKS_S = 0.05
"""Shortest time between two looks, so that a night counted at full speed is not slowed by being watched."""
IDLE_S = 0.2
"""How often a worker asks whether it has become the evaluator."""
WAITS_S = 10.0
"""How long it keeps still behind what was told last before it says so."""
_NONE: tuple[bytes, Row] = (b"", ())
"""An area of which nothing was read yet."""

ToldEnd = Callable[[], int | None]
"""The end of the topic of what was told, or None: this worker does not hold it, or does not know yet."""
Send = Callable[[str, bytes, bytes], Awaitable[int]]
"""Sends a value with a key to a topic; returns its offset when the broker has it."""


class OddFactError(SandikError):
    """What the store holds as told cannot be summed up: another version of this program wrote it."""


class Evaluator:
    """Watches one contest."""

    def __init__(
        self, night: Night, contest: ContestId, scope: Scope, settings: Settings,
        store: Store, send: Send, told_end: ToldEnd, share: Share,
    ) -> None:  # fmt: skip
        self.night, self.contest, self.scope, self.settings = night, contest, scope, settings
        self._store, self._looks = store, Looks(store)
        self._send, self._told_end, self._share = send, told_end, share
        of = night.contests[contest]
        self._lookout = Lookout(night, of, scope.mode)
        self._areas = wanted_areas(night, of)
        self._rows: dict[tuple[SourceId, AreaId], tuple[bytes, Row]] = {}
        self._forget()

    def _forget(self) -> None:
        """Begins again from what the store holds."""
        self.teller = Teller(self.night, self.night.contests[self.contest], self.scope.name)
        self.rulings: list[Ruling] = []
        self._seen: tuple[object, ...] = ()
        self._epoch: str | None = None
        self._positions: Mapping[str, int] = {}
        self._waits_since_s: float | None = None

    @property
    def memory(self) -> Memory:
        """What was told so far."""
        return self.teller.memory

    async def run(self) -> None:
        """Watches until something raises."""
        version = 0
        while True:
            if self._told_end() is None:
                self._forget()
                await asyncio.sleep(IDLE_S)
                continue
            try:
                version = await self.step()
            except (RecordError, OddFactError) as error:
                # It is damaged in the store: calls and alerts wait for a rebuild; the count goes on.
                log.error("%s: nothing is told: %s", self.contest, error)
                self._forget()
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            await asyncio.sleep(max(BETWEEN_LOOKS_S, self._share.wait_s()))
            await self._looks.newer(self.contest, version, LOOK_AGAIN_S)

    async def step(self) -> int:
        """One look, and what it gives rise to; returns the version looked at."""
        for areas in ({}, self._areas):  # totals last: a country's are megabytes, and mostly there is no need
            looked = await self._look(areas)
            version, now = int(looked.meta.get("version", "0")), self._now(looked)
            seen = (looked.meta.get("epoch"), version, now)
            if seen == self._seen or not self._caught_up(looked):
                return version
        self._seen = seen
        began_s = time.thread_time()
        view = self._lookout.view(self._state(looked), now)
        behind = await self._behind(view, looked)
        told = self.teller.tell(view, self._logged(looked), self.rulings, behind=behind)
        self._share.spend(time.thread_time() - began_s)
        records = self._records(told)
        for record in records:
            offset = await self._send(self.scope.topic("told"), ruling_key(self.contest), record)
        if records:
            await self._until_applied(offset)
            self._seen = ()
        elif not told:
            await self._looks.evaluated(self.contest, looked.meta.get("epoch", ""), version)
        return version

    def _records(self, told: Sequence[Told]) -> list[bytes]:
        """The facts as they are sent, up to one that would be refused where it is taken in.

        That one would be made again at every look, and fill the log; what comes after it names it.
        """
        made = list[bytes]()
        for fact in told:
            record = encode(fact, self.scope)
            try:
                decode(record, self.scope)
            except RecordError as error:
                log.error(
                    "%s: %s %.60s cannot be told, nor what comes after it (%s). Please report it.",
                    self.contest, fact.kind, fact.key, error,
                )  # fmt: skip
                break
            made.append(record)
        return made

    async def _look(self, areas: Mapping[SourceId, Sequence[AreaId]]) -> Looked:
        """What the store holds now, with the totals of these areas, and with what is new taken in.

        From the beginning in a new life of it.
        """
        while True:
            memory = self.memory
            looked = await self._looks.look(self.contest, areas, len(self.rulings), memory.seq)
            told_seq, epoch = int(looked.meta.get("told_seq", "0")), looked.meta.get("epoch", "")
            if (
                self._epoch not in (None, epoch)
                or told_seq < memory.seq
                or (told_seq == memory.seq and looked.meta.get("told", "") != memory.last)
            ):
                self._forget()
                continue
            self._epoch = epoch
            for value in looked.told:
                fact = held(value, self.scope)
                if not self.teller.take(fact):
                    raise OddFactError(
                        f"Fact {fact.seq} of {self.contest} ({fact.kind}) does not follow what was told "
                        "before it. Type sandik verify --rebuild to make the store from the log again."
                    )
                self._positions = fact.positions
            for value in looked.rulings:
                record = decode_record(value, self.scope)
                if isinstance(record, Ruling):
                    self.rulings.append(record)
            return looked

    def _caught_up(self, looked: Looked) -> bool:
        """Whether the store has all that was told, and totals at least as new as those it was told of."""
        name = partition_name(self.scope.topic("told"), 0)
        end = self._told_end()
        if end is None or looked.offsets.get(name, 0) < end:
            return False
        behind = [name for name, at in self._positions.items() if looked.offsets.get(name, 0) < at]
        if behind:
            self._say_why(behind[0], looked)
        else:
            self._waits_since_s = None
        return not behind

    def _say_why(self, name: str, looked: Looked) -> None:
        """Says now and then that nothing is told: a log that has lost records may never come so far again."""
        now_s = time.monotonic()
        if self._waits_since_s is None:
            self._waits_since_s = now_s
        if now_s - self._waits_since_s >= WAITS_S:
            log.warning(
                "%s: nothing is told before %s is counted up to offset %d, as it was when something was told "
                "last; it is counted up to %d",
                self.contest, name, self._positions[name], looked.offsets.get(name, 0),
            )  # fmt: skip

    def _logged(self, looked: Looked) -> dict[str, int]:
        """How far the log of reports and of rulings was counted."""
        logs = tuple(f"{self.scope.topic(what)}/" for what in ("reports", "rulings"))
        return {name: at for name, at in sorted(looked.offsets.items()) if name.startswith(logs)}

    async def _behind(self, view: View, looked: Looked) -> bool:
        """Whether a silence may be our own: after an outage of the workers the log has what was said then.

        Only a live night has another clock than what is counted, and only a silence makes it worth asking.
        """
        if self.scope.mode != "live" or not any(one.stalled for one in view.silences.values()):
            return False
        reports = f"{self.scope.topic('reports')}/"
        ends, counted = (
            {name: at for name, at in found.items() if name.startswith(reports)}
            for found in (await self._looks.ends(self.contest), looked.offsets)
        )
        known = bool(ends) and counted.keys() <= ends.keys()
        return not known or any(counted.get(name, 0) < end for name, end in ends.items())

    def _state(self, looked: Looked) -> ContestState:
        meta = looked.meta
        return ContestState(
            epoch=meta.get("epoch", ""),
            version=int(meta.get("version", "0")),
            at=_time(meta.get("at", "")),
            lifted_at=_time(meta.get("lifted_at", "")),
            rows={source: self._unpacked(source, rows) for source, rows in looked.rows.items()},
            last_at={source: read_time(at, "heard_at") for source, at in looked.heard.items()},
        )

    def _unpacked(self, source: SourceId, rows: Mapping[AreaId, bytes]) -> dict[AreaId, Row]:
        """Totals as numbers; one that did not move is the very same as before, which saves asking again."""
        moved = [area for area, packed in rows.items() if self._rows.get((source, area), _NONE)[0] != packed]
        if moved:
            # All at once: a country's thirty thousand one by one would take most of a look.
            totals = np.frombuffer(b"".join(rows[area] for area in moved), "<f8").reshape(len(moved), -1)
            for area, row in zip(moved, totals.astype(np.int64).tolist(), strict=True):
                self._rows[source, area] = (rows[area], tuple(row))
        return {area: self._rows[source, area][1] for area in rows}

    def _now(self, looked: Looked) -> datetime | None:
        """The clock of a live night, in whole seconds; otherwise the newest thing heard is now."""
        if self.scope.mode == "live":
            return datetime.now(UTC).replace(microsecond=0)
        return _time(looked.meta.get("at", ""))

    async def _until_applied(self, offset: int) -> None:
        """Returns when the store has come past this offset of what was told."""
        name = partition_name(self.scope.topic("told"), 0)
        deadline = time.monotonic() + self.settings.outside_within_s
        while True:
            stored = (await self._store.positions([name]))[name]
            if stored > offset:
                return
            if time.monotonic() > deadline:
                raise OutsideError(
                    f"What was told of {self.contest} at offset {offset} of {name} is not in the store after "
                    f"{self.settings.outside_within_s:g} s: see that every worker runs (sandik doctor)."
                )
            await asyncio.sleep(BETWEEN_LOOKS_S / 5)


def _time(text: str) -> datetime | None:
    return read_time(text, "at") if text else None


def wanted_areas(night: Night, contest: Contest) -> dict[SourceId, Sequence[AreaId]]:
    """The areas that are asked about: of the published source the leaf areas too, of others the whole."""
    leaves = [
        area
        for area in night.areas_of_level[night.leaf_level]
        if contest.area in night.lines[area] and area != contest.area
    ]
    whole = [contest.area]
    return {source: whole + leaves if source == contest.source else whole for source in night.sources}
