"""A folder into which somebody puts files, each of them once: a table of its hour, or what is new.

    folder = Folder(Path("incoming"), say)
    for fetched in await folder.look(): …          oldest first, each file once

Know before changing: a file's time is the one in its name, else when it was written. They are read in that
order, and within one second in that of their names, in which numbers count as numbers; of two snapshots taken
in the wrong order the older one would win. Where the names alone would give another order, that is said.
A file that is replaced by another of its name is given again. Names that begin with a dot or end as those of
half-written files do are not looked at until they are renamed.
"""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from election.errors import UsageError
from producers.sources.fetched import Fetched, TroubleError
from producers.sources.polled import utc_now
from producers.sources.stillness import Stamp, Stillness, lines, stamp, time_of
from producers.sources.watched import believed

HALF = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp", "~")
FILES_MAX = 100_000
"""Most files looked at in one folder; with more it is told, and nothing is read."""


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A name as people order names: table-9 before table-10."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)


def in_order(files: Iterable[tuple[Path, datetime]]) -> list[Path]:
    """Files by time, and within one second by name."""
    return [
        path for path, at in sorted(files, key=lambda one: (int(one[1].timestamp()), natural(one[0].name)))
    ]


class Folder:
    """One folder; files in folders inside it are not looked at."""

    def __init__(
        self,
        path: Path,
        say: Callable[[str], None],
        named: Callable[[str], datetime | None] = lambda name: None,
        stillness: Stillness | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`named`: the time in a file's name, if there is one; UsageError where it cannot be told which."""
        self._path, self._say, self._named, self._clock = path, say, named, clock
        self._stillness = stillness or Stillness()
        self.name = str(path)
        self._known: dict[Path, Stamp] = {}
        self._begin: datetime | None = None
        self._said: set[str] = set()
        self.left = 0
        """How many files the last look left: being written, empty, of no clear time, or kept from us."""

    def begin_after(self, at: datetime | None) -> None:
        """Files of before this time that are there at the first look are not given: they were taken before.

        Whatever comes later is given, whatever its time: who copies a file may keep the time it had.
        """
        self._begin = at

    async def look(self) -> Sequence[Fetched]:
        """Files that stand still and were not given yet. Raises TroubleError."""
        found = self._listed()
        unread = [path for path in found if self._known.get(path) != stamp(path)]
        new = [path for path in unread if self._may_read(path)]
        done, writing = await self._stillness.of(new)
        self.left = len(unread) - len(new) + len(writing)
        for path in writing:
            self._once(f"{path}: it is still being written, or empty; it is left until it stands still")
        stamps = dict(done)
        times, doubtful = self._times(stamps)
        self.left += len(doubtful)
        ordered = in_order(times.items())
        if ordered != sorted(ordered, key=lambda path: natural(path.name)):
            self._once(
                f"{self.name}: files are read in the order of their times; their names would give another "
                f"one ({ordered[0].name} is read first)"
            )
        there = set(found)
        self._known = {path: known for path, known in self._known.items() if path in there}
        self._known |= {path: known for path, known in stamps.items() if path not in doubtful}
        begin, self._begin = self._begin, None
        given = ordered if begin is None else [path for path in ordered if times[path] >= begin]
        left = len(ordered) - len(given)
        if begin is not None and left:
            self._once(
                f"{self.name}: files of before {begin:%H:%M:%S} UTC are not read ({left:,}): the log has "
                "newer ones. One that was never read is given by itself (sandik produce FILE)"
            )
        return [self._fetched(path, times[path], stamps[path]) for path in given]

    async def close(self) -> None:
        """Nothing is held."""

    def _listed(self) -> list[Path]:
        try:
            names = [path for path in self._path.iterdir() if path.is_file()]
        except OSError as error:
            raise TroubleError(f"it cannot be read ({error.strerror})") from error
        if len(names) > FILES_MAX:
            raise TroubleError(f"it holds more than {FILES_MAX} files: move old ones away")
        return [path for path in names if not path.name.startswith(".") and not path.name.endswith(HALF)]

    def _may_read(self, path: Path) -> bool:
        may = os.access(path, os.R_OK)
        if not may and path.exists():
            self._once(f"{path}: this process may not read it; it is left until it may")
        return may

    def _fetched(self, path: Path, own: datetime, found: Stamp) -> Fetched:
        at, stated = believed(own, self._clock())
        return Fetched(str(path), at, lines(path, found), stated, size=found[1])

    def _times(self, paths: Iterable[Path]) -> tuple[dict[Path, datetime], set[Path]]:
        """The files' times, and the files whose name does not tell which; one just taken away has none."""
        times, doubtful = dict[Path, datetime](), set[Path]()
        for path in paths:
            with suppress(OSError):
                try:
                    times[path] = self._named(path.name) or time_of(path)
                except UsageError as error:
                    doubtful.add(path)
                    self._once(f"{self.name}: {error} It is left until then")
        return times, doubtful

    def _once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._say(sentence)
