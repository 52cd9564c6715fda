"""One client's life at the gateway: what it says is understood by its session and done at the hub.

    talk = Talk(hub, settings, perform)
    await talk.with_client(socket, visitor)     until it is gone
    talk.look(now)                              now and then: who has nothing to do here any more

Know before changing: everything runs in one thread, so between two `await`s the hub and all positions stand
still. Nothing is sent here but through `perform`, which never waits. An act takes its time in a task of its
own; when its client leaves it may finish for a moment, and then it is cancelled: none outlives its client.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from election.wire.frames import dumps
from web.acting import Actor
from web.gate import Visitor
from web.hub import Client, Hub, Turn, Write
from web.session import (
    BAD_TOKEN,
    DESK,
    EVERYBODY,
    VERBS,
    Act,
    Action,
    Close,
    Say,
    Session,
    SignIn,
    Subscribe,
    Unsubscribe,
)
from web.settings import Settings

LOG = logging.getLogger("sandik.gateway")
FAREWELL_WITHIN_S = 3.0
"""How long clients have to say goodbye; then their connections are cut. An act has as long to finish."""
PRESENT_WITHIN_S = 10.0
"""How long somebody without any scope has to present a token; at the limit it is closed with 3403."""
IDLE_WITHIN_S = 60.0
"""How long somebody may follow nothing; at the limit it is closed with 3408."""
ACTS_AT_ONCE_MAX = 64
"""Most acts of all clients together that are not done yet; at the limit one more is answered `full`."""
NO_SCOPE, IDLE = 3403, 3408
ANYBODY = Visitor("", "", EVERYBODY)
"""Who comes without being asked who it is."""


class Socket(Protocol):
    """One client's connection (`sockets.Socket`). Waiting for what it says may be cancelled."""

    visitor: Visitor

    @property
    def peer(self) -> Client:
        """As the hub knows it."""

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """What the client says, until it is gone."""

    async def close(self, code: int, reason: str, within_s: float) -> None:
        """Says goodbye and waits for the client's; then cuts it."""


class Conversation:
    """What is known of one client while it is here."""

    __slots__ = ("acts", "end", "patience", "session", "since", "socket")

    def __init__(self, socket: Socket, session: Session, now: float) -> None:
        self.socket, self.session = socket, session
        self.acts: set[asyncio.Task[None]] = set()
        self.since = now
        """Since when it has followed nothing."""
        self.end = Close(IDLE, "nothing is followed")
        """Why it ends, if it is we who end it."""
        self.patience = asyncio.timeout(None)

    @property
    def busy(self) -> bool:
        """Whether there is anything that it is here for."""
        return bool(self.session.subs or self.acts)


class Talk:
    """Talks with every client of one gateway."""

    def __init__(
        self, hub: Hub, settings: Settings, perform: Callable[[Turn], None],
        sign_in: Callable[[str, Visitor], Visitor | None] | None = None, actor: Actor | None = None,
        still: Callable[[Visitor], bool] | None = None, *, idle_within_s: float = IDLE_WITHIN_S,
    ) -> None:  # fmt: skip
        """`perform` does what a turn of the hub says.

        `sign_in` knows whose a token is, `still` whether somebody's is good; without `actor` nothing is done.
        """
        self._hub, self._settings, self._perform = hub, settings, perform
        self._sign_in, self._actor, self._still = sign_in, actor, still
        self._idle_within_s = idle_within_s
        self._here: dict[Conversation, None] = {}
        self._at_desk: dict[Client, Conversation] = {}
        """Those who ever followed what is for the desk."""
        hub.desk.may = self.may_see_desk
        self._acting = 0

    async def with_client(self, socket: Socket, visitor: Visitor | None = None) -> None:
        """One client's life."""
        settings, now = self._settings, time.monotonic()
        socket.visitor = visitor = visitor or ANYBODY
        session = Session(
            self._hub.offer, now, visitor.scopes, self._hub.room, acts=self._actor is not None
        )  # fmt: skip
        one = Conversation(socket, session, now)
        self._hub.join(socket.peer)
        try:
            self._say(  # without a name of its own: it would live as long as the conversation
                one,
                self._hub.hello(settings.session, settings.heartbeat_s, settings.tick_ms, visitor.scopes),
            )
            end = await self._hear(one)
            if end is not None:
                self._say(one, dumps({"t": "bye", "code": end.code, "reconnect_after_ms": None}))
                await socket.close(end.code, end.reason, FAREWELL_WITHIN_S)
        finally:
            self._hub.leave(socket.peer)
            self._at_desk.pop(socket.peer, None)
            await _finish(one.acts)

    async def _hear(self, one: Conversation) -> Close | None:
        """Listens until the client is gone, or until it is to be closed."""
        try:
            async with one.patience:
                self._here[one] = None
                async for message in one.socket:
                    if not self._welcome(one):
                        return Close(BAD_TOKEN, "the token is good no longer")
                    answer = self._do(one, one.session.hear(message, time.monotonic()))
                    if answer is not None:
                        return answer
        except TimeoutError:
            if not one.patience.expired():
                raise
            return one.end
        finally:
            self._here.pop(one, None)
        return None

    def _welcome(self, one: Conversation) -> bool:
        return self._still is None or self._still(one.socket.visitor)

    def _do(self, one: Conversation, action: Action) -> Close | None:
        """Does what the client wants; an end, if this is one."""
        peer, now = one.socket.peer, time.monotonic()
        if isinstance(action, SignIn):
            action = self._who(one, action)
        elif isinstance(action, Act):
            action = self._begin(one, action) or action
        if isinstance(action, Subscribe):
            for sub, wanted in action.wanted.items():
                if wanted.needs_desk:
                    self._at_desk[peer] = one
                self._perform(self._hub.subscribe(peer, sub, wanted, now))
        elif isinstance(action, Unsubscribe):
            self._hub.unsubscribe(peer, action.sub)
            one.since = now
        elif isinstance(action, Say):
            self._say(one, action.text)
        return action if isinstance(action, Close) else None

    def _say(self, one: Conversation, text: bytes) -> None:
        self._perform(Turn((Write((one.socket.peer,), text),)))

    def _who(self, one: Conversation, action: SignIn) -> Say | Close:
        visitor = self._sign_in(action.token, one.socket.visitor) if self._sign_in is not None else None
        if visitor is None:
            return one.session.bad_token()
        one.socket.visitor, one.since = visitor, time.monotonic()
        answer = one.session.signed_in(visitor.name, visitor.scopes)
        for sub, ended in one.session.lost():
            self._hub.unsubscribe(one.socket.peer, sub)
            self._say(one, ended.text)
        return answer

    def may_see_desk(self, client: Client) -> bool:
        """Whether a client is somebody of the desk at this moment, by a token that is still good."""
        one = self._at_desk.get(client)
        return one is not None and one in self._here and DESK in one.session.scopes and self._welcome(one)

    # What is done for a client.

    def _begin(self, one: Conversation, act: Act) -> Say | Close | None:
        """Begins an act in a task of its own; an answer, if there is no room for it."""
        if self._actor is None or self._acting >= ACTS_AT_ONCE_MAX:
            return one.session.full(act)
        self._acting += 1
        # The name is that of now: before the task begins the client may have signed in as somebody else.
        name = one.socket.visitor.name
        task = asyncio.create_task(self._finish(one, act, self._actor, name), name=f"act {act.do}")
        one.acts.add(task)
        task.add_done_callback(one.acts.discard)
        return None

    async def _finish(self, one: Conversation, act: Act, actor: Actor, name: str) -> None:
        try:
            answer = one.session.acted(act, await actor.act(name, act.do, act.fields))
        except Exception:  # whatever it is: the client hears of it, and its connection goes on
            LOG.exception("act=%s by=%s failed", act.do, name)
            answer = one.session.acted(act, {"ok": False, "outcome": "failed", "d": {}})
        finally:
            self._acting -= 1
            one.since = time.monotonic()
            if VERBS[act.do] == DESK:
                self._hub.desk.stirred()
        if one in self._here:
            self._say(one, answer.text)

    def look(self, now: float) -> None:
        """Ends the conversations of those whose token is good no longer, and of those who want nothing."""
        for one in tuple(self._here):
            waits_s = now - one.since
            if not self._welcome(one):
                self._over(one, Close(BAD_TOKEN, "the token is good no longer"))
            elif not one.session.scopes and waits_s > PRESENT_WITHIN_S:
                self._over(one, Close(NO_SCOPE, "nothing is for everybody here"))
            elif not one.busy and waits_s > self._idle_within_s:
                self._over(one, Close(IDLE, "nothing is followed"))

    def _over(self, one: Conversation, end: Close) -> None:
        """Ends it from outside: whoever listens to it hears nothing more."""
        del self._here[one]
        one.end = end
        one.patience.reschedule(0)


async def _finish(acts: set[asyncio.Task[None]]) -> None:
    """Lets what was begun be finished, for a moment."""
    running = tuple(acts)
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=FAREWELL_WITHIN_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
