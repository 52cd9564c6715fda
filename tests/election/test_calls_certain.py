"""`certain` names who is in only if nothing still to come can change it, whatever the checks accept."""

import re

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from election.calls.certain import decide
from election.calls.verdict import Verdict, View
from election.headline import LANGUAGES
from election.night import Night
from tests.election.strategies import contest_of, histories, night
from tests.election.test_outstanding import CONTESTS, NIGHTS, completions, counted, hear_all
from tests.election.views import heard, toml, view

ONE = '[[contests]]\nid = "alone"\nname = "Alone"\narea = "kent"\nsource = "council"\n'
ONE += '  [[contests.choices]]\n  id = "only"\n  name = "Only"\n'
UNEXPECTED = 50
"""Votes that this night's law allows from a box nobody expected."""


@pytest.mark.parametrize(
    ("votes", "figures", "contest", "elected", "cushion"),
    [
        ((0, 0, 0), {}, "mayor", (), -UNEXPECTED),
        ((151, 100, 0), {}, "mayor", ("ada",), 1),
        ((150, 100, 0), {}, "mayor", (), 0),
        ((100, 151, 0), {}, "mayor", ("bora",), 1),
        ((100, 100, 0), {}, "mayor", (), -UNEXPECTED),
        ((100, 0, 0), {"boxes": 7, "register": 830}, "mayor", (), 100 - 50 - 50 - 10),
        ((200, 0, 0), {"boxes": 7, "register": 830}, "mayor", ("ada",), 200 - 50 - 50 - 10),
        ((200, 0, 0), {"boxes": 7, "register": 830, "held_excess": 90}, "mayor", (), 0),
        ((900, 900, 849), {}, "assembly", ("d1", "d2"), 1),
        ((900, 850, 900), {}, "assembly", (), 0),
        ((900, 849, 900), {}, "assembly", ("d1", "d3"), 1),
        ((849, 900, 901), {}, "assembly", ("d2", "d3"), 1),
        ((0, 51), {}, "bridge", ("no",), 1),
    ],
)
def test_the_lead_at_the_line_against_every_vote_that_could_come(
    votes: tuple[int, ...], figures: dict[str, int], contest: str, elected: tuple[str, ...], cushion: int
) -> None:
    """Equal is not enough; with two seats it is the second against the third; those in stand as on paper."""
    verdict = decide(view(votes, contest=contest, **figures))
    assert (elected, cushion) == (verdict.elected, verdict.cushion_votes)
    assert (elected[0] if elected else None) == verdict.choice


def test_nothing_heard_is_all_out() -> None:
    """Nobody leads, and everything can still come."""
    verdict = decide(view((0, 0, 0), boxes=0, register=0, no_register=0))
    assert (None, 0, 8) == (verdict.choice, verdict.numbers["boxes"], verdict.numbers["boxes_total"])
    assert verdict.cushion_votes < 0


def test_as_many_choices_as_seats_are_not_decided_by_votes() -> None:
    """Nobody can be overtaken, and nobody is called for it."""
    verdict = decide(view((500,), toml(ONE), "alone"))
    assert (None, 0) == (verdict.choice, verdict.cushion_votes)
    assert "1 choices for 1 seats" in verdict.because["en"]
    early = decide(view((500,), toml(ONE), "alone", boxes=7, register=830))
    assert (None, 0, 50) == (early.choice, early.cushion_votes, early.numbers["votes_max"])


def said_with_numbers(verdict: Verdict) -> None:
    """A reason in every language, with a number in it."""
    assert set(LANGUAGES) == set(verdict.because)
    assert all(re.search(r"\d", sentence) for sentence in verdict.because.values())


@pytest.mark.parametrize("votes", [(0, 0, 0), (300, 100, 0), (100, 99, 0)])
def test_every_verdict_says_because_with_numbers(votes: tuple[int, ...]) -> None:
    """Whether it names somebody or not."""
    said_with_numbers(decide(view(votes)))


def test_the_reason_is_a_sentence_a_newsroom_can_print() -> None:
    """Who, by how much, and what is still to come."""
    assert {
        "en": "Deniz leads by 1,200 votes, more than the 50 that can still come at most.",
        "tr": "Deniz 1.200 oy önde; en çok 50 oy daha gelebilir, fark kapanamaz.",
    } == decide(view((1300, 100, 0))).because
    assert "which could change it" in decide(view((120, 100, 0))).because["en"]


def in_after(shown: View) -> set[str]:
    """Who is in by the votes."""
    return {str(choice) for choice in shown.seen.order[: shown.contest.seats]}


@given(st.data(), NIGHTS, CONTESTS)
def test_no_completion_changes_who_is_in_for_certain(data: st.DataObject, the: Night, contest: str) -> None:
    """The law of the rule: papers for every box out, whatever they say, leave those in that were named."""
    tally = counted(data.draw(histories(contest)), contest, the)
    hear_all(tally, data.draw(completions(tally)))
    verdict = decide(heard(tally))
    if verdict.choice is None:
        return
    event("named")
    hear_all(tally, data.draw(completions(tally)))
    assert set(map(str, verdict.elected)) == in_after(heard(tally))


def test_the_law_is_tried_on_nights_in_which_somebody_is_named() -> None:
    """So that the law above is not empty: a night counted to its end has somebody in."""
    assert "ada" == decide(view((700, 100, 50))).choice
    assert contest_of().seats == 1
    assert night().outstanding.unexpected_boxes == 1
