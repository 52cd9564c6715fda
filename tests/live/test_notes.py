"""Whether bytes that another room made reach the log as they are."""

from election.night import NightId
from producers.cluster import create_topics
from producers.notes import NotePublisher
from producers.record import read_log
from producers.settings import Settings
from tests.servers import Running

NIGHT = NightId("practice")


async def test_a_note_stands_in_its_topic_under_its_key(tansu: Running) -> None:
    """Acknowledged when it is drained, byte for byte."""
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind, session="notes")
    await create_topics(settings, NIGHT)
    async with NotePublisher(settings, NIGHT) as out:
        for value in (b"one", b"\x00two", b"one"):
            await out.note("delivered", b"mayor", value)
        await out.drain()
        assert 3 == out.acknowledged
    found = [logged async for logged in read_log(settings, [settings.scope(NIGHT).topic("delivered")])]
    assert [b"one", b"\x00two", b"one"] == [logged.value for logged in found]
    assert {b"mayor"} == {logged.key for logged in found}
