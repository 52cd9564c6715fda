"""The facts of a night: the tree of areas, who reports what, and where a choice is on the paper."""

from dataclasses import FrozenInstanceError

import pytest

from election.night import AreaId, ChoiceId, UnitId
from tests.election.strategies import (
    CHOICES,
    PARENT,
    REGISTER,
    area_of,
    contest_of,
    line,
    night,
    source_of,
    stands,
    units,
)


def test_a_line_leads_from_an_area_to_the_root() -> None:
    """Totals are made for each area of it."""
    assert {area: tuple(line(area)) for area in PARENT} == night().lines


def test_areas_are_listed_by_level() -> None:
    """In the order of the file."""
    by_level = {"county": ("kent",), "town": ("kuzey", "guney"), "ward": ("k1", "k2", "g1", "g2")}
    assert by_level == night().areas_of_level
    assert "ward" == night().leaf_level


@pytest.mark.parametrize("contest", ["mayor", "assembly", "bridge"])
@pytest.mark.parametrize("source", ["council", "party", "agency"])
def test_a_source_reports_boxes_or_areas_of_its_level_in_the_contest(contest: str, source: str) -> None:
    """The bridge is asked in guney only."""
    assert tuple(units(contest, source)) == night().units(contest_of(contest), source_of(source))


def test_a_unit_belongs_to_an_area_of_its_own_kind() -> None:
    """An area-level source has no boxes, and a ward is no town."""
    the = night()
    assert ["k1", None] == [the.area_of(source_of(), UnitId(unit)) for unit in ("k1-1", "k1")]
    asked = ("kuzey", "k1", "kent", "k1-1", "nowhere")
    assert ["kuzey", None, None, None, None] == [
        the.area_of(source_of("agency"), UnitId(unit)) for unit in asked
    ]


def test_a_choice_stands_everywhere_or_in_the_areas_it_names() -> None:
    """cem is on the paper in kuzey, and so in each ward of it."""
    for choice in contest_of().choices:
        for box in REGISTER:
            assert stands(choice.id, box) == night().stands(choice, AreaId(area_of(box)))


def test_a_choice_that_stands_in_a_part_of_an_area_is_on_its_paper() -> None:
    """A source that reports the whole county counts votes for it."""
    cem = contest_of().choices[2]
    assert [True, True, False] == [night().stands(cem, AreaId(area)) for area in ("kent", "kuzey", "guney")]


def test_a_choice_has_its_place_on_the_paper() -> None:
    """Or none, if it is of another contest."""
    contest = contest_of()
    assert list(range(3)) == [contest.position(ChoiceId(choice)) for choice in CHOICES["mayor"]]
    assert contest.position(ChoiceId("yes")) is None


def test_facts_are_never_changed() -> None:
    """A process works with the night it started with."""
    with pytest.raises(FrozenInstanceError):
        night().name = "another"
    with pytest.raises(FrozenInstanceError):
        contest_of().seats = 3
