"""Begins again in place: the store has lost ground, and the log is read on from where it stands now.

    again = BeginsAgain(progress, rejoin)
    again.guard(apply)      a step at which the store has a gap begins again instead of ending the process
    again.begin(why)        the same from the sign of life
    again.put_down()        before a join that was asked for elsewhere: what was read is thrown away
    await again.ready()     before the store's positions are asked for after a join

The process stays in its group and asks for its partitions anew: the way in which a second worker comes, which
ends with reading on from the store's offsets. Nobody waits for the session of a process that has gone.

Know before changing: nothing here keeps the count right; the store does, which refuses a gap and takes
nothing twice. What must be kept is that nothing thrown away is acknowledged, and that no step is under way
when the positions are read; and that what is remembered of the store is forgotten, or papers that the store
no longer holds would be taken for no news. A join that never comes is ended by the watchdog.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from election.errors import SandikError
from streams.answers import Gap
from streams.counting import CannotCountError
from streams.progress import Progress

log = logging.getLogger(__name__)

B = TypeVar("B")


class Drains(Protocol):
    """What holds records that were read and not yet applied."""

    def shut(self) -> None:
        """From now on what it holds, and what comes, is neither applied nor acknowledged."""

    async def reopen(self) -> None:
        """Returns when no step is under way; what comes from now on is applied."""


class BeginsAgain:
    """One worker's way back to where the store stands."""

    def __init__(self, progress: Progress, rejoin: Callable[[], None]) -> None:
        self._progress, self._rejoin = progress, rejoin
        self._drains: list[Drains] = []
        self._forgets: list[Callable[[], None]] = []
        self._steps: int | None = None
        """How many steps had been applied when it last began again."""
        self._lock = asyncio.Lock()
        self.pending = False
        """Whether it has begun again and does not yet know from where."""

    def also(self, forget: Callable[[], None]) -> None:
        """What this process remembers of the store is forgotten with this, before anything is read again."""
        self._forgets.append(forget)

    def own(self, drain: Drains) -> None:
        """Throws away what this drain holds, too."""
        self._drains.append(drain)

    def begin(self, why: SandikError) -> None:
        """Throws away what was read, and asks for the partitions anew.

        Raises `why` if nothing was applied since the last time: then it is not cured by this, and the process
        ends, to be started again ever more slowly.
        """
        if self.pending:
            return
        if self._steps == self._progress.steps:
            raise why
        log.warning("%s", why)
        self._steps = self._progress.steps
        self.put_down()
        self._rejoin()

    def put_down(self) -> None:
        """Throws away what was read: whoever has the partitions after the coming join reads it again."""
        self.pending = True
        for drain in self._drains:
            drain.shut()

    def guard(self, apply: Callable[[B], Awaitable[None]]) -> Callable[[B], Awaitable[None]]:
        """The same step; at a gap it begins again, and the drain, being shut, acknowledges nothing."""

        async def guarded(step: B) -> None:
            try:
                await apply(step)
            except CannotCountError as error:
                if not isinstance(error.why, Gap):
                    raise
                self.begin(error)

        return guarded

    async def ready(self) -> bool:
        """Returns when nothing of what was thrown away is under way; whether anything was thrown away.

        What is remembered of the store is forgotten at every join: another worker may have noticed that the
        store was flushed, and we, reading from its offsets with what we remember, would take papers that it
        no longer holds for no news.
        """
        async with self._lock:  # both the join and a fetch that was under way ask
            began = self.pending
            if began:
                for drain in self._drains:
                    await drain.reopen()
                self._progress.forget()
            for forget in self._forgets:
                forget()
            self.pending = False
            return began
