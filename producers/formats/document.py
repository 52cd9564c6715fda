"""What goes into a format and what comes out: a document, and reports, records or refusals.

Know before changing: a document is lines of bytes as they come, never a whole file in memory, and knows
nothing of where it came from: a file, a pipe and an address look the same to a format.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from election.errors import UsageError
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.records import Record


@dataclass(frozen=True, slots=True)
class Document:
    """A feed's bytes, line by line, with what the feed itself may not say.

    `heard_at` stands for rows without a time of their own; `source` for rows without a source.
    """

    name: str
    lines: Iterable[bytes]
    heard_at: datetime
    source: SourceId | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row or line that says nothing we can count: where it is and why. The rest of the feed goes on."""

    code: str
    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        """`file:line: code column: sentence`, the shape editors and compilers use."""
        where = f" {self.column}:" if self.column else ""
        return f"{self.file}:{self.line}: {self.code}{where} {self.message}"


class FeedError(UsageError):
    """A feed that cannot be read at all: another format, another night, a header that does not fit."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")


Heard = BoxReport | Record | Refusal
"""What a format finds. Single reports are bundled later; a recording's records pass as they are."""

Parse = Callable[[Document, Night], Iterator[Heard]]
"""A format: pure, lazy, and never an exception for one bad row."""
