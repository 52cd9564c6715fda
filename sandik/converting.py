"""Tables of a feed into a recording: each with its time, in the order of time, compared with the one before.

    tables = in_time(paths, [], reader, night)        # when was each table so, and how is that known
    conversion = Conversion(night, reader, allowance)
    for table in tables: conversion.take(table)
    conversion.lines()                                # the recording's records, in the order heard

Know before changing: what is compared and withdrawn is `producers.snapshots`; here is only what a file system
adds: names, times and files that end early. The records are kept as bytes until the end, since rows may have
times of their own, and a recording stands in the order heard.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from election.errors import UsageError
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.records import Bundle, Record, encode, stamp
from producers.bundling import bundles
from producers.formats.document import Heard, Refusal
from producers.said import Held
from producers.snapshots import Allowance, Comparison
from producers.sources.folder import natural
from producers.sources.stillness import time_of
from sandik import table_times

TOGETHER = 20_000
"""So many reports are sorted and bundled at a time."""
UNDATED = datetime(1900, 1, 1, tzinfo=UTC)
"""Given to a first reading as the document's time, so that a row with a time of its own is seen."""


@dataclass(frozen=True)
class Reader:
    """How the feed is read: parses a file whose rows without a time get the one given."""

    source: SourceId
    whole: bool
    parse: Callable[[Path, datetime], Iterator[Heard]]


@dataclass(frozen=True)
class Table:
    """One snapshot of the feed, when it was so, and how that is known."""

    path: Path
    at: datetime
    at_from: str
    """`said`, `rows`, `name` or `file` (when it was written)."""


@dataclass
class Taken:
    """What became of one table."""

    table: Table
    appeared: int = 0
    corrected: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    older: int = 0
    held_back: int = 0
    refused: int = 0
    whys: list[str] = field(default_factory=list)
    broken: UsageError | None = None
    """Why it could not be read to its end."""


class Timed(Protocol):
    """Anything read from a table that has a time: a report, a record, a statement of a survey."""

    @property
    def heard_at(self) -> datetime:
        """When it was heard; UNDATED if its row does not say."""


Look = Callable[[Path, datetime], Iterable[Timed | Refusal]]
"""Reads a file whose rows without a time get the one given."""


def in_time(paths: Sequence[Path], said: Sequence[datetime], reader: Reader, night: Night) -> list[Table]:
    """The tables of a night by time. Raises UsageError."""
    return ordered(paths, said, reader.parse, night.time_zone)


def ordered(paths: Sequence[Path], said: Sequence[datetime], look: Look, time_zone: str) -> list[Table]:
    """The tables by time; of one time, as people count their names. Raises UsageError.

    A time said by hand counts first, then the newest in the rows or the one in the name, whichever is later,
    then the file's.
    """
    if said and len(said) != len(paths):
        raise UsageError(
            f"{len(paths)} files and {len(said)} times: say --at once for each file, in the files' order."
        )
    tables = [
        Table(path, said[place], "said") if said else _table(path, look, time_zone)
        for place, path in enumerate(paths)
    ]
    return sorted(tables, key=lambda table: (table.at, natural(table.path.name)))


def _table(path: Path, look: Look, time_zone: str) -> Table:
    rows, named = newest(look(path, UNDATED)), table_times.named(path.name, time_zone)
    if rows is not None and (named is None or rows > named):
        return Table(path, rows, "rows")
    if named is not None:
        return Table(path, named, "name")
    return Table(path, time_of(path), "file")


def newest(heard: Iterable[Timed | Refusal]) -> datetime | None:
    """The newest time that stands in the rows themselves, as far as they can be read; None: there is none."""
    found = UNDATED
    try:
        for item in heard:
            if not isinstance(item, Refusal):
                found = max(found, item.heard_at)
    except UsageError:  # the second reading says what is wrong with the file, and where
        pass
    return None if found == UNDATED else found


class Conversion:
    """A recording in the making."""

    def __init__(self, night: Night, reader: Reader, allowance: Allowance) -> None:
        self._night, self._reader, self._allowance = night, reader, allowance
        self._held = Held(night, reader.source)
        self._lines: list[tuple[str, int, bytes]] = []
        self.reports = 0
        """Reports recorded so far."""

    @property
    def records(self) -> int:
        """Records so far."""
        return len(self._lines)

    def take(self, table: Table, refuse: Callable[[Refusal], None], progress: Callable[[int], None]) -> Taken:
        """Compares one table; what is news becomes records. One that ends early is taken as far as it goes.

        `progress` is called with the reports recorded so far, every so often.
        """
        taken, reader = Taken(table), self._reader
        comparison = Comparison(
            self._night, reader.source, self._held, table.at, reader.whole, self._allowance,
            name=str(table.path),
        )  # fmt: skip

        def news() -> Iterator[BoxReport | Record]:
            for item in _read(comparison, reader.parse(table.path, table.at), taken):
                if isinstance(item, Refusal):
                    taken.refused += 1
                    refuse(item)
                else:
                    yield item

        heard = news()
        while some := list(islice(heard, TOGETHER)):
            self._record(some)
            progress(self.reports)
        for name in ("appeared", "corrected", "withdrawn", "unchanged", "older", "held_back", "whys"):
            setattr(taken, name, getattr(comparison, name))
        return taken

    def _record(self, heard: list[BoxReport | Record]) -> None:
        for record in bundles(sorted(heard, key=lambda item: item.heard_at), self._night):
            self._lines.append((stamp(record.heard_at), len(self._lines), encode(record)))
            self.reports += len(record) if isinstance(record, Bundle) else 0

    def lines(self) -> Iterator[bytes]:
        """The records in the order heard, each a line."""
        self._lines.sort()
        for _, _, line in self._lines:
            yield line + b"\n"


def _read(comparison: Comparison, heard: Iterator[Heard], taken: Taken) -> Iterator[Heard]:
    try:
        yield from comparison.take(heard)
    except UsageError as error:
        taken.broken = error
    yield from comparison.finish()
