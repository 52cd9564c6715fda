"""Whether one slow service holds up the others: the threads of a process that delivers."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from election.wire.delivered import Target
from streams import delivering
from streams.alerts import apprise
from streams.delivering import Desk, deliver
from streams.settings import Settings
from streams.subscriptions import Subscriptions
from tests.patience import PATIENCE_S
from tests.streams import facts, made
from tests.streams.alerts.means import means


async def test_a_name_is_looked_up_while_every_other_service_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many hang as may be under way at once, and as many retractions but one; all work in threads."""
    goes_on, settings = threading.Event(), Settings()

    def hangs(*_: object) -> bool:
        return goes_on.wait(PATIENCE_S)

    async def delivers(desk: Desk, ledger: Any, read: Callable[[bytes], Any]) -> None:
        target = Target("apprise", "OTHERS")
        hanging = [
            asyncio.create_task(apprise.send(facts.told(1), target, means(OTHERS="json://127.0.0.1:1/")))
            for _ in range(2 * settings.deliver_at_once - 1)
        ]
        for _ in range(3):  # in which each has asked for its thread
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(PATIENCE_S / 2):
                await asyncio.get_running_loop().getaddrinfo("localhost", 443)
            assert not any(one.done() for one in hanging)
        finally:
            goes_on.set()
        await asyncio.gather(*hanging)

    monkeypatch.setattr(apprise, "_notify", hangs)
    monkeypatch.setattr(delivering, "_deliver", delivers)
    nobody: Any = None
    await deliver(Desk(made.night(), settings, Subscriptions(()), nobody, {}))
