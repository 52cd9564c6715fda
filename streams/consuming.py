"""The one door to the stream processor: its client reads where the store says, as we have found it safe.

    app = make_app(night, settings, store, progress)      the library's app, with our client of Kafka in it

Know before changing: Kafka's committed offsets are not the truth; the store's are (`OurConsumer`). A commit
may run ahead of a store that has failed over, and then only the store's own offsets bring the records back.
"""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver

from election.errors import UsageError
from election.night import Night
from election.wire.records import AFTER
from streams import access
from streams.again import BeginsAgain
from streams.begun import begin
from streams.progress import Progress
from streams.rewinding import begin_at
from streams.settings import Settings
from streams.spans import partition_name
from streams.store import Store

log = logging.getLogger(__name__)

kafka: Any = vars(driver)["aiokafka"]
"""The client that the stream processor itself stands on, for questions; not a second door to Kafka."""

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

    async def seek_each(self, offsets: Mapping[Any, int]) -> None:
        """Reads each partition on from its offset; called by the worker's thread, done in this one.

        The library's own `seek` throws away, in whatever thread calls it, what was fetched and not yet handed
        on. A fetch under way at that moment has just listed it and finds it gone: a KeyError, rarely, at a
        rebalance, and the end of the worker.
        """
        await self.call_thread(self._seek_here, offsets)

    async def _seek_here(self, offsets: Mapping[Any, int]) -> None:
        for partition, offset in offsets.items():
            self.seek(partition, offset)


class OurConsumer(driver.Consumer):
    """Reads on from the store's offsets, whatever was committed."""

    _thread: OurThread

    def _new_consumer_thread(self) -> OurThread:
        return OurThread(self, loop=self.loop, beacon=self.beacon)

    def rejoin(self) -> None:
        """Asks for the partitions anew, without leaving the group; it ends with `perform_seek`."""
        self._throw_away()
        coordinator = self._thread._ensure_consumer()._coordinator
        self._thread.thread_loop.call_soon_threadsafe(coordinator.request_rejoin)

    async def wait_empty(self) -> None:
        """Before partitions are given back: what was read is applied, unless it is thrown away.

        A replay's ruling is applied after the reports that it was heard after. They may lie with another
        worker, which counts nothing before this join; so it is not waited for, but read again after it. Where
        this worker stops, the other goes on counting, and the ruling is applied.
        """
        app = _ours(self.app)
        again = app.again
        if not (app.should_stop or again.pending) and any(map(_comes_after_others, self._unacked_messages)):
            again.put_down()
        if again.pending:
            await self.maybe_wait_for_commit_to_finish()
            self._throw_away()
        else:
            await super().wait_empty()

    def ends(self) -> dict[str, int]:
        """Where each assigned partition ends, by the last fetch; one that was not fetched yet is left out.

        The client's own thread may put another assignment in this one's place meanwhile; this one stays as it
        is. Asking the client partition by partition fails on one that has just gone to another worker.
        """
        client = self._thread._consumer
        subscription = None if client is None else client._subscription.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None:
            return {}
        ends = {at: assignment.state_value(at).highwater for at in assignment.tps}
        return {partition_name(at.topic, at.partition): end for at, end in ends.items() if end is not None}

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
        begins = await self._begins(assigned)
        positions = await self._positions(assigned, begins)
        await self._refuse_a_shorter_log(assigned, positions)
        offsets = {assigned[name]: offset for name, offset in positions.items()}
        await self._thread.seek_each(offsets)
        for at, offset in offsets.items():
            self._read_offset[at] = self._committed_offset[at] = offset or None
        log.info("reading on from %s", ", ".join(f"{name} at {at}" for name, at in positions.items()))

    async def _begins(self, assigned: Mapping[str, Any]) -> Mapping[str, int]:
        """Where the log of each partition begins."""
        if _ours(self.app).kind == "tansu":
            return dict.fromkeys(assigned, 0)  # the embedded broker's all begin at 0
        found = await self.earliest_offsets(*assigned.values())
        return {name: found[at] for name, at in assigned.items()}

    async def _positions(self, assigned: Mapping[str, Any], begins: Mapping[str, int]) -> Mapping[str, int]:
        """The store's offsets; where it has none, those at which the log begins (a replay that went back).

        Raises UsageError where a live log begins after them.
        """
        app = _ours(self.app)
        positions = await app.positions(list(assigned))
        if app.live:  # a replay that goes back empties its log a moment before its store
            _refuse_a_log_with_a_gap(positions, begins)
        firsts = {name: begins[name] for name, offset in positions.items() if begins[name] and not offset}
        if not firsts:
            return positions
        await app.begin_at(firsts)
        return await app.positions(list(assigned))

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


class OurTables(TableManager):
    """None: the state is in the store. The library waits a second for tables before it subscribes."""

    async def on_start(self) -> None:
        """Says at once that there are none to come."""
        await self._update_channels()
        await self.recovery.start()


class OurApp(faust.App):
    """The library's app with our transport, and nothing written to disk."""

    kind: str
    live: bool
    fetch_wait_ms: int
    positions: Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]
    begin_at: Callable[[Mapping[str, int]], Awaitable[None]]
    again: BeginsAgain

    def _new_transport(self) -> OurTransport:
        return OurTransport(self.conf.broker_consumer, self)

    def ends(self) -> dict[str, int]:
        """Where each of this worker's partitions ends, by the last fetch; one not fetched yet is left out."""
        consumer: Any = self.consumer
        return dict(consumer.ends())

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


def _refuse_a_log_with_a_gap(positions: Mapping[str, int], begins: Mapping[str, int]) -> None:
    """Records that were deleted leave a gap. No batch fits over it, and each is tried for ever.

    Where nothing is stored one would fit, and every total would be without what was deleted.
    """
    for name, offset in positions.items():
        if offset < begins[name]:
            raise UsageError(
                f"{name} begins at offset {begins[name]}, and the store has counted up to {offset}: Kafka "
                "has deleted records that are not in the count. Type sandik doctor --fix, so that no more "
                "go, and send every feed again into a session of its own (SANDIK_SESSION)."
            )


def _comes_after_others(message: Any) -> bool:
    """Whether a record says which reports it was heard after."""
    return AFTER in dict(message.headers or ())


def _ours(app: object) -> OurApp:
    if not isinstance(app, OurApp):
        raise TypeError(f"this consumer belongs to our app, not to {app!r}")
    return app


def credentials(settings: Settings) -> Any:
    """The same that every client of Kafka is told, in the stream processor's words; None: nothing."""
    told = access.client(settings)
    context = told.get("ssl_context")
    if settings.sasl:
        return faust.SASLCredentials(
            username=told["sasl_plain_username"],
            password=told["sasl_plain_password"],
            mechanism=told["sasl_mechanism"],
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)


def make_app(night: Night, settings: Settings, store: Store, progress: Progress) -> OurApp:
    """The app with the settings that were found to be safe (docs/decisions)."""
    request_s = REQUEST_S[settings.kafka_kind]
    app = OurApp(
        f"sandik-{settings.scope(night.id).name}",
        broker=[f"kafka://{broker}" for broker in settings.brokers],
        broker_credentials=credentials(settings),
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
        TableManager=OurTables,
        web_enabled=False,
        **SESSIONS[settings.kafka_kind],
    )
    app.in_worker = True
    app.kind, app.live = settings.kafka_kind, settings.mode == "live"
    app.fetch_wait_ms = settings.fetch_wait_ms
    app.positions = store.positions
    app.begin_at = partial(begin_at, store)
    app.again = BeginsAgain(progress, app.rejoin)
    return app
