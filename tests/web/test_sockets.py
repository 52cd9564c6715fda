"""The door over real sockets: messages that end a connection, clients that do not read, packed frames."""

import asyncio
import json
import socket
import sys

import pytest
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from tests.web.hosts import listener
from tests.web.house import MAYOR, House, Watcher, frame, house, say, the_end, until
from tests.web.made import JUNE, night, parts, records
from tests.web.raw import Heard, Raw, text
from web.packing import PACKED_FROM_BYTES

TCP_CLOSE = 7
"""State of a connection that was reset (linux/tcp_states.h)."""


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
        if sys.platform == "linux":  # its kernel was told, though it holds no room for a word more
            await until(lambda: TCP_CLOSE == stalled.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0])
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


DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"


async def heard(raw: Raw, kind: str) -> Heard:
    """The next frame of a kind."""
    while (one := await raw.frame()) is not None:
        if str(one) == kind:
            return one
    raise AssertionError(f"no {kind} came")


async def test_packed_once_for_all() -> None:
    """Clients that unpack get the very same packed bytes, the others plain ones; all mean the same."""
    async with house() as at:
        at.count(records()[:10])
        await until(lambda: at.gateway.hub.groups[MAYOR].version > 0)
        clients = [await Raw.websocket(at.gateway.port, *more) for more in ([DEFLATE], [DEFLATE], [])]
        for raw in clients:
            await raw.say(text('{"t":"subscribe","sub":"a","contest":"mayor"}'))
        for kind in ("snapshot", "change"):
            one, other, plain = [await heard(raw, kind) for raw in clients]
            assert (True, True, False) == (one.packed, other.packed, plain.packed)
            assert one.wire == other.wire
            assert one.payload == other.payload == plain.payload == plain.wire
            assert len(one.wire) < len(plain.wire)
            at.count(records()[10:])
        for raw in clients:
            raw.leave()


@pytest.mark.parametrize("packing", [None, "deflate"])
async def test_a_client_of_another_library(packing: str | None) -> None:
    """With and without packing it is told what the gateway shows."""
    async with house() as at, connect(at.ws, max_size=None, compression=packing) as client:
        assert (packing is not None) == bool(client.protocol.extensions)
        await say(client, t="subscribe", sub="a", contest="mayor")
        at.count(records()[:10])
        while (await frame(client, "snapshot"))["d"]["epoch"] != "e1":
            continue
        at.count(records()[10:])
        assert at.worker.versions[MAYOR] == (await frame(client, "change"))["version"]


@pytest.mark.parametrize(
    ("agreed", "asked"),
    [
        (True, ClientPerMessageDeflateFactory()),
        (True, ClientPerMessageDeflateFactory(server_max_window_bits=15)),
        (True, ClientPerMessageDeflateFactory(client_max_window_bits=10)),
        (True, ClientPerMessageDeflateFactory(server_no_context_takeover=True)),
        (True, ClientPerMessageDeflateFactory(client_no_context_takeover=True)),
        (False, ClientPerMessageDeflateFactory(server_max_window_bits=14)),
        (False, ClientPerMessageDeflateFactory(server_max_window_bits=8)),
    ],
)
async def test_what_is_agreed_on(agreed: bool, asked: ClientPerMessageDeflateFactory) -> None:
    """Nothing is remembered between two frames, either way; a smaller window of ours is declined."""
    async with house() as at, connect(at.ws, compression=None, extensions=[asked]) as client:
        assert client.response is not None
        said = client.response.headers.get("Sec-WebSocket-Extensions", "")
        assert agreed == ("permessage-deflate" in said)
        assert agreed == ("server_no_context_takeover; client_no_context_takeover" in said)
        await client.send(json.dumps({"t": "subscribe", "sub": "x" * 60, "contest": "mayor"}))
        assert "mayor" == (await frame(client, "snapshot"))["d"]["contest"]


async def test_packing_can_be_switched_off() -> None:
    """Then nobody is offered it."""
    async with house(deflate=0) as at, connect(at.ws) as client:
        assert [] == client.protocol.extensions


async def test_short_frames_come_plain() -> None:
    """Also to who unpacks: a browser has less to do."""
    async with house() as at:
        raw = await Raw.websocket(at.gateway.port, DEFLATE)
        beat = await heard(raw, "beat")
        assert len(beat.wire) < PACKED_FROM_BYTES
        assert not beat.packed
        raw.leave()


async def test_what_a_life_came_to() -> None:
    """How long, how many bytes where the system counts them, packed or not."""
    async with listener() as at:
        for more in ([DEFLATE], []):
            raw = await Raw.websocket(at.port, *more)
            await raw.say(text("x"))
            assert ["error echo"] == await raw.until(number=1)
            raw.leave()
            await at.quiet()
        packed, plain = at.inn.lives
        assert packed is not None
        assert plain is not None
        assert (True, False) == (packed.packs, plain.packs)
        assert packed.size is None or 100 < packed.size < 1000
        assert 0 <= packed.seconds < 60
