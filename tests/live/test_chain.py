"""Whether the links in the store are those of the log, whoever applies a step and however often."""

from typing import Any

import pytest
from redis.asyncio import Redis

from election.night import ContestId
from election.wire.audit import first_link, links, read_marks
from election.wire.changes import decode_change
from election.wire.keys import Keys
from streams.answers import Forked
from streams.chain import Chain, Stored, stored
from streams.counting import CannotCountError
from streams.rewinding import begin_at
from streams.spans import Received
from tests.live.one import MAYOR, REPORTS, RULINGS, SCOPE, One, agree, good, lifted, log_of, one
from tests.servers import Running

BRIDGE = ContestId("bridge")
NAME = f"{REPORTS}/0"
LOG = log_of([*(good(unit, minute=unit) for unit in range(8)), b"rubbish", b"", good(1, 2, (10, 10, 10))])
KEYS = Keys(SCOPE, MAYOR)


def chain_of(log: list[Received]) -> Stored:
    """The links of these records."""
    first = log[0].offset
    return Stored(first, list(links(first_link(NAME, first), [record.value for record in log])))


async def held(worker: One, contest: ContestId = MAYOR) -> Stored:
    """The chain that a contest holds of the reports."""
    return (await stored(worker.store, contest))[NAME]


async def test_links_are_the_logs_however_the_batches_fall(redis_server: Running) -> None:
    """One by one, together, twice, by two workers in turn; refused records among them; at every contest."""
    async with one(redis_server) as first, one(redis_server) as second:
        await first.count(LOG[:1])
        await second.count(LOG[:4])
        await first.count(LOG[:4])
        await first.count(LOG[2:9])
        await second.count(LOG)
        assert chain_of(LOG) == await held(first)
        assert chain_of(LOG) == await held(first, BRIDGE)
        await agree(first, LOG)


async def test_a_version_says_how_far_it_goes_and_the_stream_says_the_same(redis_server: Running) -> None:
    """A gateway that reads everything and one that follows have the same head for a version."""
    async with one(redis_server) as worker:
        client = Redis.from_url(redis_server.url)
        followed: dict[str, str] = {}
        ruled = log_of([lifted(30, "embargo-announced"), lifted(40)], topic=RULINGS)
        for step in (LOG[:3], LOG[3:4], LOG[4:8]):
            await worker.count(step)
            await worker.rule(ruled[:1])
            entries: Any = await client.xrange(KEYS.changes)
            for entry, fields in entries:
                followed.update(decode_change(entry, fields).meta)
            meta = (await worker.store.read(MAYOR)).meta
            assert read_marks(meta) == read_marks(followed)
            marks = read_marks(meta)
            assert step[-1].offset + 1 == marks["reports/0"].offset
            assert chain_of(LOG).links[step[-1].offset].hex() == marks["reports/0"].link
        # What is no news for a contest raises no version: its head goes on with the next one that there is.
        await worker.count([Received(REPORTS, 0, 8, LOG[0].value)])
        assert 8 == read_marks((await worker.store.read(MAYOR)).meta)["reports/0"].offset
        await worker.rule(ruled[1:])
        marks = read_marks((await worker.store.read(MAYOR)).meta)
        assert (9, 2) == (marks["reports/0"].offset, marks["rulings/0"].offset)
        await client.aclose()


async def test_a_step_of_another_log_is_refused(redis_server: Running) -> None:
    """A worker that was frozen while a replay went back holds records that were deleted meanwhile."""
    async with one(redis_server) as frozen, one(redis_server) as worker:
        other = log_of([good(unit, 5, (1, 2, 3)) for unit in range(8)])
        await frozen.count(LOG[:3])
        for contest in worker.store.keys:
            await worker.store.wipe(contest)
        await worker.count(other)
        with pytest.raises(CannotCountError) as caught:
            await frozen.count(LOG[3:6])
        assert Forked(NAME) == caught.value.why
        assert "sandik verify" in str(caught.value)
        assert chain_of(other) == await held(worker)
        await agree(worker, other)


async def test_a_chain_begins_where_its_log_begins(redis_server: Running) -> None:
    """Records before it were deleted; what a worker still holds of them is refused."""
    async with one(redis_server) as worker, one(redis_server) as frozen:
        later = [Received(REPORTS, 0, 100 + record.offset, record.value) for record in LOG]
        await begin_at(worker.store, {NAME: 100})
        await worker.count(later[:3])
        assert chain_of(later[:3]) == await held(worker)
        with pytest.raises(CannotCountError):
            await frozen.count([Received(REPORTS, 0, 98 + place, LOG[place].value) for place in range(4)])
        await worker.count(later)
        assert chain_of(later) == await held(worker)
        await agree(worker, later)


async def test_links_that_were_left_over_are_forgotten_with_their_offsets(redis_server: Running) -> None:
    """Somebody took the offsets away and not the links: the chain begins anew, as the count does."""
    async with one(redis_server) as worker:
        await worker.count(LOG[:5])
        client = Redis.from_url(redis_server.url)
        for keys in worker.store.keys.values():
            for key in await client.keys(keys.meta.rpartition(":")[0] + ":*"):
                if b":links:" not in key:
                    await client.delete(key)
        worker.counter.forget()
        await worker.count(LOG)
        assert chain_of(LOG) == await held(worker)
        await agree(worker, LOG)
        await client.aclose()


async def test_a_contest_that_holds_other_links_is_given_those_that_follow_on_from_its_own(
    redis_server: Running,
) -> None:
    """The count goes on at all contests; the comparison with the log tells what was done to the one."""
    async with one(redis_server) as worker:
        await worker.count(LOG[:4])
        await worker.rule(log_of([lifted(30, "embargo-announced")], topic=RULINGS))
        client = Redis.from_url(redis_server.url)
        for topic, at in ((REPORTS, 3), (RULINGS, 0)):
            await client.setrange(Keys(SCOPE, BRIDGE).links(f"{topic}/0"), 32 * at, b"x" * 32)
        await worker.count(LOG[4:])
        ruled = log_of([lifted(30, "embargo-announced"), lifted(40)], topic=RULINGS)
        await worker.rule(ruled[1:])
        assert chain_of(LOG) == await held(worker)
        assert len(LOG) == len((await held(worker, BRIDGE)).links)
        await client.aclose()


async def test_the_store_is_asked_for_a_link_only_where_it_is_not_known(redis_server: Running) -> None:
    """Not at the beginning, not step after step; once after a worker was started anew."""
    asked = 0

    class Counted(Chain):
        async def _before(self, span: object, contest: object) -> bytes:
            nonlocal asked
            asked += 1
            return await super()._before(span, contest)  # type: ignore[arg-type] # as it was given

    async with one(redis_server) as worker, one(redis_server) as fresh:
        worker.counter._chain, fresh.counter._chain = Counted(worker.store), Counted(fresh.store)
        for record in LOG[:5]:
            await worker.count([record])
        assert 0 == asked
        for record in LOG[5:]:
            await fresh.count([record])
        assert 1 == asked
        assert chain_of(LOG) == await held(worker)
