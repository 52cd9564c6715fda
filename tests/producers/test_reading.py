"""A feed read in a thread."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from producers import reading


async def test_everything_comes_in_order_and_then_the_end() -> None:
    """Whatever the batches, nothing is lost and nothing turned around."""
    many = 3 * reading.BATCH_MAX + 7
    found = [item async for batch in reading.batches(lambda idle: iter(range(many))) for item in batch]
    assert list(range(many)) == found


async def test_a_batch_is_full_or_what_was_there_before_a_wait() -> None:
    """A source that is about to wait says so, and what it gave is handed over at once."""

    def read(idle: Callable[[], None]) -> Iterator[int]:
        yield from (1, 2)
        idle()
        yield 3

    assert [[1, 2], [3]] == [batch async for batch in reading.batches(read)]


async def test_an_error_comes_after_everything_before_it() -> None:
    """A feed that breaks in its tenth row has given nine."""

    def read(idle: Callable[[], None]) -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    feed = reading.batches(read)
    assert [1] == await anext(feed)
    with pytest.raises(ValueError, match="broken"):
        await anext(feed)


async def test_nothing_is_read_ahead_of_what_can_be_sent() -> None:
    """While nobody takes a batch, the source is asked for at most a few more."""
    asked = 0

    def read(idle: Callable[[], None]) -> Iterator[int]:
        nonlocal asked
        while True:
            asked += 1
            yield asked
            idle()

    feed = reading.batches(read)
    await anext(feed)
    for _ in range(100):
        await asyncio.sleep(0)
    assert asked <= 4
    await feed.aclose()  # type: ignore[attr-defined] # it is an async generator


async def test_the_thread_ends_when_the_reader_goes_away() -> None:
    """A feed that is no longer wanted is not read on."""
    ended = threading.Event()

    def read(idle: Callable[[], None]) -> Iterator[int]:
        try:
            while True:
                yield 1
                idle()
        finally:
            ended.set()

    feed = reading.batches(read)
    await anext(feed)
    await feed.aclose()  # type: ignore[attr-defined] # it is an async generator
    assert await asyncio.to_thread(ended.wait, 10)
