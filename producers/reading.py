"""A feed read in a thread, so that a slow pipe or a large file holds up nothing else.

Know before changing: a batch is handed over when it is full or when the source is about to wait, so a feed
that trickles is not held back and one that floods is not paid for row by row. The thread waits until a batch
was taken: nothing is read ahead of what can be sent.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import CancelledError
from typing import Generic, TypeVar

BATCH_MAX = 2000
"""Most items in one batch; at the limit it is handed over."""

Item = TypeVar("Item")


class _StoppedError(Exception):
    """The reader went away; the thread ends."""


class _Feed(Generic[Item]):
    """The two sides of one reading: the thread gives batches, the event loop takes them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.batches: asyncio.Queue[list[Item] | BaseException | None] = asyncio.Queue(1)
        self._batch: list[Item] = []
        self._stopped = threading.Event()

    def run(self, read: Callable[[Callable[[], None]], Iterator[Item]]) -> None:
        """The thread's whole life."""
        try:
            for item in read(self.idle):
                self._batch.append(item)
                if len(self._batch) >= BATCH_MAX:
                    self.idle()
            self.idle()
            self._give(None)
        except _StoppedError:
            return
        except BaseException as error:  # noqa: BLE001 - handed to the reader, which raises it
            try:
                self.idle()
                self._give(error)
            except _StoppedError:
                return

    def idle(self) -> None:
        """Hands over what there is."""
        if self._batch:
            batch, self._batch = self._batch, []
            self._give(batch)

    def _give(self, what: list[Item] | BaseException | None) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        put = self.batches.put(what)
        try:
            asyncio.run_coroutine_threadsafe(put, self._loop).result()
        except (RuntimeError, CancelledError) as error:  # the loop has ended: nobody takes any more
            put.close()
            raise _StoppedError from error

    def stop(self) -> None:
        """Lets the thread end at its next batch."""
        self._stopped.set()
        while not self.batches.empty():
            self.batches.get_nowait()


async def batches(
    read: Callable[[Callable[[], None]], Iterator[Item]],
) -> AsyncGenerator[list[Item], None]:
    """What `read(idle)` yields, in batches. `read` runs in a thread and calls `idle` before it waits.

    Raises what `read` raised, after everything that came before it.
    """
    feed: _Feed[Item] = _Feed()
    # A daemon: a pipe that never speaks again must not hold up the end of the process.
    threading.Thread(target=feed.run, args=(read,), name="read the feed", daemon=True).start()
    try:
        while (found := await feed.batches.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        feed.stop()
