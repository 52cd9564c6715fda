"""Tables of boxes on demand: one read for a crowd, kept while nothing moves, and nothing before its time."""

import asyncio

import pytest

from election.errors import OutsideError
from election.night import ContestId, SourceId
from tests.patience import PATIENCE_S
from tests.web.made import records
from tests.web.shapes import BRIDGE, COUNCIL, MAYOR, Moment, begun, counted, rows
from web import box_tables
from web.box_tables import AGAIN_AFTER_S, Table, Tables
from web.held import Boxes
from web.kept import Kept
from web.workshop import PLACES_MAX, Workshop

PARTY = SourceId("party")
TABLE = Table(MAYOR, COUNCIL)


class Slow:
    """A store that answers when the test lets it, and remembers who asked."""

    def __init__(self, at: Moment) -> None:
        self.at, self.now = at, 0.0
        self.asked: list[tuple[ContestId, SourceId]] = []
        self.go = asyncio.Event()
        self.at_once = self.most = 0
        self.fails = False
        self.tables = Tables(self.read, at.shown, Workshop(lambda: self.now))

    async def read(self, contest: ContestId, source: SourceId) -> Boxes:
        """What a store gives out, later."""
        self.asked.append((contest, source))
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.go.wait()
            if self.fails:
                raise OutsideError("away")
            return self.at.packed(contest, source)
        finally:
            self.at_once -= 1

    def ask(self, table: Table = TABLE) -> "asyncio.Task[Kept]":
        """Somebody asks."""
        return asyncio.create_task(self.tables.get(table))

    async def until_asked(self, times: int) -> None:
        """Waits until the store was asked so often."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.asked) < times:  # noqa: ASYNC110 - a loop that runs by itself has no event
                await asyncio.sleep(0)


async def test_a_crowd_costs_one_read() -> None:
    """Everybody who asks at the same time gets the very same bytes."""
    slow = Slow(counted())
    crowd = [slow.ask() for _ in range(50)]
    await slow.until_asked(1)
    slow.go.set()
    bodies = await asyncio.gather(*crowd)
    assert 1 == len(slow.asked)
    assert {id(bodies[0])} == set(map(id, bodies))
    assert await slow.ask() is bodies[0]
    assert 1 == len(slow.asked)


async def test_one_read_at_a_time_a_contest() -> None:
    """Two sources of one contest come one after the other; two contests at once, and no more than that."""
    slow = Slow(counted())
    asked = [
        slow.ask(Table(contest, source)) for contest in slow.at.night.contests for source in (COUNCIL, PARTY)
    ]
    await slow.until_asked(PLACES_MAX)
    assert PLACES_MAX == slow.at_once
    assert len({contest for contest, _ in slow.asked}) == PLACES_MAX
    slow.go.set()
    await asyncio.gather(*asked)
    assert (len(asked), PLACES_MAX) == (len(set(slow.asked)), slow.most)


async def test_a_table_is_kept_while_nothing_moves() -> None:
    """However long that is; once the count moves it is made again, but not more often than need be."""
    at = counted(0.6)
    slow = Slow(at)
    slow.go.set()
    first = await slow.ask()
    slow.now += 3600
    assert first is await slow.ask()
    at.worker.count(records()[at.worker.rehearsal.records :])
    at.show()
    second = await slow.ask()
    assert first.etag != second.etag
    at.worker.versions[MAYOR] += 1
    at.show()
    assert second is await slow.ask()
    slow.now += AGAIN_AFTER_S
    assert second is not await slow.ask()
    assert 3 == len(slow.asked)


async def test_the_ban_is_asked_when_the_table_is_written() -> None:
    """It ends while the store is asked: the table has figures; one made before is not given out after."""
    at = begun()
    slow = Slow(at)
    slow.go.set()
    before = await slow.ask()
    assert {""} == {row["valid"] for row in rows(before.plain)}
    slow.go.clear()
    slow.now += AGAIN_AFTER_S
    at.worker.versions[MAYOR] += 1
    at.show()
    waiting = slow.ask()
    await slow.until_asked(2)
    at.worker.count(records()[at.worker.rehearsal.records :])
    at.show()
    assert at.shown().is_open
    slow.go.set()
    assert {""} != {row["valid"] for row in rows((await waiting).plain)}


async def test_the_table_of_a_ban_is_not_young_when_it_ends() -> None:
    """The moment it opens, whoever asks gets figures, and not what was kept a second before."""
    at = begun()
    slow = Slow(at)
    slow.go.set()
    before = await slow.ask()
    at.worker.count(records()[at.worker.rehearsal.records :])
    at.show()
    after = await slow.ask()
    assert before.etag != after.etag
    assert {""} != {row["valid"] for row in rows(after.plain)}


async def test_a_store_that_is_away() -> None:
    """Everybody who waits is told; whoever asks next asks it again."""
    slow = Slow(counted())
    slow.fails = True
    slow.go.set()
    for told in await asyncio.gather(slow.ask(), slow.ask(), return_exceptions=True):
        assert isinstance(told, OutsideError)
    slow.fails = False
    assert (await slow.ask()).plain
    assert 2 == len(slow.asked)


async def test_whoever_leaves_does_not_end_it_for_the_others() -> None:
    """And if all have left, nothing is lost and nothing complains."""
    slow = Slow(counted())
    leaving, staying = slow.ask(), slow.ask()
    await slow.until_asked(1)
    leaving.cancel()
    slow.go.set()
    assert (await staying).plain
    slow.go.clear()
    slow.fails = True
    alone = slow.ask(Table(BRIDGE, COUNCIL))
    await slow.until_asked(2)
    alone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await alone
    slow.go.set()
    with pytest.raises(OutsideError):
        await slow.ask(Table(BRIDGE, COUNCIL))  # the read that was begun goes on, and fails
    slow.fails = False
    assert (await slow.ask(Table(BRIDGE, COUNCIL))).plain


async def test_a_table_is_packed_once_and_named_by_its_content() -> None:
    """Two gateways that read the same version give it the same name; a mark in front makes it another."""
    one, two = Slow(counted()), Slow(counted())
    one.go.set()
    two.go.set()
    first, second = await one.ask(), await two.ask()
    assert (first.etag, first.plain) == (second.etag, second.plain)
    assert first.packed
    marked = await one.ask(Table(MAYOR, COUNCIL, bom=True))
    assert marked.etag != first.etag
    assert marked.plain == b"\xef\xbb\xbf" + first.plain
    assert box_tables.BOXES_MAX > 31_186
