"""The order of a recording made from a log."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import CorruptRecordException, KafkaError, KafkaTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from election.wire.records import Bundle, Record, Ruling
from election.wire.topics import Scope
from producers import record
from producers.errors import NoKafkaError
from producers.record import Logged, Taken, in_order, read_log, take
from producers.settings import Settings
from tests.producers import tiny

SCOPE = "replay.tiny"


def logged(offset: int, partition: int = 0) -> Logged:
    """A place in the log."""
    return Logged("replay.tiny.reports", partition, offset, None, b"")


def a_bundle(box: str, second: int) -> Bundle:
    """One report, heard at a second."""
    return Bundle(
        "mayor", "council", "north", "box", tiny.HEARD_AT + timedelta(seconds=second), box=[box],
        revision=1, registered=[300], voters=[9], valid=[9], invalid=[0], votes={"ada": [9]},
    )  # fmt: skip


def a_ruling(second: int, text: str = "") -> Ruling:
    """A ruling, heard at a second."""
    at = tiny.HEARD_AT + timedelta(seconds=second)
    return Ruling("mayor", "concession", at, at, "council", "", text)


def test_a_recording_is_in_the_order_heard() -> None:
    """Whatever the order in the log."""
    late, early = a_bundle("n-1", 5), a_bundle("n-2", 1)
    assert [early, late] == in_order([(late, logged(0)), (early, logged(1))])[0]


def test_at_one_moment_bundles_come_before_rulings() -> None:
    """A ruling counts from its moment on, and what was heard with it was heard before it."""
    bundle, ruling = a_bundle("n-1", 1), a_ruling(1)
    assert [bundle, ruling] == in_order([(ruling, logged(0)), (bundle, logged(7))])[0]


def test_rulings_of_one_moment_stay_as_they_stand_in_the_log() -> None:
    """An objection is filed before it is upheld."""
    filed, upheld = a_ruling(1, "filed"), a_ruling(1, "upheld")
    assert [filed, upheld] == in_order([(upheld, logged(4)), (filed, logged(3))])[0]


def test_what_was_sent_twice_is_there_once() -> None:
    """The same words are the same record, and the second time is no news; it is counted."""
    bundle = a_bundle("n-1", 1)
    assert ([bundle], 1) == in_order([(bundle, logged(0)), (bundle, logged(9, 3))])


RECORDS: list[Record] = [a_bundle(f"n-{n}", n % 3) for n in range(6)] + [
    a_ruling(n % 3, f"{n}") for n in range(4)
]


@given(st.permutations(range(len(RECORDS))), st.lists(st.integers(0, len(RECORDS) - 1)))
def test_a_recording_does_not_depend_on_partitions_or_resends(order: list[int], again: list[int]) -> None:
    """Partitions are read in any order and records stand twice: the recording is the same."""
    places = {number: logged(number) for number in range(len(RECORDS))}
    log = [(RECORDS[number], places[number]) for number in order]
    log += [(RECORDS[number], logged(100 + number)) for number in again]
    straight = in_order([(record, places[number]) for number, record in enumerate(RECORDS)])
    assert straight[0] == in_order(log)[0]
    assert len(again) == in_order(log)[1]


class Consumer:
    """A consumer that meets an error: when it is asked where the log begins, or for its records."""

    def __init__(self, begins: KafkaError | None, records: KafkaError) -> None:
        self._begins, self._records = begins, records
        self.stopped = False

    def assign(self, places: object) -> None:
        """Whatever it is."""

    def seek(self, place: object, offset: int) -> None:
        """Wherever it is."""

    async def seek_to_beginning(self, *places: object) -> None:
        """At once."""

    async def beginning_offsets(self, places: Iterable[Any]) -> dict[Any, int]:
        """At 0."""
        if self._begins is not None:
            raise self._begins
        return dict.fromkeys(places, 0)

    async def getmany(self, *places: object, **limits: object) -> dict[Any, list[Any]]:
        """Never any."""
        raise self._records

    async def stop(self) -> None:
        """Is noted."""
        self.stopped = True


@pytest.mark.parametrize(
    ("begins", "says"),
    [
        (None, r"does not give its records \(CorruptRecordException\)"),
        (KafkaTimeoutError(), r"does not answer \(KafkaTimeoutError\)"),
    ],
)
async def test_a_broker_that_fails_while_the_log_is_read_is_a_sentence(
    begins: KafkaError | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not the library's error; the consumer is given back."""
    consumer = Consumer(begins, CorruptRecordException())

    async def given(*asked: object) -> Any:
        return consumer if len(asked) == 1 else {"t": 1}

    monkeypatch.setattr(record, "_consumer", given)
    monkeypatch.setattr(record, "partitions", given)
    with pytest.raises(NoKafkaError, match=says):
        [logged async for logged in read_log(Settings.read({}), ["t"], {("t", 0): 1})]
    assert consumer.stopped


async def test_a_record_without_a_value_is_an_empty_one_and_ends_nobody_who_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Kafka lets anybody who may write delete by such a record; whoever reads the log finds it unreadable."""

    class Deleted(Consumer):
        """A log of one record that has no value."""

        async def getmany(self, *places: object, **limits: object) -> dict[Any, list[Any]]:
            """It."""
            return {place: [SimpleNamespace(offset=0, key=b"k", value=None, headers=())] for place in places}

        def highwater(self, place: object) -> int:
            """Behind it."""
            return 1

        async def position(self, place: object) -> int:
            """There."""
            return 1

    async def given(*asked: object) -> Any:
        return Deleted(None, KafkaError()) if len(asked) == 1 else {"t": 1}

    monkeypatch.setattr(record, "_consumer", given)
    monkeypatch.setattr(record, "partitions", given)
    assert [b""] == [logged.value async for logged in read_log(Settings.read({}), ["t"])]
    assert Taken((), 0, 1) == await take(Settings.read({}), Scope("replay", tiny.night().id))


async def test_who_is_stopped_while_connecting_leaves_no_consumer_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library would complain of it on somebody's terminal."""
    begun = asyncio.Event()

    class Silent(Consumer):
        """It never connects."""

        async def start(self) -> None:
            """Never ends."""
            begun.set()
            await asyncio.Event().wait()

    silent = Silent(None, KafkaError())
    monkeypatch.setattr(record, "AIOKafkaConsumer", lambda **settings: silent)
    reading = asyncio.create_task(record._consumer(Settings.read({})))
    await begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert silent.stopped
