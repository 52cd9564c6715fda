"""The topic `…shown` read: followed from its beginning, and one record of it wherever it stands.

    async for found in follow(settings, topic):       Stored, each once; Begins, where the log begins now;
        …                                             None, when all that stood there has been given
    async with Reader(settings, topic) as reader:
        stored = await reader.read(412)               None: it is not there any more

Know before changing: a log may begin anew while it is followed (a replay that goes back deletes its records,
or its topics). A broker's answer to "what is the latest offset" is wrong on the embedded broker, so where the
log ends is taken from the high-water mark that comes with a fetch. A consumer whose brokers have all moved
never asks its bootstrap list again, so it is asked a question now and then, and given up if it is silent.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from election.errors import RecordError
from election.wire.records import read_time
from election.wire.shown import SHOWN_AT, SHOWN_BYTES_MAX
from producers import access
from producers.cluster import OVERHEAD_BYTES, partitions
from producers.errors import NoKafkaError
from producers.record import FETCH_WAIT_MS, fetched, leave
from producers.settings import Settings

ANSWERS_WITHIN_S = 5.0
"""How long the brokers may take to answer a question; then the consumer is given up."""
CLOSE_WITHIN_S = 1.0
LOOK_EVERY_S = 2.0
"""How often it is asked where the log begins now."""
RECORDS_A_TIME = 20
READ_BYTES = 256 * 1024
"""About so much is fetched where one record is wanted; a larger one comes whole all the same."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One record as it stands in the topic."""

    offset: int
    value: bytes
    shown_at: datetime
    """When it was published, as its header says; without one, when the log says it was written."""


@dataclass(frozen=True, slots=True)
class Begins:
    """The log begins there now; `anew`: as another log, at 0, and nothing that stood before is there."""

    offset: int
    anew: bool = False


async def follow(
    settings: Settings, topic: str, start: int = 0, *, to_the_end: bool = False
) -> AsyncGenerator[Stored | Begins | None, None]:
    """Every record from an offset on, for as long as it is iterated, or `to_the_end` that it has now.

    A topic that is not there is empty. Raises NoKafkaError if nothing answers, or stops answering.
    """
    if not (await partitions(settings, [topic]))[topic] and to_the_end:
        yield None
        return
    place = TopicPartition(topic, 0)
    consumer = await _consumer(settings, place, SHOWN_BYTES_MAX + OVERHEAD_BYTES)
    try:
        consumer.seek(place, start)
        async for found in _Following(settings, consumer, place, start).run():
            yield found
            if to_the_end and found is None:
                return
    finally:
        await _close(consumer)


class _Following:
    """One consumer's way along the log."""

    def __init__(
        self, settings: Settings, consumer: AIOKafkaConsumer, place: TopicPartition, start: int
    ) -> None:
        self._settings, self._consumer, self._place = settings, consumer, place
        self._next, self._begins = start, 0
        self._end: int | None = None
        self._given = False
        self._clock = asyncio.get_running_loop().time
        self._look_at = self._clock()

    async def run(self) -> AsyncGenerator[Stored | Begins | None, None]:
        """What it finds."""
        while True:
            records = await self._fetch()
            if records and records[0].offset < self._next:  # the position was beyond the end of another log
                yield self._anew()
            for record in records:
                yield _stored(record)
                self._next = record.offset + 1
            mark = self._consumer.highwater(self._place)
            if mark is not None and mark < self._next:
                yield self._anew()
                self._consumer.seek(self._place, 0)
                continue
            if mark is not None and not self._given:
                self._end = mark if self._end is None else self._end
                if self._next >= self._end or await self._position() >= self._end:
                    self._given = True
                    yield None
            if self._clock() >= self._look_at:
                begins = await self._asked(self._consumer.beginning_offsets([self._place]))
                self._look_at = self._clock() + LOOK_EVERY_S
                if begins[self._place] != self._begins:
                    self._begins = begins[self._place]
                    yield Begins(self._begins)

    async def _fetch(self) -> list[Any]:
        found = await fetched(self._settings, self._consumer, [self._place], RECORDS_A_TIME)
        return list(found.get(self._place, ()))

    def _anew(self) -> Begins:
        self._next, self._begins, self._end = 0, 0, None
        return Begins(0, anew=True)

    async def _position(self) -> int:
        return int(await self._asked(self._consumer.position(self._place)))

    async def _asked(self, question: Any) -> Any:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                return await question
        except (KafkaError, TimeoutError, OSError) as error:
            raise NoKafkaError(self._settings, "does not answer any more") from error


class Reader:
    """Reads single records. Use it as `async with`; it connects when it is first asked."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._settings, self._place = settings, TopicPartition(topic, 0)
        self._consumer: AIOKafkaConsumer | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> "Reader":
        """Nothing is asked yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the connection back."""
        await self._give_up()

    async def read(self, offset: int) -> Stored | None:
        """The record that stands there, or None. Raises NoKafkaError."""
        async with self._turn:
            try:
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    return await self._read(offset)
            except (KafkaError, TimeoutError, OSError) as error:
                await self._give_up()
                raise NoKafkaError(self._settings, "does not answer") from error
            except BaseException:  # nobody waits for it any more: what was asked must not answer the next
                await self._give_up()
                raise

    async def _read(self, offset: int) -> Stored | None:
        fresh = self._consumer is None
        if self._consumer is None:
            self._consumer = await _consumer(self._settings, self._place, READ_BYTES)
        consumer, place = self._consumer, self._place
        consumer.seek(place, offset)
        consumer.resume(place)
        while True:
            found = await fetched(self._settings, consumer, [place], 1)
            for record in found.get(place, ()):
                consumer.pause(place)  # or it would fetch on what nobody asks for
                return _stored(record) if record.offset == offset else None
            mark = consumer.highwater(place)
            if mark is not None and mark <= offset:
                if fresh:
                    return None
                await self._give_up()  # that mark may be one of an earlier question
                return await self._read(offset)

    async def _give_up(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await _close(consumer)


async def _consumer(settings: Settings, place: TopicPartition, fetch_bytes: int) -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.brokers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=fetch_bytes,
        **access.client(settings),
    )
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await consumer.start()
    except (KafkaError, TimeoutError, OSError) as error:
        await _close(consumer)
        hint = await access.see_why(settings, last=True)
        raise NoKafkaError(settings, "does not answer", hint) from error
    except BaseException:
        await _close(consumer)
        raise
    consumer.assign([place])
    return consumer


async def _close(consumer: AIOKafkaConsumer) -> None:
    with contextlib.suppress(KafkaError, TimeoutError, OSError):
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await leave(consumer)


def _stored(record: Any) -> Stored:
    said = dict(record.headers).get(SHOWN_AT) or b""  # a header may have no value
    try:
        shown_at = read_time(said.decode("ascii"), SHOWN_AT)
    except (RecordError, UnicodeDecodeError):
        shown_at = datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC)
    return Stored(record.offset, record.value or b"", shown_at)
