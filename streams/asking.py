"""What a worker asks Kafka beside its stream, each time with a fresh client: what is there, and is it ours.

    topics = await topics_there(settings)              every topic that we may see, and its partitions
    kept = await kept_from_us(settings, names)         those of them that we may not see
    await anything(settings, places, positions)        whether a record stands where we should read on

Know before changing: a client that has lost its brokers never finds others, so none is kept here. Asking
makes no topic. What Kafka keeps from a user looks to that user as if it were not there; who waited for it
would wait for ever, so it is asked for by name.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from election.errors import OutsideError
from election.wire.access import Refusal, no_right, place, refusal
from streams.access import client
from streams.consuming import kafka
from streams.settings import Settings

HeartbeatRequest: Any = vars(kafka.consumer.group_coordinator)["HeartbeatRequest"]
AGAIN_S = 1.0
KNOCK_WITHIN_S = 3.0
ANSWERS_WITHIN_S = 5.0
FETCH_MS = 20
PEEK_MS = 3000
"""How long is waited for a record at the place where a worker stands."""


class NotLetInError(OutsideError):
    """Kafka is there and does not let us in, or not to a topic; trying again would end the same."""

    def __init__(self, settings: Settings, why: str) -> None:
        super().__init__(f"Kafka at {settings.kafka} {why}.")


async def topics_there(settings: Settings) -> dict[str, int]:
    """Every topic that we may see, and how many partitions it has. Raises OutsideError after the deadline."""
    deadline = asyncio.get_running_loop().time() + settings.outside_within_s
    while True:
        found = _client(settings)
        try:
            await found.bootstrap()
            cluster = await found.fetch_all_metadata()
            return {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in cluster.topics()}
        except kafka.errors.KafkaError as error:
            last = asyncio.get_running_loop().time() > deadline
            hint = await see_why(settings, last=last)
            if last:
                because = hint or str(error)
                raise OutsideError(
                    f"Kafka at {settings.kafka} does not answer ({because}): see that it runs "
                    "(sandik doctor), and that SANDIK_KAFKA names all brokers."
                ) from error
            await asyncio.sleep(AGAIN_S)
        finally:
            await found.close()


async def kept_from_us(settings: Settings, names: Collection[str]) -> set[str]:
    """Which of these topics Kafka keeps from us by rights; none where it cannot be asked now."""
    found = _client(settings)
    try:
        await found.bootstrap()
        request = kafka.client.MetadataRequest(list(names), allow_auto_topic_creation=False)
        answer = (await found.send(found.get_random_node(), request)).to_object()
    except kafka.errors.KafkaError:
        return set()
    finally:
        await found.close()
    refused = kafka.errors.TopicAuthorizationFailedError.errno
    return {one["topic"] for one in answer["topics"] if one["error_code"] == refused}


async def refuse_what_is_kept(settings: Settings, names: Collection[str]) -> None:
    """Raises NotLetInError where Kafka keeps one of these topics from us."""
    if kept := await kept_from_us(settings, names):
        raise NotLetInError(settings, no_right(settings, kept))


async def refuse_without_rights(settings: Settings, group: str, topics: Collection[str]) -> None:
    """Raises NotLetInError where we may not read these topics, or not with others in this group.

    The stream processor would say nothing and try again for ever. Asked only where somebody signs in.
    """
    if not (settings.tls or settings.sasl):
        return
    with worded(settings):
        await _heartbeat(settings, group)
        consumer = kafka.AIOKafkaConsumer(
            bootstrap_servers=settings.brokers, auto_offset_reset="earliest", fetch_max_wait_ms=FETCH_MS,
            **client(settings),
        )  # fmt: skip
        await consumer.start()
        try:
            places = [kafka.TopicPartition(topic, 0) for topic in topics]
            consumer.assign(places)
            until_s = asyncio.get_running_loop().time() + ANSWERS_WITHIN_S
            while None in map(consumer.highwater, places) and asyncio.get_running_loop().time() < until_s:
                await consumer.getmany(timeout_ms=FETCH_MS, max_records=1)
        finally:
            await _leave(consumer)


async def _leave(consumer: Any) -> None:
    """Gives its connections back, also where the client lets the end of a fetch out before that.

    The same as in `producers.record`, which says why: no room imports another.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise


async def _heartbeat(settings: Settings, group: str) -> None:
    """Raises GroupAuthorizationFailedError; any other answer, as nobody of this name is in it, will do."""
    found = _client(settings)
    try:
        await found.bootstrap()
        await found.fetch_all_metadata()
        request = HeartbeatRequest(group, -1, "")
        answer = await found.send(found.get_random_node(), request)
    finally:
        await found.close()
    if answer.error_code == kafka.errors.GroupAuthorizationFailedError.errno:
        raise kafka.errors.GroupAuthorizationFailedError(group)


async def anything(
    settings: Settings, places: Sequence[tuple[str, int]], positions: Mapping[tuple[str, int], int]
) -> bool:
    """Whether a record stands at the positions of these topics and partitions."""
    consumer = kafka.AIOKafkaConsumer(
        bootstrap_servers=settings.brokers, auto_offset_reset="earliest", **client(settings)
    )
    await consumer.start()
    try:
        consumer.assign([kafka.TopicPartition(*at) for at in places])
        for at in places:
            consumer.seek(kafka.TopicPartition(*at), positions[at])
        return bool(await consumer.getmany(timeout_ms=PEEK_MS, max_records=1))
    finally:
        await _leave(consumer)


async def see_why(settings: Settings, *, last: bool) -> str:
    """What may be the reason that no broker let us in; nothing: none is known.

    Raises NotLetInError where Kafka is there and would refuse the next try as well. Where nothing is
    encrypted and nobody signs in there is little to see, so only the `last` try is looked at.
    """
    if not last and not (settings.tls or settings.sasl):
        return ""
    found = await _knock(settings)
    if found is not None and found.final:
        raise NotLetInError(settings, found.why)
    return "" if found is None else found.why


async def _knock(settings: Settings) -> Refusal | None:
    hint = None
    for host, port in filter(None, map(place, settings.brokers)):
        try:
            async with asyncio.timeout(KNOCK_WITHIN_S):
                connection = await kafka.conn.create_conn(host, port, **client(settings))
                try:
                    await connection.send(kafka.client.MetadataRequest([]))
                finally:
                    connection.close()
        except (kafka.errors.KafkaError, TimeoutError, OSError) as error:
            found = refusal(settings, error)
            if found is not None and found.final:
                return found
            hint = hint or found
        else:
            return None
    return hint


@contextmanager
def worded(settings: Settings) -> Iterator[None]:
    """What happens in it raises NotLetInError where Kafka says that we may not do it."""
    try:
        yield
    except kafka.errors.KafkaError as error:
        ours = in_our_words(settings, error)
        if ours is error:
            raise  # not from itself: several wait for one batch, and each looks through its causes
        raise ours from error


def in_our_words(settings: Settings, error: BaseException) -> BaseException:
    """An error that ended the stream processor; as a sentence where it says that we may not do something."""
    found = refusal(settings, error)
    return NotLetInError(settings, found.why) if found is not None and found.final else error


def _client(settings: Settings) -> Any:
    return kafka.client.AIOKafkaClient(bootstrap_servers=settings.brokers, **client(settings))
