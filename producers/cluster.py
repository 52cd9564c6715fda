"""What Kafka has: its brokers and topics, looked at and made.

    await create_topics(settings, night.id)          those that are not there yet
    cluster = await look(settings)                   brokers, and the partitions of each topic

Know before changing: replication and limits of a topic are given when it is made and never changed here;
`sandik doctor` says what is wrong with one that another made.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from election.errors import OutsideError
from election.night import NightId
from election.wire.records import RECORD_BYTES_MAX
from election.wire.shown import SHOWN_BYTES_MAX
from election.wire.topics import WHATS
from producers.errors import NoKafkaError
from producers.settings import Settings

REQUEST_MS = 10_000  # bounds a broker that froze
CONNECT_TRY_S = 5.0
CONNECT_WITHIN_S = 15.0
RETRY_FIRST_S, RETRY_MOST_S = 0.1, 2.0
OVERHEAD_BYTES = 64 * 1024  # what Kafka adds to a record: key, headers, the batch around it
REPLICAS_MAX = 3


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the brokers say of themselves: their advertised addresses, and the partitions of each topic."""

    brokers: tuple[str, ...]
    topics: dict[str, int]


async def look(settings: Settings, within_s: float = CONNECT_WITHIN_S) -> Cluster:
    """Asks Kafka what there is. Raises NoKafkaError if nothing answers."""
    async with Admin(settings, within_s) as admin:
        return await _look(admin)


async def create_topics(
    settings: Settings, night: NightId, within_s: float = CONNECT_WITHIN_S, whats: Sequence[str] = WHATS
) -> tuple[str, ...]:
    """Creates the topics of a night that are not there yet, and gives their names. Raises NoKafkaError.

    One that is there, or that another process makes meanwhile, is left as it is: doctor says if it is wrong.
    """
    scope = settings.scope(night)
    async with Admin(settings, within_s) as admin:
        cluster = await _look(admin)
        replicas = min(REPLICAS_MAX, max(1, len(cluster.brokers)))
        missing = [what for what in whats if scope.topic(what) not in cluster.topics]
        parts = {"reports": settings.partitions}
        wanted = [topic(scope.topic(what), parts.get(what, 1), replicas) for what in missing]
        if not wanted:
            return ()
        answer = await admin.create_topics(wanted)
        for name, code, *said in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                why = said[0] if said and said[0] else error.__name__
                raise OutsideError(f"Kafka at {settings.kafka} does not create the topic {name}: {why}.")
        return tuple(name for name, code, *_ in answer.topic_errors if not code)


def topic(name: str, partitions: int, replicas: int) -> NewTopic:
    """A topic of ours as it is made: nothing in it grows old, and records of our largest size fit."""
    # What was refused is kept with its bytes; a snapshot may hold many areas.
    most = {"reports": 1, "rulings": 1, "shown": SHOWN_BYTES_MAX // RECORD_BYTES_MAX}
    size = most.get(name.rpartition(".")[2], 2) * RECORD_BYTES_MAX + OVERHEAD_BYTES
    limits = {"max.message.bytes": str(size), "retention.ms": "-1"}
    if replicas == REPLICAS_MAX:
        limits["min.insync.replicas"] = "2"
    return NewTopic(name, partitions, replicas, topic_configs=limits)


async def _look(admin: AIOKafkaAdminClient) -> Cluster:
    about = await admin.describe_cluster()
    topics = await admin.describe_topics()
    return Cluster(
        tuple(f"{broker['host']}:{broker['port']}" for broker in about["brokers"]),
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
                bootstrap_servers=self._settings.brokers, request_timeout_ms=REQUEST_MS
            )
            try:
                async with asyncio.timeout(CONNECT_TRY_S):
                    await self._client.start()
                return self._client
            except (KafkaError, TimeoutError, OSError) as error:
                await self._client.close()
                if asyncio.get_running_loop().time() + delay_s > until_s:
                    raise NoKafkaError(self._settings, "does not answer") from error
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_MOST_S)

    async def __aexit__(self, *ended: object) -> None:
        await self._client.close()
