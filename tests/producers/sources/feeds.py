"""A web server of the test's own that answers as it is told: well, wrongly, slowly, for ever, or by half.

Know before changing: it writes bytes to a real socket, so that what is tested is what the client makes of
them; nothing here knows the client.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.patience import accepted

Write = Callable[[bytes], Awaitable[None]]
"""Sends bytes to whoever asked, and waits until they are on their way."""


@dataclass(frozen=True)
class Asked:
    """A request: its target, and its headers with names in lower case."""

    target: str
    headers: Mapping[str, str]


Answer = bytes | Callable[[Write], Awaitable[None]]
"""The whole answer, or what writes it."""


def reply(body: bytes = b"", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An answer; `length` is what it says of its length, if that is not the truth. `_` in a name is a `-`."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


@dataclass
class Site:
    """What it answers next, and what it was asked."""

    url: str
    answer: Callable[[Asked], Answer] = field(default=lambda asked: reply(b"x"))
    asked: list[Asked] = field(default_factory=list)

    def says(self, *answers: Answer) -> None:
        """From now on these, one after the other; the last again and again."""
        left = list(answers)
        self.answer = lambda asked: left.pop(0) if len(left) > 1 else left[0]


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """A site on a free port of this machine; nothing of it is left afterwards."""
    found = Site("")
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            asked = Asked(head[0].split(" ")[1], {name.lower(): value for name, value in pairs})
            found.asked.append(asked)
            answer = found.answer(asked)

            async def write(piece: bytes) -> None:
                writer.write(piece)
                await writer.drain()

            if isinstance(answer, bytes):
                await write(answer)
            else:
                await answer(write)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # whoever asked has gone
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield found
    finally:
        server.close()
        await accepted()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
