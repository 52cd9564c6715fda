"""A websocket client as a stranger would write one: subscribes, merges changes, remembers when each came.

Know before changing: it shares nothing with the gateway but the protocol (docs/reference/protocol.md); times
are time.monotonic, which all processes of one machine share.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import connect

from bench.crowd_states import merged

Frame = dict[str, Any]
FRAME_BYTES_MAX = 16 * 1024 * 1024


@dataclass
class Viewer:
    """One connection that follows one contest."""

    url: str
    contest: str = "mayor"
    on_frame: Callable[[Frame, float], None] = lambda frame, at_s: None
    shown: Frame = field(default_factory=dict)
    frames: int = 0
    bytes: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Follows until it is cancelled, or the connection ends: that is an error here."""
        async with connect(self.url, max_size=FRAME_BYTES_MAX, compression=None) as line:
            await line.send(orjson.dumps({"t": "subscribe", "sub": "a", "contest": self.contest}).decode())
            async for text in line:
                at_s = time.monotonic()
                self.frames += 1
                self.bytes += len(text)
                self._take(orjson.loads(text), at_s)
        raise ConnectionError(f"{self.url} closed the connection")

    def _take(self, frame: Frame, at_s: float) -> None:
        match frame["t"]:
            case "snapshot":
                self.shown = frame["d"]
                self.ready.set()
            case "change":
                self.shown = merged(self.shown, frame["d"])
            case "error" | "bye":
                raise ConnectionError(f"the gateway says {frame}")
        self.on_frame(frame, at_s)

    @property
    def boxes(self) -> int:
        """Boxes received, as shown."""
        return int(self.shown.get("received", {}).get("boxes", 0))


@contextlib.asynccontextmanager
async def beside(*coroutines: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """Runs these beside the body; when one of them fails the body is cancelled, and the failure raised."""
    body = asyncio.current_task()
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    failed: list[BaseException] = []

    def ended(task: "asyncio.Task[Any]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and body is not None:
            failed.append(error)
            body.cancel()

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if failed:
            raise failed[0] from None
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
