"""How headlines write numbers and days."""

from datetime import date

import pytest

from election.headline_words import day, hundredths, percent, short, some
from tests.election.strategies import contest_of


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(13729, 8549822, "0.16"), (0, 100, "0.00"), (1, 10**7, "<0.01"), (1, 3, "33.33"), (5, 0, "0.00")],
)
def test_points_have_two_decimals_and_are_never_rounded_to_nothing(
    part: int, whole: int, expected: str
) -> None:
    """A lead of one vote is not a tie; Turkish writes a comma."""
    assert expected == hundredths(part, whole, "en")
    assert expected.replace(".", ",") == hundredths(part, whole, "tr")


def test_days_percentages_and_counts_of_things() -> None:
    """Each language by its own rules; the year is not said."""
    assert ("6 May", "17 Nisan") == (day(date(2019, 5, 6), "en"), day(date(2019, 4, 17), "tr"))
    assert ("95.0%", "%95,0") == (percent(950, "en"), percent(950, "tr"))
    assert ("1 vote", "2,000 votes") == (some(1, "vote", "votes"), some(2000, "vote", "votes"))


def test_a_persons_short_name_stays_and_a_plain_name_is_said_in_the_language() -> None:
    """Deniz is Deniz; Yes is Evet."""
    assert ["Deniz", "Evet"] == [
        short(contest_of().choices[0], "tr"),
        short(contest_of("bridge").choices[0], "tr"),
    ]
