"""The worker's process, and the one door to the stream processor.

    main(night, settings)   counts until it is told to stop; its exit code says why it ended

Know before changing: Kafka's committed offsets are not the truth; the store's are (`OurConsumer`). A commit
may run ahead of a store that has failed over, and then only the store's own offsets bring the records back.
"""

import asyncio
import logging
import os
import signal
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import faust
import uvloop
from faust.transport.drivers import aiokafka as driver

from election.errors import OutsideError, UsageError
from election.night import Night
from streams import ending, quiet
from streams.again import BeginsAgain
from streams.attending import attend, keep_attending
from streams.begun import begin
from streams.calling import Collected, TakesRulings
from streams.counting import CountsBatches
from streams.drain import Drain, Item
from streams.gathered import Gathered, Grounds
from streams.progress import Progress
from streams.settings import Settings
from streams.spans import Received, partition_name
from streams.store import Store
from streams.watchdog import Watchdog

log = logging.getLogger(__name__)

kafka: Any = vars(driver)["aiokafka"]
"""The client that the stream processor itself stands on, for questions; not a second door to Kafka."""

RAW: Mapping[str, Any] = {
    "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw",
}  # fmt: skip
"""Topics as bytes: a record that cannot be decoded must reach the body, where it is refused and told."""
LOOK_FOR_TOPICS_EVERY_S = 0.1
SAY_MISSING_EVERY_S = 10.0
STOP_WITHIN_S = 20.0
"""How long an orderly stop may take to apply and commit what was read; then the process just ends."""
PEEK_MS = 3000
"""How long the watchdog's client waits for a record at the place where this worker stands."""

LOOKS_AT_THE_END, LOOK_AT_THE_END_EVERY_S = 6, 1.0
"""How often the end of a log is asked for before it is believed to be too early: a broker that has just
become the leader may not know yet how far its log is safe."""

SESSIONS: Mapping[str, Mapping[str, Any]] = {
    "apache": {"broker_session_timeout": 10.0, "broker_heartbeat_interval": 2.0},
    "tansu": {"broker_session_timeout": 6.0, "broker_heartbeat_interval": 1.0},
}
"""How soon a dead worker is noticed. The embedded broker takes half the session for every join."""
REQUEST_S = {"apache": 40.0, "tansu": 15.0}


class OurThread(driver.AIOKafkaConsumerThread):
    """Fetches with the wait that the settings name: the library's own is fixed at 1.5 s."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _ours(self.app).fetch_wait_ms
        return consumer


class OurConsumer(driver.Consumer):
    """Reads on from the store's offsets, whatever was committed."""

    def _new_consumer_thread(self) -> OurThread:
        return OurThread(self, loop=self.loop, beacon=self.beacon)

    def rejoin(self) -> None:
        """Asks for the partitions anew, without leaving the group; it ends with `perform_seek`."""
        self._throw_away()
        coordinator = self._thread._ensure_consumer()._coordinator
        self._thread.thread_loop.call_soon_threadsafe(coordinator.request_rejoin)

    async def wait_empty(self) -> None:
        """Before partitions are given back: what was read is applied, unless it is thrown away."""
        if _ours(self.app).again.pending:
            await self.maybe_wait_for_commit_to_finish()
            self._throw_away()
        else:
            await super().wait_empty()

    def _throw_away(self) -> None:
        """What was read and not committed is neither waited for nor committed."""
        for held in (self._unacked_messages, self._acked, self._acked_index, self._gap):
            held.clear()

    async def perform_seek(self) -> None:
        """After the library's own seek: every partition to the next offset the store has not applied."""
        await super().perform_seek()
        if await _ours(self.app).again.ready():
            self._throw_away()
        assigned = {partition_name(at.topic, at.partition): at for at in self.assignment()}
        if not assigned:
            return
        positions = await _ours(self.app).positions(list(assigned))
        await self._refuse_a_shorter_log(assigned, positions)
        for name, offset in positions.items():
            at = assigned[name]
            await self._seek(at, offset)
            self._read_offset[at] = self._committed_offset[at] = offset or None
        log.info("reading on from %s", ", ".join(f"{name} at {at}" for name, at in positions.items()))

    async def _refuse_a_shorter_log(self, assigned: Mapping[str, Any], positions: Mapping[str, int]) -> None:
        """A log that ends before the store's offset is another log: its records would never be read."""
        if _ours(self.app).kind == "tansu":
            return  # its answer to where a log ends is wrong
        for left in range(LOOKS_AT_THE_END, 0, -1):
            ends = await self.highwaters(*assigned.values())
            shorter = [name for name, at in assigned.items() if ends[at] < positions[name]]
            if not shorter:
                return
            if left > 1:
                await asyncio.sleep(LOOK_AT_THE_END_EVERY_S)
        name = shorter[0]
        raise UsageError(
            f"{name} ends at offset {ends[assigned[name]]}, and the store has counted up to "
            f"{positions[name]}: the topic was made anew, or Kafka has lost records. Type sandik verify "
            "--rebuild, or count in a session of its own (SANDIK_SESSION)."
        )

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 # as it is there
        """A record goes straight through while there is room; the library makes four tasks for each.

        It asks for a record to be handed on, or for the flow to be suspended, whichever comes first. Handing
        on hardly ever waits: then there is nothing to choose from.
        """
        if len(coros) != 2 or not all(map(asyncio.iscoroutine, coros)) or self._must_wait():
            return await super().wait_first(*coros, timeout=timeout)
        handed_on, suspended = coros
        try:
            rest = begin(handed_on)
        except BaseException:
            suspended.close()
            raise
        if rest is None:
            suspended.close()
            await asyncio.sleep(0)  # the agent takes it; without its turn the partitions would be paused
            return None
        return await super().wait_first(rest, suspended, timeout=timeout)

    def _must_wait(self) -> bool:
        """Whether the library's own way must decide: while it is stopping, or the flow is suspended."""
        return self.should_stop or self.suspend_flow.is_set()


class OurTransport(driver.Transport):
    """The library's transport with our consumer."""

    Consumer = OurConsumer


class OurApp(faust.App):
    """The library's app with our transport, and nothing written to disk."""

    kind: str
    fetch_wait_ms: int
    positions: Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]
    again: BeginsAgain

    def _new_transport(self) -> OurTransport:
        return OurTransport(self.conf.broker_consumer, self)

    def rejoin(self) -> None:
        """Asks for this worker's partitions anew."""
        consumer: Any = self.consumer
        consumer.rejoin()

    def _create_directories(self) -> None:
        """Nothing is kept on disk: the state is in the store."""

    def on_init_dependencies(self) -> Any:
        """Without the monitor as a sensor: it notes six things of every record, and nobody asks it."""
        found = super().on_init_dependencies()
        self.sensors.remove(self.monitor)
        return found


def _ours(app: object) -> OurApp:
    if not isinstance(app, OurApp):
        raise TypeError(f"this consumer belongs to our app, not to {app!r}")
    return app


def make_app(night: Night, settings: Settings, store: Store, progress: Progress) -> OurApp:
    """The app with the settings that were found to be safe (docs/decisions)."""
    request_s = REQUEST_S[settings.kafka_kind]
    app = OurApp(
        f"sandik-{settings.scope(night.id).name}",
        broker=[f"kafka://{broker}" for broker in settings.brokers],
        store="memory://",
        datadir=Path(tempfile.gettempdir()),
        processing_guarantee="at_least_once",
        stream_wait_empty=True,
        stream_buffer_maxsize=settings.queue_records_max,
        broker_commit_interval=1.0,
        broker_request_timeout=request_s,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        producer_linger=0.0,
        producer_request_timeout=request_s,
        topic_allow_declare=False,
        topic_disable_leader=True,
        cython_optimizations=True,
        web_enabled=False,
        **SESSIONS[settings.kafka_kind],
    )
    app.in_worker = True
    app.kind = settings.kafka_kind
    app.fetch_wait_ms = settings.fetch_wait_ms
    app.positions = store.positions
    app.again = BeginsAgain(progress, app.rejoin)
    return app


class Worker:
    """One worker: its streams, its drains, its sign of life, its watchdog."""

    def __init__(self, night: Night, settings: Settings) -> None:
        self.night, self.settings = night, settings
        self.scope = settings.scope(night.id)
        self.name = settings.worker or f"{socket.gethostname()}:{os.getpid()}"
        self.store = Store(night, self.scope, settings)
        self.progress = Progress()
        self.app = make_app(night, settings, self.store, self.progress)
        self.again = self.app.again
        self.counter = CountsBatches(night, self.store, self.refuse, self.progress)
        self.rulings = TakesRulings(self.store, self.refuse, self.progress)
        self.grounds = Grounds(night)
        self.grounds.warm()

    async def run(self) -> None:
        """Counts until SIGTERM or SIGINT; ends the process for everything else."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await attend(self.store, self.counter, self.progress, self.name)
        waiting = asyncio.ensure_future(stop.wait())
        ready = asyncio.ensure_future(self._topics())
        await asyncio.wait({waiting, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            return
        await ready
        self._drain("reports", self._gather, self.counter.count)
        self._drain("rulings", self._collect, self.rulings.take_in)
        every_s = self.settings.attend_every_s
        signs = keep_attending(self.store, self.counter, self.progress, self.name, every_s, self.again.begin)
        ending.own(asyncio.create_task(signs, name="the sign of life"))
        Watchdog(
            self.progress, self._work, self.settings.stand_still_s, partial(ending.end, ending.AGAIN)
        ).start()
        await self.app.start()
        ending.own(asyncio.create_task(self._crash(), name="the stream processor"))
        log.info("worker %s counts %s", self.name, self.scope.name)
        await waiting
        await asyncio.wait_for(self.app.stop(), STOP_WITHIN_S)

    async def _crash(self) -> None:
        """Raises what crashed the stream processor."""
        await self.app._crashed.wait()
        raise self.app.crash_reason or RuntimeError("the stream processor crashed")

    def _gather(self) -> Gathered:
        limits = self.settings
        return Gathered(self.grounds, self.scope, limits.batch_reports_max, limits.refused_bytes_max)

    def _collect(self) -> Collected:
        return Collected(self.night, self.scope, self.settings.refused_bytes_max)

    def _drain(self, what: str, begin: Any, apply: Any) -> None:
        """An agent of one topic whose body only fills a queue, and the task that empties it."""
        queue: asyncio.Queue[Item] = asyncio.Queue(self.settings.queue_records_max)
        drain = Drain(queue, begin, self.again.guard(apply))
        self.again.own(drain)
        topic = self.app.topic(self.scope.topic(what), **RAW)

        async def body(stream: Any) -> None:
            quiet_stream = stream.noack()
            async for event in quiet_stream.events():
                message = event.message
                received = Received(
                    message.topic, message.partition, message.offset, bytes(message.value or b"")
                )
                await queue.put(Item(received, partial(quiet_stream.ack, event), drain.turn))

        self.app.agent(topic, name=f"{self.app.conf.id}-{what}", concurrency=1)(body)
        ending.own(asyncio.create_task(drain.run(), name=f"the counting of {what}"))

    async def refuse(self, records: Sequence[bytes]) -> None:
        """Sends records to the topic of refused; returns when the broker has them all."""
        topic, within_s = self.scope.topic("refused"), self.settings.outside_within_s
        producer = self.app.producer
        try:
            async with asyncio.timeout(within_s):
                for told in [
                    await producer.send(topic, None, record, None, None, None) for record in records
                ]:
                    await told
        except TimeoutError as error:
            raise OutsideError(
                f"Kafka at {self.settings.kafka} does not take what was refused within {within_s:g} s: see "
                "that it runs (sandik doctor)."
            ) from error

    async def _topics(self) -> None:
        """Returns when the night's topics are there; a worker makes none."""
        wanted = {self.scope.topic(what) for what in ("reports", "rulings", "refused")}
        said_at = -SAY_MISSING_EVERY_S
        while True:
            missing = wanted - set(await self._look())
            if not missing:
                return
            if asyncio.get_running_loop().time() - said_at >= SAY_MISSING_EVERY_S:
                said_at = asyncio.get_running_loop().time()
                log.warning("waiting for the topics %s (sandik produce, replay or up make them)", missing)
            await asyncio.sleep(LOOK_FOR_TOPICS_EVERY_S)

    async def _look(self) -> dict[str, int]:
        """Every topic and how many partitions it has; asking makes none, unlike subscribing."""
        deadline = asyncio.get_running_loop().time() + self.settings.outside_within_s
        while True:
            client = kafka.client.AIOKafkaClient(bootstrap_servers=list(self.settings.brokers))
            try:
                await client.bootstrap()
                cluster = await client.fetch_all_metadata()
                return {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in cluster.topics()}
            except kafka.errors.KafkaError as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise OutsideError(
                        f"Kafka at {self.settings.kafka} does not answer ({error}): see that it runs "
                        "(sandik doctor), and that SANDIK_KAFKA names all brokers."
                    ) from error
                await asyncio.sleep(1)
            finally:
                await client.close()

    async def _work(self) -> bool:
        """Whether a fresh client finds a record where the store says this worker should read on."""
        topics = await self._look()
        mine = [(at.topic, at.partition) for at in self.app.consumer.assignment()] or [
            (topic, partition)
            for topic in (self.scope.topic("reports"), self.scope.topic("rulings"))
            for partition in range(topics.get(topic, 0))
        ]
        store = Store(self.night, self.scope, self.settings)
        try:
            positions = await store.positions([partition_name(*at) for at in mine])
        finally:
            await store.close()
        consumer = kafka.AIOKafkaConsumer(
            bootstrap_servers=list(self.settings.brokers), auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            consumer.assign([kafka.TopicPartition(*at) for at in mine])
            for at in mine:
                consumer.seek(kafka.TopicPartition(*at), positions[partition_name(*at)])
            return bool(await consumer.getmany(timeout_ms=PEEK_MS, max_records=1))
        finally:
            await consumer.stop()


def main(night: Night, settings: Settings) -> int:
    """Counts a night until SIGTERM or Ctrl-C (0); any other end is `ending.end`, with a code for why."""
    quiet.set_up()
    uvloop.install()
    try:
        with asyncio.Runner() as runner:
            runner.run(Worker(night, settings).run())
    except Exception as error:  # noqa: BLE001 # whatever it is, it is told and the process ends
        ending.end_with(error)
    return 0
