"""Waits for changes of all contests at once, whatever the number of servers they are on.

    tail = Tail(opened, {contest: its change stream})
    for contest, entries in await tail.wait({contest: version held}): …

A store that is `together` is asked about all contests by one command. In a cluster each contest has a command
of its own; this returns with the news of whoever has some first, and the others go on waiting meanwhile.

Know before changing: a command waits at most XREAD_BLOCK_S, on a connection of its own, from explicit ids.
One that waits from a version which is no longer the one held is given up, or news might be missed.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from election.night import ContestId
from stores.opening import Opened
from web.settings import XREAD_BLOCK_S

ENTRIES_MAX = 500
"""Most changes of a contest taken in at once; at the limit they are shown, and the next are asked for."""

Entries: TypeAlias = list[tuple[bytes, dict[bytes, bytes]]]


@dataclass(frozen=True, slots=True)
class _Wait:
    """A command that waits for what comes after a version."""

    version: int
    task: "asyncio.Task[Any]"


class Tail:
    """The change streams of all contests."""

    def __init__(self, opened: Opened, streams: Mapping[ContestId, str]) -> None:
        self._opened, self._streams = opened, streams
        self._contests = {stream.encode(): contest for contest, stream in streams.items()}
        self._waiting: dict[ContestId, _Wait] = {}

    async def wait(
        self, held: Mapping[ContestId, int], wait_s: float | None = None
    ) -> list[tuple[ContestId, Entries]]:
        """What comes after the versions held; nothing, if nothing comes for so long (else XREAD_BLOCK_S)."""
        if self._opened.together:
            return self._named(await self._read(held, wait_s))
        for contest, version in held.items():
            waits = self._waiting.get(contest)
            if waits is not None and waits.version != version:
                self._give_up(contest)
            if contest not in self._waiting:
                task = asyncio.create_task(self._read({contest: version}), name=f"tail of {contest}")
                self._waiting[contest] = _Wait(version, task)
        tasks = [waits.task for waits in self._waiting.values()]
        done, _ = await asyncio.wait(
            tasks, timeout=wait_s or XREAD_BLOCK_S, return_when=asyncio.FIRST_COMPLETED
        )
        found: list[tuple[ContestId, Entries]] = []
        for contest, waits in list(self._waiting.items()):
            if waits.task in done:
                del self._waiting[contest]
                found += self._named(waits.task.result())
        return found

    async def close(self) -> None:
        """Nothing waits any more."""
        given_up = [waits.task for waits in self._waiting.values()]
        for contest in list(self._waiting):
            self._give_up(contest)
        if given_up:
            await asyncio.wait(given_up)

    def _give_up(self, contest: ContestId) -> None:
        task = self._waiting.pop(contest).task
        task.cancel()
        task.add_done_callback(_look_at)

    async def _read(self, held: Mapping[ContestId, int], wait_s: float | None = None) -> Any:
        wanted: dict[Any, Any] = {self._streams[contest]: f"{version}-0" for contest, version in held.items()}
        client = await self._opened.at(next(iter(wanted)))
        return await client.xread(wanted, count=ENTRIES_MAX, block=int((wait_s or XREAD_BLOCK_S) * 1000))

    def _named(self, replies: Any) -> list[tuple[ContestId, Entries]]:
        return [(self._contests[stream], entries) for stream, entries in replies or ()]


def _look_at(task: "asyncio.Task[Any]") -> None:
    """What became of a command that was given up matters to nobody, but somebody must have looked."""
    if not task.cancelled():
        task.exception()
