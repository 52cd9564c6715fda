"""Whether a worker waits for its topics, and speaks only where it knows all that was told.

What a worker does with a broker and a store is in tests/live.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import NoReturn

import pytest

from streams import app as app_module
from streams import asking, ending
from streams.app import Worker
from streams.settings import Settings
from tests.patience import PATIENCE_S
from tests.streams import made

NIGHT = made.night()
WANTED = ("reports", "rulings", "told", "refused")


def worker() -> Worker:
    """A worker that nobody has started."""
    return Worker(NIGHT, Settings())


async def test_the_end_of_what_was_told_is_known_by_whoever_holds_it() -> None:
    """Another worker's evaluator is not this one's; and before the first fetch nobody knows."""
    one = worker()
    one._reading = True
    reports, told = (f"{one.scope.topic(what)}/0" for what in ("reports", "told"))
    for ends, expected in (({reports: 7}, None), ({reports: 7, told: 9}, 9), ({told: 0}, 0), ({}, None)):
        one.app = SimpleNamespace(ends=ends.copy)  # type: ignore[assignment] # only this is asked
        assert expected == one._told_end()
    await one.store.close()


async def test_before_the_stream_processor_is_started_nobody_asks_it_where_the_log_ends() -> None:
    """The sign of life begins before it: asking would make a consumer too early."""
    one = worker()
    one.app = SimpleNamespace()  # type: ignore[assignment] # any question would fail
    assert {} == one._ends()
    assert one._told_end() is None
    await one.store.close()


async def test_a_worker_makes_no_topic_and_waits_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It says which are missing and who makes them."""
    one, asked = worker(), list[int]()
    names = [one.scope.topic(what) for what in WANTED]

    async def look(settings: Settings) -> dict[str, int]:
        asked.append(len(asked))
        return dict.fromkeys(names[: len(asked)], 1)

    async def kept(settings: Settings, names: object) -> set[str]:
        return set()

    monkeypatch.setattr(app_module, "LOOK_FOR_TOPICS_EVERY_S", 0)
    monkeypatch.setattr(asking, "topics_there", look)
    monkeypatch.setattr(asking, "kept_from_us", kept)
    with caplog.at_level(logging.WARNING):
        await one._topics()
    assert len(WANTED) == len(asked)
    assert names[-1] in caplog.text
    assert "sandik produce, replay or up make them" in caplog.text
    await one.store.close()


async def test_a_worker_does_not_wait_for_a_topic_that_is_kept_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To whom it is kept from it looks as if it were not there yet, for ever."""
    one = worker()
    told = one.scope.topic("told")

    async def look(settings: Settings) -> dict[str, int]:
        return {one.scope.topic(what): 1 for what in WANTED if what != "told"}

    async def kept(settings: Settings, names: object) -> set[str]:
        return {told}

    monkeypatch.setattr(asking, "topics_there", look)
    monkeypatch.setattr(asking, "kept_from_us", kept)
    with pytest.raises(asking.NotLetInError, match=r"read or write replay\.practice\.told: give it"):
        await one._topics()
    await one.store.close()


@pytest.mark.parametrize("missing", ["the store", "the topics"])
async def test_a_worker_that_still_waits_stops_when_it_is_told_to(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for: nothing was read yet, so nothing is to be put in order."""
    one, asked = worker(), asyncio.Event()

    def answers(what: str) -> Callable[..., Awaitable[None]]:
        async def answer(*given: object) -> None:
            if what == missing:
                asked.set()
                await asyncio.Event().wait()

        return answer

    monkeypatch.setattr(app_module, "attend", answers("the store"))
    monkeypatch.setattr(one, "_topics", answers("the topics"))
    running = asyncio.create_task(one.run())
    async with asyncio.timeout(PATIENCE_S):
        await asked.wait()
        signal.raise_signal(signal.SIGTERM)
        await running
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)
    await one.store.close()


async def test_a_stop_that_does_not_come_to_an_end_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A traceback would look like a mistake of ours; and nothing is lost by it."""
    one = worker()

    async def never() -> None:
        await asyncio.Event().wait()

    def end(code: int, why: str) -> NoReturn:
        raise SystemExit(f"{code}: {why}")

    one.app = SimpleNamespace(stop=never)  # type: ignore[assignment] # only this is asked
    monkeypatch.setattr(app_module, "STOP_WITHIN_S", 0.01)
    monkeypatch.setattr(ending, "end", end)
    with pytest.raises(SystemExit, match=r"^1: What was read is not applied 0\.01 s after"):
        await one._stop()
    await one.store.close()
