"""What no bytes may do to any format: the corpus, how inputs are changed, what is asked of what comes out.

    for case in cases(): check(case, changed(random.Random(7), case, cases()))

Never anything but reports, refusals and a FeedError; never a zero that the input does not state. Used by the
property tests, and for hours by `tools/fuzz/formats.py`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from election.errors import UsageError
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.records import Bundle
from producers.formats import FORMATS
from producers.formats.document import Document, FeedError, Refusal, Seen
from producers.formats.mapping import read_mapping
from producers.formats.packed import unpacked
from producers.formats.shapes import Mapping
from tests.producers import tiny
from tests.web import made

CORPUS = Path(__file__).with_name("corpus")
"""A folder a format; of each a mapping for every `name.toml` beside `name.*`."""
OF_THE_PRACTICE_NIGHT = {"recording", "sandik"}
TOKENS = (
    b"0", b"00", b"-1", b"1e9", b"1.5", b"1,5", b"9" * 20, b"", b" ", b"\n", b"\r\n", b"\t", b",", b";", b":",
    b'"', b"'", b"{", b"}", b"[", b"]", b"<", b">", b"/>", b"&amp;", b"&a;", b"<!DOCTYPE a>", b"<!--", b"]]>",
    b"<![CDATA[", b"null", b"true", b"NaN", b"\\u0000", b"\\ud800", b"\x00", b"\xff", b"\xfe\xff",
    b"\xef\xbb\xbf",
    "İ".encode(), "ş".encode("iso-8859-9"), b"PK\x03\x04", b"\x1f\x8b\x08", b"n-1", b"ada", b"total",
    b"<html>", b"2024-10-06T18:00:00+03:00", b"@id", b"99999-01-01",
)  # fmt: skip
_ZERO = re.compile(rb"(?<![0-9])0+(?![0-9])")
_ESCAPED = re.compile(rb"&#|\\u|\+/v|\xff\xfe|\xfe\xff|\x00")
_NUMBER = re.compile(rb"[0-9]+")
LENGTH_MAX = 60_000


@dataclass(frozen=True)
class Case:
    """One file of the corpus."""

    format: str
    name: str
    content: bytes
    mapping: Mapping | None


@cache
def cases() -> tuple[Case, ...]:
    """The corpus."""
    found = []
    for folder in sorted(CORPUS.iterdir()):
        for path in sorted(folder.iterdir()):
            if path.suffix != ".toml":
                told = path.with_suffix(".toml")
                mapping = read_mapping(told.name, told.read_bytes()) if told.exists() else None
                found.append(Case(folder.name, path.name, path.read_bytes(), mapping))
    return tuple(found)


def changed(dice: Random, case: Case, others: Sequence[Case]) -> bytes:
    """The file with some things changed in it."""
    content = bytearray(case.content)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        at = dice.randrange(len(content) + 1)
        size = dice.choice((1, 1, 2, 8, 40, 400))
        match dice.randrange(8):
            case 0:
                del content[at : at + size]
            case 1:
                content[at:at] = content[at : at + size] * dice.choice((1, 2, 50))
            case 2 | 3:
                content[at : at + dice.choice((0, 1, 4))] = dice.choice(TOKENS)
            case 4:
                _number_changed(dice, content)
            case 5:
                content[at : at + 1] = bytes([dice.randrange(256)])
            case 6:
                del content[at:]
            case _:
                other = dice.choice(others).content
                start = dice.randrange(len(other) + 1)
                content[at : at + size] = other[start : start + dice.choice((8, 80, 800))]
    return bytes(content[:LENGTH_MAX])


def _number_changed(dice: Random, content: bytearray) -> None:
    numbers = list(_NUMBER.finditer(content))
    if numbers:
        found = dice.choice(numbers)
        content[found.start() : found.end()] = dice.choice(TOKENS)


def night_of(case: Case) -> Night:
    """The night whose reports are in the file."""
    return made.night() if case.format in OF_THE_PRACTICE_NIGHT else tiny.night()


def document(case: Case, content: bytes, size: int = 4096) -> Document:
    """The bytes as they reach a format: in pieces, and unpacked."""
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    plain = unpacked(case.name, pieces, FORMATS[case.format].endings, 10**7)
    source = SourceId("agency") if case.name.startswith(("pairs", "snapshot")) else None
    return Document(case.name, plain, tiny.HEARD_AT, source, case.mapping)


def read(case: Case, content: bytes, size: int = 4096) -> tuple[list[object], str]:
    """Reports, records and refusals, and the error at their end if there is one."""
    found: list[object] = []
    try:
        for one in FORMATS[case.format].parse(document(case, content, size), night_of(case)):
            found.append(one)  # noqa: PERF402 - what came before an error is kept
    except FeedError as error:
        return found, str(error)
    return found, ""


def surveyed(case: Case, content: bytes) -> list[object]:
    """Statements and refusals."""
    survey = FORMATS[case.format].survey
    found: list[object] = []
    if survey is not None:
        try:
            for one in survey(document(case, content)):
                found.append(one)  # noqa: PERF402 - what came before an error is kept
        except FeedError:
            return found
    return found


def check(case: Case, content: bytes) -> int:
    """What is asked of any input. Gives how many statements were read; AssertionError if it is not so."""
    heard, _ = read(case, content)
    seen = surveyed(case, content)
    for one in heard:
        assert isinstance(one, BoxReport | Refusal) or hasattr(one, "contest"), one
    for one in seen:
        assert isinstance(one, Seen | Refusal), one
    for refusal in (one for one in (*heard, *seen) if isinstance(one, Refusal)):
        assert refusal.code
        assert refusal.message
        assert refusal.line >= 0
        str(refusal).encode()
    if not _ESCAPED.search(content) and not content.startswith((b"PK", b"\x1f\x8b")):
        stated = len(_ZERO.findall(content))
        for some in (heard, seen):
            zeros = sum(_zeros(one) for one in some)
            assert zeros <= stated, f"{zeros} zeros of {stated} that are stated"
    return sum(isinstance(one, BoxReport | Seen | Bundle) for one in (*heard, *seen))


def _zeros(one: object) -> int:
    """Votes of zero, which somebody must have written."""
    if isinstance(one, BoxReport | Seen):
        return sum(count == 0 for count in one.votes.values())
    if isinstance(one, Bundle):
        return sum(count == 0 for column in one.votes.values() for count in column)
    return 0


def safe(case: Case, content: bytes) -> int:
    """As `check`; and any other error than ours is a finding by itself."""
    try:
        return check(case, content)
    except UsageError as error:
        raise AssertionError(f"An error that names no place: {error}") from error


def whole_statements(found: Iterable[object]) -> Iterator[object]:
    """Reports and records, without what was refused."""
    return (one for one in found if not isinstance(one, Refusal))
