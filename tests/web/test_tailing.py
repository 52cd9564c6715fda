"""Waiting for changes of contests that lie on several servers: whoever has news first is heard first.

Know before changing: the servers here answer when a test lets them; real ones are in
tests/live/test_store_cluster.py.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.exceptions import ConnectionError as AwayError

from election.night import ContestId
from web.tailing import Tail

MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
STREAMS = {MAYOR: "{mayor}:changes", BRIDGE: "{bridge}:changes"}


class Servers:
    """A store whose contests lie on two servers, or on one (`together`)."""

    def __init__(self, together: bool = False) -> None:
        self.together = together
        self.asked: list[dict[str, str]] = []
        self.answers: dict[str, asyncio.Future[Any]] = {}
        self.given_up: list[str] = []

    async def at(self, key: str) -> "Servers":
        """Each is like the other."""
        return self

    async def xread(self, wanted: dict[str, str], count: int, block: int) -> Any:
        """Answers when the test says so."""
        self.asked.append(wanted)
        key = next(iter(wanted))
        self.answers[key] = asyncio.get_running_loop().create_future()
        try:
            return await self.answers[key]
        except asyncio.CancelledError:
            self.given_up.append(wanted[key])
            raise

    async def until_asked(self, times: int) -> None:
        """So many commands are under way or answered."""
        while len(self.asked) < times:  # noqa: ASYNC110 - the one it waits for has no event
            await asyncio.sleep(0)

    def news(self, contest: ContestId, *versions: int) -> None:
        """A contest has these versions after the one that was asked for."""
        entries = [(f"{version}-0".encode(), {b"prev": b""}) for version in versions]
        self.answers[STREAMS[contest]].set_result([[STREAMS[contest].encode(), entries]])


@asynccontextmanager
async def tail(servers: Any) -> AsyncIterator[Tail]:
    """One at work."""
    made = Tail(servers, STREAMS)
    try:
        yield made
    finally:
        await made.close()


def versions(found: Any) -> list[tuple[str, list[bytes]]]:
    """Contests and the ids of their entries."""
    return [(contest, [entry for entry, _ in entries]) for contest, entries in found]


async def test_contests_of_one_server_are_asked_about_together() -> None:
    """One command names them all."""
    servers = Servers(together=True)
    async with tail(servers) as at:
        waiting = asyncio.create_task(at.wait({MAYOR: 3, BRIDGE: 5}))
        await servers.until_asked(1)
        assert [{STREAMS[MAYOR]: "3-0", STREAMS[BRIDGE]: "5-0"}] == servers.asked
        servers.news(MAYOR, 4, 5)
        assert [("mayor", [b"4-0", b"5-0"])] == versions(await waiting)


async def test_whoever_has_news_first_is_heard_first_and_the_others_go_on_waiting() -> None:
    """No command names two contests; the one that still waits is not sent again."""
    servers = Servers()
    async with tail(servers) as at:
        waiting = asyncio.create_task(at.wait({MAYOR: 3, BRIDGE: 5}))
        await servers.until_asked(2)
        servers.news(BRIDGE, 6)
        assert [("bridge", [b"6-0"])] == versions(await waiting)
        waiting = asyncio.create_task(at.wait({MAYOR: 3, BRIDGE: 6}))
        await servers.until_asked(3)
        assert {STREAMS[BRIDGE]: "6-0"} == servers.asked[2]
        servers.news(MAYOR, 4)
        assert [("mayor", [b"4-0"])] == versions(await waiting)
    assert ["6-0"] == servers.given_up


async def test_what_waits_from_a_version_that_is_not_held_any_more_is_given_up() -> None:
    """A new epoch may begin below it: it would never be answered."""
    servers = Servers()
    async with tail(servers) as at:
        waiting = asyncio.create_task(at.wait({MAYOR: 300, BRIDGE: 5}))
        await servers.until_asked(2)
        servers.news(BRIDGE, 6)
        await waiting
        waiting = asyncio.create_task(at.wait({MAYOR: 2, BRIDGE: 6}))
        await servers.until_asked(4)
        assert ["300-0"] == servers.given_up
        servers.news(MAYOR, 3)
        assert [("mayor", [b"3-0"])] == versions(await waiting)


async def test_one_server_that_is_away_is_said_and_the_others_answers_are_not_lost() -> None:
    """Whoever waits hears of it; what the others said is given out the next time, or said again."""
    servers = Servers()
    async with tail(servers) as at:
        waiting = asyncio.create_task(at.wait({MAYOR: 3, BRIDGE: 5}))
        await servers.until_asked(2)
        servers.answers[STREAMS[MAYOR]].set_exception(AwayError("gone"))
        servers.news(BRIDGE, 6)
        with pytest.raises(AwayError):
            await waiting
        waiting = asyncio.create_task(at.wait({MAYOR: 3, BRIDGE: 5}))
        assert [("bridge", [b"6-0"])] == versions(await waiting)
