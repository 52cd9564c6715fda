"""Keeps the ledger of deliveries in the log: changes go there, and from there the ledger is made again.

    keeper.keep(contest)           outbox → log, for ever
    await keeper.logged(…)         returns once the log knows of a change
    await keeper.mend()            the ledgers are as complete as the log

Know before changing: the store may lose its last second, be flushed, or fail over to less. Nothing is sent
from a ledger that another start of the store left behind before the log was asked, or somebody would be told
twice, and a retraction would not know whom to follow.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from election.errors import OutsideError, RecordError
from election.night import ContestId
from election.wire.delivered import Delivery, decode, encode
from election.wire.topics import ruling_key
from streams.heeding import heeding
from streams.ledger import Ledger, LostError, Outgoing

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
"""How often the outbox is looked into when this process has changed nothing: another may have."""
TRY_AGAIN_S = 1.0

Rows = dict[ContestId, dict[str, Delivery]]
"""Of each contest, by key, the statement that counts."""
Cursors = dict[ContestId, int]
"""Up to which fact of each contest subscriptions were looked at."""


class Log(Protocol):
    """The topic of deliveries, and what was told beside it."""

    async def append(self, records: Sequence[tuple[bytes, bytes]]) -> None:
        """Writes key and value of each; returns when all are acknowledged. Raises OutsideError."""

    def read(self) -> AsyncIterator[bytes]:
        """Every record, oldest first, to where the log ended when reading began. Raises OutsideError."""

    def told(self) -> AsyncIterator[bytes]:
        """The same of the topic of what was told."""


class Keeper:
    """The tie between the ledgers of a night and the log."""

    def __init__(self, ledger: Ledger, topic: Log) -> None:
        self._ledger, self._topic = ledger, topic
        self._changed = {contest: asyncio.Event() for contest in ledger.night.contests}
        self._waiting: dict[ContestId, list[tuple[tuple[int, ...], asyncio.Event]]] = defaultdict(list)
        self._mending = asyncio.Lock()
        self.mended = 0
        """How often the ledgers were made again."""

    def look(self, contest: ContestId) -> None:
        """Something was put into a contest's outbox."""
        self._changed[contest].set()

    async def keep(self, contest: ContestId) -> None:
        """Brings the outbox into the log, for ever. A log that is away is waited for, and nothing lost."""
        while True:
            self._changed[contest].clear()
            # Of an entry that is waited for only now, this reading may not know.
            waiting = tuple(self._waiting[contest])
            entries = await self._ledger.outbox(contest)
            first = _order(entries[0].id) if entries else None
            for entry, logged in waiting:
                if first is None or entry < first:
                    logged.set()
            if entries:
                scope, said = self._ledger.scope, await self._statements(contest, entries)
                records = [(ruling_key(contest), encode(what, scope, contest)) for what in said]
                try:
                    await self._topic.append(records)
                except OutsideError as error:
                    log.warning("deliveries wait to be logged: %s", error)
                    await asyncio.sleep(TRY_AGAIN_S)
                    continue
                await self._ledger.forget(contest, entries)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._changed[contest].wait()

    async def _statements(self, contest: ContestId, entries: Sequence[Outgoing]) -> list[Delivery | int]:
        """What the log is to be told; the whole ledger where nobody can tell any more what has changed."""
        said = [entry.what for entry in entries if entry.what is not None]
        if len(said) < len(entries):
            said += [one async for one in self._ledger.deliveries(contest)]
        return said

    async def logged(self, contest: ContestId, entry: str) -> None:
        """Returns when the log knows of everything up to an entry of the outbox."""
        if not entry:
            return
        waits = _order(entry), asyncio.Event()
        self._waiting[contest].append(waits)
        self.look(contest)
        try:
            await waits[1].wait()
        finally:  # given up, too: while the log is away every try comes here
            self._waiting[contest].remove(waits)

    async def mend(self) -> None:
        """Completes the ledgers from the log, unless that was done meanwhile. Raises OutsideError."""
        async with self._mending:
            if not await self._any_lost():
                return
            best, cursors = await heeding(self._known())
            for contest in self._ledger.night.contests:
                if many := await self._ledger.damaged(contest):
                    log.error("%s: %d deliveries in the store were damaged; the log has them", contest, many)
                rows = sorted(best[contest].values(), key=lambda one: one.seq)
                await self._ledger.restore(contest, cursors[contest], rows)
                log.info("%s: %d deliveries known, facts to %d", contest, len(rows), cursors[contest])
            self.mended += 1

    async def _any_lost(self) -> bool:
        try:
            for contest in self._ledger.night.contests:
                await self._ledger.cursor(contest)
        except LostError:
            return True
        return False

    async def _known(self) -> tuple[Rows, Cursors]:
        """Everything the log says."""
        best: Rows = defaultdict(dict)
        cursors: Cursors = defaultdict(int)
        async for value in self._topic.read():
            self._take(value, best, cursors)
        return best, cursors

    def _take(self, value: bytes, best: Rows, cursors: Cursors) -> None:
        try:
            name, what = decode(value, self._ledger.scope)
        except RecordError as error:
            log.error("a record among the deliveries is none of ours: %s", error)
            return
        contest = ContestId(name)
        if isinstance(what, int):
            cursors[contest] = max(cursors[contest], what)
        elif what.key not in best[contest] or best[contest][what.key].n < what.n:
            best[contest][what.key] = what


def _order(entry: str) -> tuple[int, ...]:
    """An entry's id as numbers, which order as entries do."""
    return tuple(int(part) for part in entry.split("-"))
