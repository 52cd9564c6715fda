"""The websockets door of the house: the handshake, one client's websocket, frames to many at once.

    agreed = shake_hands(head)                    the library's half of a websocket, and what to answer
    Socket   what `talking` sees: `async for message in socket`, `socket.peer`, `socket.close(…)`
    send(peers, text)                             one frame, built once, the same bytes to each

Know before changing: the library is used without its input and output (its Sans-I/O half): an idle client
costs its state and one waiting task, and frames are written straight to the transports. Here nobody is waited
for: the hub decides who is too slow, and they are cut. Bytes come from `connections`, in bites.
"""

import asyncio
import contextlib
import logging
import socket
import struct
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, Self, cast

from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.http11 import Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import ExtensionParameter

from web.gate import Visitor
from web.hub import Client
from web.packing import Packer
from web.pieces import Pieces
from web.session import COMMAND_BYTES_MAX

LOG = logging.getLogger("sandik.gateway")
MESSAGES_MAX = 16
"""Most messages of a client that wait for its task; at the limit nothing more is read until none waits."""
NO_CODE, INVALID_TEXT, INTERNAL_ERROR = 1006, 1007, 1011
SWITCHING = 101
UNREAD = ("slow", "silent")
"""Why somebody is cut who does not read; to anybody else the kernel goes on delivering what it has."""
NO_LINGER = struct.pack("ii", 1, 0)
"""struct linger: nothing is held for who does not take it (socket(7))."""
ACKED, ACKED_AT = struct.Struct("=Q"), 120
"""Where tcpi_bytes_acked stands in struct tcp_info (linux/tcp.h)."""

_QUIET = logging.getLogger("sandik.gateway.websockets")
_QUIET.disabled = True  # it tells of every stranger's mistake, with a traceback; we say our own
_PACKER = Packer()


class Line(Protocol):
    """The connection below a websocket, which is `connections.Connection`."""

    transport: asyncio.Transport

    def hold(self, *, messages: bool) -> None:
        """Reads nothing more, or goes on, because so many messages wait."""

    def closing(self) -> None:
        """The websocket says nothing more; its client has a moment to hang up."""


@dataclass(frozen=True, slots=True)
class Life:
    """What there is to say of a websocket when it has ended."""

    seconds: float
    size: int | None
    """Bytes that it has taken, all that TCP carries; None where the system does not tell."""
    packs: bool
    code: int
    """The close code that was said; 1006: none was."""
    because: str
    """left, lost, mistake, slow, silent, or why we closed it."""


class Peer:
    """One websocket, as the hub's `Client`: as little as can be between a frame and the kernel."""

    __slots__ = ("_cut", "_transport", "put", "waiting_bytes")

    def __init__(self, transport: asyncio.Transport, packs: bool, cut: Callable[[str], None]) -> None:
        self._transport, self._cut = transport, cut
        self.put: Callable[[bytes], None] = self._put_packed if packs else transport.write
        """Gives it a whole frame, the plain one; nothing once it is a websocket no longer."""
        self.waiting_bytes = transport.get_write_buffer_size
        """Bytes that the kernel has not taken."""

    def _put_packed(self, frame: bytes) -> None:
        self._transport.write(_PACKER.for_packed(frame))

    def write(self, frame: bytes) -> None:
        """Gives it a frame."""
        self.put(frame)

    def cut(self) -> None:
        """Ends it without a word: it would not read one."""
        self._cut("slow")


def _nowhere(_: bytes) -> None:
    """Where frames go for a websocket that has ended."""


def send(clients: Collection[Client], text: bytes, *, keep: bool = False, pieces: Pieces = ()) -> int:
    """One text to many: built once, the same bytes to each. Gives the bytes written to all of them.

    `keep`: the same text will be sent again, so its frames are remembered.
    """
    made = _PACKER.now = _PACKER.frames(text, keep=keep, many=len(clients) > 1, pieces=pieces)
    plain, saved = made.plain, _PACKER.saved
    for peer in cast(Collection[Peer], clients):  # every client of a gateway's hub is one
        peer.put(plain)
    return len(plain) * len(clients) - (_PACKER.saved - saved)


class Deflate(ServerPerMessageDeflateFactory):
    """Packing where one packed frame fits all: whole windows, nothing remembered between two messages."""

    def __init__(self) -> None:
        super().__init__(server_no_context_takeover=True, client_no_context_takeover=True)

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """Declines whoever wants a smaller window of us: their frames would be theirs alone."""
        if any(name == "server_max_window_bits" and value != "15" for name, value in params):
            raise NegotiationError("frames are packed with a window of 15 bits")
        return super().process_request_params(params, accepted_extensions)


def shake_hands(head: bytes, extensions: Sequence[Deflate]) -> tuple[ServerProtocol, Response]:
    """The library's half of a websocket, and its answer to the request; only 101 means that there is one.

    What the library cannot read, for instance a line a bit longer than it takes, is no event: that is a 400.
    """
    shaken = _protocol(State.CONNECTING, extensions)
    shaken.receive_data(head)
    found = shaken.events_received()
    response = (
        shaken.accept(cast(Handshake, found[0]))
        if found
        else shaken.reject(HTTPStatus.BAD_REQUEST, "This request for a websocket cannot be read.\n")
    )
    # The one that read the request would keep it, with all its headers, for as long as the websocket lives.
    shaken.parser.close()
    protocol = _protocol(State.OPEN, None)
    protocol.extensions = shaken.extensions
    return protocol, response


def _protocol(state: State, extensions: Sequence[Deflate] | None) -> ServerProtocol:
    return ServerProtocol(state=state, extensions=extensions, max_size=COMMAND_BYTES_MAX, logger=_QUIET)


class Socket:
    """One client's websocket, for whoever talks with it."""

    __slots__ = (
        "_because", "_began_at", "_line", "_messages", "_parts", "_said", "_waiter", "over", "peer",
        "protocol", "transport", "visitor",
    )  # fmt: skip

    def __init__(self, line: Line, protocol: ServerProtocol, visitor: Visitor) -> None:
        self._line, self.transport, self.protocol = line, line.transport, protocol
        self.visitor = visitor
        """Who it is; whoever signs in is replaced here."""
        self.peer = Peer(line.transport, bool(protocol.extensions), self.cut)
        self.over = False
        """Whether nothing that it says will be heard any more."""
        self._messages: list[str | bytes] = []
        self._parts, self._said = b"", Opcode.TEXT
        self._waiter: asyncio.Future[None] | None = None
        self._because, self._began_at = "", time.monotonic()

    # For whoever talks with it.

    def __aiter__(self) -> Self:
        """What the client says, until nothing more can come; that it is gone is no error."""
        return self

    async def __anext__(self) -> str | bytes:
        while not self._messages:
            if self.over:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._messages.pop(0)
        if not self._messages:
            self._line.hold(messages=False)
        return message

    async def close(self, code: int, reason: str, within_s: float) -> None:
        """Says goodbye and waits for the client's, after what it had said before; then cuts it."""
        self.goodbye(code, reason)
        try:
            async with asyncio.timeout(within_s):
                async for _ in self:
                    pass
        except TimeoutError:
            self.cut(reason)

    def goodbye(self, code: int, reason: str) -> None:
        """Says that it ends, if that was not said yet; the client has a moment to answer."""
        if self.protocol.state is State.OPEN:
            self._because = self._because or reason
            self.protocol.send_close(code, reason)
            self._flush()

    def cut(self, because: str) -> None:
        """Ends it at once, whatever waits for it."""
        self._because = self._because or because
        self.peer.put = _nowhere
        if because in UNREAD:
            cut_off(self.transport)
        else:
            self.transport.abort()

    # For the connection below.

    def received(self, data: bytes) -> int:
        """Takes in bytes; gives how many frames there were in them."""
        self.protocol.receive_data(data)
        frames = self.protocol.events_received()
        for frame in frames:
            self._take(cast(Frame, frame))
        self._flush()
        if len(self._messages) > MESSAGES_MAX:
            self._line.hold(messages=True)
        return len(frames)

    def ended(self) -> Life:
        """The connection is gone; what there is to say of its life."""
        self.protocol.receive_eof()
        self.peer.put = _nowhere
        self._no_more()
        return Life(
            time.monotonic() - self._began_at, _taken(self.transport), bool(self.protocol.extensions),
            self._code(), self._because or self._by_itself(),
        )  # fmt: skip

    def _code(self) -> int:
        said = self.protocol.close_sent or self.protocol.close_rcvd
        return int(said.code) if said else NO_CODE

    def _by_itself(self) -> str:
        protocol = self.protocol
        if protocol.close_rcvd is not None and protocol.close_rcvd_then_sent:
            return "left"
        return "mistake" if protocol.close_sent else "lost"

    def _take(self, frame: Frame) -> None:
        """A frame of the client; the library has kept the order of fragments and their size."""
        if frame.opcode not in DATA_OPCODES or self.over:
            return
        if frame.opcode is not Opcode.CONT:
            self._said = frame.opcode
        self._parts += frame.data
        if not frame.fin:
            return
        whole, self._parts = self._parts, b""
        try:
            self._messages.append(whole.decode() if self._said is Opcode.TEXT else whole)
        except UnicodeDecodeError as error:
            self.protocol.fail(INVALID_TEXT, f"{error.reason} at position {error.start}")
            self._no_more()
        self._wake()

    def _flush(self) -> None:
        """Writes what the library wants said: pongs, goodbyes, and that nothing more will come."""
        said = self.protocol.data_to_send()
        if any(said):
            self.transport.write(b"".join(said))
        if b"" in said and self.transport.can_write_eof():
            self.transport.write_eof()
        if self.protocol.state is State.OPEN or self.peer.put is _nowhere:
            if self.protocol.eof_sent:
                self._no_more()
            return
        self._closing()

    def _closing(self) -> None:
        """It is a websocket no longer."""
        protocol = self.protocol
        self.peer.put = _nowhere
        if protocol.eof_sent:
            self._no_more()
        if protocol.close_sent and protocol.close_sent.code == INTERNAL_ERROR and protocol.parser_exc:
            LOG.error("the websockets library gave up on a client: %r", protocol.parser_exc)
        self._line.closing()

    def _no_more(self) -> None:
        self.over = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def cut_off(transport: asyncio.Transport) -> None:
    """Ends a connection at once: what the kernel holds for it is thrown away, and the other end is told.

    Without this the kernel would go on offering it for minutes to somebody who does not read, in memory that
    nothing of ours counts, and who does not read would not learn that it is over.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        with contextlib.suppress(OSError):  # it has ended meanwhile, by itself
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


def _taken(transport: asyncio.Transport) -> int | None:
    """Bytes that the other end has acknowledged, as Linux counts them: nothing has to be counted here."""
    sock = transport.get_extra_info("socket")
    if sys.platform != "linux" or sock is None:
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, ACKED_AT + ACKED.size)
    except OSError:
        return None
    return int(ACKED.unpack_from(info, ACKED_AT)[0]) if len(info) == ACKED_AT + ACKED.size else None
