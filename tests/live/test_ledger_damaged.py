"""Whether a ledger that was damaged in the store is made again from the log, and nobody is forgotten by it.

Know before changing: nothing of ours leaves such rows; what is written here is what a disk, another program
or a slip in redis-cli may leave. Each damage is looked at by whatever reads the row.
"""

import asyncio
import json
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
from tests.live.alone import Alone
from tests.live.book import LONG_MS, Book, row
from tests.live.newsroom import newsroom, receiver, webhook
from tests.live.test_deliver_keeping import Paper, spread
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import facts, made

MAYOR = ContestId("mayor")
CALL, RETRACTION = "call-made", "call-retracted"
A = "f1/a"


@pytest.fixture
def book(alone: Alone) -> Book:
    """An open ledger with nothing in it."""
    assert ["OK"] == alone.ledger("restore", 1, 0)
    return Book(alone)


@pytest.fixture
async def ledger(redis_server: Running) -> AsyncIterator[Ledger]:
    """A ledger that nobody has opened yet."""
    one = Ledger(made.night(), facts.SCOPE, Settings(redis=redis_server.url))
    yield one
    await one.close()


def changed(**more: object) -> bytes:
    """The row of the first fact for a, with something else in it."""
    return json.dumps({**json.loads(row("f1", "a", n=1)), **more}).encode()


DAMAGES: dict[str, bytes | None] = {
    "gone": None, "empty": b"", "no JSON": b"{", "a list": b"[]", "null": b"null", "a number": b"7",
    "another's row": changed(target="b"), "no kind": changed(kind=None), "no channel": changed(channel=7),
    "an unknown state": changed(state="lost"), "half a try": changed(tries=1.5), "under none": changed(n=-1),
    "more than can be": changed(at=10**14), "no number": changed().replace(b'"n": 1,', b'"n": NaN,'),
    "a word for yes": changed(tried="yes"), "no text": changed(who="?").replace(b'"?"', b'"\xff"'),
    "half a letter": changed(who="?").replace(b'"?"', b'"\xe2\x82"'),
    "half a pair": changed(who="?").replace(b'"?"', b'"\xed\xa0\x80"'),
}  # fmt: skip


def damage(book: Book, content: bytes | None) -> None:
    """Does it to the row of the first fact for a."""
    if content is None:
        book.redis.hdel("deliveries", A)
    else:
        book.redis.hset("deliveries", A, content)


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_row_is_made_again_from_the_log_and_the_others_go_out_meanwhile(
    book: Book, content: bytes | None
) -> None:
    """It ended sandik deliver, and again at every start: newsrooms were told nothing more."""
    book.spread(1, "counted", "a", "b")
    damage(book, content)
    assert ["b"] == [one["target"] for one in book.claim()]
    assert ["f1/b"] == book.queued()
    assert b"1" == book.redis.hget("meta", "damaged")
    assert ["LOST"] == book.ledger("claim", "me", LONG_MS, 9, 9)
    assert ["OK"] == book.ledger("restore", 1, 1, row("f1", "a", n=1))
    assert [("a", "counted")] == [(one["target"], one["kind"]) for one in book.claim()]
    assert book.redis.hget("meta", "damaged") is None


def test_a_row_with_every_letter_is_none_that_was_damaged(book: Book) -> None:
    """From the first that takes two bytes to the last that takes four."""
    who = "aşığ\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"
    book.spread(1, "counted", "a", who=who)
    assert [who] == [one["who"].encode("latin-1").decode() for one in book.claim()]


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_whoever_was_sent_a_call_hears_of_its_retraction_though_its_row_was_damaged(
    book: Book, content: bytes | None
) -> None:
    """Nothing is written before the log has said who it was."""
    book.spread(1, CALL, "a", "b")
    book.claim()
    damage(book, content)
    before = book.redis.hgetall("deliveries")
    assert ["LOST"] == book.spread(2, RETRACTION) == book.spread(2, RETRACTION)
    before.pop(A.encode(), None)
    assert before == book.redis.hgetall("deliveries")
    assert ["OK"] == book.ledger("restore", 1, 1, row("f1", "a", kind=CALL, n=2, tried=True, state="sent"))
    assert ["OK", 2] == book.spread(2, RETRACTION)
    assert {"f2/a": "queued", "f2/b": "queued"} == {
        key: state for key, state in book.rows().items() if key.startswith("f2")
    }


def test_whoever_holds_a_delivery_whose_row_was_damaged_does_not_fail(book: Book) -> None:
    """It is no longer its own; that it was acknowledged is true all the same."""
    for what in ("renew", "settle", "resend"):
        book.redis.delete("deliveries", "due", "urgent", "busy", "meta")
        book.ledger("restore", 1, 0)
        book.spread(1, "counted", "a")
        (held,) = book.claim()
        damage(book, b"{")
        if what == "renew":
            assert ["OK", 0] == book.ledger("renew", LONG_MS, A, "me")
        elif what == "resend":
            assert ["NOT", ""] == book.ledger("resend", A)
        else:
            assert ["OK"] == book.ledger("settle", "me", "acknowledged", 0, "", json.dumps(held))
            assert {A: "acknowledged"} == book.rows()
        assert ["LOST"] == book.ledger("claim", "me", LONG_MS, 9, 9)


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
