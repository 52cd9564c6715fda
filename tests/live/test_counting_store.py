"""Whether the scripts keep the store's promise: all or nothing, once, whoever sends it and however often."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from election.errors import OutsideError
from election.night import ContestId
from election.wire.changes import decode_change
from election.wire.keys import Keys, edition, unpack_total
from election.wire.records import Bundle, encode
from election.wire.topics import Scope
from streams.answers import Gap, OtherNight
from streams.attending import StoreLostGroundError, attend
from streams.counting import CannotCountError
from streams.spans import Received
from streams.verify import rebuild
from tests.live.one import (
    COUNCIL,
    GROUND,
    MAYOR,
    NIGHT,
    REPORTS,
    RULINGS,
    SCOPE,
    agree,
    flush,
    good,
    lifted,
    log_of,
    one,
    reading,
)  # fmt: skip
from tests.servers import Running
from tests.streams import made


@pytest.fixture(params=["redis_server", "store"])
def either(request: pytest.FixtureRequest) -> Running:
    """A real redis-server with its file, and the embedded store of a demo."""
    running: Running = request.getfixturevalue(request.param)
    return running


BATCHES = st.lists(st.lists(made.bundles(NIGHT, GROUND), min_size=1, max_size=4), min_size=1, max_size=5)


@given(batches=BATCHES, again=st.integers(0, 4))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the server is emptied before each example
def test_any_batches_some_of_them_twice_leave_what_the_log_says(
    either: Running, batches: list[list[Bundle]], again: int
) -> None:
    """Anything in the bundles, a batch redelivered, two workers in turn: the store equals the oracle."""

    async def run() -> None:
        await flush(either)
        values = [[bytes_of(bundle) for bundle in batch] for batch in batches]
        log = log_of([value for batch in values for value in batch])
        async with one(either) as first, one(either) as second:
            workers, at = [first, second], 0
            for turn, batch in enumerate(values):
                part = log[at : at + len(batch)]
                at += len(batch)
                await workers[turn % 2].count(part)
                if turn == again:
                    await workers[(turn + 1) % 2].count(part)
            await agree(first, log)

    asyncio.run(run())


def bytes_of(bundle: Bundle) -> bytes:
    """A bundle's bytes, or others where JSON cannot hold what is in it."""
    try:
        return encode(bundle, SCOPE)
    except TypeError:
        return b"{"


async def test_every_version_has_one_entry_and_entries_make_up_the_totals(either: Running) -> None:
    """Who applies the entries from 1 on has what the store has."""
    async with one(either) as worker:
        log = log_of([good(unit, minute=unit) for unit in range(12)] + [good(3, 2, (70, 60, 20), 20)])
        for received in log:
            await worker.count([received])
        await worker.rule(log_of([lifted(40)], topic=RULINGS))
        held = await worker.store.read(MAYOR)
        client = Redis.from_url(either.url)
        entries = await client.xrange(worker.store.keys[MAYOR].changes)
        await client.aclose()
        changes = [decode_change(entry, fields) for entry, fields in entries]
        assert list(range(1, 15)) == [change.version for change in changes]
        assert list(range(14)) == [change.prev for change in changes]
        totals = {area: row for change in changes for area, row in change.rows.get(COUNCIL, {}).items()}
        assert {area: unpack_total(row) for area, row in held.areas[COUNCIL].items()} == totals
        assert held.meta["at"] == changes[-1].at == "2024-10-06T15:40:00.000Z"
        assert {"lifted_at", "link:rulings/0"} == set(changes[-1].meta)
        assert "2024-10-06T15:40:00.000Z" == changes[-1].meta["lifted_at"]
        assert {held.meta["epoch"]} == {change.epoch for change in changes}
        assert "14" == held.meta["version"]


async def test_a_batch_that_brings_no_news_raises_no_version(either: Running) -> None:
    """Offsets alone are nothing to tell anybody about; the other contests only learn them."""
    async with one(either) as worker:
        await worker.count(log_of([good(0), good(0)]))
        held = await worker.store.read(MAYOR)
        assert ("1", 2) == (held.meta["version"], held.offsets[f"{REPORTS}/0"])
        await worker.count([Received(REPORTS, 0, 2, encode(good(0), SCOPE))])
        held = await worker.store.read(MAYOR)
        assert ("1", 3) == (held.meta["version"], held.offsets[f"{REPORTS}/0"])
        other = await worker.store.read(ContestId("bridge"))
        assert ("0", 3) == (other.meta["version"], other.offsets[f"{REPORTS}/0"])


async def test_a_batch_that_leaves_offsets_out_is_not_applied(either: Running) -> None:
    """Kafka's commits may run ahead of a store that has failed over; the store's own offsets refuse it."""
    async with one(either) as worker:
        log = log_of([good(0), good(1), good(2)])
        await worker.count(log[:1])
        with pytest.raises(CannotCountError) as caught:
            await worker.count(log[2:])
        assert Gap(f"{REPORTS}/0", 1) == caught.value.why
        held = await worker.store.read(MAYOR)
        assert ["1"] == [held.meta["version"]]
        await worker.count(log)
        await agree(worker, log)


async def test_refused_papers_are_counted_once_however_often_they_come(either: Running) -> None:
    """The topic of refused may hold one twice, with the same id; the count may not."""
    async with one(either) as worker:
        rubbish = [b"", b"{", b"[]", b"\xff\xfe", b'{"v":1}', encode(good(0), Scope("live", NIGHT.id))]
        unknown = replace(good(0), box=["nowhere"])
        log = log_of([*rubbish, unknown, good(1)])
        await worker.count(log)
        await worker.count(log[3:])
        held = await worker.store.read(MAYOR)
        assert ("1", "6") == (held.meta["refused"], held.meta["unreadable"])
        assert 7 + 4 == len(worker.refused)
        assert worker.refused[3:7] == worker.refused[7:]
        await agree(worker, log)


async def test_a_worker_with_another_night_is_refused(either: Running) -> None:
    """Two sets of facts under one name would make one wrong count."""
    async with one(either) as worker, one(either, night=replace(NIGHT, digest="0" * 64)) as other:
        await worker.count(log_of([good(0)]))
        with pytest.raises(CannotCountError) as caught:
            await other.count(log_of([good(0), good(1)])[1:])
        assert OtherNight(edition(NIGHT)) == caught.value.why
        with pytest.raises(CannotCountError):
            await attend(other.store, other.counter, other.progress, "other", {})
        await agree(worker, log_of([good(0)]))


async def test_a_store_of_another_layout_is_refused_and_counted_anew(redis_server: Running) -> None:
    """Rows in a hash, as versions before held them, are not looked at, and a rebuild leaves none of them.

    The version before, started beside, is refused as well; each keeps what the other has counted.
    """
    log, keys = log_of([good(0), good(1)]), Keys(SCOPE, MAYOR)
    async with one(redis_server) as worker, one(redis_server) as older:
        older.store.edition = NIGHT.digest  # all that versions before compared
        redis = Redis.from_url(redis_server.url)
        await redis.hset(keys.meta, mapping={"digest": NIGHT.digest, "epoch": "e", "version": "1"})
        await redis.hset(keys.hashed(COUNCIL), "iskele-1", b"an older row")
        with pytest.raises(CannotCountError, match="lays it out differently"):
            await worker.count(log)
        assert [b"an older row"] == await redis.hvals(keys.hashed(COUNCIL))
        await rebuild(NIGHT, worker.store, reading(log))
        assert not await redis.exists(keys.hashed(COUNCIL))
        assert "e" != (await worker.store.read(MAYOR)).meta["epoch"]
        with pytest.raises(CannotCountError):
            await older.count(log)
        await agree(worker, log)
        await redis.aclose()


async def test_what_a_worker_remembers_is_never_trusted_over_the_store(either: Running) -> None:
    """Units that another worker moved are read again, and what was summed from old rows is not applied."""
    async with one(either) as first, one(either) as second:
        log = log_of([good(0), good(0, 2, (70, 60, 20)), good(0, 3, (60, 60, 20)), good(0, 2, (1, 1, 1))])
        await first.count(log[:1])
        await second.count(log[1:3])
        await first.count(log[1:])
        await agree(first, log)


async def test_scripts_that_the_server_has_forgotten_are_sent_again(either: Running) -> None:
    """A restarted or new server has never seen them."""
    async with one(either) as worker:
        log = log_of([good(0), good(1)])
        await worker.count(log[:1])
        client = Redis.from_url(either.url)
        await client.script_flush()
        await client.aclose()
        await worker.count(log[1:])
        await agree(worker, log)


async def test_a_restarted_store_goes_on_in_a_new_epoch(redis_server: Running) -> None:
    """Versions may have gone back without anybody being told: a new epoch says so to every client."""
    async with one(redis_server) as worker:
        log = log_of([good(0), good(1), good(2)])
        await worker.count(log[:2])
        before = await worker.store.read(MAYOR)
        redis_server.stop()
        redis_server.start()
        await worker.count(log[2:])
        after = await worker.store.read(MAYOR)
        assert before.meta["epoch"] != after.meta["epoch"]
        assert int(before.meta["version"]) < int(after.meta["version"])
        await agree(worker, log)


async def test_a_restarted_store_is_noticed_while_nothing_comes_in(redis_server: Running) -> None:
    """The sign of life raises the epoch, and the change stream says so to whoever follows it."""
    async with one(redis_server) as worker:
        await worker.count(log_of([good(0)]))
        before = await worker.store.read(MAYOR)
        redis_server.stop()
        redis_server.start()
        await attend(worker.store, worker.counter, worker.progress, "me", {})
        after = await worker.store.read(MAYOR)
        assert before.meta["epoch"] != after.meta["epoch"]
        assert "2-0" == after.newest


async def test_a_flushed_store_is_noticed_while_nothing_comes_in(either: Running) -> None:
    """The worker ends, to begin again from the store's offsets: from the beginning of the log."""
    async with one(either) as worker:
        log = log_of([good(0)])
        await worker.count(log)
        await flush(either)
        with pytest.raises(StoreLostGroundError):
            await attend(worker.store, worker.counter, worker.progress, "me", {})
        async with one(either) as again:
            assert {f"{REPORTS}/0": 0} == await again.store.positions([f"{REPORTS}/0"])
            await again.count(log)
            await agree(again, log)


async def test_a_flushed_store_does_not_take_what_comes_next(either: Running) -> None:
    """What lies before would be missing for good."""
    async with one(either) as worker:
        log = log_of([good(0), good(1)])
        await worker.count(log[:1])
        await flush(either)
        with pytest.raises(CannotCountError) as caught:
            await worker.count(log[1:])
        assert Gap(f"{REPORTS}/0", 0) == caught.value.why


async def test_a_store_that_stalls_is_asked_again_and_nothing_is_counted_twice(redis_server: Running) -> None:
    """The command that timed out may have been applied; the fence and the offsets make sure it is so once."""
    async with one(redis_server, redis_answers_within_s=0.2) as worker:
        log = log_of([good(0), b"rubbish", good(1)])
        await worker.count(log[:1])
        redis_server.pause()
        counting = asyncio.create_task(worker.count(log[1:]))
        await asyncio.wait({counting}, timeout=1)
        assert not counting.done()
        redis_server.resume()
        await counting
        await agree(worker, log)


async def test_a_store_that_stays_away_ends_the_worker_after_its_deadline(redis_server: Running) -> None:
    """With an exception, so that nothing is committed; the sentence says where to look."""
    async with one(redis_server, outside_within_s=0.3) as worker:
        redis_server.stop()
        with pytest.raises(OutsideError) as caught:
            await worker.count(log_of([good(0)]))
        assert redis_server.address in str(caught.value)


async def test_rulings_are_taken_in_once_and_the_last_word_counts(either: Running) -> None:
    """Announced, then lifted a little earlier; redelivered; one of a contest that nobody knows."""
    async with one(either) as worker:
        log = log_of(
            [lifted(30, "embargo-announced"), lifted(20), lifted(25, "concession"),
             lifted(26, contest="moon"), good(0), b"{"],
            topic=RULINGS,
        )  # fmt: skip
        await worker.rule(log)
        await worker.rule(log[1:])
        held = await worker.store.read(MAYOR)
        assert "2024-10-06T15:20:00.000Z" == held.meta["lifted_at"]
        assert "2024-10-06T15:30:00.000Z" == held.meta["announced_at"] == held.meta["at"]
        assert (3, "3") == (held.rulings, held.meta["unreadable"])
        await agree(worker, log)
        with pytest.raises(CannotCountError):
            await worker.rule([Received(RULINGS, 0, 9, encode(lifted(50), SCOPE))])


async def test_totals_never_leave_the_whole_numbers(either: Running) -> None:
    """A total below zero means that rows and totals do not belong together: nothing more is applied."""
    async with one(either) as worker:
        await worker.count(log_of([good(0)]))
        client = Redis.from_url(either.url)
        await client.delete(worker.store.keys[MAYOR].areas(COUNCIL))
        await client.aclose()
        with pytest.raises(CannotCountError) as caught:
            await worker.count(log_of([good(0), good(0, 2, (10, 10, 10))])[1:])
        assert "rebuild" in str(caught.value)


async def test_a_rebuild_gives_the_same_in_a_new_epoch(either: Running) -> None:
    """The store is a projection of the log and of nothing else."""
    async with one(either) as worker:
        reports = log_of([*(good(unit) for unit in range(9)), good(3, 2, (70, 60, 20)), b"rubbish"])
        rulings = log_of([lifted(20)], topic=RULINGS)
        await worker.count(reports)
        await worker.rule(rulings)
        before = await worker.store.read(MAYOR)
        progress = await rebuild(NIGHT, worker.store, reading(rulings, reports))
        assert 10 == progress.reports
        after = await worker.store.read(MAYOR)
        assert before.meta["epoch"] != after.meta["epoch"]
        assert before.areas == after.areas
        assert before.boxes == after.boxes
        await agree(worker, reports, rulings)
