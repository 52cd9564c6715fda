"""The websockets door of the house: listening, one client's socket, frames written past the library's queue.

    server = await listen(host, port, request, talk)        request: a plain GET's answer, or None
    async for text in socket: …                              what a client says
    send(peers, text)                                        one frame, built once, the same bytes to each

Know before changing: frames are written straight to the transports, past the library's own `send`, which
waits for slow clients. Here nobody is waited for: the hub decides who is too slow, and they are cut.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from email.utils import formatdate
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as WireRequest
from websockets.http11 import Response
from websockets.protocol import State

from web.answers import SECURITY, Answer, Request, only_get
from web.hub import Client
from web.session import COMMAND_BYTES_MAX

LOG = logging.getLogger("sandik.gateway")
SEND_BUFFER_BYTES = 64 * 1024
UNSENT_BYTES = 16 * 1024
"""Small buffers in the kernel: without them a slow client looks like a fast one for seconds."""


class Peer:
    """One websocket, as the hub's `Client`."""

    __slots__ = ("_connection", "_transport")

    def __init__(self, connection: ServerConnection) -> None:
        self._connection, self._transport = connection, connection.transport

    def waiting_bytes(self) -> int:
        """Bytes that the kernel has not taken."""
        return self._transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Gives it a frame, if it still is a websocket."""
        if self._connection.state is State.OPEN:
            self._transport.write(frame)

    def cut(self) -> None:
        """Ends it without a word: it would not read one."""
        self._transport.abort()


def frame(text: bytes) -> bytes:
    """A text frame as a server sends it, whole."""
    return Frame(Opcode.TEXT, text).serialize(mask=False)


def send(clients: Iterable[Client], text: bytes) -> None:
    """One text to many: built once, the same bytes to each."""
    made = frame(text)
    for client in clients:
        client.write(made)


class Socket:
    """One client's websocket, for whoever talks with it."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.peer = Peer(connection)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """What the client says, until its connection is gone; that it is gone is no error."""
        with contextlib.suppress(ConnectionClosed):
            async for message in self._connection:
                yield message

    async def close(self, code: int, reason: str, within_s: float) -> None:
        """Says goodbye and waits for the client's, after what it had said before; then cuts it."""
        closing = asyncio.create_task(self._connection.close(code, reason))
        try:
            async with asyncio.timeout(within_s):
                async for _ in self:
                    pass
                await closing
        except TimeoutError:
            self.peer.cut()


class Connection(ServerConnection):
    """The library hangs up on a request with a body; whoever posts shall hear that nobody can."""

    _begun = False

    def data_received(self, data: bytes) -> None:
        """The first bytes name the method; the library sees everything but a wrong one."""
        if not self._begun and len(data) > len(b"HEAD ") and not data.startswith((b"GET ", b"HEAD ")):
            self.transport.write(_response(only_get()).serialize())
            self.transport.close()
            return
        self._begun = True
        super().data_received(data)


class Listening:
    """A server that listens."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self, code: int, reason: str, within_s: float) -> bool:
        """Listens no longer and closes every websocket; False where some had not gone in time."""
        self._server.close(code=code, reason=reason)
        try:
            await asyncio.wait_for(self._server.wait_closed(), within_s)
        except TimeoutError:
            return False
        return True


async def listen(
    host: str,
    port: int,
    plain: Callable[[Request], Answer | None],
    talk: Callable[[Socket], Awaitable[None]],
) -> Listening:
    """Listens. `plain` answers a request, or gives None: a websocket may begin, and `talk` is its life.

    Raises OSError where nobody can listen there.
    """

    def request(connection: ServerConnection, asked: WireRequest) -> Response | None:
        try:
            headers = {name.lower(): value for name, value in asked.headers.raw_items()}
            answer = plain(Request(asked.method, asked.path, headers))
        except Exception:
            LOG.exception("a request could not be answered")
            raise
        return None if answer is None else _response(answer)

    async def life(connection: ServerConnection) -> None:
        _small_buffers(connection)
        try:
            await talk(Socket(connection))
        except Exception:
            LOG.exception("a client's conversation failed")
            raise

    quiet = logging.getLogger("sandik.gateway.websockets")
    quiet.disabled = True  # it reports every stranger's bad handshake with a traceback; we say our own
    server = await serve(
        life, host, port, process_request=request, compression=None, max_size=COMMAND_BYTES_MAX,
        server_header=None, logger=quiet, create_connection=Connection,
    )  # fmt: skip
    return Listening(server)


def _small_buffers(connection: ServerConnection) -> None:
    sock: socket.socket = connection.transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


def _response(answer: Answer) -> Response:
    headers = Headers({"Date": formatdate(usegmt=True), "Connection": "close"})
    if answer.status is not HTTPStatus.NOT_MODIFIED and "Content-Length" not in answer.headers:
        headers["Content-Length"] = str(len(answer.body))
    for name, value in (SECURITY | dict(answer.headers)).items():
        headers[name] = value
    return Response(answer.status.value, answer.status.phrase, headers, answer.body)
