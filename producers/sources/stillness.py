"""Files that somebody else writes: which of them stand still, so that none is read half written.

    stillness = Stillness()
    done, writing = await stillness.of([path, …])

Know before changing: nobody tells us that a file is whole. One whose time and size did not move for `STILL_S`
seconds is taken to be; one that is written beside and renamed in is whole at once, and waits as long only
because nobody can see the difference. A file that was read while it changed is never taken for whole.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from producers.formats.document import FeedError
from producers.sources import file

STILL_S = 2.0
LONG_STILL_S = 10.0
"""A file whose time is so long ago when it is first seen is not being written."""

LAST_S = 253_402_300_799.0
"""The last second of the year 9999."""

Stamp = tuple[int, int, int]
"""What tells two versions of a file apart: time in nanoseconds, size, and which file the name stands for."""
NOT_THERE: Stamp = (0, 0, 0)


def stamp(path: Path) -> Stamp:
    """The stamp of what stands at the path now; NOT_THERE if nothing does."""
    try:
        facts = path.stat()
    except OSError:
        return NOT_THERE
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def time_of(path: Path) -> datetime:
    """When the file was last written, by its own time; one that no calendar has is its first or last."""
    return datetime.fromtimestamp(min(max(path.stat().st_mtime, 0.0), LAST_S), UTC)


def lines(path: Path, known: Stamp) -> Iterator[bytes]:
    """The file's lines. Raises FeedError at the end if it changed meanwhile: then it was not read whole."""
    yield from file.raw(path)
    if stamp(path) != known:
        raise FeedError(str(path), 0, "It was written to while it was read: it is read again.")


class Stillness:
    """Remembers since when each file looks as it does."""

    def __init__(
        self,
        now_s: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now_s, self._sleep = now_s, sleep
        self._since: dict[Path, tuple[Stamp, float]] = {}

    async def of(self, paths: Iterable[Path]) -> tuple[list[tuple[Path, Stamp]], list[Path]]:
        """Those that stand still, with their stamps, and those still being written; waits `STILL_S` at most.

        An empty file is one that nobody has begun to write.
        """
        wanted = list(paths)
        glances = [
            self._still(path, stamp(path)) for path in wanted
        ]  # every one of them, not up to the first
        if not all(glances):
            await self._sleep(STILL_S)
        done, writing = [], []
        for path in wanted:
            now = stamp(path)
            if self._still(path, now):
                done.append((path, now))
                self._since.pop(path, None)
            elif now != NOT_THERE:
                writing.append(path)
        return done, writing

    def _still(self, path: Path, now: Stamp) -> bool:
        known, since_s = self._since.get(path, (NOT_THERE, 0.0))
        if known != now:
            self._since[path] = now, self._now_s()
            return now[1] > 0 and self._now_s() - now[0] / 1e9 > LONG_STILL_S
        return now[1] > 0 and (
            self._now_s() - since_s >= STILL_S or self._now_s() - now[0] / 1e9 > LONG_STILL_S
        )
