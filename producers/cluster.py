"""What Kafka has: its brokers and topics, looked at and made.

    await create_topics(settings, night.id)          those that are not there yet
    cluster = await look(settings)                   brokers, and the partitions of each topic

Know before changing: replication and limits of a topic are given when it is made and never changed here;
`sandik doctor` says what is wrong with one that another made. The client asks any broker of those it heard
of, also one that has just gone: whatever is asked may be asked again (`asked`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest

from election.errors import OutsideError
from election.night import NightId
from election.wire.access import no_right, written
from election.wire.records import RECORD_BYTES_MAX
from election.wire.shown import SHOWN_BYTES_MAX
from election.wire.topics import WHATS
from producers import access
from producers.errors import NoKafkaError, NotLetInError, SaysNoError
from producers.settings import Settings

REQUEST_MS = 10_000  # bounds a broker that froze
CONNECT_TRY_S = 5.0
CONNECT_WITHIN_S = 15.0
RETRY_FIRST_S, RETRY_MOST_S = 0.1, 2.0
OVERHEAD_BYTES = 64 * 1024  # what Kafka adds to a record: key, headers, the batch around it
REPLICAS_MAX = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the brokers say of themselves: their advertised addresses, and the partitions of each topic."""

    brokers: tuple[str, ...]
    topics: dict[str, int]


async def look(settings: Settings, within_s: float = CONNECT_WITHIN_S) -> Cluster:
    """Asks Kafka what there is. Raises NoKafkaError if nothing answers."""
    return await asked(settings, within_s, _look)


async def asked(
    settings: Settings, within_s: float, question: Callable[[AIOKafkaAdminClient], Awaitable[T]]
) -> T:
    """What Kafka answers to a question that may be asked again: a broker may go while it is asked.

    Raises NoKafkaError when there is no answer within so many seconds, SaysNoError where asking again would
    be no cure.
    """
    now_s = asyncio.get_running_loop().time
    until_s, delay_s = now_s() + within_s, RETRY_FIRST_S
    while True:
        async with Admin(settings, until_s - now_s()) as admin:
            try:
                return await question(admin)
            except KafkaError as error:
                if not error.retriable:
                    raise SaysNoError(settings, error) from error
                if now_s() + delay_s > until_s:
                    raise NoKafkaError(settings, "does not answer", type(error).__name__) from error
        await asyncio.sleep(delay_s)
        delay_s = min(2 * delay_s, RETRY_MOST_S)


async def create_topics(
    settings: Settings, night: NightId, within_s: float = CONNECT_WITHIN_S, whats: Sequence[str] = WHATS
) -> tuple[str, ...]:
    """Creates the topics of a night that are not there yet, and gives their names.

    One that is there, or that another process makes meanwhile, is left as it is: doctor says if it is wrong.
    One that is kept from us by rights is none of our business: a process needs some of a night's topics, and
    is told when it wants one that it may not have. Brokers that are yet to come are waited for, since a topic
    has for ever as many copies as it is made with; in the end one of those named may be away.
    Raises NoKafkaError, NotLetInError, TooFewBrokersError.
    """
    scope, now_s = settings.scope(night), asyncio.get_running_loop().time
    until_s = now_s() + within_s

    async def made(admin: AIOKafkaAdminClient) -> tuple[str, ...]:
        cluster = await _look(admin)
        missing = {what: name for what in whats if (name := scope.topic(what)) not in cluster.topics}
        hidden = await _hidden(admin, missing.values())
        wanted = {what: name for what, name in missing.items() if name not in hidden}
        while wanted and away(settings, cluster) and now_s() < until_s:
            await asyncio.sleep(RETRY_FIRST_S)
            cluster = await _look(admin)
        if wanted and away(settings, cluster) > 1:
            raise TooFewBrokersError(settings, cluster)
        parts, replicas = {"reports": settings.partitions}, replicas_of(cluster)
        new = [topic(name, parts.get(what, 1), replicas) for what, name in wanted.items()]
        return await make(settings, admin, new) if new else ()

    return await asked(settings, within_s, made)


class TooFewBrokersError(OutsideError):
    """Brokers that SANDIK_KAFKA names are away, and a topic that is made now would have fewer copies."""

    def __init__(self, settings: Settings, cluster: Cluster) -> None:
        super().__init__(
            f"Of the {len(settings.brokers)} brokers that SANDIK_KAFKA names {len(cluster.brokers)} "
            "are in the cluster: a topic made now would be kept less often for ever. Start the rest."
        )


def away(settings: Settings, cluster: Cluster) -> int:
    """How many brokers are not there of those that SANDIK_KAFKA names and copies of a topic need."""
    return max(0, min(REPLICAS_MAX, len(settings.brokers)) - replicas_of(cluster))


def replicas_of(cluster: Cluster) -> int:
    """How often a topic of ours is kept there: three times where there are brokers enough."""
    return min(REPLICAS_MAX, max(1, len(cluster.brokers)))


async def make(settings: Settings, admin: AIOKafkaAdminClient, wanted: list[NewTopic]) -> tuple[str, ...]:
    """Creates these topics; the names of those that were not there.

    Raises NotLetInError, OutsideError; a KafkaError where it may be asked again (`asked`).
    """
    answer = await admin.create_topics(wanted)
    for name, code, *said in answer.topic_errors:
        error = for_code(code)
        if error in (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
            why = no_right(settings, [name], "make the topic, which is not there yet,")
            raise NotLetInError(settings, f"{why}, and type sandik doctor --fix as that user")
        if code and error.retriable:
            raise error(name)
        if code and error is not TopicAlreadyExistsError:
            why = said[0] if said and said[0] else error.__name__
            raise OutsideError(f"Kafka at {settings.kafka} does not create the topic {name}: {why}.")
    return tuple(name for name, code, *_ in answer.topic_errors if not code)


async def partitions(settings: Settings, topics: Iterable[str]) -> dict[str, int]:
    """How many partitions each of these topics has, for who wants to read them; none: it is not there.

    Raises NoKafkaError; NotLetInError where one may be there and is kept from us: it is not taken for empty.
    """
    names = tuple(topics)

    async def counted(admin: AIOKafkaAdminClient) -> dict[str, int]:
        there = (await _look(admin)).topics
        found = {name: there.get(name, 0) for name in names}
        if hidden := await _hidden(admin, [name for name, count in found.items() if not count]):
            raise NotLetInError(settings, no_right(settings, hidden, "read"))
        return found

    return await asked(settings, CONNECT_WITHIN_S, counted)


async def _hidden(admin: AIOKafkaAdminClient, names: Iterable[str]) -> set[str]:
    """Which of these are kept from us by rights. Asking makes no topic, which the library's own way may."""
    if not (asked := list(names)):
        return set()
    answer = await admin._send_request(MetadataRequest(asked, allow_auto_topic_creation=False))
    topics = answer.to_object()["topics"]
    return {one["topic"] for one in topics if one["error_code"] == TopicAuthorizationFailedError.errno}


def topic(name: str, partitions: int, replicas: int) -> NewTopic:
    """A topic of ours as it is made: nothing in it grows old, and records of our largest size fit.

    All is said, so that nothing hangs on what a cluster takes for granted.
    """
    # What was refused is kept with its bytes; a snapshot may hold many areas.
    most = {"reports": 1, "rulings": 1, "shown": SHOWN_BYTES_MAX // RECORD_BYTES_MAX}
    size = most.get(name.rpartition(".")[2], 2) * RECORD_BYTES_MAX + OVERHEAD_BYTES
    limits = {
        "max.message.bytes": str(size),
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "cleanup.policy": "delete",
        "min.insync.replicas": "2" if replicas >= REPLICAS_MAX else "1",
        "unclean.leader.election.enable": "false",
    }
    return NewTopic(name, partitions, replicas, topic_configs=limits)


async def _look(admin: AIOKafkaAdminClient) -> Cluster:
    about = await admin.describe_cluster()
    topics = await admin.describe_topics()
    return Cluster(
        tuple(written(broker["host"], broker["port"]) for broker in about["brokers"]),
        {topic["topic"]: len(topic["partitions"]) for topic in topics},
    )


class Admin:
    """An admin client that is tried until it connects, and always closed."""

    def __init__(self, settings: Settings, within_s: float) -> None:
        self._settings, self._within_s = settings, within_s

    async def __aenter__(self) -> AIOKafkaAdminClient:
        until_s, delay_s = asyncio.get_running_loop().time() + self._within_s, RETRY_FIRST_S
        while True:
            self._client = AIOKafkaAdminClient(
                bootstrap_servers=self._settings.brokers,
                request_timeout_ms=REQUEST_MS,
                **access.client(self._settings),
            )
            try:
                async with asyncio.timeout(CONNECT_TRY_S):
                    await self._client.start()
                return self._client
            except (KafkaError, TimeoutError, OSError) as error:
                await self._client.close()
                last = asyncio.get_running_loop().time() + delay_s > until_s
                hint = await access.see_why(self._settings, last=last)
                if last:
                    raise NoKafkaError(self._settings, "does not answer", hint) from error
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_MOST_S)
            except asyncio.CancelledError:
                await self._client.close()
                raise

    async def __aexit__(self, *ended: object) -> None:
        await self._client.close()
