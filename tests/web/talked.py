"""A client that talks without a network: its socket says what the test says, and keeps what it is sent.

    async with talking(talk, visitor) as client:
        await client.says(t="subscribe", sub="a", contest="mayor")
        client.frames[-1]

Know before changing: the socket's methods are those of `web.talking.Socket`; nothing here sleeps and hopes.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.web.house import WITHIN_S
from tests.web.made import Wire
from web.gate import Visitor
from web.hub import Turn
from web.talking import ANYBODY, Talk


class Client:
    """A socket and what came over it."""

    def __init__(self) -> None:
        self.peer, self.visitor = Wire(), ANYBODY
        self.closed: tuple[int, str] | None = None
        self._said: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._heard = 0

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """What it says, until it goes."""
        return self._saying()

    async def _saying(self) -> AsyncIterator[str | bytes]:
        while (message := await self._said.get()) is not None:
            yield message
            self._heard += 1

    async def close(self, code: int, reason: str, within_s: float) -> None:
        """It is closed."""
        self.closed = code, reason

    @property
    def code(self) -> int:
        """What it was closed with; 0 while it is open."""
        return self.closed[0] if self.closed is not None else 0

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Everything it was sent."""
        return [json.loads(text) for text in self.peer.frames]

    @property
    def kinds(self) -> list[str]:
        """The same, by kind."""
        return [frame["t"] for frame in self.frames]

    async def says(self, **command: Any) -> None:
        """Says something, and waits until it was understood."""
        await self.says_text(json.dumps(command))

    async def says_text(self, text: str) -> None:
        """The same, as a text."""
        at = self._heard
        self._said.put_nowait(text)
        async with asyncio.timeout(WITHIN_S):
            while self._heard == at and self.closed is None:  # noqa: ASYNC110 - the answer has no event
                await asyncio.sleep(0)

    def goes(self) -> None:
        """Its connection is gone."""
        self._said.put_nowait(None)


def perform(turn: Turn) -> None:
    """What a gateway does with a turn."""
    for write in turn.writes:
        for client in write.clients:
            client.write(write.text)


@asynccontextmanager
async def talking(talk: Talk, visitor: Visitor | None = None) -> AsyncIterator[Client]:
    """A client whose talk has begun; it goes at the end, and whatever went wrong is raised."""
    client = Client()
    task = asyncio.create_task(talk.with_client(client, visitor))
    try:
        async with asyncio.timeout(WITHIN_S):
            while not client.frames and not task.done():  # noqa: ASYNC110 - the hello has no event
                await asyncio.sleep(0)
        yield client
    finally:
        client.goes()
        await asyncio.wait_for(task, WITHIN_S)
