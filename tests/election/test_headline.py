"""One sentence for the board, in two languages: nothing too early, no total before the ban ends."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.embargo import Embargo, embargo
from election.headline import LANGUAGES, counted_pct, headline
from election.night import Contest
from election.outstanding import Outstanding
from election.standing import Standing
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT, NOON, contest_of, night
from tests.election.test_standing import seen

OPEN = embargo(night().embargo, None, LAW_OPENS_AT)
CLOSED = embargo(night().embargo, None, NOON)
LIFTED_LATER = embargo(night().embargo, LAW_OPENS_AT.replace(hour=16, minute=15), CLOSED_UNTIL)
LENGTH_MAX = 150


def said(now: Standing, contest: Contest | None = None, ban: Embargo = OPEN) -> tuple[str, str]:
    """The sentence in English and Turkish."""
    told = headline(now, contest or contest_of(), night(), ban)
    assert set(LANGUAGES) == set(told)
    return told["en"], told["tr"]


def numbers(sentence: str) -> list[str]:
    """Every number of a sentence."""
    return re.findall(r"\d[\d.,:]*", sentence.replace(". ", " ").rstrip("."))


@pytest.mark.parametrize("ban", [CLOSED, LIFTED_LATER, embargo(night().embargo, None, CLOSED_UNTIL)])
def test_before_the_embargo_opens_only_boxes_received_are_said(ban: Embargo) -> None:
    """No name, no vote, no share; the hour is the night's own."""
    now = seen((70, 60, 50), boxes=4, quarantined=1)
    hour = "19:15" if ban is LIFTED_LATER else "21:00"
    for sentence, mark in zip(said(now, ban=ban), (":", "."), strict=True):
        assert {hour.replace(":", mark), "5", "8"} == {found.rstrip(",;.") for found in numbers(sentence)}
        assert "Deniz" not in sentence
        assert "Kaya" not in sentence


@given(st.tuples(*[st.integers(100, 10**7)] * 3), st.integers(0, 8), st.integers(0, 8))
def test_before_the_embargo_opens_votes_do_not_change_a_letter(
    votes: tuple[int, int, int], counted: int, held_back: int
) -> None:
    """Two nights with the same boxes received read the same, whoever leads in them."""
    one = seen(votes, boxes=counted, quarantined=held_back)
    other = seen((1, 2, 3), boxes=held_back, quarantined=counted)
    assert said(one, ban=CLOSED) == said(other, ban=CLOSED)


def test_a_ban_without_a_known_hour_names_none() -> None:
    """It is still said that there are no results."""
    ban = Embargo("closed", None, None, None)
    assert "No results yet. 4 of 8 boxes have been received." == said(seen((1, 0, 0)), ban=ban)[0]


def test_nothing_counted() -> None:
    """Not the same as nothing received."""
    english, turkish = said(seen((0, 0, 0), boxes=0))
    assert "No box is counted yet, of 8." == english
    assert turkish.startswith("8 sandıktan")


def test_no_lead_before_the_threshold() -> None:
    """Two of eight boxes are under 30 %, three are over; under it no name stands in the sentence."""
    early = said(seen((70, 6, 5), boxes=2))
    assert "Too early to say who is ahead. 25.0% of boxes are counted: 2 of 8." == early[0]
    assert "%25,0" in early[1]
    assert all("Deniz" not in sentence for sentence in early)
    assert all("Deniz" in sentence for sentence in said(seen((70, 6, 5), boxes=3)))


def test_a_lead_that_can_still_change_hands() -> None:
    """The lead, and what the boxes still out can hold at most."""
    english, turkish = said(seen((70, 60, 5)))
    assert (
        "Deniz leads by 10 votes. The 4 boxes not yet counted hold at most 810, so this can still change."
        == english
    )
    assert "fark hâlâ kapanabilir" in turkish


def test_a_lead_beyond_the_bound_is_told_in_numbers_and_not_called() -> None:
    """Only above the bound, not at it; the conclusion is for a call, which somebody signs."""
    at, above = (seen((many, 0, 5)) for many in (815, 816))
    assert said(at)[0].endswith("so this can still change.")
    assert said(above)[0].endswith("The 4 boxes not yet counted hold at most 810.")
    assert "kapan" not in said(above)[1]


def test_one_is_one() -> None:
    """One vote, one box."""
    now = replace(seen((7, 6, 0)), boxes=7, outstanding=Outstanding(1, 90, 100))
    assert said(now)[0].startswith("Deniz leads by 1 vote. The 1 box not yet counted holds at most 100, ")
    alone = replace(seen((7, 6, 0)), boxes=1, boxes_total=1)
    assert "Deniz leads by 1 vote, with the only box counted." == said(alone)[0]
    first = replace(seen((7, 6, 0)), received=1)
    assert said(first, ban=CLOSED)[0].endswith(" 1 of 8 boxes has been received.")


def test_a_tie_names_both_and_no_leader() -> None:
    """At the line, with every box counted or not."""
    assert (
        "Deniz and Kaya have the same number of votes, with 50.0% of boxes counted."
        == said(seen((7, 7, 1)))[0]
    )
    english, turkish = said(seen((7, 7, 1), boxes=8))
    assert "Deniz and Kaya have the same number of votes, with every box counted." == english
    assert "Deniz ve Kaya eşit oyda; bütün sandıklar sayıldı." == turkish


def test_where_there_is_no_vote_nobody_leads() -> None:
    """Boxes with invalid papers alone: not by 0 votes either."""
    english, turkish = said(seen((0, 0, 0)))
    assert "Deniz and Kaya have the same number of votes, with 50.0% of boxes counted." == english
    assert turkish.startswith("Deniz ve Kaya eşit oyda;")


def test_all_boxes_counted() -> None:
    """Still who leads, never who won."""
    assert "Deniz leads by 10 votes, with all 8 boxes counted." == said(seen((70, 60, 5), boxes=8))[0]


def test_several_seats_say_who_is_ahead_and_never_who_is_in() -> None:
    """A call is made by a rule and a desk."""
    english, turkish = said(seen((9, 5, 3), contest_of("assembly")), contest_of("assembly"))
    assert "First and Second are ahead, with 50.0% of boxes counted." == english
    assert turkish.startswith("First ve Second önde;")


def test_a_yes_no_question_is_answered_in_the_readers_language() -> None:
    """Evet, not Yes."""
    bridge = contest_of("bridge")
    now = replace(seen((9, 5, 3)), order=tuple(choice.id for choice in bridge.choices), margin_votes=4)
    english, turkish = said(now, bridge)
    assert "Yes is ahead by 4 votes, with 50.0% of boxes counted." == english
    assert turkish.startswith("Evet 4 oy önde;")


def test_a_contest_with_no_more_choices_than_seats_has_no_lead() -> None:
    """Nothing can change hands."""
    alone = replace(contest_of(), choices=contest_of().choices[:1])
    now = replace(seen((9, 0, 0)), order=alone.choices[0].id and (alone.choices[0].id,))
    assert "There is no more than one choice a seat. 50.0% of boxes are counted." == said(now, alone)[0]


@pytest.mark.parametrize(
    ("boxes", "total", "tenths"),
    [
        (0, 10, 0),
        (1, 31186, 1),
        (2996, 10000, 299),
        (3, 10, 300),
        (31185, 31186, 999),
        (7, 7, 1000),
        (0, 0, 0),
    ],
)
def test_counted_is_rounded_down_and_never_to_nothing(boxes: int, total: int, tenths: int) -> None:
    """29.96 % never reads 30, all but one never reads 100, one box never reads 0."""
    assert tenths == counted_pct(replace(seen((1, 0, 0)), boxes=boxes, boxes_total=total))


@given(
    st.tuples(*[st.integers(0, 60_000_000)] * 3), st.integers(0, 200_000), st.integers(0, 200_000),
    st.sampled_from(["mayor", "assembly", "bridge"]), st.sampled_from([OPEN, CLOSED, LIFTED_LATER]),
)  # fmt: skip
def test_a_headline_is_two_lines_at_most(
    votes: tuple[int, int, int], boxes: int, more: int, contest: str, ban: Embargo
) -> None:
    """However large the country; and no sentence speaks of a winner."""
    the = contest_of(contest)
    ids = tuple(choice.id for choice in the.choices)
    now = replace(
        seen(votes), boxes=boxes, received=boxes, boxes_total=boxes + more, order=(*ids, *ids)[:3],
        outstanding=Outstanding(more, more * 300, more * 350),
    )  # fmt: skip
    for sentence in said(now, the, ban):
        assert len(sentence) <= LENGTH_MAX
        assert sentence.endswith(".")
        assert not re.search(r"wins|won|elected|kazan|seçil", sentence)
