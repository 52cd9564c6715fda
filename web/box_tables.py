"""Tables of boxes, made on demand: the store is read when somebody asks, and not more often than need be.

    kept = await tables.get(Table(contest, source))      the bytes, plain and packed

A table is kept until what is shown of the contest moves; while it moves, for `AGAIN_AFTER_S`. Of a contest
one table is read at a time.

Know before changing: whether figures may be told is asked of what is shown when the table is *written*, after
the store has answered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from election.night import ContestId, SourceId
from web.exports import EXPORTS
from web.exports.shown import Asked, Shown
from web.held import Boxes
from web.kept import Kept, digest, kept
from web.workshop import Order, Position, Workshop

AGAIN_AFTER_S = 5.0
"""How old a table may grow while the count moves on; it says the version it is of."""
BOXES_MAX = 250_000
"""Most boxes in one table; a contest with more has none, and whoever asks is told so."""

Read = Callable[[ContestId, SourceId], Awaitable[Boxes]]
"""What the store holds; raises OutsideError while it is away."""


@dataclass(frozen=True, slots=True)
class Table:
    """Whose boxes, and whether the table begins with a byte order mark."""

    contest: ContestId
    source: SourceId
    bom: bool = False

    @property
    def key(self) -> str:
        """Its name among all that is kept."""
        return f"boxes.csv {self.contest}/{self.source}/{self.bom:d}"


class Tables:
    """The tables of a night that somebody asked for."""

    def __init__(self, read: Read, shown: Callable[[ContestId], Shown], workshop: Workshop) -> None:
        self._read, self._shown, self._workshop = read, shown, workshop

    async def get(self, table: Table) -> Kept:
        """The table; OutsideError where the store does not answer."""

        async def make() -> tuple[Kept, Position]:
            boxes = await self._read(table.contest, table.source)
            shown = self._shown(table.contest)
            return await asyncio.to_thread(_write, table, shown, boxes), _position(shown)

        return await self._workshop.get(
            Order(
                table.key, f"boxes of {table.contest}", lambda: _position(self._shown(table.contest)), make,
                AGAIN_AFTER_S,
            )
        )  # fmt: skip


def _position(shown: Shown) -> Position:
    s = shown.snapshot
    return f"{s['epoch']}:{s['embargo']['state']}", str(s["version"])


def _write(table: Table, shown: Shown, boxes: Boxes) -> Kept:
    asked = Asked((shown,), bom=table.bom, source=table.source, boxes=boxes)
    state, _ = _position(shown)
    name = f"{table.key} {state} {boxes.epoch}:{boxes.version}"
    return kept(digest(name.encode()), EXPORTS["boxes.csv"].write(asked))
