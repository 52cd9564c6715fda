"""A listener of its own for a test, with a host that does what the test says and a clock that stands still.

Know before changing: the rounds of a listener are called by the test, so nothing here takes the time that
the real one takes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from tests.web.house import until
from web.gate import Visitor
from web.listening import Listening, Place
from web.replies import Answer, Request
from web.sockets import Life, Socket, send


class Inn:
    """A host: lets everybody in at /ws and answers what it hears; everything else is for `answer`."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Answer | Awaitable[Answer]] = lambda request: Answer(
            HTTPStatus.OK, {}, request.target.encode()
        )
        self.begin: Callable[[Socket], Awaitable[None]] = self.echo
        self.sockets: list[Socket] = []
        self.heard: list[str | bytes] = []
        self.lives: list[Life | None] = []
        self.refused: list[tuple[str, HTTPStatus]] = []

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """Everybody may come in."""
        if request.target == "/ws":
            return Visitor(address, "", frozenset())
        return self.answer(request)

    async def talk(self, socket: Socket) -> None:
        """A life."""
        self.sockets.append(socket)
        await self.begin(socket)

    async def echo(self, socket: Socket) -> None:
        """Says back what it hears, as JSON that `tests.web.raw` can read."""
        send((socket.peer,), b'{"t":"hello"}')
        async for message in socket:
            self.heard.append(message)
            send((socket.peer,), b'{"t":"error","code":"echo"}')

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """Somebody is gone."""
        self.lives.append(life)

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Somebody was refused."""
        self.refused.append((reason, status))


class Hand:
    """A listener at work, and its clock."""

    def __init__(self, inn: Inn, place: Place) -> None:
        self.inn, self.now = inn, 1000.0
        self.listening = Listening(inn, place, lambda: self.now)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.listening.port

    def later(self, seconds: float) -> None:
        """Some time goes by, and a round is made."""
        self.now += seconds
        self.listening.look()

    async def quiet(self) -> None:
        """Waits until nobody is connected any more."""
        await until(lambda: self.listening.count() == 0)


@asynccontextmanager
async def listener(**place: object) -> AsyncIterator[Hand]:
    """A listener until the test ends; nobody is left then."""
    made = Hand(Inn(), Place("127.0.0.1", 0, **place))  # type: ignore[arg-type] # as the test says
    await made.listening.open()
    try:
        yield made
    finally:
        await made.listening.close()
        assert made.listening.count() == 0
        assert made.listening.unfetched == 0
        await asyncio.sleep(0)
