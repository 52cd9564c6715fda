"""JSON lines: each line alone, and the end of half a file is noticed."""

import json

import pytest

from election.report import BoxReport
from producers.formats.document import Document, FeedError, Refusal, Seen
from producers.formats.jsonl import parse, survey
from producers.formats.mapping import read_mapping
from tests.producers import tiny

MAPPING = b"""
[paths]
unit = "id"
voters = "cast"
valid = "ok"
[choices]
ada = "v.ada"
bulut = "v.bulut"
"""
ROWS = [
    {"id": "n-1", "cast": 200, "ok": 190, "v": {"ada": 100, "bulut": 90}},
    {"id": "n-2", "cast": 100, "ok": 90, "v": {"ada": 60, "bulut": 30}},
]
CONTENT = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def document(content: bytes, mapping: bytes = MAPPING, size: int = 10**6) -> Document:
    """A document of these bytes."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return Document("feed.ndjson", pieces, tiny.HEARD_AT, None, read_mapping("m.toml", mapping))


def read(content: bytes, mapping: bytes = MAPPING, size: int = 10**6) -> list[Seen | Refusal]:
    """Everything that is read."""
    return list(survey(document(content, mapping, size)))


@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_a_line_is_a_row(size: int) -> None:
    """With its number; a mark at the beginning and blank lines are nothing."""
    one, two = read(b"\xef\xbb\xbf" + CONTENT.replace(b"\n", b"\n\r\n"), size=size)
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert [("n-1", 1, {"ada": 100, "bulut": 90}), ("n-2", 3, {"ada": 60, "bulut": 30})] == [
        (seen.unit, seen.line, seen.votes) for seen in (one, two)
    ]


def test_a_night_judges_the_rows() -> None:
    """As every format."""
    made = list(parse(document(CONTENT), tiny.night(tiny.ONE_CONTEST)))
    assert ["n-1", "n-2"] == [one.unit for one in made if isinstance(one, BoxReport)]


def test_a_line_that_is_none_is_refused_and_the_next_is_read() -> None:
    """With its number."""
    first, refused, last = read(CONTENT.replace(b"\n", b'\n{"id": 1, "id": 2}\n', 1))
    assert isinstance(first, Seen)
    assert isinstance(refused, Refusal)
    assert isinstance(last, Seen)
    assert ("F001", 2) == (refused.code, refused.line)


def test_a_line_may_hold_rows() -> None:
    """Below a path, with the objects above them."""
    mapping = MAPPING.replace(b"[paths]", b'[paths]\nrows = "boxes[*]"\narea.ward = "^.ward"')
    content = json.dumps({"ward": "North", "boxes": ROWS}).encode() + b"\n"
    one, two = read(content, mapping)
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert "North" == two.areas[0][2]
    assert "boxes[1]" == two.path


def test_the_rows_beside_an_unread_line_are_no_whole_boxes() -> None:
    """Where a row is a part of a box: it may have been theirs."""
    mapping = b'[feed]\nvalid = "sum"\nvoters = "valid"\n[paths]\nunit = "b"\nchoice = "c"\nvotes = "n"\n'
    rows = [
        b'{"b": "%d", "c": "%s", "n": 1}\n' % (box, who) for box in range(4) for who in (b"Ada", b"Bulut")
    ]
    rows[3] = b"?\n"
    found = read(b"".join(rows), mapping)
    assert ["0", "3"] == [one.unit for one in found if isinstance(one, Seen)]
    assert ["F001", "F005", "F005"] == [one.code for one in found if isinstance(one, Refusal)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (CONTENT[:-20], "ends in the middle"),
        (b"<!doctype html>\n", "page of HTML"),
        (b"a,b\n1,2\n", "no JSON; it begins"),
        (CONTENT + b"\xff\n", "0xff"),
    ],
)
def test_what_is_no_whole_file_is_refused(content: bytes, says: str) -> None:
    """After what stood before it."""
    with pytest.raises(FeedError, match=says):
        read(content)
