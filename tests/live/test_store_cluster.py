"""A night counted into a cluster of six: contests on several nodes, a slot that moves, a primary that dies.

Know before changing: one cluster serves the file, and each test leaves it whole.
"""

import asyncio
from pathlib import Path

import pytest

from election.wire.delivered import Target, delivery
from streams.attending import attend
from streams.ledger import Ledger, LostError
from streams.looking import Looks
from streams.rewinding import begin_at, forget
from streams.settings import Settings
from streams.verify import rebuild
from tests.groups import Group
from tests.live.crew import twice_shuffled
from tests.live.one import (
    COUNCIL,
    NIGHT,
    REPORTS,
    RULINGS,
    SCOPE,
    agree,
    good,
    lifted,
    log_of,
    one,
    reading,
)  # fmt: skip
from tests.live.several import loses_its_last_moments, meta, night_on, same_as_alone, spread
from tests.live.test_faults import parts
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import made


async def test_a_night_on_a_cluster_is_what_it_is_on_one_server(
    redis_cluster: Group, tansu: Running, store: Running, tmp_path: Path
) -> None:
    """Contests lie on different nodes; boxes, papers, totals are those of a single store, byte for byte."""
    records = made.recording()
    async with night_on(redis_cluster, tansu, tmp_path, spread(redis_cluster)) as night:
        await night.hands.send(records)
        await night.right()
        await same_as_alone(night.hands, store, records)
        assert [] == night.hands.codes


async def test_whatever_is_asked_of_a_store_can_be_asked_of_a_cluster(redis_cluster: Group) -> None:
    """No command and no transaction names two contests: to count, look, rebuild or forget."""
    reports, rulings = log_of([good(unit) for unit in range(5)]), log_of([lifted(20)], topic=RULINGS)
    homes = {redis_cluster.primary(meta("", contest)).address for contest in NIGHT.contests}
    assert len(homes) > 1, "the contests of this night happen to lie on one node: name another night"
    async with one(redis_cluster) as worker:
        await worker.count(reports)
        await worker.rule(rulings)
        await attend(worker.store, worker.counter, worker.progress, "me", {f"{REPORTS}/0": 5})
        looks = Looks(worker.store)
        assert set(NIGHT.contests) == set(await looks.heads())
        for contest in NIGHT.contests:
            await looks.newer(contest, 0, 0.01)
            await looks.evaluated(contest, "e", 1)
            assert {} == await looks.held_back(contest, COUNCIL)
            assert (await looks.look(contest, {}, 0, 0)).meta
        await rebuild(NIGHT, worker.store, reading(rulings, reports))
        await agree(worker, reports, rulings)
        assert set(await worker.store.positions([f"{REPORTS}/0", f"{RULINGS}/0"]))
        await forget(worker.store)
        await begin_at(worker.store, {f"{REPORTS}/0": 5})
        assert {f"{REPORTS}/0": 5} == await worker.store.positions([f"{REPORTS}/0"])
        await forget(worker.store)


async def test_deliveries_of_contests_on_several_nodes(redis_cluster: Group) -> None:
    """Each contest's ledger lies where the contest does, and belongs to that server's start."""
    ledger = Ledger(NIGHT, SCOPE, Settings(redis=redis_cluster.url))
    for contest in NIGHT.contests:
        with pytest.raises(LostError):
            await ledger.cursor(contest)
        await ledger.restore(contest, 0, [])
        row = delivery("f1", 1, "counted", Target("webhook", "https://newsroom.example/a", who="a"))
        assert 1 == await ledger.spread(contest, 1, "f1", "counted", [row])
        assert 1 == await ledger.cursor(contest)
        async with asyncio.timeout(PATIENCE_S):
            while not (held := (await ledger.claim(contest, "me", 60.0, 9, 9)).deliveries):
                pass  # due a millisecond after it was told
        assert [] == await ledger.renew(contest, held, 60.0)
        assert await ledger.settle(contest, held[0], "acknowledged")
        assert ["acknowledged"] == [one.state async for one in ledger.deliveries(contest)]
        await ledger.forget(contest, await ledger.outbox(contest))
        assert (0, None) == (await ledger.told_last(contest), await ledger.told(contest, 1))
    await ledger.close()


async def test_a_contest_whose_slot_moves_while_it_is_counted(
    redis_cluster: Group, tansu: Running, tmp_path: Path
) -> None:
    """Half of its keys here and half there for a moment: it waits, and goes on where all of them are."""
    first, second = parts(twice_shuffled(made.recording(), 21), 2)
    session = spread(redis_cluster)
    async with night_on(redis_cluster, tansu, tmp_path, session) as night:
        await night.hands.send(first)
        await night.hands.until_applied(len(first) // 2)
        before = redis_cluster.primary(meta(session))
        redis_cluster.members.move(meta(session))
        assert before is not redis_cluster.primary(meta(session))
        await night.hands.send(second)
        await night.right()
        assert [] == night.hands.codes


async def test_a_primary_of_a_cluster_dies_and_its_replica_has_less(
    redis_cluster: Group, tansu: Running, tmp_path: Path
) -> None:
    """What was acknowledged and shown is gone with it: the same worker counts it again from the log."""
    first, second, third = parts(twice_shuffled(made.recording(), 22), 3)
    session = spread(redis_cluster)
    async with night_on(redis_cluster, tansu, tmp_path, session) as night:
        primary = await loses_its_last_moments(redis_cluster, night, first, second)
        await night.hands.send(third)
        await night.right()
        assert "Counting starts again from there." in night.hands.said()
        assert [] == night.hands.codes
    primary.start()
    redis_cluster.whole()
