"""The gateway over real sockets, with a store that never says more than the test does."""

import asyncio
import json
import os
import random
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from election.errors import UsageError
from election.night import ContestId
from tests.web.house import MAYOR, WITHIN_S, Watcher, frame, house, say, the_end, until
from tests.web.made import parts, records
from web.watch import watch


async def test_a_night_over_a_socket() -> None:
    """hello, snapshot, changes, beats with hashes: at the end the client shows what the gateway shows."""
    async with house() as at:
        watcher = Watcher(at.ws, "mayor", "bridge")
        for batch in parts(records(), 5):
            at.count(batch)
            await asyncio.sleep(0.005)
        await until(lambda: watcher.shows(at) and watcher.shows(at, ContestId("bridge")))
        await watcher.close()
        assert [] == watcher.viewer.faults
        assert len(watcher.shown) > 4


async def test_without_a_tick_changes_come_at_once() -> None:
    """With tick 0 nothing waits for a timer: the change is there when the store has said it."""
    async with house(tick_ms=0, heartbeat_s=60) as at, connect(at.ws) as client:
        await say(client, t="subscribe", sub="a", contest="mayor")
        await frame(client, "snapshot")
        sent = []
        for batch in list(parts([one for one in records() if one.contest == "mayor"], 3))[:5]:
            at.count(batch)
            sent.append(at.gateway.hub.groups[MAYOR].version)
        assert [1, 2, 3, 4, 5] == sent
        assert ["snapshot"] + ["change"] * 4 == [(await frame(client))["t"] for _ in sent]


async def test_stopping_says_when_to_come_back() -> None:
    """Everybody gets a bye with a range, then the close code of a restart; nobody is left behind."""
    async with house() as at:
        clients = [await connect(at.ws) for _ in range(3)]
        for client in clients:
            await frame(client, "hello")
        at.stop.set()
        for client in clients:
            code, frames = await the_end(client)
            assert 1012 == code
            assert {"t": "bye", "code": 1012, "reconnect_after_ms": [500, 5000]} == frames[-1]
        assert at.task is not None
        await asyncio.wait_for(at.task, WITHIN_S)


async def test_there_is_a_most() -> None:
    """One client more than the most is told to try again, and has a place when another leaves."""
    async with house(clients_max=1) as at:
        async with connect(at.ws):
            with pytest.raises(InvalidStatus) as refused:
                await connect(at.ws)
            assert (503, "2") == (
                refused.value.response.status_code,
                refused.value.response.headers["Retry-After"],
            )
        await until(lambda: len(at.gateway.hub) == 0)
        async with connect(at.ws) as client:
            assert "hello" == (await frame(client))["t"]


async def test_until_the_store_was_read() -> None:
    """Clients that come back to a gateway that knows nothing yet keep what they show: they get no zeros."""
    async with house(ready=False) as at:
        with pytest.raises(InvalidStatus) as refused:
            await connect(at.ws)
        assert 503 == refused.value.response.status_code
        assert 503 == (await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x"))[0]
        assert 503 == (await at.get("GET /health/ready HTTP/1.1\nHost: x"))[0]
        assert 200 == (await at.get("GET /health/live HTTP/1.1\nHost: x"))[0]
        at.count(records()[:10])
        status, _, body = await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x")
        assert (200, at.worker.versions[MAYOR]) == (status, json.loads(body)["version"])


async def test_stale_is_told_at_once() -> None:
    """When the store goes away clients hear how old the data are, and when it is back that they are not."""
    async with house(heartbeat_s=3600) as at, connect(at.ws) as client:
        at.gateway.lost()
        beat = await frame(client, "beat")
        assert 0 <= beat["stale_s"]
        assert 503 == (await at.get("GET /health/ready HTTP/1.1\nHost: x"))[0]
        at.gateway.reached(0.0)
        assert "stale_s" not in await frame(client, "beat")


async def test_a_port_that_is_taken() -> None:
    """A sentence says which, and what to set."""
    async with house() as at:
        with pytest.raises(UsageError, match="SANDIK_PORT"):
            async with house(port=at.gateway.port):
                pass


async def test_it_says_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON line on standard output, and a file with the port for whoever started it."""
    async with house(port_file=str(tmp_path / "port")) as at:
        line = json.loads(capsys.readouterr().out)
        assert ("listening", f"http://127.0.0.1:{at.gateway.port}/") == (line["event"], line["url"])
        assert at.gateway.port == int((tmp_path / "port").read_text())
        assert ["port"] == os.listdir(tmp_path)


@pytest.mark.parametrize("error", [RuntimeError("broken"), UsageError("another night")])
async def test_no_task_dies_unseen(error: Exception) -> None:
    """When a part of the gateway ends, the gateway ends with what ended it, and clients are told."""
    async with house() as at, connect(at.ws) as client:
        at.quiet.error = error
        at.quiet.broken.set()
        assert at.task is not None
        assert "bye" == (await frame(client, "bye"))["t"]
        with pytest.raises(type(error), match=str(error)):
            await asyncio.wait_for(at.task, WITHIN_S)


async def test_watch_comes_back() -> None:
    """The reference client prints the night, and goes on with the next gateway when this one restarts."""
    lines: list[str] = []
    async with house() as at:
        port = at.gateway.port
        task = asyncio.create_task(watch(at.ws, [], lines.append, _Dice()))
        at.count(records()[:20])
        await until(lambda: any("[replay, SIMULATED] mayor" in line for line in lines))
    del lines[:]
    async with house(port=port) as at:
        at.count(records())
        await until(lambda: any("boxes: " in line and "60" in line for line in lines))
        task.cancel()
        await asyncio.wait([task])


class _Dice(random.Random):
    """Comes back at once."""

    def uniform(self, a: float, b: float) -> float:
        """No wait."""
        return 0.0
