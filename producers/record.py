"""The log read back: every record of the night's topics, once, from the beginning to where the log ended; a
recording made from it; and a replay's log begun anew.

Know before changing: a broker's answer to "what is the latest offset" is wrong on the embedded broker after a
batch, so the end is the high-water mark that comes with the first fetch. A recording is byte-stable because
its order does not depend on the order of the log: by heard_at, bundles before rulings, then bundles by id and
rulings as they stand in the log; and what was sent twice, word for word, is in it once.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, for_code

from election.errors import OutsideError, RecordError
from election.wire.access import no_right
from election.wire.records import RECORD_BYTES_MAX, Bundle, Record, decode, identity
from election.wire.topics import WHATS, Scope
from producers import access
from producers.cluster import (
    CONNECT_WITHIN_S,
    OVERHEAD_BYTES,
    RETRY_FIRST_S,
    Admin,
    look,
    partitions,
    topic,
)
from producers.errors import NoKafkaError, NotLetInError
from producers.settings import Settings

FETCH_WAIT_MS = 100
SILENT_WITHIN_S = 30.0
RECORDS_A_TIME = 2000
TOLD_EVERY = 100
"""Records between two words on how far the reading has come."""
Told = Callable[[int, int], None]
"""Is told how many records were read, of how many that are known to stand there."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One record as it stands in the log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    """Its bytes; nothing for a record that has no value, as a deletion."""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    """What stands beside the value: who signed it, what a fault did to it."""


async def read_log(
    settings: Settings,
    topics: Iterable[str],
    since: Mapping[tuple[str, int], int] | None = None,
    told: Told = lambda read, of: None,
) -> AsyncIterator[Logged]:
    """Every record of these topics up to the end the log had when its reading began.

    In order within a partition, in no order between them. A topic that is not there is empty. A topic and
    partition that stand in `since` are read from that offset on; where the log ends before it, nothing.
    `told` hears how far the reading is. Raises NoKafkaError if nothing answers, or stops answering.
    """
    # Not from the consumer: it knows the partitions only of topics it was told of before.
    counts = await partitions(settings, topics)
    places = [
        TopicPartition(topic, partition) for topic, count in counts.items() for partition in range(count)
    ]
    if not places:
        return
    consumer = await _consumer(settings)
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        firsts = {TopicPartition(*place): first for place, first in (since or {}).items()}
        async for logged in _to_the_end(consumer, places, settings, firsts, told):
            yield logged
    finally:
        with contextlib.suppress(KafkaError, OSError):
            await leave(consumer)


async def _consumer(settings: Settings) -> AIOKafkaConsumer:
    until_s = asyncio.get_running_loop().time() + CONNECT_WITHIN_S
    while True:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.brokers,
            enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            # Large enough for what stands in our own topics, whoever wrote it.
            max_partition_fetch_bytes=4 * (RECORD_BYTES_MAX + OVERHEAD_BYTES),
            **access.client(settings),
        )
        try:
            await consumer.start()
            return consumer
        except (KafkaError, OSError) as error:
            with contextlib.suppress(KafkaError, OSError):
                await leave(consumer)
            last = asyncio.get_running_loop().time() > until_s
            hint = await access.see_why(settings, last=last)
            if last:
                raise NoKafkaError(settings, "does not answer", hint) from error
            await asyncio.sleep(RETRY_FIRST_S)
        except asyncio.CancelledError:
            with contextlib.suppress(KafkaError, OSError):
                await leave(consumer)
            raise


async def leave(consumer: AIOKafkaConsumer) -> None:
    """Gives its connections back. Raises KafkaError and OSError, as they come.

    The client cancels fetches that wait to be tried again, and lets their cancellation out before it has
    closed anything (Fetcher.close, in aiokafka 0.14): who reads while a broker is away would end in silence.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise


async def fetched(
    settings: Settings, consumer: AIOKafkaConsumer, places: Iterable[TopicPartition], most: int | None = None
) -> dict[TopicPartition, list[Any]]:
    """What a fetch brings, if anything.

    Raises NotLetInError for a topic that we may see and not read, NoKafkaError where none can be read.
    """
    try:
        found = await consumer.getmany(*places, timeout_ms=2 * FETCH_WAIT_MS, max_records=most)
    except TopicAuthorizationFailedError as error:
        raise NotLetInError(settings, no_right(settings, map(str, error.args), "read")) from error
    except KafkaError as error:
        raise NoKafkaError(settings, "does not give its records", type(error).__name__) from error
    return dict(found)


async def _to_the_end(
    consumer: AIOKafkaConsumer,
    places: list[TopicPartition],
    settings: Settings,
    firsts: Mapping[TopicPartition, int],
    told: Told,
) -> AsyncIterator[Logged]:
    await _skip(settings, consumer, places, firsts)
    ends: dict[TopicPartition, int] = {}
    read = 0
    left = set(places)
    clock = asyncio.get_running_loop().time
    heard_s = clock()
    while left:
        found = await fetched(settings, consumer, left, RECORDS_A_TIME)
        for place in left:  # before anybody has a record of it, and writes more while the next is fetched
            if (mark := consumer.highwater(place)) is not None:
                ends.setdefault(place, mark)
        to_come = sum([ends[place] - await consumer.position(place) for place in left & ends.keys()])
        whole = read + sum(map(len, found.values())) + max(0, to_come)
        for place, records in found.items():
            for record in records:
                if firsts.get(place, 0) <= record.offset < ends[place]:
                    yield _logged(place, record)
                read += 1
                if read % TOLD_EVERY == 0:
                    told(read, whole)
        for place in left & ends.keys():
            if await consumer.position(place) >= ends[place]:
                left.discard(place)
        if found:
            heard_s = clock()
        elif clock() - heard_s > SILENT_WITHIN_S:
            raise NoKafkaError(settings, f"gave no record for {SILENT_WITHIN_S:g} s while some are left")


async def _skip(
    settings: Settings,
    consumer: AIOKafkaConsumer,
    places: list[TopicPartition],
    firsts: Mapping[TopicPartition, int],
) -> None:
    """Moves on to the first offsets that are wanted, where the log has not begun later.

    Asked for an offset beyond the end, the client goes to the end.
    """
    wanted = [place for place in places if firsts.get(place)]
    try:
        begins = await consumer.beginning_offsets(wanted) if wanted else {}
    except KafkaError as error:
        raise NoKafkaError(settings, "does not answer", type(error).__name__) from error
    for place in wanted:
        if firsts[place] > begins[place]:
            consumer.seek(place, firsts[place])


def _logged(place: TopicPartition, record: Any) -> Logged:
    headers = dict(record.headers or ())
    return Logged(place.topic, place.partition, record.offset, record.key, record.value or b"", headers)


async def follow_log(
    settings: Settings, topic: str, *, whole: bool = False, after: Mapping[int, int] | None = None
) -> AsyncGenerator[Logged, None]:
    """Every record of a topic that is written after this began to read it, for as long as it is iterated.

    `whole`: those that stand there already come first; of a partition in `after` from that offset on.
    Raises NoKafkaError if nothing answers at first;
    later a broker that is away is waited for.
    """
    consumer = await _consumer(settings)
    try:
        count = (await partitions(settings, [topic]))[topic] or 1
        places = [TopicPartition(topic, partition) for partition in range(count)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        for number, offset in (after or {}).items():
            consumer.seek(TopicPartition(topic, number), offset)
        ends: dict[TopicPartition, int] = {}
        while True:
            found = await fetched(settings, consumer, places)
            for place in places:
                if place not in ends and (mark := consumer.highwater(place)) is not None:
                    ends[place] = 0 if whole else mark
            for place, records in found.items():
                for record in records:
                    if record.offset >= ends[place]:
                        yield _logged(place, record)
    finally:
        with contextlib.suppress(KafkaError, OSError):
            await leave(consumer)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a recording was made of: its records in order, how many stood twice, how many were unreadable."""

    records: tuple[Record, ...]
    again: int
    unreadable: int


Counts = Callable[[Record, Logged], bool]
"""Whether a record of the log counts: where feeds sign, only what its source signed does."""


def whatever(record: Record, logged: Logged) -> bool:
    """Everything counts: nobody signs."""
    return True


async def take(
    settings: Settings, scope: Scope, counts: Counts = whatever, told: Told = lambda read, of: None
) -> Taken:
    """The night's bundles and rulings from the log, in the order of a recording. All of it is in memory.

    What does not count, by `counts`, is left out like what cannot be read: it was refused, too.
    """
    unreadable = 0
    found: list[tuple[Record, Logged]] = []
    async for logged in read_log(settings, (scope.topic("reports"), scope.topic("rulings")), told=told):
        try:
            record = decode(logged.value, scope)
        except RecordError:
            unreadable += 1
            continue
        if counts(record, logged):
            found.append((record, logged))
        else:
            unreadable += 1
    records, again = in_order(found)
    return Taken(tuple(records), again, unreadable)


def in_order(found: Iterable[tuple[Record, Logged]]) -> tuple[list[Record], int]:
    """The records in the order of a recording, each once, and how many stood there again.

    Of two places in the log the earlier one counts, whichever was read first.
    """
    once: dict[str, tuple[Order, Record]] = {}
    again = 0
    for record, logged in found:
        what, order = identity(record), _order(record, logged)
        known = once.get(what)
        again += known is not None
        if known is None or order < known[0]:
            once[what] = (order, record)
    return [record for _, record in sorted(once.values(), key=lambda pair: pair[0])], again


Order = tuple[datetime, int, int, str]


def _order(record: Record, logged: Logged) -> Order:
    if isinstance(record, Bundle):
        return (record.heard_at, 0, 0, record.id or identity(record))
    return (record.heard_at, 1, logged.offset, record.id)


TO_THE_END = -1
"""Kafka's word for: every record that stands in the partition."""
ANEW = tuple(what for what in WHATS if what != "controls")
"""The topics that a replay begins anew; what steers it stays."""


async def begin_anew(settings: Settings, scope: Scope) -> None:
    """Deletes every record of a replay's topics, but those that steer it. Raises OutsideError.

    On Apache Kafka a topic then begins at a later offset. The embedded broker cannot delete records: there
    the topics are deleted and made again, and begin at 0.
    """
    if scope.mode == "live":
        raise ValueError("what was heard live is never deleted")
    there = (await look(settings)).topics
    found = {name: there[name] for what in ANEW if (name := scope.topic(what)) in there}
    async with Admin(settings, CONNECT_WITHIN_S) as admin:
        try:
            if settings.kafka_kind == "tansu":
                await _make_again(admin, found)
            else:
                await _delete_records(admin, found)
        except KafkaError as error:
            raise OutsideError(
                f"Kafka at {settings.kafka} does not delete the records of {scope.name} "
                f"({type(error).__name__}): it must let us delete records of topics whose names begin so, or "
                "play in a session of its own (--session NAME)."
            ) from error


async def _delete_records(admin: AIOKafkaAdminClient, topics: Mapping[str, int]) -> None:
    places = [TopicPartition(topic, number) for topic, count in topics.items() for number in range(count)]
    await admin.delete_records({place: RecordsToDelete(TO_THE_END) for place in places})


async def _make_again(admin: AIOKafkaAdminClient, topics: Mapping[str, int]) -> None:
    await admin.delete_topics(list(topics))
    answer = await admin.create_topics([topic(name, count, 1) for name, count in topics.items()])
    for _, code, *_ in answer.topic_errors:
        if code:
            raise for_code(code)
