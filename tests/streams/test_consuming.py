"""Whether the stream processor is set up as it was found to be safe, and what we override is still there.

Know before changing: the app, its consumer and Kafka's client are the real ones, without a broker; what a
worker does with one is in tests/live.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import aiokafka
import pytest

from election.errors import SandikError, UsageError
from streams import access, consuming
from streams.consuming import OurConsumer, OurThread
from streams.settings import Settings
from streams.spans import partition_name
from tests.patience import PATIENCE_S
from tests.streams.apps import made_app


async def test_a_fetch_waits_no_longer_than_the_settings_say() -> None:
    """The library fixes 1.5 s; on the embedded broker all of it would be added to every paper's way."""
    async with made_app(fetch_wait_ms=25) as app:
        thread = app.consumer._thread
        assert OurThread is type(thread)
        client = thread._create_worker_consumer(app.consumer.transport)
        assert 25 == client._fetch_max_wait_ms
        await client.stop()
    # It is set on a client that was made already: what starts it must still read it from there.
    assert "_fetch_max_wait_ms" in aiokafka.AIOKafkaConsumer.start.__code__.co_names


async def test_a_worker_that_has_no_tables_waits_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It subscribes as soon as it has begun; the library would let a second go by."""
    async with made_app() as app:
        tables, begun = app.tables, list[str]()

        async def begin() -> None:
            begun.append("recovery")

        monkeypatch.setattr(app.consumer, "assignment", set)
        monkeypatch.setattr(app.consumer, "pause_partitions", lambda partitions: None)
        monkeypatch.setattr(tables.recovery, "start", begin)
        monkeypatch.setattr(tables, "sleep", lambda seconds: pytest.fail(f"it sleeps for {seconds} s"))
        await tables.on_start()
        assert (["recovery"], True) == (begun, tables._tables_registered.is_set())
        assert not tables.data


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("apache", {"session": 10.0, "heartbeat": 2.0, "request": 40.0}),
        ("tansu", {"session": 6.0, "heartbeat": 1.0, "request": 15.0}),
    ],
)
async def test_how_soon_a_dead_worker_is_noticed(kind: str, expected: Mapping[str, float]) -> None:
    """The library's minute would leave a partition uncounted for as long."""
    async with made_app(kafka_kind=kind) as app:
        conf = app.conf
        assert expected == {
            "session": conf.broker_session_timeout,
            "heartbeat": conf.broker_heartbeat_interval,
            "request": conf.broker_request_timeout,
        }
        assert expected["request"] == conf.producer_request_timeout


async def test_nothing_is_acknowledged_kept_made_or_served_that_we_do_not_ask_for() -> None:
    """Each of these was found to lose records, to hang, or to listen on every address of the machine."""
    async with made_app(queue_records_max=77, kafka="a:1,b:2", session="two") as app:
        conf = app.conf
        assert "sandik-replay.practice.two" == conf.id
        assert ["kafka://a:1", "kafka://b:2"] == [str(url) for url in conf.broker]
        assert "AT_LEAST_ONCE" == conf.processing_guarantee.name
        assert "memory" == conf.store.scheme
        assert (True, 77, 1.0) == (
            conf.stream_wait_empty, conf.stream_buffer_maxsize, conf.broker_commit_interval,
        )  # fmt: skip
        assert ("earliest", -1, 0.0) == (
            conf.consumer_auto_offset_reset, conf.producer_acks, conf.producer_linger,
        )  # fmt: skip
        assert (False, True, False) == (
            conf.topic_allow_declare, conf.topic_disable_leader, conf.web_enabled,
        )  # fmt: skip


class Log:
    """What stands in for the consumer's thread: what Kafka holds as committed, and where is read on."""

    def __init__(self, committed: Mapping[Any, int]) -> None:
        self.committed, self.at, self.begins = committed, dict[Any, int](), 0

    def assignment(self) -> set[Any]:
        """The partitions of this worker."""
        return set(self.committed)

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Kafka's own word."""
        self.at.update(self.committed)
        return self.committed

    async def seek_each(self, offsets: Mapping[Any, int]) -> None:
        """Reads on from there."""
        self.at.update(offsets)

    async def highwaters(self, *partitions: Any) -> Mapping[Any, int]:
        """Where the log ends."""
        return dict.fromkeys(partitions, 90)

    async def earliest_offsets(self, *partitions: Any) -> Mapping[Any, int]:
        """Where it begins."""
        return dict.fromkeys(partitions, self.begins)


async def test_the_log_is_read_on_where_the_store_stands_whatever_kafka_holds_as_committed() -> None:
    """A commit may run ahead of a store that failed over: 214 boxes were wrong for good before this."""
    ahead, behind, flushed = (aiokafka.TopicPartition("t", number) for number in range(3))
    stored = {"t/0": 7, "t/1": 90, "t/2": 0}
    async with made_app() as app:
        consumer, log = app.consumer, Log({ahead: 50, behind: 60, flushed: 70})
        assert OurConsumer is type(consumer)
        consumer._thread.thread_loop.close()
        consumer._thread = log

        async def positions(names: Sequence[str]) -> Mapping[str, int]:
            assert log.committed == log.at, "the library's own seek comes first: ours must be the last word"
            return {name: stored[name] for name in names}

        app.positions = positions
        await consumer.perform_seek()
        expected = {at: stored[partition_name(at.topic, at.partition)] for at in log.committed}
        assert expected == log.at
        for place in (consumer._read_offset, consumer._committed_offset):
            assert {ahead: 7, behind: 90, flushed: None} == {at: place[at] for at in log.committed}


async def test_where_nothing_is_stored_a_log_is_read_from_where_it_begins() -> None:
    """A replay that went back has emptied its log, and the next record's offset is not 0."""
    place, stored = aiokafka.TopicPartition("t", 0), {"t/0": 0}
    async with made_app() as app:
        app.consumer._thread.thread_loop.close()
        app.consumer._thread = log = Log({place: 50})
        log.begins = 40

        async def positions(names: Sequence[str]) -> Mapping[str, int]:
            return {name: stored[name] for name in names}

        async def begin_at(firsts: Mapping[str, int]) -> None:
            stored.update(firsts)

        app.positions, app.begin_at = positions, begin_at
        await app.consumer.perform_seek()
        assert {place: 40} == log.at
        assert {"t/0": 40} == stored


async def test_a_log_that_ends_before_the_stores_offset_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is another log, or has lost records; what comes next would be dropped as old, without a word."""
    monkeypatch.setattr(consuming, "LOOK_AT_THE_END_EVERY_S", 0)
    for kind, expected in (("apache", True), ("tansu", False)):
        async with made_app(kafka_kind=kind) as app:
            app.consumer._thread.thread_loop.close()
            app.consumer._thread = Log({aiokafka.TopicPartition("t", 0): 50})

            async def positions(names: Sequence[str]) -> Mapping[str, int]:
                return dict.fromkeys(names, 91)

            app.positions = positions
            try:
                await app.consumer.perform_seek()
                refused = False
            except UsageError as error:
                refused = "t/0 ends at offset 90" in str(error)
            assert expected == refused


@pytest.mark.parametrize(
    ("mode", "kind", "stored", "refused"),
    [
        ("live", "apache", 39, True),
        ("live", "apache", 40, False),
        ("live", "apache", 0, True),
        ("live", "tansu", 39, False),
        ("replay", "apache", 39, False),
    ],
    ids=["a gap", "no gap", "nothing stored", "begins at 0", "a replay that is just going back"],
)
async def test_records_that_were_deleted_and_are_not_in_the_count_end_the_worker(
    mode: str, kind: str, stored: int, refused: bool
) -> None:
    """No batch fits over the gap; and an empty store would be filled with totals without what was deleted."""
    async with made_app(mode=mode, kafka_kind=kind) as app:
        app.consumer._thread.thread_loop.close()
        app.consumer._thread = log = Log({aiokafka.TopicPartition("t", 0): 50})
        log.begins, held = 40, {"t/0": stored}

        async def positions(names: Sequence[str]) -> Mapping[str, int]:
            return dict(held)

        async def begin_at(firsts: Mapping[str, int]) -> None:
            held.update(firsts)

        app.positions, app.begin_at = positions, begin_at
        if not refused:
            await app.consumer.perform_seek()
            return
        with pytest.raises(
            UsageError, match=f"t/0 begins at offset 40, and the store has .* up to {stored}:"
        ):
            await app.consumer.perform_seek()


async def test_a_worker_without_a_partition_asks_the_store_for_nothing() -> None:
    """There are more workers than partitions now and then."""
    async with made_app() as app:
        app.consumer._thread.thread_loop.close()
        app.consumer._thread = Log({})

        async def positions(names: Sequence[str]) -> Mapping[str, int]:
            raise AssertionError(f"asked for {names}")

        app.positions = positions
        await app.consumer.perform_seek()


async def test_where_the_log_ends_is_known_of_what_was_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an assignment at one moment: the client's own thread may put another in its place meanwhile."""
    ends = {aiokafka.TopicPartition("t", 0): 7, aiokafka.TopicPartition("t", 1): None}
    async with made_app() as app:
        assert {} == app.ends(), "nothing is started"
        thread = app.consumer._thread
        thread._consumer = client = thread._create_worker_consumer(app.consumer.transport)
        assert {} == app.ends(), "nothing is subscribed to"
        client._subscription.subscribe({"t"})
        assert {} == app.ends(), "nothing is assigned"
        client._subscription.assign_from_subscribed(list(ends))
        held = client._subscription.subscription.assignment
        for at, end in ends.items():
            held.state_value(at).highwater = end
        assert {"t/0": 7} == app.ends()
        client._subscription.assign_from_subscribed([])
        assert {} == app.ends()
        await client.stop()


async def test_what_is_thrown_away_is_neither_waited_for_nor_committed() -> None:
    """The drains drop it unacknowledged: the library would wait for it for ever before it gives back."""
    async with made_app() as app:
        consumer, asked = app.consumer, list[None]()
        app.again._rejoin = lambda: asked.append(None)
        place, message = aiokafka.TopicPartition("t", 0), _Read()
        consumer._unacked_messages.add(message)
        consumer._acked[place], consumer._acked_index[place] = [4, 5], {4, 5}
        app.again.begin(SandikError("flushed"))
        async with asyncio.timeout(PATIENCE_S):
            await consumer.wait_empty()
        assert ([None], [], {}) == (asked, list(consumer._unacked_messages), dict(consumer._acked))


class _Read:
    """A record that was read and that nobody acknowledges."""


async def test_partitions_are_asked_for_anew_in_the_loop_of_kafkas_client() -> None:
    """In the group, with nothing left to be waited for; the client lives in a thread of its own."""
    async with made_app() as app:
        thread, message = app.consumer._thread, _Read()
        thread._consumer = client = thread._create_worker_consumer(app.consumer.transport)
        client._coordinator = _Coordinator(threading.get_ident())
        app.consumer._unacked_messages.add(message)
        app.rejoin()
        assert [] == list(app.consumer._unacked_messages)
        assert [] == client._coordinator.asked
        await asyncio.to_thread(thread.thread_loop.run_until_complete, asyncio.sleep(0))
        assert [True] == client._coordinator.asked
        thread._consumer = client._coordinator = None
        await client.stop()
    assert callable(aiokafka.consumer.group_coordinator.GroupCoordinator.request_rejoin)


class _Coordinator:
    """What stands in for the client's part that belongs to the group."""

    def __init__(self, ours: int) -> None:
        self.ours, self.asked = ours, list[bool]()

    def request_rejoin(self) -> None:
        """Asked from a thread other than ours."""
        self.asked.append(threading.get_ident() != self.ours)


async def test_the_log_is_read_on_only_when_no_thrown_away_step_is_under_way() -> None:
    """A position asked for before would be one that the step then leaves behind, or a loss once more."""
    at, order = aiokafka.TopicPartition("t", 0), list[str]()

    class Slow:
        """A drain with a step under way."""

        def shut(self) -> None:
            """Nothing more is applied."""

        async def reopen(self) -> None:
            """Waits for the step."""
            await asyncio.sleep(0)
            order.append("step")

    async with made_app() as app:
        app.consumer._thread.thread_loop.close()
        app.consumer._thread = Log({at: 50})
        app.again._rejoin = lambda: None
        app.again.own(Slow())

        async def positions(names: Sequence[str]) -> Mapping[str, int]:
            order.append("positions")
            return dict.fromkeys(names, 0)

        app.positions = positions
        app.again.begin(SandikError("flushed"))
        await app.consumer.perform_seek()
        await app.consumer.perform_seek()
        assert ["step", "positions", "positions"] == order
        assert {at: 0} == app.consumer._thread.at


@pytest.mark.parametrize("security", ["plaintext", "tls", "sasl", "sasl-tls"])
def test_the_stream_processor_is_let_in_as_every_other_client_is(security: str) -> None:
    """The same settings in its own words, which end as the same words for the library underneath."""
    login = {"kafka_user": "worker", "kafka_password": "gizli"} if "sasl" in security else {}
    settings = Settings(kafka_security=security, **login)
    told = dict(consuming.driver.credentials_to_aiokafka_auth(consuming.credentials(settings)))
    expected = access.client(settings)
    assert ("ssl_context" in expected) == (told.pop("ssl_context", None) is not None)
    expected.pop("ssl_context", None)
    assert expected == told
    assert "gizli" not in repr(consuming.credentials(settings))
