"""The gateway: the websockets door of the house, and the process behind `sandik gateway`.

    upstream ──hold──▶ hub ──turn──▶ one frame a group, the same bytes to each of its sockets
    a client ──text──▶ session ──▶ hub          a plain GET ──▶ answers

Know before changing: frames are built once and written straight to the transports, past the library's own
`send`, which waits for slow clients. Here nobody is waited for: the hub decides who is too slow, and they are
cut. Everything runs in one thread, so between two `await`s the hub and all positions stand still.
"""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import formatdate
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn, Protocol

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as WireRequest
from websockets.http11 import Response
from websockets.protocol import State

from election.errors import SandikError, UsageError
from election.night import ContestId, Night
from election.wire.frames import ContestState, dumps
from election.wire.records import stamp
from web import pages
from web.answers import SECURITY, Answer, Answers, Request, only_get, too_many
from web.hub import Client, Hub, Limits, Turn
from web.session import COMMAND_BYTES_MAX, Action, Close, Say, Session, Subscribe, Unsubscribe
from web.settings import Settings
from web.upstream import Upstream
from web.words import languages

LOG = logging.getLogger("sandik.gateway")
SEND_BUFFER_BYTES = 64 * 1024
UNSENT_BYTES = 16 * 1024
"""Small buffers in the kernel: without them a slow client looks like a fast one for seconds."""
LOOK_EVERY_S = 0.25
"""How often slow clients and the embargo's hour are looked at when there is no tick."""
HASH_EVERY = 3
"""Every so many heartbeats the hash of the state comes with it."""
RESTART = 1012
RECONNECT_AFTER_MS = (500, 5000)
"""Where clients are asked to come back within, each at a moment of its own, when the gateway restarts."""
FAREWELL_WITHIN_S = 3.0
"""How long clients have to say goodbye; then their connections are cut."""


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


class Source(Protocol):
    """Where the gateway hears of the count: `Upstream`."""

    async def follow(self) -> NoReturn:
        """Follows it, and ends only with an error."""

    async def close(self) -> None:
        """Gives back what it holds."""


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


class Gateway:
    """One process's server: the store on one side, browsers and programs on the other."""

    def __init__(self, night: Night, settings: Settings) -> None:
        self._settings = settings
        limits = Limits(settings.buffer_bytes_max, settings.lag_max_s, settings.behind_max_s)
        self.hub = Hub(night, settings.mode, limits, self._wall(), settings.speed)
        self.upstream: Source = Upstream(
            night, settings.scope(night.id), settings.redis, self, time.monotonic,
            settings.redis_answers_within_s,
        )  # fmt: skip
        self.answers = Answers(self.hub, _files(), _page, pages.style, languages())
        self._reached_at = time.monotonic()
        self._stale = False
        self.port = 0

    def _wall(self) -> datetime | None:
        """The clock that the embargo goes by: in live ours, otherwise the night's own."""
        return datetime.now(UTC) if self._settings.mode == "live" else None

    # What the store says (upstream.Listener).

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A contest has a new state."""
        self.hub.hold(contest, state)

    def settled(self) -> None:
        """Without a tick everything new goes out at once."""
        if self._settings.tick_ms == 0:
            self._turn()

    def reached(self, now: float) -> None:
        """The store answered; if it had been away, clients hear at once that the data are fresh again."""
        self._reached_at = now
        if not self.answers.ready:
            self._turn()
            self.answers.ready = True
        if self._stale:
            self._stale = False
            self._turn()
            self._beat(with_hash=True)

    def lost(self) -> None:
        """The store is away: clients hear at once that what they see grows old."""
        if not self._stale:
            self._stale = True
            self._beat(with_hash=False)

    # What clients are sent.

    def _turn(self) -> None:
        self._do(self.hub.turn(time.monotonic(), self._wall()))

    def _beat(self, *, with_hash: bool) -> None:
        now = time.monotonic()
        at = stamp(datetime.now(UTC))
        self._do(self.hub.beat(now, at, self._stale_s(now), with_hash=with_hash))

    def _stale_s(self, now: float) -> float | None:
        """How old the data are at least, while the store is away."""
        return now - self._reached_at if self._stale else None

    def _do(self, turn: Turn) -> None:
        for write in turn.writes:
            send(write.clients, write.text)
        for client in turn.cut:
            LOG.info("client cut: it did not read for too long; cut so far=%d", self.hub.cut)
            client.cut()

    async def _ticking(self) -> None:
        period_s = self._settings.tick_ms / 1000 or LOOK_EVERY_S
        due = time.monotonic()
        while True:
            due = max(due + period_s, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            self._turn()

    async def _beating(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(self._settings.heartbeat_s)
            beats += 1
            self._beat(with_hash=beats % HASH_EVERY == 0)

    # What clients say.

    def _request(self, connection: ServerConnection, request: WireRequest) -> Response | None:
        """None: a websocket may begin. Anything else is answered here."""
        try:
            answer = self._plain(request)
        except Exception:
            LOG.exception("a request could not be answered")
            raise
        return None if answer is None else _response(answer)

    def _plain(self, request: WireRequest) -> Answer | None:
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        asked = Request(request.method, request.path, headers)
        self.answers.stale_s = self._stale_s(time.monotonic())
        if request.path.partition("?")[0] != "/ws" or request.method != "GET":
            return self.answers.answer(asked)
        if not self.answers.ready or len(self.hub) >= self._settings.clients_max:
            return too_many() if self.answers.ready else self.answers.answer(Request("GET", "/"))
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        """One client's life."""
        _small_buffers(connection)
        peer, session = Peer(connection), Session(self.hub.groups, time.monotonic())
        self.hub.join(peer)
        try:
            hello = self.hub.hello(self._settings.session, self._settings.heartbeat_s, self._settings.tick_ms)
            send((peer,), hello)
            async for message in connection:
                action = session.hear(message, time.monotonic())
                if isinstance(action, Close):
                    await self._close(peer, connection, action)
                    return
                self._act(peer, action)
        except ConnectionClosed:
            pass
        except Exception:
            LOG.exception("a client's conversation failed")
            raise
        finally:
            self.hub.leave(peer)

    def _act(self, peer: Peer, action: Action) -> None:
        if isinstance(action, Subscribe):
            self._do(self.hub.subscribe(peer, action.sub, action.contest, time.monotonic()))
        elif isinstance(action, Unsubscribe):
            self.hub.unsubscribe(peer, action.sub)
        elif isinstance(action, Say):
            send((peer,), action.text)

    async def _close(self, peer: Peer, connection: ServerConnection, action: Close) -> None:
        send((peer,), dumps({"t": "bye", "code": action.code, "reconnect_after_ms": None}))
        closing = asyncio.create_task(connection.close(action.code, action.reason))
        try:
            async with asyncio.timeout(FAREWELL_WITHIN_S):
                async for _ in connection:  # its goodbye comes after whatever it had said before
                    pass
                await closing
        except TimeoutError:
            peer.cut()

    # The life of the process.

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`; raises what ended it otherwise. Whoever calls ends the process then."""
        server = await self._listen()
        owned: list[asyncio.Task[Any]] = [
            asyncio.create_task(work, name=name)
            for name, work in (
                ("upstream", self.upstream.follow()),
                ("tick", self._ticking()),
                ("heartbeat", self._beating()),
            )
        ]
        stopping: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*owned, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in owned:
                if task.done():
                    task.result()
                    raise RuntimeError(f"the task {task.get_name()} ended")
        finally:
            for task in (*owned, stopping):
                task.cancel()
            await self._farewell(server)
            await self.upstream.close()

    async def _listen(self) -> Server:
        settings = self._settings
        quiet = logging.getLogger("sandik.gateway.websockets")
        quiet.disabled = True  # it reports every stranger's bad handshake with a traceback; we say our own
        try:
            server = await serve(
                self._talk, settings.host, settings.port, process_request=self._request,
                compression=None, max_size=COMMAND_BYTES_MAX, server_header=None, logger=quiet,
                create_connection=Connection,
            )  # fmt: skip
        except OSError as error:
            raise UsageError(_cannot_listen(settings, error)) from error
        self.port = server.sockets[0].getsockname()[1]
        _announce(settings, self.port)
        return server

    async def _farewell(self, server: Server) -> None:
        """Everybody is told when to come back, and has a moment to say goodbye."""
        send(self.hub.clients, dumps({"t": "bye", "code": RESTART, "reconnect_after_ms": RECONNECT_AFTER_MS}))
        server.close(code=RESTART, reason="restart")
        try:
            await asyncio.wait_for(server.wait_closed(), FAREWELL_WITHIN_S)
        except TimeoutError:
            for client in self.hub.clients:
                client.cut()


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


def _files() -> dict[str, bytes]:
    folder = files("web").joinpath("static")
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


def _page(snapshot: dict[str, Any], lang: str, contests: list[dict[str, Any]]) -> bytes:
    return pages.board(snapshot, lang, contests=contests)


def _announce(settings: Settings, port: int) -> None:
    """Says where we are: one JSON line on standard output and, if it was asked for, a file with the port."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    line = {"event": "listening", "room": "gateway", "url": f"http://{host}:{port}/", "port": port}
    sys.stdout.write(dumps(line).decode() + "\n")
    sys.stdout.flush()
    if settings.port_file:
        made = Path(f"{settings.port_file}.{os.getpid()}")
        made.write_text(f"{port}\n")
        made.replace(settings.port_file)  # whoever waits for the file never reads half of it


def _cannot_listen(settings: Settings, error: OSError) -> str:
    place = f"port {settings.port} on {settings.host}"
    if error.errno == errno.EADDRINUSE:
        return f"{place} is taken: choose another one with SANDIK_PORT (0 takes a free one)."
    return f"Nobody can listen on {place} ({error.strerror}): set SANDIK_HOST and SANDIK_PORT."


async def _main(night: Night, settings: Settings) -> None:
    gateway, stop = Gateway(night, settings), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await gateway.run(stop)
    except SandikError:
        raise
    except Exception:  # whatever it is: a gateway that is half dead must not look alive
        LOG.critical("the gateway ends", exc_info=True)
        logging.shutdown()
        os._exit(1)


def main(night: Night, settings: Settings) -> int:
    """Runs a gateway until it is asked to stop; SandikError for what the operator can put right."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_main(night, settings))
    return 0
