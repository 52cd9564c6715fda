"""A night counted into a primary that three sentinels watch over: it dies, and its replica takes over.

Know before changing: the sentinels let a primary that comes back be a replica only after ten seconds, so the
test that kills it stands last.
"""

from pathlib import Path

from tests.groups import Group
from tests.live.crew import twice_shuffled
from tests.live.several import meta, night_on, same_as_alone
from tests.live.test_faults import parts
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


async def test_a_primary_dies_and_its_replica_has_less(
    redis_sentinel: Group, tansu: Running, tmp_path: Path
) -> None:
    """What was acknowledged and shown is gone with it: the same worker counts it again from the log."""
    first, second, third = parts(twice_shuffled(made.recording(), 23), 3)
    async with night_on(redis_sentinel, tansu, tmp_path) as night:
        key = meta(night.hands.scope.session)
        await night.hands.send(first)
        await night.hands.until_applied()
        primary, replica = redis_sentinel.primary(key), redis_sentinel.replica(key)
        redis_sentinel.deafen(primary, replica)
        await night.hands.send(second)
        await night.hands.until_applied()
        await night.shown()
        faces = {contest: list(seen) for contest, seen in night.faces.items()}
        primary.kill()
        replica.resume()
        assert replica is redis_sentinel.promoted(key, primary)
        await night.hands.until_applied()
        await night.shown()
        assert faces == night.faces, "somebody was shown older figures"
        await night.hands.send(third)
        await night.right()
        assert "Counting starts again from there." in night.hands.said()
        assert [] == night.hands.codes
