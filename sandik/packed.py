"""A pack read safely: whatever somebody sent us, nothing is unpacked to disk or read without bound.

    with opened(path) as packed:
        packed.names                    every file of it
        packed.content("manifest.json") a small file whole
        packed.lines("log/reports-0.jsonl")

Know before changing: names, sizes and kinds are judged before the first byte is unpacked, and the library
stops at the size that a file says it has. What is wrong with a pack is a `PackError` that names the file.
"""

import hashlib
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from election.errors import UsageError

FILES_MAX = 5000
"""Files in a pack; one with more is refused."""
BYTES_MAX = 16 * 1024**3
"""Bytes of all files, unpacked; a pack with more is refused."""
WHOLE_BYTES_MAX = 512 * 1024**2
"""Bytes of a file that is read whole; a larger one is refused."""
LINE_BYTES_MAX = 64 * 1024**2
"""Bytes of a line: a record of 8 MiB in which every character is escaped; a longer one is refused."""
READ_BYTES = 1024 * 1024

NAMES = re.compile(
    r"manifest\.json|SHA256SUMS|README\.txt|recording\.jsonl\.gz|night/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
    r"|log/(?:reports|rulings|told|shown)-\d{1,4}\.jsonl|links/(?:reports|rulings|told)-\d{1,4}\.txt",
    re.ASCII,
)
KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error,
)  # fmt: skip
"""What the library raises at bytes that are no right zip."""


class PackError(UsageError):
    """A file that is no pack, or a part of one that cannot be read; the message names it."""


class Packed:
    """An open pack."""

    def __init__(self, zipped: zipfile.ZipFile, name: str) -> None:
        """Raises PackError for what no pack holds."""
        self.name, self._zip = name, zipped
        self._files = self._judged(zipped.infolist())

    def _judged(self, found: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(found) > FILES_MAX:
            raise PackError(f"{self.name} holds {len(found):,} files, and a pack at most {FILES_MAX:,}.")
        files: dict[str, zipfile.ZipInfo] = {}
        for one in found:
            if not NAMES.fullmatch(one.filename):
                raise PackError(f"{self.name} holds {one.filename[:100]!r}, which is no file of a pack.")
            if one.filename in files:
                raise PackError(f"{self.name} holds {one.filename} twice: nobody can say which is meant.")
            if one.compress_type not in KINDS or one.flag_bits & ENCRYPTED:
                raise PackError(f"{self.name}: {one.filename} is packed in a way that no pack is.")
            files[one.filename] = one
        if sum(one.file_size for one in found) > BYTES_MAX:
            raise PackError(f"{self.name} unpacks to more than {BYTES_MAX // 1024**3} GiB; no pack does.")
        return files

    @property
    def names(self) -> list[str]:
        """Every file."""
        return sorted(self._files)

    def content(self, name: str) -> bytes:
        """A file whole. Raises PackError if it is not there, too large, or damaged."""
        if name not in self._files:
            raise PackError(f"{self.name} holds no {name}.")
        if self._files[name].file_size > WHOLE_BYTES_MAX:
            raise PackError(f"{self.name}: {name} is larger than {WHOLE_BYTES_MAX // 1024**2} MiB.")
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file's bytes. Raises PackError where they are damaged."""
        try:
            with self._zip.open(self._files[name]) as file:
                while piece := file.read(READ_BYTES):
                    yield piece
        except (*DAMAGED, OSError) as error:
            raise PackError(f"{self.name}: {name} is damaged ({error}).") from error

    def digest(self, name: str) -> str:
        """SHA-256 of a file, in hex."""
        digest = hashlib.sha256()
        for piece in self.pieces(name):
            digest.update(piece)
        return digest.hexdigest()

    def lines(self, name: str) -> Iterator[bytes]:
        """A file's lines, without their ends. Raises PackError for one that is too long."""
        rest = b""
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > LINE_BYTES_MAX:
                raise PackError(f"{self.name}: {name} has a line of more than {LINE_BYTES_MAX:,} bytes.")
        if rest:
            yield rest


@contextmanager
def opened(path: Path) -> Iterator[Packed]:
    """The pack in a file. Raises PackError if it is none."""
    try:
        zipped = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise PackError(f"There is no file {path}.") from error
    except DAMAGED as error:
        raise PackError(f"{path} is no zip ({error}): fetch it again.") from error
    except OSError as error:
        raise PackError(f"{path} cannot be read: {error.strerror or error}.") from error
    with zipped:
        yield Packed(zipped, path.name)
