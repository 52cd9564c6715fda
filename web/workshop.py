"""Bodies that take long to make: once for all who wait for one, in a thread, and a few at the same moment.

    body = await workshop.get(Order(key, lane, now, make))

What is kept is given out while it is of what is shown now, or still young; of one lane only one is made at a
time. So a crowd costs as much as one reader does, and nobody's changes wait while a body is made.

Know before changing: what waits to be made is bounded, since somebody who asks for ever other bodies would
fill the house with work. `now` is asked again whenever somebody comes, and a body that was made under one
state is not given out under another, however young it is: the state holds the embargo. Whoever leaves does
not end the work for the others. What is made never waits for the same workshop: all places could be held by
those who wait.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from election.errors import OutsideError
from web.kept import Keep, Kept

PLACES_MAX = 2
"""Most bodies made at the same moment; the next wait."""
MAKINGS_MAX = 128
"""Most bodies made or waiting to be; at the limit whoever wants yet another one is told to come again."""

Position = tuple[str, str]
"""What is shown: its state (epoch and embargo), and its content."""


@dataclass(frozen=True, slots=True)
class Order:
    """One body that somebody wants."""

    key: str
    """Where it is kept."""
    lane: str
    """Of what shares a lane one is made after the other."""
    now: Callable[[], Position]
    """What is shown at this moment."""
    make: Callable[[], Awaitable[tuple[Kept, Position]]]
    """Makes it, and says of what it is; its errors reach everybody who waits."""
    young_s: float = 0.0
    """How old it may be while the content moves on."""


class Workshop:
    """Where the bodies of one gateway are made that take long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keep = Keep()
        self._made: dict[str, tuple[Position, float]] = {}
        """By key: of what the body is that is kept there, and when it was made."""
        self._making: dict[str, tuple[str, asyncio.Task[Kept]]] = {}
        """By lane: the key of what is being made."""
        self._places = asyncio.Semaphore(PLACES_MAX)

    async def get(self, order: Order) -> Kept:
        """The body, kept or made; raises what its making raises, and OutsideError where too many are made."""
        while True:
            found = self._fresh(order)
            if found is not None:
                return found
            key, task = self._making.get(order.lane, (order.key, None))
            if task is None:
                if len(self._making) >= MAKINGS_MAX:
                    raise OutsideError("Too much is being made here just now; try again shortly.")
                task = asyncio.create_task(self._make(order), name=f"making {order.key}")
                self._making[order.lane] = key, task
                task.add_done_callback(lambda done: self._done(order.lane, done))
                return await asyncio.shield(task)
            if key == order.key:
                await asyncio.shield(task)  # its error is mine too; its body is, if it is still of now
            else:
                await asyncio.wait([task])

    def _done(self, lane: str, task: asyncio.Task[Kept]) -> None:
        del self._making[lane]
        if not task.cancelled():
            task.exception()  # those who wait are told; if all have left, nobody is

    def _fresh(self, order: Order) -> Kept | None:
        found, made = self._keep.find(order.key), self._made.get(order.key)
        if found is None or made is None:
            return None
        (state, content), at = made
        state_now, content_now = order.now()
        good = content == content_now or self._clock() - at < order.young_s
        return found if state == state_now and good else None

    async def _make(self, order: Order) -> Kept:
        async with self._places:
            at = self._clock()
            body, position = await order.make()
        self._keep.put(order.key, body)
        self._made = {key: made for key, made in self._made.items() if self._keep.find(key) is not None}
        self._made[order.key] = position, at
        return body
