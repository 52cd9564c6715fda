"""One client's life at the gateway: what it says is understood by its session and done at the hub.

    talk = Talk(hub, settings, perform)
    await talk.with_client(socket)              until it is gone

Know before changing: everything runs in one thread, so between two `await`s the hub and all positions stand
still. Nothing is sent here but through `send`, which never waits.
"""

import time
from collections.abc import Callable

from election.wire.frames import dumps
from web.hub import Hub, Turn
from web.session import Action, Close, Say, Session, Subscribe, Unsubscribe
from web.settings import Settings
from web.sockets import Peer, Socket, send

FAREWELL_WITHIN_S = 3.0
"""How long clients have to say goodbye; then their connections are cut."""


class Talk:
    """Talks with every client of one gateway."""

    def __init__(self, hub: Hub, settings: Settings, perform: Callable[[Turn], None]) -> None:
        """`perform` does what a turn of the hub says."""
        self._hub, self._settings, self._perform = hub, settings, perform

    async def with_client(self, socket: Socket) -> None:
        """One client's life."""
        settings, peer = self._settings, socket.peer
        session = Session(self._hub.groups, time.monotonic())
        self._hub.join(peer)
        try:
            send((peer,), self._hub.hello(settings.session, settings.heartbeat_s, settings.tick_ms))
            async for message in socket:
                action = session.hear(message, time.monotonic())
                if isinstance(action, Close):
                    bye = {"t": "bye", "code": action.code, "reconnect_after_ms": None}
                    send((peer,), dumps(bye))
                    await socket.close(action.code, action.reason, FAREWELL_WITHIN_S)
                    return
                self._act(peer, action)
        finally:
            self._hub.leave(peer)

    def _act(self, peer: Peer, action: Action) -> None:
        if isinstance(action, Subscribe):
            self._perform(self._hub.subscribe(peer, action.sub, action.contest, time.monotonic()))
        elif isinstance(action, Unsubscribe):
            self._hub.unsubscribe(peer, action.sub)
        elif isinstance(action, Say):
            send((peer,), action.text)
