"""Our own CSV, whose header is our own words, as a mapping: so that a night can be founded on it.

    own_words(table).columns.unit.text      "box"

Know before changing: the names are those of `csv_boxes`, and docs/reference/formats.md.
"""

from typing import Any

from producers.formats.cells import Table
from producers.formats.document import FeedError
from producers.formats.shapes import FIGURES, Fields, Mapping, Slot, Template

NEEDED = ("box", "voters", "valid")
ONES = {"contest": "contest", "revision": "revision", "heard_at": "time", "state": "state", "cause": "cause",
        "boxes": "boxes"}  # fmt: skip
"""Our heading → the mapping's word."""


def own_words(table: Table) -> Mapping:
    """The mapping of a table in our own words. Raises FeedError where a column is missing."""
    missing = [name for name in NEEDED if name not in table.headings]
    if missing:
        message = (
            f"The header has no column {', '.join(missing)}: say with --mapping what the columns are "
            "(docs/reference/mapping.md)."
        )
        raise FeedError(table.name, table.header_line, table.instead(message))
    said: dict[str, Any] = {word: heading for heading, word in ONES.items() if heading in table.headings}
    said.update((name, (name,)) for name in FIGURES if name in table.headings)
    fields = Fields(unit=Template("box", (Slot("box"),)), choices=("*",), ignore=("source",), **said)
    return Mapping(name="our own words", columns=fields)
