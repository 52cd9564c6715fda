"""Zip and gzip unpacked as they come, with limits: a bomb, half an archive or a locked one is refused aloud.

    for line in unpacked("detail.zip", pieces): …        plain bytes come as their lines
    unpacked("all.zip", pieces, endings=(".xml",))       which file of an archive that holds several

A zip is laid aside packed, in memory while it is small and then on the disk in a file without a name, and
looked through to its end before a line of it is given: only there it is known whether another file could be
meant, or whether it is whole. What is asked of memory does not depend on its size. Each file's checksum is
compared with what came out.

Know before changing: what is unpacked is counted while it comes, never believed from a header. The ratio is
asked only beyond RATIO_FROM_BYTES, because a small file of zeros is no attack.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from election.errors import OutsideError
from producers.formats.document import FeedError

UNPACKED_BYTES_MAX = 4 * 1024**3
"""Most bytes that may come out of one archive; beyond them it is refused."""
RATIO_MAX = 200
"""Most bytes that may come out of one byte. Tables of results give 10 to 60; deflate itself can give 1032."""
RATIO_FROM_BYTES = 16 * 1024**2
ENTRIES_MAX = 64
"""Most files in a zip."""
NAME_BYTES_MAX = 1024
LINE_BYTES_MAX = 16 * 1024**2
"""A longer line is handed on in several pieces."""
PIECE_BYTES = 256 * 1024
IN_MEMORY_BYTES = 4 * 1024 * 1024
"""A larger zip lies on the disk while it is read."""

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
_EMPTY_ZIP, _DIRECTORY, _DESCRIPTOR = b"PK\x05\x06", b"PK\x01\x02", b"PK\x07\x08"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_LOCKED, _SIZE_FOLLOWS = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_ZIP64, _UNKNOWN = 1, 0xFFFFFFFF


def unpacked(
    name: str, pieces: Iterable[bytes], endings: tuple[str, ...] = (), bytes_max: int = UNPACKED_BYTES_MAX
) -> Iterator[bytes]:
    """The lines in a zip or gzip, told by the first bytes, and those of anything else.

    FeedError where an archive is broken, cut, locked, larger than the limits, or holds none or several files
    that could be meant (their names end in one of `endings`, if any are given); of a zip before all lines.
    OutsideError where this machine has no room for a zip.
    """
    packed = _Packed(name, pieces, bytes_max)
    begins = packed.peek(4)
    if begins[:2] == GZIP:
        yield from _lines(_gunzipped(packed))
    elif begins in (ZIP, _EMPTY_ZIP):
        yield from _lines(_unzipped(packed, endings))
    else:
        yield from _lines(packed.rest())


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces as lines, because some formats read line by line."""
    rest = b""
    for piece in pieces:
        if not rest and piece and piece.find(b"\n") == len(piece) - 1:
            yield piece
            continue
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) > LINE_BYTES_MAX:
            yield rest
            rest = b""
    if rest:
        yield rest


class _Packed:
    """The archive's bytes in order, and the count of what went in and came out."""

    def __init__(self, name: str, pieces: Iterable[bytes], bytes_max: int) -> None:
        self.name, self._pieces, self.bytes_max = name, iter(pieces), bytes_max
        self._held = b""
        self._read = self._out = 0

    def error(self, message: str) -> FeedError:
        """The archive as a whole is at fault: there is no line in it to name."""
        return FeedError(self.name, 0, message)

    def cut(self) -> FeedError:
        """It ends too early."""
        return self.error("The archive ends in the middle: it was not fetched whole. Fetch it again.")

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer at the end; they stay."""
        while len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        return self._held[:size]

    def take(self, size: int) -> bytes:
        """The next bytes, all of them."""
        found = self.peek(size)
        if len(found) < size:
            raise self.cut()
        self._held = self._held[size:]
        self._read += size
        return found

    def some(self) -> bytes:
        """A piece of any size, nothing at the end."""
        self.peek(1)
        found, self._held = self._held, b""
        self._read += len(found)
        return found

    def give_back(self, rest: bytes) -> None:
        """What was taken too much."""
        self._read -= len(rest)
        self._held = rest + self._held

    def rest(self) -> Iterator[bytes]:
        """Everything, as it comes."""
        yield self._held
        yield from self._pieces

    def again(self, aside: IO[bytes]) -> "_Packed":
        """The same archive from its beginning, out of where it was laid aside."""
        aside.seek(0)
        return _Packed(self.name, iter(lambda: aside.read(PIECE_BYTES), b""), self.bytes_max)

    def count(self, out: bytes) -> bytes:
        """Counts what came out. FeedError at a limit."""
        self._out += len(out)
        if self._out > self.bytes_max:
            raise self.error(f"More than {self.bytes_max} bytes come out of it; that is the limit.")
        if self._out > RATIO_FROM_BYTES and self._out > RATIO_MAX * self._read:
            raise self.error(
                f"{self._out} bytes came out of {self._read}, more than {RATIO_MAX} times as many: no table "
                "of results packs so well. If it is right, unpack it yourself and give the file."
            )  # fmt: skip
        return out


def _inflated(packed: _Packed, window: int) -> Iterator[bytes]:
    """One deflate stream to its own end; what follows it stays in `packed`."""
    stream = zlib.decompressobj(window)
    try:
        while not stream.eof:
            piece = stream.unconsumed_tail or packed.some()
            out = stream.decompress(piece, PIECE_BYTES)  # at the end of the pieces some may still be inside
            if not piece and not out and not stream.eof:
                raise packed.cut()
            yield packed.count(out)
    except zlib.error as error:
        raise packed.error(f"The archive is damaged ({error}). Fetch it again.") from error
    packed.give_back(stream.unused_data)


def _gunzipped(packed: _Packed) -> Iterator[bytes]:
    """All members, one after the other. Zeros may follow, as from a tape; anything else may not."""
    while packed.peek(2) == GZIP:
        yield from _inflated(packed, 31)
    while rest := packed.some():
        if rest.strip(b"\0"):
            raise packed.error("Something that is no gzip follows the archive. Fetch it again.")


def _unzipped(packed: _Packed, endings: tuple[str, ...]) -> Iterator[bytes]:
    """The one file that is meant, after all of the zip was looked through."""
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as aside:
        _lay_aside(packed, aside)
        for _ in _one_meant(packed.again(aside), endings):
            pass
        yield from _one_meant(packed.again(aside), endings)


def _lay_aside(packed: _Packed, aside: IO[bytes]) -> None:
    for piece in packed.rest():
        try:
            aside.write(piece)
        except OSError as error:
            raise OutsideError(
                f"{packed.name}: there is no room to lay the zip aside ({error.strerror or error}). Make "
                "room in the folder of temporary files (TMPDIR), or unpack it yourself and give the file."
            ) from error
        if aside.tell() > packed.bytes_max:
            raise packed.error(f"It has more than {packed.bytes_max} bytes; that is the limit.")


def _one_meant(packed: _Packed, endings: tuple[str, ...]) -> Iterator[bytes]:
    """The content of the one file that could be meant; what is wrong with the zip may show behind it."""
    met = list[str]()
    found = ""
    while packed.peek(4) == ZIP:
        entry = _Entry(packed)
        met.append(entry.name)
        if len(met) > ENTRIES_MAX:
            raise packed.error(
                f"The zip holds more than {ENTRIES_MAX} files. Unpack it and give the one that is meant."
            )
        if not entry.could_be(endings):
            for _ in entry.content():
                pass
            continue
        if found:
            raise packed.error(
                f"The zip holds several files that could be meant: {found!r:.80}, {entry.name!r:.80}. "
                "Unpack it and give one."
            )  # fmt: skip
        found = entry.name
        yield from entry.content()
    if packed.peek(4) not in (_DIRECTORY, _EMPTY_ZIP):
        raise packed.cut() if len(packed.peek(4)) < 4 else packed.error("The zip is damaged. Fetch it again.")
    if not found:
        wanted = f" whose name ends in {' or '.join(endings)}" if endings else ""
        raise packed.error(f"The zip holds no file{wanted}" + (f": {', '.join(met)[:200]}." if met else "."))


class _Entry:
    """One file of a zip, at whose head `packed` stands."""

    def __init__(self, packed: _Packed) -> None:
        self._packed = packed
        head = _LOCAL.unpack(packed.take(_LOCAL.size))
        _, _, self._flags, self._method, _, _, self._crc, self._size, whole, named, extra = head
        if named > NAME_BYTES_MAX:
            raise packed.error("The zip has a file name of more than a thousand bytes.")
        self.name = packed.take(named).decode("utf-8", "replace")
        self._wide = self._size == _UNKNOWN or whole == _UNKNOWN
        if self._wide:
            self._size = _wide_size(packed.take(extra), whole == _UNKNOWN, self._size)
        else:
            packed.take(extra)
        if self._flags & _LOCKED:
            raise packed.error(f"{self.name!r:.80} in the zip is locked by a password. Unpack it yourself.")
        if self._method not in (_STORED, _DEFLATED):
            raise packed.error(
                f"{self.name!r:.80} is packed in a way (method {self._method}) that is not read here."
            )
        if self._method == _STORED and self._flags & _SIZE_FOLLOWS:
            raise packed.error(
                f"{self.name!r:.80} lies unpacked in the zip without its size. Unpack it yourself."
            )

    def could_be(self, endings: tuple[str, ...]) -> bool:
        """Whether it may be the file that is meant; folders and what a Mac leaves behind are not."""
        last = self.name.rpartition("/")[2]
        if not last or last.startswith(".") or self.name.startswith("__MACOSX/"):
            return False
        return not endings or last.lower().endswith(endings)

    def content(self) -> Iterator[bytes]:
        """Its bytes, with the checksum compared at the end."""
        found, size = 0, 0
        pieces = _inflated(self._packed, -15) if self._method == _DEFLATED else self._stored()
        for piece in pieces:
            found, size = zlib.crc32(piece, found), size + len(piece)
            yield piece
        crc = self._described(size) if self._flags & _SIZE_FOLLOWS else self._crc
        if found != crc:
            raise self._packed.error(
                f"{self.name!r:.80} in the zip is damaged: its checksum differs. Fetch it again."
            )

    def _stored(self) -> Iterator[bytes]:
        left = self._size
        while left:
            piece = self._packed.take(min(left, PIECE_BYTES))
            left -= len(piece)
            yield self._packed.count(piece)

    def _described(self, size: int) -> int:
        """The checksum that stands after the content, with or without a mark and with short or long sizes."""
        marked = 4 if self._packed.peek(4) == _DESCRIPTOR else 0
        for sizes in (8, 16):
            found = self._packed.peek(marked + 4 + sizes + 4)
            told = found[marked + 4 + sizes // 2 : marked + 4 + sizes]
            if found[marked + 4 + sizes :][:2] == b"PK" and int.from_bytes(told, "little") == size:
                self._packed.take(marked + 4 + sizes)
                return int.from_bytes(found[marked : marked + 4], "little")
        raise self._packed.cut()


def _wide_size(extra: bytes, whole_too: bool, size: int) -> int:
    """The packed size of an entry beyond 4 GiB, or of one whose writer always writes it so."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _ZIP64:
            at = 8 if whole_too else 0
            return int.from_bytes(body[at : at + 8], "little") if size == _UNKNOWN else size
    return size
