"""Records into a real Kafka and back out of its log, on both brokers."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import pytest

from election.night import ContestId, NightId
from election.wire.records import RECORD_BYTES_MAX, Bundle, Ruling, decode
from election.wire.topics import WHATS
from producers.cluster import create_topics, look
from producers.formats import FORMATS
from producers.held import HeldFromLog
from producers.history import History
from producers.produce import Feed, Producer
from producers.publish import Publisher
from producers.record import Logged, read_log, take
from producers.settings import Settings
from producers.sources.fetched import Fetched
from sandik import folders
from tests.patience import PATIENCE_S
from tests.producers import tiny
from tests.servers import Running

NAMES = count(time.time_ns())
"""Topics outlive a test on the shared broker, so every test has a session of its own."""
NIGHT = tiny.night(tiny.ONE_CONTEST)
MAYOR = ContestId("mayor")


@pytest.fixture
def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"s{next(NAMES)}")


def rulings(numbers: range) -> list[Ruling]:
    """Rulings that differ in their text."""
    at = tiny.HEARD_AT
    return [Ruling("mayor", "concession", at, at, "council", "", str(number)) for number in numbers]


async def log(settings: Settings, *whats: str) -> list[Logged]:
    """What stands in these topics."""
    scope = settings.scope(NIGHT.id)
    return [logged async for logged in read_log(settings, [scope.topic(what) for what in whats])]


def texts(found: list[Logged]) -> list[str]:
    """The texts of the rulings found."""
    return [record.text for one in found if isinstance(record := decode(one.value), Ruling)]


@asynccontextmanager
async def publisher(settings: Settings, history: History | None = None) -> AsyncIterator[Publisher]:
    """A publisher whose topics are there."""
    await create_topics(settings, NIGHT.id)
    async with Publisher(settings, NIGHT.id, history) as out:
        yield out


async def test_topics_are_created_once_with_their_partitions(settings: Settings) -> None:
    """Reports are spread over partitions, everything else is in one order; the second time is no news."""
    scope = settings.scope(NIGHT.id)
    assert {scope.topic(what) for what in WHATS} == set(await create_topics(settings, NIGHT.id))
    assert () == await create_topics(settings, NIGHT.id)
    topics = (await look(settings)).topics
    assert [4, 1, 1, 1, 1, 1, 1] == [topics[scope.topic(what)] for what in WHATS]


async def test_processes_that_create_the_topics_at_once_do_not_fail(settings: Settings) -> None:
    """Several workers start together; one of them creates, the others find it done."""
    await asyncio.gather(*(create_topics(settings, NIGHT.id) for _ in range(4)))
    assert () == await create_topics(settings, NIGHT.id)


async def test_everything_acknowledged_stands_in_the_log_once(settings: Settings) -> None:
    """A thousand rulings: the log read back holds each, in order, and ends where it ended."""
    async with publisher(settings) as out:
        for ruling in rulings(range(1000)):
            await out.publish(ruling)
    found = await log(settings, "rulings")
    assert [str(number) for number in range(1000)] == texts(found)
    assert {(found[0].topic, 0): 1000} == out.ends


async def test_an_empty_log_and_a_log_that_is_not_there_end_at_once(settings: Settings) -> None:
    """Nothing is waited for where nothing is."""
    assert [] == await log(settings, "rulings", "reports")
    await create_topics(settings, NIGHT.id)
    assert [] == await log(settings, "rulings", "reports")


async def test_the_log_is_read_to_where_it_ended_when_reading_began(settings: Settings) -> None:
    """What is written while it is read does not keep the reader for ever."""
    await create_topics(settings, NIGHT.id)
    async with Publisher(settings, NIGHT.id) as out:
        for ruling in rulings(range(10)):
            await out.publish(ruling)
        await out.drain()
        found = []
        async for logged in read_log(settings, [settings.scope(NIGHT.id).topic("rulings")]):
            found.append(logged)
            for ruling in rulings(range(1000 * len(found), 1000 * len(found) + 5)):
                await out.publish(ruling)
            await out.drain()
    assert 10 == len(found)


async def produced(settings: Settings, out: Publisher, *lines: bytes) -> tuple[Producer, list[str]]:
    """One table brought into the log, and what was said of it."""
    said = list[str]()
    source = NIGHT.contests[MAYOR].source
    producer = Producer(
        Feed(FORMATS["csv"], NIGHT, source), out, HeldFromLog(settings, NIGHT, source), said.append
    )
    await producer.snapshot(Fetched("feed.csv", tiny.HEARD_AT, [line + b"\n" for line in lines]))
    return producer, said


async def test_one_area_of_one_source_stays_in_one_partition(settings: Settings) -> None:
    """Its bundles keep their order, because they have one key."""
    async with publisher(settings) as out:
        for number in range(1, 21):
            row = b"n-1,%d,9,9,%d,0" % (number, number % 9)
            await produced(settings, out, b"box,revision,voters,valid,ada,bulut", row)
    found = await log(settings, "reports")
    assert 1 == len({one.partition for one in found})
    bundles = [decode(one.value) for one in found]
    assert list(range(1, 21)) == [bundle.revision for bundle in bundles if isinstance(bundle, Bundle)]


async def test_a_feed_arrives_and_its_bad_rows_are_said(settings: Settings) -> None:
    """Good rows are in the log, bad ones are said with their line; the same table again is no news."""
    table = (b"box,voters,valid,ada,bulut", b"n-1,9,9,9,0", b"n-2,x,9,9,0", b"s-1,9,9,9,")
    async with publisher(settings) as out:
        producer, said = await produced(settings, out, *table)
        again, _ = await produced(settings, out, *table)
    assert (2, 1) == (producer.done.reports, producer.done.refused)
    assert (0, 2) == (again.done.reports, again.done.unchanged)
    assert said[0].startswith("feed.csv:3: E107")
    taken = await take(settings, settings.scope(NIGHT.id))
    boxes = [record.box for record in taken.records if isinstance(record, Bundle)]
    assert [["n-1"], ["s-1"]] == sorted(boxes)


async def test_a_record_just_under_the_limit_is_taken_by_the_topics_we_create(settings: Settings) -> None:
    """Kafka's own limit is a little above ours, so that ours is the one that speaks."""
    at = tiny.HEARD_AT
    large = Ruling("mayor", "concession", at, at, "council", "", "", {"x": "x" * (RECORD_BYTES_MAX - 600)})
    async with publisher(settings) as out:
        await out.publish(large)
    assert 1 == len(await log(settings, "rulings"))


async def test_what_was_acknowledged_is_in_the_history(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A line for each, with the place where it stands in the log."""
    folder = tmp_path_factory.mktemp("history")
    with History(str(folder), "producer") as history:
        async with publisher(settings, history) as out:
            for ruling in rulings(range(5)):
                await out.publish(ruling)
    (file,) = folder.iterdir()
    assert 5 == len(file.read_text().splitlines())
    assert '"offset":4' in file.read_text()


async def test_a_broker_that_was_stopped_and_started_loses_nothing_that_was_acknowledged(
    apache_kafka: Running,
) -> None:
    """In the middle of a feed the broker is killed and comes back; everything arrives."""
    settings = Settings(kafka=apache_kafka.address, session=f"s{next(NAMES)}", send_within_s=5.0)
    async with publisher(settings) as out:
        for number, ruling in enumerate(rulings(range(400))):
            await out.publish(ruling)
            if number == 200:
                await asyncio.to_thread(apache_kafka.kill)
                await asyncio.to_thread(apache_kafka.start)
        await out.drain()
    assert {str(number) for number in range(400)} == set(texts(await log(settings, "rulings")))
    assert 400 == out.acknowledged


async def test_a_row_that_trickles_in_is_sent_while_the_pipe_is_still_open(settings: Settings) -> None:
    """Nothing waits to fill a bundle: standard input is silent, and what it said is in the log."""
    topic, session = settings.scope(folders.load("practice").night.id).topic("reports"), settings.session
    env = {
        "SANDIK_KAFKA": settings.kafka,
        "SANDIK_KAFKA_KIND": settings.kafka_kind,
        "SANDIK_SESSION": session,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandik.cli", "produce", "-", "--night", "practice", "--format", "csv"),
        env={**os.environ, **env},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(b"contest,box,voters,valid,deniz,toprak,ruzgar\nmayor,iskele-1,9,9,5,4,0\n")
    async with asyncio.timeout(PATIENCE_S):
        while not [one async for one in read_log(settings, [topic])]:  # noqa: ASYNC110 - asks Kafka
            await asyncio.sleep(0.05)
    assert process.returncode is None
    process.stdin.close()
    out, _ = await process.communicate()
    assert 0 == process.returncode
    assert b"1 reports in 1 records, all acknowledged" in out


def test_the_night_of_these_tests_can_stand_in_a_topic() -> None:
    """Its id is one word of small letters."""
    assert NightId("tiny") == NIGHT.id
