"""Standard input as lines of bytes, as they come: for `… | sandik produce -`; or as one whole table.

Know before changing: `idle` is called before every wait for more, so that the reader can send what it has;
nothing waits to fill a bundle while a pipe is silent.
"""

import os
import select
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from election.errors import UsageError
from producers.sources.fetched import Fetched
from producers.sources.file import LINE_BYTES_MAX

PIECE_BYTES = 65536


def lines(descriptor: int, idle: Callable[[], None]) -> Iterator[bytes]:
    """Whole lines from a file descriptor until it ends; the last one may lack its line end.

    A line beyond `LINE_BYTES_MAX` is cut. Raises UsageError if it cannot be read.
    """
    rest = b""
    while piece := _piece(descriptor, idle):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) >= LINE_BYTES_MAX:
            yield rest
            rest = b""
    if rest:
        yield rest


class Table:
    """Everything up to its end as one snapshot, for a feed whose document is the whole table."""

    name = "standard input"

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def look(self) -> Sequence[Fetched]:
        """The table; it is read while it comes."""
        return (Fetched(self.name, datetime.now(UTC), lines(self._descriptor, lambda: None)),)

    async def close(self) -> None:
        """Whoever opened it closes it."""


def _piece(descriptor: int, idle: Callable[[], None]) -> bytes:
    """What there is to read, nothing at the end; `idle` is called if it has to be waited for."""
    try:
        readable, _, _ = select.select([descriptor], [], [], 0)
        if not readable:
            idle()
        return os.read(descriptor, PIECE_BYTES)
    except OSError as error:
        raise UsageError(f"Standard input cannot be read: {error.strerror or error}.") from error
