"""One statement against a night: what cannot be put into a report is refused, and nothing becomes a zero."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from election.night import SourceId
from election.report import BoxReport, Cause
from producers.formats.document import UNNUMBERED, Document, Refusal, Seen
from producers.formats.judging import choice_in, completed, contest_in, judged, listed
from producers.formats.shapes import Mapping
from tests.producers import tiny

NIGHT = tiny.night()
AT = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)
SEEN = Seen(
    7, "", "mayor", "Mayor", (), "n-1", "", UNNUMBERED, "first", "counted", None, 200, 190, 10,
    {"ada": 100, "bulut": 90}, {"ada": "Ada", "bulut": "Bulut"}, {}, None, AT,
)  # fmt: skip
PLAIN = Document("feed.csv", (), AT)


def judge(source: str | None = None, mapping: Mapping | None = None, **changed: Any) -> BoxReport | Refusal:
    """The whole statement with these fields changed, judged."""
    document = replace(PLAIN, source=None if source is None else SourceId(source), mapping=mapping)
    return judged(replace(SEEN, **changed), document, NIGHT)


def test_a_whole_statement_is_a_report() -> None:
    """Its source is the contest's published one; the register is the night's where the feed has none."""
    expected = BoxReport(
        "mayor", "council", "n-1", UNNUMBERED, Cause.FIRST, "counted", 300, 200, 190, 10,  # type: ignore[arg-type] # ids
        {"ada": 100, "bulut": 90}, None, AT,  # type: ignore[dict-item] # ids
    )  # fmt: skip
    assert expected == judge()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"contest": "sheriff"}, "E101"),
        ({"contest": ""}, "E101"),
        ({"source": "rumour"}, "E102"),
        ({"unit": "n-99"}, "E103"),
        ({"unit": "north", "source": "council"}, "E103"),
        ({"votes": {"cem": 3}}, "E104"),
        ({"valid": None, "invalid": None}, "E105"),
        ({"voters": None, "invalid": None}, "E105"),
        ({"votes": {"ada": -1}}, "E106"),
        ({"voters": -1}, "E106"),
        ({"registered": 2**31}, "E109"),
        ({"claimed_boxes": -1}, "E106"),
        ({"cause": "guess"}, "E110"),
        ({"state": "burnt"}, "E110"),
        ({"revision": -3}, "E111"),
        ({"revision": 2**53}, "E111"),
        ({"valid": 201, "invalid": None}, "E203"),
    ],
)
def test_what_cannot_be_a_report_is_refused_with_its_code(changed: dict[str, Any], code: str) -> None:
    """The line is the statement's own."""
    found = judge(**changed)
    assert isinstance(found, Refusal)
    assert (code, 7) == (found.code, found.line)
    whose = None if code in ("E101", "E102", "E103") else ("mayor", "n-1")
    assert whose == found.unit


def test_a_box_that_is_nearly_one_of_the_night_is_named() -> None:
    """The way out stands in the sentence."""
    assert "Did you mean n-1?" in str(judge(unit="n_1"))
    assert "There are: a, b." == listed("ab")


def test_names_of_the_night_are_understood() -> None:
    """A contest and a choice may be called by name."""
    found = judge(contest="a-bridge", votes={"y": 200}, choice_names={"y": "Yes"}, valid=200, invalid=0)
    assert isinstance(found, BoxReport)
    assert ("bridge", {"yes": 200}) == (found.contest, found.votes)
    assert "mayor" == contest_in(tiny.night(tiny.ONE_CONTEST), "").id
    assert "ada" == choice_in(NIGHT.contests["mayor"], "x", "Ada")  # type: ignore[index] # an id


def test_two_texts_for_one_choice_are_refused() -> None:
    """One of them would be lost."""
    found = judge(votes={"ada": 3, "x": 4}, choice_names={"x": "Ada"})
    assert isinstance(found, Refusal)
    assert "E104" == found.code


def test_a_paper_that_is_withdrawn_or_sealed_needs_no_figures() -> None:
    """Empty is not zero."""
    for changed in ({"cause": "withdrawn"}, {"state": "sealed"}):
        found = judge(voters=None, valid=None, invalid=None, votes={}, **changed)
        assert isinstance(found, BoxReport)
        assert (None, None, None, {}) == (found.voters, found.valid, found.invalid, found.votes)


@pytest.mark.parametrize(
    ("voters", "valid", "invalid", "mapping", "expected"),
    [
        (200, 190, None, None, (200, 190, 10)),
        (200, None, 10, None, (200, 190, 10)),
        (None, 190, 10, None, (200, 190, 10)),
        (None, 190, None, None, (None, 190, None)),
        (None, 190, None, Mapping("m", voters_are_valid=True), (190, 190, 0)),
        (200, None, None, Mapping("m", valid_is_sum=True), (200, 190, 10)),
        (None, None, None, Mapping("m", valid_is_sum=True, voters_are_valid=True), (190, 190, 0)),
        (None, None, None, None, (None, None, None)),
        (200, 190, 3, Mapping("m", valid_is_sum=True, voters_are_valid=True), (200, 190, 3)),
    ],
)
def test_the_third_of_voters_valid_and_invalid_follows_from_two(
    voters: int | None,
    valid: int | None,
    invalid: int | None,
    mapping: Mapping | None,
    expected: tuple[int | None, int | None, int | None],
) -> None:
    """What the mapping does not say is not assumed."""
    found = completed(replace(SEEN, voters=voters, valid=valid, invalid=invalid), mapping)
    assert expected == (found.voters, found.valid, found.invalid)


def test_no_votes_are_no_sum() -> None:
    """A paper without a single choice has no valid votes to add up."""
    found = completed(replace(SEEN, votes={}, valid=None, invalid=None), Mapping("m", valid_is_sum=True))
    assert found.valid is None
