"""Files as lines of bytes, gzip by name; and lines as files, and folders, written whole or not at all.

Know before changing: what is written has no time and no name inside the gzip, so the same lines are the same
bytes on every day and every machine with the same zlib.
"""

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from election.errors import UsageError

LINE_BYTES_MAX = 16 * 1024 * 1024
"""A longer line is cut there and read as several; no format of ours has lines a tenth as long."""


def lines(path: Path) -> Iterator[bytes]:
    """The file's lines. Raises UsageError if it cannot be read, or is broken gzip."""
    try:
        with _opened(path) as file:
            while line := file.readline(LINE_BYTES_MAX):
                yield line
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UsageError(f"{path} is not whole gzip ({error}): fetch it again.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error


def raw(path: Path) -> Iterator[bytes]:
    """The file's lines as they stand there, packed or not. Raises UsageError if it cannot be read."""
    try:
        with path.open("rb") as file:
            while line := file.readline(LINE_BYTES_MAX):
                yield line
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error


def _opened(path: Path) -> BinaryIO:
    if path.name.endswith(".gz"):
        return cast("BinaryIO", io.BufferedReader(gzip.GzipFile(path)))
    return path.open("rb")


def write(path: Path, content: Iterable[bytes], *, as_is: bool = False) -> int:
    """Writes the lines beside the file and then renames, so that half a file is never there; gives bytes.

    `as_is`: they are not packed, whatever the name. Raises UsageError if it cannot be written.
    """
    aside = path.parent / f".{path.name}.{os.getpid()}"
    try:
        try:
            with aside.open("wb") as raw:
                if path.name.endswith(".gz") and not as_is:
                    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                        packed.writelines(content)
                else:
                    raw.writelines(content)
                size = raw.tell()
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    return size


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """An empty folder beside, which becomes `path` when all is in it; after an error there is none.

    Raises OSError if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as outer:
        aside = Path(outer) / path.name
        aside.mkdir()
        yield aside
        aside.rename(path)
