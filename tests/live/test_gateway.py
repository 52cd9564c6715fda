"""The gateway on a real Redis, with real websockets: whatever happens to the store, no wrong number is shown.

Know before changing: the worker here is the rehearsal with a hand that writes as the worker's script does, so
that these tests need no broker; the whole pipeline is tested elsewhere.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import redis
from websockets.asyncio.client import connect

from election.night import ContestId
from election.wire.changes import Change, encode_change, entry_id
from election.wire.frames import Json
from election.wire.keys import Keys, edition, pack_total
from election.wire.records import Record
from election.wire.topics import Scope
from faults.history import read
from sandik import ports
from tests.servers import Running
from tests.web.house import MAYOR, WITHIN_S, House, Watcher, frame, house, say, the_end, until
from tests.web.made import JUNE, Worker, night, parts, records
from tests.web.raw import Raw, upgrade
from web.viewer import Copy, Viewer

PAPERS = [one for one in records() if one.contest == MAYOR]


class Hand:
    """A worker, and the hand that writes down what it counts."""

    def __init__(self, server: Running, of: str = "practice", epoch: str = "e1") -> None:
        self._redis = redis.Redis.from_url(server.url)
        self._scope = Scope("replay", night(of).id)
        self._run_id = str(self._redis.info("server")["run_id"])
        self.worker = Worker(night(of), epoch)

    def count(self, batch: Iterable[Record]) -> None:
        """Counts, and writes each contest's version in one step."""
        for contest, change in self.worker.count(batch):
            self._write(Keys(self._scope, contest), change)

    def _write(self, keys: Keys, change: Change) -> None:
        meta: Any = {"epoch": change.epoch, "version": str(change.version), "at": change.at, **change.meta}
        heard: Any = dict(change.heard)
        found: Any = dict(change.findings)
        with self._redis.pipeline(transaction=True) as step:
            step.xadd(keys.changes, encode_change(change), id=entry_id(change.version))  # type: ignore[arg-type] # bytes are fields too
            step.hset(
                keys.meta,
                mapping={**meta, "run_id": self._run_id, "digest": edition(self.worker.night)},
            )
            for source, rows in change.rows.items():
                step.hset(keys.areas(source), mapping={area: pack_total(row) for area, row in rows.items()})
            if heard:
                step.hset(keys.sources, mapping=heard)
            if found:
                step.hset(keys.findings, mapping=found)
            step.execute()

    def flush(self) -> None:
        """Everything is gone."""
        self._redis.flushall()

    def close(self) -> None:
        """Lets go."""
        self._redis.close()


def rises(shown: Sequence[tuple[str, str, int]]) -> bool:
    """Whether versions only rise within an epoch, and no epoch comes back."""
    at: dict[str, tuple[str, int]] = {}
    gone: set[tuple[str, str]] = set()
    for sub, epoch, version in shown:
        before = at.get(sub, ("", -1))
        if (sub, epoch) in gone or (epoch == before[0] and version < before[1]):
            return False
        if epoch != before[0]:
            gone.add((sub, before[0]))
        at[sub] = (epoch, version)
    return True


async def right(at: House, hand: Hand, *watchers: Watcher, contest: ContestId = MAYOR) -> None:
    """Waits until every watcher shows what the count itself says."""
    state = hand.worker.state(contest)
    expected = hand.worker.rehearsal.boards[contest].snapshot(state, state.at)
    for watcher in watchers:
        copy = watcher.viewer.copies[contest]
        await until(partial(_shows, copy, expected))
        assert expected["headline"] == copy.shown["headline"]
        assert [] == watcher.viewer.faults
        assert rises(watcher.shown)
    assert expected["hash"] == at.gateway.hub.groups[contest].shown["hash"]


def _shows(copy: Copy, expected: Json) -> bool:
    return all(copy.shown.get(key) == expected[key] for key in ("epoch", "version", "hash"))


async def test_a_night_from_the_store_to_everybody(redis_server: Running) -> None:
    """Istanbul's June night: who was there from the start and who came late show the count, to the vote."""
    hand = Hand(redis_server, JUNE)
    async with house(night(JUNE), redis=redis_server.url, tick_ms=20) as at:
        watchers = [Watcher(at.ws, "mayor") for _ in range(2)]
        for number, batch in enumerate(parts(records(JUNE), 150)):
            hand.count(batch)
            await asyncio.sleep(0)
            if number == 15:
                watchers.append(Watcher(at.ws, "mayor"))
        await right(at, hand, *watchers)
        assert 4_742_082 == watchers[2].viewer.copies["mayor"].shown["choices"][0]["votes"]
        for watcher in watchers:
            await watcher.close()
    hand.close()


async def test_without_a_tick(redis_server: Running) -> None:
    """Every version that the store writes reaches a client by itself, in order."""
    hand = Hand(redis_server)
    hand.count(PAPERS[:2])
    async with house(redis=redis_server.url, tick_ms=0) as at:
        watcher = Watcher(at.ws, "mayor")
        await right(at, hand, watcher)
        for paper in PAPERS[2:20]:
            hand.count([paper])
            await right(at, hand, watcher)
        assert list(range(1, hand.worker.versions[MAYOR] + 1)) == [version for _, _, version in watcher.shown]
        await watcher.close()
    hand.close()


async def test_the_store_is_flushed(redis_server: Running) -> None:
    """The last numbers stay on the screen, told as old; a worker that counts anew begins a new epoch."""
    hand = Hand(redis_server)
    hand.count(PAPERS[:30])
    async with house(redis=redis_server.url) as at:
        watcher = Watcher(at.ws, "mayor")
        await right(at, hand, watcher)
        before = watcher.viewer.copies["mayor"].shown
        hand.flush()
        await until(lambda: watcher.viewer.stale_s is not None)
        assert before == watcher.viewer.copies["mayor"].shown
        again = Hand(redis_server, epoch="e2")
        for batch in parts(PAPERS, 10):
            again.count(batch)
        await right(at, again, watcher)
        await until(lambda: watcher.viewer.stale_s is None)
        assert ("e1", "e2") == (watcher.shown[0][1], watcher.shown[-1][1])
        await watcher.close()
        again.close()
    hand.close()


async def test_the_store_goes_and_comes_back(redis_server: Running) -> None:
    """Stopped and started from its file: clients hear how old the data are, then go on, and end right."""
    hand = Hand(redis_server)
    hand.count(PAPERS[:30])
    async with house(redis=redis_server.url) as at:
        watcher = Watcher(at.ws, "mayor")
        await right(at, hand, watcher)
        await asyncio.to_thread(redis_server.stop)
        await until(lambda: (watcher.viewer.stale_s or 0) > 0.3)
        late = Watcher(at.ws, "mayor")  # who comes now is shown the last good numbers
        await right(at, hand, watcher, late)
        await asyncio.to_thread(redis_server.start)
        after = Hand(redis_server, epoch="e1")
        after.worker = hand.worker
        after.worker.epoch = "e2"  # a worker notices that the server was started again
        for batch in parts(PAPERS[30:], 5):
            after.count(batch)
        await right(at, after, watcher, late)
        await until(lambda: watcher.viewer.stale_s is None)
        for one in (watcher, late):
            await one.close()
        after.close()
    hand.close()


async def test_the_store_is_frozen(redis_server: Running) -> None:
    """A store that holds the line but does not answer counts as away too."""
    hand = Hand(redis_server)
    hand.count(PAPERS[:30])
    async with house(redis=redis_server.url, redis_answers_within_s=2.2) as at:
        watcher = Watcher(at.ws, "mayor")
        await right(at, hand, watcher)
        snapshots = at.gateway.hub.snapshots_sent
        redis_server.pause()
        await until(lambda: (watcher.viewer.stale_s or 0) > 0.3)
        assert 503 == (await at.get("GET /health/ready HTTP/1.1\nHost: x"))[0]
        redis_server.resume()
        hand.count(PAPERS[30:])
        await right(at, hand, watcher)
        await until(lambda: watcher.viewer.stale_s is None)
        assert snapshots == at.gateway.hub.snapshots_sent, "catching up is no new beginning"
        await watcher.close()
    hand.close()


async def test_a_client_goes_on_at_another_gateway(redis_server: Running) -> None:
    """What it holds is resumed there, from the other's own ring: no snapshot, no step back, no gap."""
    hand = Hand(redis_server)
    hand.count(PAPERS[:30])
    async with house(redis=redis_server.url) as one, house(redis=redis_server.url) as other:
        async with connect(one.ws, max_size=None) as client:
            await say(client, t="subscribe", sub="a", contest="mayor")
            held = await frame(client, "snapshot")
        await until(lambda: other.gateway.hub.groups[MAYOR].version == held["version"])
        hand.count(PAPERS[30:40])
        newest = hand.worker.versions[MAYOR]
        await until(lambda: other.gateway.hub.groups[MAYOR].version == newest)
        async with connect(other.ws, max_size=None) as client:
            await say(client, t="subscribe", sub="b", contest="mayor", resume=held["resume"])
            resumed = await frame(client, "resumed")
            assert (held["epoch"], held["version"]) == (resumed["epoch"], resumed["version"])
            at = held["version"]
            while at < newest:
                change = await frame(client, "change")
                assert at == change["prev"]
                at = change["version"]
        assert 0 == other.gateway.hub.snapshots_sent
    hand.close()


async def test_a_gateway_is_killed(redis_server: Running) -> None:
    """Another process at the same port: whoever comes back is shown the count, and never an older one."""
    hand = Hand(redis_server)
    hand.count(PAPERS[:30])
    viewer, shown = Viewer(["mayor"]), list[tuple[str, str, int]]()
    port = ports.choose()
    for batch in (PAPERS[30:40], PAPERS[40:]):
        async with process(redis_server.url, SANDIK_PORT=str(port), SANDIK_TICK_MS="20") as gateway:
            await until(lambda: ports.answers_get("127.0.0.1", port, "/health/ready"))
            async with connect(f"ws://127.0.0.1:{port}/ws", max_size=None) as client:
                hand.count(batch)
                async with asyncio.timeout(WITHIN_S):
                    while viewer.copies["mayor"].shown.get("version") != hand.worker.versions[MAYOR]:
                        for sub in viewer.hear(await client.recv()):
                            shown.append((sub, viewer.copies[sub].epoch, viewer.copies[sub].version))
                        for command in viewer.take_commands():
                            await client.send(command, text=True)
                gateway.kill()
                assert 1006 == (await the_end(client))[0]
                viewer.lost(1006)
            await gateway.wait()
    assert rises(shown)
    assert [] == viewer.faults
    hand.close()


async def test_the_gateway_is_there_before_the_store(redis_server: Running) -> None:
    """It listens, says that it is not ready, and is when the store is; an empty store is ready too."""
    await asyncio.to_thread(redis_server.stop)
    async with house(redis=redis_server.url, ready=False) as at:
        assert 503 == (await at.get("GET /health/ready HTTP/1.1\nHost: x"))[0]
        await asyncio.to_thread(redis_server.start)
        await until(lambda: at.gateway.answers.ready)
        status, headers, body = await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x")
        assert (200, '":0:closed"', 0) == (status, headers["ETag"], json.loads(body)["version"])
        hand = Hand(redis_server)
        hand.count(PAPERS)
        watcher = Watcher(at.ws, "mayor")
        await right(at, hand, watcher)
        await watcher.close()
        hand.close()


async def test_snapshots_are_the_same_over_both_doors(redis_server: Running) -> None:
    """What is polled over GET is byte for byte what a websocket's snapshot holds."""
    hand = Hand(redis_server)
    hand.count(PAPERS)
    async with house(redis=redis_server.url) as at:
        watcher = Watcher(at.ws, "mayor")
        await right(at, hand, watcher)
        _, headers, body = await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x")
        assert watcher.viewer.copies["mayor"].shown == json.loads(body)
        assert f'"e1:{hand.worker.versions[MAYOR]}"' == headers["ETag"]
        await watcher.close()
    hand.close()


@asynccontextmanager
async def process(redis_url: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`sandik gateway` on the practice night, as a process of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SANDIK_")},
        "SANDIK_NIGHT": "practice",
        "SANDIK_REDIS": redis_url,
        "SANDIK_PORT": "0",
        **more,
    }
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandik.cli", "gateway",
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
        await made.communicate()


async def listens(gateway: asyncio.subprocess.Process) -> int:
    """The port of a process, when it is ready."""
    assert gateway.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        port: int = json.loads(await gateway.stdout.readline())["port"]
    await until(lambda: ports.answers_get("127.0.0.1", port, "/health/ready"))
    return port


async def test_the_process(redis_server: Running, tmp_path: Path) -> None:
    """It says where it listens and goodbye when asked to stop, ends with 0, and has noted what it showed."""
    async with process(redis_server.url, SANDIK_HISTORY=str(tmp_path)) as gateway:
        port = await listens(gateway)
        async with connect(f"ws://127.0.0.1:{port}/ws") as client:
            hello = await frame(client, "hello")
            gateway.send_signal(signal.SIGTERM)
            assert 1012 == (await the_end(client))[0]
        async with asyncio.timeout(WITHIN_S):
            assert 0 == await gateway.wait()
    [name] = [fact["gateway"] for fact in read(tmp_path) if fact.what == "serves"]
    assert hello["gateway"] == name


async def told(clients: Sequence[Raw]) -> list[str]:
    """The word that each of them was sent last, after the gateway has closed."""
    return [(await client.until())[-1] for client in clients]


async def test_few_clients_do_not_keep_the_process(redis_server: Running) -> None:
    """A browser or two are gone at once, whatever time there is for thousands: Ctrl-C ends a demo."""
    async with process(redis_server.url, SANDIK_DRAIN_S="3600") as gateway:
        port = await listens(gateway)
        clients = [await Raw.websocket(port) for _ in range(3)]
        gateway.send_signal(signal.SIGINT)
        assert ["close 1012"] * 3 == await told(clients)
        async with asyncio.timeout(WITHIN_S):
            assert 0 == await gateway.wait()
        for client in clients:
            client.leave()


async def test_many_clients_are_sent_away_in_batches(redis_server: Running) -> None:
    """Not all at once; the rest go on; a second signal sends them all, and does not wait for the stubborn."""
    async with process(redis_server.url, SANDIK_DRAIN_S="3600") as gateway:
        port = await listens(gateway)
        clients = [await Raw.websocket(port) for _ in range(400)]
        gateway.send_signal(signal.SIGTERM)
        first = asyncio.gather(*(client.until(number=1) for client in clients[:1]))
        assert [["close 1012"]] == await first
        await until(lambda: not ports.answers_get("127.0.0.1", port, "/health/ready"))
        refused = await Raw.connect(port)
        await refused.say(upgrade())
        assert 503 == (await refused.head())[0]
        gateway.send_signal(signal.SIGTERM)
        assert {"close 1012"} == set(await told(clients[1:]))
        async with asyncio.timeout(WITHIN_S):
            assert 0 == await gateway.wait()
        for client in (*clients, refused):
            client.leave()


async def test_processes_with_different_nights_do_not_work_together(redis_server: Running) -> None:
    """What a worker counts by other facts is not shown: one sentence, exit code 2, no traceback."""
    hand = Hand(redis_server)
    hand.worker.night = replace(night(), digest="f" * 64)
    hand.count(PAPERS[:3])
    hand.close()
    async with process(redis_server.url) as gateway, asyncio.timeout(WITHIN_S):
        _, said = await gateway.communicate()
    assert 2 == gateway.returncode
    assert b"another edition of the night practice" in said
    assert b"Traceback" not in said


async def test_settings_that_make_no_sense(redis_server: Running) -> None:
    """An address that is none, a host that is not ours: a sentence with the variable, and exit code 2."""
    for more in ({"SANDIK_REDIS": "store:6379"}, {"SANDIK_HOST": "192.0.2.1"}, {"SANDIK_TICK_MS": "often"}):
        async with process(redis_server.url, **more) as gateway, asyncio.timeout(WITHIN_S):
            _, said = await gateway.communicate()
        assert 2 == gateway.returncode
        assert next(iter(more)).encode() in said
        assert b"Traceback" not in said
