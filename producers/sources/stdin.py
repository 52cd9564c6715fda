"""Standard input as lines of bytes, as they come: for `… | sandik produce -`; or as one whole table.

Know before changing: `idle` is called before every wait for more, so that the reader can send what it has;
nothing waits to fill a bundle while a pipe is silent.
"""

import os
import select
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from producers.sources.fetched import Fetched

PIECE_BYTES = 65536


def lines(descriptor: int, idle: Callable[[], None]) -> Iterator[bytes]:
    """Whole lines from a file descriptor until it ends; the last one may lack its line end."""
    rest = b""
    while True:
        if not _ready(descriptor):
            idle()
        piece = os.read(descriptor, PIECE_BYTES)
        if not piece:
            break
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
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


def _ready(descriptor: int) -> bool:
    readable, _, _ = select.select([descriptor], [], [], 0)
    return bool(readable)
