"""Tasks that stand and fall together: whatever a library does with a cancellation, there is an end."""

import asyncio

import pytest

from tests.patience import PATIENCE_S
from web import tasks
from web.tasks import cancel, while_all_work


class Deaf:
    """Work in a library that loses so many cancellations."""

    def __init__(self, loses: int) -> None:
        self.lost, self._loses = 0, loses

    async def work(self) -> None:
        """Goes on until it is cancelled once more than it loses."""
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if self.lost == self._loses:
                    raise
                self.lost += 1


async def started(work: "asyncio.Task[None]") -> "asyncio.Task[None]":
    """Where it waits."""
    await asyncio.sleep(0)
    return work


async def test_a_cancellation_that_was_lost_is_said_again() -> None:
    """As often as it takes."""
    deaf = Deaf(3)
    task = await started(asyncio.create_task(deaf.work()))
    async with asyncio.timeout(PATIENCE_S):
        await cancel([task])
    assert (task.cancelled(), deaf.lost) == (True, 3)


async def test_what_never_ends_is_named_and_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever ends the process is not held up by it for ever."""
    monkeypatch.setattr(tasks, "GIVEN_UP_AFTER_S", 0.0)
    deaf = Deaf(1)
    task = await started(asyncio.create_task(deaf.work(), name="the deaf one"))
    async with asyncio.timeout(PATIENCE_S):
        await cancel([task])
    assert not task.done()
    [message] = caplog.messages
    assert "does not end" in message
    assert "name='the deaf one'" in message
    await cancel([task])
    assert task.cancelled()


async def test_what_ends_a_task_is_raised_and_what_is_waited_for_ends_too() -> None:
    """An error as it is; an end that nobody asked for, or a library's cancellation, by the task's name."""

    async def fails() -> None:
        raise ValueError("a fault")

    async def ends() -> None:
        return

    async def is_cancelled() -> None:
        raise asyncio.CancelledError

    for work, error, said in (
        (fails, ValueError, "a fault"),
        (ends, RuntimeError, "the task reading ended"),
        (is_cancelled, RuntimeError, "the task reading was cancelled by what it uses"),
    ):
        deaf = Deaf(1)
        with pytest.raises(error, match=said):
            await while_all_work([asyncio.create_task(work(), name="reading")], deaf.work())
        assert 1 >= deaf.lost


async def test_what_is_waited_for_ends_it_and_the_tasks_work_on() -> None:
    """Its error is raised too."""
    task = asyncio.create_task(Deaf(0).work())

    async def comes() -> None:
        await asyncio.sleep(0)

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("a fault")

    await while_all_work([task], comes())
    with pytest.raises(ValueError, match="a fault"):
        await while_all_work([task], fails())
    assert not task.done()
    await cancel([task])
