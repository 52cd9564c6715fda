"""Whether records are handed on to the streams as the library would, and sooner: `OurConsumer.wait_first`.

Know before changing: the consumer is the real one; what calls it is played.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from faust.transport.consumer import Consumer

from streams.consuming import OurConsumer
from tests.patience import PATIENCE_S
from tests.streams.apps import made_app


class Handed:
    """A record on its way to the streams, as the library's loop hands it to `wait_first`."""

    def __init__(self) -> None:
        self.gate, self.told = asyncio.Event(), list[str]()

    async def at_once(self) -> None:
        """There is room."""
        self.told.append("handed on")

    async def later(self) -> None:
        """There is none yet."""
        try:
            await self.gate.wait()
            self.told.append("handed on")
        except asyncio.CancelledError:
            self.told.append("given up")
            raise

    async def broken(self) -> None:
        """It cannot be handed on."""
        raise ValueError("broken")


@asynccontextmanager
async def made_consumer() -> AsyncIterator[OurConsumer]:
    """The consumer of an app of which nothing is started."""
    async with made_app() as app:
        yield app.consumer


async def test_a_record_that_need_not_wait_is_handed_on_without_a_task() -> None:
    """The library makes four for each: a sixth of all that a record of fifty papers costs."""
    async with made_consumer() as consumer:
        handed, before = Handed(), asyncio.all_tasks()
        suspended = consumer.suspend_flow.wait()
        waiting = consumer.wait_first(handed.at_once(), suspended)
        waiting.send(None)
        assert ["handed on"] == handed.told
        assert before == asyncio.all_tasks()
        with pytest.raises(StopIteration):
            waiting.send(None)
        assert inspect.CORO_CLOSED == inspect.getcoroutinestate(suspended)


async def test_a_record_that_must_wait_is_handed_on_when_there_is_room() -> None:
    """Reading goes no further before."""
    async with made_consumer() as consumer:
        handed = Handed()
        waiting = asyncio.ensure_future(consumer.wait_first(handed.later(), consumer.suspend_flow.wait()))
        for _ in range(20):
            await asyncio.sleep(0)
        assert ([], False) == (handed.told, waiting.done())
        handed.gate.set()
        await asyncio.wait_for(waiting, PATIENCE_S)
        assert ["handed on"] == handed.told


@pytest.mark.parametrize("how", ["suspended", "stopped", "cancelled"])
async def test_a_record_that_waits_is_given_up_when_reading_ends(how: str) -> None:
    """A rebalance suspends the flow: whoever has the partition next reads it again."""
    async with made_consumer() as consumer:
        handed = Handed()
        waiting = asyncio.ensure_future(consumer.wait_first(handed.later(), consumer.suspend_flow.wait()))
        for _ in range(5):
            await asyncio.sleep(0)
        {
            "suspended": consumer.suspend_flow.set,
            "stopped": consumer._stopped.set,
            "cancelled": waiting.cancel,
        }[how]()
        await asyncio.wait({waiting}, timeout=PATIENCE_S)
        for _ in range(5):
            await asyncio.sleep(0)
        assert (True, "cancelled" == how) == (waiting.done(), waiting.cancelled())
        assert ["given up"] == handed.told


async def test_while_the_flow_is_suspended_or_ends_the_library_decides() -> None:
    """As it always did; our way is only for a record that may go on."""
    for how in ("suspend_flow", "_stopped"):
        async with made_consumer() as consumer:
            getattr(consumer, how).set()
            handed = Handed()
            await asyncio.wait_for(
                consumer.wait_first(handed.later(), consumer.suspend_flow.wait()), PATIENCE_S
            )
            for _ in range(5):
                await asyncio.sleep(0)
            assert "handed on" not in handed.told


async def test_an_error_in_handing_on_is_raised_and_nothing_is_left_behind() -> None:
    """It ends the process, and the record is read again."""
    async with made_consumer() as consumer:
        suspended = consumer.suspend_flow.wait()
        with pytest.raises(ValueError, match="broken"):
            await consumer.wait_first(Handed().broken(), suspended)
        assert inspect.CORO_CLOSED == inspect.getcoroutinestate(suspended)


async def test_the_library_still_hands_records_on_as_we_take_them_over() -> None:
    """Two coroutines, the record's first; and its fast path is there, which takes what is waiting at once."""
    async with made_app() as app:
        assert "wait_first" in inspect.getsource(Consumer._drain_messages)
        assert "callback(message), self.suspend_flow.wait()" in inspect.getsource(Consumer._drain_messages)
        assert app.conf.cython_optimizations
        assert app.monitor not in app.sensors
