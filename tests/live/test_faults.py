"""Whether the totals equal an independent fold of the log after everything that can be done to the parts.

Know before changing: each test ends with `verify`, which reads the log and counts it on its own, one paper at
a time. Faults are placed by how far the count has come, not by the clock, so that they always hit its middle.
"""

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from redis.asyncio import Redis

from election.wire.records import RECORD_BYTES_MAX, Record
from streams.verify import rebuild
from tests.live.crew import Crew, crew, twice_shuffled, until
from tests.servers import Running
from tests.streams import made


def parts(records: Sequence[Record], count: int) -> list[Sequence[Record]]:
    """Records in so many parts, one after the other."""
    size = -(-len(records) // count)
    return [records[at : at + size] for at in range(0, len(records), size)]


async def agrees(hands: Crew) -> None:
    """Everything is counted, and the store is what the log says."""
    await hands.until_applied()
    assert [] == list((await hands.verified()).differences)


async def test_workers_killed_twice_in_the_middle_lose_nothing_and_count_nothing_twice(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Two workers on four partitions, every bundle twice and shuffled, SIGKILL to one, then to the other."""
    first, second, third = parts(twice_shuffled(made.recording(), 1), 3)
    async with crew(broker, redis_server, tmp_path, workers=2) as hands:
        await hands.send(first)
        await hands.until_applied(1)
        await hands.send(second)
        hands.kill(1)
        await hands.until_applied(len(first) + 1)
        await hands.send(third)
        hands.kill(0)
        await agrees(hands)
        assert {-signal.SIGKILL} == set(hands.codes)
        assert 2 == len(hands.codes)


async def test_a_large_night_survives_kills_while_it_is_read_as_fast_as_possible(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Istanbul's bundles all at once; the workers are killed with thousands of records in flight."""
    records = twice_shuffled(made.recording("istanbul-2019-06-23"), 3)
    async with crew(apache_kafka, redis_server, tmp_path, "istanbul-2019-06-23", workers=2) as hands:
        await hands.send(records)
        for share in (0.2, 0.5):
            await hands.until_applied(int(len(records) * share))
            for place in range(len(hands.workers)):
                hands.kill(place)
        await agrees(hands)


async def test_a_store_that_is_stopped_and_started_from_its_file_goes_on(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The worker waits and asks again; what it sent meanwhile is applied once."""
    first, second = parts(twice_shuffled(made.recording(), 5), 2)
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        await hands.send(first)
        await hands.until_applied(1)
        redis_server.stop()
        await hands.send(second)
        redis_server.start()
        await agrees(hands)


async def test_a_store_that_dies_may_lose_its_last_second_and_the_count_loses_nothing(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Its offsets go back together with its totals: the worker begins again from them."""
    first, second = parts(twice_shuffled(made.recording(), 6), 2)
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        await hands.send(first)
        await hands.until_applied()
        redis_server.kill()
        await hands.send(second)
        redis_server.start()
        await agrees(hands)


async def test_a_flushed_store_is_filled_again_from_the_log(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Whether or not anything comes in: the worker notices, and begins again at the beginning, in place.

    The same process counts on: nothing has to wait until Kafka misses one that ended.
    """
    first, second = parts(twice_shuffled(made.recording(), 7), 2)
    async with crew(broker, redis_server, tmp_path) as hands:
        await hands.send(first)
        await hands.until_applied()
        await _flush(redis_server)
        await agrees(hands)
        await hands.send(second)
        await hands.until_applied(len(first) + 1)
        await _flush(redis_server)
        await agrees(hands)
        assert [] == hands.codes
        assert "Counting starts again from there." in hands.said()


async def test_a_store_flushed_while_two_workers_count_is_filled_again_by_the_same_two(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Records are in the queues of both; each throws away what it holds, and partitions may change hands."""
    records = twice_shuffled(made.recording(), 11)
    async with crew(broker, redis_server, tmp_path, workers=2) as hands:
        await hands.send(records[:-1])
        for share in (0.3, 0.6):
            await hands.until_applied(int(len(records) * share))
            await _flush(redis_server)
        await hands.send(records[-1:])
        await agrees(hands)
        assert [] == hands.codes


async def test_a_flush_that_only_one_of_two_workers_notices_leaves_nothing_out(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The other reads its partitions anew with it, and must not take for known what the store has lost."""
    records = twice_shuffled(made.recording(), 13)
    async with crew(broker, redis_server, tmp_path, workers=0) as hands:
        hands.start(2, SANDIK_ATTEND_EVERY_S="600")
        await until("both workers have partitions", lambda: _shared(hands.said()))
        await hands.send(records[:-1])
        await hands.until_applied()
        await _flush(redis_server)
        await hands.send(records[-1:])
        await agrees(hands)
        assert 1 == hands.said().count("Counting starts again from there.")


def _shared(said: str) -> bool:
    """Whether each of two workers has two of the four partitions of reports; one may have had all before."""
    joins = [line.count(".reports/") for line in said.splitlines() if "reading on from" in line]
    return len(joins) >= 2 and joins[-1] == 2


async def test_a_large_night_survives_a_store_flushed_again_and_again_while_it_is_read(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Thousands of records in flight, in steps, in queues, in fetches; then a worker dies on its way back."""
    records = twice_shuffled(made.recording("istanbul-2019-06-23"), 12)
    async with crew(apache_kafka, redis_server, tmp_path, "istanbul-2019-06-23", workers=2) as hands:
        await hands.send(records)
        for share in (0.2, 0.4, 0.6, 0.8):
            await hands.until_applied(int(len(records) * share))
            await _flush(redis_server)
        assert set(hands.codes) <= {1}
        hands.kill(0)
        await agrees(hands)


async def test_a_night_rebuilt_beside_a_running_worker_is_right_in_the_end(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """`sandik verify --rebuild` empties and fills the store; the worker reads the log again in place."""
    first, second = parts(twice_shuffled(made.recording(), 13), 2)
    async with crew(tansu, redis_server, tmp_path) as hands:
        await hands.send(first)
        await hands.until_applied()
        await rebuild(hands.night, hands.store, hands.log())
        await hands.send(second)
        await agrees(hands)
        assert [] == hands.codes


async def _flush(server: Running) -> None:
    client = Redis.from_url(server.url)
    await client.flushall()
    await client.aclose()


async def test_a_frozen_worker_that_wakes_up_late_changes_nothing(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Its partitions were given to the other; what it still had in hand is old news to the store."""
    first, second = parts(twice_shuffled(made.recording(), 8), 2)
    async with crew(tansu, redis_server, tmp_path, workers=2) as hands:
        await hands.send(first)
        await hands.until_applied(len(first) // 3)
        frozen = hands.workers[0]
        hands.kill(0, signal.SIGSTOP)
        await hands.send(second)
        await hands.until_applied()
        frozen.send_signal(signal.SIGCONT)
        await hands.send(made.recording())
        await agrees(hands)


async def test_a_broker_that_is_restarted_goes_on(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The log is on its disk; the worker finds it again, or ends and is started again."""
    first, second = parts(twice_shuffled(made.recording(), 9), 2)
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        await hands.send(first)
        await hands.until_applied(1)
        apache_kafka.stop()
        apache_kafka.start()
        await hands.send(second)
        await agrees(hands)


async def test_a_log_that_is_shorter_than_what_was_counted_is_not_read_on(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Made anew, or cut off: reading on from the store's offset would leave records out for good."""
    async with crew(apache_kafka, redis_server, tmp_path, workers=0) as hands:
        await hands.send(made.recording())
        name, end = next(iter(hands.ends.items()))
        redis = Redis.from_url(redis_server.url)
        for keys in hands.store.keys.values():
            await redis.hset(keys.offsets, name, end + 1)
        await redis.aclose()
        hands.start()
        assert 2 == await hands.ended()
        assert f"{name} ends at offset {end}" in hands.said()
        assert "sandik verify --rebuild" in hands.said()


async def test_a_record_over_our_limit_is_refused_and_one_over_kafkas_never_gets_in(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """What the log can hold is refused with R008; 10 MB are refused by the producer before they are sent."""
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        await hands.send([b'{"t":"bundle"' + b" " * RECORD_BYTES_MAX])
        await hands.send(made.recording())
        await agrees(hands)
        with pytest.raises(Exception, match="larger than"):
            await hands.send([b"x" * 10 * 1024 * 1024])


async def test_a_worker_that_stands_still_while_there_is_work_is_ended(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Its stream is cut off from within (nothing is read any more); the watchdog asks with fresh clients."""
    records = made.recording()
    async with crew(apache_kafka, redis_server, tmp_path, workers=0) as hands:
        hands.start(SANDIK_STAND_STILL_S="12", SANDIK_TEST_HANG_AFTER="1")
        await hands.send(records[:20])
        await hands.until_applied(1)
        await hands.send(records[20:])
        assert 1 == await hands.ended()
        assert "although there is work in the log" in hands.said()
        hands.start()
        await agrees(hands)
