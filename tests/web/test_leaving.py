"""A gateway that leaves: who is sent away when, who is let in no more, and what ends it sooner."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.web.house import WITHIN_S, Watcher, frame, house, the_end, until
from tests.web.made import records
from tests.web.raw import Raw


@pytest.fixture
def slow_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    """One client is sent away each quarter of a second, however few there are."""
    monkeypatch.setattr("web.draining.BACK_PER_S", 4.0)


async def the_code(watcher: Watcher) -> int:
    """The close code that a watcher's connection ends with."""
    with pytest.raises(ConnectionClosedError) as ended:
        await asyncio.wait_for(watcher.task, WITHIN_S)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code


async def test_stopping_says_when_to_come_back() -> None:
    """Everybody gets a bye with a range, then the close code of a restart; nobody is left behind."""
    async with house() as at:
        clients = [await connect(at.ws) for _ in range(3)]
        for client in clients:
            await frame(client, "hello")
        at.stop.set()
        for client in clients:
            code, frames = await the_end(client)
            assert 1012 == code
            assert {"t": "bye", "code": 1012, "reconnect_after_ms": [500, 5000]} == frames[-1]
        assert at.task is not None
        await asyncio.wait_for(at.task, WITHIN_S)


@pytest.mark.usefixtures("slow_drain")
async def test_while_it_is_leaving() -> None:
    """Nobody new is let in and it is not ready; who is not sent away yet is shown every change."""
    async with house(admin="127.0.0.1:0") as at:
        watchers = [Watcher(at.ws, "mayor") for _ in range(8)]
        await until(lambda: len(at.gateway.hub) == 8)
        at.stop.set()
        await until(lambda: len(at.gateway.hub) < 8)
        with pytest.raises(InvalidStatus) as refused:
            await connect(at.ws)
        answer = refused.value.response
        assert (503, "2") == (answer.status_code, answer.headers["Retry-After"])
        ready = "GET /health/ready HTTP/1.1\nHost: x"
        assert 503 == (await at.get(ready))[0]
        assert 503 == (await at.get(ready, port=at.gateway.admin_port))[0]
        assert 200 == (await at.get("GET /snapshot/mayor.json HTTP/1.1\nHost: x"))[0]
        at.count(records())
        await until(lambda: watchers[-1].shows(at))
        assert not watchers[-1].task.done()
        for watcher in watchers:
            assert 1012 == await the_code(watcher)
        assert at.task is not None
        await asyncio.wait_for(at.task, WITHIN_S)


@pytest.mark.usefixtures("slow_drain")
async def test_asked_to_stop_twice() -> None:
    """Everybody who is left is sent away at once."""
    async with house() as at:
        watchers = [Watcher(at.ws, "mayor") for _ in range(20)]
        await until(lambda: len(at.gateway.hub) == 20)
        at.stop.set()
        await until(lambda: len(at.gateway.hub) < 20)
        at.hurry.set()
        assert [1012] * 20 == [await the_code(watcher) for watcher in watchers]
        assert at.task is not None
        await asyncio.wait_for(at.task, WITHIN_S)


@pytest.mark.usefixtures("slow_drain")
async def test_a_store_that_breaks_while_it_is_leaving() -> None:
    """It ends at once, with what ended it; those who are left are told when to come back."""
    async with house() as at:
        watchers = [Watcher(at.ws, "mayor") for _ in range(20)]
        await until(lambda: len(at.gateway.hub) == 20)
        at.stop.set()
        await until(lambda: len(at.gateway.hub) < 20)
        at.quiet.broken.set()
        assert at.task is not None
        with pytest.raises(RuntimeError, match="broken"):
            await asyncio.wait_for(at.task, WITHIN_S)
        for watcher in watchers:
            assert 1012 == await the_code(watcher)


async def test_who_does_not_go_is_cut() -> None:
    """A client that never answers the goodbye does not keep the gateway."""
    async with house(heartbeat_s=3600.0) as at:
        client = await Raw.websocket(at.gateway.port)
        at.stop.set()
        assert at.task is not None
        await asyncio.wait_for(at.task, WITHIN_S)
        assert "bye" == str(await client.frame())
        assert "close 1012" == str(await client.frame())
        client.leave()
