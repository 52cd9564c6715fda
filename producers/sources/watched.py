"""A file that always says the table as it stands: looked at again and again, and given when it changed.

    watched = Watched(Path("results.csv"))
    for fetched in await watched.look(): …         none: it is what it was

Know before changing: a file that is gone is trouble, not an empty table. Its time is its own (whoever copies
it keeps that, or makes it the time of the copy); one still to come is taken for a clock that is wrong.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from producers.sources import file
from producers.sources.asking import SKEW_MAX
from producers.sources.fetched import Fetched, TroubleError
from producers.sources.polled import utc_now
from producers.sources.stillness import NOT_THERE, STILL_S, Stamp, Stillness, lines, stamp, time_of


def believed(at: datetime, now: datetime) -> tuple[datetime, bool]:
    """A file's time and whether it is its own: one that lies ahead of our clock is not believed."""
    return (min(at, now), True) if at <= now + SKEW_MAX else (now, False)


class Watched:
    """One file."""

    def __init__(
        self,
        path: Path,
        stillness: Stillness | None = None,
        clock: Callable[[], datetime] = utc_now,
        *,
        once: bool = False,
    ) -> None:
        """`once`: somebody says that it is whole, and says it now: it is read as it is, with our time."""
        self._path, self._stillness, self._clock = path, stillness or Stillness(), clock
        self._at_once = once
        self.name = str(path)
        self._known: Stamp = NOT_THERE
        self._unsettled = 0
        """At how many looks in a row it was empty or being written."""

    async def look(self) -> Sequence[Fetched]:
        """The file, if it is another one than was settled. Raises TroubleError."""
        if self._at_once:
            return (Fetched(self.name, self._clock(), file.raw(self._path), size=stamp(self._path)[1]),)
        now = stamp(self._path)
        if now == NOT_THERE:
            raise TroubleError("it is not there", waiting=True)
        if now == self._known:
            return ()
        if not os.access(self._path, os.R_OK):
            raise TroubleError("this process may not read it")
        done, writing = await self._stillness.of([self._path])
        self._unsettled = self._unsettled + 1 if writing else 0
        if self._unsettled > 1:  # once is what every writer does
            why = f"it is still being written: it is read when it stands still for {STILL_S:g} s"
            raise TroubleError(why if stamp(self._path)[1] else "it is empty", waiting=True)
        if not done:
            return ()
        ((path, found),) = done
        try:
            at, stated = believed(time_of(path), self._clock())
        except OSError as error:
            raise TroubleError("it is not there", waiting=True) from error

        def settled() -> None:
            self._known = found

        return (Fetched(self.name, at, lines(path, found), stated, settled, found[1]),)

    async def close(self) -> None:
        """Nothing is held."""
