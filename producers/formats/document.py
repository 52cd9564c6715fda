"""What goes into a format and what comes out: a document, and reports, records or refusals.

Know before changing: a document is pieces of bytes as they come, never a whole file in memory, and knows
nothing of where it came from: a file, a pipe and an address look the same to a format.
"""

import re
from collections import abc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from election.errors import UsageError
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.records import Record
from producers.formats.shapes import Mapping

UNNUMBERED = 0
"""The revision of a report from a feed that has none: `producers.snapshots` numbers it before it is sent."""
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Document:
    """A feed's bytes, piece by piece, with what the feed itself may not say.

    `heard_at` stands for rows without a time of their own; `source` for rows without a source; `mapping` says
    how a foreign table is read. `mode` is the mode of who reads, "" if nobody asks. `endless`: a stream
    without an end, where a later row of a box is its newer word and no mistake.
    """

    name: str
    lines: Iterable[bytes]
    heard_at: datetime
    source: SourceId | None = None
    mapping: Mapping | None = None
    mode: str = ""
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One statement as the feed has it, before there is a night: `judging.judged` makes a report of it."""

    line: int
    path: str
    """Where it stands in that line: a column or a path; "" if that is not known."""
    contest: str
    contest_name: str
    """Id and name in the feed."""
    areas: tuple[tuple[str, str, str], ...]
    """(level, id, name) of those above the unit, top down; may be empty."""
    unit: str
    unit_name: str
    revision: int
    """UNNUMBERED unless the feed says."""
    cause: str
    state: str
    registered: int | None
    voters: int | None
    valid: int | None
    invalid: int | None
    votes: abc.Mapping[str, int]
    """By the choice's id; a choice that is absent is not there."""
    choice_names: abc.Mapping[str, str]
    parties: abc.Mapping[str, str]
    """The feed's names, by the choice's id."""
    claimed_boxes: int | None
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row or line that says nothing we can count: where it is and why. The rest of the feed goes on.

    `unit` is (contest, unit) where both could be read: what was held of that box then stands.
    """

    code: str
    file: str
    line: int
    column: str
    message: str
    unit: tuple[str, str] | None = None

    def __str__(self) -> str:
        """`file:line: code column: sentence`, the shape editors and compilers use."""
        where = f" {self.column}:" if self.column else ""
        return one_line(f"{self.file}:{self.line}: {self.code}{where} {self.message}")


class FeedError(UsageError):
    """A feed that cannot be read at all: another format, another night, a header that does not fit."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(one_line(f"{file}:{line}: {message}"))


def one_line(text: str) -> str:
    """A sentence with a feed's words in it: what would break the line, or steer a terminal, is spelled."""
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


Heard = BoxReport | Record | Refusal
"""What a format finds. Single reports are bundled later; a recording's records pass as they are."""

Parse = Callable[[Document, Night], Iterator[Heard]]
"""A format: pure, lazy, and never an exception for one bad row."""

Look = Callable[[Document], Iterator[Seen | Refusal]]
"""A format's reading without a night, from which one can be founded."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how it is read with a night and without one, and what a document of it is.

    `whole`: a document is the whole table as it stands now, so what is missing from it was taken away; where
    a mapping is needed, the mapping says so instead. `endings` are those of file names, without `.gz`.
    """

    parse: Parse
    survey: Look | None
    whole: bool
    endings: tuple[str, ...]
