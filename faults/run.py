"""One seed: a night plays, its faults come one group after the other, and each is waited out.

    broken = await run(seed, groups, brokers, folder, Staging(store="cluster"))

Know before changing: all is right again when something new was acknowledged after the faults, and it and
every record before it is in the store, and both gateways show what the store held then; the seconds to there
are the recovery's (P7), and those until every client of the crowds shows that too are its readers'. While it
is waited for, whoever has ended is started again, as a supervisor would.
The night plays so slowly that faults meet it, and is asked for all its rest when they are over; whether a
fault met it is written down (`playing`).
"""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from election.alerts import Told
from election.errors import OutsideError
from election.night import ContestId, Night
from election.wire.told import decode
from faults.actors import CROWD, SLOW, STALLED, WATCHERS, Actors
from faults.brokers import Brokers
from faults.checker import CALL, RECOVERED_WITHIN_S, RETRACTION, Broken, check, pairs
from faults.doing import Doing
from faults.ending import call_of, note_ending, told_facts
from faults.history import Fact, parse, read
from faults.plan import VERSION, Group, workers
from faults.processes import resident, resident_most
from faults.receiver import Receiver, receiver
from faults.rolling import in_step
from faults.staged import stage
from faults.stores import SINGLE
from producers.cluster import create_topics
from producers.history import History
from producers.settings import Settings as Producing
from sandik import folders
from streams.looking import Looks
from streams.settings import Settings as Counting
from streams.spans import partition_name
from streams.store import Store

LOOK_EVERY_S, READERS_EVERY_S, RETRACTED_EVERY_S = 0.05, 0.2, 1.0
CROWDED = ContestId("mayor")
"""The contest that the crowds follow."""
READ = CROWD - SLOW - STALLED
"""How many of a crowd read all that comes."""
ENDS_WITHIN_S = 240.0
"""How long a night may take to come to its end when no more faults come."""
BACK_WITHIN_S = 90.0
"""How long readers may take, then, to be there as a whole: who was turned away waits up to half a minute."""
EVERYTHING = (
    "call-made",
    "call-retracted",
    "counted",
    "lead-change",
    "embargo-lifted",
    "correction",
    "certified",
)
"""What the desk's receiver is told of."""
CALLS = ("call-made",)


@dataclass(frozen=True, slots=True)
class Staging:
    """How a night is played, on what."""

    night: str = ""
    """A night or its folder; empty: the practice night with calls that are made and retracted (`staged`)."""
    speed: str = "40"
    gap_max: str = "30"
    """Recorded seconds that a longer silence is cut to; empty: as the night says."""
    store: str = SINGLE
    version: int = VERSION
    """Which plan the groups are of."""

    def play(self, night: str) -> tuple[str, ...]:
        """The words of `sandik replay`, of a night or its folder."""
        gaps = ("--gap-max", self.gap_max) if self.gap_max else ()
        return (night, "--speed", self.speed, *gaps)


async def run(
    seed: int, groups: Sequence[Group], brokers: Brokers, folder: Path, staging: Staging | None = None
) -> tuple[list[Broken], dict[int, float]]:
    """The promises that did not hold, and the seconds each fault took; histories stay in `folder`."""
    staging = Staging() if staging is None else staging
    name = staging.night or str(stage(folder))
    held = folders.load(name).night
    session = f"s{seed}x{os.urandom(3).hex()}"
    async with AsyncExitStack() as stack:
        many, play = workers(seed, staging.version), staging.play(name)
        actors = stack.enter_context(Actors(folder, brokers, session, play, staging.store, many))
        await create_topics(Producing.read(actors.environment), held.id)
        history = stack.enter_context(History(str(actors.histories), "receiver"))
        desk = await stack.enter_async_context(receiver(history, "desk"))
        calls = await stack.enter_async_context(receiver(history, "calls"))
        actors.subscribe({"desk": (desk.url, EVERYTHING), "calls": (calls.url, CALLS)})
        for one, kinds in (("desk", EVERYTHING), ("calls", CALLS)):
            history.note("subscribed", to=one, kinds=kinds)
        notes = stack.enter_context(History(str(actors.histories), "faults"))
        asks = {"staged": not staging.night, "workers": many, "gateways": len(actors.gateways)}
        notes.note("seed", seed=seed, plan=staging.version, store=staging.store, night=held.id, **asks)
        evening = Evening(actors, held, desk, notes)
        stack.push_async_callback(evening.close)
        actors.start()
        evening.sizes()
        for number, group in enumerate(groups):
            await evening.go_on(group.after_s)
            await evening.befall(number, group)
            evening.sizes()
        await evening.end([desk, calls])
        await evening.brokers_back()
        await note_ending(actors, held)
        evening.sizes()
        await evening.crowds()
        await evening.watchers(folder / "histories")
        recovered = dict(evening.recovered)
    return check(read(folder / "histories")), recovered


class Evening:
    """What happens, and how long it takes until all is right again."""

    def __init__(self, actors: Actors, night: Night, desk: Receiver, history: History) -> None:
        self._actors, self._night, self._history = actors, night, history
        self._doing = Doing(actors, desk, history, self.go_on)
        counting = Counting.read(actors.environment)
        self._store = Store(night, counting.scope(night.id), counting)
        self._acknowledged: dict[str, int] = {}
        self._read_to: dict[Path, int] = {}
        self.recovered: dict[int, float] = {}

    async def close(self) -> None:
        """Gives back what it holds."""
        await self._store.close()

    async def go_on(self, seconds: float) -> None:
        """All goes on for a while."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            self._actors.keep()
            await asyncio.sleep(LOOK_EVERY_S)

    async def befall(self, number: int, group: Group) -> None:
        """The faults of a group at once, and the wait until all is right again."""
        numbers = [number * 10 + place for place in range(len(group.faults))]
        playing = not self._actors.played
        for at, fault in zip(numbers, group.faults, strict=True):
            facts = {"kind": fault.kind, "target": fault.target, "lasts_s": fault.lasts_s}
            self._history.note("fault", fault=at, **facts, playing=playing)
        try:
            befell = await asyncio.gather(*(self._doing.do(fault) for fault in group.faults))
        except OutsideError as error:  # it never recovers, then, and P7 says so
            self._history.note("stuck", fault=numbers[0], said=str(error))
            return
        over_s = time.monotonic()
        for at, anybody in zip(numbers, befell, strict=True):
            self._history.note("befell", fault=at, anybody=anybody)
        if await self._new(sum(self._ends().values()), 2 * RECOVERED_WITHIN_S) and await self._right(
            2 * RECOVERED_WITHIN_S
        ):
            seconds = time.monotonic() - over_s
            for at in numbers:
                self._history.note("recovered", fault=at, seconds=round(seconds, 3))
                self.recovered[at] = seconds
            if await self._read(2 * RECOVERED_WITHIN_S):
                for at in numbers:
                    self._history.note("readers", fault=at, seconds=round(time.monotonic() - over_s, 3))

    async def brokers_back(self) -> None:
        """Waits until every record is kept three times. Raises TimeoutError.

        Where Kafka's replicas stay out of step by themselves, the brokers are restarted one after the other,
        as the runbook says, and each restart is written down.
        """
        if await self._in_step(BACK_WITHIN_S):
            return
        for process in self._actors.brokers.processes:
            self._history.note("restarted", process=process.name)
            await asyncio.to_thread(process.stop)
            process.start()
            await asyncio.to_thread(process.until_ready)
            if await self._in_step(BACK_WITHIN_S):
                return
        raise TimeoutError

    async def _in_step(self, within_s: float) -> bool:
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            if await in_step(self._actors):
                return True
            await self.go_on(LOOK_EVERY_S)
        return False

    async def crowds(self) -> None:
        """What the crowds saw, and what they hold when everyone is back.

        Who was turned away waits; who is on a line that is half open is yet to notice.
        """
        for place, crowd in enumerate(self._actors.crowds):
            until_s = time.monotonic() + BACK_WITHIN_S
            shown = await asyncio.to_thread(self._actors.snapshot, place, CROWDED)
            end = shown and f"{shown['epoch']}:{shown['version']}:{shown['hash']}"
            while True:
                said = await asyncio.to_thread(crowd.ask, "faults", do="counts")
                back = said["alive"]["fast"] == READ and not said["due"] and not said["opening"]
                if (back and said["held"] == {end: READ}) or time.monotonic() > until_s:
                    break
                await self.go_on(1.0)
            facts = {key: said[key] for key in ("faults", "frames", "alive", "held", "ended")}
            self._history.note("crowd", gateway=place, contest=CROWDED, asked=READ, **facts)

    async def watchers(self, histories: Path) -> None:
        """Waits until all who watch show the end too; what they were shown wrongly stays wrong."""
        self._history.note("watchers", asked=2 * WATCHERS)
        until_s = time.monotonic() + BACK_WITHIN_S
        while time.monotonic() < until_s and any(
            one.who == "a client" and one.promise != "P3" for one in check(read(histories))
        ):
            await self.go_on(1.0)

    async def _new(self, had: int, within_s: float) -> bool:
        """Waits until Kafka has acknowledged something more, or there is nothing more to send."""
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            self._actors.keep()
            if self._actors.played or sum(self._ends().values()) > had:
                return True
            await asyncio.sleep(LOOK_EVERY_S)
        return False

    async def _right(self, within_s: float) -> bool:
        """Waits until all that was acknowledged is counted, and shown by both gateways."""
        ends = self._ends()
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            self._actors.keep()
            if await self._is_right(ends):
                return True
            await asyncio.sleep(LOOK_EVERY_S)
        return False

    async def _read(self, within_s: float) -> bool:
        """Waits until everyone in the crowds who reads shows at least what the store holds now."""
        try:
            meta = (await self._store.read(CROWDED)).meta
        except OutsideError:
            return False
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            self._actors.keep()
            said = [await asyncio.to_thread(one.ask, "held", do="counts") for one in self._actors.crowds]
            if all(shows(one["held"], meta["epoch"], int(meta["version"])) for one in said):
                return True
            await asyncio.sleep(READERS_EVERY_S)
        return False

    async def _is_right(self, ends: dict[str, int]) -> bool:
        try:
            async with asyncio.timeout(2):
                stored = await self._store.positions(list(ends)) if ends else {}
                if any(stored[name] < end for name, end in ends.items()):
                    return False
                held = {contest: await self._store.read(contest) for contest in self._night.contests}
        except Exception:  # noqa: BLE001 - the store is away, whatever it says: that is not right yet
            return False
        return await asyncio.to_thread(self._shown, {one: of.meta for one, of in held.items()})

    def _shown(self, metas: dict[Any, Any]) -> bool:
        for contest, meta in metas.items():
            for place in range(len(self._actors.gateways)):
                shown = self._actors.snapshot(place, contest)
                version = int(meta.get("version", "0"))
                if (
                    shown is None
                    or (version and shown["epoch"] != meta["epoch"])
                    or shown["version"] < version
                ):
                    return False
        return True

    def _ends(self) -> dict[str, int]:
        """How far the producers were told that the log holds what they sent."""
        for path in self._actors.histories.glob("producer-*.jsonl"):
            for fact in read_from(path, self._read_to):
                name = partition_name(fact["topic"], fact["partition"])
                self._acknowledged[name] = max(self._acknowledged.get(name, 0), fact["offset"] + 1)
        return dict(self._acknowledged)

    async def end(self, receivers: Sequence[Receiver]) -> None:
        """Waits until the whole night is sent, counted, told, shown and delivered.

        Raises TimeoutError, which says for what.
        """
        waits = ["the store to be whole"]
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self._whole()
                waits.append("a newsroom to have a call and its retraction")
                while not (self._actors.played or await self._taken_back(receivers)):
                    await self.go_on(RETRACTED_EVERY_S)
                waits.append("the recording to be sent")
                while not self._actors.played:
                    self._actors.hurry()
                    await self.go_on(LOOK_EVERY_S)
                await self._settled(receivers, waits)
        except TimeoutError as error:
            raise TimeoutError(f"{ENDS_WITHIN_S:g} s were not enough for {waits[-1]}") from error
        await self.go_on(2.5)  # two heartbeats with a hash: clients prove what they hold

    async def _settled(self, receivers: Sequence[Receiver], waits: list[str]) -> None:
        """Waits until all is counted, told, shown and delivered; `waits` says for what, as it goes."""
        looks = Looks(self._store)
        waits.append("all to be counted and shown")
        while not await self._right(1):
            await self.go_on(LOOK_EVERY_S)
        waits.append("the rules to be asked of it")
        while await looks.unsettled() or not await self._right(1):
            await self.go_on(LOOK_EVERY_S)
        told = await self._told()
        for receiver_of, kinds in zip(receivers, (EVERYTHING, CALLS), strict=True):
            while left := missing(told, kinds, receiver_of.taken):
                waits.append(f"{len(left)} deliveries")
                await self.go_on(LOOK_EVERY_S)

    async def _whole(self) -> None:
        """Waits until the store is one again: a primary that was left may still take it for the store."""
        while self._actors.stores.kind != SINGLE:
            try:
                return await asyncio.to_thread(self._actors.stores.whole)
            except OutsideError:
                self._actors.keep()

    async def _taken_back(self, receivers: Sequence[Receiver]) -> bool:
        """Whether somebody has a call and its retraction: a night without would show nothing of them."""
        try:
            told = [told_facts(one) for one in await self._told()]
        except OutsideError:
            return False
        return any(pairs(told, one.taken) for one in receivers)

    async def _told(self) -> list[Told]:
        return [
            decode(value, self._store.scope)
            for contest in self._night.contests
            for value in (await self._store.read(contest)).told
        ]

    def sizes(self) -> None:
        """What each gateway holds now, and held at most since it was started.

        Its crowd is there at the first look, so nobody is allowed for.
        """
        for place in range(len(self._actors.gateways)):
            process = self._actors[f"gateway-{place}"]
            size, peak = resident(process.pid), resident_most(process.pid)
            self._history.note("size", process=process.name, bytes=size, peak=peak, clients=0)


def missing(told: Sequence[Told], kinds: Sequence[str], taken: set[str]) -> set[str]:
    """What a newsroom still has to be told: all of its kinds, and the end of each call that it has.

    What became of a call that was retracted before it was sent is told to nobody.
    """
    has = {call_of(one) for one in told if one.kind == CALL and one.id in taken}
    over = {call_of(one) for one in told if one.kind == RETRACTION}
    wanted = {one.id for one in told if one.kind in kinds and not (call_of(one) and call_of(one) in over)}
    ends = {one.id for one in told if one.kind == RETRACTION and call_of(one) in has}
    return (wanted | ends) - taken


def shows(held: dict[str, int], epoch: str, version: int) -> bool:
    """Whether all of a crowd who read hold that version of an epoch, or a later one; `held` counts states."""
    return sum(held.values()) == READ and all(
        name.split(":")[0] == epoch and int(name.split(":")[1]) >= version for name in held
    )


def read_from(path: Path, read_to: dict[Path, int]) -> list[Fact]:
    """The acknowledgements that a file has got since it was last read. Raises HistoryError."""
    with path.open("rb") as file:
        file.seek(read_to.get(path, 0))
        lines = file.read().split(b"\n")
    read_to[path] = read_to.get(path, 0) + sum(len(line) + 1 for line in lines[:-1])
    return [parse(line.decode(errors="replace"), path.stem, path.name) for line in lines[:-1]]
