"""Between a stream and the store: takes what is there, applies it in one step, acknowledges it, again.

    async for event …: await queue.put(Item(received, ack))      the agent's whole body
    await Drain(queue, begin, apply).run()                       never returns; raises when it cannot go on

While one step is being applied the next is already read and summed as far as it goes without what is held.
There is no fixed window: a single record is applied at once, a thousand waiting ones together.

Know before changing: an item is acknowledged after the step that holds it was applied, never before. When
`run` raises, whoever owns it ends the process, so that nothing of what was in flight is committed. An item
belongs to the turn in which it was read; `shut` ends a turn, and what is left of it is dropped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from streams.spans import Received

TURN_ITEMS = 16
"""Items read in one go; then the step that is being applied has its turn."""
TURNS_FOR_MORE = 3
"""Turns of the loop that whoever fills the queue gets before it counts as empty: records that were fetched
together come one a turn, and a step for each few of them costs more than they do."""
LOOK_AGAIN_S = 0.002
"""While a step is being applied: how often it looks for more items. What comes then waits for it anyway."""

B = TypeVar("B")
B_co = TypeVar("B_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Item:
    """A record and how to say that it is done with."""

    received: Received
    ack: Callable[[], Awaitable[object]]
    turn: int = 0
    """The drain's turn when it was read."""


class Gatherer(Protocol[B_co]):
    """Takes records in and makes one step of them."""

    @property
    def full(self) -> bool:
        """Whether the rest should wait for the next step."""

    def follows(self, received: Received) -> bool:
        """Whether this record may be added to this step."""

    def add(self, received: Received) -> None:
        """Takes one record in."""

    def finish(self) -> B_co:
        """Everything added, as one step."""


class Drain(Generic[B]):
    """Empties a queue into steps."""

    def __init__(
        self,
        queue: "asyncio.Queue[Item]",
        begin: Callable[[], Gatherer[B]],
        apply: Callable[[B], Awaitable[None]],
    ) -> None:
        self._queue, self._begin, self._apply = queue, begin, apply
        self._next: Item | None = None
        """An item that did not follow: it begins the next step."""
        self._applying: asyncio.Task[None] | None = None
        self._under_way: Item | None = None
        """The first item of the step that was begun last."""
        self.turn, self._shut = 0, False

    def shut(self) -> None:
        """From now on nothing is applied or acknowledged: what is held, and what comes, is dropped."""
        self._shut = True

    async def reopen(self) -> None:
        """Returns when no step is being applied; what is read from now on is applied again."""
        if self._applying is not None:
            await asyncio.wait({self._applying})
        self.turn, self._shut = self.turn + 1, False

    @property
    def dropped(self) -> bool:
        """Whether the step that is being applied was thrown away: it will not be acknowledged."""
        return self._under_way is not None and self._dropped(self._under_way)

    def _dropped(self, item: Item) -> bool:
        return self._shut or item.turn != self.turn

    async def run(self) -> None:
        """Drains until something raises."""
        try:
            while True:
                step, items = await self._gather()
                await self._applied()
                self._applying = asyncio.create_task(self._do(step, items), name="apply")
        finally:
            if self._applying is not None:
                self._applying.cancel()

    async def _gather(self) -> tuple[B, Sequence[Item]]:
        """At least one item, and all that is there; while the last step is being applied, what comes too."""
        gatherer, items = self._begin(), list[Item]()
        while not gatherer.full and not (items and self._dropped(items[0])):
            item = self._take()
            if item is None:
                if items and self._idle:
                    if not await self._more():
                        break
                else:
                    await self._until_something()
            elif gatherer.follows(item.received):
                gatherer.add(item.received)
                items.append(item)
                if len(items) % TURN_ITEMS == 0:
                    await asyncio.sleep(0)  # lets the step before be sent while this one is read
            else:
                self._next = item
                break
        return gatherer.finish(), items

    def _take(self) -> Item | None:
        if self._next is not None:
            item, self._next = self._next, None
            return item  # a dropped one makes a step of its own, which is not applied
        while not self._queue.empty():
            if not self._dropped(item := self._queue.get_nowait()):
                return item
        return None

    async def _more(self) -> bool:
        """Whether something was on its way into the queue."""
        for _ in range(TURNS_FOR_MORE):
            await asyncio.sleep(0)
            if not self._queue.empty():
                return True
        return False

    @property
    def _idle(self) -> bool:
        return self._applying is None

    async def _until_something(self) -> None:
        """Waits for an item, or for the end of the step that is being applied."""
        if self._applying is None:
            self._next = await self._queue.get()
            return
        # Waiting for each item by itself would cost a future and a task a record.
        await asyncio.wait({self._applying}, timeout=LOOK_AGAIN_S)
        if self._applying.done():
            await self._applied()

    async def _applied(self) -> None:
        """Returns when no step is being applied; raises what the step raised."""
        if self._applying is not None:
            await self._applying
            self._applying = None

    async def _do(self, step: B, items: Sequence[Item]) -> None:
        self._under_way = items[0]
        if self.dropped:
            return
        await self._apply(step)
        if self._dropped(items[0]):
            return
        for item in items:
            await item.ack()
