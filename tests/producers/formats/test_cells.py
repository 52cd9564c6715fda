"""Bytes as rows: encodings, line ends, Excel's own lines, headings; a wrong byte is never replaced."""

import csv
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.formats.cells import Lines, Table
from producers.formats.document import Document, FeedError
from producers.formats.shapes import FileShape
from tests.producers import tiny

PLAIN = FileShape()


def table(content: bytes, shape: FileShape = PLAIN, size: int = 0) -> Table:
    """The table in these bytes, which come line by line, or in pieces of a size."""
    if size:
        pieces = [content[at : at + size] for at in range(0, len(content), size)]
    else:
        pieces = content.splitlines(keepends=True)
    return Table(Document("feed.csv", pieces, tiny.HEARD_AT), shape)


def rows(content: bytes, shape: FileShape = PLAIN, size: int = 0) -> list[list[str] | csv.Error]:
    """Its headings and rows."""
    found = table(content, shape, size)
    return [found.headings, *found.rows()]


ROWS = [["İlçe", "Sandık"], ["Çatalca", "1"], ['Üsküdar, "ü"', "2"]]
TEXT = 'İlçe;Sandık\r\nÇatalca;1\r\n"Üsküdar, ""ü""";2\r\n'


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-8-sig", "utf-8"),
        ("utf-16", ""),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("iso-8859-9", "iso-8859-9"),
        ("windows-1254", "windows-1254"),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 7, 1000])
def test_a_table_reads_the_same_in_every_encoding_and_in_any_pieces(
    encoding: str, says: str, size: int
) -> None:
    """By the mapping's word, or by the file's own mark."""
    assert rows(TEXT.encode(encoding), FileShape(encoding=says), size) == ROWS


@pytest.mark.parametrize(
    ("content", "says", "where", "what"),
    [
        (TEXT.encode("iso-8859-9"), "", "feed.csv:1:", "Column 1 of the line: byte 0xdd is not utf-8"),
        (b"a;b\n1;2\n33;\xe7\n", "", "feed.csv:3:", "Column 4 of the line: byte 0xe7"),
        (TEXT.encode(), "iso-8859-9", "feed.csv:1:", "this is UTF-8, and the mapping says iso8859-9"),
        (b"a;b\n1;\xc3\xa7\n", "latin-1", "feed.csv:2:", "Column 3 of the line: this is UTF-8"),
        (TEXT.encode("utf-8-sig"), "cp1252", "feed.csv:1:", "begins with the mark of utf-8"),
        (TEXT.encode("utf-16"), "utf-8", "feed.csv:1:", "begins with the mark of utf-16"),
        (TEXT.encode("utf-16")[:-1], "", "feed.csv:3:", "not utf-16"),
        (b"a\x81;b\n", "cp1252", "feed.csv:1:", "Column 2 of the line: byte 0x81 is not cp1252"),
    ],
)
def test_a_byte_of_another_encoding_stops_the_feed_with_its_place(
    content: bytes, says: str, where: str, what: str
) -> None:
    """Nothing is replaced: a wrong name would be a wrong box."""
    for size in (0, 5):
        with pytest.raises(FeedError) as caught:
            rows(content, FileShape(encoding=says), size)
        assert str(caught.value).startswith(where)
        assert what in str(caught.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_line_ends_and_delimiters_are_found(end: str, delimiter: str) -> None:
    """Those of old Macs too; the delimiter is the one the header has most of."""
    text = end.join([delimiter.join(("a, x", "b")), f"1{delimiter}2", ""]).replace("a, x", '"a, x"')
    assert [["a, x", "b"], ["1", "2"]] == rows(text.encode(), size=3) == rows(text.encode())


def test_excels_own_line_says_the_delimiter() -> None:
    """And is no heading; the lines are counted with it."""
    found = table(b"sep=;\r\na,b;c\r\n1;2\r\n")
    assert ["a,b", "c"] == found.headings
    assert [["1", "2"]] == list(found.rows())
    assert (2, 3) == (found.header_line, found.line)


def test_lines_above_the_header_are_passed_over() -> None:
    """As titles are."""
    found = table(b"Results\n\nbox;votes\n1;2\n", FileShape(skip_lines=2))
    assert (["box", "votes"], 3) == (found.headings, found.header_line)


def test_several_header_lines_are_joined_and_merged_cells_count_for_each() -> None:
    """A cell over two columns is written once."""
    shape = FileShape(header_lines=2)
    assert ["Box", "Votes Ada", "Votes Bulut"] == rows(b"Box;Votes;\n;Ada;Bulut\n", shape)[0]
    assert ["Box", "Votes / Ada", "Bulut"] == rows(
        b"Box;Votes;\n;Ada;Bulut\n", FileShape(header_lines=2, header_join=" / ", header_fill=False)
    )[0]


def test_a_table_without_a_header_has_numbers_for_headings() -> None:
    """Its first line is a row."""
    assert [["1", "2"], ["n-1", "3"], ["n-2", "4"]] == rows(b"n-1;3\nn-2;4\n", FileShape(header_lines=0))


def test_headings_that_repeat_are_numbered_and_those_without_a_text_called_by_place() -> None:
    """Blanks at the end are no columns."""
    assert ["a", "a#2", "#3", "b c"] == rows(b"a;a;;b  c;;\n")[0]


def test_no_two_headings_are_the_same() -> None:
    """Also where one is written as another is numbered: the second would be lost."""
    assert ["a", "a#2", "a#2#2", "#5", "#5#2"] == rows(b"a;a;a#2;#5;;b\n")[0][:5]


def test_blank_cells_beyond_the_header_and_blank_lines_are_nothing() -> None:
    """Excel writes both; a text there is a cell too many."""
    assert [["a", "b"], ["1", "2"], ["1", "2", "", "x"]] == rows(b"a;b\n1;2;;\n;;\n\n1;2;;x\n")


def test_the_line_of_a_row_is_the_one_it_ends_in() -> None:
    """A text in quotes may stand on several lines."""
    found = table(b'a;b\n"x\ny";2\n1;2\n')
    assert [3, 4] == [found.line for _ in found.rows()]


def test_a_last_line_without_an_end_is_told() -> None:
    """It may be cut off."""
    found = table(b"a;b\n1;2\n1")
    cut = [found.lines.cut for _ in found.rows()]
    assert [False, True] == cut


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><title>Log in</title>", "login"),
        (b"PK\x03\x04\x14\0", "zip"),
        (b'{"a": 1}', "JSON"),
        ("a;b\n1;2\n".encode("utf-16-le"), "UTF-16"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, says: str) -> None:
    """Where its header does not fit."""
    try:
        found = table(content).instead("a table")
    except FeedError as error:
        found = str(error)
    assert says in found


def test_a_quotation_mark_that_is_never_closed_ends() -> None:
    """What follows is in it, up to the limit of a cell; and the feed goes on or ends."""
    content = b'a;b\n"1;2\n' + b"3;4\n" * 100_000
    found = rows(content)
    assert any(isinstance(one, csv.Error) for one in found[1:])


@pytest.mark.parametrize(
    "content",
    [
        b'a;b\n1;"x\n2;"y" z\n3;4\n',  # closed within another cell: 2's word would be 1's
        b'a;b\n1;"x\n3;4\n5;6\n',  # never closed: the rest of the file would be in it
        b'a;b\n1;2\n"3;4\n"5;6\n7;"8"\n',
    ],
)
def test_a_quote_that_is_astray_joins_no_rows(content: bytes) -> None:
    """What hangs together by it is no row, and it is said which lines that are and how to read them."""
    found = rows(content)
    (wrong,) = [one for one in found if isinstance(one, csv.Error)]
    assert "hang together by a quote" in str(wrong)
    assert '[file] quote = ""' in str(wrong)
    assert all(len(one) == 2 and "\n" not in "".join(one) for one in found if isinstance(one, list))
    assert not any(isinstance(one, csv.Error) for one in rows(content, FileShape(quote="")))


def test_a_quote_within_one_line_is_read_as_it_was_meant() -> None:
    """Names with quotes of their own joined nothing."""
    content = 'a;b\n"Atatürk" İlkokulu;1\nthe "old";2\n"so ""it"" is";3\n'.encode()
    assert [["a", "b"], ["Atatürk İlkokulu", "1"], ['the "old"', "2"], ['so "it" is', "3"]] == rows(content)


def test_a_header_that_a_quote_joins_to_its_rows_stops_the_feed() -> None:
    """One that stands on two lines by quotes that are closed is a header."""
    assert [["box number", "b"], ["1", "2"]] == rows(b'"box\nnumber";b\n1;2\n', FileShape(delimiter=";"))
    with pytest.raises(FeedError, match="lines 1 to 3 hang together by a quote"):
        table(b'a;"b\n1;2\n3;"4" x\n5;6\n')


def test_a_line_without_an_end_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not held for ever."""
    monkeypatch.setattr("producers.formats.cells.LINE_MAX", 1000)
    with pytest.raises(FeedError, match="no table"):
        rows(b"a;b\n" + b"x" * 3000, size=100)


def test_a_line_is_given_as_soon_as_it_is_there() -> None:
    """A feed that trickles is not held back for more."""
    asked = 0

    def trickle() -> Iterator[bytes]:
        nonlocal asked
        for line in (b"box;votes\n", b"n-1;3\n", b"n-2;4\n"):
            asked += 1
            yield line

    found = Table(Document("-", trickle(), tiny.HEARD_AT), PLAIN)
    assert ["n-1", "3"] == next(found.rows())
    assert 2 == asked


@given(st.binary(max_size=200), st.integers(0, 9), st.sampled_from(["", "latin-1", "utf-16", "cp1254"]))
def test_no_bytes_are_a_traceback(noise: bytes, size: int, encoding: str) -> None:
    """Rows, or an error of the feed with file and line."""
    try:
        found = rows(noise, FileShape(encoding=encoding), size)
    except FeedError as error:
        found = [[str(error)]]
        assert str(error).startswith("feed.csv:")  # noqa: PT017 - the error is what came of these bytes
    assert found


@given(st.text(max_size=60), st.integers(1, 9))
def test_lines_put_together_are_the_file(text: str, size: int) -> None:
    """Whatever the pieces."""
    content = text.replace("\r", "").encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    lines = list(Lines(Document("x", pieces, tiny.HEARD_AT), "utf-8"))
    assert "".join(lines) == content.removeprefix(b"\xef\xbb\xbf").decode()
    assert all(line.find("\n") in (-1, len(line) - 1) for line in lines)
