"""Whether each fact becomes deliveries once, for those who subscribe, and a hole in what was told is said."""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial

import pytest
from redis.asyncio import Redis

from election.alerts import ALERT_KINDS, Told
from election.night import ContestId
from election.wire.delivered import Target
from election.wire.keys import Keys
from election.wire.told import decode, encode
from streams import deliver_following as module
from streams.alerts.channel import NotDeliveredError
from streams.deliver_following import Facts, Follower
from streams.deliver_keeping import Keeper
from streams.ledger import Ledger
from streams.settings import Settings
from streams.subscriptions import Subscription, Subscriptions
from tests.live.test_deliver_keeping import Paper
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import facts, made

MAYOR = ContestId("mayor")
TARGET = Target("webhook", "https://newsroom.example/")
EVERYTHING = Subscriptions((Subscription("Desk", ("mayor",), ALERT_KINDS, (TARGET,)),))
read = partial(decode, scope=facts.SCOPE)


@pytest.fixture
async def ledger(redis_server: Running) -> AsyncIterator[Ledger]:
    """A ledger that nobody has opened yet."""
    one = Ledger(made.night(), facts.SCOPE, Settings(redis=redis_server.url))
    yield one
    await one.close()


async def put(redis: Running, *facts_told: Told) -> None:
    """Tells facts."""
    client = Redis.from_url(redis.url)
    for one in facts_told:
        key = Keys(facts.SCOPE, MAYOR).told
        await client.xadd(key, {"told": encode(one, facts.SCOPE)}, id=f"{one.seq}-0")
    await client.aclose()


def follows(ledger: Ledger, paper: Paper, spread: asyncio.Queue[Told], *, from_now: bool = False) -> Follower:
    """Whoever follows, with this log."""
    known = Facts(ledger, read, paper)
    return Follower(ledger, Keeper(ledger, paper), EVERYTHING, known, spread.put_nowait, from_now)


async def put_damaged(redis: Running, seq: int, fields: dict[str, bytes]) -> None:
    """An entry that is no fact of ours."""
    client = Redis.from_url(redis.url)
    await client.xadd(Keys(facts.SCOPE, MAYOR).told, fields, id=f"{seq}-0")  # type: ignore[arg-type] # as bytes
    await client.aclose()


def chained(*kinds: str) -> list[Told]:
    """Facts of these kinds, each naming the one before."""
    found: list[Told] = []
    for seq, kind in enumerate(kinds, 1):
        found.append(facts.told(seq, kind, prev=found[-1].id if found else ""))
    return found


DAMAGED = [{"told": b"{"}, {"told": b""}, {"odd": b"1"}, {"told": encode(facts.told(2), facts.SCOPE) + b"\n"}]


@pytest.mark.parametrize("fields", DAMAGED, ids=["no JSON", "empty", "another field", "two lines"])
async def test_a_fact_that_is_damaged_in_the_store_is_told_from_the_log(
    ledger: Ledger,
    redis_server: Running,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fields: dict[str, bytes],
) -> None:
    """It ended sandik deliver, for every contest; a log that is away is waited for by this one alone."""
    monkeypatch.setattr(module, "DAMAGED_WAIT_S", 0.01)
    spread: asyncio.Queue[Told] = asyncio.Queue()
    first, second, third = chained("call-made", "call-retracted", "counted")
    paper = Paper()
    foreign = [b"not a record", encode(facts.told(2, contest="nobodys"), facts.SCOPE)]
    again = encode(first, facts.SCOPE)
    paper.facts = [again, *foreign, again, *(encode(one, facts.SCOPE) for one in (second, third))]
    await put(redis_server, first)
    await put_damaged(redis_server, 2, fields)
    await put(redis_server, third)
    follower = follows(ledger, paper, spread)
    await follower.begin()
    paper.away = 1
    following = asyncio.create_task(follower.follow(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        assert [first, second, third] == [await spread.get() for _ in range(3)]
    following.cancel()
    assert {first.id, second.id, third.id} == {one.fact async for one in ledger.deliveries(MAYOR)}
    assert "mayor: fact 2 is damaged in the store, the log is asked" in caplog.text
    assert "mayor: nobody is told fact 2, nor what follows it: nobody answers" in caplog.text


async def test_a_fact_that_is_damaged_and_not_in_the_log_is_waited_for_until_the_store_is_mended(
    ledger: Ledger, redis_server: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Kafka keeps that topic from us: it looks as if it were empty. Other contests go on."""
    asked = asyncio.Event()

    class Empty(Paper):
        async def told(self) -> AsyncIterator[bytes]:
            asked.set()
            for value in self.facts:
                yield value

    monkeypatch.setattr(module, "DAMAGED_WAIT_S", 0.01)
    spread: asyncio.Queue[Told] = asyncio.Queue()
    first, second, third = chained("counted", "call-made", "lead-change")
    paper = Empty()
    paper.facts = [encode(first, facts.SCOPE)]
    await put(redis_server, first)
    await put_damaged(redis_server, 2, {"told": b"{"})
    follower = follows(ledger, paper, spread)
    await follower.begin()
    following = asyncio.create_task(follower.follow(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        assert first == await spread.get()
        await asked.wait()
        await ledger.told(MAYOR, 1)
        assert (1, True) == (await ledger.cursor(MAYOR), spread.empty())
        client = Redis.from_url(redis_server.url)
        await client.delete(Keys(facts.SCOPE, MAYOR).told)  # as a rebuild does
        await client.aclose()
        await put(redis_server, first, second, third)
        assert [second, third] == [await spread.get() for _ in range(2)]
    following.cancel()
    assert "nobody is told fact 2, nor what follows it: the log does not have it, or keeps" in caplog.text


async def test_a_delivery_whose_fact_is_damaged_is_sent_from_the_log_or_tried_again(
    ledger: Ledger, redis_server: Running
) -> None:
    """As any try that failed, with the reason."""
    first, second = chained("counted", "lead-change")
    paper = Paper()
    known = Facts(ledger, read, paper)
    await put(redis_server, first)
    await put_damaged(redis_server, 2, {"told": b"{"})
    with pytest.raises(NotDeliveredError, match="damaged in the store: the log does not have it"):
        await known.get(MAYOR, 2, second.id)
    paper.facts, paper.away = [encode(one, facts.SCOPE) for one in (first, second)], 1
    with pytest.raises(NotDeliveredError, match="damaged in the store: nobody answers"):
        await known.get(MAYOR, 2, second.id)
    for _ in range(2):
        assert second == await known.get(MAYOR, 2, second.id)
        paper.facts.clear()  # it is kept


async def test_every_fact_is_spread_once_and_only_alerts_to_people(
    ledger: Ledger, redis_server: Running
) -> None:
    """What is the desk's alone leaves no delivery, and the next goes on after it."""
    spread: asyncio.Queue[Told] = asyncio.Queue()
    follower = follows(ledger, Paper(), spread)
    await put(redis_server, facts.told(1), facts.told(2, "proposal-refused"))
    await follower.begin()
    following = asyncio.create_task(follower.follow(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        found = [await spread.get(), await spread.get()]
        await put(redis_server, facts.told(3, "certified"))
        found.append(await spread.get())
    following.cancel()
    assert [1, 2, 3] == [one.seq for one in found]
    assert {1, 3} == {one.seq async for one in ledger.deliveries(MAYOR)}
    assert 3 == await ledger.cursor(MAYOR)


async def test_a_hole_in_what_was_told_is_said_and_waited_for(
    ledger: Ledger, redis_server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing after it is delivered as if it were next."""
    caplog.set_level(logging.ERROR)
    spread: asyncio.Queue[Told] = asyncio.Queue()
    follower = follows(ledger, Paper(), spread)
    await follower.begin()
    await put(redis_server, facts.told(2))
    following = asyncio.create_task(follower.follow(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        await spread.get()
    following.cancel()
    assert 0 == await ledger.cursor(MAYOR)
    assert "fact 2 was told, and 1 is not there" in caplog.text


async def test_a_fact_is_read_once_for_all_who_are_sent_it(ledger: Ledger, redis_server: Running) -> None:
    """From memory if it was just told, else from the store; one that is not there yet is nothing."""
    asked: list[bytes] = []

    def reads(value: bytes) -> Told:
        asked.append(value)
        return read(value)

    first, second, another = facts.told(1), facts.told(2), facts.told(2, "certified")
    kept = Facts(ledger, reads, Paper())
    assert await kept.get(MAYOR, 1, first.id) is None
    await put(redis_server, first)
    for _ in range(2):
        assert first == await kept.get(MAYOR, 1, first.id)
    kept.keep(second)
    assert second == await kept.get(MAYOR, 2, second.id)
    assert 1 == len(asked)
    # A replay went back, and another process was told the second fact that came then.
    await put(redis_server, another)
    assert another == await kept.get(MAYOR, 2, another.id)


async def spread_by(follower: Follower, spread: asyncio.Queue[Told], many: int) -> list[str]:
    """What a follower takes, so many facts, before it is killed."""
    following = asyncio.create_task(follower.follow(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        found = [(await spread.get()).kind for _ in range(many)]
    following.cancel()
    return found


async def test_who_begins_from_now_and_dies_goes_on_from_there_and_not_from_the_first_fact_nor_a_later_now(
    ledger: Ledger, redis_server: Running
) -> None:
    """Killed in its first moments it told everything that it was to leave out, or left out what came next."""
    spread: asyncio.Queue[Told] = asyncio.Queue()
    told = chained("first-boxes", "counted", "lead-change", "concession", "certified")
    await put(redis_server, *told[:3])
    await follows(ledger, Paper(), spread, from_now=True).begin()
    await put(redis_server, told[3])
    second = follows(ledger, Paper(), spread, from_now=True)
    await second.begin()
    assert ["concession"] == await spread_by(second, spread, 1)
    await put(redis_server, told[4])
    third = follows(ledger, Paper(), spread)
    await third.begin()
    assert ["certified"] == await spread_by(third, spread, 1)
    assert {told[3].id, told[4].id} == {one.fact async for one in ledger.deliveries(MAYOR)}


async def test_who_begins_from_now_before_anything_was_told_leaves_nothing_out(
    ledger: Ledger, redis_server: Running
) -> None:
    """Nor what is told while it is down."""
    spread: asyncio.Queue[Told] = asyncio.Queue()
    told = chained("first-boxes", "counted")
    await follows(ledger, Paper(), spread, from_now=True).begin()
    await put(redis_server, *told)
    again = follows(ledger, Paper(), spread, from_now=True)
    await again.begin()
    assert ["first-boxes", "counted"] == await spread_by(again, spread, 2)
    assert {one.id for one in told} == {one.fact async for one in ledger.deliveries(MAYOR)}


async def test_where_a_first_start_began_outlives_the_store(ledger: Ledger, redis_server: Running) -> None:
    """It is put into the log like what was delivered."""
    spread: asyncio.Queue[Told] = asyncio.Queue()
    paper, told = Paper(), chained("first-boxes", "counted", "lead-change")
    await put(redis_server, *told[:2])
    await follows(ledger, paper, spread, from_now=True).begin()
    keeping = asyncio.create_task(Keeper(ledger, paper).keep(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        while not paper.records:
            await ledger.told(MAYOR, 1)
    keeping.cancel()
    client = Redis.from_url(redis_server.url)
    await client.flushall()
    await client.aclose()
    await put(redis_server, *told)
    again = follows(ledger, paper, spread)
    await again.begin()
    assert ["lead-change"] == await spread_by(again, spread, 1)
