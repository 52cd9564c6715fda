"""How a contest ended, and whether that is how it had to end."""

from election.night import ContestId
from sandik import outcome

MAYOR = ContestId("mayor")
FOUND = {
    MAYOR: {
        "boxes": {"counted": 3, "total": 4, "quarantined": 1},
        "valid": 100,
        "choices": {"ada": 60, "bulut": 40},
        "leader": "ada",
        "margin_votes": 20,
    }
}


def test_an_ending_that_says_less_is_still_the_same_ending() -> None:
    """Only what stands in it is compared."""
    assert () == outcome.differences(FOUND, {"mayor": {"valid": 100, "choices": {"ada": 60}}})


def test_every_difference_is_a_sentence() -> None:
    """Also a contest, a choice or a figure that is not there at all."""
    ending = {"mayor": {"valid": 99, "choices": {"ada": 60, "ceviz": 1}}, "bridge": {"valid": 5}}
    expected = (
        "mayor.valid is 100, the night ends with 99",
        "mayor.choices.ceviz is None, the night ends with 1",
        "bridge.valid is None, the night ends with 5",
    )
    assert expected == outcome.differences(FOUND, ending)


def test_in_words_the_choices_stand_by_votes_with_shares() -> None:
    """Title, how far the count is, each choice, the margin."""
    expected = [
        "The mayor",
        "  3 of 4 boxes counted, 1 held back",
        "  ada             60  60.00 %",
        "  bulut           40  40.00 %",
        "  margin 20",
    ]
    assert expected == outcome.in_words(FOUND, {MAYOR: "The mayor"})


def test_in_words_nothing_counted_has_no_shares_and_no_leader() -> None:
    """Nothing is divided by nothing."""
    empty = {"boxes": {"counted": 0, "total": 4}, "valid": 0, "choices": {"ada": 0}, "leader": None,
             "margin_votes": 0}  # fmt: skip
    lines = outcome.in_words({MAYOR: empty}, {})
    assert ["mayor", "  0 of 4 boxes counted", "  margin 0, no leader"] == [lines[0], lines[1], lines[-1]]
