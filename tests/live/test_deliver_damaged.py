"""Whether sandik deliver goes on over what was damaged in the store, and the log makes it good.

Know before changing: what each script does with each damage is in test_ledger_damaged.py.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from redis.asyncio import Redis

from election.night import ContestId
from election.wire.delivered import Delivery, Target, decode
from election.wire.keys import Keys
from election.wire.told import encode
from producers.notes import NotePublisher
from producers.settings import Settings as Producing
from streams.deliver_keeping import Keeper
from streams.ledger import Ledger, LostError
from streams.settings import Settings
from tests.live.newsroom import newsroom, receiver, webhook
from tests.live.test_deliver_keeping import Paper, spread
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import facts, made

MAYOR = ContestId("mayor")


@pytest.fixture
async def ledger(redis_server: Running) -> AsyncIterator[Ledger]:
    """A ledger that nobody has opened yet."""
    one = Ledger(made.night(), facts.SCOPE, Settings(redis=redis_server.url))
    yield one
    await one.close()


async def test_the_log_gives_back_what_was_damaged_and_says_so(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks for what is due finds the ledger lost, mends it, and goes on."""
    caplog.set_level(logging.ERROR)
    paper = Paper()
    keeper = Keeper(ledger, paper)
    await keeper.mend()
    await spread(ledger, 1)
    await logged(keeper, ledger)
    client = await ledger._opened.at(Keys(facts.SCOPE, MAYOR).ledger("meta"))
    deliveries = Keys(facts.SCOPE, MAYOR).ledger("deliveries")
    (key,) = await client.hkeys(deliveries)
    await client.hset(deliveries, key, b"{")
    assert [] == [one async for one in ledger.deliveries(MAYOR)]
    assert f"the delivery {key!r} in the store is damaged" in caplog.text
    async with asyncio.timeout(PATIENCE_S):
        while not await lost(ledger):  # it is due a millisecond after it was told
            pass
    await keeper.mend()
    assert "1 deliveries in the store were damaged; the log has them" in caplog.text
    assert [key.decode()] == [one.key async for one in ledger.deliveries(MAYOR)]


async def logged(keeper: Keeper, ledger: Ledger) -> None:
    """Waits until the log knows of everything."""
    keeping = asyncio.create_task(keeper.keep(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        await keeper.logged(MAYOR, (await ledger.outbox(MAYOR))[-1].id)
    keeping.cancel()


async def lost(ledger: Ledger) -> bool:
    """Whether the ledger is to be made again; until then nothing is given out of one that is damaged."""
    try:
        assert () == (await ledger.claim(MAYOR, "me", 60, 9, 9)).deliveries
    except LostError:
        return True
    return False


@pytest.mark.parametrize(
    "entry", [{"row": b"{"}, {"row": b'{"state": "lost"}'}, {"spread": b"x"}, {"odd": b"1"}], ids=str
)
async def test_what_was_damaged_on_its_way_to_the_log_comes_there_from_the_ledger(
    ledger: Ledger, entry: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody can tell any more which delivery had changed: each is said again, which changes nothing."""
    paper = Paper()
    keeper = Keeper(ledger, paper)
    await keeper.mend()
    await spread(ledger, 1)
    await logged(keeper, ledger)
    paper.records.clear()
    client = await ledger._opened.at(Keys(facts.SCOPE, MAYOR).ledger("meta"))
    await client.xadd(Keys(facts.SCOPE, MAYOR).ledger("outbox"), entry)
    await logged(keeper, ledger)
    (said,) = [decode(value, facts.SCOPE)[1] for _, value in paper.records]
    assert isinstance(said, Delivery)
    assert ("f1", Target("webhook", "https://newsroom.example/").id) == (said.fact, said.target)
    assert "on its way to the log is damaged" in caplog.text


async def test_sandik_deliver_goes_on_over_rows_and_facts_that_were_damaged(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """One process from beginning to end: each address hears everything, and the log says what happened."""
    refused = True

    async def busy(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503 if refused else 204)

    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        there.answers["/a"] = busy
        room.subscribe(webhook(there.url("/a")), webhook(there.url("/b")))
        process = await room.start(SANDIK_DELIVER_WAITS_S=",".join(["0.1"] * 600))
        await room.tell("call-made")
        await room.until("both have heard", lambda: bool(there.on("/a") and there.on("/b")))
        await room.until_logged()
        client, keys = Redis.from_url(room.redis_url), Keys(room.scope, MAYOR)
        for key in await client.hkeys(keys.ledger("deliveries")):
            await client.hset(keys.ledger("deliveries"), key, b"{")
        await client.xadd(keys.told, {"told": b"{"}, id="2-0")
        await client.aclose()
        for seq, kind in enumerate(("counted", "call-retracted", "lead-change"), 2):
            room.facts.append(facts.told(seq, kind, room.scope, prev=room.facts[-1].id))
        async with NotePublisher(Producing.read(room.environment), room.night.id) as out:
            for fact in room.facts:
                await out.note("told", b"mayor", encode(fact, room.scope))
            await out.drain()
        refused = False
        await room.put(*room.facts[2:])
        wanted = ["call-made", "counted", "call-retracted", "lead-change"]
        for path in ("/a", "/b"):
            await room.until(path, lambda path=path: sorted(wanted) == sorted(there.kinds(path)))  # type: ignore[misc] # a default
        await room.until_states({"lead-change": {"acknowledged"}, "call-retracted": {"acknowledged"}})
        said = room.said()
        assert process.returncode is None
    assert "were damaged; the log has them" in said
    assert "fact 2 is damaged in the store, the log is asked" in said
