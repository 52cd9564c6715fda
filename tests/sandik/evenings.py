"""For tests of the desk: the practice night with signatures, counted in memory, and told as a worker tells.

Know before changing: an evening is a log of its own: what is heard and told stands in it with offsets, as in
the topics, so that a dossier can be made again from it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from election.alerts import Told
from election.calls.lookout import Lookout
from election.night import CallRule, ContestId, Night
from election.rehearsal import Rehearsal
from election.teller import Teller
from election.wire.frames import ContestState
from election.wire.keys import pack_total
from election.wire.records import Bundle, Record, Ruling, encode, stamp
from election.wire.told import encode as encode_told
from election.wire.topics import Scope
from sandik.desk import Case, decision
from streams.answers import Looked
from streams.evaluator import wanted_areas
from streams.spans import partition_name
from tests.streams import made

MAYOR = ContestId("mayor")
LIFTED = made.START.replace(minute=30)
PLACE = "replay.practice.rulings/0"
"""Where decisions stand in the log."""
ENOUGH = 50
"""Boxes that are heard: the lead in them is more than all that is out."""


def night(people: int = 2) -> Night:
    """The practice night with so many signatures for a call."""
    rule = CallRule(True, people, {})
    return replace(made.night(), calls={**made.night().calls, "certain": rule, "majority": rule})


def paper(unit: int, votes: Sequence[int] = (95, 10, 5), revision: int = 1, minute: int = 31) -> Bundle:
    """One plain good paper of the mayor's contest."""
    ground = made.ground(made.night())
    row = made.good_row(made.night(), ground.contest, ground.source, ground.units[unit], list(votes))
    cause = "first" if revision == 1 else "recount"
    return made.bundle("mayor", "council", "box", [{**row, "revision": revision, "cause": cause}], minute)


LIFTS = Ruling("mayor", "embargo-lifted", LIFTED, LIFTED, "council", "the council", "early")


@dataclass(frozen=True)
class Logged:
    """A record and its place."""

    topic: str
    partition: int
    offset: int
    value: bytes


class Evening:
    """A night counted paper by paper, and told after every step that is asked for."""

    def __init__(self, people: int = 2, records: Sequence[Record] | None = None) -> None:
        self.night = night(people)
        self.scope = Scope("replay", self.night.id)
        self.contest = self.night.contests[MAYOR]
        self.rehearsal = Rehearsal(self.night, "replay")
        self.teller = Teller(self.night, self.contest, self.scope.name)
        self.lookout = Lookout(self.night, self.contest, "replay")
        self.log: list[Logged] = []
        self.facts: list[Told] = []
        self.rulings: list[Ruling] = []
        if records is None:
            records = [LIFTS, *(paper(unit) for unit in range(ENOUGH))]
        self.hear(*records)

    def hear(self, *records: Record) -> "Evening":
        """Counts these, and then tells what there is to tell."""
        for record in records:
            what = "rulings" if isinstance(record, Ruling) else "reports"
            self._write(what, encode(record, self.scope))
            self.rehearsal.hear(record)
            if isinstance(record, Ruling):
                self.rulings.append(record)
        view = self.lookout.view(self.state(), self.at)
        for fact in self.teller.tell(view, self.positions(), self.rulings):
            self.teller.take(fact)
            self.facts.append(fact)
            self._write("told", encode_told(fact, self.scope))
        return self

    def _write(self, what: str, value: bytes) -> None:
        topic = self.scope.topic(what)
        offset = sum(one.topic == topic for one in self.log)
        self.log.append(Logged(topic, 0, offset, value))

    def positions(self) -> dict[str, int]:
        """How far reports and rulings are counted."""
        topics = [self.scope.topic(what) for what in ("reports", "rulings")]
        return {partition_name(topic, 0): sum(one.topic == topic for one in self.log) for topic in topics}

    @property
    def at(self) -> datetime | None:
        """The newest thing heard."""
        return self.rehearsal.heard_at.get(MAYOR)

    def state(self) -> ContestState:
        """What a worker's evaluator is shown."""
        whole = self.rehearsal.state(MAYOR)
        wanted = wanted_areas(self.night, self.contest)
        rows = {
            source: {area: row for area, row in held.items() if area in wanted[source]}
            for source, held in whole.rows.items()
        }
        return replace(whole, rows=rows, version=len(self.log))

    def case(self) -> Case:
        """The contest as the desk sees it now."""
        view = self.lookout.view(self.state(), self.at)
        return Case(self.contest, view, tuple(self.facts), self.teller.memory.copy(), self.at)

    def decide(self, kind: str, by: str = "Ayşe", **data: object) -> Ruling:
        """A decision of the desk that is taken in."""
        at = self.at or LIFTED
        ruling = decision(kind, self.case(), by=by, because="checked", data=data, heard_at=at)
        self.hear(ruling)
        return ruling

    def approve(self, by: str = "Ayşe") -> Ruling:
        """Somebody signs what waits."""
        waiting = self.proposal
        return self.decide("call-approved", by, proposal=waiting.id, version=waiting.version)

    @property
    def proposal(self) -> Told:
        """The proposal made last."""
        return [fact for fact in self.facts if fact.kind == "call-proposed"][-1]

    @property
    def call(self) -> Told:
        """The call made last."""
        return [fact for fact in self.facts if fact.kind == "call-made"][-1]

    async def reading(self) -> AsyncIterator[Logged]:
        """The log as a reader gives it."""
        for logged in self.log:
            yield logged


class Stored:
    """A store that holds an evening, and a night's other contests not at all."""

    def __init__(self, evening: Evening) -> None:
        self.evening = evening
        self.steps: list[Any] = []
        """What happens while somebody waits, one at each look."""
        self.end = 0
        self.closed = False

    async def look(self, contest: str, areas: Any, rulings_from: int, told_after: int) -> Looked:
        """What an evaluator is shown."""
        if contest != MAYOR:
            return Looked({}, {}, {}, {}, [], [])
        state = self.evening.state()
        meta = {"version": str(state.version), "at": stamp(state.at) if state.at else ""}
        if state.lifted_at is not None:
            meta["lifted_at"] = stamp(state.lifted_at)
        rows = {
            source: {area: pack_total(row) for area, row in held.items()}
            for source, held in state.rows.items()
        }
        heard = {source: stamp(at) for source, at in state.last_at.items()}
        told = [encode_told(fact, self.evening.scope) for fact in self.evening.facts[told_after:]]
        return Looked(meta, {PLACE: self.end}, heard, rows, [], told)

    async def newer(self, contest: str, version: int, wait_s: float) -> None:
        """The next thing happens."""
        if self.steps:
            self.steps.pop(0)()

    async def close(self) -> None:
        """Noted."""
        self.closed = True
