"""One seed: a night plays, its faults come one group after the other, and each is waited out.

    broken = await run(seed, groups, brokers, folder)

Know before changing: all is right again when every record that was acknowledged by the end of the faults is
in the store, and both gateways show what the store held then; the seconds to there are the recovery's (P7).
While it is waited for, whoever has ended is started again, as a supervisor would.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from election.night import Night
from election.wire.told import decode
from faults.actors import Actors
from faults.brokers import Brokers
from faults.checker import RECOVERED_WITHIN_S, Broken, check
from faults.ending import note_ending
from faults.history import read
from faults.plan import Fault, Group
from faults.receiver import Receiver, receiver
from faults.stores import SINGLE
from producers.cluster import create_topics
from producers.history import History
from producers.settings import Settings as Producing
from sandik import folders
from stores.opening import Opened
from streams.looking import Looks
from streams.settings import Settings as Counting
from streams.spans import partition_name
from streams.store import Store

LOOK_EVERY_S = 0.05
ENDS_WITHIN_S = 180.0
"""How long a night may take to come to its end when no more faults come."""
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
RUBBISH = 10
"""Connections to each gateway that say nothing sensible."""


async def run(
    seed: int,
    groups: Sequence[Group],
    brokers: Brokers,
    folder: Path,
    night: str = "practice",
    speed: str = "500",
    store: str = SINGLE,
) -> tuple[list[Broken], dict[int, float]]:
    """The promises that did not hold, and the seconds each fault took; histories stay in `folder`."""
    held = folders.load(night).night
    session = f"s{seed}x{os.urandom(3).hex()}"
    async with AsyncExitStack() as stack:
        actors = stack.enter_context(Actors(folder, brokers, session, night, speed, store))
        await create_topics(Producing.read(actors.environment), held.id)
        history = stack.enter_context(History(str(actors.histories), "receiver"))
        desk = await stack.enter_async_context(receiver(history, "desk"))
        calls = await stack.enter_async_context(receiver(history, "calls"))
        actors.subscribe({"desk": (desk.url, EVERYTHING), "calls": (calls.url, CALLS)})
        for one, kinds in (("desk", EVERYTHING), ("calls", CALLS)):
            history.note("subscribed", to=one, kinds=kinds)
        evening = Evening(actors, held, desk, stack.enter_context(History(str(actors.histories), "faults")))
        stack.push_async_callback(evening.close)
        actors.start()
        evening.sizes()
        for number, group in enumerate(groups):
            await evening.go_on(group.after_s)
            await evening.befall(number, group)
        await evening.end([desk, calls])
        await note_ending(actors, held)
        evening.sizes()
        await evening.crowds()
        recovered = dict(evening.recovered)
    return check(read(folder / "histories")), recovered


class Evening:
    """What happens, and how long it takes until all is right again."""

    def __init__(self, actors: Actors, night: Night, desk: Receiver, history: History) -> None:
        self._actors, self._night, self._desk, self._history = actors, night, desk, history
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
        for at, fault in zip(numbers, group.faults, strict=True):
            self._history.note("fault", fault=at, kind=fault.kind, target=fault.target, lasts_s=fault.lasts_s)
        await asyncio.gather(*(self._do(fault) for fault in group.faults))
        over_s = time.monotonic()
        if await self._new(sum(self._ends().values()), 2 * RECOVERED_WITHIN_S) and await self._right(
            2 * RECOVERED_WITHIN_S
        ):
            seconds = time.monotonic() - over_s
            for at in numbers:
                self._history.note("recovered", fault=at, seconds=round(seconds, 3))
                self.recovered[at] = seconds

    async def _do(self, fault: Fault) -> None:
        """One fault, from its beginning to its end."""
        if fault.target == "receiver":
            self._desk.mood = fault.kind
            await self.go_on(fault.lasts_s)
            self._desk.mood = ""
        elif fault.kind == "cut":
            for crowd in self._actors.crowds:
                self._tell(crowd, "cut")
        elif fault.kind == "rubbish":
            await asyncio.gather(*(rubbish(port) for port in self._actors.gateways for _ in range(RUBBISH)))
        elif fault.kind == "flush":
            await self._flush()
        elif fault.kind == "failover":
            await asyncio.to_thread(self._actors.stores.fail_over, self._actors.held_key)
        else:
            await self._signal(fault)

    async def _signal(self, fault: Fault) -> None:
        process = self._actors[fault.target]
        if fault.kind == "freeze":
            process.send(signal.SIGSTOP)
            await self.go_on(fault.lasts_s)
            process.send(signal.SIGCONT)
            return
        process.held = fault.lasts_s > 0
        process.send(signal.SIGTERM if fault.kind == "SIGTERM" else signal.SIGKILL)
        await self.go_on(fault.lasts_s)
        process.held = False

    async def _flush(self) -> None:
        """Every primary forgets everything."""
        opened = Opened(self._actors.environment["SANDIK_REDIS"], 2.0)
        try:
            for url in await opened.primaries():
                async with Redis.from_url(url, socket_timeout=2) as client:
                    await client.flushall()
        finally:
            await opened.aclose()

    def _tell(self, crowd: "subprocess.Popen[bytes]", do: str) -> None:
        if crowd.stdin is not None and crowd.poll() is None:
            crowd.stdin.write(b'{"do": "%s"}\n' % do.encode())
            crowd.stdin.flush()

    async def crowds(self) -> None:
        """What the crowds saw: a gap, an older value, a hash that is not the server's."""
        for place, crowd in enumerate(self._actors.crowds):
            self._tell(crowd, "counts")
            while crowd.stdout is not None and crowd.poll() is None:
                said = json.loads(await asyncio.to_thread(crowd.stdout.readline))
                if "faults" in said:
                    self._history.note(
                        "crowd", gateway=place, **{k: said[k] for k in ("faults", "frames", "alive")}
                    )
                    break

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
        """Waits until the whole night is sent, counted, told, shown and delivered. Raises TimeoutError."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            while not self._actors.played:
                await self.go_on(LOOK_EVERY_S)
            looks = Looks(self._store)
            while not await self._right(1) or await looks.unsettled():
                await self.go_on(LOOK_EVERY_S)
            wanted = {
                one: await self._wanted(kinds) for one, kinds in (("desk", EVERYTHING), ("calls", CALLS))
            }
            for receiver_of in receivers:
                name = receiver_of.url.rpartition("/")[2]
                while not wanted[name] <= receiver_of.taken:
                    await self.go_on(LOOK_EVERY_S)
        await self.go_on(2.5)  # two heartbeats with a hash: clients prove what they hold

    async def _wanted(self, kinds: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for contest in self._night.contests:
            for value in (await self._store.read(contest)).told:
                fact = decode(value, self._store.scope)
                if fact.kind in kinds:
                    found.add(fact.id)
        return found

    def sizes(self) -> None:
        """What each gateway holds now, and for how many."""
        for place in range(len(self._actors.gateways)):
            process = self._actors[f"gateway-{place}"]
            size = resident(process.pid)
            self._history.note("size", process=process.name, bytes=size, clients=0)


def resident(pid: int) -> int:
    """Bytes of memory that a process and its children hold; 0 for none."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in (int(path.parent.name), int(fields[1])):
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


def read_from(path: Path, read_to: dict[Path, int]) -> list[dict[str, Any]]:
    """The acknowledgements that a file has got since it was last read."""
    with path.open("rb") as file:
        file.seek(read_to.get(path, 0))
        lines = file.read().split(b"\n")
    read_to[path] = read_to.get(path, 0) + sum(len(line) + 1 for line in lines[:-1])
    return [json.loads(line) for line in lines[:-1]]


async def rubbish(port: int) -> None:
    """A client that sends random bytes, before or after a handshake, until it is thrown out."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if random.random() < 0.5:
            writer.write(
                b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
        writer.write(random.randbytes(5000))
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()
    except (OSError, TimeoutError):
        return  # the gateway was away, or did not want to hear it
