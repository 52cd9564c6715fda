"""A gateway at work on a real port, for tests: with a store that says what the test says, and clients to it.

Know before changing: conditions are waited for with a deadline; nothing here sleeps for a while and hopes.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from election.errors import OutsideError
from election.night import ContestId, Night, SourceId
from tests.patience import PATIENCE_S
from tests.web.made import Worker, night
from web.gateway import Gateway
from web.held import Boxes
from web.noted import Note
from web.settings import Settings
from web.shown import ShownLog
from web.sockets import Socket
from web.watch import Viewer

WITHIN_S = PATIENCE_S
MAYOR = ContestId("mayor")


class Quiet:
    """A store that has nothing to say by itself, until it breaks."""

    def __init__(self) -> None:
        self.broken = asyncio.Event()
        self.error: BaseException = RuntimeError("broken")

    async def follow(self) -> NoReturn:
        """Waits to break."""
        await self.broken.wait()
        raise self.error

    async def boxes(self, contest: ContestId, source: SourceId) -> Boxes:
        """It holds none."""
        raise OutsideError(f"no boxes of {contest} by {source}")

    async def claim(self, contest: ContestId, what: str, for_s: float) -> float:
        """It gives everybody what is asked for."""
        return 0.0

    async def close(self) -> None:
        """Nothing to close."""


class House:
    """A gateway at work, and a worker whose counts it hears."""

    def __init__(
        self, of: Night, log: ShownLog | None = None, note: Note | None = None, **given: Any
    ) -> None:
        settings: dict[str, Any] = {"port": 0, "tick_ms": 10, "heartbeat_s": 0.05} | given
        self.gateway = Gateway(of, Settings(**settings), shown=log, note=note)
        self.quiet = Quiet()
        if "redis" not in given:
            self.gateway.upstream = self.quiet
        self.worker = Worker(of)
        self.stop, self.hurry, self.ending = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def count(self, batch: Any) -> None:
        """The worker counts, and the store says so."""
        for contest, _ in self.worker.count(batch):
            self.gateway.hold(contest, self.worker.state(contest))
        self.gateway.settled()
        self.gateway.reached(0.0)

    def sockets(self) -> tuple[Socket, ...]:
        """Every websocket that there is."""
        return tuple(self.gateway.listening.sockets()) if self.gateway.listening else ()

    @property
    def ws(self) -> str:
        """Where its websocket is."""
        return f"ws://127.0.0.1:{self.gateway.port}/ws"

    async def get(self, head: str, body: bytes = b"", port: int = 0) -> tuple[int, dict[str, str], bytes]:
        """What is answered to a request as it stands here; at the admin port, if that is named."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port or self.gateway.port)
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        answer = await asyncio.wait_for(reader.read(), WITHIN_S)
        writer.close()
        top, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = top.decode().split("\r\n")
        headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
        return int(first.split()[1]), headers, body


@asynccontextmanager
async def house(of: Night | None = None, *, ready: bool = True, **given: Any) -> AsyncIterator[House]:
    """A gateway that listens, until the test ends; its end is an orderly one unless it broke before.

    With `redis` among the settings it reads that store, and is ready when it has.
    """
    made = House(of or night(), **given)
    made.task = asyncio.create_task(made.gateway.run(made.stop, made.hurry, made.ending.set))
    try:
        await until(lambda: bool(made.gateway.port) or made.task is None or made.task.done())
        if made.task.done():
            made.task.result()
        if ready and "redis" in given:
            await until(lambda: made.gateway.answers.ready)
        elif ready:
            made.gateway.reached(0.0)
        yield made
    finally:
        made.stop.set()
        await asyncio.wait([made.task])
        if not made.quiet.broken.is_set() and not made.task.cancelled():
            made.task.result()


async def until(true: Callable[[], bool]) -> None:
    """Waits for a condition."""
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110 - conditions on both sides of a socket have no event
            await asyncio.sleep(0.005)


async def the_end(of: ClientConnection, *, begin: Sequence[str | bytes] = ()) -> tuple[int, list[Any]]:
    """The close code that a connection ends with, and every frame before it."""
    frames: list[Any] = []
    try:
        for message in begin:
            await of.send(message)
        async with asyncio.timeout(WITHIN_S):
            while True:
                frames.append(json.loads(await of.recv()))
    except ConnectionClosed:
        pass
    assert of.close_code is not None
    return of.close_code, frames


async def frame(of: ClientConnection, kind: str | None = None) -> dict[str, Any]:
    """The next frame, or the next of a kind."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            made: dict[str, Any] = json.loads(await of.recv())
            if kind is None or made["t"] == kind:
                return made


async def say(to: ClientConnection, **command: Any) -> None:
    """A command."""
    await to.send(json.dumps(command))


class Watcher:
    """A client that does as the reference client does, and notes every version it shows."""

    def __init__(self, url: str, *contests: str) -> None:
        self.viewer = Viewer(contests)
        self.shown: list[tuple[str, str, int]] = []
        self._url = url
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async with connect(self._url, max_size=None) as of:
            async for text in of:
                for sub in self.viewer.hear(text):
                    copy = self.viewer.copies[sub]
                    self.shown.append((sub, copy.epoch, copy.version))
                for command in self.viewer.commands:
                    await of.send(command, text=True)
                self.viewer.commands.clear()

    def shows(self, at: House, contest: ContestId = MAYOR) -> bool:
        """Whether it shows what the gateway shows, at the worker's version."""
        copy = self.viewer.copies.get(contest)
        here = at.gateway.hub.groups[contest].shown
        newest = at.worker.versions[contest]
        return copy is not None and copy.shown.get("hash") == here["hash"] and copy.version == newest

    async def close(self) -> None:
        """Leaves; whatever went wrong on the way is raised."""
        self.task.cancel()
        await asyncio.wait([self.task])
        if not self.task.cancelled() and (error := self.task.exception()) is not None:
            raise error
