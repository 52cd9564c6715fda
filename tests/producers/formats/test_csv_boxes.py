"""Plain CSV, one row a box: right rows become reports, wrong ones a place and a reason."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import Night
from election.report import BoxReport, Cause
from producers.formats.csv_boxes import parse
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal
from tests.producers import tiny

NIGHT = tiny.night()
MAYOR = tiny.night(tiny.ONE_CONTEST)
HEADER = "contest,source,box,revision,registered,voters,valid,invalid,ada,bulut,yes,no,cause,state,heard_at"
ROW = "mayor,council,n-1,2,300,200,190,10,100,90,,,recount,counted,2024-10-06T18:30:00+03:00"


def read(text: str, night: Night = NIGHT, source: str | None = None) -> list[Heard]:
    """What the format makes of this text."""
    return list(parse(tiny.document(text, source), night))


def report(text: str, night: Night = NIGHT, source: str | None = None) -> BoxReport:
    """The one report in this text."""
    (found,) = read(text, night, source)
    assert isinstance(found, BoxReport), found
    return found


def refusal(text: str, night: Night = NIGHT) -> Refusal:
    """The one refusal in this text."""
    (found,) = read(text, night)
    assert isinstance(found, Refusal), found
    return found


def test_a_whole_row_is_a_whole_report() -> None:
    """Every column arrives in its field; an empty cell of a choice is absent, not zero."""
    expected = BoxReport(
        "mayor", "council", "n-1", 2, Cause.RECOUNT, "counted", 300, 200, 190, 10,  # type: ignore[arg-type] # ids
        {"ada": 100, "bulut": 90}, None, datetime(2024, 10, 6, 15, 30, tzinfo=UTC),  # type: ignore[dict-item]
    )  # fmt: skip
    assert expected == report(f"{HEADER}\n{ROW}")


def test_a_table_of_the_fewest_columns_is_enough() -> None:
    """The rest has defaults: the only contest, its source, no revision, the register, voters less valid."""
    found = report("box,voters,valid,ada,bulut\nn-1,200,190,100,90", MAYOR)
    assert ("mayor", "council", UNNUMBERED, Cause.FIRST) == (
        found.contest,
        found.source,
        found.revision,
        found.cause,
    )
    assert (300, 10, tiny.HEARD_AT) == (found.registered, found.invalid, found.heard_at)


def test_the_source_of_the_feed_stands_for_rows_that_do_not_say_theirs() -> None:
    """A row's own word counts before the feed's."""
    table = "source,box,voters,valid,ada\n,south,20,19,19\ncouncil,s-1,20,19,19"
    found = read(table, MAYOR, "agency")
    assert ["agency", "council"] == [one.source for one in found if isinstance(one, BoxReport)]


def test_a_choice_that_is_not_on_the_paper_is_absent() -> None:
    """An empty cell is not a zero."""
    assert {"ada": 0} == report("box,voters,valid,ada,bulut\ns-1,0,0,0,", MAYOR).votes


def test_a_paper_that_is_withdrawn_or_sealed_needs_no_figures() -> None:
    """Its figures may be empty; empty is never a zero."""
    withdrawn = report("box,voters,valid,ada,cause\nn-1,,,,withdrawn", MAYOR)
    assert (Cause.WITHDRAWN, None, None) == (withdrawn.cause, withdrawn.voters, withdrawn.invalid)
    assert "sealed" == report("box,voters,valid,ada,state\nn-1,,,,sealed", MAYOR).state


def test_an_area_that_reports_says_how_many_boxes_it_claims() -> None:
    """For a source that reports areas the box column holds the area, and boxes is its own claim."""
    found = report("box,voters,valid,ada,boxes\nsouth,20,19,19,2", MAYOR, "agency")
    assert ("south", 2, None) == (found.unit, found.claimed_boxes, found.registered)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("contest", "sheriff", "E101"),
        ("source", "rumour", "E102"),
        ("box", "n-99", "E103"),
        ("box", "", "E103"),
        ("yes", "3", "E104"),
        ("voters", "", "E105"),
        ("valid", "-1", "E106"),
        ("voters", "12.5", "E107"),
        ("voters", "1,000", "F002"),
        ("voters", "1 000", "E107"),
        ("voters", "٢٠٠", "E107"),
        ("voters", "2_00", "E107"),
        ("voters", "+200", "E107"),
        ("voters", "1e3", "E107"),
        ("ada", "sealed", "E107"),
        ("voters", "99999999999", "E109"),
        ("voters", "9" * 5000, "E109"),
        ("cause", "guess", "E110"),
        ("state", "burnt", "E110"),
        ("revision", "0", "E111"),
        ("heard_at", "yesterday", "R009"),
        ("heard_at", "2024-10-06T18:30:00", "R009"),
        ("heard_at", "0001-01-01T00:00:00+14:00", "R009"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line_and_column(column: str, value: str, code: str) -> None:
    """The code is the one the checks use; the message shows the value."""
    cells = ROW.split(",")
    cells[HEADER.split(",").index(column)] = value
    found = refusal(f"{HEADER}\n{','.join(cells)}")
    where = "" if code == "F002" else column
    assert (code, "feed.csv", 2, where) == (found.code, found.file, found.line, found.column)


def test_more_valid_votes_than_voters_are_refused_where_invalid_is_computed() -> None:
    """Without a column of invalid votes there would be a negative count."""
    assert "E203" == refusal("box,voters,valid,ada\nn-1,10,11,11", MAYOR).code


def test_a_refusal_reads_like_an_editor_wants_it() -> None:
    """file:line: code column: sentence."""
    text = str(refusal("box,voters,valid,ada\nn-1,x,1,1", MAYOR))
    assert "feed.csv:2: E107 voters: 'x' is no whole number." == text


def test_the_rest_goes_on_after_a_bad_row() -> None:
    """Empty lines are nothing; line numbers stay those of the file."""
    found = read("box,voters,valid,ada\nn-1,10,9,9\n\nnowhere,1,1,1\nn-2,10,9,9", MAYOR)
    assert [BoxReport, Refusal, BoxReport] == [type(one) for one in found]
    assert 4 == found[1].line  # type: ignore[union-attr] # the refusal between two reports


def test_a_quotation_mark_that_is_never_closed_is_one_refusal_and_not_a_hang() -> None:
    """What follows is swallowed by the mark, and said: of no box, so that nothing is withdrawn."""
    for text in ('"n-1,10,9,9,\nn-2,10,9,9,', 'n-1,10,9,9,"counted\nn-2,10,9,9,counted\n'):
        found = refusal(f"box,voters,valid,ada,state\n{text}", MAYOR)
        assert ("F001", None) == (found.code, found.unit)


def test_a_quote_that_is_astray_joins_no_boxes() -> None:
    """The first would have the figures of the second, and the second none."""
    text = 'box,state,voters,valid,ada\nn-1,"counted,10,9,9\nn-2,"counted" x,8,7,7\nn-1,counted,6,5,5\n'
    wrong, right = read(text, MAYOR)
    assert isinstance(wrong, Refusal)
    assert isinstance(right, BoxReport)
    assert ("F001", None, 6) == (wrong.code, wrong.unit, right.voters)


def test_what_is_not_utf_8_is_refused_in_its_row() -> None:
    """Latin-1 letters in one row do not stop the others."""
    lines = [b"box,voters,valid,ada\n", b"\xe7-1,10,9,9\n", b"n-1,10,9,9\n"]
    found = list(parse(Document("feed.csv", lines, tiny.HEARD_AT), MAYOR))
    assert [Refusal, BoxReport] == [type(one) for one in found]


def test_a_mark_before_the_first_name_is_not_part_of_it() -> None:
    """Excel writes a byte order mark."""
    assert "n-1" == report("\ufeffbox,voters,valid,ada\nn-1,10,9,9", MAYOR).unit


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "1: The file is empty, or its first line is"),
        ("\ufeff", "1: The file is empty, or its first line is"),
        ("a,b", "no column box, voters, valid; it begins 'a,b'"),
        ("<!doctype html>", "doctype"),
        ("box,voters,ada", "no column valid"),
        ("box,voters,valid,adda", "Did you mean ada?"),
        ("box,voters,valid,ada,ada", "twice"),
        ("box,voters,valid", "No column is a choice"),
        ("box,voters,valid,ada,yes", "several contests"),
    ],
)
def test_a_header_that_does_not_fit_stops_the_feed(header: str, says: str) -> None:
    """Nothing is guessed from a table that is another one."""
    with pytest.raises(FeedError) as caught:
        read(f"{header}\nn-1,1,1,1,1")
    assert says in str(caught.value)
    assert "feed.csv:1:" in str(caught.value)


def test_a_source_the_night_has_not_stops_the_feed() -> None:
    """The error lists the night's sources."""
    with pytest.raises(FeedError, match="council, agency"):
        read("box,voters,valid,ada\nn-1,1,1,1", MAYOR, "rumour")


@given(st.binary(max_size=400))
def test_no_bytes_are_a_traceback_or_a_silent_zero(noise: bytes) -> None:
    """Whatever the bytes: a refusal, a header error, or a report of what stands there."""
    lines = [b"box,voters,valid,invalid,ada\n", *noise.splitlines(keepends=True)]
    for one in parse(Document("feed.csv", lines, tiny.HEARD_AT), MAYOR):
        assert isinstance(one, BoxReport | Refusal)
        if isinstance(one, BoxReport):
            assert str(one.voters).encode() in noise


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_no_header_is_a_traceback(names: list[str]) -> None:
    """A header either fits or is an error of the feed."""
    lines = [",".join(names).encode("utf-8", "replace") + b"\n", b"n-1,1,1,1\n"]
    with contextlib.suppress(FeedError):
        list(parse(Document("feed.csv", lines, tiny.HEARD_AT), NIGHT))
