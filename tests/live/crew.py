"""For fault tests: workers as real processes, a log to write and read, and a judge that knows the oracle.

Know before changing: a worker that ends with a code other than 0 is started again, as the supervisor does
(`Crew.keep`); a test that expects an end looks at `Crew.codes`. Nothing here waits for a time, only for a
condition, with a deadline that says what was missing.
"""

import asyncio
import os
import random
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaProducer

from election.night import Night
from election.wire.records import Record, Ruling, encode
from election.wire.topics import Scope, report_key, ruling_key
from producers import record
from producers.cluster import create_topics
from producers.settings import Settings as Producing
from sandik.ports import wait_until
from streams.looking import Looks
from streams.settings import Settings
from streams.spans import partition_name
from streams.store import Store
from streams.verify import Verified, verify
from tests.live.forked import Forked
from tests.servers import HasUrl, Running, frozen
from tests.streams import made

ROOT = Path(__file__).parents[2]
WITHIN_S = 90.0


async def until(what: str, check: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Waits for a condition; says what was missing when it does not come."""
    deadline = time.monotonic() + within_s
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what}")
        await asyncio.sleep(0.02)


class Crew:
    """Some workers of one night, a broker and a store."""

    def __init__(
        self,
        broker: Running,
        redis: HasUrl,
        folder: Path,
        name: str = "practice",
        session: str = "",
        mode: str = "replay",
    ) -> None:
        self.night: Night = made.night(name)
        self.name, self.folder, self.broker = name, folder, broker
        self.scope = Scope(mode, self.night.id, session or f"t{uuid.uuid4().hex[:10]}")
        self.environment = {
            "SANDIK_MODE": mode, "SANDIK_SESSION": self.scope.session, "SANDIK_KAFKA": broker.address,
            "SANDIK_KAFKA_KIND": broker.kind, "SANDIK_REDIS": redis.url, "SANDIK_OUTSIDE_WITHIN_S": "30",
        }  # fmt: skip
        self.store = Store(self.night, self.scope, Settings.read(self.environment))
        self.producing = Producing.read(self.environment)
        self.workers: list[Forked] = []
        self.codes: list[int] = []
        """How workers have ended by themselves."""
        self.ends: dict[str, int] = {}
        """How far the log goes, as acknowledged."""

    async def create_topics(self) -> None:
        """The night's topics."""
        await create_topics(self.producing, self.night.id)

    def start(self, count: int = 1, **more: str) -> None:
        """Starts workers."""
        for _ in range(count):
            environment = {**os.environ, **self.environment, **more}
            night, log = made.NIGHTS / self.name, self.folder / "workers.log"
            log.touch()
            self.workers.append(Forked(night, environment, log))

    def kill(self, place: int = 0, number: signal.Signals = signal.SIGKILL) -> None:
        """Sends a worker a signal; one that is to stand still does when this returns."""
        worker = self.workers[place]
        worker.send_signal(number)
        if number == signal.SIGSTOP and not wait_until(lambda: frozen(worker.pid), WITHIN_S):
            raise AssertionError("the worker does not stand still")

    def keep(self) -> None:
        """Starts again what has ended, as the supervisor does."""
        for worker in list(self.workers):
            if worker.poll() is not None:
                self.workers.remove(worker)
                self.codes.append(worker.returncode)
                self.start()

    async def ended(self, place: int = 0) -> int:
        """The exit code of a worker that ends."""
        worker = self.workers[place]
        await until("the worker's end", lambda: worker.poll() is not None)
        self.workers.remove(worker)
        return worker.returncode

    def said(self) -> str:
        """What the workers wrote."""
        return (self.folder / "workers.log").read_text(errors="replace")

    def close(self) -> None:
        """No worker outlives its test."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    async def send(self, records: Iterable[Record | bytes]) -> None:
        """Writes to the log, and remembers how far it goes."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.address, acks="all", max_request_size=4 * 1024 * 1024
        )
        await producer.start()
        try:
            told = [await producer.send(*self._placed(one)) for one in records]
            for one in told:
                place = await one
                name = partition_name(place.topic, place.partition)
                self.ends[name] = max(self.ends.get(name, 0), place.offset + 1)
        finally:
            await producer.stop()

    def _placed(self, one: Record | bytes) -> tuple[str, bytes, bytes | None]:
        if isinstance(one, bytes):
            return self.scope.topic("reports"), one, None
        if isinstance(one, Ruling):
            return self.scope.topic("rulings"), encode(one, self.scope), ruling_key(one.contest)
        return self.scope.topic("reports"), encode(one, self.scope), report_key(one.source, one.area)

    async def applied(self) -> int:
        """How many records the store has come to."""
        return sum((await self.store.positions(list(self.ends))).values()) if self.ends else 0

    async def until_applied(self, at_least: int | None = None, within_s: float = WITHIN_S) -> None:
        """Waits until so many records (default: all) are in the store, keeping the workers alive."""
        wanted = sum(self.ends.values()) if at_least is None else at_least
        deadline = time.monotonic() + within_s
        while (applied := await self.applied()) < wanted:
            self.keep()
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{applied} of {wanted} records applied within {within_s:g} s; ends {self.codes}; the "
                    f"workers said: {self.said()[-3000:]}"
                )
            await asyncio.sleep(0.02)

    async def until_told(self) -> None:
        """Waits until a worker says of every contest that nothing more is to be told; without workers: no."""
        looks, deadline = Looks(self.store), time.monotonic() + WITHIN_S
        while self.workers and (left := await looks.unsettled()):
            self.keep()
            if time.monotonic() > deadline:
                raise AssertionError(f"{left} not told within {WITHIN_S:g} s: {self.said()[-3000:]}")
            await asyncio.sleep(0.02)

    async def log(self, *whats: str) -> AsyncIterator[record.Logged]:
        """The log as it stands."""
        topics = [self.scope.topic(what) for what in whats or ("reports", "rulings", "told")]
        async for logged in record.read_log(self.producing, topics):
            yield logged

    async def verified(self) -> Verified:
        """The independent count of the log beside the store, when all is told that there is to tell."""
        await self.until_told()
        return await verify(self.night, self.store, self.log())


@asynccontextmanager
async def crew(
    broker: Running, redis: HasUrl, folder: Path, name: str = "practice", workers: int = 1, session: str = ""
) -> AsyncIterator[Crew]:
    """A crew with its topics, and so many workers."""
    made_crew = Crew(broker, redis, folder, name, session)
    try:
        await made_crew.create_topics()
        made_crew.start(workers)
        yield made_crew
    finally:
        made_crew.close()
        await made_crew.store.close()


def twice_shuffled(records: Sequence[Record], seed: int) -> list[Record]:
    """Every record twice, in an order of the seed's; rulings once, in their own order."""
    dice = random.Random(seed)
    bundles = [one for one in records if not isinstance(one, Ruling)] * 2
    dice.shuffle(bundles)
    return [*bundles, *(one for one in records if isinstance(one, Ruling))]
