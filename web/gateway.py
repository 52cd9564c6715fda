"""The gateway: the process behind `sandik gateway`.

    upstream ──hold──▶ hub ──turn──▶ one frame a group, the same bytes to each of its sockets
    a client ──text──▶ talking ──▶ session ──▶ hub          a plain GET ──▶ answers

Know before changing: everything runs in one thread, so between two `await`s the hub and all positions stand
still. A task that ends takes the process with it: a gateway that is half dead must not look alive.
"""

import asyncio
import errno
import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn, Protocol

from election.errors import SandikError, UsageError
from election.night import ContestId, Night
from election.wire.frames import ContestState, dumps
from election.wire.records import stamp
from web import pages
from web.answers import Answer, Answers, Request, too_many
from web.hub import Hub, Limits, Turn
from web.settings import Settings
from web.sockets import Listening, listen, send
from web.talking import FAREWELL_WITHIN_S, Talk
from web.upstream import Upstream
from web.words import languages

LOG = logging.getLogger("sandik.gateway")
LOOK_EVERY_S = 0.25
"""How often slow clients and the embargo's hour are looked at when there is no tick."""
HASH_EVERY = 3
"""Every so many heartbeats the hash of the state comes with it."""
RESTART = 1012
RECONNECT_AFTER_MS = (500, 5000)
"""Where clients are asked to come back within, each at a moment of its own, when the gateway restarts."""


class Source(Protocol):
    """Where the gateway hears of the count: `Upstream`."""

    async def follow(self) -> NoReturn:
        """Follows it, and ends only with an error."""

    async def close(self) -> None:
        """Gives back what it holds."""


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
        self._talk = Talk(self.hub, settings, self._do)
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

    # What clients ask.

    def _plain(self, request: Request) -> Answer | None:
        """None: a websocket may begin. Anything else is answered here."""
        self.answers.stale_s = self._stale_s(time.monotonic())
        if request.target.partition("?")[0] != "/ws" or request.method != "GET":
            return self.answers.answer(request)
        if not self.answers.ready or len(self.hub) >= self._settings.clients_max:
            return too_many() if self.answers.ready else self.answers.answer(Request("GET", "/"))
        return None

    # The life of the process.

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`; raises what ended it otherwise. Whoever calls ends the process then."""
        listening = await self._listen()
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
            await self._farewell(listening)
            await self.upstream.close()

    async def _listen(self) -> Listening:
        settings = self._settings
        try:
            listening = await listen(settings.host, settings.port, self._plain, self._talk.with_client)
        except OSError as error:
            raise UsageError(_cannot_listen(settings, error)) from error
        self.port = listening.port
        _announce(settings, self.port)
        return listening

    async def _farewell(self, listening: Listening) -> None:
        """Everybody is told when to come back, and has a moment to say goodbye."""
        send(self.hub.clients, dumps({"t": "bye", "code": RESTART, "reconnect_after_ms": RECONNECT_AFTER_MS}))
        if not await listening.close(RESTART, "restart", FAREWELL_WITHIN_S):
            for client in self.hub.clients:
                client.cut()


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
