"""Whether a worker that stands still while there is work is ended, and no other.

Know before changing: the thread is real and its times are short; nothing here measures how long it took.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import cast

import pytest

from streams import watchdog
from streams.progress import Progress
from streams.spans import Span
from streams.watchdog import LOOKS, Watchdog

STAND_STILL_S = 0.03
WITHIN_S = 60.0
"""Deadline of what must happen."""


class EndedError(Exception):
    """The process was to end, for this reason."""


def end(why: str) -> None:
    """Ends the watchdog's thread as the real one ends the process: it does not come back."""
    raise EndedError(why)


def watched(work: Callable[[], Awaitable[bool]], progress: Progress | None = None) -> str:
    """Why the worker was ended, by a watchdog in a thread of its own."""
    dog, ended = Watchdog(progress or Progress(), work, STAND_STILL_S, end), Future[str]()

    def watch() -> None:
        try:
            dog.run()
        except BaseException as error:  # noqa: BLE001 # it is told in the test's own thread
            ended.set_exception(error)

    threading.Thread(target=watch, daemon=True).start()
    with pytest.raises(EndedError) as caught:
        ended.result(WITHIN_S)
    return str(caught.value)


class Asked:
    """Answers one after the other; the last is that there is work, so that every test comes to its end."""

    def __init__(self, *answers: Callable[[], Awaitable[bool]]) -> None:
        self.answers, self.count = answers, 0

    async def __call__(self) -> bool:
        """Whether there is work."""
        self.count += 1
        return True if self.count > len(self.answers) else await self.answers[self.count - 1]()


async def no() -> bool:
    """There is none."""
    return False


async def refused() -> bool:
    """The broker does not answer."""
    raise ConnectionRefusedError("no broker")


async def cancelled() -> bool:
    """A client that is closed while it is asked cancels what it waits for."""
    raise asyncio.CancelledError


async def hangs() -> bool:
    """A client that hangs as the worker's own does."""
    return bool(await asyncio.Event().wait())


def test_a_worker_that_stands_still_while_there_is_work_is_ended() -> None:
    """With a sentence for the log."""
    asked = Asked()
    why = watched(asked)
    assert why.startswith("Nothing was applied for 0.03 s although there is work in the log")
    assert 1 == asked.count


def test_no_work_is_no_reason() -> None:
    """Between two papers of a quiet night there may be hours."""
    asked = Asked(no, no, no)
    watched(asked)
    assert 4 == asked.count


@pytest.mark.parametrize("hindrance", [refused, cancelled, hangs])
def test_an_outside_that_cannot_be_asked_is_no_reason(
    hindrance: Callable[[], Awaitable[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the broker away a new process would stand still as well; and the watching goes on."""
    monkeypatch.setattr(watchdog, "ASK_WITHIN_S", 0.3)
    asked = Asked(hindrance, hindrance)
    watched(asked)
    assert 3 == asked.count


def test_a_worker_that_moves_while_it_is_asked_about_is_left_alone() -> None:
    """The work that was seen was being done."""
    progress = Progress()

    async def work_that_is_done_meanwhile() -> bool:
        progress.note([Span("t/0", 0, 1)])
        return True

    asked = Asked(work_that_is_done_meanwhile, work_that_is_done_meanwhile)
    watched(asked, progress)
    assert 3 == asked.count


class Clock:
    """A clock that moves only while somebody sleeps; put in the place of the module's own."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Seconds since this machine was started."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Is over at once."""
        self.now += seconds


class Moves:
    """The progress of a worker that moves once in a while, and then no more."""

    def __init__(self, clock: Clock, every_s: float, until_s: float) -> None:
        self._clock, self._every_s, self._until_s = clock, every_s, until_s

    @property
    def steps(self) -> int:
        """How often it has moved until now."""
        return int(min(self._clock.now, self._until_s) / self._every_s)


def test_only_a_worker_that_has_stood_still_for_the_whole_time_is_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asking costs new connections: not one that moves, however slowly, and not at its first pause."""
    clock, asked_at = Clock(), list[float]()
    monkeypatch.setattr(watchdog, "time", clock)
    last_move_s = 100 * STAND_STILL_S

    async def work() -> bool:
        asked_at.append(clock.now)
        return True

    watched(work, cast("Progress", Moves(clock, STAND_STILL_S * 0.8, last_move_s)))
    assert 1 == len(asked_at)
    assert last_move_s + STAND_STILL_S * (1 - 1 / LOOKS) <= asked_at[0] <= last_move_s + STAND_STILL_S * 1.5


def test_the_thread_does_not_keep_a_process_that_has_ended() -> None:
    """It looks until the process ends, so it must not be waited for."""
    assert Watchdog(Progress(), no, STAND_STILL_S, end).daemon
