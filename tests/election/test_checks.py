"""Each check fires where it should and not one vote earlier; all findings of a paper come at once.

A test is named for the code it is about, so that a clerk's question leads straight to the answer.
"""

from typing import Any

import pytest

from election.checks import CHECKS, Paper, check, conflict, default_rules, main_pair, voters_max
from election.night import CheckRule
from election.report import COUNT_MAX, MISSING, REVISION_MAX
from tests.election.strategies import (
    NO_REGISTER_MAX,
    PARENT_VOTES,
    SLACK,
    codes,
    contest_of,
    figures,
    night,
    paper,
)

EMPTY_HANDED: list[Any] = [None, MISSING]
NOT_WHOLE: list[Any] = [True, False, 3.0, 0.5, float("nan"), float("inf"), "12", "", [], {}, [[1]], {"a": 1}]


def test_a_paper_in_order_has_no_finding() -> None:
    """Counted without a word."""
    said = check(paper(), night())
    assert ((), False, False) == (said.findings, said.refused, said.quarantined)


@pytest.mark.parametrize("word", ["president", "", None, MISSING, 7, [], {}])
def test_e101_unknown_contest(word: object) -> None:
    """The contest is one of this night's."""
    said = check(paper(contest=word), night())
    assert ["E101"] == [finding.code for finding in said.findings]
    assert said.refused
    assert [] == codes(paper(contest="mayor"))


@pytest.mark.parametrize("word", ["nobody", "", None, MISSING, 7, [], {}])
def test_e102_unknown_source(word: object) -> None:
    """The source is one of this night's; contest and source are both named if both are wrong."""
    assert ["E102"] == codes(paper(source=word))
    assert ["E101", "E102"] == codes(paper(source=word, contest=word))
    assert [] == codes(paper(source="party"))


@pytest.mark.parametrize("unit", ["k9-1", "", "k1", None, MISSING, 7, ["k1-1"], {}])
def test_e103_unknown_box(unit: object) -> None:
    """The box is one of the night's, and of the contest's area."""
    assert ["E103"] == codes(paper(unit, registered=1))
    assert [] == codes(paper("k1-1"))


def test_e103_a_box_outside_the_contest() -> None:
    """The bridge is asked in guney; a box of kuzey has no say."""
    votes = {"yes": 75, "no": 75}
    assert ["E103"] == codes(paper("k1-1", contest="bridge", votes=votes))
    assert [] == codes(paper("g1-1", contest="bridge", votes=votes))


def test_e104_a_choice_that_is_not_on_the_paper() -> None:
    """Unknown at all, or not standing in this place; absent is fine."""
    assert ["E104"] == codes(paper(votes={"ada": 60, "bora": 50, "cem": 40, "yes": 0}))
    assert ["E104"] == codes(paper("g1-1", votes={"ada": 60, "bora": 90, "cem": 0}))
    assert [] == codes(paper("g1-1", votes={"ada": 60, "bora": 90, "cem": None}))
    assert [] == codes(paper(votes={"ada": 60, "bora": 50, "cem": 40, "nobody": None}))


@pytest.mark.parametrize("place", ["voters", "valid", "invalid", "registered", "revision", "cause", "state"])
@pytest.mark.parametrize("nothing", EMPTY_HANDED)
def test_e105_a_field_is_missing(place: str, nothing: object) -> None:
    """Null and not there at all are both missing; the field is named."""
    said = check(paper(**{place: nothing}), night())
    assert [("E105", place)] == [(finding.code, finding.field) for finding in said.findings]
    assert said.refused


def test_e105_what_may_be_left_out() -> None:
    """Registered voters where there is no register; every figure of a paper withdrawn or illegible."""
    assert [] == codes(paper("k2-2", registered=None, **figures(50, 50, 40)))
    bare: dict[str, Any] = dict.fromkeys(("voters", "valid", "invalid", "registered"), MISSING)
    assert [] == codes(paper(cause="withdrawn", votes={}, **bare))
    assert [] == codes(paper(state="illegible", votes={}, **bare))
    assert ["E105"] * 4 + ["E112"] * 3 == codes(paper(state="provisional", votes={}, **bare))


@pytest.mark.parametrize("place", ["voters", "valid", "invalid", "registered", "claimed_boxes"])
def test_e106_a_negative_count(place: str) -> None:
    """No count is below zero; zero is a count."""
    assert ["E106"] == codes(paper(**{place: -1}))
    assert ["E106"] == codes(paper(votes={"ada": -1, "bora": 50, "cem": 40}))
    assert "E106" not in codes(paper(**{place: 0}))


@pytest.mark.parametrize("value", NOT_WHOLE)
@pytest.mark.parametrize("place", ["voters", "valid", "invalid", "registered", "claimed_boxes"])
def test_e107_a_count_that_is_no_whole_number(place: str, value: object) -> None:
    """true is not 1, 3.0 is not 3, "12" is not 12."""
    assert ["E107"] == codes(paper(**{place: value}))
    assert ["E107"] == codes(paper(votes={"ada": value, "bora": 50, "cem": 40}))


@pytest.mark.parametrize("level", ["town", "ward", "", None, 7, []])
def test_e108_a_report_of_another_level_than_its_source(level: object) -> None:
    """Levels of one source are never mixed."""
    assert ["E108"] == codes(paper(level=level))
    as_agency: dict[str, Any] = {"source": "agency", "registered": None} | figures(9, 5, 1)
    assert ["E108"] == codes(paper("kuzey", **as_agency))
    assert [] == codes(paper("kuzey", level="town", **as_agency))


@pytest.mark.parametrize("value", [COUNT_MAX + 1, 2**63, 10**40, 10**5000], ids=range(4))
def test_e109_a_count_beyond_what_a_unit_can_hold(value: int) -> None:
    """Larger is a mistake in the feed, however large."""
    assert ["E109"] == codes(paper(voters=value))
    assert "E109" not in codes(paper(voters=COUNT_MAX))
    assert ["E106"] == codes(paper(voters=-value))


@pytest.mark.parametrize("word", ["guess", "", 7, True, [], {}, ["first"]])
def test_e110_unknown_cause_or_state(word: object) -> None:
    """Causes are the law's, states the night's."""
    assert ["E110"] == codes(paper(cause=word))
    assert ["E110"] == codes(paper(state=word))
    assert ["E110", "E110"] == codes(paper(state=word, cause=word))
    assert [] == codes(paper(cause="recount", state="provisional"))


@pytest.mark.parametrize(
    "value", [0, -1, 1.0, 1.5, True, "1", REVISION_MAX + 1, 10**5000, [], {}], ids=range(10)
)
def test_e111_no_revision(value: object) -> None:
    """A whole number from 1; clocks in milliseconds fit."""
    assert ["E111"] == codes(paper(revision=value))
    assert [] == codes(paper(revision=REVISION_MAX)) == codes(paper(revision=1))


@pytest.mark.parametrize("nothing", EMPTY_HANDED)
def test_e112_a_choice_that_stands_here_has_no_count(nothing: object) -> None:
    """Absent is not zero; what else is wrong with the paper is said with it."""
    short = paper(votes={"ada": 60, "bora": 90, "cem": nothing})
    assert ["E112"] == codes(short)
    assert ["E112", "E201"] == codes(paper(voters=156, votes={"ada": 60, "bora": 90}))
    relaxed = night(checks='E112 = { level = "W" }')
    assert not check(short, relaxed).refused


def test_e201_valid_and_invalid_are_the_voters() -> None:
    """One vote either way is a finding."""
    assert [["E201"], [], ["E201"]] == [codes(paper(invalid=invalid)) for invalid in (4, 5, 6)]


def test_e202_the_choices_are_fewer_than_the_valid_votes() -> None:
    """A feed that drops choices; a night may relax it."""
    few = paper(votes={"ada": 60, "bora": 50, "cem": 39})
    assert ["E202"] == codes(few)
    assert not check(few, night(checks='E202 = { level = "W" }')).refused
    assert [] == codes(paper(votes={"ada": 60, "bora": 50, "cem": 40}))


def test_e203_more_valid_votes_than_voters() -> None:
    """It never holds that valid + invalid are the voters then, so both are said."""
    assert ["E201", "E203", "W305"] == codes(paper(voters=149, invalid=0))
    assert "E203" not in codes(paper(voters=150, invalid=0))


def test_e204_more_votes_than_the_valid_papers_can_hold() -> None:
    """With one mark a paper the sum is the bound."""
    assert ["E204"] == codes(paper(votes={"ada": 60, "bora": 50, "cem": 41}))


@pytest.mark.parametrize(
    ("votes", "found"),
    [((140, 140, 20), []), ((140, 140, 21), ["E204"]), ((151, 0, 0), ["E204"]), ((75, 75, 0), [])],
)
def test_e204_where_a_voter_may_mark_several(votes: tuple[int, int, int], found: list[str]) -> None:
    """Two marks a paper: twice the valid votes in all, and for one choice never more than those."""
    named = dict(zip(("d1", "d2", "d3"), votes, strict=True))
    assert found == [code for code in codes(paper(contest="assembly", votes=named)) if code != "W306"]


def test_w301_more_voters_than_registered() -> None:
    """Officials vote where they serve: it counts and is said."""
    over = check(paper("k2-1", **figures(41, 30, 30)), night())
    assert (["W301"], False, False) == (
        [finding.code for finding in over.findings], over.refused, over.quarantined
    )  # fmt: skip
    assert [] == codes(paper("k2-1", **figures(40, 30, 30)))


def test_q302_more_voters_than_the_law_allows() -> None:
    """The register and the slack; the bound of what is still out rests on it."""
    assert ["W301"] == codes(paper("k2-1", **figures(50, 30, 20 + SLACK)))
    assert ["Q302", "W301"] == codes(paper("k2-1", **figures(50, 30, 21 + SLACK)))


def test_q302_a_box_without_a_register_has_a_limit_of_its_own() -> None:
    """An empty register is not a register of nobody."""
    full = figures(NO_REGISTER_MAX - 20, 10, 10)
    more = figures(NO_REGISTER_MAX - 20, 10, 11)
    assert [[], ["Q302"]] == [codes(paper("k2-2", registered=None, **said)) for said in (full, more)]
    nobody = paper("g2-1", **figures(5, 6, None))
    assert ["Q302", "W301"] == codes(nobody)


def test_q302_looks_at_valid_votes_too_where_a_night_relaxes_e203() -> None:
    """A paper with more valid votes than voters must not slip past the bound."""
    relaxed = night(checks='E203 = { level = "W" }\nE201 = { level = "off" }')
    odd = paper("k2-1", **figures(50, 40, 21) | {"voters": 90})
    assert ["E203", "Q302"] == codes(odd, relaxed)


@pytest.mark.parametrize(
    ("invalid", "found"), [(9, []), (10, ["W303"]), (19, ["W303"]), (20, ["Q304", "W303"])]
)
def test_w303_q304_many_invalid_votes(invalid: int, found: list[str]) -> None:
    """Of a hundred voters ten are said, twenty wait for a person."""
    many = 100 - invalid
    assert found == codes(paper("k2-1", **figures(many - 20, 10, 10, invalid=invalid)))


def test_w303_nobody_voted() -> None:
    """0 of 0 is no share."""
    assert ["Q307", "Q307", "W305"] == codes(paper("k2-1", **figures(0, 0, 0)))


def test_w305_low_turnout() -> None:
    """Half is usual, one fewer is said; a register of nobody has no turnout."""
    assert [] == codes(paper("k2-1", **figures(20, 20, 10)))
    assert ["W305"] == codes(paper("k2-1", **figures(20, 20, 9)))
    assert "W305" not in codes(paper("g2-1", **figures(1, 1, None)))


@pytest.mark.parametrize(
    ("votes", "found"),
    [
        ((19, 1, 0), []),
        ((20, 1, 0), ["W306"]),
        ((94, 5, 1), []),
        ((95, 4, 1), ["W306"]),
        ((4, 95, 1), ["W306"]),
    ],
)
def test_w306_one_choice_has_nearly_all(votes: tuple[int, int, int], found: list[str]) -> None:
    """95 percent of more than 20 votes, whoever has them."""
    assert found == [code for code in codes(paper("k2-1", **figures(*votes))) if code != "W305"]


def test_q307_a_main_choice_without_a_vote() -> None:
    """Where it stands; one vote is enough, and a choice that is not main may have none."""
    assert ["Q307"] == codes(paper("k2-1", **figures(60, 0, 30)))
    assert [] == codes(paper("k2-1", **figures(60, 10, 0)))
    assert ["W306"] == codes(paper("k2-1", **figures(60, 1, 0)))


def test_w309_the_margin_moved_against_the_parent_night() -> None:
    """By more than 150 votes; a box the parent night does not know is not compared."""
    rerun = night(parent=PARENT_VOTES)
    assert [] == codes(paper(**figures(220, 20, 20)), rerun)
    assert ["W309"] == codes(paper(**figures(220, 19, 21)), rerun)
    assert ["W309"] == codes(paper(**figures(20, 121, 20)), rerun)
    assert [] == codes(paper(**figures(20, 120, 20)), rerun)
    assert "W309" not in codes(paper("k1-2", **figures(190, 1, 9)), rerun)


def test_w310_another_register_than_ours() -> None:
    """The paper's own word on registered voters, one off."""
    assert [["W310"], [], ["W310"]] == [codes(paper(registered=many)) for many in (299, 300, 301)]


def test_q311_two_statements_with_one_revision() -> None:
    """Its finding is the same whichever of the two came first."""
    found = conflict(3)
    assert ("Q311", "Q", "revision") == (found.code, found.level, found.field)
    assert "revision 3" in found.message


def test_a_paper_nobody_could_read_is_refused() -> None:
    """Even without a finding."""
    assert Paper(None, ()).refused


def test_every_code_keeps_its_letter_as_its_default_level() -> None:
    """What a night says nothing about is as the table says."""
    assert {code: code[0] for code in CHECKS} == {code: rule.level for code, rule in default_rules().items()}
    assert CheckRule("W", {"at_least_pct": 10}) == default_rules()["W303"]


def test_the_main_pair_needs_just_two() -> None:
    """A contest with none or three main choices has no pair to compare."""
    assert (0, 1) == main_pair(contest_of())
    assert main_pair(contest_of("assembly")) is None


def test_the_most_voters_a_box_may_have() -> None:
    """Register and slack, or the limit of a box without one."""
    assert [310, 10, NO_REGISTER_MAX] == [voters_max(night(), known) for known in (300, 0, None)]
