"""Whether a source's rows stand where they belong, whatever a batch touches: a real server, step by step."""

import random
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from election.wire.keys import STRING_MAX
from streams.rows import HOLE, read_rows
from tests.live.alone import UNITS, Alone, held_rows, section, server_of, span
from tests.servers import Running

LATE = "2024-10-06T15:40:00.000Z"
NONE = b"\0" * 16
ONE, TWO = (bytes([place]) * 16 for place in (1, 2))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real redis-server for this file."""
    yield from server_of(tmp_path_factory.mktemp("redis"))


@pytest.fixture
def alone(server: Running) -> Iterator[Alone]:
    """An empty server."""
    one = Alone(server.url)
    one.redis.flushall()
    yield one
    one.redis.close()


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_read_and_written_wherever_they_lie(alone: Alone, seed: int) -> None:
    """Neighbours, holes of any length, the first and the last place, in any order: as in a table.

    What was summed from another row is named by its place in the batch, all of it and nothing else.
    """
    dice = random.Random(seed)
    table: dict[int, bytes] = {}
    for step in range(12):
        lone = dice.sample(range(UNITS), dice.choice((0, 1, 5, 400)))
        starts = [dice.randrange(UNITS) for _ in range(dice.choice((0, 1, 9)))]
        edges = dice.choice(((), (0,), (UNITS - 1,), (0, UNITS - 1)))
        near = (
            place for start in starts for place in range(start, min(UNITS, start + dice.randrange(1, 60)))
        )
        places = list(dict.fromkeys([*lone, *near, *edges]))
        if dice.random() < 0.7:
            places.sort()
        rows = {place: dice.randbytes(24) for place in places}
        wrong = set(dice.sample(places, min(len(places), dice.choice((0, 0, 1, 3)))))
        units = {
            place: (dice.randbytes(16) if place in wrong else table.get(place, NONE)[:16], row)
            for place, row in rows.items()
        }
        before = alone.all()
        said = alone.apply([span(step, step + 1)], section(units=units))
        if wrong:
            assert ["MOVED", [number for number, place in enumerate(places) if place in wrong]] == said
            assert before == alone.all()
            said = alone.apply(
                [span(step, step + 1)],
                section(units={place: (table.get(place, NONE)[:16], row) for place, row in rows.items()}),
            )
        assert "OK" == said[0]
        table |= rows
        if table:
            assert held_rows(table, 24) == alone.all()["rows:council"]


def test_a_string_that_the_server_does_not_take_leaves_everything_as_it_was(alone: Alone) -> None:
    """The limit of a string is asked for before anything is written, and a string that fits is made whole."""
    alone.redis.config_set("proto-max-bulk-len", 1024 * 1024)
    try:
        spoiled = section(heard=LATE, units={0: (NONE, ONE * 32)}, areas={"a": (1, 2)})
        with pytest.raises(ResponseError, match="maximum allowed size"):
            alone.apply([span(0, 1)], section("agency", heard=LATE, areas={"a": (1, 2)}), spoiled)
        assert {} == alone.all()
    finally:
        alone.redis.config_set("proto-max-bulk-len", STRING_MAX)
    assert "OK" == alone.apply([span(0, 1)], section(units={0: (NONE, ONE)}))[0]
    assert UNITS * 16 == alone.redis.strlen("rows:council")


def test_a_string_that_was_cut_short_holds_nothing_behind_its_end(alone: Alone) -> None:
    """Whoever summed from nothing is right there; it is made whole again with the next row."""
    alone.apply([span(0, 1)], section(units={1: (NONE, ONE), 4: (NONE, TWO)}))
    alone.redis.set("rows:council", alone.redis.getrange("rows:council", 0, 2 * 16 - 1))
    assert ["MOVED", [1]] == alone.apply([span(1, 2)], section(units={1: (ONE, TWO), 4: (TWO, ONE)}))
    assert "OK" == alone.apply([span(1, 2)], section(units={1: (ONE, TWO), 4: (NONE, ONE)}))[0]
    assert held_rows({1: TWO, 4: ONE}, 16) == alone.all()["rows:council"]


@pytest.mark.parametrize("seed", range(4))
async def test_rows_are_read_back_from_wherever_they_lie(server: Running, alone: Alone, seed: int) -> None:
    """One by one and over holes, of a string that is whole, that ends early, and that is not there."""
    dice = random.Random(seed)
    client = Redis.from_url(server.url)
    for size in (UNITS, UNITS // 2, 0):
        held = dice.randbytes(size * 24 + (7 if size else 0))
        alone.redis.flushall()
        if held:
            alone.redis.set("rows", held)
        for places in (
            [], [0], [UNITS - 1], [3, 4 + HOLE, 5 + 2 * HOLE, 7 + 3 * HOLE], [*range(UNITS)],
            sorted(dice.sample(range(UNITS), 40)), sorted(dice.sample(range(UNITS), 900)),
        ):  # fmt: skip
            found = await read_rows(client, "rows", places, 24)
            whole = held.ljust(UNITS * 24, b"\0")
            assert b"".join(whole[at * 24 : at * 24 + 24] for at in places) == found.tobytes()
    await client.aclose()
