"""Exports on a real Redis: boxes are read when somebody asks, and a store that is away is said so.

Know before changing: the worker is the hand of `tests.live.test_gateway`; what it holds of single boxes is
written here, packed as the worker packs it.
"""

import asyncio
import io

import pandas
import redis

from election.wire.keys import Keys
from election.wire.topics import Scope
from tests.live.test_gateway import Hand
from tests.packed_rows import packed_rows
from tests.servers import Running
from tests.web.house import MAYOR, WITHIN_S, House, house, until
from tests.web.made import JUNE, night, records

GET = "GET {} HTTP/1.1\nHost: results.example\n{}"


def write_boxes(server: Running, hand: Hand) -> None:
    """Everything the worker holds of each box of each source."""
    keys = Keys(Scope("replay", hand.worker.night.id), MAYOR)
    store = redis.Redis.from_url(server.url)
    for (contest, source), tally in hand.worker.rehearsal.tallies.items():
        if contest == MAYOR and tally.held:
            store.set(keys.rows(source), packed_rows(hand.worker.night, MAYOR, source, tally.held))
    store.close()


async def ask(at: House, target: str, more: str = "") -> tuple[int, dict[str, str], bytes]:
    """A plain request."""
    return await at.get(GET.format(target, more).rstrip("\n"))


async def test_the_boxes_of_june(redis_server: Running) -> None:
    """31,186 rows that add up to the night, in each place; asked again, nothing is sent or read."""
    hand = Hand(redis_server, JUNE)
    hand.count(records(JUNE))
    write_boxes(redis_server, hand)
    async with house(night(JUNE), redis=redis_server.url) as at:
        await until(lambda: at.gateway.hub.groups[MAYOR].shown["valid"] == 8_746_566)
        status, headers, body = await ask(at, "/export/boxes.csv")
        assert 200 == status
        frame = pandas.read_csv(io.BytesIO(body), low_memory=False)
        assert 31_186 == len(frame)
        assert (4_742_082, 3_936_068, 8_746_566) == tuple(
            frame[["votes_imamoglu", "votes_yildirim", "valid"]].sum()
        )
        for area, shown in at.gateway.hub.groups[MAYOR].shown["areas"].items():
            if shown["level"] == "district":
                assert shown["valid"] == frame[frame.district_id == area].valid.sum()
        store = redis.Redis.from_url(redis_server.url)
        store.config_resetstat()
        known = await ask(at, "/export/boxes.csv", f"If-None-Match: {headers['ETag']}")
        assert (304, b"") == (known[0], known[2])
        asked = {name: facts["calls"] for name, facts in store.info("commandstats").items()}
        assert 0 == asked.get("cmdstat_exec", 0)
        store.close()
    hand.close()


async def test_the_store_is_away(redis_server: Running) -> None:
    """What is shown is still exported; boxes are a sentence and a time to come back, until it is back."""
    hand = Hand(redis_server)
    hand.count(records())
    write_boxes(redis_server, hand)
    async with house(redis=redis_server.url) as at:
        await until(lambda: bool(at.gateway.hub.groups[MAYOR].shown["valid"]))
        redis_server.kill()
        status, headers, body = await ask(at, "/export/boxes.csv")
        assert (503, "2") == (status, headers["Retry-After"])
        assert b"The store does not give out its boxes now; try again shortly.\n" == body
        assert 200 == (await ask(at, "/export/elex.csv"))[0]
        redis_server.start()
        async with asyncio.timeout(WITHIN_S):
            while (await ask(at, "/export/boxes.csv"))[0] != 200:  # noqa: ASYNC110 - the other side has no event
                await asyncio.sleep(0.05)
    hand.close()
