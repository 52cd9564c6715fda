"""XML comes as elements, whatever the pieces; nothing is expanded, fetched or held."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.formats import xml_reading
from producers.formats.document import Document, FeedError
from producers.formats.xml_reading import Event, events
from tests.producers.tiny import HEARD_AT

GOOD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<r xmlns:x="u" x:type="t">\n <a n="1&amp;2">İl <b/>çe</a>\n</r>'
)


def read(content: bytes, size: int = 10**6) -> list[Event]:
    """The elements in these bytes."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return list(events(Document("feed.xml", pieces, HEARD_AT)))


def wrong(content: bytes) -> str:
    """What is said of bytes that are refused."""
    with pytest.raises(FeedError) as caught:
        read(content)
    return str(caught.value)


@given(st.integers(1, 60))
def test_elements_come_with_their_lines_attributes_and_text(size: int) -> None:
    """In pieces of any size; prefixes of names are taken off."""
    found = [
        (one.opens, one.tag, one.line, dict(one.attributes), one.text) for one in read(GOOD.encode(), size)
    ]
    expected = [
        (True, "r", 2, {"type": "t"}, ""), (True, "a", 3, {"n": "1&2"}, ""), (True, "b", 3, {}, ""),
        (False, "b", 3, {}, ""), (False, "a", 3, {}, "İl çe"), (False, "r", 4, {}, ""),
    ]  # fmt: skip
    assert expected == found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-9", "windows-1254"])
def test_the_encoding_that_the_file_states_is_read(encoding: str) -> None:
    """Turkish letters in four of them."""
    stated = encoding.removesuffix("-sig")
    content = f'<?xml version="1.0" encoding="{stated}"?><a>Şişli ığ</a>'.encode(encoding)
    assert "Şişli ığ" == read(content)[-1].text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b'<!DOCTYPE html><html><form action="/login">', "page of HTML"),
        (b"<html><body>&nbsp;</body></html>", "page of HTML"),
        (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>', "document type declaration"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', "document type declaration"),
        (b'<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><r/>', "document type declaration"),
        (b"<r>&a;</r>", "undefined entity"),
        (b"<r><a></r>", "column 9: mismatched tag"),
        (b"<r><a>", "ends in the middle"),
        (b"<r a='1", "ends in the middle"),
        (b"<r/><r/>", "junk after document element"),
        (b'{"a": 1}', "JSON"),
        (b"a,b\n1,2", "no XML"),
        (b'<?xml version="1.0" encoding="nix"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="idna"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><a/>', "encoding"),
        (b"<a>\xff</a>", "not well-formed"),
        (b"<a>" * 100, "64 deep"),
    ],
)
def test_what_is_not_read_is_said_with_its_line(content: bytes, says: str) -> None:
    """No entity is declared, expanded or fetched: a document type ends the reading where it stands."""
    told = wrong(content)
    assert told.startswith("feed.xml:1: ")
    assert says in told


def test_what_comes_before_a_cut_is_given_first() -> None:
    """The caller decides what of it is whole."""
    found: Iterator[Event] = events(Document("feed.xml", [b"<r><a/><b"], HEARD_AT))
    assert ["r", "a", "a"] == [next(found).tag for _ in range(3)]
    with pytest.raises(FeedError, match="ends in the middle"):
        next(found)


@pytest.mark.parametrize(
    "content",
    [b'<r a="' + b"x" * 9_000_000, b"<r><!--" + b"x" * 9_000_000, b"<r>" + b"x" * 2_000_000 + b"</r>"],
    ids=["attribute", "comment", "text"],
)
def test_one_endless_piece_is_refused(content: bytes) -> None:
    """Expat would hold it whole."""
    assert "more" in wrong(content)


def test_too_many_different_names_are_refused() -> None:
    """Expat keeps each of them."""
    assert "more different tags" in wrong(b"<r>" + b"".join(b"<t%d/>" % number for number in range(30_000)))


def test_a_long_file_is_not_held() -> None:
    """3 MB of elements in under 1 MB of memory."""
    row = b'<a n="1" name="Merkez">7</a>' * 1000

    def pieces() -> Iterator[bytes]:
        yield b"<r>"
        for _ in range(110):
            yield row
        yield b"</r>"

    tracemalloc.start()
    count = sum(1 for _ in events(Document("feed.xml", pieces(), HEARD_AT)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 2 * 110_001 == count
    assert peak < 1_000_000


@given(st.binary(max_size=200))
def test_any_bytes_are_elements_or_an_error_that_says_where(content: bytes) -> None:
    """Behind a good beginning as well."""
    for bytes_ in (content, b"<r a='1'>" + content, b'<?xml version="1.0"?><r>' + content + b"</r>"):
        try:
            assert all(isinstance(one, Event) for one in read(bytes_))
        except FeedError:
            continue


def test_the_limits_have_names() -> None:
    """So that who meets one finds it."""
    assert xml_reading.DEPTH_MAX == 64
