"""The topic of what was shown, read: followed, read at one place, begun anew; and had from a shell."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from election.errors import OutsideError
from election.night import ContestId, NightId
from election.wire.frames import dumps
from election.wire.shown import SHOWN_BYTES_MAX
from producers.cluster import create_topics
from producers.errors import NoKafkaError
from producers.record import begin_anew
from producers.settings import Settings
from producers.shown import Begins, Reader, Stored, follow
from sandik import folders
from sandik.showing import KafkaLog, make, read
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.web.house import until

NAMES = count(time.time_ns())
NIGHT = folders.load("practice")
WITHIN_S = PATIENCE_S
AT = datetime(2024, 10, 6, 17, tzinfo=UTC)
MAYOR = ContestId("mayor")


@pytest.fixture
def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"s{next(NAMES)}")


def topic(settings: Settings) -> str:
    """Where it stands."""
    return settings.scope(NightId("practice")).topic("shown")


def snapshot(version: int, epoch: str = "e1", size: int = 10) -> bytes:
    """As much of one as counts here; a minute of the night each version."""
    at = (AT + timedelta(minutes=version)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return dumps(
        {
            "mode": "replay", "night": "practice", "contest": "mayor", "epoch": epoch, "version": version,
            "hash": f"h{version}", "at": at, "embargo": {"state": "open"}, "alerts": [], "filler": "x" * size,
        }
    )  # fmt: skip


async def write(log: KafkaLog, versions: Sequence[int], epoch: str = "e1") -> None:
    """Into the topic, each acknowledged."""
    for version in versions:
        await log.write(MAYOR, snapshot(version, epoch), AT + timedelta(days=9, seconds=version))


async def next_of(
    log: AsyncGenerator[Stored | Begins | None, None], number: int
) -> list[Stored | Begins | None]:
    """The next so many things that are found."""
    async with asyncio.timeout(WITHIN_S):
        return [await anext(log) for _ in range(number)]


async def test_it_is_followed_from_its_beginning_and_read_at_one_place(settings: Settings) -> None:
    """Bytes, moment and offset as they were written; what stood there is told apart from what comes."""
    log = KafkaLog(NIGHT.night, settings)
    await write(log, (1, 2))
    async with (
        aclosing(follow(settings, topic(settings))) as found,
        Reader(settings, topic(settings)) as reader,
    ):
        first, second, end = [one for one in await next_of(found, 3) if not isinstance(one, Begins)]
        assert end is None
        assert isinstance(first, Stored)
        assert isinstance(second, Stored)
        assert (snapshot(1), AT + timedelta(days=9, seconds=1)) == (first.value, first.shown_at)
        await write(log, (3,))
        (third,) = await next_of(found, 1)
        assert isinstance(third, Stored)
        for one in (second, first, third, first):
            assert one == await reader.read(one.offset)
        assert None is await reader.read(third.offset + 1)
        await write(log, (4,))
        assert snapshot(4) == (await reader.read(third.offset + 1) or first).value
    await log.close()


async def test_a_large_snapshot_comes_whole(settings: Settings) -> None:
    """As large as one may be, and a large one is read at its place as any other."""
    log = KafkaLog(NIGHT.night, settings)
    large = snapshot(1, size=SHOWN_BYTES_MAX - 400)
    await log.write(MAYOR, large, AT)
    await write(log, (2,))
    assert [large, snapshot(2)] == [await log.read(offset) for offset in (0, 1)]
    index = await read(NIGHT.night, settings)
    assert [len(large), len(snapshot(2))] == [entry.mark.size for entry in index.line(MAYOR)]
    await log.close()


async def test_a_replay_that_goes_back_begins_the_index_anew(settings: Settings) -> None:
    """What it took back is forgotten, and what it plays then stands at its own hours."""
    log = KafkaLog(NIGHT.night, settings)
    following = asyncio.create_task(log.follow())
    await write(log, (1, 2, 30))
    await until(lambda: len(log.index) == 3)
    await begin_anew(settings, settings.scope(NightId("practice")))
    await until(lambda: len(log.index) == 0)
    await write(log, (31,))  # a straggler of what was taken back
    await write(log, (1, 5), "e2")
    await until(lambda: len(log.index) == 2)
    assert ["e2-1", "e2-5"] == [entry.mark.name for entry in log.index.line(MAYOR)]
    newest = log.index.at(MAYOR, AT + timedelta(minutes=40))
    assert newest is not None
    assert snapshot(5, "e2") == await log.read(newest.mark.offset)
    following.cancel()
    await asyncio.wait([following])
    await log.close()


async def test_rubbish_in_the_topic_stops_nothing(tansu: Running, caplog: pytest.LogCaptureFixture) -> None:
    """It is said, and what follows is read."""
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind)
    log = KafkaLog(NIGHT.night, settings)
    await log.write(MAYOR, b"rubbish", AT)
    await log.write(MAYOR, snapshot(1).replace(b"practice", b"istanbul"), AT)
    await write(log, (2,))
    index = await read(NIGHT.night, settings)
    assert ["e1-2"] == [entry.mark.name for entry in index.line(MAYOR)]
    assert 2 == caplog.text.count("is no snapshot")
    await log.close()


async def test_a_topic_that_is_not_there_is_empty(tansu: Running) -> None:
    """Nothing was shown; nobody waits."""
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind)
    assert 0 == len(await read(NIGHT.night, settings))
    await create_topics(settings, NIGHT.night.id, whats=("shown",))
    assert 0 == len(await read(NIGHT.night, settings))


async def test_a_broker_that_is_away_is_said_and_waited_for(
    tansu: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question hears so at once; the index is read on when it is back."""
    monkeypatch.setattr("producers.shown.ANSWERS_WITHIN_S", 1.0)
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind, outside_within_s=3, send_within_s=1)
    log = KafkaLog(NIGHT.night, settings)
    following = asyncio.create_task(log.follow())
    await write(log, (1,))
    await until(lambda: len(log.index) == 1)
    await asyncio.to_thread(tansu.pause)
    with pytest.raises(OutsideError):
        await log.read(0)
    await asyncio.to_thread(tansu.resume)
    await write(log, (2,))
    await until(lambda: len(log.index) == 2)
    assert snapshot(1) == await log.read(0)
    following.cancel()
    await asyncio.wait([following])
    await log.close()


async def test_a_broker_that_goes_ends_what_follows_with_a_sentence(tansu: Running) -> None:
    """And not with the cancellation of a fetch that the client was about to try again."""
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind)
    await create_topics(settings, NightId("practice"), WITHIN_S, ("shown",))
    async with aclosing(follow(settings, topic(settings))) as found:
        assert await anext(found) is None
        tansu.stop()
        with pytest.raises(NoKafkaError, match="does not answer any more"):
            await anext(found)


def test_settings_that_cannot_be_read_are_said_at_the_start() -> None:
    """Not at the first snapshot of the night."""
    with pytest.raises(Exception, match="SANDIK_KAFKA"):
        make(NIGHT, {"SANDIK_KAFKA": "nowhere"})


def shell(settings: Settings, *words: str) -> "subprocess.CompletedProcess[bytes]":
    """`sandik shown` as it is typed."""
    given = {
        "SANDIK_KAFKA": settings.kafka, "SANDIK_KAFKA_KIND": settings.kafka_kind,
        "SANDIK_SESSION": settings.session,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "sandik.cli", "shown", "practice", *words],
        env={**os.environ, **given}, capture_output=True, check=False,
    )  # fmt: skip


async def test_from_a_shell_the_bytes_and_the_list(tansu: Running, tmp_path: Path) -> None:
    """Without a gateway: to standard output, into a file, or as facts; what is not there is a sentence."""
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind)
    log = KafkaLog(NIGHT.night, settings)
    nothing = shell(settings, "--as-of", "20:01:30")
    assert (1, b"") == (nothing.returncode, nothing.stdout)
    await write(log, (1, 2))
    await log.close()
    out = tmp_path / "then.json"
    as_bytes = shell(settings, "--as-of", "20:01:30")
    as_file = shell(settings, "--as-of", "2024-10-06T17:01:30Z", "--out", str(out), "--json")
    facts = json.loads(as_file.stdout)
    assert (0, snapshot(1)) == (as_bytes.returncode, as_bytes.stdout), as_bytes.stderr
    assert (snapshot(1), 1, "mayor") == (out.read_bytes(), facts["version"], facts["contest"])
    assert (
        json.loads(snapshot(1))
        == json.loads(shell(settings, "--as-of", "20:01", "--json").stdout)["snapshot"]
    )
    listed = shell(settings, "--json")
    assert [1, 2] == [one["version"] for one in json.loads(listed.stdout)["snapshots"]]
    assert b"20:01:00" in listed.stderr
    early = shell(settings, "--as-of", "19:00")
    assert (1, b"") == (early.returncode, early.stdout)
    assert b"the first was at 2024-10-06T17:01" in early.stderr
    for words, says in (
        (("--contest", "king"), b"there is no 'king'"),
        (("--out", str(out)), b"give --as-of too"),
        (("--as-of", "noon"), b"--as-of: 'noon'"),
        (("--as-of", "20:01", "--out", str(tmp_path / "no" / "f")), b"There is no folder"),
    ):
        wrong = shell(settings, *words)
        assert (2, True) == (wrong.returncode, says in wrong.stderr), wrong.stderr
