"""Pollers over one log: what a source said last is read from it, by one after the other and by two at once.

Know before changing: each poller here has what a process of its own would have: a reader of the log, and
nothing kept in between but that.
"""

import asyncio
import time
from datetime import datetime, timedelta
from itertools import count

import pytest

from election.night import NightId
from election.report import BoxReport, Cause
from election.wire.records import Record, decode
from producers.bundling import bundles
from producers.cluster import create_topics
from producers.held import HeldFromLog
from producers.publish import Publisher
from producers.record import begin_anew, read_log
from producers.said import Held
from producers.settings import Settings
from tests.producers.tables import AT, COUNCIL, NIGHT, compared, counted, rows
from tests.servers import Running

NAMES = count(time.time_ns())
TABLES = (
    {"n-1": 1, "n-2": 2, "s-1": 3},
    {"n-1": 1, "n-2": 5, "s-1": 3, "s-2": 4},
    {"n-1": 1, "s-1": 3, "s-2": 4},
    {"n-1": 1, "s-1": 3, "s-2": 4},
    {"n-1": 2, "n-2": 5, "s-1": 3, "s-2": 4},
)


@pytest.fixture
def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"h{next(NAMES)}", partitions=3)


async def polled(reader: HeldFromLog, out: Publisher, table: dict[str, int], at: datetime) -> list[BoxReport]:
    """One look of a poller: catch up, compare, send; gives what was news."""
    news, _, _ = compared(await reader.catch_up(), rows(table, at), at)
    for record in bundles(news, NIGHT):
        await out.publish(record)
    await out.drain()
    return news


async def log_of(settings: Settings, night: NightId) -> list[Record]:
    """Every record of reports, partition by partition."""
    scope = settings.scope(night)
    return [decode(logged.value, scope) async for logged in read_log(settings, (scope.topic("reports"),))]


def said(held: Held) -> dict[tuple[str, str], tuple[int, int, frozenset[bytes]]]:
    """Everything held, by contest and box."""
    return {
        (contest, unit): (held.revisions[place], held.marks[place], frozenset(held.words(place)))
        for contest, units in held.places.items()
        for unit, place in units.items()
    }


async def test_two_pollers_that_take_turns_count_the_last_table_and_hold_the_same(settings: Settings) -> None:
    """Each sees what the other sent and sends what is new; a third that starts anew has nothing to add."""
    await create_topics(settings, NIGHT.id)
    readers = [HeldFromLog(settings, NIGHT, COUNCIL) for _ in range(2)]
    async with Publisher(settings, NIGHT.id) as out:
        sent = []
        for turn, table in enumerate(TABLES):
            at = AT + timedelta(minutes=turn)
            sent.append(await polled(readers[turn % 2], out, table, at))
            assert table == counted(await log_of(settings, NIGHT.id))
        again = AT + timedelta(minutes=len(TABLES))
        anew = HeldFromLog(settings, NIGHT, COUNCIL)
        assert [] == await polled(anew, out, TABLES[-1], again)
    assert [3, 2, 1, 0, 2] == [len(news) for news in sent]
    assert [Cause.WITHDRAWN] == [it.cause for it in sent[2]]
    assert {Cause.REINSTATED, Cause.FIRST} == {it.cause for it in sent[4]}
    held = [said(await reader.catch_up()) for reader in (*readers, anew)]
    assert held[0] == held[1] == held[2]


async def test_two_pollers_that_look_at_the_same_moment_count_no_vote_twice(settings: Settings) -> None:
    """Both find the same news and both send it: two revisions of one word, or one."""
    await create_topics(settings, NIGHT.id)
    readers = [HeldFromLog(settings, NIGHT, COUNCIL) for _ in range(2)]
    async with Publisher(settings, NIGHT.id) as out:
        for turn, table in enumerate(TABLES):
            ats = [AT + timedelta(minutes=turn, milliseconds=number) for number in range(2)]
            await asyncio.gather(
                *(polled(reader, out, table, at) for reader, at in zip(readers, ats, strict=True))
            )
            assert table == counted(await log_of(settings, NIGHT.id))
    first, second = [said(await reader.catch_up()) for reader in readers]
    assert first == second


async def test_a_log_that_was_begun_anew_is_read_anew(settings: Settings) -> None:
    """A poller beside a replay that starts again holds what stands there now, and says the rest again."""
    await create_topics(settings, NIGHT.id)
    reader = HeldFromLog(settings, NIGHT, COUNCIL)
    async with Publisher(settings, NIGHT.id) as out:
        await polled(reader, out, TABLES[0], AT)
        assert 3 == len(await reader.catch_up())
        await begin_anew(settings, settings.scope(NIGHT.id))
        assert 0 == len(await reader.catch_up())
        assert 3 == len(await polled(reader, out, TABLES[0], AT))
    assert TABLES[0] == counted(await log_of(settings, NIGHT.id))
