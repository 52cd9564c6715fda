"""What is shown is put into the log: one snapshot every five seconds while something changes, and one at each
call and alert.

    showing.look(hub.groups)          after each turn: what is due is taken along, as bytes, and nothing waits
    await showing.run()               writes it, for as long as the process lives
    showing.note                      what was written, what waits and what was lost

Several gateways of one night share the work: who is first to claim a turn in the store writes it. One that
dies in between costs time and not a snapshot, because the others look again when the claim has run out, and
write what is then the newest, or the alert's snapshot if nobody has. A store that is away is no reason not to
write: what stands in the log twice counts once (`election.wire.shown`).

Know before changing: `look` is called in every tick. It makes bytes only of what is due, and those are the
ones that everybody is given anyway. What waits while the log is away is bounded in number, bytes and age, and
whatever is given up is said in the log and counted.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, Protocol

from election.errors import OutsideError, RecordError
from election.night import ContestId
from election.wire.frames import Json
from election.wire.shown import SHOWN_BYTES_MAX, newest_told
from web.archive import name_of
from web.shown import Note, ShownLog
from web.tasks import cancel, while_all_work

LOG = logging.getLogger("sandik.gateway")
EVERY_S = 5.0
"""Between two snapshots of a contest while something changes; those of alerts come beside."""
OFFERS_MAX = 8
"""Most contests of which bytes are made in one look, alerts aside; the rest follow in the next ones."""
CLAIM_S = 5.0
"""How long a claim holds; then another gateway may write what is not in the log."""
WAITING_MAX = 512
WAITING_BYTES_MAX = 64 * 1024 * 1024
"""Most snapshots that wait for a log that is away, and most bytes of them. At the limit the oldest that was
not for an alert is given up, then the oldest."""
LATE_MAX_S = 600.0
"""What has waited so long is given up: after that nothing is put among what was shown before."""
READY_WITHIN_S = 10.0
"""How long the first is held back until it is known what the log has already."""
AGAIN_S = (0.5, 15.0)
"""The first wait after a failure, and the longest: each is double the one before."""
FINISH_WITHIN_S = 1.0
"""How long the last snapshots may take when the gateway stops."""
TURN = "turn"
"""What is claimed for the next snapshot of a contest."""

Claim = Callable[[ContestId, str, float], Awaitable[float]]
"""Contest, what and for how long → 0: it is ours; else how long somebody else has it. Raises OutsideError."""


class Group(Protocol):
    """A contest as it is shown: `web.group.Group`."""

    @property
    def shown(self) -> Json:
        """The snapshot."""

    @property
    def epoch(self) -> str:
        """Its epoch."""

    @property
    def tag(self) -> str:
        """`epoch:version[:embargo]`."""

    @property
    def body(self) -> bytes:
        """Its bytes, as they are published."""


@dataclass(slots=True)
class _Contest:
    """What is known of a contest here."""

    epoch: str = ""
    name: str = ""
    """Of the snapshot taken along last."""
    told: int | None = None
    """The newest alert in it; None: nothing was seen yet."""
    next_at: float = 0.0


@dataclass(slots=True, eq=False)
class _Item:
    """A snapshot on its way."""

    contest: ContestId
    epoch: str
    name: str
    claim: str
    """What is claimed for it: the turn, an alert, or its name when the gateway stops."""
    told: int
    """The alert that it is for; 0: none."""
    value: bytes
    shown_at: datetime
    came_at: float
    due_at: float
    ours: bool = False


class Showing:
    """One gateway's way of what is shown into the log."""

    def __init__(
        self, log: ShownLog, claim: Claim, clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._log, self._claim, self._clock, self._wall = log, claim, clock, wall
        self._contests: dict[ContestId, _Contest] = {}
        self._waiting: deque[_Item] = deque()
        self._flying: _Item | None = None
        self._bytes = 0
        self._news = {ours: asyncio.Event() for ours in (False, True)}
        self._empty = asyncio.Event()
        self._empty.set()
        self.note = Note()

    # What is due.

    def look(self, groups: Mapping[ContestId, Group], *, last: bool = False) -> None:
        """Takes along what is due; with `last` whatever is not in the log."""
        now, left = self._clock(), OFFERS_MAX
        for contest, group in groups.items():
            known = self._contests.setdefault(contest, _Contest())
            name = name_of(group.tag)
            if name == known.name or not group.shown.get("at"):
                continue  # known, or nothing was heard yet
            if known.epoch != group.epoch:
                known.epoch, known.told = group.epoch, None
            told = newest_told(group.shown)
            alert = known.told is not None and told > known.told
            if not (alert or last or (left > 0 and now >= known.next_at)):
                continue
            left -= not alert
            known.name, known.told = name, told
            if self._log.index.find(contest, name) is not None:
                continue
            known.next_at = now + EVERY_S
            claim = f"told-{told}" if alert else name if last else TURN
            self._offer(
                _Item(
                    contest,
                    group.epoch,
                    name,
                    claim,
                    told if alert else 0,
                    group.body,
                    self._wall(),
                    now,
                    now,
                )
            )

    def _offer(self, item: _Item) -> None:
        if len(item.value) > SHOWN_BYTES_MAX:
            self._lose(item, "large")
            return
        while self._waiting and (
            len(self._waiting) >= WAITING_MAX or self._bytes + len(item.value) > WAITING_BYTES_MAX
        ):
            others = [one for one in self._waiting if one is not self._flying]
            if not others:
                break
            given_up = next((one for one in others if not one.told), others[0])
            self._drop(given_up)
            self._lose(given_up, "full")
        self._waiting.append(item)
        self._bytes += len(item.value)
        self.note.waiting = len(self._waiting)
        self._empty.clear()
        self._news[False].set()

    def _drop(self, item: _Item) -> None:
        if item not in self._waiting:
            return
        self._waiting.remove(item)
        self._bytes -= len(item.value)
        self.note.waiting = len(self._waiting)
        if not self._waiting:
            self._empty.set()

    def _lose(self, item: _Item, why: str) -> None:
        self.note.lost[why] += 1
        LOG.warning(
            "contest=%s version=%s was shown and is not in the log: %s; %d lost since the start",
            item.contest, item.name, why, self.note.lost.total(),
        )  # fmt: skip

    # What is written.

    async def run(self) -> NoReturn:
        """Claims and writes what is due, for as long as the process lives."""
        until = self._clock() + READY_WITHIN_S
        while not self._log.index.ready and self._clock() < until:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.05)
        writing = asyncio.create_task(self._writing(), name="write what is shown")
        try:
            await while_all_work([writing], self._claiming())
        finally:
            await cancel([writing])
        raise RuntimeError("nothing claims what is shown any more")

    async def _next(self, *, ours: bool) -> _Item:
        """Waits for the first that is due: to be claimed, or, being ours, to be written."""
        while True:
            self._news[ours].clear()
            now, due_at = self._clock(), None
            for item in self._waiting:
                if item.ours is not ours:
                    continue
                if item.due_at <= now:
                    return item
                due_at = item.due_at if due_at is None else min(due_at, item.due_at)
            try:
                async with asyncio.timeout(None if due_at is None else due_at - now):
                    await self._news[ours].wait()
            except TimeoutError:
                continue

    async def _claiming(self) -> NoReturn:
        """Claims at once, also while the log is away: what is ours then is written later."""
        while True:
            item = await self._next(ours=False)
            index = self._log.index
            if self._stands(item) or (item.told and index.tells(item.contest, item.epoch, item.told)):
                self._drop(item)
                continue
            left_s = await self._claimed(item)
            if left_s <= 0:
                item.ours = True
                self._news[True].set()
            elif item.told:
                item.due_at = self._clock() + left_s  # looked after, in case its owner dies
            else:
                self._leave(item, left_s)

    def _stands(self, item: _Item) -> bool:
        """Whether it is in the log, or has no place there any more."""
        index = self._log.index
        return index.find(item.contest, item.name) is not None or index.is_gone(item.contest, item.epoch)

    async def _claimed(self, item: _Item) -> float:
        try:
            return await self._claim(item.contest, item.claim, CLAIM_S)
        except OutsideError:
            return 0.0  # rather twice than never

    def _leave(self, item: _Item, left_s: float) -> None:
        """It is somebody else's turn: when that is over, the newest is looked at again."""
        self._drop(item)
        known = self._contests[item.contest]
        if known.name == item.name and item.claim == TURN:
            known.name, known.next_at = "", self._clock() + left_s

    async def _writing(self) -> NoReturn:
        delay_s = 0.0
        while True:
            self._flying = item = await self._next(ours=True)
            try:
                await self._write(item)
                delay_s = 0.0
            except RecordError as error:
                LOG.warning("the log refuses what is shown: %s", error)
                self._drop(item)
                self._lose(item, "refused")
            except OutsideError as error:
                self._failed(error)
                delay_s = min(max(2 * delay_s, AGAIN_S[0]), AGAIN_S[1])
            self._flying = None
            if self.note.away:
                await asyncio.sleep(delay_s)

    async def _write(self, item: _Item) -> None:
        if self._clock() - item.came_at > LATE_MAX_S:
            self._lose(item, "late")
        elif not self._stands(item):
            await self._log.write(item.contest, item.value, item.shown_at)
            self.note.written += 1
            if self.note.away:
                LOG.info("what is shown is written again; %d wait", len(self._waiting) - 1)
            self.note.away = False
        self._drop(item)

    def _failed(self, error: OutsideError) -> None:
        if not self.note.away:
            self.note.away = True
            LOG.warning("what is shown cannot be written now, and waits in memory: %s", error)

    async def finish(self, groups: Mapping[ContestId, Group]) -> None:
        """The last snapshots, when the gateway stops and the log is there."""
        if self._log.index.ready and not self.note.away:
            self.look(groups, last=True)
            try:
                async with asyncio.timeout(FINISH_WITHIN_S):
                    await self._empty.wait()
            except TimeoutError:
                LOG.warning("the log does not take the last snapshots in time")
        for item in tuple(self._waiting):
            self._drop(item)
            self._lose(item, "stopped")
