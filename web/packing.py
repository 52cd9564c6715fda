"""A text as the frames of a websocket, made once for everybody: plain, and packed for who agreed to that.

    frames = Packer().frames(text, keep=True)
    frames.plain                    the bytes for a client without permessage-deflate
    frames.packed()                 the bytes for one with it, made when the first asks

Know before changing: this is pure. Nothing is remembered from one packed frame to the next (RFC 7692 calls it
no context takeover), which is why the same bytes fit every client. A packed frame needs the whole window of
32 KiB, so with a client that wants a smaller one packing is not agreed (`sockets`).
"""

import struct
import zlib

from web.pieces import Pieces, deflated

PACKED_FROM_BYTES = 512
"""Shorter texts go plain: there is little to gain, and a browser unpacks nothing."""
LEVEL, LEVEL_LARGE, LARGE_BYTES = 6, 1, 64 * 1024
"""Of zlib, 1 to 9: a large text is packed quickly, for everybody waits meanwhile."""
KEPT_MAX = 256
KEPT_BYTES_MAX = 64 * 1024 * 1024
"""Most texts kept with their frames, and most bytes of them; at the limit the oldest is forgotten."""

TEXT, TEXT_PACKED = 0x81, 0xC1
"""First byte of a whole text frame; with the bit that says packed."""
PING = b"\x89\x00"
"""A ping without anything in it, the same for everybody."""
_SYNC_END = b"\x00\x00\xff\xff"
_WINDOW_BITS = 15


def plain(text: bytes) -> bytes:
    """A text frame as a server sends it, whole."""
    return _head(TEXT, len(text)) + text


def packed(text: bytes, pieces: Pieces = ()) -> bytes:
    """The same, deflated by itself; plain where that is not shorter. A large text may come in pieces too."""
    if len(text) < LARGE_BYTES:
        body = _deflate(text, LEVEL)
    else:
        body = deflated(pieces) if pieces else _deflate(text, LEVEL_LARGE)
    body = body.removesuffix(_SYNC_END)
    if len(body) >= len(text):
        return plain(text)
    return _head(TEXT_PACKED, len(body)) + body


def _deflate(text: bytes, level: int) -> bytes:
    press = zlib.compressobj(level, zlib.DEFLATED, -_WINDOW_BITS)
    return press.compress(text) + press.flush(zlib.Z_SYNC_FLUSH)


def _head(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 1 << 16:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)


class Frames:
    """One text as frames."""

    __slots__ = ("_packed", "_pieces", "_text", "plain")

    def __init__(self, text: bytes, *, pack: bool, pieces: Pieces = ()) -> None:
        """Without `pack` the packed frame is the plain one."""
        self.plain = plain(text)
        self._text, self._pieces = text, pieces
        self._packed = None if pack and len(text) >= PACKED_FROM_BYTES else self.plain

    def packed(self) -> bytes:
        """The frame for who unpacks."""
        if self._packed is None:
            self._packed = packed(self._text, self._pieces)
        return self._packed


class Packer:
    """Makes frames, and remembers those that are asked for again: a snapshot for each newcomer."""

    def __init__(self, kept_max: int = KEPT_MAX, kept_bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._max, self._bytes_max = kept_max, kept_bytes_max
        self._kept: dict[bytes, Frames] = {}
        self._bytes = 0
        self.now = Frames(b"", pack=False)
        """What is being sent."""
        self.saved = 0
        """Bytes that packing has saved, for all clients, since the start."""

    def for_packed(self, frame: bytes) -> bytes:
        """The frame for a client that unpacks, where the plain one of what is being sent is given."""
        if frame is not self.now.plain:
            return frame
        packed = self.now.packed()
        self.saved += len(frame) - len(packed)
        return packed

    def frames(self, text: bytes, *, keep: bool = False, many: bool = True, pieces: Pieces = ()) -> Frames:
        """The frames of a text. `keep`: it will be asked for again; neither that nor `many`: plain."""
        found = self._kept.get(text) if keep else None
        if found is not None:
            return found
        made = Frames(text, pack=keep or many, pieces=pieces)
        if keep:
            self._keep(text, made)
        return made

    def _keep(self, text: bytes, made: Frames) -> None:
        # Three times the text is the most that it can come to, whether it is packed later or not.
        size = 3 * len(text)
        if size > self._bytes_max:
            return
        while self._kept and (len(self._kept) >= self._max or self._bytes + size > self._bytes_max):
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._bytes -= 3 * len(oldest)
        self._kept[text] = made
        self._bytes += size
