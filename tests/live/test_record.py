"""The log read from a place on, and begun anew, on both brokers."""

import time
from itertools import count

import pytest

from producers.cluster import create_topics
from producers.notes import NotePublisher
from producers.record import ANEW, begin_anew, read_log
from producers.settings import Settings
from sandik import folders
from tests.servers import Running

NAMES = count(time.time_ns())
NIGHT = folders.load("practice").night


@pytest.fixture
async def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has, with its topics."""
    made = Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"l{next(NAMES)}", partitions=2)
    await create_topics(made, NIGHT.id)
    return made


async def wrote(settings: Settings, *values: bytes, what: str = "reports") -> None:
    """Writes these."""
    out = NotePublisher(settings, NIGHT.id)
    async with out:
        for value in values:
            await out.note(what, value[:1], value)


async def read(
    settings: Settings, since: dict[tuple[str, int], int] | None = None, what: str = "reports"
) -> list[tuple[bytes, int, int]]:
    """What stands in a topic, and where."""
    topic = settings.scope(NIGHT.id).topic(what)
    return sorted(
        [(one.value, one.partition, one.offset) async for one in read_log(settings, [topic], since)]
    )


async def test_a_log_is_read_from_a_place_on(settings: Settings) -> None:
    """A place beyond the end gives nothing of its partition, and the others are read as they are."""
    values = [b"%d-%d" % (key, number) for key in range(4) for number in range(3)]
    await wrote(settings, *values)
    whole = await read(settings)
    assert len(values) == len(whole)
    topic = settings.scope(NIGHT.id).topic("reports")
    for first in (0, 2, 1000):
        found = await read(settings, {(topic, 0): first})
        assert [one for one in whole if one[1] == 1 or one[2] >= first] == found


async def test_a_log_begun_anew_is_empty_and_takes_what_comes(settings: Settings) -> None:
    """Twice over; what steers the replay stays."""
    await wrote(settings, b"steers", what="controls")
    scope = settings.scope(NIGHT.id)
    for number in range(2):
        for what in ANEW:
            await wrote(settings, b"a-%d" % number, b"b-%d" % number, what=what)
        await begin_anew(settings, scope)
        assert [] == [one for what in ANEW for one in await read(settings, what=what)]
    await wrote(settings, b"c")
    assert [b"c"] == [value for value, *_ in await read(settings)]
    assert [b"steers"] == [value for value, *_ in await read(settings, what="controls")]


async def test_what_was_heard_live_is_never_deleted(tansu: Running) -> None:
    """Whatever asks for it."""
    made = Settings(kafka=tansu.address, kafka_kind=tansu.kind, mode="live")
    with pytest.raises(ValueError, match="never deleted"):
        await begin_anew(made, made.scope(NIGHT.id))
