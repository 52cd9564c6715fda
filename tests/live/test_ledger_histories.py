"""Whether the ledger's promises hold in any history: tells, tries, deaths, failures and flushed stores.

Know before changing: a history is made from its seed, so one that fails can be played again. Receivers are a
list of what they were given; they know nothing of the ledger.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from election.night import ContestId
from election.wire.delivered import OPEN, Delivery, Target, delivery
from streams.ledger import Ledger, LostError
from streams.settings import Settings
from tests.servers import Running
from tests.streams import facts, made

MAYOR = ContestId("mayor")
TARGETS = [Target("webhook", f"https://newsroom.example/{name}", who=name) for name in "abc"]
KINDS = ("call-made", "call-retracted", "lead-change")
STEPS, SEEDS, LONG_S = 60, 25, 600.0


@dataclass
class History:
    """One life of a ledger, its log and its receivers."""

    ledger: Ledger
    dice: random.Random
    log: dict[str, Delivery] = field(default_factory=dict)
    cursor: int = 0
    seq: int = 0
    kinds: dict[int, str] = field(default_factory=dict)
    hand: dict[str, Delivery] = field(default_factory=dict)
    given: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """By receiver: seq and kind, in the order they came, repeats included."""

    async def tell(self) -> None:
        """A call, its retraction or something else, for some of the receivers."""
        self.seq += 1
        kind = self.kinds.setdefault(self.seq, self.dice.choice(KINDS))
        wanted = self.dice.sample(TARGETS, self.dice.randint(0, 3)) if kind != "call-retracted" else []
        rows = [delivery(f"f{self.seq}", self.seq, kind, target) for target in wanted]
        assert self.seq == await self.ledger.spread(MAYOR, self.seq, f"f{self.seq}", kind, rows)

    async def send(self) -> None:
        """What is due reaches its receivers; a call only after the log knows."""
        claimed = await self.ledger.claim(MAYOR, f"t{self.dice.random()}", LONG_S, 9, 9)
        await self.keep()
        open_retractions = await self.open_retractions()
        for one in claimed.deliveries:
            assert (
                one.target not in {held.target for held in self.hand.values()} or one.kind == "call-retracted"
            )
            assert one.kind != "call-made" or one.who not in open_retractions
            self.given[one.who].append((one.seq, one.kind))
            self.hand[one.key] = one

    async def settle(self) -> None:
        """Something in hand is answered well, badly, or not at all by a process that has died."""
        if self.hand:
            one = self.hand.pop(self.dice.choice(sorted(self.hand)))
            await self.ledger.settle(MAYOR, one, self.dice.choice(["acknowledged", "retrying", "dead"]))

    async def keep(self) -> None:
        """The outbox reaches the log."""
        entries = await self.ledger.outbox(MAYOR)
        for entry in entries:
            if isinstance(entry.what, int):
                self.cursor = max(self.cursor, entry.what)
            elif entry.what.key not in self.log or self.log[entry.what.key].n < entry.what.n:
                self.log[entry.what.key] = entry.what
        if entries:
            await self.ledger.forget(MAYOR, entries)

    async def flush(self, redis: Redis) -> None:
        """The store is empty; the log makes the ledger again, and facts it did not know are told again."""
        await redis.flushall()
        with pytest.raises(LostError):
            await self.ledger.cursor(MAYOR)
        await self.ledger.restore(MAYOR, self.cursor, list(self.log.values()))
        self.seq = self.cursor
        self.hand.clear()

    async def open_retractions(self) -> set[str]:
        """The receivers whose retraction is still on its way."""
        rows = [one async for one in self.ledger.deliveries(MAYOR)]
        return {one.who for one in rows if one.kind == "call-retracted" and one.state in OPEN}

    async def drain(self) -> None:
        """Everything that is left is delivered."""
        for one in list(self.hand.values()):
            await self.ledger.settle(MAYOR, one, "retrying")
        self.hand.clear()
        while any([one.state in OPEN async for one in self.ledger.deliveries(MAYOR)]):
            await self.send()
            for one in list(self.hand.values()):
                await self.ledger.settle(MAYOR, one, "acknowledged")
            self.hand.clear()


def retracted(given: list[tuple[int, str]], retractions: list[int], flushes: bool) -> None:
    """Every call that came is followed by its retraction, if there was one, and does not come after it.

    A flush may bring both back, with the ids they had; then the last word is the retraction.
    """
    for seq, kind in given:
        following = [one for one in retractions if one > seq]
        if kind == "call-made" and following:
            assert (following[0], "call-retracted") in given, (seq, given)
            last_call = max(place for place, one in enumerate(given) if one == (seq, kind))
            places = [place for place, one in enumerate(given) if one == (following[0], "call-retracted")]
            assert last_call < places[-1 if flushes else 0], (seq, given)


@pytest.mark.parametrize("flushes", [False, True], ids=["a store that lives", "a store that is flushed"])
async def test_in_any_history_each_call_that_was_sent_is_followed_by_its_retraction(
    redis_server: Running, flushes: bool
) -> None:
    """And never comes again after it; nobody holds two things for one receiver; everything ends."""
    redis = Redis.from_url(redis_server.url)
    for seed in range(SEEDS):
        await redis.flushall()
        ledger = Ledger(made.night(), facts.SCOPE, Settings(redis=redis_server.url))
        await ledger.restore(MAYOR, 0, [])
        history = History(ledger, random.Random(seed))
        steps = [history.tell, history.send, history.send, history.settle, history.settle, history.keep]
        for _ in range(STEPS):
            if flushes and history.dice.random() < 0.05:
                await history.flush(redis)
            await history.dice.choice(steps)()
        await history.drain()
        retractions = [
            seq for seq, kind in history.kinds.items() if kind == "call-retracted" and seq <= history.seq
        ]
        for given in history.given.values():
            retracted(given, retractions, flushes)
        rows = [one async for one in ledger.deliveries(MAYOR)]
        waiting = {
            (one.seq, one.who) for one in rows if one.kind == "call-made" and one.tried and not one.retracted
        }
        assert not [seq for seq, _ in waiting if any(one > seq for one in retractions)], seed
        await ledger.close()
    await redis.aclose()
