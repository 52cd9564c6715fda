"""Nights and how they come in, for the tests of this room: a worker that counts in memory, and clients.

Know before changing: the worker here is the rehearsal, so what these tests expect never comes from the code
that they test.
"""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from election.night import AreaId, ContestId, Night, SourceId
from election.rehearsal import Rehearsal
from election.tally import FIXED, Row
from election.wire.changes import Change
from election.wire.frames import ContestState
from election.wire.nights import read_night
from election.wire.records import Record, decode, stamp
from web.hub import Hub, Limits, Turn
from web.wanted import Wanted
from web.watch import Viewer

NIGHTS = Path(__file__).parents[2] / "nights"
JUNE = "istanbul-2019-06-23"


@cache
def night(name: str = "practice") -> Night:
    """A shipped night."""
    return read_night({file.name: file.read_bytes() for file in (NIGHTS / name).iterdir()})


@cache
def records(name: str = "practice") -> tuple[Record, ...]:
    """Its recording."""
    lines = gzip.decompress((NIGHTS / name / "recording.jsonl.gz").read_bytes()).splitlines()
    return tuple(decode(line) for line in lines[1:])


def parts(of: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    """The records in batches."""
    for start in range(0, len(of), size):
        yield of[start : start + size]


class Worker:
    """Counts as the rehearsal does, and says what each step changed as a worker would."""

    def __init__(self, of: Night, epoch: str = "e1", mode: str = "replay") -> None:
        self.night, self.epoch = of, epoch
        self.rehearsal = Rehearsal(of, mode)
        self.versions: dict[ContestId, int] = dict.fromkeys(of.contests, 0)
        self._rows: dict[ContestId, dict[tuple[SourceId, AreaId], Row]] = {id: {} for id in of.contests}
        self._found: dict[ContestId, dict[str, int]] = {id: {} for id in of.contests}

    def count(self, batch: Iterable[Record]) -> list[tuple[ContestId, Change]]:
        """Counts a batch; one change a contest that was in it."""
        touched = {ContestId(record.contest): None for record in batch if record.contest in self.versions}
        for record in batch:
            self.rehearsal.hear(record)
        return [(contest, self._change(contest)) for contest in touched]

    def _change(self, contest: ContestId) -> Change:
        rows: dict[SourceId, dict[AreaId, Row]] = {}
        told = self._rows[contest]
        for source, areas in self.rehearsal.rows(contest).items():
            for area, row in areas.items():
                if told.get((source, area)) != row:
                    told[source, area] = rows.setdefault(source, {})[area] = row
        state = self.state(contest)
        self.versions[contest] += 1
        found = {
            f"{source}/{code}": papers
            for (of, source) in self.rehearsal.papers
            if of == contest
            for code, papers in self.rehearsal.findings(contest, source).items()
        }
        found = dict.fromkeys(self._found[contest], 0) | found  # one that is gone is told as none
        self._found[contest] = found
        meta = {"refused": str(state.refused)}
        if state.lifted_at is not None:
            meta["lifted_at"] = stamp(state.lifted_at)
        version = self.versions[contest]
        heard = {source: stamp(at) for source, at in state.last_at.items()}
        at = "" if state.at is None else stamp(state.at)
        return Change(version, version - 1, self.epoch, at, rows, heard, found, meta)

    def state(self, contest: ContestId) -> ContestState:
        """Where the contest stands, under this worker's epoch and versions."""
        state = self.rehearsal.state(contest)
        rows = {source: dict(areas) for source, areas in state.rows.items()}
        return replace(state, epoch=self.epoch, version=self.versions[contest], rows=rows)


class Wire:
    """A client without a socket: it reads what was written when it is told to."""

    def __init__(self, *contests: str) -> None:
        self.viewer = Viewer(contests)
        self.unread: list[bytes] = []
        self.frames: list[bytes] = []
        self.seen: dict[str, tuple[str, int]] = {}
        """Epoch and version of each subscription when a test last looked."""
        self.reading = True
        self.was_cut = False

    def waiting_bytes(self) -> int:
        """What it has not read."""
        return sum(len(text) for text in self.unread)

    def write(self, frame: bytes) -> None:
        """Here a frame is its text."""
        self.unread.append(frame)
        self.read()

    def read(self) -> None:
        """Reads everything, if it reads at all."""
        if self.reading:
            self.frames += self.unread
            for text in self.unread:
                self.viewer.hear(text)
            self.unread.clear()

    def cut(self) -> None:
        """It is gone."""
        self.was_cut = True


def do(turn: Turn) -> None:
    """What the gateway does with a turn."""
    for write in turn.writes:
        for client in write.clients:
            client.write(write.text)
    for client in turn.cut:
        client.cut()


def hub(of: Night, limits: Limits | None = None, mode: str = "replay") -> Hub:
    """A hub that nothing was told yet."""
    return Hub(of, mode, limits or Limits())


def follow(to: Hub, wire: Wire, now: float = 0.0) -> None:
    """The wire joins and subscribes to each of its contests, under the contest's name."""
    to.join(wire)
    for sub, copy in wire.viewer.copies.items():
        do(to.subscribe(wire, sub, Wanted(ContestId(copy.contest)), now))


TOLD_EARLY = ("boxes", "quarantined", "marked", "withdrawn", "claimed")
"""Columns of a total that may be told under an embargo: how many boxes were heard, and their fate."""


def with_other_figures(state: ContestState, add: int) -> ContestState:
    """The same boxes heard at the same time, but every figure on them another one."""
    secret = [place for place in range(100) if place >= len(FIXED) or FIXED[place] not in TOLD_EARLY]
    rows = {
        source: {
            area: tuple(
                value * 3 + add + place if place in secret else value for place, value in enumerate(row)
            )
            for area, row in areas.items()
        }
        for source, areas in state.rows.items()
    }
    return replace(state, rows=rows, findings={code: count + add for code, count in state.findings.items()})
