"""The recording format: what is written is read back, and a bad line is only that line."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from election.wire.records import RECORD_BYTES_MAX, Bundle, Record, Ruling, encode
from producers.formats.document import Document, FeedError, Heard, Refusal
from producers.formats.recording import Header, parse, read_header, write
from tests.producers import tiny

HEADER = Header("tiny", "replay", True, "a test", "nothing")


def a_bundle(box: str = "n-1") -> Bundle:
    """One report."""
    return Bundle(
        "mayor", "council", "north", "box", tiny.HEARD_AT, box=[box], revision=1, registered=[300],
        voters=[200], valid=[190], invalid=[10], votes={"ada": [100], "bulut": [90]},
    )  # fmt: skip


def a_ruling() -> Ruling:
    """The end of the ban, an hour later."""
    at = tiny.HEARD_AT + timedelta(hours=1)
    return Ruling("mayor", "embargo-lifted", at, at, "council", "The council", "The ban ends.")


def read(lines: Iterable[bytes]) -> list[Heard]:
    """What the format makes of these lines."""
    return list(parse(Document("tiny.jsonl", lines, tiny.HEARD_AT), tiny.night()))


def test_what_is_written_is_read_back_and_written_again_byte_for_byte() -> None:
    """Record, replay, record: the same bytes."""
    records: list[Record] = [a_bundle("n-1"), a_bundle("n-2"), a_ruling()]
    lines = list(write(HEADER, records))
    again = [item for item in read(lines) if not isinstance(item, Refusal)]
    assert lines == list(write(HEADER, again))  # type: ignore[arg-type] # a recording holds no single reports


def test_the_first_line_says_whose_recording_it_is() -> None:
    """Night, mode, simulated, by what and from what."""
    first = next(iter(write(HEADER, [])))
    expected = b'{"night":"tiny","mode":"replay","simulated":true,"made_by":"a test","from":"nothing"}\n'
    assert expected == first
    assert HEADER == read_header("tiny.jsonl", first)


def test_a_bad_line_is_refused_with_its_number_and_the_rest_goes_on() -> None:
    """Rubbish, a ruling of no kind, and empty lines between."""
    lines = list(write(HEADER, [a_bundle()]))
    found = read([lines[0], b"rubbish\n", b"\n", b'{"t":"song","v":1}\n', lines[1]])
    places = [(bad.line, bad.code) for bad in found if isinstance(bad, Refusal)]
    assert [(2, "R001"), (4, "R010")] == places
    assert isinstance(found[-1], Bundle)


def test_a_line_over_the_limit_is_refused() -> None:
    """A record has at most 1 MiB, whoever wrote it."""
    lines = list(write(HEADER, [a_ruling()]))
    found = read([lines[0], b"x" * (RECORD_BYTES_MAX + 1) + b"\n", lines[1]])
    assert ["R008"] == [bad.code for bad in found if isinstance(bad, Refusal)]
    assert 2 == len(found)


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (b"", "empty"),
        (b"<html><body>Please log in</body></html>\n", "<html>"),
        (b"contest,box,voters\n", "contest,box"),
        (b"\x1f\x8b\x08\x00", "no recording"),
        (b'{"night":"tiny","mode":"party"}\n', "party"),
        (b'{"night":"other","mode":"replay"}\n', "other"),
        (encode(a_bundle()) + b"\n", "no recording"),
    ],
)
def test_a_file_that_is_no_recording_of_this_night_is_refused_whole(first: bytes, says: str) -> None:
    """The error has file and line, and shows what was found instead."""
    with pytest.raises(FeedError) as caught:
        read([first, encode(a_bundle())])
    assert "tiny.jsonl:1:" in str(caught.value)
    assert says in str(caught.value)
