"""Topics on a real broker: made once whoever comes first, as they must be, and looked at."""

import asyncio
import uuid
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from election.night import NightId
from election.wire.records import RECORD_BYTES_MAX
from election.wire.topics import WHATS
from producers.cluster import create_topics, look
from producers.errors import NoKafkaError
from producers.settings import Settings
from tests.patience import PATIENCE_S
from tests.servers import Running


def settings(broker: Running) -> Settings:
    """Of a producer at this broker."""
    session = f"t{uuid.uuid4().hex[:8]}"
    environment = {
        "SANDIK_KAFKA": broker.address,
        "SANDIK_KAFKA_KIND": broker.kind,
        "SANDIK_SESSION": session,
    }
    return Settings.read(environment | {"SANDIK_PARTITIONS": "3"})


async def test_of_two_that_make_topics_at_once_each_is_made_by_one(broker: Running) -> None:
    """Every room makes them at its start; none stumbles over another."""
    of, night = settings(broker), NightId("practice")
    made = await asyncio.gather(*(create_topics(of, night) for _ in range(3)))
    scope = of.scope(night)
    assert sorted(scope.topic(what) for what in WHATS) == sorted(name for names in made for name in names)
    assert () == await create_topics(of, night)
    found = (await look(of)).topics
    assert {scope.topic(what): 3 if what == "reports" else 1 for what in WHATS} == {
        name: count for name, count in found.items() if name.startswith(scope.name)
    }


async def test_a_topic_takes_our_largest_record_and_forgets_nothing(apache_kafka: Running) -> None:
    """Kafka's own limits are a megabyte and a week."""
    of, night = settings(apache_kafka), NightId("practice")
    await create_topics(of, night)
    admin = AIOKafkaAdminClient(bootstrap_servers=apache_kafka.address)
    await admin.start()
    try:
        what = ConfigResource(ConfigResourceType.TOPIC, of.scope(night).topic("reports"))
        said: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            while not said:  # a broker hears of a new topic a moment after it was made
                said = {
                    entry[0]: entry[1]
                    for answer in await admin.describe_configs([what])
                    for resource in answer.resources
                    for entry in resource[4]
                }
    finally:
        await admin.close()
    assert RECORD_BYTES_MAX < int(said["max.message.bytes"])
    assert "-1" == said["retention.ms"] == said["retention.bytes"]
    assert ("delete", "1") == (said["cleanup.policy"], said["min.insync.replicas"])


async def test_nothing_at_the_address_is_a_sentence(broker: Running) -> None:
    """It says what to type."""
    with pytest.raises(NoKafkaError, match="does not answer: set SANDIK_KAFKA"):
        await look(replace(settings(broker), kafka="127.0.0.1:1"), within_s=0.5)
