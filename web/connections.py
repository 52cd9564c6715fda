"""One connection, from its first byte to its last: a request, and then an answer or a websocket.

    ASKING ──head──▶ WAITING ──▶ FETCHING ──▶ gone           an Answer, and the end
                        └──▶ TALKING ──▶ CLOSING ──▶ gone     a Visitor: a websocket, and a task that talks

Know before changing: whatever strangers send is bounded here. It is read in bites of READ_BYTES and paid
for (`_owe`), so that nobody makes us parse more than others; after a request nothing is read until it is
answered; and who does not read what we say is not read either. `listening` watches how long each stage lasts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from enum import Enum, IntFlag
from http import HTTPStatus
from typing import Any, Protocol, cast

from web import heads
from web.gate import Visitor
from web.heads import HeadError
from web.replies import Answer, Request
from web.sockets import INTERNAL_ERROR, SWITCHING, Deflate, Life, Socket, shake_hands

LOG = logging.getLogger("sandik.gateway")
READ_BYTES = 4096
"""Most bytes taken from one connection before the next one's turn."""
UNREAD_BYTES = 64 * 1024
"""Most bytes that wait for a client before nothing more is read from it: pongs are answers too."""
DEBT_MAX = 256
"""What a connection may owe: one for each bite and each frame. Above it nothing is read until it has paid."""
LARGE_BYTES = 64 * 1024
"""A larger answer is not given while too much waits for slow readers."""

_BITE = memoryview(bytearray(READ_BYTES))
"""Where all connections are read into; what came is copied out before the next one's turn."""


class Stage(Enum):
    """Where a connection is in its life."""

    ASKING = "asking"
    """Its request is not whole yet."""
    WAITING = "waiting"
    """Its answer is being made."""
    FETCHING = "fetching"
    """Its answer is written, and not fetched yet."""
    TALKING = "talking"
    """A websocket."""
    CLOSING = "closing"
    """A websocket that said goodbye, or was told; or a stranger who was cut and is not gone yet."""


class Hold(IntFlag):
    """Why nothing is read."""

    NOTHING = 0
    ANSWER = 1
    MESSAGES = 2
    UNREAD = 4
    DEBT = 8


class Listener(Protocol):
    """Who listens: `listening.Listening`."""

    extensions: Sequence[Deflate]

    def moved(self, connection: "Connection", before: Stage | None, after: Stage | None) -> None:
        """A connection is in another stage; before None: it has begun, after None: it is gone."""

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """What becomes of a request: an answer, or its sender may have a websocket."""

    async def talk(self, socket: Socket) -> None:
        """A websocket's life."""

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """A visitor is gone; without a life if it never became a websocket."""

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Somebody was refused before anything was asked."""

    def owes(self, connection: "Connection") -> None:
        """A connection has been read, and has to pay for it."""

    def overloaded(self) -> bool:
        """Whether too much waits for slow readers."""


class Connection(asyncio.BufferedProtocol):
    """A connection, whatever becomes of it."""

    __slots__ = (
        "_debt", "_head", "_held", "_listener", "_task", "address", "heard", "silent", "socket", "stage",
        "transport", "unfetched",
    )  # fmt: skip

    transport: asyncio.Transport

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._head = b""
        self._held = Hold.NOTHING
        self._debt = 0
        self._task: asyncio.Task[Any] | None = None
        self.stage: Stage | None = None
        self.socket: Socket | None = None
        self.address = ""
        self.heard, self.silent = True, 0
        """Whether it has said anything since it was last asked, and how often it had not."""
        self.unfetched = 0
        """Bytes of its answer that were not fetched when that was last looked at."""

    # What the network says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It begins."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(UNREAD_BYTES)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) else ""
        self._move(Stage.ASKING)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to read into."""
        return _BITE

    def buffer_updated(self, nbytes: int) -> None:
        """Something was said."""
        self.heard = True
        frames = 0
        if self.socket is not None:
            frames = self.socket.received(bytes(_BITE[:nbytes]))
        elif self.stage is Stage.ASKING:
            self._ask(bytes(_BITE[:nbytes]))
        self._owe(1 + frames)

    def eof_received(self) -> None:
        """Nothing more will be said: what waits is still written, then it is closed."""

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        socket, self.socket = self.socket, None
        if socket is not None:
            self._listener.left(socket.visitor, socket.ended())
        elif self._task is not None:
            self._task.cancel()
        self._move(None)

    def pause_writing(self) -> None:
        """Much waits for it."""
        self._hold(Hold.UNREAD, True)

    def resume_writing(self) -> None:
        """It has read again."""
        self._hold(Hold.UNREAD, False)

    # What is read, and when.

    def hold(self, *, messages: bool) -> None:
        """Reads nothing more, or goes on, because so many messages wait."""
        self._hold(Hold.MESSAGES, messages)

    def _hold(self, why: Hold, held: bool) -> None:
        before, self._held = self._held, self._held | why if held else self._held & ~why
        if self._held and not before:
            self.transport.pause_reading()
        elif before and not self._held:
            self.transport.resume_reading()

    def _owe(self, much: int) -> None:
        self._debt += much
        self._listener.owes(self)
        if self._debt > DEBT_MAX:
            self._hold(Hold.DEBT, True)

    def pay(self, much: int) -> bool:
        """Pays for having been read; whether it owes nothing more."""
        self._debt = max(0, self._debt - much)
        if self._debt <= DEBT_MAX:
            self._hold(Hold.DEBT, False)
        return self._debt == 0

    # A request.

    def _ask(self, data: bytes) -> None:
        self._head += data
        try:
            found = heads.read(self._head)
        except HeadError as error:
            self.refuse("malformed", error)
            return
        if found is None:
            return
        request, length = found
        head, rest, self._head = self._head[:length], self._head[length:], b""
        self._hold(Hold.ANSWER, True)
        self._move(Stage.WAITING)
        try:
            made = self._listener.asked(request, self.address)
        except Exception:  # whatever it is, the one who asked hears that it failed
            LOG.exception("a request could not be answered")
            made = heads.broken()
        if isinstance(made, Answer):
            self.answer(made)
        elif isinstance(made, Visitor):
            self._open(head, rest, made)
        else:
            self._task = asyncio.get_running_loop().create_task(self._answer_later(made))

    async def _answer_later(self, made: Awaitable[Answer]) -> None:
        try:
            answer = await made
        except Exception:  # the same
            LOG.exception("a request could not be answered")
            answer = heads.broken()
        self._task = None
        self.answer(answer)

    def refuse(self, reason: str, error: HeadError) -> None:
        """Says what is wrong with the request, and ends."""
        self._listener.turned_away(reason, error.status)
        self.answer(error.answer())

    def answer(self, answer: Answer) -> None:
        """Answers, and ends: the client has a while to fetch it."""
        if len(answer.body) > LARGE_BYTES and self._listener.overloaded():
            answer = heads.busy()
        self.transport.write(heads.written(answer))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.unfetched = self.transport.get_write_buffer_size()
        self._head = b""
        self._move(Stage.FETCHING)
        self._hold(Hold.ANSWER, False)

    def make_room(self) -> None:
        """Is cut for somebody who came later; from here on it does not count as one that asks or waits."""
        self._move(Stage.CLOSING)
        self.transport.abort()

    # A websocket.

    def _open(self, head: bytes, rest: bytes, visitor: Visitor) -> None:
        protocol, response = shake_hands(head, self._listener.extensions)
        if response.status_code != SWITCHING:
            self._listener.left(visitor, None)
            kept = {name: response.headers[name] for name in ("Allow", "Upgrade") if name in response.headers}
            plain = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
            self.answer(Answer(HTTPStatus(response.status_code), plain | kept, bytes(response.body)))
            return
        self.transport.write(response.serialize())
        socket = self.socket = Socket(self, protocol, visitor)
        self._move(Stage.TALKING)
        self._hold(Hold.ANSWER, False)
        self._task = asyncio.get_running_loop().create_task(self._live(socket))
        if rest:
            self._owe(socket.received(rest))

    async def _live(self, socket: Socket) -> None:
        try:
            await self._listener.talk(socket)
        except Exception:  # one client's trouble is not the others'
            LOG.exception("a client's conversation failed")
            socket.goodbye(INTERNAL_ERROR, "failed")
        finally:
            self._task = None
            socket.goodbye(1000, "done")

    def closing(self) -> None:
        """The websocket says nothing more; its client has a moment to hang up."""
        if self.stage is Stage.TALKING:
            self._move(Stage.CLOSING)

    def _move(self, after: Stage | None) -> None:
        before, self.stage = self.stage, after
        self._listener.moved(self, before, after)
