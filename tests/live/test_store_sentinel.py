"""A night counted into a primary that three sentinels watch over: it dies, and its replica takes over.

Know before changing: the sentinels let a primary that comes back be a replica only after ten seconds, so the
tests that change primaries stand last.
"""

import asyncio
from pathlib import Path

from streams.looking import Looks
from tests.groups import Group
from tests.live.crew import twice_shuffled, until
from tests.live.one import MAYOR
from tests.live.several import loses_its_last_moments, night_on, same_as_alone
from tests.live.test_faults import parts
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import made


async def test_a_night_behind_sentinels_is_what_it_is_on_one_server(
    redis_sentinel: Group, tansu: Running, store: Running, tmp_path: Path
) -> None:
    """Boxes, papers and totals are those of a single store, byte for byte."""
    records = made.recording()
    async with night_on(redis_sentinel, tansu, tmp_path) as night:
        await night.hands.send(records)
        await night.right()
        await same_as_alone(night.hands, store, records)
        assert [] == night.hands.codes


async def test_a_primary_that_hands_over_and_lives_on_is_left(
    redis_sentinel: Group, tansu: Running, tmp_path: Path
) -> None:
    """It still takes writes, and nobody else gets them: all rooms go where the sentinels point."""
    first, second, _ = parts(twice_shuffled(made.recording(), 23), 3)
    async with night_on(redis_sentinel, tansu, tmp_path) as night:
        keys = night.hands.store.keys[MAYOR]
        await night.hands.send(first)
        await night.right()
        primary = redis_sentinel.primary(keys.meta)
        with redis_sentinel.stubborn(primary):
            redis_sentinel.members.fail_over(keys.meta)
            replica = redis_sentinel.promoted(keys.meta, primary)
            await night.hands.send(second)
            ends = night.hands.ends
            await until("held by the new one", lambda: redis_sentinel.has_all(replica, keys, ends))
            await night.right()
        redis_sentinel.whole()


async def test_a_primary_that_takes_its_place_again_begins_an_epoch_that_nobody_left(
    redis_sentinel: Group, tansu: Running, tmp_path: Path
) -> None:
    """It was asked to hand over, and who took over is away before it followed: it holds what it held then.

    Readers who were led out of its epoch, and come back, would take it for over and show nothing of it.
    """
    first, second, third = parts(twice_shuffled(made.recording(), 23), 3)
    async with night_on(redis_sentinel, tansu, tmp_path) as night:
        hands, store, keys = night.hands, night.hands.store, night.hands.store.keys[MAYOR]
        looks = Looks(store)
        await hands.send(first)
        await night.right()
        epochs = [(await store.read(MAYOR)).meta["epoch"]]
        primary = redis_sentinel.primary(keys.meta)
        redis_sentinel.members.fail_over(keys.meta)
        other = redis_sentinel.promoted(keys.meta, primary)
        await hands.send(second)
        await until("held by the other", lambda: redis_sentinel.has_all(other, keys, hands.ends))
        async with asyncio.timeout(PATIENCE_S):  # a worker's sign of life has found it there
            while not hands.ends.items() <= (await looks.ends(MAYOR)).items():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.02)
        epochs.append((await store.read(MAYOR)).meta["epoch"])
        other.pause()
        try:
            assert primary is redis_sentinel.promoted(keys.meta, other)
            await hands.send(third)
            await night.right()
            epochs.append((await store.read(MAYOR)).meta["epoch"])
        finally:
            other.resume()
        redis_sentinel.whole()
    assert 3 == len(set(epochs))


async def test_a_primary_dies_and_its_replica_has_less(
    redis_sentinel: Group, tansu: Running, tmp_path: Path
) -> None:
    """What was acknowledged and shown is gone with it: the same worker counts it again from the log."""
    first, second, third = parts(twice_shuffled(made.recording(), 23), 3)
    async with night_on(redis_sentinel, tansu, tmp_path) as night:
        await loses_its_last_moments(redis_sentinel, night, first, second)
        await night.hands.send(third)
        await night.right()
        assert "Counting starts again from there." in night.hands.said()
        assert [] == night.hands.codes
