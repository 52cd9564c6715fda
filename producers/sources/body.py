"""A body as it comes in: unpacked, never larger than allowed, whole or not at all, and known by a digest.

    body = Body(bytes_max, packed=True)
    body.write(piece); …; body.end()          TooLargeError, BrokenError
    body.digest, body.head; for piece in body.pieces(): …

Know before changing: the limit is of what is kept, looked at after every piece and while unpacking, so a
small packed body that unpacks without an end is stopped at the limit and not after it. What is large lies in
a file without a name, which is gone with the process.
"""

import hashlib
import zlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

IN_MEMORY_BYTES = 4 * 1024 * 1024
"""A larger body lies on the disk."""
PIECE_BYTES = 64 * 1024
HEAD_BYTES = 1024
LINE_BYTES_MAX = 16 * 1024 * 1024
_GZIP = 31  # zlib's word for: with gzip's header and checksum


class TooLargeError(Exception):
    """More than may be kept."""


class BrokenError(Exception):
    """It is not whole, or not packed as it says."""


class Body:
    """One body, written once, then read."""

    def __init__(self, bytes_max: int, *, packed: bool = False) -> None:
        """`packed`: what is written is gzip, what is kept and read is not."""
        self._bytes_max = bytes_max
        self._unpacking = zlib.decompressobj(_GZIP) if packed else None
        self._kept = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed by `close`
        self._digest = hashlib.sha256()
        self.head = b""
        """The first bytes of what is kept."""
        self.size = 0
        """Bytes kept."""
        self.came = 0
        """Bytes written, as they came."""

    def write(self, piece: bytes) -> None:
        """Takes a piece. Raises TooLargeError, BrokenError."""
        self.came += len(piece)
        if self._unpacking is None:
            self._keep(piece)
            return
        try:
            self._unpack(piece)
        except zlib.error as error:
            raise BrokenError("what came is no gzip, though it says so") from error

    def _unpack(self, piece: bytes) -> None:
        unpacking = self._unpacking
        while piece and unpacking is not None:
            if unpacking.eof:  # gzip may consist of several, one after the other
                unpacking = self._unpacking = zlib.decompressobj(_GZIP)
            self._keep(unpacking.decompress(piece, PIECE_BYTES))
            piece = unpacking.unconsumed_tail or unpacking.unused_data
        while (
            unpacking is not None and not unpacking.eof and (more := unpacking.decompress(b"", PIECE_BYTES))
        ):
            self._keep(more)

    def _keep(self, plain: bytes) -> None:
        self.size += len(plain)
        if self.size > self._bytes_max:
            raise TooLargeError
        if len(self.head) < HEAD_BYTES:
            self.head += plain[: HEAD_BYTES - len(self.head)]
        self._digest.update(plain)
        self._kept.write(plain)

    def end(self) -> None:
        """All of it has come. Raises BrokenError if that was half of something packed."""
        if self._unpacking is not None and self.came and not self._unpacking.eof:
            raise BrokenError("its packed answer broke off")

    @property
    def digest(self) -> bytes:
        """Names the content: the same content is the same digest, however it was packed."""
        return self._digest.digest()

    def pieces(self) -> Iterator[bytes]:
        """What was kept, line by line from its beginning; a line beyond `LINE_BYTES_MAX` is cut."""
        self._kept.seek(0)
        while piece := self._kept.readline(LINE_BYTES_MAX):
            yield piece

    def close(self) -> None:
        """Gives it back."""
        self._kept.close()
