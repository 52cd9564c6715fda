"""The gateway over real sockets, with a store that never says more than the test does."""

import asyncio
import gc
import json
import logging
import os
import random
import re
import socket
import tracemalloc
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from election.errors import UsageError
from election.night import ContestId
from tests.web.house import MAYOR, WITHIN_S, Watcher, frame, house, say, the_end, until
from tests.web.made import parts, records
from tests.web.raw import Raw, text, upgrade
from web.gateway import _give_up
from web.pace import Pace
from web.token_file import add
from web.tokens import make
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


async def test_the_admin_port(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Said in the first line; what is counted there is what happened; no websocket begins there."""
    async with house(admin="127.0.0.1:0", admin_port_file=str(tmp_path / "admin"), heartbeat_s=3600.0) as at:
        admin = at.gateway.admin_port
        assert admin == json.loads(capsys.readouterr().out)["admin_port"]
        assert admin == int((tmp_path / "admin").read_text())
        at.count(records())
        async with connect(at.ws) as client:
            await say(client, t="subscribe", sub="a", contest="mayor")
            await frame(client, "snapshot")
            await client.send("?")
            await frame(client, "error")
        await until(lambda: len(at.gateway.hub) == 0)
        assert 404 == (await at.get("GET /nothing HTTP/1.1\nHost: x"))[0]
        await at.get("POST / HTTP/1.1\nHost: x")
        status, _, body = await at.get("GET /metrics HTTP/1.1\nHost: x", port=admin)
        assert 200 == status
        for line in (
            "sandik_opened_total 1.0", "sandik_connections 0.0", "sandik_snapshots_total 1.0",
            "sandik_ready 1.0",
            'sandik_errors_total{code="not-json"} 1.0', 'sandik_http_answers_total{status="404"} 1.0',
            'sandik_refused_total{reason="malformed"} 1.0',
            f'sandik_version{{contest="mayor"}} {at.worker.versions[MAYOR]:.1f}',
        ):  # fmt: skip
            assert line in body.decode().splitlines()
        assert 404 == (await at.get("GET /ws HTTP/1.1\nHost: x", port=admin))[0]
        assert 404 == (await at.get("GET /metrics HTTP/1.1\nHost: x"))[0]


async def test_frames_that_are_counted() -> None:
    """As many as were written, with the bytes that were: packed ones are counted packed."""
    async with house(tick_ms=0, heartbeat_s=3600.0) as at:
        at.count(records()[:10])
        clients = [await Raw.websocket(at.gateway.port, *more) for more in ([], [DEFLATE])]
        before = at.gateway.metrics.look()
        for raw in clients:
            await raw.say(text('{"t":"subscribe","sub":"a","contest":"mayor"}'))
        frames = [await raw.frame() for raw in clients]
        size = sum(4 + len(one.wire) for one in frames if one)
        after = at.gateway.metrics.look()
        assert (2, size) == (after.frames - before.frames, after.frame_bytes - before.frame_bytes)
        for raw in clients:
            raw.leave()


async def test_ports_that_are_shared() -> None:
    """Two gateways at one port; one that leaves is given nobody any more, and the other all of them."""
    async with house(reuse_port=1) as one, house(reuse_port=1, port=one.gateway.port) as other:
        clients: list[Raw] = []
        while not (len(one.gateway.hub) and len(other.gateway.hub)):
            clients.append(await Raw.websocket(one.gateway.port))
            assert len(clients) < 200
        one.stop.set()
        assert one.task is not None
        await asyncio.wait_for(one.task, WITHIN_S)
        here = len(other.gateway.hub)
        clients += [await Raw.websocket(other.gateway.port) for _ in range(20)]
        assert here + 20 == len(other.gateway.hub)
        for raw in clients:
            raw.leave()
        await until(lambda: len(other.gateway.hub) == 0)


async def test_a_private_gateway(tmp_path: Path) -> None:
    """Nothing for who presents nothing; everything for who does, and no cache on the way keeps it."""
    token, made = make("Ayşe", ["view"], datetime.now(UTC))
    add(tmp_path / "tokens", made)
    async with house(public="none", tokens=str(tmp_path / "tokens")) as at:
        at.count(records())
        asked = "GET /snapshot/mayor.json HTTP/1.1\nHost: x"
        assert 401 == (await at.get(asked))[0]
        status, headers, _ = await at.get(f"{asked}\nAuthorization: Bearer {token}")
        assert (200, "private, no-store") == (status, headers["Cache-Control"])
        async with connect(at.ws) as client:
            assert [] == (await frame(client, "hello"))["scopes"]
            await say(client, t="subscribe", sub="a", contest="mayor")
            assert "no-scope" == (await frame(client, "error"))["code"]
            await say(client, t="auth", token=token)
            assert ["view"] == (await frame(client, "scopes"))["scopes"]
            await say(client, t="subscribe", sub="a", contest="mayor")
            assert "mayor" == (await frame(client, "snapshot"))["d"]["contest"]
        async with connect(at.ws, additional_headers={"Authorization": f"Bearer {token}"}) as client:
            assert ["view"] == (await frame(client, "hello"))["scopes"]
        await until(lambda: at.gateway.gate.taken == 0)


async def test_pages_of_other_sites() -> None:
    """They may not connect, unless their site is allowed; what they may read they may read by GET too."""
    async with house(origins="https://news.example") as at:
        for origin, status in (("https://evil.example", 403), ("null", 403)):
            with pytest.raises(InvalidStatus) as refused:
                await connect(at.ws, origin=origin)  # type: ignore[arg-type] # a NewType of the library's
            assert status == refused.value.response.status_code
        async with connect(at.ws, origin="https://news.example") as client:  # type: ignore[arg-type] # as above
            assert "hello" == (await frame(client))["t"]
        _, headers, _ = await at.get(
            "GET /snapshot/mayor.json HTTP/1.1\nHost: x\nOrigin: https://news.example"
        )
        assert "https://news.example" == headers["Access-Control-Allow-Origin"]
        assert "Origin" in headers["Vary"]


async def test_the_line_of_a_life(caplog: pytest.LogCaptureFixture) -> None:
    """One line when a client has gone: how, with which code, after how long. No address, no token."""
    caplog.set_level(logging.INFO, "sandik.gateway")
    async with house() as at:
        async with connect(at.ws) as client:
            await frame(client, "hello")
        await until(lambda: at.gateway.gate.taken == 0)
    (line,) = [one.getMessage() for one in caplog.records if "client ended" in one.getMessage()]
    assert re.fullmatch(r"client ended because=left code=1000 after_s=\d+\.\d packed=yes( bytes=\d+)?", line)


async def test_addresses_are_told_only_if_wanted(caplog: pytest.LogCaptureFixture) -> None:
    """They are personal data."""
    caplog.set_level(logging.INFO, "sandik.gateway")
    async with house(log_addresses=1) as at:
        (await Raw.websocket(at.gateway.port)).leave()
        await until(lambda: at.gateway.gate.taken == 0)
    assert any(" because=lost " in line and line.endswith(" address=127.0.0.1") for line in caplog.messages)


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


async def test_how_a_replay_plays_is_told_at_once() -> None:
    """In the greeting as it began, until somebody says more; in a beat as soon as it is another."""
    async with house(mode="replay", speed=60.0, heartbeat_s=3600) as at, connect(at.ws) as client:
        assert {"speed": 60.0, "paused": False} == (await frame(client, "hello"))["replay"]
        at.gateway.paced(Pace(60.0))
        at.gateway.paced(Pace(60.0, paused=True))
        assert {"speed": 60.0, "paused": True} == (await frame(client, "beat"))["replay"]
        async with connect(at.ws) as later:
            assert {"speed": 60.0, "paused": True} == (await frame(later, "hello"))["replay"]
    async with house(mode="live", speed=60.0) as at, connect(at.ws) as client:
        assert "replay" not in await frame(client, "hello")
        assert "replay" not in await frame(client, "beat")


async def test_a_port_that_is_taken() -> None:
    """A sentence says which, and what to set."""
    async with house() as at:
        for more, variable in (
            ({"port": at.gateway.port}, "SANDIK_PORT"),
            ({"port": at.gateway.port, "reuse_port": 1}, "SANDIK_REUSE_PORT=1"),
            ({"admin": f"127.0.0.1:{at.gateway.port}"}, "SANDIK_ADMIN"),
        ):
            with pytest.raises(UsageError, match=variable):
                async with house(**more):
                    pass


async def test_it_says_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON line on standard output, and a file with the port for whoever started it."""
    async with house(port_file=str(tmp_path / "port")) as at:
        line = json.loads(capsys.readouterr().out)
        assert ("listening", f"http://127.0.0.1:{at.gateway.port}/") == (line["event"], line["url"])
        assert at.gateway.port == int((tmp_path / "port").read_text())
        assert ["port"] == os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (RuntimeError("broken"), RuntimeError, "broken"),
        (UsageError("another night"), UsageError, "another night"),
        (asyncio.CancelledError(), RuntimeError, "the task upstream was cancelled by what it uses"),
    ],
)
async def test_no_task_dies_unseen(error: BaseException, kind: type[Exception], said: str) -> None:
    """When a part of the gateway ends, the gateway ends with what ended it, and clients are told."""
    async with house() as at, connect(at.ws) as client:
        at.quiet.error = error
        at.quiet.broken.set()
        assert at.task is not None
        assert "bye" == (await frame(client, "bye"))["t"]
        with pytest.raises(kind, match=said):
            await asyncio.wait_for(at.task, WITHIN_S)


async def test_a_gateway_that_does_not_end_is_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With the names of what held it; as asked to stop, or to be started again."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    holds = asyncio.create_task(asyncio.sleep(3600), name="what holds it")
    async with house() as at:
        _give_up(at.stop)
        assert not at.ending.is_set()
    _give_up(at.stop)
    assert [1, 0] == codes
    assert at.ending.is_set(), "from here on it is given half a minute"
    assert 2 == sum("name='what holds it'" in message for message in caplog.messages)
    holds.cancel()


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


async def test_who_follows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked to come back when it wants something; whoever follows something stays."""
    monkeypatch.setattr("web.gateway.WELCOME_EVERY_S", 0.01)
    async with house(idle_within_s=0.1) as at, connect(at.ws) as busy, connect(at.ws) as idle:
        await say(busy, t="subscribe", sub="a", contest="mayor")
        code, frames = await the_end(idle)
        assert (3408, None) == (code, frames[-1]["reconnect_after_ms"])
        await frame(busy, "snapshot")
        assert "beat" == (await frame(busy, "beat"))["t"]
        assert 1 == len(at.gateway.hub)


async def test_what_a_client_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory of this program for each client that follows a contest: bounded, whatever it sent before."""
    monkeypatch.setattr("web.listening.ASK_EVERY_S", 3600.0)  # these clients answer no pings, and are not cut
    hundred, asked = 100, text('{"t":"subscribe","sub":"a","contest":"mayor"}')
    padding = [f"X-{number}: {'x' * 200}" for number in range(30)]  # as browsers and proxies do, and more
    async with house(heartbeat_s=3600.0) as at, AsyncExitStack() as afterwards:
        at.count(records())
        loop, clients = asyncio.get_running_loop(), list[socket.socket]()

        async def come(number: int) -> int:
            for _ in range(number):
                raw = socket.create_connection(("127.0.0.1", at.gateway.port))
                raw.setblocking(False)
                clients.append(raw)
                afterwards.callback(raw.close)
                await loop.sock_sendall(raw, upgrade("/ws", DEFLATE, *padding))
                while not (await loop.sock_recv(raw, 65536)).endswith(b"}"):
                    continue  # until hello has come, which is short and so not packed
                await loop.sock_sendall(raw, asked)
            await until(lambda: at.gateway.hub.subscriptions_now() == len(clients))
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        await come(hundred)
        tracemalloc.start()
        try:
            before = await come(hundred)
            after = await come(hundred)
        finally:
            tracemalloc.stop()
        assert (after - before) / hundred < 10 * 1024
        await afterwards.aclose()
        await until(lambda: len(at.gateway.hub) == 0)


DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"


class _Dice(random.Random):
    """Comes back at once."""

    def uniform(self, a: float, b: float) -> float:
        """No wait."""
        return 0.0
