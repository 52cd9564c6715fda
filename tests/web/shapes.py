"""Nights as exports are made of them: counted in memory, shown by a hub, with the boxes a store would hold.

Know before changing: what is expected in the tests of shapes comes from the rehearsal's own totals or from
the snapshot, never from another shape.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from election.night import ContestId, Night, SourceId
from election.tally import Statement
from election.wire.frames import ContestState
from election.wire.keys import edition, pack_unit
from tests.web.made import JUNE, Worker, hub, night, parts, records, with_other_figures
from web.exporting import Exports
from web.exports import EXPORTS
from web.exports.shown import Asked, Shown
from web.held import Boxes
from web.hub import Hub

MAYOR, ASSEMBLY, BRIDGE = ContestId("mayor"), ContestId("assembly"), ContestId("bridge")
COUNCIL = SourceId("council")
FROM_SNAPSHOTS = tuple(name for name in EXPORTS if name != "boxes.csv")
HOST = {"host": "results.example:8080"}


class Moment:
    """A night at one moment: what the hub shows, and what a store would hold of single boxes."""

    def __init__(self, of: Night, worker: Worker, mode: str = "replay") -> None:
        self.night, self.worker = of, worker
        self.hub: Hub = hub(of, mode=mode)
        self.other = 0
        """Added to every figure that may not be told, for tests of what may not be seen."""
        self.reads = 0
        self.exports = Exports(self.hub, of, self.boxes)
        self.show()

    def show(self) -> None:
        """Everybody is shown what the worker has counted."""
        for contest in self.night.contests:
            self.hub.hold(contest, self.state(contest))
        self.hub.turn(0.0)

    def state(self, contest: ContestId) -> ContestState:
        """Where it stands; with other figures if a test wants them."""
        state = self.worker.state(contest)
        return with_other_figures(state, self.other) if self.other else state

    def shown(self, contest: ContestId = MAYOR, **changed: Any) -> Shown:
        """A contest as it is shown, or with some fields of the snapshot changed."""
        made = self.exports.shown(contest)
        return replace(made, snapshot=made.snapshot | changed) if changed else made

    async def boxes(self, contest: ContestId, source: SourceId) -> Boxes:
        """What a store would give out."""
        self.reads += 1
        return self.packed(contest, source)

    def packed(self, contest: ContestId = MAYOR, source: SourceId = COUNCIL) -> Boxes:
        """The same, at once."""
        rehearsal = self.worker.rehearsal
        tally = rehearsal.tallies.get((contest, source))
        held = {} if tally is None else tally.held
        papers = rehearsal.papers.get((contest, source), {})
        said = {
            unit.encode(): json.dumps(
                {"findings": [{"code": found.code} for found in paper.findings]}
            ).encode()
            for unit, paper in papers.items()
            if paper.findings
        }
        rows = {unit.encode(): pack_unit(self._changed(one)) for unit, one in held.items()}
        return Boxes(self.worker.epoch, self.worker.versions[contest], edition(self.night), rows, said)

    def _changed(self, held: Statement) -> Statement:
        """The same statement with other figures."""
        figures = {
            name: None if (value := getattr(held, name)) is None else value * 3 + self.other
            for name in ("registered", "voters", "valid", "invalid")
        }
        votes = tuple(None if one is None else one * 3 + self.other for one in held.votes)
        return replace(held, **figures, votes=votes, noted=not held.noted) if self.other else held

    def bytes_of(self, name: str, query: Mapping[str, list[str]] | None = None) -> bytes:
        """An export as it is sent (not boxes)."""
        return self.exports.wanted(name, query or {}, HOST).make()

    def table(self, contest: ContestId = MAYOR, source: SourceId = COUNCIL) -> bytes:
        """The table of boxes as it is sent."""
        asked = Asked((self.shown(contest),), source=source, boxes=self.packed(contest, source))
        return EXPORTS["boxes.csv"].write(asked)

    def everything(self) -> dict[str, bytes]:
        """Every export of every contest."""
        made = {name: self.bytes_of(name) for name in FROM_SNAPSHOTS}
        for contest in self.night.contests:
            query = {"contest": [contest]}
            made |= {f"{contest}/{name}": self.bytes_of(name, query) for name in FROM_SNAPSHOTS}
            made |= {
                f"{contest}/{source}/boxes.csv": self.table(contest, source)
                for source in self.night.sources
                if self.night.sources[source].level == "box"
            }
        return made


def counted(share: float = 1.0, mode: str = "replay") -> Moment:
    """The practice night, or the first part of it."""
    worker = Worker(night(), mode=mode)
    worker.count(records()[: int(len(records()) * share)])
    return Moment(night(), worker, mode)


def begun() -> Moment:
    """The practice night a moment before the ban is lifted: boxes heard, and nothing told."""
    worker = Worker(night())
    for batch in parts(records(), 1):
        before = counted_state(worker)
        worker.count(batch)
        state = worker.state(MAYOR)
        if worker.rehearsal.boards[MAYOR].embargo(state, state.at).is_open:
            return Moment(night(), before)
    raise AssertionError("the ban was never lifted")


def counted_state(worker: Worker) -> Worker:
    """A worker that has counted as much."""
    copy = Worker(worker.night)
    copy.count(records()[: worker.rehearsal.records])
    return copy


@cache
def june() -> Moment:
    """All of 23 June 2019."""
    worker = Worker(night(JUNE))
    worker.count(records(JUNE))
    return Moment(night(JUNE), worker)


def rows(body: bytes) -> list[dict[str, str]]:
    """A table as the standard library reads it."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def called(choice: str, state: str = "called", **more: Any) -> dict[str, Any]:
    """The public part of a call."""
    return {
        "state": state, "choice": choice, "elected": [choice], "rule": "certain", "id": "f" * 16,
        "at": "2024-10-06T20:00:00.000Z", "called_at": "2024-10-06T20:00:00.000Z", "counted_at_call": 0.9,
        "because": "The lead is more than can still come.", "becauses": {},
    } | more  # fmt: skip


def values(found: Any) -> Iterator[Any]:
    """Every value in JSON, however deep."""
    if isinstance(found, dict | list):
        for inner in found.values() if isinstance(found, dict) else found:
            yield from values(inner)
    else:
        yield found
