"""Numbers in a reason are written as a newsroom of that language writes them."""

import pytest

from election.calls.words import decimal, listed, named, percent, said, short, votes
from election.night import ChoiceId
from tests.election.strategies import contest_of


@pytest.mark.parametrize(
    ("value", "en", "tr"), [(806014, "806,014", "806.014"), (-5, "−5", "−5"), (0, "0", "0")]
)
def test_votes_have_the_thousands_mark_of_the_language(value: int, en: str, tr: str) -> None:
    """A loss has a minus sign and not a hyphen."""
    assert (en, tr) == (votes(value, "en"), votes(value, "tr"))


@pytest.mark.parametrize(
    ("value", "en", "tr"), [(0.5, "0.5", "0,5"), (-21.04, "−21.0", "−21,0"), (-0.01, "0.0", "0,0")]
)
def test_points_have_one_decimal(value: float, en: str, tr: str) -> None:
    """And nothing is minus zero."""
    assert (en, tr) == (decimal(value, "en"), decimal(value, "tr"))


def test_a_share_is_rounded_down() -> None:
    """What is not reached does not read as reached; nothing of nothing is nothing."""
    assert ("99.9%", "%99,9") == (percent(9999, 10000, "en"), percent(9999, 10000, "tr"))
    assert "0.0%" == percent(3, 0, "en")


def test_names_are_short_and_plain_ones_are_translated() -> None:
    """A person's short name stays; yes and no are said in the language."""
    assert ("Deniz", "Evet") == (
        named(contest_of(), ChoiceId("ada"), "tr"),
        named(contest_of("bridge"), ChoiceId("yes"), "tr"),
    )
    assert ("nobody", "hiç kimse") == (named(contest_of(), None, "en"), named(contest_of(), None, "tr"))
    assert "Yes" == short(contest_of("bridge").choices[0], "en")


def test_lists_end_with_and() -> None:
    """In the language's word."""
    assert ["", "A", "A and B", "A, B ve C"] == [
        listed([], "en"), listed(["A"], "en"), listed(["A", "B"], "en"), listed(["A", "B", "C"], "tr"),
    ]  # fmt: skip
    assert {"en": "x", "tr": "y"} == said(en="x", tr="y")
