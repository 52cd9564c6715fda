"""The desk's way to the log and the store: reads cases, sends a decision, waits for what was told of it.

    async with Room(folder, producing, counting) as room:
        cases = await room.cases()
        outcome = await room.decide(case, ruling, wait_s=30, out=out)

Know before changing: this is where two rooms meet: `producers.publish` writes the ruling, `streams.looking`
says what was told. A decision that is in the log counts even when nobody is there to take it in yet; so it is
never sent twice, and the waiting only tells.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace as with_
from datetime import UTC, datetime
from types import TracebackType

from election.alerts import Told
from election.calls.lookout import Lookout
from election.errors import SandikError, UsageError
from election.memory import Memory
from election.night import Contest, ContestId
from election.wire.frames import ContestState
from election.wire.keys import unpack_total
from election.wire.records import Ruling, read_time
from election.wire.told import held
from producers.cluster import create_topics
from producers.publish import Publisher
from producers.settings import Settings as Producing
from sandik import desk, folders
from sandik.desk import Case, Outcome
from sandik.say import Out
from streams.answers import Looked
from streams.evaluator import wanted_areas
from streams.looking import Looks
from streams.settings import Settings as Counting
from streams.spans import partition_name
from streams.store import Store

LOOK_AGAIN_S = 0.5
"""Longest time without a look while an outcome is waited for."""
BETWEEN_LOOKS_S = 0.02


class Room:
    """One night's desk: its store for the length of an `async with`."""

    def __init__(
        self, folder: folders.Folder, producing: Producing, counting: Counting,
        lookouts: Mapping[ContestId, Lookout] | None = None,
    ) -> None:  # fmt: skip
        """`lookouts` are those of this night and mode, where somebody has them already."""
        self.night, self.producing = folder.night, producing
        self.scope = producing.scope(folder.night.id)
        self.store = Store(self.night, self.scope, counting)
        self.looks = Looks(self.store)
        self.lookouts = lookouts or {
            contest.id: Lookout(self.night, contest, self.scope.mode)
            for contest in self.night.contests.values()
        }

    async def __aenter__(self) -> "Room":
        """Nothing is asked yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the connections back."""
        await self.store.close()

    async def cases(self) -> list[Case]:
        """Every contest of the night, each read at one moment. Raises OutsideError without a store."""
        return [await self.case(contest) for contest in self.night.contests]

    async def looked_at(self, out: Out) -> list[Case]:
        """The cases, for a person: where nothing is counted in any of them, that is said first."""
        cases = await self.cases()
        if not any(case.version for case in cases):
            out.tell(
                f"nothing is counted yet in {self.scope.name}: is this the right mode, night and session?"
            )
        return cases

    async def case(self, contest: ContestId) -> Case:
        """One contest as it stands now."""
        looked = await self._look(contest)
        return self._case(self.night.contests[contest], looked)

    async def _look(self, contest: ContestId) -> Looked:
        areas = wanted_areas(self.night, self.night.contests[contest])
        return await self.looks.look(contest, areas, 0, 0)

    def _case(self, contest: Contest, looked: Looked) -> Case:
        memory, facts = Memory(), list[Told]()
        self.take(looked, memory, facts, contest)
        return self.made(contest, looked, memory, facts)

    def take(self, looked: Looked, memory: Memory, facts: list[Told], contest: Contest) -> None:
        """Adds what was told to what is known of it. Raises SandikError where it does not follow."""
        for value in looked.told:
            fact = held(value, self.scope)
            if not memory.take(fact):
                raise SandikError(
                    f"Fact {fact.seq} of {contest.id} ({fact.kind}) does not follow what was told before it: "
                    "sandik verify --rebuild makes the store from the log again."
                )
            facts.append(fact)

    def made(self, contest: Contest, looked: Looked, memory: Memory, facts: Sequence[Told]) -> Case:
        """The case, given all that was told of the contest so far."""
        meta = looked.meta
        at = _time(meta.get("at", ""))
        state = ContestState(
            epoch=meta.get("epoch", ""),
            version=int(meta.get("version", "0")),
            at=at,
            lifted_at=_time(meta.get("lifted_at", "")),
            rows={
                source: {area: unpack_total(row) for area, row in rows.items()}
                for source, rows in looked.rows.items()
            },
            last_at={source: read_time(text, "heard_at") for source, text in looked.heard.items()},
        )
        now = self.clock() if self.scope.mode == "live" else at
        view = self.lookouts[contest.id].view(state, now)
        return Case(contest, view, tuple(facts), memory, at)

    def clock(self) -> datetime:
        """The clock of a live night, in whole seconds."""
        return datetime.now(UTC).replace(microsecond=0)

    async def decide(self, case: Case, ruling: Ruling, wait_s: float, out: Out) -> Outcome:
        """Sends a decision and waits for its outcome; WAITS if nobody has taken it in by then.

        Raises RefusedError before anything is sent for what would be ignored, OutsideError without a broker.
        """
        desk.refuse_what_is_ignored(ruling, case)
        await create_topics(self.producing, self.night.id)
        async with Publisher(self.producing, self.night.id) as publisher:
            await publisher.publish(ruling)
            await publisher.drain()
            ((topic, partition), end), *_ = publisher.ends.items()
        place = partition_name(topic, partition)
        out.tell(f"in the log: {ruling.kind} {ruling.id}, offset {end - 1} of {place}")
        return await self._outcome(ruling, place, end, wait_s, out)

    async def _outcome(self, ruling: Ruling, place: str, end: int, wait_s: float, out: Out) -> Outcome:
        contest = ContestId(ruling.contest)
        begin_s = time.monotonic()
        while True:
            looked = await self._look(contest)
            case = self._case(self.night.contests[contest], looked)
            taken_in = looked.offsets.get(place, 0) >= end
            outcome = desk.became(ruling, case, taken_in)
            if outcome is not None:
                return outcome
            left_s = begin_s + wait_s - time.monotonic()
            if left_s <= 0:
                return Outcome(desk.WAITS, (), _nobody(taken_in, wait_s))
            out.progress(1 - left_s / wait_s, "waiting for the worker" if not taken_in else "taken in")
            await self.looks.newer(contest, case.version, min(LOOK_AGAIN_S, max(left_s, 0.001)))
            await asyncio.sleep(BETWEEN_LOOKS_S)


def _nobody(taken_in: bool, wait_s: float) -> str:
    what = "taken in, but nothing was told of it" if taken_in else "in the log, and not taken in"
    return (
        f"The decision is {what} within {wait_s:g} s: see that a worker runs (sandik doctor). It counts as "
        "soon as one does; do not send it again."
    )


def _time(text: str) -> datetime | None:
    return read_time(text, "at") if text else None


CODES = {desk.DONE: 0, desk.TAKEN: 0, desk.LATE: 1, desk.WAITS: 3}
"""The exit code of each outcome."""


def opened(args: argparse.Namespace) -> Room:
    """The room that the arguments and the environment name. Raises UsageError."""
    folder = folders.load(folders.word(args.night, os.environ))
    producing, counting = Producing.read(os.environ), Counting.read(os.environ)
    if args.session is not None:
        producing = with_(producing, session=args.session)
        counting = with_(counting, session=args.session)
    return Room(folder, producing, counting)


def run(args: argparse.Namespace, out: Out, prepare: desk.Prepare) -> int:
    """One decision from its arguments to its outcome; the exit code."""
    if not 0 < args.wait < float("inf"):
        raise UsageError(f"--wait is {args.wait}; it is seconds, more than 0.")
    return asyncio.run(_run(args, out, prepare))


async def _run(args: argparse.Namespace, out: Out, prepare: desk.Prepare) -> int:
    async with opened(args) as room:
        head = {"night": room.night.id, "mode": room.scope.mode, "session": room.scope.session}
        try:
            wish = prepare(await room.looked_at(out), args)
            heard_at = desk.hour(wish.case, room.scope.mode, datetime.now(UTC))
            ruling = desk.decision(
                wish.kind, wish.case, by=args.by, because=args.because, data=wish.data, heard_at=heard_at,
                at=wish.at,
            )  # fmt: skip
            outcome = await room.decide(wish.case, ruling, args.wait, out)
        except desk.RefusedError as error:
            out.tell(f"sandik: {error}")
            out.answer(head | {"done": False, "outcome": "refused", "because": str(error), "told": []})
            return 1
        case = await room.case(wish.case.contest.id)
        for line in desk.in_words(ruling, outcome, case):
            (out.say if outcome.word in (desk.DONE, desk.TAKEN) else out.tell)(line)
        out.answer(head | desk.in_json(ruling, outcome, case))
        return CODES[outcome.word]
