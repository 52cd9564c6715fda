"""What the desk is shown, to whoever follows it and may: proposals, papers held back, alerts, deliveries.

    hub.desk.may = talk.may_see_desk        who may be sent it at this moment
    feeding = Feeding(hub, view, publish)   view.look() gives what there is to show
    await feeding.run()                     looks while somebody follows, and only then; never returns

Know before changing: nothing here reaches a client that `may` does not name, whatever it subscribed to while
it still had the scope; without anybody to ask, nobody may. A frame is whole, and is sent when it says
something else than the one before. A view that fails is told to the desk as old, and never takes the gateway
with it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import NoReturn, Protocol

import orjson

from election.errors import SandikError
from election.wire.frames import Json, dumps
from web.seats import Client, Seat, Turn, Write

LOG = logging.getLogger("sandik.gateway")
EVERY_S = 1.0
"""How often it is looked while somebody follows."""
LEAST_S = 0.1
"""Shortest time between two looks, whoever asks for one."""


class DeskSource(Protocol):
    """Who knows what the desk is to see."""

    async def look(self) -> Json:
        """All of it, as it is now, without holding the loop for long. Raises SandikError."""

    async def close(self) -> None:
        """Gives back what it holds."""


class Host(Protocol):
    """Who knows the clients: `web.hub.Hub`."""

    desk: "Feed"

    def tell_desk(self, now: float) -> Turn:
        """What is to be written now."""


class Feed:
    """Who follows the desk, and what was last shown of it."""

    def __init__(self) -> None:
        self.may: Callable[[Client], bool] = lambda client: False
        """Whether a client may be sent it now."""
        self.stirred: Callable[[], None] = lambda: None
        """Somebody wants a look soon."""
        self.followers = 0
        self.number = 0
        """Rises with each state that is shown."""
        self._members: dict[str, dict[Client, Seat]] = {}
        self._shown: bytes | None = None
        self._stale_s: float | None = None

    def ear(self) -> "DeskEar":
        """One more subscription."""
        self.followers += 1
        return DeskEar(self)

    def take(self, shown: Json | None, stale_s: float | None) -> bool:
        """A state to show (None: the last one), and how old it is if it is; whether that is news."""
        text = self._shown if shown is None else dumps(shown)
        if text == self._shown and (stale_s is None) == (self._stale_s is None) and self.number:
            self._stale_s = stale_s
            return False
        self._shown, self._stale_s = text, stale_s
        self.number += 1
        return True

    def forget(self) -> None:
        """Nobody follows any more: what is kept would be old when somebody does."""
        self._shown, self._stale_s, self.number = None, None, 0

    def text(self, sub: str) -> bytes | None:
        """The frame under this name; None: nothing was shown yet."""
        if not self.number:
            return None
        shown: Json = {} if self._shown is None else {"d": orjson.Fragment(self._shown)}
        stale_s = None if self._stale_s is None else round(self._stale_s, 1)
        return dumps({"t": "desk", "sub": sub, "n": self.number, "stale_s": stale_s} | shown)

    def tell(self, keeps_up: Callable[[Client, Seat], bool]) -> Iterator[Write]:
        """The frame for everybody who follows, may see it and keeps up."""
        for sub, members in self._members.items():
            ready = [
                client for client, seat in members.items() if self.may(client) and keeps_up(client, seat)
            ]
            text = self.text(sub)
            if ready and text is not None:
                yield Write(tuple(ready), text)

    def join(self, client: Client, seat: Seat, sub: str) -> None:
        """It gets what is shown, from here on."""
        self._members.setdefault(sub, {})[client] = seat

    def leave(self, client: Client, sub: str) -> None:
        """It gets nothing more under this name."""
        members = self._members.get(sub, {})
        if members.pop(client, None) is not None and not members:
            del self._members[sub]

    def ended(self) -> None:
        """One subscription less."""
        self.followers -= 1
        if not self.followers:
            self.forget()


class DeskEar:
    """One client's subscription to the desk (`seats.Follow`)."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def begin(self, client: Client, seat: Seat, sub: str, resume: str) -> list[Write]:
        """What is shown now, if there is anything and it may see it; `resume` says nothing here."""
        self._feed.join(client, seat, sub)
        self._feed.stirred()
        text = self._feed.text(sub) if self._feed.may(client) else None
        return [] if text is None else [Write((client,), text)]

    def pause(self, client: Client, sub: str) -> None:
        """It is sent nothing until it begins again."""
        self._feed.leave(client, sub)

    def end(self) -> None:
        """One subscription less."""
        self._feed.ended()


class Feeding:
    """Looks at the desk for those who follow it."""

    def __init__(self, hub: Host, source: DeskSource, publish: Callable[[Turn], None]) -> None:
        self._hub, self._feed, self._source, self._publish = hub, hub.desk, source, publish
        self._stir = asyncio.Event()
        self._feed.stirred = self._stir.set
        self._seen_s: float | None = None
        self._trouble = ""
        """Why it could not be shown the last time; while that lasts it is said once."""

    async def run(self) -> NoReturn:
        """Looks once a second, sooner when somebody came or did something; not while nobody is there."""
        while True:
            if not self._feed.followers:
                self._seen_s = None
                await self._stir.wait()
            self._stir.clear()
            began_s = time.monotonic()
            await self._look(began_s)
            took_s = time.monotonic() - began_s
            await asyncio.sleep(LEAST_S)
            try:
                async with asyncio.timeout(max(EVERY_S - LEAST_S - took_s, 0.0)):
                    await self._stir.wait()
            except TimeoutError:
                continue

    async def _look(self, now_s: float) -> None:
        """One look, and what it gives to show."""
        try:
            shown: Json | None = await self._source.look()
            stale_s = None
            self._seen_s, self._trouble = now_s, ""
        except SandikError as error:
            if self._is_new(error):
                LOG.warning("the desk cannot be shown: %s", error)
            shown, stale_s = None, self._age(now_s)
        except Exception as error:  # whatever it is: thousands follow the count, and the desk is told
            if self._is_new(error):
                LOG.exception("the desk cannot be shown")
            shown, stale_s = None, self._age(now_s)
        if self._feed.followers and self._feed.take(shown, stale_s):
            self._publish(self._hub.tell_desk(time.monotonic()))

    def _is_new(self, error: Exception) -> bool:
        """Whether it is another trouble than the last time."""
        before, self._trouble = self._trouble, repr(error)
        return before != self._trouble

    def _age(self, now_s: float) -> float:
        return 0.0 if self._seen_s is None else now_s - self._seen_s
