"""What was shown before a gateway began is read from the log, once, in part, and put before its own."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson

from election.night import ContestId, NightId
from election.wire.shown import Entry, Mark
from election.wire.topics import Scope
from tests.web.courses import june, june_steps
from tests.web.logs import ListLog
from web import lines
from web.lines import Lines, before, chosen

MAYOR = ContestId("mayor")
SCOPE = Scope("replay", NightId("istanbul-2019-06-23"))
WALL = datetime(2030, 1, 1, tzinfo=UTC)


def log_of(steps: list[dict[str, Any]]) -> ListLog:
    """These snapshots, as a gateway before this one wrote them."""
    log = ListLog(SCOPE, [(orjson.dumps(s), WALL) for s in steps])
    log.catch_up()
    return log


def test_a_gateway_that_began_late_knows_the_whole_night() -> None:
    """The same line as if it had been there from the start."""
    steps = list(june_steps())
    found = Lines("replay", log_of(steps))
    for s in steps[40:]:
        found.look(MAYOR, s)
    assert not found.line(MAYOR).whole
    assert asyncio.run(found.fill(MAYOR))
    whole, _ = june("replay")
    assert whole.points.kept() == found.line(MAYOR).points.kept()
    assert whole.received.kept() == found.line(MAYOR).received.kept()
    assert whole.jump == found.line(MAYOR).jump


def test_the_log_is_read_once_for_all_who_ask_at_once() -> None:
    """And never again when it is whole."""
    steps = list(june_steps())
    log = log_of(steps)
    found = Lines("replay", log)
    found.look(MAYOR, steps[-1])

    async def ask() -> None:
        await asyncio.gather(*(found.fill(MAYOR) for _ in range(5)))

    asyncio.run(ask())
    assert len(steps) - 1 == log.reads


def test_a_log_that_is_away_is_asked_again() -> None:
    """Until then there is what this gateway saw itself."""
    steps = list(june_steps())
    log = log_of(steps)
    log.away = True
    found = Lines("replay", log)
    found.look(MAYOR, steps[-1])
    assert not asyncio.run(found.fill(MAYOR))
    assert 1 == len(found.line(MAYOR).points)
    log.away = False
    assert asyncio.run(found.fill(MAYOR))
    assert len(found.line(MAYOR).points) > 1


def test_a_log_that_is_still_being_read_is_not_waited_for() -> None:
    """Whoever asks is told that there is more to come."""
    steps = list(june_steps())
    log = log_of(steps)
    log.index.ready = False
    found = Lines("replay", log)
    found.look(MAYOR, steps[-1])
    assert not asyncio.run(found.fill(MAYOR))


def test_without_a_log_a_line_is_as_whole_as_it_can_be() -> None:
    """It begins where the gateway did."""
    found = Lines("replay")
    assert asyncio.run(found.fill(MAYOR))
    assert found.line(MAYOR).whole


def test_what_stands_before_the_first_is_before_it() -> None:
    """By epoch and version; all of it where the first is not in the log."""
    line = entries(10)
    assert line[:4] == before(line, ("e1", 4))
    assert line == before(line, ("e2", 0))


def test_of_a_long_log_a_part_is_read() -> None:
    """With its ends, and where the ban ended."""
    line = entries(5000)
    found = chosen(line)
    assert lines.READS_MAX >= len(found) > lines.READS_MAX // 2
    assert (line[0], line[-1]) == (found[0], found[-1])
    assert {line[999], line[1000]} <= set(found)
    assert line[:100] == chosen(line[:100])


def test_whoever_leaves_does_not_end_the_reading_for_the_next() -> None:
    """Who gives up on a slow log has brought those who come later further."""
    steps = list(june_steps())
    log = log_of(steps)
    found = Lines("replay", log)
    found.look(MAYOR, steps[-1])

    async def ask() -> bool:
        leaves = asyncio.create_task(found.fill(MAYOR))
        while log.reads < 2:  # noqa: ASYNC110 - the log has no event for it
            await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.gather(leaves, return_exceptions=True)
        return await found.fill(MAYOR)

    assert asyncio.run(ask())
    assert len(steps) - 1 == log.reads


def entries(count: int) -> list[Entry]:
    """A log of so many snapshots; the ban ends at the thousandth."""
    return [
        Entry(
            (0, at, 0), WALL,
            Mark(
                MAYOR, "e1", at, "closed" if at < 1000 else "open", WALL, WALL, "",
                0, at, 1, "",
            ),
        )
        for at in range(count)
    ]  # fmt: skip
