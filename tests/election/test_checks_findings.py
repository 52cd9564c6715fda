"""A finding names its field and says its numbers: what a clerk is sent to look for on the paper.

Know before changing: each sentence stands here whole. A finding that names another field, or another number
than the one that was weighed, sends a clerk to the wrong line of a paper while a night is waiting.
"""

from dataclasses import replace
from typing import Any

import pytest

from election.checks import SHOWN_MAX, check
from election.night import Night
from election.report import COUNT_MAX, MISSING, Claim
from tests.election.strategies import NO_REGISTER_MAX, PARENT_VOTES, codes, figures, night, paper

LONG = "x" * SHOWN_MAX
CAUSES = "first, recount, invalid-review, objection, typo, withdrawn, reinstated"


def said(claim: Claim, of: Night | None = None) -> dict[str, tuple[str, str]]:
    """Field and sentence of each finding, by its code."""
    return {one.code: (one.field, one.message) for one in check(claim, of or night()).findings}


@pytest.mark.parametrize(
    ("claim", "code", "field", "sentence"),
    [
        (paper(contest="president"), "E101", "contest", "There is no contest 'president' in this night."),
        (paper(source="nobody"), "E102", "source", "There is no source 'nobody' in this night."),
        (paper("k9-1"), "E103", "box", "There is no box 'k9-1' in contest mayor."),
        (
            paper("k1", source="agency", level="town"),
            "E103", "box", "There is no town 'k1' in contest mayor.",
        ),
        (
            paper(votes={"ada": 60, "bora": 50, "cem": 40, "dilek": 1}),
            "E104", "votes.dilek", "There is no choice 'dilek' in contest mayor.",
        ),
        (
            paper("g1-1", votes={"ada": 60, "bora": 90, "cem": 0}),
            "E104", "votes.cem", "cem does not stand in g1, yet has a count there.",
        ),
        (paper(valid=None), "E105", "valid", "The field valid is missing."),
        (paper(invalid=-7), "E106", "invalid", "invalid is -7; a count is never negative."),
        (
            paper(votes={"ada": -1, "bora": 50, "cem": 40}),
            "E106", "votes.ada", "votes.ada is -1; a count is never negative.",
        ),
        (paper(voters="155"), "E107", "voters", "voters is '155'; a count is a whole number."),
        (paper(claimed_boxes=2.5), "E107", "boxes", "boxes is 2.5; a count is a whole number."),
        (
            paper(level="ward"),
            "E108", "level", "Source council reports level box, this report is of 'ward'.",
        ),
        (
            paper(registered=COUNT_MAX + 1),
            "E109", "registered", "registered is 2147483648; a unit holds at most 2147483647.",
        ),
        (
            paper(cause="guess"),
            "E110", "cause", f"There is no cause 'guess'; the causes are {CAUSES}.",
        ),
        (
            paper(state="lost"),
            "E110", "state",
            "There is no paper state 'lost'; this night's are counted, illegible, provisional.",
        ),
        (paper(revision=0), "E111", "revision", "The revision is 0; it is a whole number from 1."),
        (paper(votes={"ada": 60, "bora": 90}), "E112", "votes.cem", "cem stands in k1 and has no count."),
    ],
)  # fmt: skip
def test_a_paper_that_cannot_be_read_is_told_by_field_and_value(
    claim: Claim, code: str, field: str, sentence: str
) -> None:
    """What stood there is quoted, so that a clerk finds it in the feed."""
    assert {code: (field, sentence)} == said(claim)


@pytest.mark.parametrize(
    ("claim", "code", "field", "sentence"),
    [
        (paper(voters=156), "E201", "voters", "150 valid and 5 invalid are 155, not 156."),
        (
            paper(votes={"ada": 60, "bora": 50, "cem": 39}),
            "E202", "valid", "The choices add up to 149, not to 150 valid votes.",
        ),
        (paper(voters=149, invalid=0), "E203", "valid", "150 valid votes are more than 149 voters."),
        (
            paper(votes={"ada": 60, "bora": 50, "cem": 41}),
            "E204", "valid", "The choices add up to 151: more than 150 valid papers can hold.",
        ),
        (paper("k2-1", **figures(41, 30, 30)), "W301", "voters", "101 voters are more than 100 registered."),
        (
            paper("k2-1", **figures(51, 30, 30)),
            "Q302", "voters", "111 voters are more than the 110 the law allows at this box.",
        ),
        (
            paper("k2-2", **figures(100, 30, 21)),
            "Q302", "voters",
            f"151 voters are more than the {NO_REGISTER_MAX} the law allows at this box.",
        ),
        (
            paper("k2-1", **figures(60, 10, 10, invalid=20)),
            "W303", "invalid", "20 of 100 votes are invalid: 10% or more.",
        ),
        (
            paper("k2-1", **figures(60, 10, 10, invalid=20)),
            "Q304", "invalid", "20 of 100 votes are invalid: 20% or more.",
        ),
        (
            paper("k2-1", **figures(20, 20, 9)),
            "W305", "voters", "49 of 100 registered voted: under 50%.",
        ),
        (
            paper("k2-1", **figures(4, 95, 1)),
            "W306", "votes.bora", "bora has 95 of 100: 95% or more.",
        ),
        (
            paper("k2-1", **figures(0, 60, 30)),
            "Q307", "votes.ada", "ada stands here and has no vote at all.",
        ),
        (
            paper(**figures(20, 121, 20)),
            "W309", "votes", "The margin here moved from 50 to -101: more than 150 votes.",
        ),
        (paper(registered=299), "W310", "registered", "299 registered, but the register says 300."),
    ],
)  # fmt: skip
def test_a_figure_that_does_not_add_up_is_told_by_field_and_numbers(
    claim: Claim, code: str, field: str, sentence: str
) -> None:
    """The numbers that were weighed, and the limit they were weighed against."""
    assert (field, sentence) == said(claim, night(parent=PARENT_VOTES))[code]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "''"),
        (LONG + "y", f"'{LONG}'"),
        (["k1-1"], "a list"),
        ({"id": "k1-1"}, "an object"),
        (7, "7"),
        (True, "True"),
        (2**59, "576460752303423488"),
        (2**60 - 1, "1152921504606846975"),
        (2**60, "a number of more than 18 digits"),
        (-(2**60), "a number of more than 18 digits"),
        (None, "(none given)"),
        (MISSING, "(none given)"),
    ],
)
def test_a_foreign_value_is_quoted_short(value: Any, shown: str) -> None:
    """Whatever a feed holds: a word is cut off, a list, an object and an endless number are only named."""
    assert {"E108": ("level", f"Source council reports level box, this report is of {shown}.")} == said(
        paper(level=value)
    )


def test_a_name_nobody_knows_is_cut_off_in_field_and_sentence() -> None:
    """A column of a feed may be named by a whole page."""
    votes = {"ada": 60, "bora": 50, "cem": 40, LONG + "y": 1}
    sentence = f"There is no choice '{LONG}' in contest mayor."
    assert {"E104": (f"votes.{LONG}", sentence)} == said(paper(votes=votes))


def test_an_empty_count_hides_no_wrong_one_behind_it() -> None:
    """A column that is empty for this box is passed over; the next column is read all the same."""
    assert ["E106", "E112"] == codes(paper(votes={"ada": None, "bora": -1, "cem": 40}))
    assert ["E104", "E112"] == codes(paper(votes={"ada": MISSING, "bora": 50, "cem": 40, "dilek": 1}))


def test_a_choice_nobody_knows_hides_no_wrong_count_behind_it() -> None:
    """A clerk is told of both at once, whatever the order of the columns."""
    assert ["E104", "E106"] == codes(paper(votes={"dilek": 1, "ada": -1, "bora": 50, "cem": 40}))


def test_what_is_missing_is_said_of_a_paper_in_an_unknown_state_too() -> None:
    """Otherwise a clerk who mends the state is sent back for the figures."""
    assert ["E105", "E110"] == codes(paper(state="lost", voters=None))
    assert ["E105", "E105"] == codes(paper(state=None, voters=None))


def test_an_unknown_state_is_not_taken_for_a_state_without_a_name() -> None:
    """A night may give an empty field a meaning of its own; any other word is still unknown."""
    unnamed = replace(night(), states={**night().states, "": False})
    assert ["E105", "E110"] == codes(paper(state="lost", voters=None), unnamed)
    assert [] == codes(paper(state="", voters=None), unnamed)


def test_a_name_that_is_not_there_is_not_said_to_be_missing_in_the_night() -> None:
    """“There is no box missing” would tell a clerk that all is well."""
    assert {
        "E101": ("contest", "There is no contest (none given) in this night."),
        "E102": ("source", "There is no source (none given) in this night."),
    } == said(paper(contest=None, source=MISSING))
    assert {"E103": ("box", "There is no box (none given) in contest mayor.")} == said(
        paper(None, registered=None)
    )


def test_a_paper_without_any_count_is_weighed_by_what_it_does_say() -> None:
    """No choice has more votes than there are valid papers if no choice has a count."""
    none = paper(votes={}, voters=5, valid=0, invalid=5)
    assert ["E112", "E112", "E112", "Q304", "W303", "W305"] == codes(none)
    assert ["E112", "E112", "E112", "E202"] == codes(paper(votes={}))


def test_w303_q304_are_exact_to_one_vote_in_a_large_box() -> None:
    """Of 1,010 voters a tenth is 101 and a fifth is 202; one fewer is not yet either."""
    found = [
        [code for code in codes(paper(voters=1010, valid=1010 - invalid, invalid=invalid))
         if code in ("W303", "Q304")]
        for invalid in (100, 101, 201, 202)
    ]  # fmt: skip
    assert [[], ["W303"], ["W303"], ["Q304", "W303"]] == found


def test_w303_q304_one_voter_whose_vote_is_invalid() -> None:
    """All of one is a share: the box waits for a person however small it is."""
    assert ["Q304", "Q307", "Q307", "W303", "W305"] == codes(paper("k2-1", **figures(0, 0, 0, invalid=1)))


def test_w306_is_exact_to_one_vote_in_a_large_box() -> None:
    """Of 300 votes 95 percent are 285; 284 are not yet."""
    assert [[], ["W306"]] == [codes(paper(**figures(ada, 299 - ada, 1))) for ada in (284, 285)]


def test_w306_a_choice_without_a_count_hides_none_behind_it() -> None:
    """Where a night lets a count be absent, the choices after it on the paper are weighed all the same."""
    assert {"E112", "W306"} == set(codes(paper(votes={"bora": 150})))
    assert {"E112", "Q307"} == set(codes(paper(votes={"bora": 0, "cem": 150}))) - {"W306"}


def test_w309_a_main_choice_without_a_count_has_no_votes_in_the_margin() -> None:
    """Where a night lets a count be absent: 50 ahead then, 200 ahead or 100 behind now is 150 votes."""
    rerun = night(parent=PARENT_VOTES, checks='E112 = { level = "off" }')
    alone = {choice: [many for many in (99, 100, 101, 199, 200, 201)
                      if "W309" in codes(paper(**figures(1, 1) | {"votes": {choice: many}}), rerun)]
             for choice in ("ada", "bora")}  # fmt: skip
    assert {"ada": [201], "bora": [101, 199, 200, 201]} == alone
