"""Few leave at once, many in batches, and nobody stays when there is a hurry."""

import asyncio
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import PATIENCE_S
from tests.web.hosts import Hand, listener
from tests.web.raw import Raw
from web.draining import BACK_PER_S, drain, pace
from web.sockets import Socket

BYE = b'{"t":"bye","code":1012}'


@pytest.mark.parametrize(
    ("clients", "over_s", "expected"),
    [
        (0, 30, 1),
        (1, 30, 1),
        (50, 30, 50),
        (400, 30, 50),
        (6000, 30, 50),
        (12_000, 30, 100),
        (20_000, 3, 1667),
        (9, 0, 9),
    ],
)
def test_the_pace(clients: int, over_s: float, expected: int) -> None:
    """Two hundred a second, or as many as the time asks for."""
    assert expected == pace(clients, over_s)[0]


@given(st.integers(0, 100_000), st.floats(0, 120))
def test_it_is_never_longer_than_allowed(clients: int, over_s: float) -> None:
    """Nor than needed."""
    size, pause_s = pace(clients, over_s)
    takes_s = (-(-clients // size) - 1) * pause_s
    assert takes_s <= max(0, min(over_s, clients / BACK_PER_S))


async def gone(at: Hand, clients: list[Raw]) -> None:
    """Everybody heard the bye and the code of a restart."""
    for raw in clients:
        heard = []
        while (one := await raw.frame()) is not None:
            heard.append(str(one))
        assert ["bye", "close 1012"] == heard
        raw.leave()
    await at.quiet()


async def test_few_leave_at_once() -> None:
    """Whatever time there would be."""
    async with listener() as at:
        clients = [await Raw.websocket(at.port) for _ in range(5)]
        await asyncio.wait_for(drain(at.inn.sockets, BYE, 3600, asyncio.Event()), PATIENCE_S)
        at.later(10)
        await gone(at, clients)


async def test_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch, a pause, the next: who is not sent away yet is a client like any other."""
    monkeypatch.setattr("web.draining.BACK_PER_S", 10.0)
    async with listener() as at:
        clients = [await Raw.websocket(at.port) for _ in range(10)]
        still = []

        class Pauses(asyncio.Event):
            """Nobody is in a hurry; notes at each pause how many are still there."""

            async def wait(self) -> Literal[True]:
                still.append(len(list(at.listening.sockets())))
                return await super().wait()

        await drain(at.inn.sockets, BYE, 30, Pauses())
        assert [7, 4, 1] == still
        at.later(10)
        await gone(at, clients)


async def test_in_a_hurry() -> None:
    """A second signal sends away at once whoever is left."""
    async with listener() as at:
        clients = [await Raw.websocket(at.port) for _ in range(10)]
        hurry = asyncio.Event()
        sockets: list[Socket] = at.inn.sockets * 500  # as if they were thousands; nobody is told twice
        task = asyncio.create_task(drain(sockets[::-1], BYE, 3600, hurry))
        await asyncio.sleep(0)
        assert not task.done()
        hurry.set()
        await asyncio.wait_for(task, PATIENCE_S)
        at.later(10)
        await gone(at, clients)
