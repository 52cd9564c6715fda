"""Where each of many ids stands among a night's units: found for all ids of a batch at once.

    places = Places(names)
    places.find(["adalar-1", "nobody", 7])      places of the names: array([4, -1, -1])

A dictionary's answer costs four walks to memory, one after the other, once a night has more units than a
processor's cache holds. Here ids are rows of bytes and numpy walks for many of them at the same time.

Know before changing: a place is given only where every byte is compared; where an id is looked for first
comes from its hash, and that alone is never believed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

END = 0x0A
"""Stands between two ids on their way into numpy; no name holds it."""
FILLER = 0xFF
"""Fills a row up to its end; no byte of any text in UTF-8."""
NOBODY = -1
ROOM = 4
"""Slots for each name: few names then have to move on because another one sits in their slot."""
SPREAD, HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
"""2^64 divided by the golden ratio, as in Fibonacci hashing: its product's upper bits differ for like ids."""


class Places:
    """Names in their order; none of them empty, none twice, none with a line's end in it."""

    def __init__(self, names: Sequence[str]) -> None:
        longest = max((len(name.encode()) for name in names), default=1)
        self._width = -(-longest // 8) * 8
        found = self._rows(names)
        if found is None:
            raise ValueError("a name holds a line's end")
        nobody = np.zeros((1, self._width // 8), dtype=np.uint64)  # where NOBODY leads, also without names
        self._names = np.concatenate((found, nobody))
        bits = (ROOM * len(names)).bit_length()
        self._mask, self._shift = (1 << bits) - 1, np.uint64(64 - bits)
        self._slots = np.full(1 << bits, NOBODY, dtype=np.int32)
        left, slot = np.arange(len(names), dtype=np.int64), self._slot(found)
        while left.size:
            free = self._slots[slot] == NOBODY
            self._slots[slot[free]] = left[free]
            out = self._slots[slot] != left  # somebody else has it: the next one
            left, slot = left[out], (slot[out] + 1) & self._mask

    def find(self, ids: Sequence[object]) -> NDArray[np.int64]:
        """The place of each id; NOBODY where it is none of the names, or no text at all."""
        rows = self._rows(ids)
        if rows is None:
            rows = self._rows([one if self._may_be(one) else "" for one in ids])
            assert rows is not None
        slot = self._slot(rows)
        found = self._slots[slot].astype(np.int64)
        others = np.flatnonzero((found != NOBODY) & self._differ(found, rows))
        while others.size:
            slot[others] = (slot[others] + 1) & self._mask
            found[others] = self._slots[slot[others]]
            theirs = found[others]
            others = others[(theirs != NOBODY) & self._differ(theirs, rows[others])]
        return found

    def place(self, name: str) -> int:
        """The place of one name; KeyError where there is none such."""
        found = int(self.find([name])[0])
        if found == NOBODY:
            raise KeyError(name)
        return found

    def _differ(self, places: NDArray[np.int64], rows: Words) -> NDArray[np.bool_]:
        """Where the name at a place is not what stands in the row."""
        found: NDArray[np.bool_] = (self._names[places] != rows).any(axis=1)
        return found

    def _may_be(self, one: object) -> bool:
        if not isinstance(one, str) or "\n" in one:
            return False
        return len(one.encode("utf-8", "surrogatepass")) <= self._width

    def _rows(self, ids: Sequence[object]) -> Words | None:
        """Ids as rows of one length; None where one of them cannot be a name."""
        try:
            text = "\n".join(ids) + "\n" if ids else ""  # type: ignore[arg-type] # what is no text is seen here
        except TypeError:
            return None
        data = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
        end = data == END
        ends = np.flatnonzero(end)
        lengths = np.diff(ends, prepend=-1) - 1
        if len(ends) != len(ids) or lengths.max(initial=0) > self._width:
            return None
        rows = np.full((len(ids), self._width), FILLER, dtype=np.uint8)
        rows[np.arange(self._width) < lengths[:, None]] = data[~end]
        return rows.view(np.uint64)

    def _slot(self, rows: Words) -> NDArray[np.int64]:
        """Where each row is looked for first."""
        mixed = rows[:, 0] * SPREAD
        for column in range(1, rows.shape[1]):
            mixed = ((mixed ^ (mixed >> HALF)) + rows[:, column]) * SPREAD
        return ((mixed ^ (mixed >> HALF)) * SPREAD >> self._shift).astype(np.int64)
