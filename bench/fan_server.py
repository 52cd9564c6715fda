"""One text to everybody, three ways, on one core: our gateway's path, `websockets.broadcast`, bare writes.

    python -m bench.fan_server --way ours --core 0

Says its port as a JSON line; each line of standard input (`{"rounds": 200, "bytes": 2048}`) is a run,
answered with how long it took until the network had taken everything, and the CPU seconds of this process.

Know before changing: all three have the same buffers and clients. `ours` goes through the hub, which asks
each client how much waits for it; the others write and ask nothing.
"""

import argparse
import asyncio
import json
import logging
import os
import socket
import sys
import time
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.frames import Frame, Opcode

from sandik import folders
from web.gateway import Gateway
from web.settings import Settings

SEND_BUFFER_BYTES = 64 * 1024

WAYS = ("ours", "broadcast", "bare")


class Ours:
    """Our gateway, and the path of a text through its hub."""

    def __init__(self) -> None:
        settings = Settings(
            port=0, tick_ms=0, heartbeat_s=3600.0, clients_max=100_000, clients_per_address_max=100_000,
            new_per_s=100_000.0, idle_within_s=3600.0, lag_max_s=60.0, behind_max_s=60.0,
            buffer_bytes_max=1 << 30,
        )  # fmt: skip
        self._gateway = Gateway(folders.load("practice").night, settings)
        self._gateway.upstream = _Quiet()
        self._stop = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listens; the gateway says where."""
        self._serving = asyncio.create_task(self._gateway.run(self._stop))
        while not self._gateway.port:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.01)
        self._gateway.reached(0.0)

    def write(self, text: bytes) -> None:
        """To everybody who keeps up."""
        self._gateway.publish(self._gateway.hub.everybody(text, time.monotonic()))

    @property
    def clients(self) -> int:
        """How many there are."""
        return len(self._gateway.hub)

    def waits(self) -> bool:
        """Whether something was not taken by the network yet."""
        return any(client.waiting_bytes() for client in self._gateway.hub.clients)

    async def stop(self) -> None:
        """Ends it."""
        self._stop.set()
        if self._serving is not None:
            await self._serving


class Library:
    """The library's own server with the same buffers; `broadcast` or bare writes of one frame."""

    def __init__(self, way: str) -> None:
        self._connections: set[ServerConnection] = set()
        self.write = self._broadcast if way == "broadcast" else self._bare

    async def start(self) -> None:
        """Listens and says where."""
        self._server = await serve(self._life, "127.0.0.1", 0, compression=None, ping_interval=None)
        port = self._server.sockets[0].getsockname()[1]
        sys.stdout.write(json.dumps({"port": port}) + "\n")
        sys.stdout.flush()

    async def _life(self, connection: ServerConnection) -> None:
        sock: socket.socket = connection.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._connections.add(connection)
        async for _ in connection:
            pass
        self._connections.discard(connection)

    def _broadcast(self, text: bytes) -> None:
        broadcast(self._connections, text.decode())

    def _bare(self, text: bytes) -> None:
        made = Frame(Opcode.TEXT, text).serialize(mask=False)
        for connection in self._connections:
            connection.transport.write(made)

    @property
    def clients(self) -> int:
        """How many there are."""
        return len(self._connections)

    def waits(self) -> bool:
        """Whether something was not taken by the network yet."""
        return any(one.transport.get_write_buffer_size() for one in self._connections)

    async def stop(self) -> None:
        """Ends it."""
        self._server.close()
        await self._server.wait_closed()


async def _run(fan: Ours | Library) -> None:
    await fan.start()
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        sys.stdout.write(json.dumps(await _rounds(fan, asked["rounds"], asked["bytes"])) + "\n")
        sys.stdout.flush()
    await fan.stop()


async def _rounds(fan: Ours | Library, rounds: int, size: int) -> dict[str, Any]:
    text = _text(size)
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    for _ in range(rounds):
        fan.write(text)
        await asyncio.sleep(0)
        while fan.waits():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)
    return {
        "clients": fan.clients, "frames": rounds * fan.clients, "bytes": len(text),
        "seconds": time.monotonic() - began_s, "cpu_s": time.process_time() - began_cpu_s,
    }  # fmt: skip


def _text(size: int) -> bytes:
    """A change of this many bytes, as a client would read it."""
    empty = orjson.dumps({"t": "change", "pad": ""})
    return orjson.dumps({"t": "change", "pad": "x" * (size - len(empty))})


class _Quiet:
    async def follow(self) -> Any:
        """Never says anything."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Holds nothing."""


def main() -> None:
    """Serves as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.fan_server")
    parser.add_argument("--way", choices=WAYS, required=True)
    parser.add_argument("--core", type=int, default=-1)
    args = parser.parse_args()
    if args.core >= 0:
        os.sched_setaffinity(0, {args.core})
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_run(Ours() if args.way == "ours" else Library(args.way)))


if __name__ == "__main__":
    main()
