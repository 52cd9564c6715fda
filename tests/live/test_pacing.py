"""What gateways hear of how a replay plays, over a real broker."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from election.wire.controls import Control
from producers.cluster import create_topics
from producers.controls import Controls, ask
from producers.notes import NotePublisher
from producers.settings import Settings
from sandik import folders
from sandik.pacing import WHAT, Pacing
from sandik.ports import LOCALHOST
from tests.patience import PATIENCE_S
from tests.servers import Running
from web.pace import Pace

NAMES = count(time.time_ns())
NIGHT = folders.load("practice").night


@pytest.fixture
def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"p{next(NAMES)}")


class Heard:
    """What one gateway was told."""

    def __init__(self, settings: Settings) -> None:
        self.paces: list[Pace] = []
        self._more = asyncio.Event()
        self._following = asyncio.create_task(Pacing(NIGHT, settings).follow(self._take))

    def _take(self, pace: Pace) -> None:
        self.paces.append(pace)
        self._more.set()

    async def until(self, true: Callable[[list[Pace]], bool]) -> None:
        """Returns when it was told that."""
        async with asyncio.timeout(PATIENCE_S):
            while not true(self.paces):
                self._more.clear()
                await self._more.wait()

    async def ended(self) -> None:
        """Hears nothing more."""
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)


async def steered(settings: Settings, do: str, speed: float | None = None) -> None:
    """Asks the replay until it listens: whoever leaves it before that leaves a connection half made."""
    async with asyncio.timeout(PATIENCE_S):
        asks = Control(f"c{next(NAMES)}", do, "Ayşe", datetime.now(UTC), speed=speed)
        while await ask(settings, NIGHT.id, asks, within_s=10.0) is None:
            continue


async def test_a_gateway_hears_how_the_replay_plays_and_each_change_of_it(settings: Settings) -> None:
    """Whoever asks for it; who comes later hears how it is now, and who stays of the next replay."""
    await create_topics(settings, NIGHT.id)
    first = Heard(settings)
    async with Controls(settings, NIGHT.id, 60.0):
        await first.until(lambda paces: paces == [Pace(60.0)])
        await steered(settings, "speed", 10.0)
        await steered(settings, "pause")
        await first.until(lambda paces: paces[-1] == Pace(10.0, paused=True))
        later = Heard(settings)
        await later.until(lambda paces: bool(paces) and paces[-1] == Pace(10.0, paused=True))
    async with Controls(settings, NIGHT.id, None):
        for gateway in (first, later):
            await gateway.until(lambda paces: paces[-1] == Pace(None))
        await steered(settings, "pause")
    for gateway in (first, later):
        await gateway.ended()


async def test_what_is_no_control_is_passed_over(settings: Settings) -> None:
    """Whoever may write there cannot stop a gateway from hearing the rest."""
    await create_topics(settings, NIGHT.id)
    async with NotePublisher(settings, NIGHT.id) as out:
        await out.note(WHAT, b"replay", b"rubbish")
        await out.drain()
    heard = Heard(settings)
    async with Controls(settings, NIGHT.id, 60.0):
        await heard.until(lambda paces: paces == [Pace(60.0)])
        await steered(settings, "pause")
    await heard.ended()


async def test_without_kafka_a_gateway_goes_on_and_says_once_that_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It shows the count all the same."""
    monkeypatch.setattr("sandik.pacing.CONNECT_WITHIN_S", 0.0)
    monkeypatch.setattr("sandik.pacing.AGAIN_S", (0.0, 0.0))
    tried, enough = count(1), asyncio.Event()

    async def create(*asked: object) -> None:
        if next(tried) == 3:
            enough.set()
        await create_topics(Settings(kafka=f"{LOCALHOST}:1"), NIGHT.id, 0.0, (WHAT,))

    monkeypatch.setattr("sandik.pacing.create_topics", create)
    heard = Heard(Settings(kafka=f"{LOCALHOST}:1"))
    async with asyncio.timeout(PATIENCE_S):
        await enough.wait()
    await heard.ended()
    assert [] == heard.paces
    assert 1 == sum("nobody tells how fast" in message for message in caplog.messages)
