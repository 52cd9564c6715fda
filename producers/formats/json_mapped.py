"""JSON by mapping: the rows of `[paths]`, one at a time, whatever lies around them in the file.

    parse(document, night)     reports; a refusal names the path: results.precincts[17].votes.ada
    survey(document)           the same without a night

The file is cut at the first [*] or .* of `rows`: each element there is held whole (16 MB at most), and what a
row takes from above the cut must stand in the file before it.

Know before changing: what cells mean is `csv_mapped`'s; here a row becomes cells (`json_table`) and its line
and path are kept. JSON lines read their rows here too.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

from election.night import Night
from producers.formats.cells import Lines, Table
from producers.formats.csv_mapped import Rows
from producers.formats.document import Document, FeedError, Heard, Refusal, Seen
from producers.formats.items import EACH, Path, Step, shown
from producers.formats.json_reading import items
from producers.formats.json_table import Above, Node, Row, Tree, rows_below
from producers.formats.judging import RefusedError
from producers.formats.paths import read
from producers.formats.shapes import Mapping

Found = Callable[[Document, Tree, Above], Iterator[Row | Refusal]]
"""Where the rows of a document come from, and what there is no row."""


@dataclass(slots=True)
class _End:
    """What `Rows` asks of the end of a table."""

    cut: bool = False
    begins: bytes = b""


class JsonTable(Table):
    """The headings of a tree, and the line that is being read."""

    def __init__(self, document: Document, tree: Tree) -> None:
        self.name, self.headings, self.width = document.name, tree.headings, len(tree.headings)
        self.delimiter, self.header_line = ", ", 1
        self.lines = cast("Lines", _End())
        self.at = 1

    @property
    def line(self) -> int:
        """Of the row that is being read."""
        return self.at

    def instead(self, otherwise: str) -> str:
        """What is wrong with a mapping is said as it is: the file has not been looked at."""
        return otherwise


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The reports of this night in it. FeedError if the file does not fit the mapping, or ends too early."""
    yield from judged_rows(document, night, json_rows)


def survey(document: Document) -> Iterator[Seen | Refusal]:
    """Every statement of the file."""
    yield from surveyed_rows(document, json_rows)


def judged_rows(document: Document, night: Night, found: Found) -> Iterator[Heard]:
    """Rows from anywhere, as reports."""
    rows, said = _said(document, night, found)
    for one in said:
        yield one if isinstance(one, Refusal) else _placed(rows.judged(one, night), one.path)


def surveyed_rows(document: Document, found: Found) -> Iterator[Seen | Refusal]:
    """Rows from anywhere, as statements."""
    rows, said = _said(document, None, found)
    for one in said:
        yield one if isinstance(one, Refusal) else rows.founding(one)


def _placed(heard: Heard, path: str) -> Heard:
    """A refusal by the night gets the row's path too."""
    if isinstance(heard, Refusal) and path and not heard.column.startswith(path):
        return replace(heard, column=_joined(path, heard.column))
    return heard


def _joined(path: str, column: str) -> str:
    return f"{path}.{column}".strip(".").replace(".[", "[") if column != path else path


def _said(document: Document, night: Night | None, found: Found) -> tuple[Rows, Iterator[Seen | Refusal]]:
    mapping = document.mapping
    if mapping is None or mapping.paths is None:
        who = "A mapping is needed" if mapping is None else f"{mapping.name} says nothing of paths"
        raise FeedError(document.name, 1, f"{who}: JSON needs [paths] (docs/reference/mapping.md).")
    tree = Tree(mapping, mapping.paths)
    table = JsonTable(document, tree)
    rows = Rows(table, replace(document, mapping=tree.mapping), tree.mapping, night)
    return rows, _told(document, tree, table, rows, found)


def _told(
    document: Document, tree: Tree, table: JsonTable, rows: Rows, found: Found
) -> Iterator[Seen | Refusal]:
    above = Above()
    count = 0
    whole = tree.listed is not None or not tree.long
    for row in found(document, tree, above):
        table.at = row.line
        if isinstance(row, Refusal):
            yield from _refused(row, rows, whole)
            continue
        count += 1
        path = shown(row.path)
        try:
            lists = list(tree.cells(row, above))
        except RefusedError as error:
            where = _joined(path, error.column)
            yield from _refused(Refusal(error.code, document.name, row.line, where, str(error)), rows, whole)
            continue
        for cells in lists:
            yield from _with_path(rows.take(cells), path if whole else "")
        if whole:
            yield from _with_path(rows.finish(), path)
    yield from rows.finish()
    never = tree.never() if count else []
    if never:
        message = f"In none of {count} rows there is {never[0]!r:.80}, which {tree.mapping.name} names."
        raise FeedError(document.name, table.line, message)


def _refused(refusal: Refusal, rows: Rows, whole: bool) -> Iterator[Seen | Refusal]:
    """A row that is none. Where a row is a part of a statement, those beside it may lack this one."""
    yield refusal
    if not whole:
        yield from islice(rows.take(csv.Error(refusal.message)), 1, None)


def _with_path(said: Iterator[Seen | Refusal], path: str) -> Iterator[Seen | Refusal]:
    for one in said:
        if not path:
            yield one
        elif isinstance(one, Seen):
            yield replace(one, path=path)
        else:
            yield replace(one, column=_joined(path, one.column))


def rows_of(mapping: Mapping | None) -> Path:
    """The steps to the rows, as the mapping says; nothing where it says nothing."""
    text = mapping.paths.rows if mapping is not None and mapping.paths is not None else ""
    return read(text).steps


def json_rows(document: Document, tree: Tree, above: Above) -> Iterator[Row]:
    """The rows of one JSON document."""
    steps = rows_of(tree.mapping if document.mapping is None else document.mapping) or (EACH,)
    size = steps.index(EACH) + 1 if EACH in steps else len(steps)
    cut, rest = steps[:size], steps[size:]
    outside = _outside(cut)
    ups = {(*node, *place.steps) for place in tree.ups for node in outside}
    encoding = document.mapping.file.encoding if document.mapping is not None else ""
    for item in items(document, [cut, *ups], encoding):
        fits = len(item.path) == size and all(map(_fits, cut, item.path))
        if fits:
            nodes = _nodes(item.path)
            name = item.path[-1]
            start = Node(name if isinstance(name, str) else "", item.value, item.path)
            yield from rows_below(start, nodes, item.path, item.line, rest)
        elif item.path in above.missed:
            message = (
                f"{shown(item.path)} stands in the file after rows that need it: the file cannot be read in "
                "one go with this mapping. Name rows that begin higher up, or give it as JSON lines."
            )
            raise FeedError(document.name, item.line, message)
        else:
            above.found[item.path] = item.value


def _fits(wanted: Step, step: Step) -> bool:
    return wanted in (EACH, step)


def _outside(cut: Path) -> list[Path]:
    """Everything that may be an object above the cut."""
    return [cut[:size] for size in range(len(cut))]


def _nodes(path: Path) -> tuple[Node, ...]:
    """The objects above an element: those whose next step is a name."""
    return tuple(
        Node(str(path[size - 1]) if size and isinstance(path[size - 1], str) else "", path=path[:size])
        for size in range(len(path))
        if isinstance(path[size], str)
    )
