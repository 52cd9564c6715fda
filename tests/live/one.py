"""For tests of the store: a worker without a broker, and a log that is a list.

Know before changing: offsets are places in the list, as in a partition that nothing was ever deleted from.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from election.night import ContestId, Night, SourceId
from election.wire.records import Bundle, Record, Ruling, encode
from election.wire.topics import Scope
from streams.calling import TakesRulings, docket
from streams.counting import CountsBatches
from streams.gathered import Batch, Gathered, Grounds
from streams.progress import Progress
from streams.settings import Settings
from streams.spans import Received
from streams.store import Store
from streams.verify import Verified, verify
from tests.servers import HasUrl, Running
from tests.streams import made

NIGHT = made.night()
MAYOR = ContestId("mayor")
COUNCIL = SourceId("council")
SCOPE = Scope("replay", NIGHT.id)
REPORTS, RULINGS = SCOPE.topic("reports"), SCOPE.topic("rulings")
GROUND = made.ground(NIGHT)


class One:
    """A worker without a broker: hands batches to a store."""

    def __init__(self, url: str, night: Night = NIGHT, **limits: Any) -> None:
        self.settings = Settings(redis=url, **limits)
        self.store = Store(night, SCOPE, self.settings)
        self.progress = Progress()
        self.refused: list[bytes] = []
        self.counter = CountsBatches(night, self.store, self.refuse, self.progress)
        self.grounds = Grounds(night)
        self.rulings = TakesRulings(self.store, self.grounds, self.refuse, self.progress)

    async def refuse(self, records: Sequence[bytes]) -> None:
        """The topic of refused."""
        self.refused += records

    def batch(self, records: Sequence[Received]) -> Batch:
        """Records of the log as a batch."""
        gathered = Gathered(self.grounds, SCOPE, 8000, 1000)
        for received in records:
            gathered.add(received)
        return gathered.finish()

    async def count(self, records: Sequence[Received]) -> None:
        """Counts records of the log."""
        await self.counter.count(self.batch(records))

    async def rule(self, records: Sequence[Received]) -> None:
        """Takes rulings in."""
        await self.rulings.take_in(docket(NIGHT, SCOPE, 1000, records))


@asynccontextmanager
async def one(server: HasUrl, **more: Any) -> AsyncIterator[One]:
    """A worker for the length of a test."""
    worker = One(server.url, **more)
    try:
        yield worker
    finally:
        await worker.store.close()


def log_of(records: Sequence[Record | bytes], partition: int = 0, topic: str = REPORTS) -> list[Received]:
    """Records as they stand in one partition."""
    return [
        Received(topic, partition, offset, record if isinstance(record, bytes) else encode(record, SCOPE))
        for offset, record in enumerate(records)
    ]


def good(unit: int, revision: int = 1, votes: Sequence[int] = (80, 60, 20), minute: int = 0) -> Bundle:
    """A bundle of one plain good paper."""
    ground = GROUND
    row = made.good_row(NIGHT, ground.contest, ground.source, ground.units[unit], list(votes))
    return made.bundle("mayor", "council", "box", [{**row, "revision": revision}], minute)


def lifted(minute: int, kind: str = "embargo-lifted", contest: str = "mayor") -> Ruling:
    """The council's word on the ban."""
    at = made.START.replace(minute=minute)
    return Ruling(contest, kind, at, at, "council", "the council", "…")


async def reading(*logs: Sequence[Received]) -> AsyncIterator[Received]:
    """The log as a reader gives it."""
    for received in (received for part in logs for received in part):
        yield received


async def compared(worker: One, *logs: Sequence[Received]) -> Verified:
    """The log beside the store."""
    return await verify(NIGHT, worker.store, reading(*logs))


async def agree(worker: One, *logs: Sequence[Received]) -> None:
    """The store says what the log says."""
    assert [] == list((await compared(worker, *logs)).differences)


async def flush(server: Running) -> None:
    """Forgets everything."""
    client = Redis.from_url(server.url)
    await client.flushall()
    await client.aclose()
