"""The hour of the night, read from a store that may be frozen meanwhile."""

import asyncio
from datetime import UTC, datetime

from election.wire.topics import Scope
from sandik.mishaps import StoreClock
from streams.settings import Settings
from streams.store import Store
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import made

WITHIN_S = PATIENCE_S
NIGHT = made.night()


async def until(clock: StoreClock, at: datetime | None) -> None:
    """Waits until the clock shows this hour."""
    async with asyncio.timeout(WITHIN_S):
        while clock.at != at:  # noqa: ASYNC110 - a clock has no event
            await asyncio.sleep(0.01)


async def test_the_hour_is_the_newest_thing_counted_and_stands_still_while_the_store_does(
    redis_server: Running,
) -> None:
    """Nothing ends because the store is away: it was frozen on purpose."""
    store = Store(NIGHT, Scope("replay", NIGHT.id), Settings(redis=redis_server.url))
    clock = StoreClock()
    following = asyncio.create_task(clock.follow(store))
    keys = list(store.keys.items())

    async def counted(place: int, at: str) -> None:
        contest, its = keys[place]
        await store.ask(contest, lambda redis: redis.hset(its.meta, "at", at))

    try:
        await counted(0, "2024-10-06T15:00:00.000Z")
        await until(clock, datetime(2024, 10, 6, 15, tzinfo=UTC))
        await counted(1, "2024-10-06T16:00:00.000Z")
        await until(clock, datetime(2024, 10, 6, 16, tzinfo=UTC))
        redis_server.pause()
        await asyncio.sleep(0.2)
        redis_server.resume()
        await counted(0, "2024-10-06T17:00:00.000Z")
        await until(clock, datetime(2024, 10, 6, 17, tzinfo=UTC))
        assert not following.done()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await store.close()
