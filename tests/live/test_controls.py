"""A replay steered while it plays, over a real broker."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from election.wire.controls import Answer, Control
from election.wire.records import Record
from producers.cluster import create_topics
from producers.controls import Controls, ask
from producers.notes import NotePublisher
from producers.pace import Pace
from producers.record import follow_log
from producers.replay import Played, replay
from producers.settings import Settings
from sandik import folders, recordings
from tests.patience import PATIENCE_S
from tests.servers import Running

NAMES = count(time.time_ns())
WITHIN_S = PATIENCE_S
NIGHT = folders.load("practice")


@pytest.fixture
def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"c{next(NAMES)}")


def unwanted(refusal: object) -> None:
    """No line of a shipped recording is refused."""
    pytest.fail(str(refusal))


def asks(do: str, **more: object) -> Control:
    """A control with an id of its own."""
    return Control(f"c{next(NAMES)}", do, "Ayşe", datetime.now(UTC), **more)  # type: ignore[arg-type]


def heard() -> list[Record]:
    """The practice night."""
    return [record for record in recordings.heard(NIGHT.recording, NIGHT.night) if isinstance(record, Record)]


async def listening(settings: Settings, do: str, **more: object) -> Answer:
    """Asks the replay until it listens: one that has just begun does not yet."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            answer = await ask(settings, NIGHT.night.id, asks(do, **more), within_s=2.0)
            if answer is not None:
                return answer


async def test_a_replay_is_paused_stepped_jumped_and_let_go(settings: Settings) -> None:
    """Each control is answered with where the replay stands, and in the end every record was played once."""
    night, records = NIGHT.night, heard()
    await create_topics(settings, night.id)
    async with (
        NotePublisher(settings, night.id) as out,
        Controls(settings, night.id, 0.001) as controls,
    ):
        playing: asyncio.Task[Played] = asyncio.create_task(
            replay(lambda: records, Pace(0.001), out, unwanted, controls=controls)
        )
        paused = await listening(settings, "pause")
        assert ("", True) == (paused.because, paused.paused)
        await ask(settings, night.id, asks("step", records=3), WITHIN_S)
        async with asyncio.timeout(WITHIN_S):
            while controls.tempo.records < paused.records + 3:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        end = records[-1].heard_at
        jumped = await ask(settings, night.id, asks("jump", to=end + timedelta(seconds=1)), WITHIN_S)
        assert jumped is not None
        assert ("", paused.records + 3) == (jumped.because, jumped.records)
        done = await asyncio.wait_for(playing, WITHIN_S)
        assert len(records) == done.records
        late = await ask(settings, night.id, asks("jump", to=records[0].heard_at), WITHIN_S)
        assert late is not None
        assert "another session" in late.because


async def test_what_was_asked_before_it_began_does_not_move_it(settings: Settings) -> None:
    """A pause of last week, and rubbish, stand in the topic: a new replay plays as if they did not."""
    night = NIGHT.night
    assert None is await ask(settings, night.id, asks("pause"), within_s=1.0)
    out = NotePublisher(settings, night.id)
    async with out:
        await out.note("controls", b"replay", b"rubbish")
    async with Controls(settings, night.id, None) as controls, NotePublisher(settings, night.id) as publisher:
        assert not (await listening(settings, "speed", speed=None)).paused
        records = heard()
        done = await asyncio.wait_for(
            replay(lambda: records, Pace(None), publisher, unwanted, controls=controls), WITHIN_S
        )
        assert len(records) == done.records


async def test_a_log_is_followed_from_now_on_or_from_its_beginning(tansu: Running) -> None:
    """What stood there comes only to whoever asks for the whole."""
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind, session=f"f{next(NAMES)}")
    await create_topics(settings, NIGHT.night.id)
    topic = settings.scope(NIGHT.night.id).topic("controls")
    out = NotePublisher(settings, NIGHT.night.id)
    async with out:
        await out.note("controls", b"replay", b"old")
        await out.drain()
        async with asyncio.timeout(WITHIN_S):
            async for logged in follow_log(settings, topic, whole=True):
                assert b"old" == logged.value
                break
        follower = follow_log(settings, topic)
        first = asyncio.ensure_future(anext(follower))
        sent = 0
        while not first.done():
            await out.note("controls", b"replay", b"new")
            sent += 1
            await asyncio.wait([first], timeout=0.2)
        assert b"new" == first.result().value
        assert sent > 0
        await follower.aclose()
