"""JSON comes in parts, whatever the pieces; what readers disagree about is refused."""

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.formats.document import Document, FeedError
from producers.formats.items import EACH, Item, Path
from producers.formats.json_reading import BrokenError, Written, items, value
from tests.producers.tiny import HEARD_AT

PLACES: tuple[Path, ...] = (("a", EACH, "v", EACH), ("b", 0, "c"), ("k", EACH), ("w",))
TREE = (
    '{"z": {"q": [1, {"r": 3}], "s": "]"}, "n": 1.50, "a": [{"id": "x", "v": [{"c": 1}, 2]},\n'
    '{"v": [], "id": null, "more": {"x": []}}], "b": [{"c": {"d": "İ"}}, {"c": 2}],\n'
    '"k": {"one": {"i": 1}, "two": true}, "w": [1, [2]]}'
)
FOUND = [
    (("n",), 1, "1.50"),
    (("a", 0, "id"), 1, "x"),
    (("a", 0, "v", 0), 1, {"c": 1}),
    (("a", 0, "v", 1), 1, 2),
    (("a", 1, "id"), 2, None),
    (("b", 0, "c"), 2, {"d": "İ"}),
    (("k", "one"), 3, {"i": 1}),
    (("k", "two"), 3, True),
    (("w",), 3, [1, [2]]),
]


def read(content: bytes, size: int = 10**6, places: tuple[Path, ...] = PLACES) -> list[Item]:
    """What is found in these bytes."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return list(items(Document("feed.json", pieces, HEARD_AT), places))


def wrong(content: bytes) -> str:
    """What is said of bytes that are refused."""
    with pytest.raises(FeedError) as caught:
        read(content)
    return str(caught.value)


@given(st.integers(1, 80))
def test_the_places_asked_for_come_with_path_and_line(size: int) -> None:
    """And the plain values on the way, in pieces of any size; everything else is passed over."""
    assert FOUND == [(one.path, one.line, one.value) for one in read(TREE.encode(), size)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_of_the_encoding_is_obeyed(encoding: str) -> None:
    """As programs on Windows write it."""
    assert FOUND == [(one.path, one.line, one.value) for one in read(TREE.encode(encoding), 7)]


trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=6),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=4), below, max_size=4),
    max_leaves=20,
)


@given(st.lists(trees, max_size=5), st.integers(1, 30), st.booleans())
def test_parts_are_what_the_standard_library_finds(parts: list[object], size: int, ascii_: bool) -> None:
    """For any tree, in pieces of any size."""
    content = json.dumps({"rows": parts}, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    assert parts == [one.value for one in read(content, size, (("rows", EACH),))]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"[", "ends in the middle"),
        (b'{"a":[{"id":1', "ends in the middle"),
        (b'{"a":[{"id":"x\xc3', "ends in the middle"),
        (b"<!DOCTYPE html>", "page of HTML"),
        (b"<ElectionReport/>", "XML"),
        (b"a,b\n1,2", "no JSON"),
        (b'{"a":1}\n{"a":2}', "JSON lines are --format jsonl"),
        (b'{"n":1,"n":2}', "stands twice"),
        (b'{"w":[{"x":1,"x":2}]}', "'x' stands twice"),
        (b'{"w":[NaN]}', "NaN is no JSON"),
        (b'{"w":-Infinity}', "-Infinity is no JSON"),
        (b'{"n":' + b"9" * 5000 + b"}", "thousands of digits"),
        (b'{"z":' + b"[" * 100_000, "64 objects and lists"),
        (b'{"w":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
        (b'{"w":"\\ud800"}', "lone surrogate"),
        (b'{"w":"\xff"}', "0xff"),
        (b'{"w" 1}', "broken"),
        (b'{"w":[1,]}', "Expecting value"),
        (b'{"w":1,}', "broken"),
        (b'{"w":tru}' + b" " * 50, "Expecting value"),
        (b"{w:1}", "broken"),
    ],
)
def test_what_is_not_read_is_said_with_its_line(content: bytes, says: str) -> None:
    """The kind of file, where it breaks, or that it was not fetched whole."""
    told = wrong(content)
    assert told.startswith("feed.json:")
    assert says in told


@given(st.integers(0, len(TREE.encode()) - 1), st.integers(1, 50))
def test_a_cut_gives_what_stood_before_it_and_then_an_error(at: int, size: int) -> None:
    """Never a part of a part."""
    cut = TREE.encode()[:at]
    pieces = [cut[start : start + size] for start in range(0, at, size)]
    found = list[Item]()
    with pytest.raises(FeedError):
        found.extend(items(Document("feed.json", pieces, HEARD_AT), PLACES))
    assert FOUND[: len(found)] == [(one.path, one.line, one.value) for one in found]


def test_a_number_that_is_not_whole_stays_as_it_was_written() -> None:
    """Nobody counts with a float."""
    (found,) = read(b'{"w": [1.50, 1e3, 12]}')
    assert [Written("1.50"), Written("1e3"), 12] == found.value


def test_a_part_longer_than_the_limit_is_refused_with_its_place() -> None:
    """So that no part is the file."""
    told = wrong(b'{"k":{"one":"' + b"x" * 40_000_000)
    assert "k.one is longer than" in told


def test_a_long_array_is_not_held() -> None:
    """3 MB of rows in under 1 MB of memory."""
    row = json.dumps({"id": "1001", "votes": {"ada": 1, "bulut": 2}}).encode()

    def pieces() -> Iterator[bytes]:
        yield b'{"rows": [' + row
        for _ in range(600):
            yield b"," + b",".join([row] * 100)
        yield b"]}"

    tracemalloc.start()
    count = sum(1 for _ in items(Document("feed.json", pieces(), HEARD_AT), [("rows", EACH)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 60_001 == count
    assert peak < 1_000_000


@given(st.binary(max_size=100))
def test_any_bytes_are_parts_or_an_error(content: bytes) -> None:
    """Behind a good beginning as well."""
    for bytes_ in (content, b'{"a":[' + content, b'{"k":{"x":' + content + b"}}"):
        try:
            assert all(isinstance(one, Item) for one in read(bytes_))
        except FeedError as error:
            assert error.args[0].startswith("feed.json:"), error  # noqa: PT017 - either is right


def test_one_line_of_json_lines_is_read_as_strictly() -> None:
    """With a sentence for what is wrong."""
    assert {"a": Written("1.0")} == value('{"a": 1.0}')
    for text in ('{"a":1,"a":2}', '"\\ud800"', "[" * 100_000):
        with pytest.raises(BrokenError):
            value(text)
    with pytest.raises(ValueError, match="Expecting"):
        value("{")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_mark_before_an_encoding_that_was_said_is_passed_over(encoding: str) -> None:
    """The mapping says what the file's own mark says, too."""
    document = Document("feed.json", ["\ufeff[1]".encode(encoding)], HEARD_AT)
    assert [Item((0,), 1, 1)] == list(items(document, [(EACH,)], encoding))


def test_a_number_of_thousands_of_digits_is_said_in_our_words() -> None:
    """And not in those of the library, which speak of its settings."""
    with pytest.raises(BrokenError, match="A number has thousands of digits"):
        value("9" * 5000)
