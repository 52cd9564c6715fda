"""Whether a coroutine begun in place does just what it does in a task: results, errors, cancellation."""

import asyncio
from contextlib import suppress

import pytest

from streams.begun import Rest, begin
from tests.patience import PATIENCE_S


class BrokenError(Exception):
    """What goes wrong in these tests."""


async def test_what_does_not_have_to_wait_is_done_when_begin_returns() -> None:
    """No task, no turn of the loop."""
    done = list[int]()

    async def work() -> None:
        done.append(1)

    assert begin(work()) is None
    assert [1] == done


async def test_what_has_to_wait_is_done_when_the_rest_was_awaited() -> None:
    """Futures and plain turns of the loop are waited for, however many there are."""
    done, gate = list[int](), asyncio.Event()

    async def work() -> None:
        done.append(1)
        await gate.wait()
        done.append(2)
        await asyncio.sleep(0)
        done.append(3)

    rest = begin(work())
    assert isinstance(rest, Rest)
    waiting = asyncio.ensure_future(rest)
    await asyncio.sleep(0)
    assert [1] == done
    gate.set()
    await waiting
    assert [1, 2, 3] == done


async def test_what_became_ready_before_the_rest_is_awaited_is_not_waited_for_in_vain() -> None:
    """The future may be done before anybody asks for it."""
    future = asyncio.get_running_loop().create_future()
    told = list[object]()

    async def work() -> None:
        told.append(await future)

    rest = begin(work())
    assert rest is not None
    future.set_result(7)
    async with asyncio.timeout(PATIENCE_S):
        await rest
    assert [7] == told


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_an_error_is_raised_where_the_coroutine_came_to(turns: int) -> None:
    """In the first step by begin, later by the rest."""

    async def work() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        raise BrokenError

    if turns == 0:
        with pytest.raises(BrokenError):
            begin(work())
        return
    rest = begin(work())
    assert rest is not None
    with pytest.raises(BrokenError):
        await rest


async def test_an_error_of_what_it_waits_for_reaches_the_coroutine() -> None:
    """It may handle it, as it could in a task."""
    future = asyncio.get_running_loop().create_future()
    handled = list[str]()

    async def work() -> None:
        try:
            await future
        except BrokenError:
            handled.append("broken")

    rest = begin(work())
    assert rest is not None
    future.set_exception(BrokenError())
    await rest
    assert ["broken"] == handled


@pytest.mark.parametrize("turns", [0, 1])
async def test_a_cancellation_ends_the_coroutine_too(turns: int) -> None:
    """What it holds is given back, whether the rest had its first turn or not."""
    ended = list[str]()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    rest = begin(work())
    assert rest is not None
    waiting = asyncio.ensure_future(rest)
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    rest.close()
    assert waiting.cancelled()
    assert ["ended"] == ended
