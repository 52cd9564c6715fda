"""A text put together of pieces, each of which is deflated once however often it is sent.

    area = Piece(b'"fatih":{…}')                     kept from one snapshot to the next
    made = Pieced(b'{"t":"snapshot","d":{', area, b"}}")
    made.text                                        b'{"t":"snapshot","d":{"fatih":{…}}}'
    deflated(made.pieces)                            only what is not a `Piece` costs time

Know before changing: each piece is deflated with nothing remembered of the one before and ends on a whole
byte (a sync flush, RFC 1951 section 3.2.4 and RFC 7692 section 7.2.1), so that pieces follow one another in
any order and any text. Small pieces pack badly: nothing is found in them that another one said already.
"""

import zlib
from collections.abc import Iterator, Sequence

LEVEL = 1
"""Of zlib, 1 to 9: only large texts come in pieces, and everybody waits while they are packed."""
WINDOW_BITS = 15


class Piece:
    """Bytes that will stand in many texts."""

    __slots__ = ("_deflated", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._deflated: bytes | None = None

    def deflated(self) -> bytes:
        """Raw deflate, made when it is first asked for; further pieces may follow."""
        if self._deflated is None:
            self._deflated = _deflate(self.text)
        return self._deflated


Pieces = Sequence[bytes | Piece]


class Pieced:
    """The text that pieces make one after the other."""

    __slots__ = ("pieces", "text")

    def __init__(self, *pieces: bytes | Piece) -> None:
        self.pieces: Pieces = pieces
        self.text = b"".join(piece if isinstance(piece, bytes) else piece.text for piece in pieces)

    def __len__(self) -> int:
        """Bytes of the text."""
        return len(self.text)


def deflated(pieces: Pieces) -> bytes:
    """The text that they make as raw deflate, ended by a sync flush."""
    return b"".join(_deflated(pieces))


def _deflated(pieces: Pieces) -> Iterator[bytes]:
    between: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            between.append(piece)
            continue
        if between:
            yield _deflate(b"".join(between))
            between.clear()
        yield piece.deflated()
    if between:
        yield _deflate(b"".join(between))


def _deflate(text: bytes) -> bytes:
    press = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS)
    return press.compress(text) + press.flush(zlib.Z_SYNC_FLUSH)
