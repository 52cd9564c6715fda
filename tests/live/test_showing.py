"""What was shown is in the log: gateways, a broker and a store; whoever dies, what was published is there.

Know before changing: what was published is collected by a poller over plain HTTP, which knows nothing of the
log; afterwards the log is held against what the poller has seen, byte for byte.
"""

import asyncio
import contextlib
import json
import urllib.error
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.direct import direct
from election.errors import OutsideError
from election.night import ContestId
from producers.cluster import create_topics
from producers.notes import NotePublisher
from producers.settings import Settings
from sandik import showing as showing_over_kafka
from sandik.showing import KafkaLog
from tests.live.crew import Crew, crew
from tests.live.test_gateway import Hand, listens, process
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.web.house import house, until
from tests.web.made import night, parts, records
from web import showing
from web.archive import name_of
from web.shown import Note

CONTEST = "mayor"


def fetched(url: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and bytes of an address."""
    try:
        with direct(url, PATIENCE_S) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


async def get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    """The same, while the test goes on."""
    return await asyncio.to_thread(fetched, f"http://127.0.0.1:{port}{path}")


@asynccontextmanager
async def polled(port: int) -> AsyncIterator[dict[str, bytes]]:
    """Everything that a poller sees meanwhile, by the name that the ETag gives it."""
    seen: dict[str, bytes] = {}

    async def poll() -> None:
        while True:
            with contextlib.suppress(OSError):
                status, headers, body = await get(port, f"/snapshot/{CONTEST}.json")
                if status == 200:
                    seen[headers["ETag"].strip('"').replace(":", "-")] = body
            await asyncio.sleep(0.01)

    polling = asyncio.create_task(poll())
    try:
        yield seen
    finally:
        polling.cancel()
        await asyncio.wait([polling])


def environment(shell: Crew, redis: Running) -> dict[str, str]:
    """What the crew's gateways are told."""
    return {**shell.environment, "SANDIK_REDIS": redis.url, "SANDIK_TICK_MS": "50"}


async def index(port: int) -> list[dict[str, Any]]:
    """What the gateway says there is; waits until it has read it."""
    status, _, body = await get(port, f"/snapshot/{CONTEST}/index.json")
    return list(json.loads(body)["snapshots"]) if status == 200 else []


def name(entry: dict[str, Any]) -> str:
    """Its address without what is around it."""
    return str(entry["href"]).rpartition("/")[2].removesuffix(".json")


async def agrees(port: int, entries: list[dict[str, Any]], seen: dict[str, bytes]) -> int:
    """Each is had by its time, byte for byte as the poller saw it; how many of them it had seen."""
    known = 0
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        if following is not None and following["since"] == entry["since"]:
            continue  # the last at that time is the answer
        status, headers, body = await get(port, f"/snapshot/{CONTEST}.json?as_of={entry['since']}")
        assert (200, name(entry)) == (status, headers["Sandik-Snapshot"])
        assert (entry["bytes"], entry["at"]) == (len(body), json.loads(body)["at"])
        if name(entry) in seen:
            known += 1
            assert seen[name(entry)] == body
    return known


async def play(shell: Crew, steps: int) -> None:
    """The practice night, in steps that are counted one by one."""
    for batch in parts(records(), -(-len(records()) // steps)):
        await shell.send(batch)
        await shell.until_applied()
        await shell.until_told()


async def test_a_night_is_had_afterwards_as_it_was_published(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """By a gateway that was there, by one that came after a kill, and by a shell without any."""
    async with crew(tansu, redis_server, tmp_path) as shell:
        given = environment(shell, redis_server)
        async with process(redis_server.url, **given) as first:
            port = await listens(first)
            async with polled(port) as seen:
                await play(shell, 8)
                told = json.loads((await get(port, f"/snapshot/{CONTEST}.json"))[2])["alerts"][0]["seq"]
                entries: list[dict[str, Any]] = []
                while not entries or entries[-1]["alerts"] < told:
                    await asyncio.sleep(0.05)
                    entries = await index(port)
            assert len(entries) >= 4
            assert await agrees(port, entries, seen) >= len(entries) // 2
            early = await get(port, f"/snapshot/{CONTEST}.json?as_of=2000-01-01T00:00:00Z")
            assert (404, b"Nothing of mayor had been shown") == (early[0], early[2][:31])
            page = await get(port, f"/shown/{CONTEST}?lang=en")
            assert (200, True) == (page[0], b"What changed between" in page[2])
            first.kill()
            await first.wait()
        async with process(redis_server.url, **given) as second:
            port = await listens(second)
            again: list[dict[str, Any]] = []
            while len(again) < len(entries):
                await asyncio.sleep(0.05)
                again = await index(port)
            assert entries == again[: len(entries)]
            assert await agrees(port, entries, seen) >= len(entries) // 2


async def test_two_gateways_write_each_version_once(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """And when one of them dies, the other goes on: no alert is missing in what was shown."""
    async with crew(tansu, redis_server, tmp_path) as shell:
        given = environment(shell, redis_server)
        async with process(redis_server.url, **given) as one, process(redis_server.url, **given) as other:
            ports = [await listens(gateway) for gateway in (one, other)]
            for number, batch in enumerate(parts(records(), -(-len(records()) // 8))):
                await shell.send(batch)
                await shell.until_applied()
                await shell.until_told()
                if number == 4:
                    one.kill()
                    await one.wait()
            snapshot = json.loads((await get(ports[1], f"/snapshot/{CONTEST}.json"))[2])
            newest = snapshot["alerts"][0]["seq"]
            entries: list[dict[str, Any]] = []
            async with asyncio.timeout(PATIENCE_S):
                while not entries or entries[-1]["alerts"] < newest:
                    await asyncio.sleep(0.1)
                    entries = await index(ports[1])
            names = [name(entry) for entry in entries]
            assert len(set(names)) == len(names)
            topic = shell.scope.topic("shown")
            logged = [one async for one in shell.log("shown") if one.key == CONTEST.encode()]
            assert len(logged) == len(entries), f"{topic} holds some twice"


async def test_without_a_broker_the_gateway_goes_on(
    tansu: Running, redis_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows, says that it cannot be asked about before, and writes what it showed when Kafka is there."""
    monkeypatch.setattr(showing, "EVERY_S", 0.1)
    monkeypatch.setattr(showing, "CLAIM_S", 0.05)
    monkeypatch.setattr(showing, "READY_WITHIN_S", 0.1)
    monkeypatch.setattr(showing_over_kafka, "CONNECT_WITHIN_S", 0.3)  # of what is refused at once
    await asyncio.to_thread(tansu.stop)
    hand = Hand(redis_server)
    log = KafkaLog(night(), Settings(kafka=tansu.address, kafka_kind=tansu.kind))
    async with house(log=log, redis=redis_server.url) as at:
        note = at.gateway.metrics.note
        for number, batch in enumerate(parts(records()[:60], 20)):
            hand.count(batch)
            await until(partial(_has_come, note, number + 1))
        for path in ("/snapshot/mayor.json?as_of=23:00", "/snapshot/mayor/index.json"):
            status, headers, _ = await at.get(f"GET {path} HTTP/1.1\nHost: x")
            assert (503, "2") == (status, headers["Retry-After"])
        assert 200 == (await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x"))[0]
        await until(lambda: note.away)
        await asyncio.to_thread(tansu.start)
        newest = name_of(at.gateway.hub.groups[ContestId(CONTEST)].tag)
        await until(lambda: not note.waiting and log.index.find(ContestId(CONTEST), newest) is not None)
        assert (True, 0) == (note.written >= 3, note.lost.total())
        _, _, now = await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x")
        status, _, then = await at.get(
            "GET /snapshot/mayor.json?as_of=2099-01-01T00:00:00Z HTTP/1.1\nHost: x"
        )
        assert (200, now) == (status, then)
    hand.close()


async def test_a_claim_has_one_owner_until_it_has_run_out(redis_server: Running) -> None:
    """Whoever comes second hears how long it lasts; without a store nobody knows."""
    async with house(redis=redis_server.url) as one, house(redis=redis_server.url) as other:
        ours, theirs = one.gateway.upstream.claim, other.gateway.upstream.claim
        assert 0.0 == await ours(ContestId(CONTEST), "turn", 600)
        assert 0 < await theirs(ContestId(CONTEST), "turn", 600) <= 600
        assert 0.0 == await theirs(ContestId("assembly"), "turn", 0.3)
        left_s = 0.3
        while left_s:
            await asyncio.sleep(left_s)
            left_s = await ours(ContestId("assembly"), "turn", 0.3)
        await asyncio.to_thread(redis_server.stop)
        with pytest.raises(OutsideError):
            await ours(ContestId(CONTEST), "turn", 0.3)


async def test_a_long_log_is_read_while_the_gateway_works(tansu: Running, redis_server: Running) -> None:
    """Two thousand snapshots: everybody has a turn between a few of them."""
    hand = Hand(redis_server)
    hand.count(records())
    settings = Settings(kafka=tansu.address, kafka_kind=tansu.kind)
    body = await one_body(redis_server)
    out = NotePublisher(settings, night().id)
    await create_topics(settings, night().id)
    async with out:
        for version in range(2000):
            text = body.replace(b'"version":', b'"version":%d' % (version + 10), 1)
            await out.note("shown", b"mayor", text, [("shown-at", b"2024-10-06T20:00:00.000Z")])
        await out.drain()
    log = KafkaLog(night(), settings)
    async with house(log=log, redis=redis_server.url) as at:
        most, before = 0, len(log.index)
        while not log.index.ready:
            await asyncio.sleep(0)
            most, before = max(most, len(log.index) - before), len(log.index)
        assert 2000 <= len(log.index)
        assert most < 500
        assert at.gateway.answers.ready
    hand.close()


def _has_come(note: Note, number: int) -> bool:
    return note.waiting + note.lost.total() >= number


async def one_body(redis_server: Running) -> bytes:
    """A snapshot as a gateway shows it."""
    async with house(redis=redis_server.url) as at:
        return (await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x"))[2]
