"""Whether the ledger of deliveries keeps its promises in a real store: once, in one hand, retractions first.

Know before changing: the scripts under test are streams/lua/ledger_*.lua; nothing is sent here.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from election.errors import OutsideError
from election.night import ContestId
from election.wire.delivered import Delivery, Target, delivery
from election.wire.keys import Keys
from election.wire.told import encode
from streams.ledger import Ledger, LostError
from streams.settings import Settings
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import facts, made

MAYOR = ContestId("mayor")
A, B = (Target("webhook", f"https://newsroom.example/{name}", who=name) for name in "ab")
LONG_S = 60.0
TAKEN_S = 2.0
"""Long enough to be asked for again in time on a slow machine."""
CALL, RETRACTION = "call-made", "call-retracted"


@pytest.fixture
async def ledger(redis_server: Running) -> AsyncIterator[Ledger]:
    """An open ledger with nothing in it."""
    one = Ledger(made.night(), facts.SCOPE, Settings(redis=redis_server.url, outside_within_s=5))
    await one.restore(MAYOR, 0, [])
    yield one
    await one.close()


async def spread(ledger: Ledger, kind: str, *targets: Target) -> int:
    """The next fact, of this kind, for these targets; its seq."""
    seq = await ledger.cursor(MAYOR) + 1
    rows = [delivery(f"fact{seq}", seq, kind, target) for target in targets]
    assert seq == await ledger.spread(MAYOR, seq, f"fact{seq}", kind, rows)
    return seq


async def claim(ledger: Ledger, token: str = "me", lease_s: float = LONG_S) -> list[Delivery]:
    """Everything that is given out."""
    return list((await ledger.claim(MAYOR, token, lease_s, 99, 99)).deliveries)


async def taken(ledger: Ledger, count: int = 1, token: str = "me", lease_s: float = LONG_S) -> list[Delivery]:
    """So many deliveries, waited for: a fact may be due a millisecond after it was told."""
    found: list[Delivery] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            found += await claim(ledger, token, lease_s)
    return found


async def states(ledger: Ledger) -> dict[str, str]:
    """`seq to who` → state."""
    return {f"{one.seq} to {one.who}": one.state async for one in ledger.deliveries(MAYOR)}


async def test_a_fact_becomes_deliveries_once_and_in_order(ledger: Ledger) -> None:
    """Asked again, or ahead of its turn, it says where it stands and changes nothing."""
    rows = [delivery("f1", 1, "counted", target) for target in (A, B)]
    assert 1 == await ledger.spread(MAYOR, 1, "f1", "counted", rows)
    assert 1 == await ledger.spread(MAYOR, 1, "f1", "counted", rows)
    assert 1 == await ledger.spread(MAYOR, 3, "f3", "counted", [])
    assert {"1 to a": "queued", "1 to b": "queued"} == await states(ledger)


async def test_one_delivery_an_address_is_given_out_and_to_one_hand(ledger: Ledger) -> None:
    """The next when that one is settled; older facts first."""
    for _ in range(3):
        await spread(ledger, "counted", A, B)
    first = await taken(ledger, 2)
    assert [(1, "a"), (1, "b")] == sorted((one.seq, one.who) for one in first)
    assert [] == await claim(ledger, "other")
    assert await ledger.settle(MAYOR, first[0], "acknowledged")
    [second] = await taken(ledger, 1, "other")
    assert (2, first[0].who) == (second.seq, second.who)
    assert ("sent", 1, True, "other") == (second.state, second.tries, second.tried, second.token)


async def test_room_is_respected(ledger: Ledger) -> None:
    """For retractions and for others apart."""
    await spread(ledger, "counted", A, B)
    await asyncio.sleep(0.01)
    assert () == (await ledger.claim(MAYOR, "me", LONG_S, 9, 0)).deliveries
    assert 1 == len((await ledger.claim(MAYOR, "me", LONG_S, 0, 1)).deliveries)


async def test_who_holds_nothing_any_more_loses_it_to_another(ledger: Ledger) -> None:
    """A process that died says nothing; what it held is given out again, as another try."""
    await spread(ledger, "counted", A)
    [dead] = await taken(ledger, 1, "dead", 0.05)
    [again] = await taken(ledger, 1, "alive")
    assert (dead.key, 2, "alive") == (again.key, again.tries, again.token)
    assert not await ledger.settle(MAYOR, dead, "dead", note="late")
    assert [dead] == await ledger.renew(MAYOR, [dead], LONG_S)
    assert [] == await ledger.renew(MAYOR, [again], LONG_S)
    assert {"1 to a": "sent"} == await states(ledger)
    # That it was acknowledged is true whoever says so.
    assert await ledger.settle(MAYOR, dead, "acknowledged")
    assert not await ledger.settle(MAYOR, again, "retrying")
    assert {"1 to a": "acknowledged"} == await states(ledger)


async def test_what_is_held_again_stays_in_its_hand(ledger: Ledger) -> None:
    """For as long as that says so, though the time for which it was taken is over."""
    await spread(ledger, "counted", A)
    [mine] = await taken(ledger, 1, "me", TAKEN_S)
    assert [] == await ledger.renew(MAYOR, [mine], LONG_S)
    await asyncio.sleep(1.5 * TAKEN_S)
    assert [] == await claim(ledger, "other")
    assert [] == await ledger.renew(MAYOR, [mine], LONG_S)


async def test_a_try_that_failed_is_due_after_its_wait(ledger: Ledger) -> None:
    """And the ledger says when to ask again."""
    await spread(ledger, "counted", A)
    [one] = await taken(ledger)
    assert await ledger.settle(MAYOR, one, "retrying", 30, "no answer")
    nothing = await ledger.claim(MAYOR, "me", LONG_S, 9, 9)
    assert () == nothing.deliveries
    assert nothing.next_s is not None
    assert 29 < nothing.next_s <= 30
    [held] = [found async for found in ledger.deliveries(MAYOR)]
    assert ("retrying", "no answer", 1) == (held.state, held.note, held.tries)


@pytest.mark.parametrize(
    ("outcome", "call", "retraction"),
    [
        (None, "superseded", "superseded"),
        ("in hand", "superseded", "queued"),
        ("retrying", "superseded", "queued"),
        ("acknowledged", "acknowledged", "queued"),
        ("dead", "dead", "queued"),
    ],
)
async def test_a_retraction_follows_every_call_that_was_tried_and_no_other(
    ledger: Ledger, outcome: str | None, call: str, retraction: str
) -> None:
    """Nobody subscribes to it; what was never tried is dropped together with its retraction."""
    await spread(ledger, CALL, A)
    if outcome is not None:
        [one] = await taken(ledger)
        if outcome != "in hand":
            await ledger.settle(MAYOR, one, outcome, LONG_S)
    await spread(ledger, RETRACTION)
    assert {"1 to a": call, "2 to a": retraction} == await states(ledger)
    held = [one async for one in ledger.deliveries(MAYOR)]
    assert [True, False] == [one.retracted for one in sorted(held, key=lambda one: one.seq)]
    assert {A} == {one.to for one in held}


async def test_a_retraction_is_told_once_to_those_who_also_subscribe(ledger: Ledger) -> None:
    """And to those who subscribe to it and had no call; later ones do not repeat it."""
    await spread(ledger, CALL, A)
    [one] = await taken(ledger)
    await ledger.settle(MAYOR, one, "acknowledged")
    await spread(ledger, RETRACTION, A, B)
    assert {"1 to a": "acknowledged", "2 to a": "queued", "2 to b": "queued"} == await states(ledger)
    await spread(ledger, RETRACTION)
    assert 3 == len(await states(ledger))


async def test_a_call_in_hand_is_lost_to_its_retraction(ledger: Ledger) -> None:
    """Its holder learns so at once, and the address is free when it lets go."""
    await spread(ledger, CALL, A)
    [call] = await taken(ledger)
    await spread(ledger, RETRACTION)
    assert [call] == await ledger.renew(MAYOR, [call], LONG_S)
    assert [] == await claim(ledger)
    assert not await ledger.settle(MAYOR, call, "retrying")
    [retraction] = await taken(ledger)
    assert RETRACTION == retraction.kind


async def test_retractions_go_first_and_no_call_overtakes_one(ledger: Ledger) -> None:
    """The next call waits until the retraction of the last is through, or given up."""
    await spread(ledger, CALL, A)
    [call] = await taken(ledger)
    await ledger.settle(MAYOR, call, "acknowledged")
    await spread(ledger, "lead-change", A)
    await spread(ledger, RETRACTION)
    await spread(ledger, CALL, A)
    [first] = await taken(ledger)
    assert RETRACTION == first.kind
    await ledger.settle(MAYOR, first, "retrying", LONG_S, "no answer")
    [second] = await taken(ledger)
    assert "lead-change" == second.kind
    await ledger.settle(MAYOR, second, "acknowledged")
    assert [] == await claim(ledger)
    await ledger.settle(MAYOR, first, "acknowledged")
    [third] = await taken(ledger)
    assert (CALL, 4) == (third.kind, third.seq)


async def test_a_flushed_or_restarted_store_gives_nothing_out_before_it_is_restored(
    ledger: Ledger, redis_server: Running
) -> None:
    """It may hold less than was delivered."""
    await spread(ledger, "counted", A)
    await asyncio.to_thread(redis_server.stop)
    await asyncio.to_thread(redis_server.start)
    for ask in (ledger.cursor(MAYOR), claim(ledger), ledger.spread(MAYOR, 2, "f", "counted", [])):
        with pytest.raises(LostError):
            await ask
    await ledger.restore(MAYOR, 0, [])
    assert 1 == await ledger.cursor(MAYOR)
    [one] = await taken(ledger)
    client = Redis.from_url(redis_server.url)
    await client.flushall()
    await client.aclose()
    with pytest.raises(LostError):
        await ledger.settle(MAYOR, one, "acknowledged")
    await ledger.restore(MAYOR, 0, [])
    # What is acknowledged is known even where the delivery itself was lost.
    assert await ledger.settle(MAYOR, one, "acknowledged")
    await spread(ledger, "counted", A)
    assert {"1 to a": "acknowledged"} == await states(ledger)


async def logged(ledger: Ledger) -> tuple[int, list[Delivery]]:
    """What the outbox has brought to the log: how far facts were looked at, and each delivery's last word."""
    cursor, rows = 0, dict[str, Delivery]()
    for entry in await ledger.outbox(MAYOR):
        if isinstance(entry.what, int):
            cursor = max(cursor, entry.what)
        elif entry.what.key not in rows or rows[entry.what.key].n < entry.what.n:
            rows[entry.what.key] = entry.what
    return cursor, list(rows.values())


async def test_the_log_makes_the_ledger_again(ledger: Ledger, redis_server: Running) -> None:
    """What was acknowledged stays so; what may have been sent goes again; the retraction finds its call."""
    await spread(ledger, "counted", A)
    [one] = await taken(ledger)
    await ledger.settle(MAYOR, one, "acknowledged")
    await spread(ledger, CALL, A, B)
    calls = await taken(ledger, 2)
    await ledger.settle(MAYOR, calls[0], "acknowledged")
    cursor, rows = await logged(ledger)
    client = Redis.from_url(redis_server.url)
    await client.flushall()
    await client.aclose()
    await ledger.restore(MAYOR, cursor, rows)
    await ledger.restore(MAYOR, cursor, rows)
    assert 2 == await ledger.cursor(MAYOR)
    [again] = await taken(ledger)
    assert calls[1].key == again.key
    await spread(ledger, RETRACTION)
    found = await states(ledger)
    assert "acknowledged" == found["1 to a"]
    assert {"queued"} == {found["3 to a"], found["3 to b"]}


async def test_the_log_never_takes_a_newer_word_back(ledger: Ledger) -> None:
    """A store that lost nothing is restored from an outbox that lags behind it."""
    await spread(ledger, "counted", A)
    cursor, rows = await logged(ledger)
    [one] = await taken(ledger)
    await ledger.settle(MAYOR, one, "acknowledged")
    await ledger.restore(MAYOR, cursor, rows)
    assert {"1 to a": "acknowledged"} == await states(ledger)
    assert [] == await claim(ledger)


async def test_what_the_log_knows_leaves_the_outbox(ledger: Ledger) -> None:
    """And what came meanwhile stays."""
    await spread(ledger, "counted", A)
    known = await ledger.outbox(MAYOR)
    await spread(ledger, "counted", A)
    await ledger.forget(MAYOR, known)
    left = await ledger.outbox(MAYOR)
    assert [2, 2] == [entry.what if isinstance(entry.what, int) else entry.what.seq for entry in left]


async def test_what_is_dead_is_sent_again_by_hand_unless_it_was_retracted(
    ledger: Ledger, redis_server: Running
) -> None:
    """From its first try on; a call that no longer stands stays where it is."""
    await spread(ledger, CALL, A)
    [call] = await taken(ledger)
    assert "it is not dead but sent" == await ledger.resend(MAYOR, call)
    await ledger.settle(MAYOR, call, "dead", note="gone")
    await spread(ledger, RETRACTION)
    [retraction] = await taken(ledger)
    await ledger.settle(MAYOR, retraction, "dead", note="gone")
    assert [call.key, retraction.key] == [one.key for one in await ledger.dead(MAYOR)]
    assert "retracted" in await ledger.resend(MAYOR, call)
    assert "" == await ledger.resend(MAYOR, retraction)
    [again] = await taken(ledger)
    assert (retraction.key, 1) == (again.key, again.tries)
    await ledger.settle(MAYOR, again, "dead", note="gone")
    client = Redis.from_url(redis_server.url)
    await client.hset(ledger._key(MAYOR, "meta"), "run_id", "another")  # type: ignore[misc]
    await client.aclose()
    assert "read from the log first" in await ledger.resend(MAYOR, retraction)


async def test_what_was_told_is_read_in_order_and_waited_for(ledger: Ledger, redis_server: Running) -> None:
    """From a place on; one fact by its number; nothing where there is none."""
    client = Redis.from_url(redis_server.url)
    assert [] == await ledger.told_after(MAYOR, 0)
    assert 0 == await ledger.told_last(MAYOR)
    values = [encode(facts.told(seq), facts.SCOPE) for seq in (1, 2)]
    waiting = asyncio.create_task(ledger.told_after(MAYOR, 0))
    for seq, value in enumerate(values, 1):
        await client.xadd(Keys(facts.SCOPE, MAYOR).told, {"told": value}, id=f"{seq}-0")
    await client.aclose()
    assert (1, values[0]) == (await waiting)[0]
    assert [(2, values[1])] == await ledger.told_after(MAYOR, 1)
    assert values == [await ledger.told(MAYOR, seq) for seq in (1, 2)]
    assert await ledger.told(MAYOR, 3) is None
    assert 2 == await ledger.told_last(MAYOR)


async def test_a_store_that_stays_away_is_said(ledger: Ledger, redis_server: Running) -> None:
    """After the deadline, in a sentence; then the process ends."""
    await asyncio.to_thread(redis_server.stop)
    with pytest.raises(OutsideError, match="does not do its work"):
        await ledger.cursor(MAYOR)


async def test_a_store_whose_clock_is_set_back_keeps_nobody_waiting(
    ledger: Ledger, redis_server: Running
) -> None:
    """What waited then, what is told later and who was being sent to: all wait as long as they were to."""
    ahead_ms = 600_000
    await spread(ledger, "counted", A, B)
    [held, _] = await taken(ledger, 2)
    await spread(ledger, "counted", A, B)
    keys = Keys(facts.SCOPE, MAYOR)
    async with Redis.from_url(redis_server.url, decode_responses=True) as redis:
        for queue in ("due", "urgent"):  # as if all of it had happened before the clock was set back
            for member in await redis.zrange(keys.ledger(queue), 0, -1):
                await redis.zincrby(keys.ledger(queue), ahead_ms, member)
        for target, text in (await redis.hgetall(keys.ledger("busy"))).items():
            until_ms, token = text.split(" ")
            await redis.hset(keys.ledger("busy"), target, f"{int(until_ms) + ahead_ms} {token}")
        for field in ("score", "clock"):
            await redis.hincrby(keys.ledger("meta"), field, ahead_ms)
    await spread(ledger, "counted", A, B)
    assert await ledger.settle(MAYOR, held, "acknowledged")
    next_s = (await ledger.claim(MAYOR, "me", LONG_S, 0, 0)).next_s
    assert next_s is not None
    assert next_s <= LONG_S  # the other's lease, and nothing later
    [second] = await taken(ledger)
    assert (2, held.who) == (second.seq, second.who)
    assert await ledger.settle(MAYOR, second, "acknowledged")
    [third] = await taken(ledger)
    assert (3, held.who) == (third.seq, third.who)
