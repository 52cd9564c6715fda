"""`majority` names a choice that has more than half of every valid vote that can exist."""

import re

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from election.calls.certain import decide as certain
from election.calls.majority import decide
from election.night import Night
from tests.election.strategies import histories
from tests.election.test_calls_certain import ONE
from tests.election.test_outstanding import NIGHTS, completions, counted, hear_all
from tests.election.views import heard, toml, view


@pytest.mark.parametrize(
    ("votes", "figures", "choice", "cushion"),
    [
        ((0, 0, 0), {}, None, -25),
        ((151, 100, 0), {}, "ada", 1),
        ((150, 100, 0), {}, None, 0),
        ((100, 151, 0), {}, "bora", 1),
        ((200, 200, 0), {}, None, -25),
        ((300, 130, 130), {}, None, -5),
        ((300, 125, 124), {}, "ada", 1),
        ((120, 0, 0), {"boxes": 7, "register": 830}, "ada", 5),
        ((110, 0, 0), {"boxes": 7, "register": 830}, None, 0),
    ],
)
def test_more_than_half_of_all_votes_that_can_exist(
    votes: tuple[int, ...], figures: dict[str, int], choice: str | None, cushion: int
) -> None:
    """Half is not more than half; a tie, no vote and a plurality are not it either."""
    verdict = decide(view(votes, **figures))
    assert (choice, cushion) == (verdict.choice, verdict.cushion_votes)


@pytest.mark.parametrize(
    ("votes", "choice", "cushion"), [((100, 151), "no", 1), ((100, 150), None, 0), ((151, 100), "yes", 1)]
)
def test_a_question_with_two_answers_is_decided_by_a_majority(
    votes: tuple[int, ...], choice: str | None, cushion: int
) -> None:
    """Yes or no: two are enough to have one with more than half."""
    verdict = decide(view(votes, contest="bridge"))
    assert (choice, cushion) == (verdict.choice, verdict.cushion_votes)


def test_a_tie_never_has_votes_to_spare() -> None:
    """Not even in totals that contradict themselves, with fewer valid votes than the two of them have."""
    verdict = decide(view((60, 60, 0), valid=60))
    assert (None, 0) == (verdict.choice, verdict.cushion_votes)


@pytest.mark.parametrize(("contest", "votes"), [("assembly", (900, 100, 0)), ("alone", (900,))])
def test_several_seats_and_a_single_choice_are_not_asked(contest: str, votes: tuple[int, ...]) -> None:
    """With two marks two can have a majority; with one choice there is nothing to decide."""
    verdict = decide(view(votes, toml(ONE), contest))
    assert (None, 0) == (verdict.choice, verdict.cushion_votes)
    assert re.search(r"\d", verdict.because["en"])
    assert re.search(r"\d", verdict.because["tr"])


def test_the_reason_is_a_sentence_a_newsroom_can_print() -> None:
    """What it has of what can exist."""
    passed, failed = decide(view((1300, 100, 0))), decide(view((700, 690, 0)))
    assert {
        "en": "Deniz has 1,300 votes: more than half of the 1,450 valid votes that can exist.",
        "tr": "Deniz 1.300 oy aldı: olabilecek 1.450 geçerli oyun yarısından fazla.",
    } == passed.because
    assert "no more than half" in failed.because["en"]
    assert "Nobody alone" in decide(view((5, 5, 0))).because["en"]


@given(st.data(), NIGHTS, st.sampled_from(["mayor", "bridge"]))
def test_no_completion_takes_a_majority_away(data: st.DataObject, the: Night, contest: str) -> None:
    """And whoever has it leads for certain too: the two readings of the bound agree."""
    tally = counted(data.draw(histories(contest)), contest, the)
    hear_all(tally, data.draw(completions(tally)))
    shown = heard(tally)
    verdict = decide(shown)
    if verdict.choice is None:
        return
    event("named")
    assert certain(shown).choice == verdict.choice
    hear_all(tally, data.draw(completions(tally)))
    assert verdict.choice == heard(tally).seen.leader
