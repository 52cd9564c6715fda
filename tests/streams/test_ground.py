"""Whether the arrays say what the night says, and the shelf never claims to know what it does not."""

import numpy as np
import pytest

from election.checks import voters_max
from election.night import BoxId, UnitId
from election.tally import Statement, Status
from election.wire.keys import pack_unit
from streams.ground import FENCE, UNIT, VOTES, Ground, Shelf, unit_row
from tests.streams import made

GROUNDS = [
    made.ground(made.night(), "mayor", "council"),
    made.ground(made.night(), "mayor", "agency"),
    made.ground(made.night(), "bridge", "council"),
    made.ground(made.strict_night(), "mayor", "council"),
]


@pytest.fixture(params=GROUNDS)
def ground(request: pytest.FixtureRequest) -> Ground:
    """A source of boxes, one of towns, a contest in one town only, a night with a parent."""
    found: Ground = request.param
    return found


def held(revision: int, noted: bool = False, votes: tuple[int | None, ...] = (80, 60, None)) -> Statement:
    """What may be held of a unit."""
    return Statement(revision, 0, Status.COUNTED, noted, 200, 142, 140, 2, None, votes)


def put(shelf: Shelf, places: list[int], packed: list[bytes | None]) -> None:
    """Rows as the store holds them, onto the shelf; None: nothing."""
    nothing = bytes(8 * shelf.ground.width)
    rows = np.frombuffer(b"".join(row or nothing for row in packed), dtype="<i8")
    shelf.put(np.array(places), rows.reshape(len(places), -1))


def test_every_unit_has_its_place_and_its_area(ground: Ground) -> None:
    """Places are the night's order: a row read at the wrong place is another box's."""
    areas = list(ground.night.areas)
    for place, unit in enumerate(ground.units):
        assert place == ground.places.place(unit)
        assert unit.encode() == ground.unit_keys[place]
        assert ground.night.area_of(ground.source, unit) == areas[ground.area[place]]
    assert [area.encode() for area in areas] == ground.area_keys.tolist()


def test_the_areas_above_each_area_are_the_nights(ground: Ground) -> None:
    """A vote is added to every one of them, once."""
    areas = list(ground.night.areas)
    for place, area in enumerate(areas):
        line = [areas[at] for at in ground.above[place] if at >= 0]
        assert list(ground.night.lines[area]) == line


def test_register_and_the_most_the_law_allows_are_the_nights(ground: Ground) -> None:
    """A box without a register has the night's limit; an area's feed has none of its own."""
    for place, unit in enumerate(ground.units):
        box = ground.night.boxes.get(BoxId(unit)) if ground.is_box else None
        registered = box.registered if box else None
        assert (-1 if registered is None else registered) == ground.register[place]
        assert voters_max(ground.night, registered) == ground.most[place]


def test_who_stands_where_is_the_nights(ground: Ground) -> None:
    """A count for a choice that does not stand there is a mistake in the paper."""
    for place, unit in enumerate(ground.units):
        area = ground.night.area_of(ground.source, UnitId(unit))
        assert area is not None
        expected = [ground.night.stands(choice, area) for choice in ground.contest.choices]
        assert expected == ground.stands[place].tolist()


def test_the_margin_of_the_parent_night_is_asked_of_boxes_that_had_one() -> None:
    """Every second box of this night has a parent; a night without one has nothing to ask."""
    assert GROUNDS[0].margin_before is None
    assert GROUNDS[1].margin_before is None
    before = GROUNDS[3].margin_before
    assert before is not None
    (first, second), known, margins = before
    assert ("deniz", "toprak") == tuple(GROUNDS[3].contest.choices[at].id for at in (first, second))
    parents = GROUNDS[3].night.parent_votes[GROUNDS[3].contest.id]
    assert [BoxId(unit) in parents for unit in GROUNDS[3].units] == known.tolist()
    assert {10} == set(margins[known].tolist())


def test_a_row_holds_what_the_store_holds() -> None:
    """The same bytes, whoever made them; the fence is its beginning."""
    row = unit_row(held(3))
    assert pack_unit(held(3)) == row.tobytes()
    assert [3, 0] == row[:FENCE].tolist()
    assert [80, 60, -1] == row[VOTES:].tolist()
    assert [200, 142, 140, 2] == [row[UNIT[name]] for name in ("registered", "voters", "valid", "invalid")]


def test_a_shelf_knows_nothing_at_first() -> None:
    """Everything is read from the store before it is used, each unit once."""
    shelf = Shelf(GROUNDS[0])
    assert [1, 4] == shelf.unknown(np.array([4, 1, 4])).tolist()
    assert [] == shelf.unknown(np.array([], dtype=np.int64)).tolist()


def test_what_the_store_holds_is_put_on_the_shelf() -> None:
    """Also that it holds nothing: that is known then, and not asked again."""
    shelf = Shelf(GROUNDS[0])
    put(shelf, [4, 1], [pack_unit(held(3, noted=True)), None])
    assert [2] == shelf.unknown(np.array([1, 2, 4])).tolist()
    assert held(3, noted=True) == shelf.held(4)
    assert shelf.held(1) is None
    assert (True, False) == (shelf.noted(4), shelf.noted(1))


def test_what_is_forgotten_is_read_again() -> None:
    """With its paper: of a unit that has moved, neither may be believed."""
    shelf = Shelf(GROUNDS[0])
    put(shelf, [1, 4], [pack_unit(held(3, noted=True))] * 2)
    shelf.papers.update({1: b"{}", 4: b"{}"})
    shelf.forget([1])
    assert [1] == shelf.unknown(np.array([1, 4])).tolist()
    assert {4: b"{}"} == shelf.papers
    shelf.forget_all()
    assert [1, 4] == shelf.unknown(np.array([1, 4])).tolist()
    assert {} == shelf.papers


def test_where_nothing_is_held_every_unit_is_known_to_be_empty() -> None:
    """What was held before is gone, with its papers."""
    shelf = Shelf(GROUNDS[0])
    put(shelf, [1, 4], [pack_unit(held(3, noted=True))] * 2)
    shelf.papers[1] = b"{}"
    shelf.nothing_held()
    assert [] == shelf.unknown(np.arange(len(shelf.known))).tolist()
    assert (None, {}) == (shelf.held(1), shelf.papers)


def test_a_unit_that_is_read_again_does_not_keep_an_older_paper() -> None:
    """What is held of it now may have none; the count of findings would be moved by one that is gone."""
    shelf = Shelf(GROUNDS[0])
    put(shelf, [1, 4], [pack_unit(held(3, noted=True))] * 2)
    shelf.papers.update({1: b"{}", 4: b"{}"})
    put(shelf, [1, 2], [pack_unit(held(4))] * 2)
    assert {4: b"{}"} == shelf.papers


def test_a_ground_can_be_made_before_the_first_paper() -> None:
    """So that the first paper of the night does not wait for thirty thousand boxes."""
    for of in (GROUNDS[0], GROUNDS[1]):
        ground = Ground(of.night, of.contest, of.source)
        ground.warm()
        assert {
            "units",
            "places",
            "unit_keys",
            "area_keys",
            "above",
            "most",
            "stands",
            "margin_before",
        } <= set(vars(ground))
