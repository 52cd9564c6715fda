"""The door over real sockets: requests, messages that end a connection, clients that do not read."""

import asyncio
import json
import socket

import pytest
from websockets.asyncio.client import connect

from tests.web.house import House, Watcher, frame, house, the_end, until
from tests.web.made import JUNE, night, parts, records


@pytest.mark.parametrize(
    ("code", "message"), [(1003, b"\x00\x01"), (1009, "x" * 4097), (1009, "x" * 1_000_000)]
)
async def test_messages_that_end_it(code: int, message: str | bytes) -> None:
    """Binary and oversized messages close the connection with the code that says why; others live on."""
    async with house() as at, connect(at.ws) as other, connect(at.ws) as client:
        assert code == (await the_end(client, begin=[message]))[0]
        assert "hello" == (await frame(other))["t"]
        await until(lambda: len(at.gateway.hub) == 1)


async def test_a_client_that_does_not_read() -> None:
    """It is cut, the others notice nothing, and its end does not hold up the gateway's."""
    async with house(
        night(JUNE), lag_max_s=0.2, behind_max_s=0.2, buffer_bytes_max=65536, heartbeat_s=0.02
    ) as at:
        stalled = await _stalled(at)
        watcher = Watcher(at.ws, "mayor")
        batches = parts(records(JUNE), 40)
        while at.gateway.hub.cut == 0:
            at.count(next(batches))
            await asyncio.sleep(0.01)
        await until(lambda: watcher.shows(at))
        assert [] == watcher.viewer.faults
        await watcher.close()
        stalled.close()


async def _stalled(at: House) -> socket.socket:
    """A websocket that asks for everything and reads nothing, with as little room as there can be."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", at.gateway.port))
    raw.sendall(
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await until(lambda: len(at.gateway.hub) == 1)
    for number in range(8):
        command = json.dumps({"t": "subscribe", "sub": f"s{number}", "contest": "mayor"}).encode()
        raw.sendall(bytes([0x81, 0x80 | len(command), 0, 0, 0, 0]) + command)
    return raw


async def test_http() -> None:
    """The page, its files and a snapshot come with the headers that keep strangers' scripts out."""
    async with house() as at:
        at.count(records())
        for path in ("/", "/static/board.css", "/snapshot/mayor.json", "/nothing"):
            status, headers, body = await at.get(f"GET {path} HTTP/1.1\nHost: x")
            assert (404 if path == "/nothing" else 200) == status
            assert len(body) == int(headers["Content-Length"])
            assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
            assert "nosniff" == headers["X-Content-Type-Options"]
            assert "Server" not in headers
        etag = (await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x"))[1]["ETag"]
        status, headers, body = await at.get(
            f"GET /snapshot/mayor.json HTTP/1.1\nHost: x\nIf-None-Match: {etag}"
        )
        assert (304, b"", False) == (status, body, "Content-Length" in headers)
        status, headers, body = await at.get("HEAD / HTTP/1.1\nHost: x")
        assert (200, b"", True) == (status, body, int(headers["Content-Length"]) > 1000)


@pytest.mark.parametrize(
    ("expected", "head", "body"),
    [
        (405, "POST / HTTP/1.1\nHost: x\nContent-Length: 3", b"a=1"),
        (405, "POST /ws HTTP/1.1\nHost: x\nContent-Length: 0", b""),
        (405, "DELETE /snapshot/mayor.json HTTP/1.1\nHost: x", b""),
        (405, "PRI * HTTP/2.0", b""),
        (426, "GET /ws HTTP/1.1\nHost: x", b""),
        (404, "GET /static/../gateway.py HTTP/1.1\nHost: x", b""),
        (404, "GET /static/%2e%2e/gateway.py HTTP/1.1\nHost: x", b""),
        (414, "GET /" + "x" * 9000 + " HTTP/1.1\nHost: x", b""),
        (431, "GET / HTTP/1.1\nHost: " + "x" * 9000, b""),
    ],
)
async def test_odd_requests(expected: int, head: str, body: bytes) -> None:
    """What is wrong with a request is said by a status, and the next request is served."""
    async with house() as at:
        assert expected == (await at.get(head, body))[0]
        assert 200 == (await at.get("GET / HTTP/1.1\nHost: x"))[0]
