"""Whether the topic of deliveries keeps what is appended, on both brokers, also after it was away."""

import asyncio

import pytest

from election.errors import OutsideError
from election.night import NightId
from producers.cluster import create_topics
from producers.notes import NotePublisher
from producers.settings import Settings
from sandik.delivered import DeliveredTopic
from tests.patience import PATIENCE_S
from tests.servers import Running

NIGHT = NightId("practice")


def settings(broker: Running, session: str, **more: float) -> Settings:
    """For this broker, with a session of its own."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=session, **more)  # type: ignore[arg-type] # limits are numbers


async def test_what_is_appended_is_read_in_order(broker: Running) -> None:
    """By another process as well; an empty topic is empty."""
    told = settings(broker, "appended")
    await create_topics(told, NIGHT)
    async with DeliveredTopic(told, NIGHT) as topic:
        assert [] == [value async for value in topic.read()]
        await topic.append([(b"mayor", b"1"), (b"mayor", b"2")])
        await topic.append([(b"mayor", b"3")])
    async with DeliveredTopic(told, NIGHT) as topic:
        assert [b"1", b"2", b"3"] == [value async for value in topic.read()]
        assert [] == [value async for value in topic.told()]
        async with NotePublisher(told, NIGHT) as out:
            await out.note("told", b"mayor", b"a fact")
            await out.drain()
        assert [b"a fact"] == [value async for value in topic.told()]


async def test_a_broker_that_was_away_is_written_to_again(tansu: Running) -> None:
    """It is an error each time, and the next append begins anew."""
    told = settings(tansu, "away", outside_within_s=5.0, send_within_s=2.0)
    await create_topics(told, NIGHT)
    async with DeliveredTopic(told, NIGHT) as topic:
        await topic.append([(b"mayor", b"1")])
        tansu.pause()
        with pytest.raises(OutsideError):
            await topic.append([(b"mayor", b"2")])
        tansu.resume()
        async with asyncio.timeout(PATIENCE_S):
            await topic.append([(b"mayor", b"3")])
        found = [value async for value in topic.read()]
    assert {b"1", b"3"} <= set(found)
