"""What three brokers do when one of them is cut off by the network, from everybody or from the others alone.

Know before changing: a broker that is cut off from the others goes on believing that it leads, and says so to
clients. That it acknowledges nothing then is Kafka's promise, which P1 rests on; that it does believe it is
asked too, or nothing would be shown.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from election.night import NightId
from faults.brokers import NODES, Brokers
from faults.loaded import NoCompilerError
from faults.network import Networks
from producers.cluster import create_topics
from producers.settings import Settings
from sandik import kafka, ports
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.live, pytest.mark.kafka]
ANSWERS_WITHIN_MS = 500
"""How long the deposed leader is to wait for the others; it would wait for ever."""
RECORDS = 5


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    """Three brokers of Apache Kafka whose networks can be cut."""
    folder = tmp_path_factory.mktemp("cut-off")
    try:
        made = Brokers(folder, networks=Networks(folder))
    except (kafka.NoJavaError, kafka.NoJarsError, NoCompilerError) as error:
        pytest.skip(str(error))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


class Topic:
    """A topic of which the first partition is written and read."""

    def __init__(self, brokers: Brokers, name: str) -> None:
        self.name = name
        self.ports = {
            node: int(one.rpartition(":")[2])
            for node, one in zip(NODES, brokers.addresses.split(","), strict=True)
        }

    def addresses(self, nodes: Sequence[int]) -> list[str]:
        """Where to begin, with these brokers alone."""
        return [f"{ports.LOCALHOST}:{self.ports[node]}" for node in nodes]

    async def send(self, value: bytes, nodes: Sequence[int] = NODES) -> bytes:
        """Returns when it is acknowledged, to who knows these brokers."""
        producer = AIOKafkaProducer(bootstrap_servers=self.addresses(nodes), acks="all")
        await producer.start()
        try:
            await producer.send_and_wait(self.name, value, partition=0)
        finally:
            await producer.stop()
        return value

    async def read(self) -> list[bytes]:
        """All that it holds."""
        place = TopicPartition(self.name, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.addresses(NODES), auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([place])
            end = (await consumer.end_offsets([place]))[place]
            found: list[bytes] = []
            while await consumer.position(place) < end:
                found += [
                    one.value for one in (await consumer.getmany(place, timeout_ms=1000)).get(place, ())
                ]
            return found
        finally:
            await consumer.stop()

    async def said(self, node: int) -> tuple[int, int]:
        """Who leads, as this very broker says, and how many copies are in step."""
        async with self.line(node) as line:
            answer = await line.send(MetadataRequest([self.name]))
        [(_, _, _, partitions)] = answer.topics
        [(leader, in_step)] = [(one[2], one[4]) for one in partitions if one[1] == 0]
        return leader, len(in_step)

    async def until(self, node: int, check: Callable[[int, int], bool]) -> None:
        """Waits until this broker says so."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    if check(*await self.said(node)):
                        return
                except (
                    KafkaError,
                    ValueError,
                ):  # at this moment it knows nothing of the topic
                    pass
                await asyncio.sleep(0.1)

    @asynccontextmanager
    async def line(self, node: int) -> AsyncIterator[Any]:
        """A connection to this very broker."""
        patience_ms = int(PATIENCE_S * 1000)
        line = await create_conn(ports.LOCALHOST, self.ports[node], request_timeout_ms=patience_ms)
        try:
            yield line
        finally:
            line.close()

    async def refused(self, node: int, value: bytes) -> int:
        """The number of the error with which this very broker answers who would write; 0: it acknowledges."""
        batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 10_000)
        batch.append(0, None, b"", value, [])
        async with self.line(node) as line:
            records = [(self.name, [(0, bytes(batch.build()))])]
            answer = await line.send(ProduceRequest(None, -1, ANSWERS_WITHIN_MS, records))
        [(_, [partition])] = answer.topics
        return int(partition[1])


async def topic(brokers: Brokers, session: str) -> tuple[Topic, int, list[bytes]]:
    """A topic with something in it, who leads it, and what was acknowledged."""
    environment = {"SANDIK_MODE": "replay", "SANDIK_SESSION": session, "SANDIK_KAFKA": brokers.addresses}
    settings, night = Settings.read(environment | {"SANDIK_NIGHT": "practice"}), NightId("practice")
    await create_topics(settings, night, PATIENCE_S)
    made = Topic(brokers, settings.scope(night).topic("reports"))
    await made.until(NODES[0], lambda leader, in_step: leader in NODES and in_step == len(NODES))
    acknowledged = [await made.send(b"before")]
    return made, (await made.said(NODES[0]))[0], acknowledged


async def test_a_broker_that_is_cut_off_says_nothing_and_another_leads_until_it_is_back(
    brokers: Brokers,
) -> None:
    """All that was acknowledged, before and meanwhile, is in the log, and kept three times again."""
    of, leader, acknowledged = await topic(brokers, "cut-off")
    others = [node for node in NODES if node != leader]
    network = brokers.processes[leader - 1].network
    assert network is not None
    network.cut()
    try:
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(of.said(leader))
            await of.until(others[0], lambda now, in_step: now in others)
            acknowledged += [await of.send(b"meanwhile %d" % number, others) for number in range(RECORDS)]
            assert not asked.done()
            network.heal()
    finally:
        network.heal()
    assert network.held_back
    await of.until(leader, lambda now, in_step: now in others and in_step == len(NODES))
    assert acknowledged == await of.read()


async def test_a_leader_that_is_cut_off_from_the_others_acknowledges_nothing(brokers: Brokers) -> None:
    """It answers its clients, and says that it leads, when another does; what it took is not in the log."""
    of, leader, acknowledged = await topic(brokers, "from-peers")
    others = [node for node in NODES if node != leader]
    network = brokers.processes[leader - 1].network
    assert network is not None
    network.cut(peers_alone=True)
    try:
        assert await of.refused(leader, b"to a leader that is alone")
        await of.until(others[0], lambda now, in_step: now in others)
        assert (leader, len(NODES)) == await of.said(leader)
        assert await of.refused(leader, b"to a leader that is deposed")
        acknowledged += [await of.send(b"meanwhile %d" % number, others) for number in range(RECORDS)]
    finally:
        network.heal()
    await of.until(leader, lambda now, in_step: now in others and in_step == len(NODES))
    assert acknowledged == await of.read()
