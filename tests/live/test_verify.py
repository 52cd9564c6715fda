"""Whether a comparison of store and log sees every kind of difference, and a rebuild leaves none."""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from redis.asyncio import Redis

from election.night import UnitId
from election.wire.keys import Keys, unit_bytes
from election.wire.records import Bundle, encode
from streams.spans import Received
from streams.verify import SHOWN_MAX, rebuild
from tests.live.one import (
    COUNCIL,
    MAYOR,
    NIGHT,
    REPORTS,
    RULINGS,
    SCOPE,
    compared,
    good,
    lifted,
    log_of,
    one,
    reading,
)  # fmt: skip
from tests.servers import Running
from tests.streams import made

REPORTED = log_of([*(good(unit, minute=unit) for unit in range(8)), good(1, votes=(10, 10, 10)), b"rubbish"])
PAPER_TO_COME = {"source": COUNCIL, "box": "carsi-3", "revision": 2}
CLEARED = replace(lifted(45, "quarantine-cleared"), data=PAPER_TO_COME)
RULED = log_of([lifted(30, "embargo-announced"), lifted(40), CLEARED], topic=RULINGS)
KEYS = Keys(SCOPE, MAYOR)
UNITS = NIGHT.units(NIGHT.contests[MAYOR], NIGHT.sources[COUNCIL])
WIDTH = unit_bytes(NIGHT.contests[MAYOR])


@dataclass(frozen=True)
class Damage:
    """Something done to the store, and the words that must tell of it."""

    name: str
    do: Callable[[Any], Awaitable[Any]]
    told: str


def _at(unit: str | None) -> int:
    """Where a unit's row begins; None: behind the last."""
    return WIDTH * (len(UNITS) if unit is None else [*UNITS].index(UnitId(unit)))


async def _one_vote_more(redis: Any) -> None:
    key = KEYS.areas(COUNCIL)
    row = await redis.hget(key, "liman")
    *most, last = struct.unpack(f"<{len(row) // 8}d", row)
    await redis.hset(key, "liman", struct.pack(f"<{len(row) // 8}d", *most, last + 1))


async def _older_revision(redis: Any) -> None:
    await redis.setrange(KEYS.rows(COUNCIL), _at("iskele-1"), struct.pack("<q", 7))


DAMAGES = [
    Damage("a vote more", _one_vote_more, "total of liman"),
    Damage("a revision", _older_revision, "what is held of iskele-1"),
    Damage(
        "a box gone",
        lambda redis: redis.setrange(KEYS.rows(COUNCIL), _at("iskele-3"), bytes(WIDTH)),
        "what is held of iskele-3",
    ),
    Damage("a box too many", lambda redis: _copy_box(redis, _at("carsi-2")), "what is held of carsi-2"),
    Damage(
        "a box that is none", lambda redis: _copy_box(redis, _at(None)), f"what is held of place {len(UNITS)}"
    ),
    Damage("rows gone", lambda redis: redis.delete(KEYS.rows(COUNCIL)), "what is held of iskele-1"),
    Damage("rows cut short", lambda redis: _cut(redis, _at("iskele-2") + 9), "what is held of iskele-2"),
    Damage("an area gone", lambda redis: redis.hdel(KEYS.areas(COUNCIL), "kizilcay"), "total of kizilcay"),
    Damage("refused", lambda redis: redis.hincrby(KEYS.meta, "refused", 1), "refused"),
    Damage("unreadable", lambda redis: redis.hincrby(KEYS.meta, "unreadable", -1), "unreadable"),
    Damage("the hour", lambda redis: redis.hdel(KEYS.meta, "lifted_at"), "lifted_at"),
    Damage("the other hour", lambda redis: redis.hdel(KEYS.meta, "announced_at"), "announced_at"),
    Damage("the clock", lambda redis: redis.hset(KEYS.meta, "at", "2024"), "at:"),
    Damage("the night", lambda redis: redis.hset(KEYS.meta, "digest", "0"), "digest"),
    Damage("the version", lambda redis: redis.hincrby(KEYS.meta, "version", 1), "newest entry"),
    Damage("an offset", lambda redis: redis.hincrby(KEYS.offsets, f"{REPORTS}/0", 1), "next offset of"),
    Damage("a source's clock", lambda redis: redis.hdel(KEYS.sources, COUNCIL), "newest paper of council"),
    Damage("findings", lambda redis: redis.hincrby(KEYS.findings, "council/Q311", 1), "findings of council"),
    Damage("a paper gone", lambda redis: redis.delete(KEYS.papers(COUNCIL)), "units with a paper kept"),
    Damage(
        "a clearance gone",
        lambda redis: redis.srem(KEYS.cleared(COUNCIL), "carsi-3/2"),
        "mayor by council: quarantine of carsi-3/2: the log gives cleared, the store has not cleared",
    ),
    Damage(
        "a clearance too many",
        lambda redis: redis.sadd(KEYS.cleared(COUNCIL), "carsi-3/1"),
        "mayor by council: quarantine of carsi-3/1: the log gives not cleared, the store has cleared",
    ),
    Damage(
        "a clearance of nothing",
        lambda redis: redis.sadd(KEYS.cleared(COUNCIL), b"\xff"),
        r"mayor by council: quarantine of \xff: the log gives not cleared, the store has cleared",
    ),
    Damage("a ruling gone", lambda redis: redis.lpop(KEYS.rulings), "rulings"),
]


async def _copy_box(redis: Any, to: int) -> None:
    row = await redis.getrange(KEYS.rows(COUNCIL), _at("iskele-1"), _at("iskele-1") + WIDTH - 1)
    await redis.setrange(KEYS.rows(COUNCIL), to, row)


async def _cut(redis: Any, to: int) -> None:
    await redis.set(KEYS.rows(COUNCIL), (await redis.get(KEYS.rows(COUNCIL)))[:to])


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
async def test_every_kind_of_damage_is_told_and_mended_by_a_rebuild(
    damage: Damage, redis_server: Running
) -> None:
    """One value changed by hand anywhere: a sentence that names it; the log makes it right again."""
    async with one(redis_server) as worker:
        await worker.count(REPORTED)
        await worker.rule(RULED)
        assert (await compared(worker, REPORTED, RULED)).agrees
        redis = Redis.from_url(redis_server.url)
        await damage.do(redis)
        verified = await compared(worker, REPORTED, RULED)
        assert not verified.agrees
        assert any(damage.told in sentence for sentence in verified.differences), verified.differences
        await rebuild(NIGHT, worker.store, reading(RULED, REPORTED))
        assert [] == list((await compared(worker, REPORTED, RULED)).differences)
        await redis.aclose()


async def test_records_that_were_not_applied_yet_are_told(redis_server: Running) -> None:
    """A store that lags behind its log is no error of the sums, and still not the same."""
    async with one(redis_server) as worker:
        await worker.count(REPORTED[:4])
        verified = await compared(worker, REPORTED)
        assert any("next offset" in sentence for sentence in verified.differences)
        assert (10, 9) == (verified.records, verified.reports)


async def test_the_differences_told_are_bounded_and_all_are_counted(redis_server: Running) -> None:
    """An empty store differs in everything; nobody reads ten thousand sentences."""
    async with one(redis_server) as worker:
        bundles = [record for record in made.recording() if isinstance(record, Bundle)]
        verified = await compared(worker, log_of(bundles))
        assert SHOWN_MAX == len(verified.differences) < verified.count


async def test_a_ruling_among_reports_counts_for_nobody_in_both(redis_server: Running) -> None:
    """Each topic holds its own kind; the other kind is refused, by the worker and by the judge."""
    async with one(redis_server) as worker:
        reports = [*REPORTED, Received(REPORTS, 0, len(REPORTED), encode(lifted(50), SCOPE))]
        rulings = [*RULED, Received(RULINGS, 0, len(RULED), encode(good(0), SCOPE))]
        await worker.count(reports)
        await worker.rule(rulings)
        verified = await compared(worker, reports, rulings)
        assert [] == list(verified.differences)
        assert "3" == verified.held[MAYOR].meta["unreadable"]
