"""Whether work that was cancelled ends, whatever a library makes of the cancellation.

Know before changing: the works here lose a cancellation as libraries do, at a chosen step and not by chance.
"""

import asyncio
import contextlib
from pathlib import Path

import pytest

from streams.heeding import AGAIN_S, heeding
from streams.ledger import Ledger
from streams.settings import Settings
from tests.servers import Running
from tests.streams import made

STEPS_MAX = 200


async def loses_one_cancellation(ended: asyncio.Event) -> None:
    """Waits for ever, as a loop does whose library caught the first cancellation."""
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()
    finally:
        ended.set()


async def gives_the_answer_all_the_same() -> str:
    """As `asyncio.wait_for` of Python 3.11 does."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return "an answer"


async def fails_when_cancelled() -> None:
    """Its connection breaks under it."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise OSError("broken") from None


async def step(times: int = 3) -> None:
    """Lets everything that can go on go on."""
    for _ in range(times):
        await asyncio.sleep(0)


async def test_work_gives_what_it_gives() -> None:
    """Or raises what it raises."""

    async def fails() -> None:
        raise OSError("no")

    assert 7 == await heeding(asyncio.sleep(0, 7))
    with pytest.raises(OSError, match="no"):
        await heeding(fails())


async def test_work_that_loses_a_cancellation_ends() -> None:
    """It is cancelled again, and is over when whoever asked for it goes on."""
    ended = asyncio.Event()
    task = asyncio.create_task(heeding(loses_one_cancellation(ended)))
    await step()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


@pytest.mark.parametrize("work", [gives_the_answer_all_the_same, fails_when_cancelled])
async def test_whoever_was_cancelled_is_cancelled_whatever_the_work_says(work: object) -> None:
    """An answer or an error that comes after a cancellation is not gone on with."""
    assert callable(work)
    task = asyncio.create_task(heeding(work()))
    await step()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_second_cancellation_leaves_nothing_behind() -> None:
    """A deadline and a signal may come at once."""
    ended = asyncio.Event()
    task = asyncio.create_task(heeding(loses_one_cancellation(ended)))
    await step()
    task.cancel()
    await step()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_a_deadline_is_a_deadline() -> None:
    """And no cancellation for whoever set it."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(AGAIN_S / 10):
            await heeding(loses_one_cancellation(asyncio.Event()))
    task = asyncio.current_task()
    assert task is not None
    assert 0 == task.cancelling()


async def test_a_group_ends_though_a_member_loses_its_cancellation() -> None:
    """A group cancels each of its members once and then waits: this is how a process did not stop."""
    ended = asyncio.Event()

    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(heeding(loses_one_cancellation(ended)))

    task = asyncio.create_task(group())
    await step()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


@pytest.mark.live
async def test_a_question_to_the_store_is_cancelled_at_whichever_step(
    redis_server: Running, tmp_path: Path
) -> None:
    """From the first step of a question on a fresh connection to its answer: it never outlives that."""
    night, settings = made.night(), Settings.read({"SANDIK_REDIS": redis_server.url})
    contest = next(iter(night.contests))
    for steps in range(STEPS_MAX):
        ledger = Ledger(night, settings.scope(night.id), settings)
        task = asyncio.create_task(ledger.told_last(contest))
        await step(steps)
        answered = task.done()
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled() != answered, f"cancelled after {steps} steps, it answered {task}"
        await ledger.close()
        if answered:
            break
    else:
        raise AssertionError(f"no answer within {STEPS_MAX} steps")
