"""The log of what is shown, as a gateway follows it: of what it cannot hear it does not answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from election.errors import OutsideError
from producers.settings import Settings
from sandik import showing
from sandik.showing import KafkaLog
from tests.web.house import until
from tests.web.made import night


async def test_while_the_log_is_away_nobody_is_answered_from_what_was_read_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other gateways may write what was shown meanwhile, and an answer about it may be kept for ever."""
    goes, comes_back, begun = asyncio.Event(), asyncio.Event(), 0

    async def made(*_: Any) -> None:
        """The topic is there."""

    async def follow(*_: Any) -> AsyncIterator[None]:
        nonlocal begun
        begun += 1
        if begun == 1:
            yield None
            await goes.wait()
            raise OutsideError("Kafka does not answer any more.")
        await comes_back.wait()
        yield None
        await asyncio.Event().wait()

    monkeypatch.setattr(showing, "create_topics", made)
    monkeypatch.setattr(showing, "follow", follow)
    monkeypatch.setattr(showing, "AGAIN_S", (0.0, 0.0))
    log = KafkaLog(night(), Settings())
    following = asyncio.create_task(log.follow())
    await until(lambda: log.index.ready)
    goes.set()
    await until(lambda: begun == 2)
    assert not log.index.ready
    comes_back.set()
    await until(lambda: log.index.ready)
    following.cancel()
    await asyncio.wait([following])
