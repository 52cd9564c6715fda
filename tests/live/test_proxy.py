"""Two gateways behind a real nginx with the shipped file: websockets, the cache, and a gateway that goes.

Know before changing: nothing in deploy/nginx.conf is replaced but names, ports and folders, and a test fails
if one of these is not there any more.
"""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from sandik import ports
from tests.web.house import MAYOR, WITHIN_S, House, Watcher, frame, house, say, until
from tests.web.made import parts, records
from tests.web.raw import Raw, upgrade
from web.token_file import add
from web.tokens import make

FILE = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
pytestmark = pytest.mark.live


def nginx() -> str:
    """Where nginx is."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    return found


def configured(folder: Path, port: int, first: int, second: int) -> Path:
    """The shipped file, on these ports."""
    text = FILE.read_text()
    for shipped, here in (
        ("listen 80 ", f"listen 127.0.0.1:{port} "),
        ("127.0.0.1:8081", f"127.0.0.1:{first}"),
        ("127.0.0.1:8082", f"127.0.0.1:{second}"),
        ("/var/cache/nginx/sandik", str(folder / "cache")),
        ("worker_processes auto;", "worker_processes 2;"),
        ("worker_rlimit_nofile 131072;", ""),
        ("worker_connections 32768;", "worker_connections 256;"),
    ):
        assert 1 == text.count(shipped), shipped
        text = text.replace(shipped, here)
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {\n", f"http {{\n{temporary}", 1)
    user = "user root;\n" if os.geteuid() == 0 else ""
    made = folder / "nginx.conf"
    made.write_text(f"{user}pid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'} warn;\n{text}")
    return made


@dataclass
class Front:
    """nginx, and the gateways behind it."""

    port: int
    gateways: tuple[House, House]
    errors: Path

    @property
    def ws(self) -> str:
        """Where a websocket begins."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def count(self, batch: Any) -> None:
        """Both gateways hear of it."""
        for at in self.gateways:
            at.count(batch)

    async def get(self, path: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        """A plain request through nginx."""
        raw = await Raw.connect(self.port)
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *headers]
        await raw.say("\r\n".join(lines).encode() + b"\r\n\r\n")
        found = await raw.head()
        raw.leave()
        return found

    async def got(self, path: str, wanted: Callable[[dict[str, str], bytes], bool]) -> bytes:
        """Asks until the answer is the one that is waited for; every one before is good too."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                status, headers, body = await self.get(path)
                assert 200 == status
                if wanted(headers, body):
                    return body
                await asyncio.sleep(0.05)

    def answered(self) -> int:
        """How many requests the gateways have answered with 200 or 304."""
        return sum(
            at.gateway.metrics.look().answers.get(status, 0) for at in self.gateways for status in (200, 304)
        )


@asynccontextmanager
async def front(folder: Path, **given: Any) -> AsyncIterator[Front]:
    """Two gateways and nginx before them, until the test ends."""
    program, port = nginx(), ports.choose()
    settings: dict[str, Any] = {"proxies": "127.0.0.1", "heartbeat_s": 0.2, **given}
    async with house(**settings) as first, house(**settings) as second:
        conf = configured(folder, port, first.gateway.port, second.gateway.port)
        process = await asyncio.create_subprocess_exec(
            program, "-p", str(folder), "-c", str(conf), "-e", str(folder / "error.log"), "-g", "daemon off;",
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            await until(lambda: ports.is_open("127.0.0.1", port) or process.returncode is not None)
            assert process.returncode is None, await process.communicate()
            yield Front(port, (first, second), folder / "error.log")
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), WITHIN_S)


async def test_a_night_through_nginx(tmp_path: Path) -> None:
    """Clients are dealt out, see every change, packed as without nginx, and are known by their address."""
    async with front(tmp_path, log_addresses=1) as at:
        watchers = [Watcher(at.ws, "mayor", "bridge") for _ in range(6)]
        await until(lambda: [3, 3] == [len(one.gateway.hub) for one in at.gateways])
        for batch in parts(records(), 10):
            at.count(batch)
            await asyncio.sleep(0.005)
        await until(lambda: all(watcher.shows(at.gateways[0]) for watcher in watchers))
        for watcher in watchers:
            assert [] == watcher.viewer.faults
            await watcher.close()
        async with connect(at.ws, local_addr=("127.0.0.2", 0)) as client:
            assert client.protocol.extensions
            await frame(client, "hello")
            assert ["127.0.0.2"] == [
                socket.visitor.address for one in at.gateways for socket in one.sockets()
                if socket.visitor.address != "127.0.0.1"
            ]  # fmt: skip


async def test_a_strangers_word_for_his_address(tmp_path: Path) -> None:
    """What somebody writes into X-Forwarded-For does not reach the gateway."""
    async with front(tmp_path) as at:
        raw = await Raw.websocket(at.port, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2")
        assert ["127.0.0.1"] == [socket.visitor.address for one in at.gateways for socket in one.sockets()]
        raw.leave()


async def test_only_our_own_page_may_connect(tmp_path: Path) -> None:
    """The host that a page is of reaches the gateway as the browser wrote it, port included."""
    async with front(tmp_path) as at:
        own, other = f"http://127.0.0.1:{at.port}", "http://127.0.0.1:1"
        async with connect(at.ws, origin=own) as client:  # type: ignore[arg-type] # a NewType of the library's
            await frame(client, "hello")
        refused = upgrade("/ws", f"Origin: {other}", host=f"127.0.0.1:{at.port}")
        raw = await Raw.connect(at.port)
        await raw.say(refused)
        assert 403 == (await raw.head())[0]
        raw.leave()


async def test_everybody_asks_at_once(tmp_path: Path) -> None:
    """A snapshot is asked for once a second or so, however many want it; packed and plain are kept apart."""
    async with front(tmp_path) as at:
        at.count(records())
        await until(lambda: all(one.gateway.hub.groups[MAYOR].version for one in at.gateways))
        path, before = "/snapshot/mayor.json", at.answered()
        found = await asyncio.gather(*(at.get(path) for _ in range(60)))
        packed = await asyncio.gather(*(at.get(path, "Accept-Encoding: gzip, br") for _ in range(60)))
        assert {200} == {status for status, _, _ in (*found, *packed)}
        assert 1 == len({body for _, _, body in found}) == len({body for _, _, body in packed})
        assert ("gzip", None) == (packed[0][1].get("content-encoding"), found[0][1].get("content-encoding"))
        assert at.answered() - before <= 6
        assert "HIT" in {headers["x-cache"] for _, headers, _ in found}
        etag = found[0][1]["etag"]
        assert 304 == (await at.get(path, f"If-None-Match: {etag}"))[0]


async def test_a_new_version_is_there_soon(tmp_path: Path) -> None:
    """A copy is a second old at most, and one request more: then the new one is there."""
    async with front(tmp_path) as at:
        at.count(records()[:10])
        path = "/snapshot/mayor.json"
        await at.get(path)
        at.count(records()[10:])
        newest = at.gateways[0].worker.versions[MAYOR]
        await at.got(path, lambda headers, body: json.loads(body)["version"] == newest)


async def test_a_gateway_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clients go on at the other one; nobody is refused, neither while it leaves nor when it has gone."""
    monkeypatch.setattr("web.draining.BACK_PER_S", 4.0)
    async with front(tmp_path) as at:
        at.count(records()[:30])
        watchers = [Watcher(at.ws, "mayor") for _ in range(6)]
        going, staying = at.gateways
        await until(lambda: [3, 3] == [len(one.gateway.hub) for one in at.gateways])
        # Whoever still has something to ask when it is sent away hears the end by asking, and no farewell.
        await until(lambda: all(watcher.shown for watcher in watchers))
        going.stop.set()
        await until(lambda: len(going.gateway.hub) < 3)
        again = []
        for _ in range(8):
            again.append(Watcher(at.ws, "mayor"))
            assert 200 == (await at.get("/snapshot/mayor.json"))[0]
        await until(lambda: len(going.gateway.hub) == 0)
        assert going.task is not None
        await asyncio.wait_for(going.task, WITHIN_S)
        again.append(Watcher(at.ws, "mayor"))
        staying.count(records()[30:])
        await until(lambda: all(watcher.shows(staying) for watcher in again))
        assert 12 == len(staying.gateway.hub)
        ended = [watcher for watcher in watchers if watcher.task.done()]
        assert 3 == len(ended)
        for watcher in ended:
            assert watcher.viewer.lost(1012) == (500, 5000)
            assert watcher.task.exception() is not None
        for watcher in (*(one for one in watchers if one not in ended), *again):
            await watcher.close()


async def test_no_gateway_is_left(tmp_path: Path) -> None:
    """What was last shown is still answered; a websocket is refused, and told so."""
    async with front(tmp_path) as at:
        at.count(records())
        path = "/snapshot/mayor.json"
        shown = (await at.get(path))[2]
        for one in at.gateways:
            one.stop.set()
            assert one.task is not None
            await asyncio.wait_for(one.task, WITHIN_S)
        old = await at.got(path, lambda headers, body: headers["x-cache"] in ("STALE", "UPDATING"))
        assert shown == old
        raw = await Raw.connect(at.port)
        await raw.say(upgrade())
        assert (await raw.head())[0] in (502, 503)
        raw.leave()


async def test_what_a_token_is_answered_is_not_kept(tmp_path: Path) -> None:
    """Neither given to the next one, nor is the next one's copy given to its owner."""
    text, token = make("Ayşe", ["view"], datetime.now(UTC))
    add(tmp_path / "tokens", token)
    async with front(tmp_path, public="none", tokens=str(tmp_path / "tokens")) as at:
        at.count(records())
        path = "/snapshot/mayor.json"
        for _ in range(3):
            assert 200 == (await at.get(path, f"Authorization: Bearer {text}"))[0]
            assert 401 == (await at.get(path))[0]


async def test_smugglers(tmp_path: Path) -> None:
    """What means one request to nginx means no other to a gateway: each is refused, or answered once."""
    good = b"GET /nothing HTTP/1.1\r\nHost: x\r\n"
    inner = b"GET /style/mayor.css HTTP/1.1\r\nHost: x\r\n\r\n"
    bodies = (
        b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding : chunked\r\n", b"Content-Length: 40\r\n",
        b"Content-Length: 0\r\nContent-Length: 40\r\n", b"Transfer-Encoding:\x0bchunked\r\n",
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 40\r\n",
    )  # fmt: skip
    async with front(tmp_path) as at:
        for more in bodies:
            raw = await Raw.connect(at.port)
            await raw.say(good + more + b"Connection: close\r\n\r\n" + inner)
            said = await raw.rest()
            assert said.count(b"HTTP/1.1 ") == 1, more
            assert int(said.split()[1]) in (400, 404, 411, 413, 501), more
            raw.leave()
        assert 0 == sum(one.gateway.metrics.look().answers.get(200, 0) for one in at.gateways)


async def test_health_is_not_for_everybody(tmp_path: Path) -> None:
    """That one gateway behind nginx is ready says nothing of what strangers reach."""
    async with front(tmp_path) as at:
        assert [404, 404] == [(await at.get(f"/health/{word}"))[0] for word in ("live", "ready")]
        assert 404 == (await at.get("/metrics"))[0]


async def test_commands_pass(tmp_path: Path) -> None:
    """A conversation in both directions, with its goodbye."""
    async with front(tmp_path) as at:
        async with connect(at.ws) as client:
            await say(client, t="subscribe", sub="a", contest="mayor")
            assert "mayor" == (await frame(client, "snapshot"))["d"]["contest"]
            await client.send("?")
            assert "not-json" == (await frame(client, "error"))["code"]
        await until(lambda: not any(len(one.gateway.hub) for one in at.gateways))
