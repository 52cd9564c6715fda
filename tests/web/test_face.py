"""What a snapshot is to a reader."""

import pytest

from tests.browser import fakes
from web.face import AreaLead, duel_of, face_of, phase_of, votes_in, width


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("june", "open"),
        ("june_closed", "closed"),
        ("march_early", "early"),
        ("nothing_yet", "early"),
        ("tie", "open"),
    ],
)
def test_phase(name: str, expected: str) -> None:
    """Closed under the embargo, early under the threshold of the contest, else open."""
    assert expected == phase_of(fakes.FAKES[name]())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("june", (0, 1)),
        ("yes_no", (0, 1)),
        ("tie", (0, 1)),
        ("two_seats", (None, None)),
        ("many", (None, None)),
    ],
)
def test_duel(name: str, expected: tuple[int | None, int | None]) -> None:
    """Two main choices face each other; several seats or many choices make a list."""
    assert expected == duel_of(fakes.FAKES[name]())


def test_the_choice_marked_up_stands_on_the_left() -> None:
    """▲ is on the left whatever the order of the ballot."""
    night = fakes.june()
    night["choices"].reverse()
    assert (3, 2) == duel_of(night)


def test_leads_are_there_only_where_enough_is_counted() -> None:
    """A place under the threshold has no lead; no place has one before the contest has passed its own."""
    night = fakes.june()
    night["areas"]["fatih"]["counted"] |= {"boxes": 10}
    assert 38 == len(face_of(night).leads)
    assert {} == face_of(fakes.march_early()).leads


def test_a_tie_has_no_first() -> None:
    """Equal votes are a tie, never a lead of nought."""
    assert AreaLead(None, 1, 0, 1000) == face_of(fakes.yes_no()).leads["birchwood"]


@pytest.mark.parametrize(("margin", "expected"), [(99, 1), (100, 2), (250, 2), (251, 3), (1000, 3)])
def test_steps(margin: int, expected: int) -> None:
    """Under ten points, ten to twenty-five, over."""
    assert expected == AreaLead(0, 1, margin, 1000).step


def test_not_standing_is_not_zero() -> None:
    """A choice that does not stand in a place has no votes there, not nought."""
    night = fakes.yes_no()
    night["areas"]["ashby"]["choices"] |= {"no": 0}
    assert {"yes": 812, "no": 0} == votes_in(night, "ashby")
    night["choices"][1]["stands_in"] = ["dunmore"]
    assert {"yes": 812} == votes_in(night, "ashby")
    night["choices"][1]["stands_in"] = ["land"]
    assert {"yes": 812, "no": 0} == votes_in(night, "ashby")


def test_lengths_are_whole_numbers_with_two_decimals() -> None:
    """Lengths need no floats and never divide by nought."""
    assert ["33.33%", "100.00%", "0.00%"] == [width(1, 3), width(3, 3), width(0, 0)]
