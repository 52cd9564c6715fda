"""A gateway whose store says by the clock what it says: the same night, whichever process asks and when.

    python -m bench.crowd_gateway --states states.bin --began 1234.5 --every 0.25 --core 0

A state is shown every so many seconds of time.monotonic since `--began`, so a gateway that is killed and
started again, or a second one, goes on as one that reads the store would. Settings: from the environment.
`{"do": "freeze"}` ends the changes; `{"do": "counts"}` says memory, clients and what the hub counted.

Know before changing: everything but the store is the gateway as it is shipped.
"""

import argparse
import asyncio
import json
import os
import pickle
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from bench import machine
from election.rehearsal import Rehearsal
from election.wire.frames import ContestState
from election.wire.records import Record
from sandik import folders, recordings
from web.gateway import Gateway
from web.settings import Settings

NIGHT = "istanbul-2019-06-23"
EPOCH = "bench"
STEPS = 400


def make_states(path: Path, name: str = NIGHT, steps: int = STEPS, *, telling: bool = True) -> None:
    """Counts a night in memory and keeps as many states of its mayor's contest, from first to last."""
    folder = folders.load(name)
    rehearsal = Rehearsal(folder.night, "replay", telling=telling)
    heard = [one for one in recordings.heard(folder.recording, folder.night) if isinstance(one, Record)]
    contest = next(iter(folder.night.contests))
    states: list[ContestState] = []
    size = -(-len(heard) // steps)
    for start in range(0, len(heard), size):
        for record in heard[start : start + size]:
            rehearsal.hear(record)
        state = rehearsal.state(contest)
        rows = {source: dict(areas) for source, areas in state.rows.items()}  # its own are counted on
        states.append(replace(state, rows=rows))
    path.write_bytes(pickle.dumps(states))


class Played:
    """A store that says the state of the moment."""

    def __init__(self, gateway: Gateway, states: list[ContestState], args: argparse.Namespace) -> None:
        self._gateway, self._states, self._args = gateway, states, args
        self._contest = next(iter(gateway.hub.groups))
        self.frozen_at: int | None = args.frozen_at
        self.shown: dict[int, float] = {}
        """When each version was given to the gateway, in seconds of time.monotonic."""

    @property
    def version(self) -> int:
        """The version of this moment."""
        now = int((time.monotonic() - self._args.began) / self._args.every) + 1
        return now if self.frozen_at is None else min(now, self.frozen_at)

    async def follow(self) -> NoReturn:
        """Says each state when its time has come."""
        last = -1
        while True:
            version = self.version
            if version != last:
                last = version
                state = self._states[min(version, len(self._states)) - 1]
                self.shown[version] = time.monotonic()
                self._gateway.hold(self._contest, replace(state, epoch=EPOCH, version=version))
                self._gateway.settled()
            self._gateway.reached(time.monotonic())
            due = self._args.began + self._args.every * version
            await asyncio.sleep(max(0.005, min(due - time.monotonic(), self._args.every)))

    async def close(self) -> None:
        """Nothing is held."""


async def _listen(played: Played, gateway: Gateway, stop: asyncio.Event) -> None:
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        if asked["do"] == "freeze":
            played.frozen_at = played.version
        _say(_facts(played, gateway) | ({"shown": played.shown} if asked["do"] == "shown" else {}))
    stop.set()


def _facts(played: Played, gateway: Gateway) -> dict[str, Any]:
    hub = gateway.hub
    group = next(iter(hub.groups.values()))
    return {
        "memory_mb": machine.memory_mb(os.getpid()), "cpu_s": time.process_time(), "clients": len(hub),
        "fell_behind": hub.fell_behind, "cut": hub.cut, "resumed": hub.resumed,
        "snapshots": hub.snapshots_sent, "version": played.version, "frozen_at": played.frozen_at,
        "holds": f"{group.shown['epoch']}:{group.shown['version']}:{group.shown['hash']}",
    }  # fmt: skip


def _say(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def _run(args: argparse.Namespace) -> None:
    states = pickle.loads(args.states.read_bytes())  # our own file of this very run
    gateway = Gateway(folders.load(args.night).night, Settings.read(os.environ))
    played = Played(gateway, states, args)
    gateway.upstream = played
    stop = asyncio.Event()
    listening = asyncio.create_task(_listen(played, gateway, stop))
    await gateway.run(stop)
    listening.cancel()


def main() -> None:
    """Runs as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd_gateway")
    parser.add_argument("--states", type=Path, required=True)
    parser.add_argument("--night", default=NIGHT)
    parser.add_argument("--began", type=float, required=True, help="time.monotonic of the first state")
    parser.add_argument("--every", type=float, default=0.25)
    parser.add_argument("--frozen-at", type=int)
    parser.add_argument("--core", type=int, default=-1)
    args = parser.parse_args()
    if args.core >= 0:
        os.sched_setaffinity(0, {args.core})
    asyncio.run(_run(args))


if __name__ == "__main__":
    main()
