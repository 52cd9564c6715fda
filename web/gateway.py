"""The gateway: the process behind `sandik gateway`.

    upstream ──hold──▶ hub ──turn──▶ one frame a group, the same bytes to each of its sockets
    a client ──text──▶ talking ──▶ session ──▶ hub          a request ──▶ reception ──▶ answers

Know before changing: everything runs in one thread, so between two `await`s the hub and all positions stand
still. A task that ends takes the process with it: a gateway that is half dead must not look alive. Asked to
stop, it goes on serving whoever is not sent away yet (`draining`).
"""

import asyncio
import gc
import logging
import os
import re
import secrets
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, NoReturn, Protocol

from election.errors import SandikError
from election.geometry import Geometry
from election.night import ContestId, Night, SourceId
from election.wire.frames import ContestState, dumps
from election.wire.records import stamp
from web import between_page, card_png, joined, open_files, opening, pages
from web.acting import Actor
from web.admin import Admin
from web.answers import Answers
from web.desk_feed import DeskSource, Feeding
from web.draining import RESTART, drain
from web.exporting import Exports
from web.gate import Gate, Visitor
from web.held import Boxes
from web.hub import Hub, Limits, Turn
from web.lines import Lines
from web.listening import OTHERS_MAX, Listening, Place
from web.map_file import map_file
from web.metrics import Metrics
from web.noted import Note, Noted
from web.pace import Pace, PaceSource
from web.past import Past
from web.reception import Reception
from web.replies import Answer, Request
from web.settings import Settings
from web.showing import Showing
from web.shown import ShownLog
from web.sockets import Life, Socket, send
from web.talking import FAREWELL_WITHIN_S, Talk
from web.tasks import cancel, while_all_work
from web.token_file import tokens_at
from web.upstream import Upstream
from web.vitals import About
from web.words import languages

LOG = logging.getLogger("sandik.gateway")
LOOK_EVERY_S = 0.25
"""How often slow clients and the embargo's hour are looked at when there is no tick."""
HASH_EVERY = 3
"""Every so many heartbeats the hash of the state comes with it."""
WELCOME_EVERY_S = 1.0
"""How often it is looked who has nothing to do here any more."""
RECONNECT_AFTER_MS = (500, 5000)
"""Where clients are asked to come back within, each at a moment of its own, when the gateway restarts."""
ENDS_WITHIN_S = 30.0
"""How long the gateway may take to give everything back, once its clients are gone; then it ends without."""
HURRIED_WITHIN_S = 0.5
"""How long clients have to say goodbye when the gateway was asked to stop twice."""
ERROR = re.compile(rb'{"t":"error","code":"([a-z-]+)"')


class Source(Protocol):
    """Where the gateway hears of the count: `Upstream`."""

    async def follow(self) -> NoReturn:
        """Follows it, and ends only with an error."""

    async def boxes(self, contest: ContestId, source: SourceId) -> Boxes:
        """What is held of each box by one source."""

    async def claim(self, contest: ContestId, what: str, for_s: float) -> float:
        """Claims what one gateway of the night shall do: 0, or how long another one has it."""

    async def close(self) -> None:
        """Gives back what it holds."""


class Gateway:
    """One process's server: the store on one side, browsers and programs on the other."""

    def __init__(
        self, night: Night, settings: Settings, actor: Actor | None = None, others_max: int = OTHERS_MAX,
        shown: ShownLog | None = None, desk: DeskSource | None = None, geometry: Geometry | None = None,
        note: Note | None = None, pace: PaceSource | None = None,
    ) -> None:  # fmt: skip
        """`actor` does what the desk and a replay's page ask for; without it nothing is done here.
        `others_max`: most connections that are no websockets. `shown` keeps what is shown; `desk` knows what
        the desk is to see; `geometry` is drawn as a map; `note` writes down what is put before clients;
        `pace` hears how a replay plays.

        Raises UsageError for rules, tokens or a place that make no sense.
        """
        self._settings = settings
        limits = Limits(settings.buffer_bytes_max, settings.lag_max_s, settings.behind_max_s)
        self.id = secrets.token_hex(4)
        """Names this process to its clients."""
        self.hub = Hub(night, settings.mode, limits, self._wall(), settings.speed, gateway=self.id)
        self._noted = None if note is None else Noted(self.id, self.hub.groups, note)
        self.gate = Gate(settings.rules(), tokens_at(settings.tokens))
        upstream = Upstream(
            night, settings.scope(night.id), settings.redis, self, time.monotonic,
            settings.redis_answers_within_s,
        )  # fmt: skip
        self.upstream: Source = upstream
        mapped = map_file(geometry)
        self.answers = Answers(
            self.hub, joined.served(), self._page, partial(pages.style, mapped=mapped), languages(),
            Exports(self.hub, night, self._boxes),
            None if shown is None else Past(shown, night, settings.mode, between_page.page), mapped,
        )  # fmt: skip
        self.answers.outside, self.answers.lines = settings.outside(), Lines(settings.mode, shown)
        about = About(night.id, settings.mode, settings.session, upstream.where, version("sandik"))
        self.metrics = Metrics(about, self.hub, self.gate, upstream.pulse, time.monotonic)
        self._desk, self._pace = desk, pace
        self._log, self._showing = shown, None if shown is None else Showing(shown, self._claim)
        if self._showing is not None:
            self.metrics.note = self._showing.note
        self._reception = Reception(
            self.gate, self.answers, self.metrics, self._stale_s, log_addresses=bool(settings.log_addresses)
        )
        self._talk = Talk(
            self.hub, settings, self._say, self.gate.sign_in, actor, self.gate.still,
            idle_within_s=settings.idle_within_s,
        )  # fmt: skip
        self._reached_at = time.monotonic()
        self._stale = False
        self._talking, self._others_max = 0, others_max
        self.port = self.admin_port = 0
        self.listening: Listening | None = None

    def _page(self, shown: dict[str, Any], lang: str, contests: list[dict[str, Any]]) -> bytes:
        tags = card_png.tags(shown, lang, self.answers.outside)
        return pages.board(shown, lang, contests=contests, tags=tags, mapped=self.answers.mapped)

    def _wall(self) -> datetime | None:
        """The clock that the embargo goes by: in live ours, otherwise the night's own."""
        return datetime.now(UTC) if self._settings.mode == "live" else None

    # What the store says (upstream.Listener).

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A contest has a new state."""
        self.hub.hold(contest, state)
        self.metrics.held(contest, state)

    def settled(self) -> None:
        """What was told goes out at once; without a tick everything new does."""
        if self._settings.tick_ms == 0:
            self._turn()
        else:
            self.publish(self.hub.tell(time.monotonic()))

    def reached(self, now: float) -> None:
        """The store answered; if it had been away, clients hear at once that the data are fresh again."""
        self._reached_at = now
        self.metrics.reached()
        if not self.answers.ready:
            self._turn()
            self.answers.ready = True
        if self._stale:
            self._stale = False
            self._turn()
            self._beat(with_hash=True)

    def lost(self) -> None:
        """The store is away: clients hear at once that what they see grows old."""
        self.metrics.lost()
        if not self._stale:
            self._stale = True
            self._beat(with_hash=False)

    def paced(self, pace: Pace) -> None:
        """A replay plays so from here on: clients hear it at once."""
        if pace != self.hub.pace:
            self.hub.pace = pace
            self._beat(with_hash=False)

    # What clients are sent.

    def publish(self, turn: Turn) -> None:
        """Does what a turn of the hub says."""
        for write in turn.writes:
            size = send(write.clients, write.text, keep=write.keep, pieces=write.pieces)
            self.metrics.frames(len(write.clients), size)
        for client in turn.cut:
            client.cut()

    def _say(self, turn: Turn) -> None:
        """The same, in a conversation: errors are counted."""
        self.publish(turn)
        for write in turn.writes:
            if (error := ERROR.match(write.text)) is not None:
                self.metrics.errored(error[1].decode())

    def _turn(self) -> None:
        turn = self.hub.turn(time.monotonic(), self._wall())
        if self._noted is not None:
            self._noted.look()
        self.publish(turn)
        self.answers.keep()
        if self._showing is not None and self.answers.ready:
            self._showing.look(self.hub.groups)

    def _beat(self, *, with_hash: bool) -> None:
        now = time.monotonic()
        at = stamp(datetime.now(UTC))
        self.publish(self.hub.beat(now, at, self._stale_s(), with_hash=with_hash))

    def _stale_s(self) -> float | None:
        """How old the data are at least, while the store is away."""
        return time.monotonic() - self._reached_at if self._stale else None

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

    async def _welcoming(self) -> None:
        while True:
            await asyncio.sleep(WELCOME_EVERY_S)
            self._talk.look(time.monotonic())

    async def _claim(self, contest: ContestId, what: str, for_s: float) -> float:
        return await self.upstream.claim(contest, what, for_s)

    async def _boxes(self, contest: ContestId, source: SourceId) -> Boxes:
        return await self.upstream.boxes(contest, source)

    # What clients ask (listening.Host).

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """What becomes of a request."""
        return self._reception.asked(request, address)

    async def talk(self, socket: Socket) -> None:
        """A client's life."""
        self.metrics.connected()
        self._talking += 1
        try:
            await self._talk.with_client(socket, socket.visitor)
        finally:
            self._talking -= 1

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """A client is gone."""
        self._reception.left(visitor, life)

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Somebody was refused before anything was asked."""
        self._reception.turned_away(reason, status)

    # The life of the process.

    async def run(
        self, stop: asyncio.Event, hurry: asyncio.Event | None = None, ending: Callable[[], object] = bool
    ) -> None:
        """Serves until `stop`, then sends everybody away in peace, or at once when it is told to `hurry`.

        `ending` is called before anything is given back. Raises what ended it otherwise; whoever calls ends
        the process then.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.upstream.close)
            listening = await self._open(stack)
            works: list[tuple[str, Coroutine[Any, Any, None]]] = [
                ("upstream", self.upstream.follow()),
                ("tick", self._ticking()),
                ("heartbeat", self._beating()),
                ("welcome", self._welcoming()),
                *((f"watch {one.port}", one.watch()) for one in listening),
            ]
            if self._log is not None and self._showing is not None:
                stack.push_async_callback(self._log.close)
                works += [("log of what is shown", self._log.follow()), ("showing", self._showing.run())]
            if self._desk is not None:
                stack.push_async_callback(self._desk.close)
                works.append(("desk", Feeding(self.hub, self._desk, self.publish).run()))
            if self._pace is not None:
                works.append(("pace", self._pace.follow(self.paced)))
            owned = [asyncio.create_task(work, name=name) for name, work in works]
            stack.push_async_callback(cancel, owned)
            # Whatever ends us, everybody who is left hears of it, at once.
            stack.push_async_callback(self._drain, listening[0], 0, asyncio.Event())
            stack.callback(ending)
            await while_all_work(owned, stop.wait())
            self._reception.leaving = True
            if self._settings.reuse_port:
                await listening[0].deafen()  # else the kernel would go on dealing clients out to us
            goodbye = self._drain(listening[0], self._settings.drain_s, hurry or asyncio.Event())
            await while_all_work(owned, goodbye)
            if self._showing is not None:
                await while_all_work(owned, self._showing.finish(self.hub.groups))

    async def _open(self, stack: AsyncExitStack) -> Sequence[Listening]:
        """Listens for clients, and where it is wanted for operators."""
        settings = self._settings
        clients = Place(
            settings.host, settings.port, deflate=bool(settings.deflate), shared=bool(settings.reuse_port),
            others_max=self._others_max,
        )  # fmt: skip
        found = [await opening.opened(stack, self, clients, "SANDIK_HOST and SANDIK_PORT")]
        admin_at = settings.admin_at()
        if admin_at is not None:
            host = opening.Operators(Admin(self.metrics), self._reception)
            found.append(await opening.opened(stack, host, Place(*admin_at, deflate=False), "SANDIK_ADMIN"))
            self.admin_port = found[1].port
        self.listening, self.port = found[0], found[0].port
        opening.announce(settings, self.port, self.admin_port)
        return found

    async def _drain(self, public: Listening, over_s: float, hurry: asyncio.Event) -> None:
        """Everybody is told when to come back, and has a moment to say goodbye."""
        self._reception.leaving = True
        bye = dumps({"t": "bye", "code": RESTART, "reconnect_after_ms": RECONNECT_AFTER_MS})
        await drain(tuple(public.sockets()), bye, over_s, hurry)
        told_at = time.monotonic()
        while self._talking:  # each ends in a task of its own
            if time.monotonic() - told_at > (HURRIED_WITHIN_S if hurry.is_set() else FAREWELL_WITHIN_S):
                break
            await asyncio.sleep(0.01)


def _give_up(stop: asyncio.Event) -> None:
    """Ends the process, with the names of what held it; not asked to stop, it is to be started again."""
    held = "; ".join(sorted(repr(task) for task in asyncio.all_tasks() if not task.done()))
    LOG.critical("the gateway ends, though this did not within %g s: %s", ENDS_WITHIN_S, held)
    logging.shutdown()
    os._exit(0 if stop.is_set() else 1)


async def _main(
    night: Night, settings: Settings, actor: Actor | None, shown: ShownLog | None, desk: DeskSource | None,
    geometry: Geometry | None, note: Note | None, pace: PaceSource | None,
) -> None:  # fmt: skip
    clients_max, others_max = open_files.allow(settings.clients_max)
    settings = replace(settings, clients_max=clients_max)
    gateway = Gateway(night, settings, actor, others_max, shown, desk, geometry, note, pace)
    stop, hurry, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()
    # The night and the program are here for good: looking at them again and again would make clients wait.
    gc.collect()
    gc.freeze()

    def asked_to_stop() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop)
    try:
        await gateway.run(stop, hurry, partial(loop.call_later, ENDS_WITHIN_S, _give_up, stop))
    except SandikError:
        raise
    except Exception:  # whatever it is: a gateway that is half dead must not look alive
        LOG.critical("the gateway ends", exc_info=True)
        logging.shutdown()
        os._exit(1)


def main(
    night: Night, settings: Settings, actor: Actor | None = None, shown: ShownLog | None = None,
    desk: DeskSource | None = None, geometry: Geometry | None = None, note: Note | None = None,
    pace: PaceSource | None = None,
) -> int:  # fmt: skip
    """Runs a gateway until it is asked to stop; SandikError for what the operator can put right.

    `actor` does what the desk and a replay's page ask for, `shown` keeps what is shown, `desk` knows what the
    desk is to see; `geometry` is drawn as a map; `note` writes down what is put before clients; `pace` hears
    how a replay plays. Without them none of it is done here.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_main(night, settings, actor, shown, desk, geometry, note, pace))
    return 0
