"""JSON lines by mapping: each line is a row, or holds rows; otherwise as `json_mapped`.

    parse(document, night)     reports; a line that is no JSON is refused, and the next one is read

Know before changing: a line without an end that is no JSON is the end of half a file, and stops the feed; any
other line that cannot be read is refused alone.
"""

import codecs
from collections.abc import Iterator

from election.night import Night
from producers.formats.cells import Lines
from producers.formats.document import Document, FeedError, Heard, Refusal, Seen
from producers.formats.json_mapped import judged_rows, rows_of, surveyed_rows
from producers.formats.json_reading import value
from producers.formats.json_table import Above, Node, Row, Tree, rows_below
from producers.formats.kinds import mistaken


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The reports of this night in it. FeedError if the file does not fit the mapping, or ends too early."""
    yield from judged_rows(document, night, _rows)


def survey(document: Document) -> Iterator[Seen | Refusal]:
    """Every statement of the file."""
    yield from surveyed_rows(document, _rows)


def _rows(document: Document, tree: Tree, above: Above) -> Iterator[Row | Refusal]:
    """The rows of every line."""
    mapping = document.mapping
    steps = rows_of(mapping)
    lines = Lines(document, mapping.file.encoding if mapping is not None else "")
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix(codecs.BOM_UTF8.decode())
        if not text:
            continue
        try:
            found = value(text)
        except ValueError as error:
            yield _unread(document, lines, number, error)
            continue
        yield from rows_below(Node("", found), (), (), number, steps)


def _unread(document: Document, lines: Lines, number: int, error: ValueError) -> Refusal:
    """A line that is no JSON. FeedError for another kind of file, and for the end of half a one."""
    if number == 1:
        instead = mistaken(lines.begins, "JSON")
        if instead:
            raise FeedError(document.name, 1, instead) from error
    if lines.cut:
        message = "The file ends in the middle of this line: it was not fetched whole. Fetch it again."
        raise FeedError(document.name, number, message) from error
    return Refusal("F001", document.name, number, "", f"This line is no JSON: {error}.")
