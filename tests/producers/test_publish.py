"""The door to Kafka, against a producer of the test's own that fails as the real one was seen to fail."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
)
from aiokafka.structs import RecordMetadata, TopicPartition

from election.errors import OutsideError, RecordError
from election.night import NightId
from election.wire.records import AFTER, RECORD_BYTES_MAX, Bundle, Ruling, decode, decode_after
from producers import publish
from producers.publish import Publisher
from producers.settings import Settings
from tests.producers import tiny
from tests.producers.test_bundling import a_report, bundles

NIGHT = NightId("tiny")
Script = Callable[["Fake", int], BaseException | None]


class Fake:
    """Acknowledges what `script(producer, nth record)` has no error for; None at once, an error at once.

    `silent`: the script's producers that never answer.
    """

    script: ClassVar[Script]
    made: ClassVar[list["Fake"]]
    arrived: ClassVar[list[tuple[str, bytes, bytes]]]
    unreachable: ClassVar[int]
    silent: ClassVar[set[int]]
    headers: ClassVar[list[Any]]

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.number = len(Fake.made)
        self.sent = 0
        self.stopped = False
        self._sender = None
        self.client = self
        Fake.made.append(self)

    async def start(self) -> None:
        if self.number < Fake.unreachable:
            raise KafkaConnectionError("nobody there")

    async def stop(self) -> None:
        self.stopped = True

    async def close(self) -> None:
        self.stopped = True

    async def send(
        self, topic: str, value: bytes, key: bytes, headers: object = ()
    ) -> "asyncio.Future[RecordMetadata]":
        self.sent += 1
        told: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        if self.number in Fake.silent:
            return told
        error = Fake.script(self, self.sent)
        if isinstance(error, KafkaTimeoutError):
            raise error
        if error is not None:
            told.set_exception(error)
        else:
            Fake.arrived.append((topic, key, value))
            Fake.headers.append(headers)
            place = TopicPartition(topic, 0)
            told.set_result(RecordMetadata(topic, 0, place, len(Fake.arrived) - 1, 0, 0, 0))
        return told


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    """Every producer is a fake one; it acknowledges everything unless the test says otherwise."""
    Fake.script, Fake.made, Fake.arrived = staticmethod(lambda fake, nth: None), [], []
    Fake.unreachable, Fake.silent, Fake.headers = 0, set(), []
    monkeypatch.setattr(publish, "AIOKafkaProducer", Fake)
    for name in ("RETRY_FIRST_S", "LOOK_EVERY_S", "ABANDON_WITHIN_S"):
        monkeypatch.setattr(publish, name, 0.001)
    return Fake


def rulings(count: int) -> list[Ruling]:
    """Rulings that differ in their text."""
    at = tiny.HEARD_AT
    return [Ruling("mayor", "concession", at, at, "council", "", str(number)) for number in range(count)]


async def publish_all(count: int, settings: Settings | None = None) -> Publisher:
    """Sends so many rulings and waits for all of them."""
    async with Publisher(settings or Settings(), NIGHT) as out:
        for ruling in rulings(count):
            await out.publish(ruling)
    return out


def texts() -> set[str]:
    """What arrived, each once."""
    return {record.text for _, _, value in Fake.arrived if isinstance(record := decode(value), Ruling)}


async def test_a_bundle_goes_to_reports_and_a_ruling_to_rulings_with_their_keys() -> None:
    """Source and area for reports, the contest for rulings; mode and night in topic and record."""
    (bundle,) = bundles([a_report("n-1")], tiny.night())
    async with Publisher(Settings(mode="live"), NIGHT) as out:
        await out.publish(bundle)
        await out.publish(rulings(1)[0])
    assert [("live.tiny.reports", b"council/north"), ("live.tiny.rulings", b"mayor")] == [
        (topic, key) for topic, key, _ in Fake.arrived
    ]
    assert (2, 1) == (out.acknowledged, out.reports)
    assert all(b'"mode":"live","night":"tiny"' in value for _, _, value in Fake.arrived)


@pytest.mark.parametrize(("mode", "expected"), [("replay", {"replay.tiny.reports/0": 1}), ("live", None)])
async def test_a_replayed_ruling_says_after_which_reports_it_was_heard(
    mode: str, expected: dict[str, int] | None
) -> None:
    """Two topics have no order between them; on a live night a ruling counts as soon as it is read."""
    (bundle,) = bundles([a_report("n-1")], tiny.night())
    async with Publisher(Settings(mode=mode), NIGHT) as out:
        await out.publish(bundle)
        await out.publish(rulings(1)[0])
    assert not Fake.headers[0]
    said = {name: decode_after(value) for name, value in Fake.headers[1]}
    assert ({} if expected is None else {AFTER: expected}) == said


async def test_every_replica_acknowledges_and_nothing_lingers() -> None:
    """acks=all, idempotent on Apache Kafka only."""
    await publish_all(1)
    await publish_all(1, Settings(kafka_kind="tansu"))
    options = [(fake.options["acks"], fake.options["linger_ms"]) for fake in Fake.made]
    assert [("all", 0)] * 2 == options
    assert [True, False] == [fake.options["enable_idempotence"] for fake in Fake.made]


@pytest.mark.parametrize("error", [OutOfOrderSequenceNumber(), KafkaTimeoutError(), KafkaConnectionError()])
async def test_after_an_error_a_new_producer_sends_everything_unacknowledged(error: Exception) -> None:
    """The fourth record fails on the first producer, and everything after it; all of it arrives."""
    Fake.script = staticmethod(lambda fake, nth: error if fake.number == 0 and nth > 3 else None)
    out = await publish_all(20)
    assert set(map(str, range(20))) == texts()
    assert (20, 1) == (out.acknowledged, out.renewed)
    assert all(fake.stopped for fake in Fake.made)


async def test_a_producer_that_falls_silent_is_replaced() -> None:
    """No error, no acknowledgement: the deadline notices."""
    Fake.silent = {0, 1}
    out = await publish_all(5, Settings(send_within_s=0.01))
    assert set(map(str, range(5))) == texts()
    assert 2 == out.renewed


async def test_what_was_acknowledged_is_not_sent_again() -> None:
    """Only what is in doubt goes twice."""
    Fake.script = staticmethod(
        lambda fake, nth: OutOfOrderSequenceNumber() if fake.number == 0 and nth == 10 else None
    )
    await publish_all(10)
    assert 10 == len(Fake.arrived)


async def test_no_more_is_on_its_way_than_the_limit() -> None:
    """At the limit `publish` waits for an acknowledgement."""
    Fake.silent = {0}
    async with Publisher(Settings(inflight_max=2, mode="live"), NIGHT) as out:
        one, two, three = rulings(3)
        await out.publish(one)
        await out.publish(two)
        waiting = asyncio.create_task(out.publish(three))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done()
        assert 2 == Fake.made[0].sent
        Fake.silent = set()
        out._in_trouble(1, KafkaTimeoutError())  # the keeper replaces the producer, and the slots come free
        await waiting
    assert 3 == out.acknowledged


async def test_a_record_over_the_limit_is_refused_and_the_rest_goes_on() -> None:
    """A sentence with the way out, R008, and no slot lost."""
    at = tiny.HEARD_AT
    large = Ruling("mayor", "concession", at, at, "council", "", "", {"much": "x" * RECORD_BYTES_MAX})
    (larger,) = bundles([a_report("n-1")], tiny.night())
    async with Publisher(Settings(inflight_max=1), NIGHT) as out:
        with pytest.raises(RecordError, match="fewer words"):
            await out.publish(large)
        with pytest.raises(RecordError, match="fewer reports in one bundle"):
            await out.publish(replace(cast("Bundle", larger), box=["n-1" * RECORD_BYTES_MAX]))
        await out.publish(rulings(1)[0])
    assert 1 == out.acknowledged


async def test_a_topic_that_takes_only_smaller_records_ends_it_with_what_to_type() -> None:
    """Trying again would be for ever."""
    Fake.script = staticmethod(lambda fake, nth: MessageSizeTooLargeError())
    with pytest.raises(OutsideError, match=r"max\.message\.bytes"):
        await publish_all(3)


async def test_a_kafka_that_never_acknowledges_is_given_up_and_said() -> None:
    """The process ends with a sentence; whoever starts it again sends everything again."""
    Fake.script = staticmethod(lambda fake, nth: OutOfOrderSequenceNumber())
    with pytest.raises(OutsideError, match="acknowledged nothing for"):
        await publish_all(3, Settings(outside_within_s=0.05))


async def test_waiting_for_a_slot_ends_when_hope_is_gone() -> None:
    """Nobody waits behind a producer that was given up."""
    Fake.script = staticmethod(lambda fake, nth: OutOfOrderSequenceNumber())
    with pytest.raises(OutsideError):
        await publish_all(50, Settings(outside_within_s=0.05, inflight_max=2))


async def test_nothing_at_the_address_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to set and what to start."""
    monkeypatch.setattr(publish, "CONNECT_WITHIN_S", 0.01)
    Fake.unreachable = 10**6
    with pytest.raises(OutsideError, match=r"127\.0\.0\.1:9092 does not answer: set SANDIK_KAFKA"):
        await publish_all(1)


async def test_a_broker_that_is_late_is_waited_for() -> None:
    """A few tries that reach nobody are no failure."""
    Fake.unreachable = 3
    out = await publish_all(1)
    assert (1, 4) == (out.acknowledged, len(Fake.made))


async def test_an_error_of_the_caller_does_not_wait_for_acknowledgements() -> None:
    """Whoever leaves by an exception is not held up by a silent broker."""
    Fake.silent = {0}

    async def fails() -> None:
        async with Publisher(Settings(), NIGHT) as out:
            await out.publish(rulings(1)[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert Fake.made[0].stopped
