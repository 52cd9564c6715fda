"""A client that can say anything: bytes as they stand, and websocket frames right and wrong.

Know before changing: no library stands between a test and the socket here, so that what no library would send
can be sent; only what the gateway says is read as a strict client would.
"""

import asyncio
import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.web.house import WITHIN_S

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
MASK = b"\x37\xfa\x21\x3d"


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, mask: bytes | None = MASK,
    length: int | None = None,
) -> bytes:  # fmt: skip
    """A frame; `length` is what it says of itself, if that is not the truth, and `rsv` its reserved bits."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    masked = 0x80 if mask else 0
    if size < 126:
        head += bytes([masked | size])
    elif size < 1 << 16:
        head += bytes([masked | 126]) + struct.pack("!H", size)
    else:
        head += bytes([masked | 127]) + struct.pack("!Q", size)
    if mask is None:
        return head + payload
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def text(payload: str | bytes, **how: Any) -> bytes:
    """A text frame."""
    return frame(TEXT, payload.encode() if isinstance(payload, str) else payload, **how)


def close(code: int | None = 1000, reason: bytes = b"") -> bytes:
    """A close frame; without a code an empty one."""
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


def fragments(payload: bytes, size: int, opcode: int = TEXT) -> bytes:
    """A message in fragments of so many bytes."""
    parts = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    last = len(parts) - 1
    return b"".join(frame(opcode if at == 0 else CONT, part, fin=at == last) for at, part in enumerate(parts))


def upgrade(path: str = "/ws", *headers: str, host: str = "x") -> bytes:
    """A request for a websocket."""
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY.decode()}", "Sec-WebSocket-Version: 13", *headers,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@dataclass(frozen=True)
class Heard:
    """A frame that the gateway sent."""

    opcode: int
    payload: bytes
    """As it is meant."""
    wire: bytes = b""
    """As it came."""
    packed: bool = False

    def __str__(self) -> str:
        """In a word: `pong abc`, `error not-json`, `close 1002`."""
        if self.opcode == CLOSE:
            return f"close {struct.unpack('!H', self.payload[:2])[0] if self.payload else 'empty'}"
        if self.opcode in (PING, PONG):
            word = "ping" if self.opcode == PING else "pong"
            return f"{word} {self.payload.decode('latin-1')}".rstrip()
        said = json.loads(self.payload)
        return f"error {said['code']}" if said["t"] == "error" else str(said["t"])


class Raw:
    """A connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> "Raw":
        """Only connected; nothing is said yet."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @classmethod
    async def websocket(cls, port: int, *headers: str) -> "Raw":
        """A websocket whose hello was read."""
        made = await cls.connect(port)
        await made.say(upgrade("/ws", *headers))
        status, said, _ = await made.head()
        assert (101, ACCEPT) == (status, said["sec-websocket-accept"])
        hello = await made.frame()
        assert hello is not None
        assert "hello" == str(hello)
        return made

    async def say(self, data: bytes, pieces: int = 0) -> None:
        """Sends bytes, perhaps in pieces of so many."""
        for at in range(0, len(data), pieces or len(data) or 1):
            self._writer.write(data[at : at + (pieces or len(data))])
            if pieces:
                await asyncio.sleep(0)
        try:
            await asyncio.wait_for(self._writer.drain(), WITHIN_S)
        except ConnectionError:
            return  # it was closed before everything was said: what it had said is still read

    async def head(self) -> tuple[int, dict[str, str], bytes]:
        """Status and headers of an answer, in lower case, and the body if it says how long that is."""
        async with asyncio.timeout(WITHIN_S):
            top = await self._reader.readuntil(b"\r\n\r\n")
            first, *lines = top.decode("latin-1").rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    async def frame(self) -> Heard | None:
        """The next frame; None: the gateway has closed."""
        async with asyncio.timeout(WITHIN_S):
            try:
                first, second = await self._reader.readexactly(2)
                assert first & 0x80, "the gateway never sends fragments"
                assert not first & 0x30
                assert not second & 0x80, "a server does not mask"
                size = second & 0x7F
                if size > 125:
                    size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
                wire, packed = await self._reader.readexactly(size), bool(first & 0x40)
                payload = zlib.decompressobj(-15).decompress(wire + b"\x00\x00\xff\xff") if packed else wire
                return Heard(first & 0x0F, payload, wire, packed)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None

    async def until(self, word: str = "", number: int | None = None) -> list[str]:
        """Every frame up to this one, or so many, in words; to the end if they never come.

        Beats, byes and the gateway's own pings do not count. A close is answered.
        """
        heard: list[str] = []
        while len(heard) != number and (one := await self.frame()) is not None:
            if str(one) not in ("beat", "bye", "ping"):
                heard.append(str(one))
            if str(one) == word:
                break
            if one.opcode == CLOSE:
                await self.say(frame(CLOSE, one.payload))
        return heard

    async def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        async with asyncio.timeout(WITHIN_S):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""

    def leave(self) -> None:
        """Hangs up without a word."""
        self._writer.transport.abort()


async def answers(port: int, requests: Sequence[bytes]) -> list[int]:
    """The status that each of these bytes is answered with, one connection each; 0: hung up on."""
    found = []
    for request in requests:
        raw = await Raw.connect(port)
        await raw.say(request)
        said = await raw.rest()
        found.append(int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0)
        raw.leave()
    return found
