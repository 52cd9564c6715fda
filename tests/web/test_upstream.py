"""The reader of the store, on a store in memory: it notices everything that a stream of changes cannot tell.

Know before changing: the store here answers XREAD at once, and a second passes with every XREAD. The same
things happen to a real Redis in tests/live/test_gateway.py.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import ResponseError

from election.errors import UsageError
from election.night import ContestId
from election.wire.changes import Change, encode_change, entry_id
from election.wire.frames import ContestState
from election.wire.keys import Keys, pack_total
from election.wire.topics import Scope
from tests.web.made import Worker, night, parts, records
from web.upstream import Upstream, address, client

MAYOR = ContestId("mayor")
SCOPE = Scope("replay", night().id)
PAPERS = [one for one in records() if one.contest == MAYOR]
WITHIN_S = 10.0


class Store:
    """As much of a Redis as the gateway reads, and a worker's hand to write it with."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.run_id, self.away, self.silent = worker, "a" * 40, False, False
        self.hashes: dict[str, dict[bytes, bytes]] = defaultdict(dict)
        self.streams: dict[str, list[tuple[bytes, dict[bytes, bytes]]]] = defaultdict(list)
        self.reads = self.counted = 0
        self.now = 0.0

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
        texts |= {"run_id": self.run_id, "digest": night().digest}
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
        await asyncio.sleep(0)
        self._answer()
        self.now += 1
        found = []
        for key, after in wanted.items():
            newer = [one for one in self.streams[key] if _number(one[0]) > _number(after.encode())]
            if newer:
                found.append([key.encode(), newer[:count]])
        return found

    def pipeline(self, transaction: bool) -> "Step":
        """Several questions at once."""
        return Step(self)

    def _answer(self) -> None:
        if self.away:
            raise AwayError("connection refused")

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
        self._store.reads += 1
        self._asked.append(lambda: dict(self._store.hashes.get(key, {})))

    def xrange(self, key: str) -> None:
        """A whole stream: nothing was told."""
        self._asked.append(list)

    def hmget(self, key: str, *names: str) -> None:
        """Some of it."""
        self._asked.append(lambda: [self._store.hashes.get(key, {}).get(name.encode()) for name in names])

    async def execute(self) -> list[Any]:
        """The answers."""
        self._store._answer()
        return [ask() for ask in self._asked]


def _number(entry: bytes) -> int:
    return int(entry.partition(b"-")[0])


class Ear:
    """Whoever listens: remembers what it was told."""

    def __init__(self) -> None:
        self.states: list[ContestState] = []
        self.fresh: bool | None = None
        self.task: asyncio.Task[Any] | None = None

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
    upstream = Upstream(
        night(), SCOPE, "redis://nowhere", ear, lambda: store.now, connect=lambda url, within_s: store
    )
    ear.task = task = asyncio.create_task(upstream.follow())
    try:
        yield ear
        if task.done():
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


async def test_it_follows_every_change() -> None:
    """From everything, change by change, to the state of the count; and everything is read only once."""
    store = Store(Worker(night()))
    store.count(10)
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        reads = store.reads
        for batch in parts(PAPERS[10:], 7):
            for contest, change in store.worker.count(batch):
                store.write(contest, change)
            await asyncio.sleep(0)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))
        assert reads == store.reads
    versions = [state.version for state in ear.states]
    assert sorted(set(versions)) == versions


async def test_an_empty_store_is_no_error() -> None:
    """Before any worker: an empty state; with its first paper everything begins."""
    store = Store(Worker(night()))
    async with following(store) as ear:
        await until(lambda: ear.fresh is True)
        assert [("", 0)] == [(state.epoch, state.version) for state in ear.states] or not ear.states
        store.count()
        await until(lambda: bool(ear.states) and ear.states[-1] == store.worker.state(MAYOR))


async def test_a_gap_in_the_stream() -> None:
    """Entries that are gone (the stream keeps only so many) are made up for by reading everything."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        for _ in range(5):
            store.count()
        stream = store.streams[Keys(SCOPE, MAYOR).changes]
        del stream[:-1]
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_a_change_that_never_came() -> None:
    """A version without its entry is noticed by looking at the heads."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        for contest, change in store.worker.count(PAPERS[3:6]):
            store.write(contest, change, in_stream=False)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_an_entry_that_nobody_can_read() -> None:
    """Rubbish in the stream does not end it, and does not make it read for ever."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        stream = store.streams[Keys(SCOPE, MAYOR).changes]
        stream.append((b"99-0", {b"prev": b"many"}))
        await until(lambda: store.now > 20)
        reads = store.reads
        await until(lambda: store.now > 40)
        assert reads == store.reads
        for contest, change in store.worker.count(PAPERS[3:6]):
            store.write(contest, change, in_stream=False)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_flushed() -> None:
    """The last numbers stay, and count as old, until a worker begins anew under a new epoch."""
    store = Store(Worker(night()))
    for _ in range(5):
        store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        before = ear.states[-1]
        store.flush()
        await until(lambda: ear.fresh is False)
        assert before == ear.states[-1]
        store.worker = Worker(night(), "e2")
        store.count()
        await until(lambda: ear.states[-1].epoch == "e2" and ear.fresh is True)
        assert ear.states[-1] == store.worker.state(MAYOR)


async def test_the_server_was_started_again() -> None:
    """It may have lost the last second: another epoch at once, and the worker's own when it has noticed."""
    store = Store(Worker(night()))
    for _ in range(5):
        store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.run_id = "b" * 40
        await until(lambda: ear.states[-1].epoch == "e1~bbbbbbbb")
        store.worker.epoch = "e2"
        store.count()
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))
        assert "e2" == ear.states[-1].epoch


async def test_a_version_that_fell() -> None:
    """Clients never see a number fall: an older version begins a new epoch, whatever the store calls it."""
    store = Store(Worker(night()))
    for _ in range(5):
        store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.flush()
        store.worker = Worker(night())
        store.count()
        await until(lambda: ear.states[-1].version == 1)
        assert "e1~1" == ear.states[-1].epoch


async def test_a_server_that_does_not_tell_its_name() -> None:
    """Where INFO is forbidden, epochs and versions alone must do."""
    store = Store(Worker(night()))
    store.silent = True
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states) and ear.fresh is True)
        store.count()
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_away_and_back() -> None:
    """The last state stays; when the store is back, what was missed is caught up with."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.away = True
        await until(lambda: ear.fresh is False)
        store.count()
        store.away = False
        await until(lambda: ear.fresh is True)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_another_edition_of_the_night() -> None:
    """Rooms that hold other facts do not work together: a sentence, and the end."""
    store = Store(Worker(night()))
    store.count()
    store.hashes[Keys(SCOPE, MAYOR).meta][b"digest"] = b"f" * 64
    with pytest.raises(UsageError, match="another edition of the night practice"):
        async with following(store) as ear:
            await until(lambda: ear.task is not None and ear.task.done())


async def test_something_else_under_our_name() -> None:
    """What cannot be read at all is said, with the place."""
    store = Store(Worker(night()))
    store.hashes[Keys(SCOPE, MAYOR).meta][b"version"] = b"many"
    with pytest.raises(UsageError, match="practice"):
        async with following(store) as ear:
            await until(lambda: ear.task is not None and ear.task.done())


def test_addresses() -> None:
    """An address is told without its password; one that is none is said so."""
    assert "store:6380" == address("redis://me:secret@store:6380/0")
    with pytest.raises(UsageError) as caught:
        client("http://store", 5.0)
    assert "SANDIK_REDIS" in str(caught.value)
