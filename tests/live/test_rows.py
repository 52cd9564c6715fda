"""Whether a source's rows stand where they belong, whatever a batch touches: a real server, step by step."""

import random

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from election.wire.keys import STRING_MAX
from streams.rows import HOLE, read_rows
from tests.live.alone import UNITS, Alone, held_rows, packed, plain, section, span

EARLY, LATE = "2024-10-06T15:20:00.000Z", "2024-10-06T15:40:00.000Z"
NONE = b"\0" * 16
ONE, TWO = (bytes([place]) * 16 for place in (1, 2))


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
async def test_rows_are_read_back_from_wherever_they_lie(alone: Alone, seed: int) -> None:
    """One by one and over holes, of a string that is whole, that ends early, and that is not there."""
    dice = random.Random(seed)
    client = Redis.from_url(alone.url)
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


def test_neighbours_in_any_order_keep_their_own_rows(alone: Alone) -> None:
    """A worker hands them over ascending; whatever does not is no stretch, and nobody's row is another's."""
    units = {place: (NONE, bytes([place]) * 24) for place in (9, 8, 7, 6, 20, 5)}
    assert ["OK", "e1", 1] == alone.apply([span(0, 1)], section(units=units))
    rows = {place: row for place, (_, row) in units.items()}
    assert held_rows(rows, 24) == alone.all()["rows:council"]
    wrong = {place: (row[:16], row) for place, row in rows.items()}
    wrong[7] = (ONE, wrong[7][1])
    assert ["MOVED", [2]] == alone.apply([span(1, 2)], section(units=wrong))


def test_a_stretch_is_read_in_pieces_where_it_is_long(alone: Alone) -> None:
    """Places that all lie near the next one, across the whole source: each piece finds its own rows."""
    units = {place: (NONE, place.to_bytes(2, "big") * 12) for place in range(0, UNITS, HOLE + 1)}
    alone.apply([span(0, 1)], section(units=units))
    moved = {place: (row[:16], row) for place, (_, row) in units.items()}
    last = max(moved)
    moved[last] = (ONE, moved[last][1])
    assert ["MOVED", [len(moved) - 1]] == alone.apply([span(1, 2)], section(units=moved))


def test_a_total_that_is_held_as_believed_becomes_what_is_meant(alone: Alone) -> None:
    """Also where nothing is held and nothing is believed to be; the answer is that nothing else was found."""
    first = section(heard=EARLY, areas={"a": (5, 6), "b": (0, 1)}, believed={"a": (0, 0), "b": (0, 0)})
    assert ["OK", "e1", 1] == alone.apply([span(0, 1)], first)
    assert [""] == alone.totals
    more = section(heard=LATE, areas={"a": (-5, 1), "b": (0, 2)}, believed={"a": (5, 6), "b": (0, 1)})
    alone.apply([span(1, 2)], more)
    assert [""] == alone.totals
    assert plain({"a": packed(0, 7), "b": packed(0, 3)}) == alone.all()["areas:council"]
    assert plain(packed(0, 7, 0, 3)) == alone.entries()[1][1]["rows:council"]


def test_a_total_that_another_worker_moved_moves_on_from_there(alone: Alone) -> None:
    """What is meant is not written then, and the answer says what is held of all the source's areas."""
    first = section(heard=EARLY, areas={"a": (5, 6), "b": (1, 1)})
    alone.apply([span(0, 1)], first, section("agency", areas={"a": (2, 2)}))
    assert [plain(packed(5, 6, 1, 1)), plain(packed(2, 2))] == alone.totals
    stale = section(heard=LATE, areas={"a": (1, 0), "b": (3, 0)}, believed={"a": (4, 6), "b": (1, 1)})
    right = section("agency", areas={"a": (0, 1)}, believed={"a": (2, 2)})
    alone.apply([span(1, 2)], stale, right)
    assert [plain(packed(6, 6, 4, 1)), ""] == alone.totals
    held = alone.all()
    assert plain({"a": packed(6, 6), "b": packed(4, 1)}) == held["areas:council"]
    assert plain({"a": packed(2, 3)}) == held["areas:agency"]
    fields = alone.entries()[1][1]
    assert plain(packed(6, 6, 4, 1) + packed(2, 3)) == fields["rows:council"] + fields["rows:agency"]


def test_of_many_totals_each_is_held_against_its_own_belief(alone: Alone) -> None:
    """More than one command holds, and every so many-th of them moved by another worker."""
    believed = {f"a{at}": (float(at), 7.0) for at in range(2500)}
    alone.apply([span(0, 1)], section(areas=believed))
    others = dict(list(believed.items())[::7])
    alone.apply([span(1, 2)], section(areas=dict.fromkeys(others, (100.0, 1.0))))
    alone.apply([span(2, 3)], section(areas=dict.fromkeys(believed, (1.0, 0.0)), believed=believed))
    wanted = {
        area: packed(row[0] + 1 + 100 * (area in others), row[1] + (area in others))
        for area, row in believed.items()
    }
    assert plain(wanted) == alone.all()["areas:council"]
    assert [plain(b"".join(wanted.values()))] == alone.totals


def test_a_source_of_which_no_unit_is_heard_has_no_string(alone: Alone) -> None:
    """Its width is told all the same; a string of nothing but zeros would be memory for nobody."""
    heard = section(heard=LATE)
    heard[6] = 24
    assert ["OK", "e1", 1] == alone.apply([span(0, 1)], heard)
    assert "rows:council" not in alone.all()
