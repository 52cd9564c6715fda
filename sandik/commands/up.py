"""`sandik up`: everything on one machine for real use, kept running until Ctrl-C.

Know before changing: a broker that forgets goes with a store that forgets. A store that remembers offsets of
a log that is gone would make the worker wait for records that never come.
"""

import argparse
import asyncio
import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from election.errors import OutsideError, UsageError
from election.night import Night
from election.wire.access import place
from election.wire.topics import MODES
from sandik import embedded, folders, kafka, mishaps, playing, ports
from sandik.embedded import Server
from sandik.one_machine import Machine
from sandik.program import Program
from sandik.say import Out
from sandik.supervise import StoppedError, Supervisor
from stores.address import read as read_address

if TYPE_CHECKING:
    from producers.faults_file import Plan

EXAMPLE = """  sandik up ./my-night --mode live --broker kafka --data /var/lib/sandik
  sandik up practice --mode rehearsal --broker memory
  sandik up ./my-night --mode live --broker kafka1:9092,kafka2:9092 --store redis://cache:6379/0"""
MEMORY, DURABLE, EMBEDDED = "memory", "kafka", "embedded"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to run and where it keeps its data."""
    parser.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    parser.add_argument("--mode", choices=MODES, default="rehearsal", help="rehearsal is the default")
    parser.add_argument(
        "--broker", default=DURABLE, metavar="memory|kafka|HOST:PORT",
        help="kafka (the default): a durable Apache Kafka on this machine; memory: forgets when it ends",
    )  # fmt: skip
    parser.add_argument(
        "--store",
        default=EMBEDDED,
        metavar="embedded|URL",
        help="embedded (the default), or a URL as of SANDIK_REDIS",
    )
    parser.add_argument("--data", type=Path, default=Path("sandik-data"), metavar="DIR", help="./sandik-data")
    parser.add_argument(
        "--host", default=ports.LOCALHOST, metavar="HOST", help="0.0.0.0: reachable by others; :: by IPv6"
    )
    parser.add_argument("--port", type=int, default=8080, metavar="N", help="of the page; 0: a free one")
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help="[[process]] of it befall worker, store and gateway"
    )
    parser.add_argument("--json", action="store_true", help="the addresses as one JSON object on stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 after Ctrl-C; 2 if a room cannot use what it is given, 3 if a server cannot be started or reached."""
    folder = folders.load(args.night)
    befalls = playing.plan(args.faults, folder.night)
    if befalls.mishaps and args.mode == "live":
        raise UsageError("Nothing is broken on purpose on a live night: leave --faults out.")
    if befalls.faults:
        out.tell(f"[[fault]] in {args.faults} is for sandik replay and sandik demo: nothing is changed here")
    _reachable(args)
    with embedded.claimed(args.data) if _keeps_data(args) else nullcontext():
        return _run(args, folder, befalls, out)


def _keeps_data(args: argparse.Namespace) -> bool:
    """Whether a server is started here that keeps something; then nobody else may use its folder."""
    return bool(args.broker == DURABLE or (args.broker != MEMORY and args.store == EMBEDDED))


def _run(args: argparse.Namespace, folder: folders.Folder, befalls: "Plan", out: Out) -> int:
    servers = _servers(args)
    mishaps.possible(befalls.mishaps, *servers.programs)
    port = ports.choose(args.port, args.host)
    machine = Machine(
        folder.path, args.mode, servers.kafka, servers.kind, servers.redis, args.host, port,
        own_kafka=args.broker in (MEMORY, DURABLE),
    )  # fmt: skip
    return asyncio.run(_up(machine, servers.programs, _Befalls(folder.night, befalls.mishaps), out))


@dataclass(frozen=True)
class _Befalls:
    """What befalls the rooms when the night comes to an hour."""

    night: Night
    mishaps: tuple[Any, ...]

    async def run(self, house: Supervisor, machine: Machine, out: Out) -> None:
        """Until everything has happened."""
        if not self.mishaps:
            return
        # Not imported before: most runs have no mishaps, and numpy and redis are slow to import.
        from streams.settings import Settings
        from streams.store import Store

        counting = Settings.read({**os.environ, **machine.settings})
        store, clock = Store(self.night, counting.scope(self.night.id), counting), mishaps.StoreClock()
        following = asyncio.create_task(clock.follow(store), name="follow the hour")
        try:
            await mishaps.befall(house, self.mishaps, lambda: clock.at, out.tell)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await store.close()


@dataclass(frozen=True)
class _Servers:
    """The broker and the store: those to start, and where both are."""

    programs: tuple[Program, ...]
    kafka: str
    kind: str
    redis: str


def _servers(args: argparse.Namespace) -> _Servers:
    started: list[Server] = []
    if args.broker in (MEMORY, DURABLE):
        broker = embedded.broker() if args.broker == MEMORY else kafka.server(args.data)
        started.append(broker)
        address = broker.address
    else:
        address = args.broker
    if args.store == EMBEDDED:
        store = embedded.store(None if args.broker == MEMORY else args.data / "store")
        started.append(store)
        redis = store.redis_url
    else:
        redis = args.store
    kind = "tansu" if args.broker == MEMORY else "apache"
    return _Servers(tuple(server.program for server in started), address, kind, redis)


def _reachable(args: argparse.Namespace) -> None:
    """What is not started here answers already. Raises UsageError for what is no address, OutsideError."""
    if args.broker not in (MEMORY, DURABLE):
        _reachable_kafka(args.broker)
    if args.store != EMBEDDED:
        _reachable_redis(args.store)


def _reachable_kafka(address: str) -> None:
    for broker in address.split(","):
        found = place(broker)
        if found is None:
            raise UsageError(
                f"--broker is {address!r}; it is memory, kafka, or HOST:PORT (several with commas)."
            )
        if ports.is_open(*found):
            return
    raise OutsideError(f"No Kafka answers at {address}: name one that runs, or use --broker kafka or memory.")


def _reachable_redis(url: str) -> None:
    address = read_address(url, "--store")
    if not address.tls and not any(ports.answers_ping(place.host, place.port) for place in address.places):
        raise OutsideError(f"No Redis answers at {address.shown}: start it, or use --store embedded.")


async def _up(machine: Machine, servers: tuple[Program, ...], befalls: _Befalls, out: Out) -> int:
    async with Supervisor(out.tell) as house:
        try:
            await house.start(*servers)
            await house.start(machine.worker(), machine.gateway())
        except StoppedError:
            return (await house.ended()).code
        _tell(machine, out)
        more = asyncio.create_task(befalls.run(house, machine, out), name="the mishaps")
        stop = asyncio.create_task(house.ended(), name="wait for the end")
        try:
            await asyncio.wait({more, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.done():
                more.result()  # raises what went wrong with the mishaps
            ending = await stop
        finally:
            more.cancel()
            await asyncio.gather(more, return_exceptions=True)
        out.tell(ending.because)
        return ending.code


def _tell(machine: Machine, out: Out) -> None:
    out.say(f"{machine.mode}: {machine.url}   (Ctrl-C ends it)")
    out.say(f"another shell joins in with: export {machine.joins}")
    out.say("and feeds it with: sandik produce FEED --source NAME")
    out.answer(
        {"url": machine.url, "mode": machine.mode, "kafka": machine.kafka, "redis": machine.redis,
         "pid": os.getpid()}
    )  # fmt: skip
