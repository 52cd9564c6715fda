"""How each kind of fault is done, from its beginning to its end.

    doing = Doing(actors, desk, history, go_on)
    await doing.do(Fault("full disk", "store", 2.5))

Know before changing: a fault is over when `do` returns, and the recovery is counted from there; a process
that ends of it is started again by `go_on`, as a supervisor would. OutsideError says that a server does not
come back at all, or could not be asked for its fault.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from redis.asyncio import Redis
from redis.exceptions import RedisError

from election.errors import OutsideError
from faults import disk
from faults.actors import Actors
from faults.clock import JUMP_S
from faults.plan import ALONE, CUTS, FROM_PEERS, LINES, Fault
from faults.processes import Process
from faults.receiver import Receiver
from faults.rolling import roll
from producers.history import History
from stores.opening import Opened

RUBBISH = 10
"""Connections to each gateway that say nothing sensible."""
THROWN_OUT_WITHIN_S = 5.0
"""How long such a connection waits to be thrown out; then it goes by itself."""


class Doing:
    """What can be done to the actors of a night."""

    def __init__(
        self, actors: Actors, desk: Receiver, history: History, go_on: Callable[[float], Awaitable[None]]
    ) -> None:
        """`go_on` lets all go on for so many seconds, and starts again whoever ends."""
        self._actors, self._desk, self._history, self._go_on = actors, desk, history, go_on

    async def do(self, fault: Fault) -> bool:
        """One fault, and whether it befell anybody. Raises OutsideError."""
        befell = True
        if fault.target == "receiver":
            befell = await self._mood(fault)
        elif fault.target in LINES:
            befell = await self._line(fault)
        elif fault.kind == ALONE:
            await roll(self._actors)
        elif fault.kind == "cut":
            befell = await self._cut()
        elif fault.kind == "rubbish":
            ports = [port for port in self._actors.gateways for _ in range(RUBBISH)]
            befell = any(await asyncio.gather(*map(rubbish, ports)))
        elif fault.kind == "flush":
            befell = await self._flush()
        elif fault.kind == "failover":
            befell = await asyncio.to_thread(self._actors.stores.fail_over, self._actors.held_key)
        elif fault.kind in CUTS:
            befell = await self._cut_off(fault, self._actors[fault.target])
        else:
            befell = await self._process(fault, self._actors[fault.target])
        return befell

    async def _mood(self, fault: Fault) -> bool:
        before, self._desk.mood = self._desk.moody, fault.kind
        await self._go_on(fault.lasts_s)
        self._desk.mood = ""
        return self._desk.moody > before

    async def _cut(self) -> bool:
        there = 0
        for crowd in self._actors.crowds:
            there += (await asyncio.to_thread(crowd.ask, "alive", do="counts"))["alive"]["fast"]
            await asyncio.to_thread(crowd.ask, "cut", do="cut")
        return there > 0

    async def _cut_off(self, fault: Fault, process: Process) -> bool:
        """By the network, from everybody or from its peers; whether anything was held back."""
        network = process.network
        assert network is not None
        before = network.held_back
        try:  # brokers outlive the night: for them it is over however the night ends
            network.cut(peers_alone=fault.kind == FROM_PEERS)
            await self._go_on(fault.lasts_s)
        finally:
            network.heal()
        return network.held_back > before

    async def _line(self, fault: Fault) -> bool:
        """What lies between readers and a gateway; how many connections it befell is written down."""
        line, number = self._actors.lines, LINES.index(fault.target)
        assert line is not None
        said = await asyncio.to_thread(line.ask, "hit", line=number, do=fault.kind)
        self._history.note("line", line=fault.target, kind=fault.kind, hit=said["hit"])
        if fault.lasts_s:
            await self._go_on(fault.lasts_s)
            await asyncio.to_thread(line.ask, "hit", line=number, do="goes on")
        return bool(said["hit"])

    async def _process(self, fault: Fault, process: Process) -> bool:
        befell = process.alive
        with ExitStack() as over:  # brokers outlive the night: for them it is over however the night ends
            if fault.kind == "freeze":
                process.send(signal.SIGSTOP)
                over.callback(process.send, signal.SIGCONT)
            elif fault.kind.startswith("clock"):
                assert process.clock is not None
                process.clock.set(JUMP_S if fault.kind == "clock ahead" else -JUMP_S)
                over.callback(process.clock.set, 0)
            elif fault.kind == "full disk":
                process.held = True  # who ends of it cannot be started again before there is room
                over.callback(setattr, process, "held", False)
                disk.fill(process.pid)
                over.callback(disk.free, process.pid)
            else:
                process.held = fault.lasts_s > 0
                over.callback(setattr, process, "held", False)
                process.send(signal.SIGTERM if fault.kind == "SIGTERM" else signal.SIGKILL)
            await self._go_on(fault.lasts_s)
        return befell

    async def _flush(self) -> bool:
        """Every primary forgets everything."""
        opened = Opened(self._actors.environment["SANDIK_REDIS"], 2.0)
        try:
            primaries = list(await opened.primaries())
            for url in primaries:
                async with Redis.from_url(url, socket_timeout=2) as client:
                    await client.flushall()
            return bool(primaries)
        except RedisError as error:
            raise OutsideError(f"The store could not be flushed: {error}") from error
        finally:
            await opened.aclose()


async def rubbish(port: int) -> bool:
    """A client that sends random bytes, before or after a handshake, until it is thrown out, or soon.

    Whether anybody was there to hear them.
    """
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False  # the gateway is away
    try:
        if random.random() < 0.5:
            writer.write(
                b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
        writer.write(random.randbytes(5000))
        async with asyncio.timeout(THROWN_OUT_WITHIN_S):
            await reader.read()
    except OSError:
        return True  # the gateway did not want to hear it, or says nothing (a timeout is one of these)
    finally:
        writer.close()
    return True
