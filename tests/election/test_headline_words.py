"""What a choice is called in a headline; how its numbers are written is tested in tests/languages."""

from election.headline_words import short
from tests.election.strategies import contest_of


def test_a_persons_short_name_stays_and_a_plain_name_is_said_in_the_language() -> None:
    """Deniz is Deniz; Yes is Evet."""
    assert ["Deniz", "Evet"] == [
        short(contest_of().choices[0], "tr"),
        short(contest_of("bridge").choices[0], "tr"),
    ]
