"""Whether the ledger and its log keep each other right: nothing is forgotten before it is logged."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from election.errors import OutsideError
from election.night import ContestId, Night
from election.wire.delivered import Target, delivery, encode
from election.wire.topics import ruling_key
from streams.deliver_keeping import Keeper
from streams.ledger import Ledger, LostError, Outgoing
from streams.settings import Settings
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import facts, made

MAYOR, ASSEMBLY = ContestId("mayor"), ContestId("assembly")
TARGET = Target("webhook", "https://newsroom.example/")


class Paper:
    """A log in memory, that can be away, and waits to be let go on."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes]] = []
        self.facts: list[bytes] = []
        self.away = 0
        self.refused = asyncio.Event()

    async def append(self, records: Sequence[tuple[bytes, bytes]]) -> None:
        """Keeps them, unless it is away."""
        if self.away:
            self.away -= 1
            self.refused.set()
            raise OutsideError("nobody answers")
        self.records += records

    async def read(self) -> AsyncIterator[bytes]:
        """All of it."""
        for _, value in self.records:
            yield value

    async def told(self) -> AsyncIterator[bytes]:
        """What was told, unless it is away."""
        if self.away:
            self.away -= 1
            raise OutsideError("nobody answers")
        for value in self.facts:
            yield value


@pytest.fixture
async def ledger(redis_server: Running) -> AsyncIterator[Ledger]:
    """A ledger that nobody has opened yet."""
    one = Ledger(made.night(), facts.SCOPE, Settings(redis=redis_server.url))
    yield one
    await one.close()


async def spread(ledger: Ledger, seq: int) -> None:
    """A fact for one target."""
    await ledger.spread(MAYOR, seq, f"f{seq}", "counted", [delivery(f"f{seq}", seq, "counted", TARGET)])


async def test_changes_reach_the_log_and_whoever_waits_is_told(ledger: Ledger) -> None:
    """In order, under the contest's key; a log that is away is asked again and nothing is lost."""
    paper = Paper()
    keeper = Keeper(ledger, paper)
    await keeper.mend()
    await spread(ledger, 1)
    paper.away = 1
    last = (await ledger.outbox(MAYOR))[-1].id
    keeping = asyncio.create_task(keeper.keep(MAYOR))
    waiting = asyncio.create_task(keeper.logged(MAYOR, last))
    async with asyncio.timeout(PATIENCE_S):
        await paper.refused.wait()
        assert not waiting.done()
        await waiting
    assert {ruling_key(MAYOR)} == {key for key, _ in paper.records}
    assert 2 == len(paper.records)
    assert [] == await ledger.outbox(MAYOR)
    await keeper.logged(MAYOR, "")
    keeping.cancel()


class Slow(Ledger):
    """A ledger whose answers about the outbox come late; what is waited for meanwhile is not in them."""

    def __init__(self, night: Night, settings: Settings) -> None:
        super().__init__(night, facts.SCOPE, settings)
        self.read, self.answers = asyncio.Event(), asyncio.Event()

    async def outbox(self, contest: ContestId) -> list[Outgoing]:
        """Read at once, told when it is let go on."""
        found = await super().outbox(contest)
        self.read.set()
        await self.answers.wait()
        return found


async def test_an_outbox_that_was_read_before_an_entry_says_nothing_of_it(redis_server: Running) -> None:
    """Else a call that has just been claimed would leave before the log knows that it may have."""
    ledger, paper = Slow(made.night(), Settings(redis=redis_server.url)), Paper()
    keeper = Keeper(ledger, paper)
    await keeper.mend()
    keeping = asyncio.create_task(keeper.keep(MAYOR))
    async with asyncio.timeout(PATIENCE_S):
        await ledger.read.wait()  # nothing is in it
        await spread(ledger, 1)
        last = (await Ledger.outbox(ledger, MAYOR))[-1].id
        waiting = asyncio.create_task(keeper.logged(MAYOR, last))
        await asyncio.sleep(0)
        ledger.answers.set()
        await waiting
    assert 2 == len(paper.records)
    keeping.cancel()
    await ledger.close()


async def test_whoever_gave_up_waiting_for_the_log_is_not_kept(ledger: Ledger) -> None:
    """While the log is away, every try of a call waits for it a while and comes back."""
    keeper = Keeper(ledger, Paper())
    tries = [asyncio.create_task(keeper.logged(MAYOR, "7-0")) for _ in range(3)]
    await asyncio.sleep(0)
    for one in tries:
        one.cancel()
    await asyncio.wait(tries)
    assert [] == keeper._waiting[MAYOR]


async def test_a_ledger_is_opened_from_the_log_once(ledger: Ledger) -> None:
    """The last word on each delivery, whatever the order of repeats; another contest is left alone."""
    one = delivery("f1", 1, "counted", TARGET)
    words = [one, 1, 2]
    paper = Paper()
    paper.records = [(b"", encode(what, facts.SCOPE, MAYOR)) for what in words]  # type: ignore[arg-type] # either
    paper.records += [(b"", b"not a record"), paper.records[0]]
    keeper = Keeper(ledger, paper)
    with pytest.raises(LostError):
        await ledger.cursor(MAYOR)
    await asyncio.gather(keeper.mend(), keeper.mend())
    assert 1 == keeper.mended
    assert (2, 0) == (await ledger.cursor(MAYOR), await ledger.cursor(ASSEMBLY))
    assert [one.key] == [found.key async for found in ledger.deliveries(MAYOR)]
