"""Whether a worker waits for its topics, and speaks only where it knows all that was told.

What a worker does with a broker and a store is in tests/live.
"""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from streams import app as app_module
from streams.app import Worker
from streams.settings import Settings
from tests.streams import made

NIGHT = made.night()
WANTED = ("reports", "rulings", "told", "refused")


def worker() -> Worker:
    """A worker that nobody has started."""
    return Worker(NIGHT, Settings())


async def test_the_end_of_what_was_told_is_known_by_whoever_holds_it() -> None:
    """Another worker's evaluator is not this one's; and before the first fetch nobody knows."""
    one = worker()
    reports, told = (SimpleNamespace(topic=one.scope.topic(what)) for what in ("reports", "told"))
    for held, known, expected in (
        ([reports], 7, None), ([reports, told], 7, 7), ([told], 0, 0), ([told], None, None), ([], 7, None),
    ):  # fmt: skip
        consumer: Any = SimpleNamespace(
            assignment=lambda held=held: held,
            highwater=lambda at, known=known: {one.scope.topic("told"): known}[at.topic],
        )
        one.app = SimpleNamespace(consumer=consumer)  # type: ignore[assignment] # only its consumer is asked
        assert expected == one._told_end()
    await one.store.close()


async def test_a_worker_makes_no_topic_and_waits_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It says which are missing and who makes them."""
    one, asked = worker(), list[int]()
    names = [one.scope.topic(what) for what in WANTED]

    async def look() -> dict[str, int]:
        asked.append(len(asked))
        return dict.fromkeys(names[: len(asked)], 1)

    monkeypatch.setattr(app_module, "LOOK_FOR_TOPICS_EVERY_S", 0)
    monkeypatch.setattr(one, "_look", look)
    with caplog.at_level(logging.WARNING):
        await one._topics()
    assert len(WANTED) == len(asked)
    assert names[-1] in caplog.text
    assert "sandik produce, replay or up make them" in caplog.text
    await one.store.close()
