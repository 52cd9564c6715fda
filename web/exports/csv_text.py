"""Tables as bytes that spreadsheets and programs read alike: RFC 4180, UTF-8, and safe to open.

    table([("id", "votes"), ("=1+1", 3)])    b"id,votes\\r\\n'=1+1,3\\r\\n"

A cell of text that a spreadsheet would take for a formula begins with an apostrophe, which the spreadsheet
does not show; a number stays a number, also a negative one. None is an empty cell: not told, which is not 0.

Know before changing: names come from feeds and night folders, so a cell is somebody else's text. `table` is
the only way from rows to bytes, so that no cell is forgotten.
"""

import csv
import io
from collections.abc import Iterable

BOM = b"\xef\xbb\xbf"
"""The mark by which Excel knows UTF-8; programs rarely expect it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with, also in full width."""

Cell = str | int | float | bool | None


def safe(cell: Cell) -> Cell:
    """The cell as a spreadsheet shows it and does not run it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def table(rows: Iterable[Iterable[Cell]], *, bom: bool = False, newline: str = "\r\n") -> bytes:
    """The rows, the first of them the names of the columns; `newline` ends each."""
    text = io.StringIO()
    csv.writer(text, lineterminator=newline).writerows([safe(cell) for cell in row] for row in rows)
    return (BOM if bom else b"") + text.getvalue().encode()
