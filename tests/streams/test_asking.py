"""How a worker words what Kafka refuses; what it asks is tried on a real one (tests/live/test_access.py)."""

import asyncio
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from election.errors import OutsideError
from streams import asking, ending
from streams.settings import Settings
from tests.servers import Running

SETTINGS = Settings(kafka="k:1", kafka_security="sasl", kafka_user="worker", kafka_password="gizli")


def test_a_right_that_is_missing_ends_the_process_as_outside() -> None:
    """Exit code 3 and a sentence, where the library's error would have been a traceback and code 1."""
    error = asking.in_our_words(SETTINGS, TopicAuthorizationFailedError("live.night.told"))
    assert isinstance(error, OutsideError)
    assert str(error).startswith("Kafka at k:1 does not let the user worker read or write live.night.told")
    assert ending.OUTSIDE == ending.code_of(error)
    assert "gizli" not in str(error)


def test_what_is_no_refusal_stays_what_it_is() -> None:
    """It is told with all that is known of it."""
    error = RuntimeError("a mistake of the code")
    assert error is asking.in_our_words(SETTINGS, error)


def test_what_happens_within_is_worded_and_the_rest_passes() -> None:
    """Only the library's own errors are looked at."""
    with pytest.raises(asking.NotLetInError, match=r"live\.night\.told"), asking.worded(SETTINGS):
        raise TopicAuthorizationFailedError("live.night.told")
    with pytest.raises(KafkaError) as other, asking.worded(SETTINGS):
        raise KafkaError("a broker is away")
    assert type(other.value) is KafkaError
    with pytest.raises(TimeoutError), asking.worded(SETTINGS):
        raise TimeoutError


def test_an_error_is_not_told_as_its_own_cause() -> None:
    """All who wait for one batch get the same error; the second would look through its causes for ever."""
    error = KafkaError("a broker is away")
    for _ in range(2):
        with pytest.raises(KafkaError), asking.worded(SETTINGS):
            raise error
        assert error.__cause__ is None


async def test_a_broker_by_an_address_of_ipv6_is_knocked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its brackets, with which it is the name of nobody: then no reason would ever be told."""
    seen = []

    async def connects(host: str, port: int, **more: object) -> None:
        seen.append((host, port))
        raise OSError

    monkeypatch.setattr(asking.kafka.conn, "create_conn", connects)
    assert "" == await asking.see_why(replace(SETTINGS, kafka="[::1]:9092, k:1"), last=True)
    assert [("::1", 9092), ("k", 1)] == seen


async def test_where_nobody_signs_in_rights_are_not_asked_for() -> None:
    """No broker is needed for this answer, and no start takes longer for it."""
    await asking.refuse_without_rights(Settings(kafka="127.0.0.1:1"), "sandik-x", ["a"])
    assert "" == await asking.see_why(Settings(kafka="127.0.0.1:1"), last=False)


async def test_a_fetch_that_waits_to_be_tried_again_is_no_end_of_who_asks(tansu: Running) -> None:
    """The client lets its end out before it has closed anything; all is closed, and nobody hears of it."""
    consumer = AIOKafkaConsumer(bootstrap_servers=tansu.address)
    await consumer.start()
    await consumer.topics()
    connections = list(consumer._client._conns.values())
    consumer._fetcher._pending_tasks.add(asyncio.create_task(asyncio.sleep(3600)))
    await asyncio.sleep(0)
    await asking._leave(consumer)
    assert connections
    assert not any(one.connected() for one in connections)


async def test_who_is_cancelled_while_it_leaves_is_cancelled() -> None:
    """The library's cancellation and one's own are not taken for each other."""

    class Slow:
        closed = False

        async def stop(self) -> None:
            """Takes for ever."""
            await asyncio.sleep(3600)

        async def close(self) -> None:
            """What is left to do."""
            self.closed = True

    slow = Slow()
    slow._client = slow  # type: ignore[attr-defined] # as the client's consumer has one
    leaving = asyncio.create_task(asking._leave(slow))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    assert (leaving.cancelled(), slow.closed) == (True, True)
