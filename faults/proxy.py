"""The lines between readers and gateways, which can be cut, held up and lost: `python -m faults.proxy`.

    python -m faults.proxy 40001:8080 40002:8081        listens on 40001, passes on to 8080, and so on

Talks in JSON lines: `{"line": 0, "do": "stalls"}` on standard input is done to the first line, and answered
with how many connections it hit. It ends when standard input does.

Know before changing: it reads nothing of what it passes on. `hangs up` ends every connection in order,
`resets` by RST; a line that `stalls` passes nothing on until `goes on`, a `slow` one little. `half open`
loses each connection for good without a word to either end, as a network does: new ones pass.
"""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

CHUNK_BYTES = 65536
SLOW_BYTES, SLOW_EVERY_S = 512, 0.25
"""What a slow line passes on of each connection, each way, and how often."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing is an RST."""


@dataclass(eq=False)
class Pair:
    """One connection: both ends, and the two tasks that pass on."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    passing: list["asyncio.Task[None]"] = field(default_factory=list)


class Line:
    """What lies before one gateway."""

    def __init__(self, to: int, host: str = "127.0.0.1") -> None:
        self._to, self._host = to, host
        self._pairs: set[Pair] = set()
        self._every: list[Pair] = []
        """Those that have ended too, and those half open: neither end of these has heard of it."""
        self._slow, self._may_pass = False, asyncio.Event()
        self._may_pass.set()
        self._server: asyncio.Server | None = None

    async def listen(self, port: int = 0) -> int:
        """Begins; on which port."""
        self._server = await asyncio.start_server(self._accept, self._host, port)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def close(self) -> None:
        """Ends every connection, and listens no more."""
        if self._server is not None:
            self._server.close()
        ends = [end for pair in self._every for end in pair.ends]
        passing = [task for pair in self._every for task in pair.passing]
        for pair in self._every:
            _end(pair)
        await asyncio.gather(*passing, *(end.wait_closed() for end in ends), return_exceptions=True)

    def do(self, what: str) -> int:
        """One fault, or `goes on`; how many connections it befalls. Raises KeyError for another word."""
        hit = len(self._pairs)
        self._faults()[what]()
        return hit

    def _faults(self) -> dict[str, Callable[[], None]]:
        return {
            "hangs up": lambda: self._end_all(_close),
            "resets": lambda: self._end_all(_reset),
            "half open": lambda: self._end_all(_lose),
            "stalls": self._may_pass.clear,
            "slow": self._slow_down,
            "goes on": self._go_on,
        }

    def _end_all(self, end: Callable[[Pair], None]) -> None:
        for pair in tuple(self._pairs):
            end(pair)
        self._pairs.clear()

    def _slow_down(self) -> None:
        self._slow = True

    def _go_on(self) -> None:
        self._slow = False
        self._may_pass.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, to = await asyncio.open_connection(self._host, self._to)
        except OSError:  # the gateway is away: so is the line
            writer.transport.abort()
            return
        pair = Pair((writer, to))
        self._pairs.add(pair)
        self._every.append(pair)
        pair.passing = [
            asyncio.create_task(self._pass(pair, reader, to)),
            asyncio.create_task(self._pass(pair, there, writer)),
        ]

    async def _pass(self, pair: Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(SLOW_BYTES if self._slow else CHUNK_BYTES):
                await self._may_pass.wait()
                if self._slow:
                    await asyncio.sleep(SLOW_EVERY_S)
                writer.write(data)
                await writer.drain()
        except OSError:
            _reset(pair)  # one end is gone without a goodbye: the other hears as much
        finally:
            if pair in self._pairs:
                self._pairs.discard(pair)
                _close(pair)


def _lose(pair: Pair) -> None:
    for task in pair.passing:
        task.cancel()


def _close(pair: Pair) -> None:
    for end in pair.ends:
        end.close()


def _reset(pair: Pair) -> None:
    for end in pair.ends:
        of: socket.socket | None = end.get_extra_info("socket")
        if of is not None and of.fileno() >= 0:
            of.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        end.transport.abort()


def _end(pair: Pair) -> None:
    _lose(pair)
    _reset(pair)


async def obey(
    lines: Sequence[Line], asked: asyncio.StreamReader, say: Callable[[dict[str, Any]], None]
) -> None:
    """Does what it is asked, line by line, until nobody asks any more."""
    while text := await asked.readline():
        said = json.loads(text)
        say({"line": said["line"], "do": said["do"], "hit": lines[said["line"]].do(said["do"])})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _main(words: Sequence[str]) -> None:
    lines = []
    for word in words:
        port, _, to = word.partition(":")
        line = Line(int(to))
        await line.listen(int(port))
        lines.append(line)
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    _say({"line": -1, "do": "listens", "hit": 0})
    await obey(lines, asked, _say)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
