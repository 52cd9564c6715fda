"""A log of what was shown that is a list, for tests: it can be away, and a test sees everything in it.

Know before changing: offsets are places in the list, as in a topic that nothing was deleted from.
"""

import asyncio
from datetime import datetime
from typing import NoReturn

from election.errors import OutsideError, RecordError
from election.night import ContestId
from election.wire.shown import Index, read_mark
from election.wire.topics import Scope


class ListLog:
    """A `ShownLog` in memory; several gateways may share one list."""

    def __init__(self, scope: Scope, records: list[tuple[bytes, datetime]] | None = None) -> None:
        self.scope = scope
        self.records = [] if records is None else records
        self.index = Index(scope.mode)
        self.away = self.refuses = False
        self.reads = 0
        self._next = 0

    def catch_up(self) -> None:
        """Takes in what others wrote."""
        for offset in range(self._next, len(self.records)):
            value, shown_at = self.records[offset]
            self.index.add(read_mark(value, self.scope, offset, shown_at))
        self._next = len(self.records)
        self.index.ready = True

    async def follow(self) -> NoReturn:
        """Reads on for ever."""
        while True:
            if not self.away:
                self.catch_up()
            await asyncio.sleep(0.005)

    async def write(self, contest: ContestId, value: bytes, shown_at: datetime) -> None:
        """Into the list."""
        if self.away:
            raise OutsideError("The log is away.")
        if self.refuses:
            raise RecordError("R008", "record", "The log refuses.")
        self.records.append((value, shown_at))
        self.catch_up()

    async def read(self, offset: int) -> bytes | None:
        """Out of it."""
        self.reads += 1
        if self.away:
            raise OutsideError("The log is away.")
        return self.records[offset][0] if offset < len(self.records) else None

    async def close(self) -> None:
        """Nothing to close."""
