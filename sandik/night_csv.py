"""Writes a table as CSV, for night folders that a command makes.

Know before changing: shipped nights are rebuilt and compared byte for byte, so a line ends the same way on
every system.
"""

import csv
import io
from collections.abc import Iterable, Sequence


def written(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The file: its header, then the rows, each ending with a plain line end."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(head)
    out.writerows(rows)
    return text.getvalue().encode()
