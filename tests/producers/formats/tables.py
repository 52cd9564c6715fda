"""Tables and mappings written as text, and what the format makes of them: for the tests of CSV by mapping."""

from election.night import Night, SourceId
from election.report import BoxReport
from producers.formats import csv_mapped
from producers.formats.document import Document, Heard, Refusal, Seen
from producers.formats.mapping import read_mapping
from producers.formats.shapes import Mapping
from tests.producers import tiny

NIGHT = tiny.night()
MAYOR = tiny.night(tiny.ONE_CONTEST)
COLUMNS = '[columns]\nunit = "box"\nvoters = "voters"\nvalid = "valid"\n'
CHOICES = '[choices]\nada = "Ada"\nbulut = "Bulut"\n'
WIDE = COLUMNS + CHOICES


def mapping(text: str = WIDE) -> Mapping:
    """The mapping in this text."""
    return read_mapping("my.toml", text.encode())


def document(
    table: str | bytes,
    text: str = WIDE,
    source: str | None = None,
    encoding: str = "utf-8",
    endless: bool = False,
) -> Document:
    """A table with its mapping, line by line."""
    content = table.encode(encoding) if isinstance(table, str) else table
    named = None if source is None else SourceId(source)
    lines = content.splitlines(keepends=True)
    return Document("feed.csv", lines, tiny.HEARD_AT, named, mapping(text), endless=endless)


def read(
    table: str | bytes,
    text: str = WIDE,
    night: Night = MAYOR,
    source: str | None = None,
    encoding: str = "utf-8",
) -> list[Heard]:
    """Everything the format makes of it."""
    return list(csv_mapped.parse(document(table, text, source, encoding), night))


def report(
    table: str | bytes,
    text: str = WIDE,
    night: Night = MAYOR,
    source: str | None = None,
    encoding: str = "utf-8",
) -> BoxReport:
    """The one report in it."""
    (found,) = read(table, text, night, source, encoding)
    assert isinstance(found, BoxReport), found
    return found


def refusal(table: str | bytes, text: str = WIDE, night: Night = MAYOR, source: str | None = None) -> Refusal:
    """The one refusal in it."""
    (found,) = read(table, text, night, source)
    assert isinstance(found, Refusal), found
    return found


def seen(table: str, text: str = WIDE) -> list[Seen | Refusal]:
    """What a night could be founded on."""
    return list(csv_mapped.survey(document(table, text)))
