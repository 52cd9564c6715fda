"""The server: it listens, and watches over every connection so that none costs more than it may.

    listening = await listen(place, host)            host: what becomes of requests and websockets
    await listening.watch()                          for as long as it serves
    listening.sockets()                              every websocket there is

Know before changing: there is no timer and no task for a connection that does nothing. One round, twice a
second, looks at the oldest of each stage, at who owes for having been read, and asks a part of the websockets
whether they are still there (docs/decisions/0015-still-there.md).
"""

import asyncio
import logging
import math
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn, Protocol

from web import heads
from web.connections import Connection, Stage
from web.gate import Visitor
from web.packing import PING
from web.replies import Answer, Request
from web.sockets import Deflate, Life, Socket, cut_off

LOG = logging.getLogger("sandik.gateway")
BACKLOG = 2048
"""Connections that wait to be accepted; beyond, their next try is a second later."""
SEND_BUFFER_BYTES = 64 * 1024
UNSENT_BYTES = 16 * 1024
"""Small buffers in the kernel: without them a slow client looks like a fast one for seconds."""
RECEIVE_BUFFER_BYTES = 16 * 1024
"""And for what strangers send while it is not read."""
ACCEPTED_AFTER_ROUNDS = 3
"""Rounds of the loop in which a connection is accepted, and again in which it begins."""
ROUND_S = 0.5
PAID_A_ROUND = 64
"""What a connection pays off each round for having been read: for two bites or frames each, 64 a second."""
HEAD_WITHIN_S = 10.0
"""How long a request may take to be said; then it is answered 408."""
ANSWER_WITHIN_S = 30.0
"""How long an answer may take to be made; then its connection is cut."""
FETCH_STALLED_S = 10.0
"""How long nothing of an answer may be fetched; then its connection is cut."""
HANG_UP_WITHIN_S = 3.0
"""How long a client may take to hang up when everything is said; then its connection is cut."""
OTHERS_MAX = 8192
"""Most connections that are no websockets; at the limit the oldest that has not said what it wants is cut,
and where only the newest has not, the one that has waited longest for its answer."""
UNFETCHED_BYTES_MAX = 64 * 1024 * 1024
"""Most bytes of answers that wait for slow readers; above it larger answers are refused with 503."""
ASK_EVERY_S = 3.0
"""Between two pings to a client."""
SILENT_MAX = 2
"""Pings after which a client that has said nothing at all is cut."""
LATE_S = 3 * ROUND_S
"""After a longer time without a round nobody is judged: what they said meanwhile has not been read yet."""


class Host(Protocol):
    """Who decides what becomes of requests and websockets."""

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """An answer, or the sender may have a websocket."""

    async def talk(self, socket: Socket) -> None:
        """A websocket's life."""

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """A visitor is gone; without a life if it never became a websocket."""

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Somebody was refused before anything was asked: malformed, or slow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how to listen."""

    host: str
    port: int
    """0: a free one."""
    deflate: bool = True
    """Whether packing is offered."""
    shared: bool = False
    """Whether other processes may listen at the same place (SO_REUSEPORT)."""
    others_max: int = OTHERS_MAX


class Listening:
    """A server that listens."""

    port = 0

    def __init__(self, host: Host, place: Place, clock: Callable[[], float] = time.monotonic) -> None:
        self._host, self._place = host, place
        self._server: asyncio.Server | None = None
        self.extensions: Sequence[Deflate] = (Deflate(),) if place.deflate else ()
        self._at: dict[Stage, dict[Connection, float]] = {stage: {} for stage in Stage}
        self._debtors: dict[Connection, None] = {}
        self._clock = clock
        self._looked = self._asked_from = clock()
        self._to_ask: list[Connection] = []
        self._number = 0
        """How many are asked this time around."""
        self.unfetched = 0
        """Bytes of answers that wait for slow readers."""

    async def open(self) -> None:
        """Begins to listen. Raises OSError where nobody can, ValueError where a place cannot be shared."""
        place = self._place
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self), place.host, place.port, backlog=BACKLOG,
            reuse_port=place.shared or None, start_serving=False,
        )  # fmt: skip
        for one in self._server.sockets:
            _small_buffers(one)
        self.port = self._server.sockets[0].getsockname()[1]
        await self._server.start_serving()

    def sockets(self) -> Iterator[Socket]:
        """Every websocket there is."""
        return (one.socket for one in self._at[Stage.TALKING] if one.socket is not None)

    def count(self, *stages: Stage) -> int:
        """How many connections are in these stages; without any, in all."""
        return sum(len(self._at[stage]) for stage in stages or Stage)

    # For connections.

    def moved(self, connection: Connection, before: Stage | None, after: Stage | None) -> None:
        """A connection is in another stage."""
        if before is not None:
            del self._at[before][connection]
        if before is Stage.FETCHING:
            self.unfetched -= connection.unfetched
        if after is None:
            self._debtors.pop(connection, None)
            return
        self._at[after][connection] = self._clock()
        if after is Stage.FETCHING:
            self.unfetched += connection.unfetched
        if after is Stage.ASKING and self._others() > self._place.others_max:
            self._oldest(besides=connection).make_room()

    def _oldest(self, besides: Connection) -> Connection:
        """Who makes room for a newcomer; itself where all others fetch their answers already."""
        for stage in (Stage.ASKING, Stage.WAITING):
            oldest = next(iter(self._at[stage]), besides)
            if oldest is not besides:
                return oldest
        return besides

    def _others(self) -> int:
        return self.count(Stage.ASKING, Stage.WAITING, Stage.FETCHING)

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """What becomes of a request."""
        return self._host.asked(request, address)

    async def talk(self, socket: Socket) -> None:
        """A websocket's life."""
        await self._host.talk(socket)

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """A visitor is gone."""
        self._host.left(visitor, life)

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Somebody was refused before anything was asked."""
        self._host.turned_away(reason, status)

    def owes(self, connection: Connection) -> None:
        """A connection pays for having been read."""
        self._debtors[connection] = None

    def overloaded(self) -> bool:
        """Whether too much waits for slow readers."""
        return self.unfetched > UNFETCHED_BYTES_MAX

    # The rounds.

    async def watch(self) -> NoReturn:
        """Looks after everybody, for as long as it serves."""
        while True:
            await asyncio.sleep(ROUND_S)
            self.look()

    def look(self) -> None:
        """One round."""
        now = self._clock()
        for connection in [one for one in self._debtors if one.pay(PAID_A_ROUND)]:
            del self._debtors[connection]
        for connection in self._older(Stage.ASKING, now - HEAD_WITHIN_S):
            connection.refuse("slow", heads.too_slow())
        for connection in self._older(Stage.WAITING, now - ANSWER_WITHIN_S):
            connection.transport.abort()
        for connection in self._older(Stage.CLOSING, now - HANG_UP_WITHIN_S):
            connection.transport.abort()
        self._look_at_answers(now)
        self._ask_some(now)

    def _older(self, stage: Stage, than: float) -> list[Connection]:
        """Those that have been in a stage since before this moment; they stand there by age."""
        found = []
        for connection, since in self._at[stage].items():
            if since > than:
                break
            found.append(connection)
        return found

    def _look_at_answers(self, now: float) -> None:
        """Whoever fetches goes on; whoever does not, or has everything and does not hang up, is cut."""
        fetching = self._at[Stage.FETCHING]
        for connection, since in list(fetching.items()):
            left = connection.transport.get_write_buffer_size()
            if left < connection.unfetched:
                self.unfetched += left - connection.unfetched
                connection.unfetched = left
                fetching[connection] = now
            elif left and now - since > FETCH_STALLED_S:
                cut_off(connection.transport)
            elif not left and now - since > HANG_UP_WITHIN_S:
                connection.transport.abort()  # the kernel goes on delivering what it has

    def _ask_some(self, now: float) -> None:
        """Asks a part of the websockets whether they are there; all of them have been after ASK_EVERY_S.

        How many now hangs on the time that has passed: where rounds come late, more are asked in each, and a
        new time around begins only when everybody has been.
        """
        late, self._looked = now - self._looked > LATE_S, now
        if late:
            return
        if not self._to_ask and now - self._asked_from >= ASK_EVERY_S:
            self._asked_from, self._to_ask = now, list(self._at[Stage.TALKING])
            self._number = len(self._to_ask)
        part = (now - self._asked_from + ROUND_S) / (ASK_EVERY_S - ROUND_S)
        left = max(0, self._number - math.ceil(self._number * part))
        asked, self._to_ask = self._to_ask[left:], self._to_ask[:left]
        for connection in asked:
            self._ask(connection)

    def _ask(self, connection: Connection) -> None:
        peer = connection.socket.peer if connection.socket else None
        if peer is None or peer.waiting_bytes():
            return  # whoever does not read is the hub's to judge
        connection.silent = 0 if connection.heard else connection.silent + 1
        if connection.silent >= SILENT_MAX and connection.socket:
            connection.socket.cut("silent")
            return
        connection.heard = False
        peer.put(PING)

    # The end.

    async def deafen(self) -> None:
        """Accepts no new connections; those that are there go on."""
        server, self._server = self._server, None
        if server is None:
            return
        # Who waits at the door is accepted, and becomes a connection in the loop's next rounds. If the server
        # were closed before, they would be neither that nor closed, and wait for nothing.
        await _rounds(ACCEPTED_AFTER_ROUNDS)
        for one in server.sockets:
            asyncio.get_running_loop().remove_reader(one.fileno())
        await _rounds(ACCEPTED_AFTER_ROUNDS)
        server.close()

    async def close(self) -> None:
        """Listens no longer, and cuts whatever is left."""
        await self.deafen()
        for connection in [one for stage in Stage for one in self._at[stage]]:
            connection.transport.abort()
        while self.count():  # noqa: ASYNC110 - the loop tells each of them that it is gone, in its next rounds
            await asyncio.sleep(0)


async def listen(host: Host, place: Place) -> Listening:
    """Listens. Raises OSError where nobody can, ValueError where a place cannot be shared."""
    made = Listening(host, place)
    await made.open()
    return made


async def _rounds(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def _small_buffers(listener: socket.socket) -> None:
    """For every connection that it will accept."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
