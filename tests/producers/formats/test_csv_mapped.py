"""Any table by its mapping: the same reports whatever its shape, each mistake with file, line and column."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.report import BoxReport
from producers.formats import csv_boxes, csv_mapped
from producers.formats.document import FeedError, Refusal, Seen
from tests.producers import tiny
from tests.producers.formats.tables import (
    CHOICES,
    COLUMNS,
    MAYOR,
    NIGHT,
    WIDE,
    document,
    read,
    refusal,
    report,
    seen,
)

HEADER = "box;voters;valid;Ada;Bulut\n"
LONG = COLUMNS + 'choice = "who"\nvotes = "votes"\n' + CHOICES


def test_a_row_is_a_report_of_the_night() -> None:
    """Without a revision it has none; the register is the night's."""
    found = report(HEADER + "n-1;200;190;100;90")
    assert ("mayor", "council", "n-1", 0, 300, 200, 190, 10) == (
        found.contest, found.source, found.unit, found.revision, found.registered, found.voters, found.valid,
        found.invalid,
    )  # fmt: skip
    assert ({"ada": 100, "bulut": 90}, tiny.HEARD_AT) == (found.votes, found.heard_at)


def test_the_format_csv_reads_it_where_there_is_a_mapping() -> None:
    """One word for people."""
    feed = document(HEADER + "n-1;200;190;100;90")
    assert list(csv_mapped.parse(feed, MAYOR)) == list(csv_boxes.parse(feed, MAYOR))


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("n-9;200;190;100;90", "E103", "box"),
        (";200;190;100;90", "E103", "box"),
        ("n-1;;190;100;90", "E105", "voters"),
        ("n-1;200;;100;90", "E105", "valid"),
        ("n-1;-2;190;100;90", "E106", "voters"),
        ("n-1;200;190;100;1.234", "E107", "Bulut"),
        ("n-1;200;190;100;-", "E107", "Bulut"),
        ("n-1;200;99999999999;100;90", "E109", "valid"),
        ("n-1;200;201;100;90", "E203", "valid"),
        ("n-1;200;190;100", "F002", ""),
        ("n-1;200;190;100;90;1", "F002", ""),
    ],
)
def test_a_bad_row_is_refused_with_the_columns_own_name_and_the_rest_goes_on(
    row: str, code: str, column: str
) -> None:
    """Whose paper it is stands in the refusal, wherever it could be read."""
    refused, other = read(f"{HEADER}{row}\nn-2;20;19;10;9\n")
    assert isinstance(refused, Refusal)
    assert isinstance(other, BoxReport)
    assert (code, "feed.csv", 2, column) == (refused.code, refused.file, refused.line, refused.column)
    assert (None if code in ("E103", "F002") else ("mayor", "n-1")) == refused.unit


def test_the_same_box_twice_is_refused_with_both_lines() -> None:
    """Nobody says which is the newer one; with revisions it is one box twice."""
    first, second = read(HEADER + "n-1;200;190;100;90\nn-1;201;190;100;90")
    assert isinstance(first, BoxReport)
    assert "feed.csv:3: F004 box: n-1 stands in line 2 already" in str(second)
    text = WIDE.replace('"valid"', '"valid"\nrevision = "rev"', 1)
    rows = "box;voters;valid;Ada;Bulut;rev\nn-1;200;190;100;90;1\nn-1;201;190;100;90;2"
    assert [1, 2] == [one.revision for one in read(rows, text) if isinstance(one, BoxReport)]


def test_in_a_stream_without_an_end_a_later_row_is_the_newer_word() -> None:
    """As a tail of a file has them."""
    feed = replace(document(HEADER + "n-1;200;190;100;90\nn-1;201;190;100;90"), endless=True)
    assert [200, 201] == [one.voters for one in csv_mapped.parse(feed, MAYOR) if isinstance(one, BoxReport)]


def test_half_a_file_is_told() -> None:
    """A last row that is cut, or one that must be the last and is not there."""
    assert "ends in the middle" in str(refusal(HEADER + "n-1;200;1"))
    assert "ends in the middle" not in str(refusal(HEADER + "n-1;200;1\n"))
    text = WIDE + '[[file.skip]]\ncolumn = "box"\nmarks = "TOTAL"\nlast = true\n'
    rows = HEADER + "n-1;200;190;100;90\n"
    assert 200 == report(rows + "TOTAL;200;190;100;90\n;;;;\n", text).voters
    found = csv_mapped.parse(document(rows, text), MAYOR)
    assert isinstance(next(found), BoxReport)
    with pytest.raises(FeedError, match=r"feed.csv:2: .* half a file"):
        next(found)


def test_totals_and_footers_are_passed_over_by_what_stands_in_a_column() -> None:
    """By a mark, a blank, or how they begin."""
    text = WIDE + '[[file.skip]]\ncolumn = "box"\nmarks = ["TOTAL", ""]\nbegins = "Source:"\n'
    table = HEADER + "TOTAL;1;1;1;1\n;1;1;1;1\nn-1;200;190;100;90\nSource: the council\n"
    assert "n-1" == report(table, text).unit


def test_a_box_not_heard_yet_is_no_report_where_the_mapping_says_so() -> None:
    """Otherwise its blanks are refused."""
    table = HEADER + "n-1;;;;\nn-2;20;19;10;9\n"
    refused = [one for one in read(table) if isinstance(one, Refusal)]
    assert ["E105"] == [one.code for one in refused]
    assert 'empty_rows = "skip"' in str(refused[0])
    assert "n-2" == report(table, WIDE + '[file]\nempty_rows = "skip"').unit
    assert 2 == len(seen(table))


def test_a_box_that_was_not_heard_yet_is_in_the_night_that_is_made_of_its_row() -> None:
    """Its register is known before it is heard, and is no figure of a paper."""
    table = "box;electors;voters;valid;Ada;Bulut\nn-1;400;;;;\nn-2;300;200;190;100;90\n"
    mapping = COLUMNS + 'registered = "electors"\n' + CHOICES + '[file]\nempty_rows = "skip"'
    assert "n-2" == report(table, mapping).unit
    assert [("n-1", 400, {}), ("n-2", 300, {"ada": 100, "bulut": 90})] == [
        (one.unit, one.registered, one.votes) for one in seen(table, mapping)
    ]


@pytest.mark.parametrize(
    ("text", "source", "says"),
    [
        (WIDE.replace("bulut", "cem"), None, "does not fit the table: E104 'Bulut'"),
        (WIDE, "rumour", "There is no source 'rumour'"),
        (WIDE, "agency", "reports by ward, a row of the mapping is a box"),
        ('[feed]\nlevel = "country"\n' + WIDE, None, "rows are countrys; this night has town, ward"),
        ('[fixed]\ncontest = "sheriff"\n' + WIDE, None, "E101 There is no contest 'sheriff'"),
    ],
)
def test_a_night_that_does_not_fit_the_feed_stops_it(text: str, source: str | None, says: str) -> None:
    """Before a single row is read."""
    if "cem" in text:
        text = text.replace('cem = "Bulut"', 'cem = { marks = "Bulut", name = "Cem" }')
        says = "does not fit the table: E104 'Cem'"
    with pytest.raises(FeedError) as caught:
        read(HEADER + "n-1;200;190;100;90", text, source=source)
    assert says in str(caught.value)


def test_a_login_page_with_status_200_is_no_table() -> None:
    """It is named, and nothing is counted."""
    with pytest.raises(FeedError, match=r"HTML.*login"):
        read("<!DOCTYPE html>\n<html><head><title>Sign in</title>\n")


def test_sums_of_areas_keep_what_the_feed_claims() -> None:
    """A candidate's columns may change their places from file to file."""
    text = """[feed]
level = "ward"
[columns]
unit = "ilce"
valid = "gecerli"
voters = "kullanan"
boxes = "sandik"
pairs = true
choice = "Aday *"
votes = "Oy *"
[areas]
north = "KUZEY İLÇESİ"
"""
    for order in ("Aday 1;Oy 1;Aday 2;Oy 2", "Oy 1;Aday 1;Aday 2;Oy 2"):
        names = {"Aday 1": "Bulut", "Oy 1": "900", "Aday 2": "Ada", "Oy 2": "850"}
        row = ";".join(names[one] for one in order.split(";"))
        table = f"ilce;{order};gecerli;kullanan;sandik\nKUZEY İLÇESİ;{row};1750;1800;7\n"
        found = report(table, text, source="agency")
        assert ("north", 7, None, {"bulut": 900, "ada": 850}) == (
            found.unit, found.claimed_boxes, found.registered, found.votes,
        )  # fmt: skip


def test_a_feed_of_areas_says_their_names() -> None:
    """For a new night."""
    text = '[feed]\nlevel = "ward"\n' + WIDE
    (found,) = seen(HEADER + "Kuzey İlçesi;200;190;100;90", text)
    assert isinstance(found, Seen)
    assert ("kuzey-ilcesi", "Kuzey İlçesi") == (found.unit, found.unit_name)


BESIDE = """[columns]
unit = "box"
voters = "voters"
[contests.mayor]
columns.valid = "m valid"
choices.ada = "Ada"
choices.bulut = "Bulut"
[contests.bridge]
columns.valid = "b valid"
choices.yes = "Yes"
choices.no = "No"
"""


def test_contests_side_by_side_are_a_report_each() -> None:
    """A bad cell of one does not touch the other."""
    header = "box;voters;m valid;Ada;Bulut;b valid;Yes;No\n"
    mayor, bridge = read(header + "n-1;200;190;100;90;180;80;100", BESIDE, NIGHT)
    assert isinstance(mayor, BoxReport)
    assert isinstance(bridge, BoxReport)
    assert (("mayor", 190), ("bridge", 180)) == ((mayor.contest, mayor.valid), (bridge.contest, bridge.valid))
    mayor, bridge = read(header + "n-1;200;190;x;90;180;80;100", BESIDE, NIGHT)
    assert (Refusal, BoxReport) == (type(mayor), type(bridge))


def test_contests_by_a_column_are_told_apart_by_their_marks() -> None:
    """A choice of another contest in a row of this one is refused."""
    text = LONG.replace('"valid"', '"valid"\ncontest = "c"', 1) + '[contests]\nbridge = "Köprü"\n'
    table = (
        "c;box;voters;valid;who;votes\nKöprü;n-1;20;19;Yes;10\nKöprü;n-1;20;19;No;9\nmayor;n-1;20;19;Ada;19\n"
    )
    bridge, mayor = read(table, text, NIGHT)
    assert isinstance(bridge, BoxReport)
    assert isinstance(mayor, BoxReport)
    assert ({"yes": 10, "no": 9}, {"ada": 19}) == (bridge.votes, mayor.votes)
    assert "E104" == refusal("c;box;voters;valid;who;votes\nmayor;n-1;20;19;Yes;10\n", text, NIGHT).code
    assert "E101" == refusal("c;box;voters;valid;who;votes\nsheriff;n-1;20;19;Yes;10\n", text, NIGHT).code


def test_rows_of_a_box_follow_one_another_or_the_mapping_says_that_they_do_not() -> None:
    """Otherwise the second part of it would be a second paper."""
    table = "box;voters;valid;who;votes\nn-1;9;9;Ada;5\nn-2;9;9;Ada;9\nn-1;9;9;Bulut;4\n"
    refused = [one for one in read(table, LONG) if isinstance(one, Refusal)]
    assert ["F004"] == [one.code for one in refused]
    assert "sorted = false" in str(refused[0])
    found = read(table, LONG + "[file]\nsorted = false\n")
    assert [{"ada": 5, "bulut": 4}, {"ada": 9}] == [one.votes for one in found if isinstance(one, BoxReport)]


def test_an_unread_row_of_an_unsorted_table_stops_it() -> None:
    """It could be of any box."""
    table = "box;voters;valid;who;votes\nn-1;9;9;Ada;9\nn-2;9;9\n"
    with pytest.raises(FeedError, match="no box of this table is whole"):
        read(table, LONG + "[file]\nsorted = false\n")


def test_limits_stop_what_is_no_table_of_a_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(csv_mapped, "BOXES_MAX", 2)
    monkeypatch.setattr(csv_mapped, "HELD_MAX", 2)
    rows = "".join(f"{box};9;9;9;\n" for box in range(5))
    with pytest.raises(FeedError, match="More than 2 boxes in one table"):
        seen(HEADER + rows)
    rows = "".join(f"{box};9;9;Ada;9\n" for box in range(5))
    with pytest.raises(FeedError, match="More than 2 boxes whose rows"):
        seen("box;voters;valid;who;votes\n" + rows, LONG + "[file]\nsorted = false\n")


COUNT = st.integers(0, 4_000_000)
PAPERS = st.lists(
    st.tuples(COUNT | st.none(), COUNT | st.none(), st.integers(0, 50)).filter(
        lambda row: row[:2] != (None, None)
    ),
    min_size=1,
    max_size=4,
)
BOXES = ("n-1", "n-2", "s-1", "s-2")


def _written(count: int | None, thousands: str, decimal: str, absent: str) -> str:
    if count is None:
        return absent
    return f"{count:,}".replace(",", thousands) + (f"{decimal}00" if decimal else "")


Pairs = list[tuple[str, str]]


def _laid(shape: str, shared: list[list[str]], votes: list[Pairs]) -> tuple[list[str], str, list[list[str]]]:
    """The header, the mapping's columns and the rows of one shape."""
    head, rows = ["Sandık", "Oy kullanan", "Geçerli"], list[list[str]]()
    columns = 'unit = "Sandık"\nvoters = "Oy kullanan"\nvalid = "Geçerli"\n'
    if shape == "wide":
        head += ["Ada İ.", "Şule Ğ."]
        rows = [[*row, *(count for _, count in said)] for row, said in zip(shared, votes, strict=True)]
    elif shape == "pairs":
        head += ["Aday 1", "Oy 1", "Aday 2", "Oy 2"]
        columns += 'choice = "Aday *"\nvotes = "Oy *"\npairs = true\n'
        turned = [said[:: 1 if place % 2 else -1] for place, said in enumerate(votes)]
        rows = [
            [*row, *(cell for pair in said for cell in pair)]
            for row, said in zip(shared, turned, strict=True)
        ]
    else:
        head += ["Aday", "Oy"]
        columns += 'choice = "Aday"\nvotes = "Oy"\n'
        parts = [[[*row, *pair] for pair in said] for row, said in zip(shared, votes, strict=True)]
        rows = [row for part in (zip(*parts, strict=True) if shape == "unsorted" else parts) for row in part]
    return head, columns, rows


@given(
    papers=PAPERS,
    shape=st.sampled_from(["wide", "long", "pairs", "unsorted"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-9", "windows-1254"]),
    delimiter=st.sampled_from([";", "\t", "|", ","]),
    marks=st.sampled_from([("", ""), (".", ","), (",", "."), (" ", ""), ("'", ",")]),
    absent=st.sampled_from(["", "-", "yok"]),
    header_lines=st.sampled_from([1, 2]),
)
def test_a_table_in_any_shape_encoding_and_marks_reads_back_to_the_same_reports(
    papers: list[tuple[int | None, int | None, int]],
    shape: str,
    encoding: str,
    delimiter: str,
    marks: tuple[str, str],
    absent: str,
    header_lines: int,
) -> None:
    """Absent stays absent, and every vote is there."""

    def line(*cells: str) -> str:
        return delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in cells) + "\r\n"

    def written(count: int | None) -> str:
        return _written(count, *marks, absent)

    valids = [(ada or 0) + (bulut or 0) for ada, bulut, _ in papers]
    shared = [
        [box, written(valid + more), written(valid)]
        for box, valid, (_, _, more) in zip(BOXES, valids, papers, strict=False)
    ]
    votes = [[("Ada İ.", written(ada)), ("Şule Ğ.", written(bulut))] for ada, bulut, _ in papers]
    head, columns, rows = _laid(shape, shared, votes)
    text = (
        f"[columns]\n{columns}[choices]\nada = 'Ada İ.'\nbulut = 'Şule Ğ.'\n[numbers]\n"
        f'thousands = "{marks[0]}"\ndecimal = "{marks[1]}"\nabsent = ["-", "yok"]\n'
        f"[file]\nencoding = '{encoding.removesuffix('-sig')}'\nsorted = {str(shape != 'unsorted').lower()}\n"
        f"header_lines = {header_lines}\ndelimiter = '{'tab' if delimiter == chr(9) else delimiter}'\n"
    )
    above = line(*[""] * len(head)) if header_lines == 2 else ""
    found = read(above + line(*head) + "".join(line(*row) for row in rows), text, encoding=encoding)
    expected = [
        (
            box,
            valid + more,
            valid,
            more,
            {name: count for name, count in (("ada", ada), ("bulut", bulut)) if count is not None},
        )
        for box, valid, (ada, bulut, more) in zip(BOXES, valids, papers, strict=False)
    ]
    assert expected == [
        (one.unit, one.voters, one.valid, one.invalid, one.votes) if isinstance(one, BoxReport) else one
        for one in found
    ]


TEXTS = [WIDE, LONG, BESIDE, WIDE + '[numbers]\nthousands = "."\nabsent = "-"\n[states]\nsealed = "S"\n']
CELL = st.sampled_from(
    ["n-1", "n-2", "0", "7", "1.234", "-", "S", "", " ", "Ada", "x", "-3", "9" * 30, '"', "\ufeff"]
)


@given(st.sampled_from(TEXTS), st.lists(st.lists(CELL, max_size=9), max_size=9), st.booleans())
def test_no_table_is_a_traceback_or_a_silent_zero(text: str, rows: list[list[str]], header: bool) -> None:
    """A zero is in a report only where one stands in the table."""
    heads = {
        WIDE: HEADER,
        LONG: "box;voters;valid;who;votes\n",
        BESIDE: "box;voters;m valid;Ada;Bulut;b valid;Yes;No\n",
    }
    table = (heads.get(text, HEADER) if header else "") + "\n".join(";".join(row) for row in rows)
    cells = {cell.strip() for row in rows for cell in row}
    with contextlib.suppress(FeedError):
        for one in read(table, text, NIGHT if text == BESIDE else MAYOR):
            assert isinstance(one, BoxReport | Refusal)
            if isinstance(one, BoxReport) and 0 in one.votes.values():
                assert "0" in cells


@given(st.binary(max_size=300))
def test_no_bytes_are_a_traceback(noise: bytes) -> None:
    """Under a header that is right."""
    with contextlib.suppress(FeedError):
        for one in read(HEADER.encode() + noise):
            assert isinstance(one, BoxReport | Refusal)
