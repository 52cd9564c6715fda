"""A small gateway for browser tests: the real pages and files, and a socket that does what the test says.

Know before changing: it runs in a thread of its own with its own loop, because the browser is driven
synchronously; every method that reaches into it goes through that loop and waits.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

import web.replies
from election.night import ContestId
from election.wire.frames import ContestState, difference, state_hash
from tests.patience import PATIENCE_S
from web import pages
from web.asked import Asked
from web.hub import Group
from web.joined import served
from web.kept import Keep
from web.lines import Lines
from web.map_file import MapFile
from web.policy import SECURITY, Outside
from web.replies import TYPES
from web.routes import ROUTES

Snapshot = dict[str, Any]
T = TypeVar("T")
HEARTBEAT_S = 600
"""Beats come when a test sends them: a page must not take a slow test for a gateway that is gone."""


class TestGateway:
    """Serves one contest; `show` moves it on and tells every socket."""

    __test__ = False

    def __init__(self, snapshot: Snapshot, **hello: Any) -> None:
        self.snapshot = snapshot
        self.page = snapshot
        """What the page is made from: a test may send a page of another moment."""
        self.hello = hello
        self.sockets: set[ServerConnection] = set()
        self._connections: list[ServerConnection] = []
        self.heard: list[Snapshot] = []
        self.others: dict[str, Snapshot] = {}
        """What the gateway has by other counts than the published one, by source."""
        self.named: dict[str, str] = {}
        """The name under which another count was last asked for, by source."""
        self.changes: list[Snapshot] = []
        """Every change that `show` made, to resume from."""
        self.asked: list[str] = []
        self.closed = False
        """While true, sockets are refused; GETs still work."""
        self.lines = Lines("replay")
        """How the contest went, as far as a test says."""
        self.outside = Outside()
        """Who may frame its embeds, and where it says it is."""
        self.mapped: MapFile | None = None
        """The map of the night, where a test gives it one."""
        self.beside: dict[str, Callable[[str], bytes]] = {}
        """Pages by their path that a gateway makes from its log; given the language."""
        self.stale = False
        """Whether it lost its store, as far as its pages say so themselves."""
        self.down = False
        """While true, nothing is answered."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: Server = self.wait(self._serve())
        self.port: int = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The answer of something done in the gateway's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _serve(self) -> Server:
        return await serve(
            self._talk, "127.0.0.1", 0, process_request=self._answer, create_connection=self._connection
        )  # fmt: skip

    def _connection(self, *given: Any, **named: Any) -> ServerConnection:
        """Every connection is kept, so that none is left to the collector."""
        self._connections.append(ServerConnection(*given, **named))
        return self._connections[-1]

    def stop(self) -> None:
        """Ends the gateway and its thread."""

        async def end() -> None:
            self.down = True
            self._server.close(close_connections=False)
            # Whoever is being let in is a connection soon, and is closed as one.
            let_in = [one for one in asyncio.all_tasks() if "_accept_connection2" in repr(one.get_coro())]
            await asyncio.gather(*let_in, return_exceptions=True)
            for one in self._connections:  # also those that said nothing, and answers that nobody read
                one.transport.abort()
            await asyncio.gather(*(one.wait_closed() for one in self._connections))
            await self._server.wait_closed()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        self.wait(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _answer(
        self, connection: ServerConnection, request: Request
    ) -> Response | Awaitable[Response] | None:
        parts = urlsplit(request.path)
        self.asked.append(parts.path)
        if self.down or (self.closed and parts.path == "/ws"):
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, b"", "txt")
        if parts.path == "/ws":
            return None
        if parts.path == "/":
            lang = parse_qs(parts.query).get("lang", ["en"])[0]
            contests, as_of = self.hello.get("contests", []), parse_qs(parts.query).get("as_of", [None])[0]
            html = pages.board(self.page, lang, contests=contests, as_of=as_of, mapped=self.mapped)
            return _response(HTTPStatus.OK, html, "html")
        if parts.path.startswith("/style/"):
            return _response(HTTPStatus.OK, pages.style(self.page, self.mapped), "css")
        if parts.path.startswith("/snapshot/"):
            return self._plain(request)
        if parts.path in self.beside:
            made = self.beside[parts.path](parse_qs(parts.query).get("lang", ["en"])[0])
            return _response(HTTPStatus.OK, made, "html")
        where, _, rest = parts.path.removeprefix("/").partition("/")
        if where in ROUTES:
            return self._elsewhere(where, rest, parse_qs(parts.query))
        name = parts.path.removeprefix("/static/")
        if parts.path.startswith("/static/") and name in served():
            return _response(HTTPStatus.OK, served()[name], name.rpartition(".")[2])
        return _response(HTTPStatus.NOT_FOUND, b"", "txt")

    def _elsewhere(
        self, where: str, rest: str, query: dict[str, list[str]]
    ) -> Response | Awaitable[Response]:
        """One of the addresses in `web.routes`, answered as the gateway does, from the snapshot shown now."""
        shown = Shown(self.snapshot)
        lang = query.get("lang", ["en"])[0]
        asked = Asked(
            where, rest, query, lang, web.replies.Request("GET", f"/{where}/{rest}"),
            {ContestId(self.snapshot["contest"]): cast(Group, shown)}, self.hello.get("contests", []), Keep(),
            "", None, self.outside, self.lines, self.mapped, stale=self.stale,
        )  # fmt: skip
        made = ROUTES[where](asked)
        return _waited(made) if not isinstance(made, web.replies.Answer) else _as_response(made)

    def _plain(self, request: Request) -> Response:
        [source] = parse_qs(urlsplit(request.path).query).get("source", [""])
        if source:
            return _response(HTTPStatus.OK, orjson.dumps(self.others[source]), "json")
        tag = f'"{self.snapshot["epoch"]}:{self.snapshot["version"]}"'
        if request.headers.get("If-None-Match") == tag:
            return _response(HTTPStatus.NOT_MODIFIED, b"", "json", ETag=tag)
        return _response(HTTPStatus.OK, orjson.dumps(self.snapshot), "json", ETag=tag)

    async def _talk(self, socket: ServerConnection) -> None:
        self.sockets.add(socket)
        try:
            hello = {"t": "hello", "v": 1, "heartbeat_s": HEARTBEAT_S} | self.hello
            await socket.send(orjson.dumps(hello).decode())
            async for text in socket:
                frame = orjson.loads(text)
                self.heard.append(frame)
                if frame.get("t") == "subscribe" and frame.get("source"):
                    self.named[frame["source"]] = frame["sub"]
                    if frame["source"] in self.others:
                        await socket.send(self._whole(frame["sub"], self.others[frame["source"]]))
                elif frame.get("t") == "subscribe":
                    for answer in self._resumed(frame.get("resume")) or [self._whole()]:
                        await socket.send(answer)
        except ConnectionClosed:
            pass
        finally:
            self.sockets.discard(socket)

    def _whole(self, sub: str = "a", of: Snapshot | None = None) -> str:
        of = of or self.snapshot
        facts = {key: of[key] for key in ("epoch", "version")}
        frame = {"t": "snapshot", "sub": sub, "part": 1, "parts": 1, "d": of} | facts
        return orjson.dumps(frame | {"resume": _resume(of)}).decode()

    def _resumed(self, resume: str | None) -> list[str]:
        """What leads from there to now; nothing where only a snapshot does."""
        at = {"{epoch}:{prev}".format(**change): place for place, change in enumerate(self.changes)}
        at[_resume(self.snapshot)] = len(self.changes)
        if resume is None or resume not in at:
            return []
        epoch, _, version = resume.rpartition(":")
        first = {"t": "resumed", "sub": "a", "epoch": epoch, "version": int(version)}
        return [orjson.dumps(frame).decode() for frame in (first, *self.changes[at[resume] :])]

    def send(self, **frame: Any) -> None:
        """Sends a frame to every socket, as it is."""

        async def tell() -> None:
            for socket in list(self.sockets):
                await socket.send(orjson.dumps(frame).decode())

        self.wait(tell())

    def show(self, snapshot: Snapshot) -> None:
        """Moves on to a snapshot, one version later, and sends what changed."""
        before = self.snapshot
        self.snapshot = deepcopy(snapshot) | {"epoch": before["epoch"], "version": before["version"] + 1}
        facts = {"epoch": before["epoch"], "version": self.snapshot["version"], "prev": before["version"]}
        facts |= {"resume": _resume(self.snapshot), "d": difference(before, self.snapshot) or {}}
        self.changes.append({"t": "change", "sub": "a", **facts})
        self.send(**self.changes[-1])

    def show_other(self, source: str, snapshot: Snapshot) -> None:
        """Moves another count on, one version later, for whoever asked for it."""
        before = self.others[source]
        now = self.others[source] = deepcopy(snapshot) | {"version": before["version"] + 1}
        facts = {"epoch": before["epoch"], "version": now["version"], "prev": before["version"]}
        self.send(t="change", sub=self.named[source], d=difference(before, now), resume=_resume(now), **facts)

    def beat(self, **facts: Any) -> None:
        """A heartbeat with the hash of the state."""
        versions = {self.snapshot["contest"]: self.snapshot["version"]}
        self.send(t="beat", versions=versions, hash={"a": state_hash(self.snapshot)}, **facts)

    def cut(self) -> None:
        """Ends every connection without a word."""

        async def end() -> None:
            for socket in list(self.sockets):
                socket.transport.abort()

        self.wait(end())

    def until(self, true: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Waits for a condition of the gateway, with a deadline."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "the gateway never came to that"
            self.wait(asyncio.sleep(0.01))


class Shown:
    """A contest as the routes see it."""

    def __init__(self, shown: Snapshot) -> None:
        self.shown = shown
        self.tag = f"{shown['epoch']}:{shown['version']}"
        self.body = orjson.dumps(shown)
        self.led = ContestState()


async def _waited(made: Awaitable[web.replies.Answer]) -> Response:
    return _as_response(await made)


def _as_response(made: web.replies.Answer) -> Response:
    headers = Headers(SECURITY | dict(made.headers) | {"Content-Length": str(len(made.body))})
    headers["Connection"] = "close"
    return Response(made.status.value, made.status.phrase, headers, made.body)


def _resume(state: Snapshot) -> str:
    return f"{state['epoch']}:{state['version']}"


def _response(status: HTTPStatus, body: bytes, kind: str, **more: str) -> Response:
    headers = Headers(SECURITY | {"Content-Type": TYPES[kind], "Content-Length": str(len(body))} | more)
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)
