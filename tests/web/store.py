"""A store in memory as the gateway reads it, a worker's hand to write it with, and somebody who listens.

Know before changing: the store here answers XREAD at once, and a second passes with every XREAD.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import ResponseError

from election.night import ContestId
from election.wire.changes import Change, encode_change, entry_id
from election.wire.frames import ContestState
from election.wire.keys import Keys, edition, pack_total
from election.wire.topics import Scope
from stores.address import read
from tests.packed_rows import packed_rows
from tests.patience import PATIENCE_S
from tests.web.made import Worker, night, records
from web.upstream import Upstream

MAYOR = ContestId("mayor")
SCOPE = Scope("replay", night().id)
PAPERS = [one for one in records() if one.contest == MAYOR]
WITHIN_S = PATIENCE_S
STORE_AHEAD_S = 1000
"""By how much the store's clock differs from ours."""


class Store:
    """As much of a Redis as the gateway reads, and a worker's hand to write it with."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.run_id, self.away, self.silent = worker, "a" * 40, False, False
        self.hashes: dict[str, dict[bytes, bytes]] = defaultdict(dict)
        self.strings: dict[str, bytes] = {}
        self.streams: dict[str, list[tuple[bytes, dict[bytes, bytes]]]] = defaultdict(list)
        self.reads = self.counted = 0
        self.now = 0.0
        self.away_with: Exception = AwayError("connection refused")
        """What is heard of it while it is away."""
        self.deaf = False
        """Whether the client's library loses a cancellation, as it may before Python 3.12."""

    def count(self, size: int = 3) -> None:
        """The worker counts the next records."""
        at = self.counted % len(PAPERS)
        self.counted += size
        for contest, change in self.worker.count(PAPERS[at : at + size]):
            self.write(contest, change)

    def write(self, contest: ContestId, change: Change, *, in_stream: bool = True) -> None:
        """One version, as the worker's script writes it."""
        keys = Keys(SCOPE, contest)
        if in_stream:
            self.streams[keys.changes].append((entry_id(change.version).encode(), encode_change(change)))
        texts = {"epoch": change.epoch, "version": str(change.version), "at": change.at, **change.meta}
        texts |= {"run_id": self.run_id, "digest": edition(night())}
        self._set(keys.meta, texts)
        self._set(keys.sources, dict(change.heard))
        self._set(keys.findings, {name: str(papers) for name, papers in change.findings.items()})
        for source, areas in change.rows.items():
            for area, row in areas.items():
                self.hashes[keys.areas(source)][area.encode()] = pack_total(row)

    def _set(self, key: str, texts: dict[Any, str]) -> None:
        self.hashes[key] |= {name.encode(): text.encode() for name, text in texts.items()}

    def flush(self) -> None:
        """Nothing is left."""
        self.hashes.clear()
        self.strings.clear()
        self.streams.clear()

    # What a client can ask.

    async def info(self, _: str) -> dict[str, str]:
        """The server's name for itself."""
        self._answer()
        if self.silent:
            raise ResponseError("unknown command")
        return {"run_id": self.run_id}

    async def xread(self, wanted: dict[str, str], count: int, block: int) -> list[Any]:
        """What comes after; at once, and a second has passed."""
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            if not self.deaf:
                raise
            self.deaf = False
        self._answer()
        self.now += 1
        found = []
        for key, after in wanted.items():
            newer = [one for one in self.streams[key] if _number(one[0]) > _number(after.encode())]
            if newer:
                found.append([key.encode(), newer[:count]])
        return found

    def pipeline(self, transaction: bool) -> "Step":
        """Several questions at once; those that belong together are a reading of everything."""
        self.reads += transaction
        return Step(self)

    def _answer(self) -> None:
        if self.away:
            raise self.away_with

    async def aclose(self) -> None:
        """Nothing to close."""


class Step:
    """Questions that are answered together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: list[Callable[[], Any]] = []

    async def __aenter__(self) -> "Step":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def hgetall(self, key: str) -> None:
        """A whole hash."""
        self._asked.append(lambda: dict(self._store.hashes.get(key, {})))

    def get(self, key: str) -> None:
        """A whole string."""
        self._asked.append(lambda: self._store.strings.get(key))

    def xrange(self, key: str) -> None:
        """A whole stream: nothing was told."""
        self._asked.append(list)

    def hmget(self, key: str, *names: str) -> None:
        """Some of it."""
        self._asked.append(lambda: [self._store.hashes.get(key, {}).get(name.encode()) for name in names])

    def time(self) -> None:
        """The store's own clock, which is not ours."""
        if self._store.silent:
            self._asked.append(self._refuse)
        else:
            self._asked.append(lambda: (int(self._store.now) + STORE_AHEAD_S, 0))

    def _refuse(self) -> None:
        raise ResponseError("no permissions to run this command")

    async def execute(self) -> list[Any]:
        """The answers."""
        self._store._answer()
        return [ask() for ask in self._asked]


class InMemory:
    """A store that was opened: one server, of which there is nothing to doubt."""

    together = True

    def __init__(self, store: Store) -> None:
        self._store, self.address = store, read("redis://nowhere")

    async def at(self, key: str) -> Store:
        """It holds every key."""
        return self._store

    async def shares(self, keys: dict[str, str]) -> list[tuple[Store, list[str]]]:
        """It holds all of them."""
        return [(self._store, list(keys))]

    def doubt(self) -> None:
        """There is no other."""

    async def aclose(self) -> None:
        """Nothing to close."""


def _number(entry: bytes) -> int:
    return int(entry.partition(b"-")[0])


class Ear:
    """Whoever listens: remembers what it was told."""

    def __init__(self) -> None:
        self.states: list[ContestState] = []
        self.fresh: bool | None = None
        self.task: asyncio.Task[Any] | None = None
        self.upstream: Upstream | None = None

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """Only the mayor matters here."""
        if contest == MAYOR:
            self.states.append(state)

    def settled(self) -> None:
        """No matter."""

    def reached(self, now: float) -> None:
        """The store answers."""
        self.fresh = True

    def lost(self) -> None:
        """The store is away."""
        self.fresh = False


@asynccontextmanager
async def following(store: Store) -> AsyncIterator[Ear]:
    """A reader at work on the store."""
    ear = Ear()
    opened: Any = InMemory(store)
    upstream = Upstream(
        night(), SCOPE, "redis://nowhere", ear, lambda: store.now, open_store=lambda url, within_s: opened
    )
    ear.upstream = upstream
    ear.task = task = asyncio.create_task(upstream.follow())
    try:
        yield ear
        if task.done() and ear.task is not None:
            task.result()
    finally:
        task.cancel()
        await asyncio.wait([task])
        await upstream.close()


async def until(true: Callable[[], bool]) -> None:
    """Lets the reader work until this is so."""
    deadline = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        await asyncio.sleep(0)


def boxes(store: Store) -> None:
    """The worker writes what it holds of each box of the mayor's contest."""
    keys = Keys(SCOPE, MAYOR)
    for (contest, source), tally in store.worker.rehearsal.tallies.items():
        if contest == MAYOR:
            store.strings[keys.rows(source)] = packed_rows(store.worker.night, MAYOR, source, tally.held)
    store.hashes[keys.papers("council")][b"iskele-1"] = b'{"findings": [{"code": "W305"}]}'
