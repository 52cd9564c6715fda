"""A night with everything running, for a newsroom's own tests: broker, store, worker and gateway, here.

    async def test_our_lower_third() -> None:
        async with rehearsal_night("istanbul-2019-06-23") as night:
            await night.play(until="19:14")               # as fast as possible; then all stands still
            assert (await night.snapshot("mayor"))["embargo"]["state"] == "closed"
            graphic = OurGraphic(night.socket)
            await night.play(until="19:16")
            await graphic.shows("İmamoğlu", 4_512_032)
            await night.kill("gateway")                   # and is it right again by itself?
            await night.play()                            # to its end

Know before changing: the mode is `rehearsal`, and everything is thrown away at the end. Nothing here waits
for a time: `play` returns when all that was played is counted, told, and shown by the gateway.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from election.errors import OutsideError, UsageError
from election.night import ContestId, Night
from election.wire.records import Record
from sandik import embedded, ended, folders, outcome, ports
from sandik.one_machine import Machine
from sandik.supervise import Supervisor

if TYPE_CHECKING:
    from producers.notes import NotePublisher
    from streams.store import Store

T = TypeVar("T")
Json = dict[str, Any]
MODE = "rehearsal"
LINES_MAX = 2000
"""Newest lines of what the programs say that are kept; `RehearsalNight.said`."""
SHOWN_WITHIN_S = 30.0
ASK_EVERY_S = 0.02
ANSWER_WITHIN_S = 10.0
ROOMS = ("worker", "gateway")


@asynccontextmanager
async def rehearsal_night(
    night: str | Path = "practice", recording: Path | None = None
) -> AsyncIterator["RehearsalNight"]:
    """A shipped night by its name or a folder, with nothing heard yet; it runs until the block ends.

    Raises UsageError for a night that is not there or not right, OutsideError where a program does not start
    (on machines without the embedded broker: docs/decisions/0005-embedded.md).
    """
    from producers.cluster import create_topics
    from producers.notes import NotePublisher
    from producers.settings import Settings as Producing
    from streams.settings import Settings as Counting
    from streams.store import Store

    folder = folders.load(str(night))
    said: list[str] = []
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(Supervisor(_keeps(said), signals=False))
        broker, store = embedded.broker(), embedded.store()
        await house.start(broker.program, store.program)
        place = ports.LOCALHOST, ports.choose(0)
        machine = Machine(folder.path, MODE, broker.address, "tansu", store.redis_url, *place)
        producing, counting = Producing.read(machine.settings), Counting.read(machine.settings)
        await create_topics(producing, folder.night.id)
        await house.start(machine.worker(), machine.gateway())
        out = await NotePublisher(producing, folder.night.id).__aenter__()
        # Whatever is still under way at the end is thrown away with everything else.
        stack.push_async_callback(out.__aexit__, asyncio.CancelledError, asyncio.CancelledError(), None)
        held = Store(folder.night, counting.scope(folder.night.id), counting)
        stack.push_async_callback(held.close)
        yield RehearsalNight(folder, recording or folder.recording, machine, house, out, held, said)


def _keeps(said: list[str]) -> Any:
    def keep(line: str) -> None:
        said.append(line)
        del said[:-LINES_MAX]

    return keep


class RehearsalNight:
    """A running night: its addresses, what it shows, and what it hears next."""

    def __init__(
        self, folder: folders.Folder, recording: Path, machine: Machine, house: Supervisor,
        out: "NotePublisher", store: "Store", said: list[str],
    ) -> None:  # fmt: skip
        from sandik import recordings

        self._machine, self._house, self._out, self._store = machine, house, out, store
        self._bad: list[str] = []
        records = recordings.records(recording, folder.night, lambda bad: self._bad.append(str(bad)))
        self._left: Iterator[Record] = iter(records)
        self._next: Record | None = next(self._left, None)
        self.night: Night = folder.night
        """Its facts."""
        self.ending: Mapping[str, Any] | None = folder.ending
        """How it must end, where the folder says so."""
        self.said = said
        """What the programs said, the newest lines; for messages of tests that fail."""

    @property
    def url(self) -> str:
        """The address of the page; everything of docs/reference is below it."""
        return self._machine.url

    @property
    def socket(self) -> str:
        """The address of the websocket."""
        return f"ws://{self.url.removeprefix('http://')}ws"

    @property
    def environment(self) -> dict[str, str]:
        """Settings for commands beside it, such as your own `sandik produce`."""
        return self._machine.settings

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Lines of the recording that could not be played, so far."""
        return tuple(self._bad)

    async def play(self, until: str | datetime | None = None, speed: float | None = None) -> int:
        """Plays the recording on, to an hour of the night (`19:15`) or to its end; how many records it were.

        What was heard at that very hour is played. `speed` None is as fast as possible, 60 a minute a second.
        Returns when all of it is counted, told and shown. Raises UsageError for no hour, OutsideError where a
        program has ended for good.
        """
        from producers.pace import Pace, cues, read_from, schedule

        if isinstance(until, str):
            until = read_from(until, self.night.date, self.night.time_zone)
        clock, count = asyncio.get_running_loop().time, 0
        began_s = clock()
        for due in schedule(cues(self._up_to(until)), Pace(speed, None, self.night.replay.gap_max_s)):
            await asyncio.sleep(max(0.0, began_s + due.at_s(speed) - clock()))
            await self._unless_ended(self._out.publish(due.cue.record))
            count += 1
        await self.settled()
        return count

    def _up_to(self, until: datetime | None) -> Iterator[Record]:
        while self._next is not None and (until is None or self._next.heard_at <= until):
            record, self._next = self._next, next(self._left, None)
            yield record

    async def send(self, records: Iterable[Record]) -> None:
        """Bundles and rulings of your own, as if a feed or the desk had sent them. Returns as `play` does.

        Raises RecordError for one over the limit.
        """
        for record in records:
            await self._unless_ended(self._out.publish(record))
        await self.settled()

    async def settled(self) -> None:
        """Returns when everything that was sent is counted, told and shown by the gateway."""
        await self._unless_ended(self._settled())

    async def _settled(self) -> None:
        await self._out.drain()
        await ended.counted(self._store, self._out.ends)
        await ended.settled(self._store)
        clock = asyncio.get_running_loop().time
        deadline_s = clock() + SHOWN_WITHIN_S
        for contest in self.night.contests:
            held = await self._store.read(contest)
            wanted = held.meta.get("epoch", ""), int(held.meta.get("version", 0))
            while (
                (found := await self._version(contest)) is None
                or found[0] != wanted[0]
                or found[1] < wanted[1]
            ):
                if clock() > deadline_s:
                    raise OutsideError(
                        f"The gateway shows {found} of {contest} and not {wanted}: {self.said[-5:]}"
                    )
                await asyncio.sleep(ASK_EVERY_S)

    async def _version(self, contest: ContestId) -> tuple[str, int] | None:
        try:
            shown = await self.snapshot(contest)
        except OSError:
            return None
        return shown["epoch"], shown["version"]

    async def snapshot(self, contest: str) -> Json:
        """What the gateway shows of a contest (docs/reference/snapshot.md). OSError while it is away."""
        place = self._machine.reached_at, self._machine.port
        found = await asyncio.to_thread(ports.get, *place, f"/snapshot/{contest}.json", ANSWER_WITHIN_S)
        if found is None:
            raise ConnectionError(f"The gateway at {self.url} does not show {contest}.")
        shown: Json = json.loads(found)
        return shown

    async def outcome(self) -> dict[ContestId, outcome.Json]:
        """Totals, call and alerts of every contest, as `sandik rehearse --json` has them."""
        return await ended.outcomes(self._store, self.night)

    async def kill(self, room: str) -> None:
        """Ends a program at once, as a power cut would: `worker` or `gateway`. It is started again."""
        if room not in ROOMS:
            raise UsageError(f"There is no room {room!r} to kill: {' and '.join(ROOMS)}.")
        await self._unless_ended(self._house.kill(room, 0.0))

    async def _unless_ended(self, wait: Awaitable[T]) -> T:
        """Waits, but not for programs that are gone for good."""
        waiting = asyncio.ensure_future(wait)
        end = asyncio.ensure_future(self._house.ended())
        try:
            await asyncio.wait({waiting, end}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise OutsideError(f"{end.result().because}; it said: {self.said[-20:]}")
            return waiting.result()
        finally:
            for task in (waiting, end):
                task.cancel()
            await asyncio.gather(waiting, end, return_exceptions=True)
