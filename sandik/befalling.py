"""What befalls a replay while it plays: faults that somebody asks for, and whether the count came out right.

    befalls = Befalls(play, counting, kill=…)
    Controls(…, looks=befalls)                  answers `fault` and `look`
    await play.run(…, befalls=befalls)          looks between two records whether a fault is over

When a fault is over, the next record waits until all before it is counted; then the store is compared with
a second count of the same evening (`holding`), and the fault says whether what it must not change held.

Know before changing: nothing is compared while another fault holds records back, nor between two records of
the same moment. What was done is kept for as long as this replay runs.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from election.errors import OutsideError, SandikError, UsageError
from election.night import NightId
from election.wire.controls import Control
from election.wire.records import Record, stamp
from producers.cluster import look
from producers.faults import LOSSLESS, Fault, Faults
from producers.faults_asked import as_toml, read_asked
from producers.faults_file import Mishap
from producers.pace import Cue
from sandik.folders import Folder
from sandik.outline import choices, outline

if TYPE_CHECKING:
    from producers.publish import Publisher
    from producers.settings import Settings as Producing
    from streams.settings import Settings as Counting

Json = dict[str, Any]
Kill = Callable[[Mishap], Awaitable[None]]
DID_MAX = 40
"""So many things that were done are remembered, the newest."""
FAULTS_MAX = 50
HEARS_WITHIN_S = 1.0
"""A process is stopped so much later, so that whoever asked hears the answer through it."""


class Plays(Protocol):
    """A recording that is played (`sandik.playing.Play`)."""

    folder: Folder
    recording: Path
    seed: int
    live: Faults

    def opened(self) -> Iterable[Any]:
        """The recording at its beginning."""


@dataclass
class Fallen:
    """A fault that was asked for, and what came of it."""

    id: str
    by: str
    what: Fault | Mishap
    number: int = -1
    """Of the fault among those of the recording; a process has none."""
    touched: int = 0
    over: bool = False
    checks: Json = field(default_factory=dict)
    """What was found when it was over; `holds`: whether all of it is as it must be."""


class Befalls:
    """Everything that somebody did to one replay."""

    def __init__(
        self, play: Plays, counting: "Callable[[], Counting]", kill: Kill | None = None,
        sessions: Callable[[], Awaitable[list[str]]] | None = None,
    ) -> None:  # fmt: skip
        """`kill` does what is asked of a process, where a supervisor runs them."""
        self._play, self._counting, self._kill, self._sessions = play, counting, kill, sessions
        self._night = play.folder.night
        self.publisher: Publisher | None = None
        self.fallen: list[Fallen] = []
        self.did: list[Json] = []
        self.at: datetime | None = None
        """The hour that was reached."""
        self.ended = False
        self._outline: Json | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # What is asked.

    def heard(self, control: Control, because: str, at: datetime | None) -> None:
        """Remembers what was done."""
        one: Json = {"id": control.id, "by": control.by, "do": control.do, "because": because}
        one |= {"asked_at": stamp(control.at), "at": None if at is None else stamp(at)}
        if control.do == "speed":
            one["speed"] = control.speed
        if control.to is not None:
            one["to"] = stamp(control.to)
        if control.do == "step":
            one["records"] = control.records
        if control.do == "fault":
            one["fault"] = dict(control.fault)
        self.did = [*self.did, one][-DID_MAX:]

    async def asked(self, control: Control) -> tuple[str, Json]:
        """Does it, or looks. Raises UsageError for a fault that cannot be."""
        if control.do == "look":
            return "", await self._look(control.outline)
        because = self._fault(control)
        self.heard(control, because, self.at)
        return because, await self._look(False)

    def _fault(self, control: Control) -> str:
        fields, live = dict(control.fault), self._play.live
        if "end" in fields:
            return self._end(str(fields["end"]))
        begin = live.next_at()
        if begin is None or (self.ended and "who" not in fields):
            return "Nothing is being played: a fault befalls what is still to come. Go back first."
        if len(self.fallen) >= FAULTS_MAX:
            return f"There were {FAULTS_MAX} faults in this replay; start another one."
        what = read_asked(fields, self._night, begin)
        fallen = Fallen(control.id, control.by, what)
        if isinstance(what, Fault):
            if what.end is None:
                return "How long? for_s says it, in seconds of the night."
            fallen.number = live.add(what)
        elif what.who == "store":
            return "The store is not touched on request: name it in a file of faults."
        elif self._kill is None:
            return "This replay runs no processes: only sandik demo does."
        else:
            self._begin(self._stop(self._kill, what, fallen), f"{what.do} the {what.who}")
        self.fallen.append(fallen)
        return ""

    def _end(self, id: str) -> str:
        found = next((one for one in self.fallen if one.id == id), None)
        if found is None or found.number < 0 or found.over:
            return "There is no such fault that could be ended."
        self._play.live.end(found.number)
        return ""

    def _begin(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop(self, kill: Kill, mishap: Mishap, fallen: Fallen) -> None:
        await asyncio.sleep(HEARS_WITHIN_S)
        try:
            await kill(mishap)
        finally:
            fallen.over = True

    async def aclose(self) -> None:
        """Ends what is still being looked at."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What there is to see.

    async def _look(self, whole: bool) -> Json:
        play, live = self._play, self._play.live
        asked = [self._in_json(one) for one in self.fallen]
        mishaps = [one.what for one in self.fallen if isinstance(one.what, Mishap)]
        found: Json = {
            "night": self._night.id, "name": self._night.name, "recording": play.recording.name,
            "seed": play.seed, "ended": self.ended, "faults": asked, "did": self.did[::-1],
            "scenario": as_toml(live.faults, mishaps), "processes": self._kill is not None,
        }  # fmt: skip
        if not whole:
            return found
        if self._outline is None:
            self._outline = await asyncio.to_thread(lambda: outline(self._records(), self._night))
        found |= {"outline": self._outline, **choices(self._night)}
        if self._sessions is not None:
            found["sessions"] = await self._sessions()
        return found

    def _in_json(self, one: Fallen) -> Json:
        what, live = one.what, self._play.live
        said: Json = {"id": one.id, "by": one.by, "over": one.over, "checks": one.checks}
        if isinstance(what, Mishap):
            return said | {"who": what.who, "do": what.do, "at": stamp(what.at), "for_s": what.for_s}
        what = live.faults[one.number]
        stage = live.stages[one.number] if one.number < len(live.stages) else None
        begin, end = what.begin, what.end
        said |= {
            "kind": what.kind, "source": what.source, "area": what.area, "contest": what.contest,
            "begin": None if begin is None else stamp(begin), "end": None if end is None else stamp(end),
            "touched": 0 if stage is None else stage.touched,
            "made_up": [asdict(moved) for moved in stage.made_up] if stage is not None else [],
            "chance_pct": round(what.chance * 100, 1), "after_s": what.after_s, "spread_s": what.spread_s,
        }  # fmt: skip
        return said

    def _records(self) -> "list[Record]":
        return [one for one in self._play.opened() if isinstance(one, Record)]

    # Whether it left the count right.

    async def between(self, cue: Cue | None) -> None:
        """Between what was sent and the next cue; None: nothing more comes."""
        if cue is not None and self.at is not None and cue.at < self.at:
            self._anew()
        for one in self.fallen:
            if one.number >= 0 and not one.over and self._play.live.stages[one.number].had_enough:
                self._play.live.end(one.number)
        over = [one for one in self.fallen if self._is_over(one, cue)]
        apart = cue is None or self.at is None or cue.at > self.at
        if over and apart and not self._holds_back(cue):
            await self._look_at(over)
        self.ended = cue is None
        if cue is not None:
            self.at = cue.at

    def _anew(self) -> None:
        """The recording begins anew: what befell it befalls it again."""
        self.at = None
        for one in self.fallen:
            if one.number >= 0:
                one.over, one.checks = False, {}

    def _is_over(self, one: Fallen, cue: Cue | None) -> bool:
        if one.over or one.number < 0:
            return False
        at = self._play.live.faults[one.number].over_at
        return cue is None or (at is not None and at < cue.at)

    def _holds_back(self, cue: Cue | None) -> bool:
        """Whether some other fault has something that is still to come."""
        return cue is not None and any(
            fault.kind in LOSSLESS
            and (fault.begin is None or fault.begin < cue.at)
            and (fault.over_at is None or fault.over_at >= cue.at)
            for fault in self._play.live.faults
        )

    async def _look_at(self, over: list[Fallen]) -> None:
        for one in over:
            one.over = True
        at, found = self.at, None
        try:
            found = await self._counted()
        except OutsideError as error:
            _nobody_knows(over, error)
        if at is not None and found is not None:
            self._begin(self._compare(over, found, at), "compare with a second count")

    async def _counted(self) -> Mapping[Any, Json]:
        """The store, when all that was sent is counted and told of."""
        # Not imported before: numpy and redis would hold up rooms that start on the same cores.
        from sandik import ended
        from streams.store import Store

        if self.publisher is None:
            raise UsageError("Nothing is sent by this replay.")
        await self.publisher.drain()
        counting = self._counting()
        store = Store(self._night, counting.scope(self._night.id), counting)
        try:
            await ended.counted(store, self.publisher.ends)
            await ended.settled(store)
            return await ended.outcomes(store, self._night)
        finally:
            with contextlib.suppress(OutsideError):
                await store.close()

    async def _compare(self, over: list[Fallen], found: Mapping[Any, Json], at: datetime) -> None:
        from sandik import holding

        faults, night, seed = self._play.live.faults, self._night, self._play.seed
        try:
            wanted = await asyncio.to_thread(holding.second_count, self._records, night, at, faults, seed)
        except SandikError as error:  # the recording is there no longer
            _nobody_knows(over, error)
            return
        differs = holding.differing(found, wanted)
        boxes = sum(facts["boxes"]["counted"] for facts in found.values())
        for one in over:
            fault = faults[one.number]
            checks: Json = {"totals": not differs, "differs": differs[:5], "boxes": boxes, "at": stamp(at)}
            if fault.kind == "stall" and fault.source:
                checks |= holding.told_of_a_stall(found, night, fault)
            checks["holds"] = all(checks.get(name, True) for name in ("totals", "told", "no_call"))
            one.checks = checks


def _nobody_knows(over: Iterable[Fallen], error: SandikError) -> None:
    for one in over:
        one.checks = {"holds": None, "because": str(error)}


async def sessions(settings: "Producing", night: NightId) -> list[str]:
    """The sessions of a night on this broker. Raises OutsideError."""
    return sessions_of((await look(settings)).topics, settings.mode, night)


def sessions_of(topics: Mapping[str, int], mode: str, night: str) -> list[str]:
    """The sessions of a night that a broker has topics of; the one without a name is empty."""
    name = re.compile(rf"{re.escape(mode)}\.{re.escape(night)}(?:\.([a-z0-9-]+))?\.controls")
    return sorted(found.group(1) or "" for topic in topics if (found := name.fullmatch(topic)))
