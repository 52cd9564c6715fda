"""The course of every contest, kept by the gateway while it shows them, and read from the log for before.

    lines = Lines("live", log)
    lines.look(contest, group.shown)        at every tick, and whenever somebody asks
    await lines.fill(contest)               what was shown before this gateway began, once
    lines.line(contest).points.kept()

Know before changing: `look` is called in every tick and costs nothing while nothing is new. Filling reads at
most so many snapshots out of the log, spread over the night, however long that was; a log that is away or
still being read is asked again when somebody next wants the line.
"""

import asyncio
from collections.abc import Sequence

import orjson

from election.errors import OutsideError
from election.night import ContestId
from election.wire.frames import Json
from election.wire.shown import Entry
from web.points import Line
from web.shown import ShownLog

READS_MAX = 240
"""Most snapshots of a contest that are read from the log."""


class Lines:
    """The lines of all contests of a night."""

    def __init__(self, mode: str = "live", log: ShownLog | None = None) -> None:
        """Without a log there is nothing of the time before."""
        self._mode, self._log = mode, log
        self._lines: dict[ContestId, Line] = {}
        self._seen: dict[ContestId, Json] = {}
        self._filling: dict[ContestId, asyncio.Task[bool]] = {}

    def line(self, contest: ContestId) -> Line:
        """The line of a contest, as far as it is known."""
        found = self._lines.get(contest)
        if found is None:
            found = self._lines[contest] = Line(self._mode)
            found.whole = self._log is None
        return found

    def look(self, contest: ContestId, shown: Json) -> None:
        """Takes in what is shown now."""
        if self._seen.get(contest) is not shown:
            self._seen[contest] = shown
            self.line(contest).take(shown)

    async def fill(self, contest: ContestId) -> bool:
        """Whether the line holds what was shown before this gateway began; reads it where it does not yet.

        Whoever leaves does not end the reading for the others.
        """
        line, log = self.line(contest), self._log
        if line.whole or log is None:
            return True
        task = self._filling.get(contest)
        if task is None:
            task = asyncio.create_task(self._read(contest, line, log), name=f"line of {contest}")
            task.add_done_callback(lambda done: self._done(contest, done))
            self._filling[contest] = task
        return await asyncio.shield(task)

    def _done(self, contest: ContestId, task: "asyncio.Task[bool]") -> None:
        del self._filling[contest]
        if not task.cancelled():
            task.exception()  # those who wait are told; if all have left, nobody is

    async def _read(self, contest: ContestId, line: Line, log: ShownLog) -> bool:
        if line.first is None or not log.index.ready:
            return False
        first, older = line.first, Line(self._mode)
        try:
            for entry in chosen(before(log.index.line(contest), first)):
                body = await log.read(entry.mark.offset)
                if body is not None:
                    older.take(await asyncio.to_thread(orjson.loads, body))
        except OutsideError:
            return False
        if line.first == first:
            line.put_before(older)
            line.whole = True
        return line.whole


def before(line: Sequence[Entry], first: tuple[str, int]) -> Sequence[Entry]:
    """What stands in the log before the first snapshot that was taken here; all of it where that does not."""
    epoch, version = first
    for place, entry in enumerate(line):
        if entry.mark.epoch == epoch and entry.mark.version >= version:
            return line[:place]
    return line


def chosen(line: Sequence[Entry]) -> list[Entry]:
    """At most READS_MAX of them: spread over the night, with the ends and the opening."""
    if len(line) <= READS_MAX:
        return list(line)
    wanted = {0, len(line) - 1}
    for place in range(1, len(line)):
        if line[place - 1].mark.ban != line[place].mark.ban:
            wanted |= {place - 1, place}
    most = max(2, READS_MAX - len(wanted))
    wanted |= {place * (len(line) - 1) // (most - 1) for place in range(most)}
    return [line[place] for place in sorted(wanted)][-READS_MAX:]
