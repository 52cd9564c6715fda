"""The recording of a scaffolded night, made of tables, and how often each check fires on it.

    recorded = record(feed, tables, night, source, accept, out)
    recorded.lines(header)          the recording
    fired = fires(records, night)   how often each check fires, of how many papers

Know before changing: the comparing and bundling is `sandik.converting`, as for `sandik convert`. Rows of
contests that were left out on purpose are counted and not listed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from election.checks import check
from election.errors import UsageError
from election.night import Night, SourceId
from election.wire.records import Bundle, Record
from producers.formats import recording
from producers.formats.document import Heard, Refusal
from producers.snapshots import Allowance
from sandik.converting import Conversion, Reader, Table
from sandik.say import Out
from sandik.scaffold_feed import Feed

SAID_MAX = 100
"""Most bad rows said one by one; the rest is only counted."""
UNKNOWN_CONTEST = "E101"


@dataclass(slots=True)
class Recorded:
    """What the tables became."""

    conversion: Conversion
    refused: int = 0
    left_out: int = 0
    """Rows of contests that are not in the night."""
    whys: list[str] = field(default_factory=list)
    """What was not taken whole, and what to type."""
    notes: list[str] = field(default_factory=list)

    def lines(self, header: recording.Header) -> Iterator[bytes]:
        """The recording."""
        yield from recording.write(header, ())
        yield from self.conversion.lines()


def record(
    feed: Feed, tables: Sequence[Table], night: Night, source: str, accept: bool, left_out: bool, out: Out
) -> Recorded:
    """Compares every table with the one before. Raises UsageError where nothing could be read."""

    def parse(path: Path, at: datetime) -> Iterator[Heard]:
        return feed.parse(path, at, night)

    reader = Reader(SourceId(source), feed.whole, parse)
    allowance = Allowance.of(night.sources[SourceId(source)], accept=accept)
    found = Recorded(Conversion(night, reader, allowance))
    broken: UsageError | None = None
    for number, table in enumerate(tables):
        refuse = _refuse(found, left_out, out)
        taken = found.conversion.take(table, refuse, _progress(out, table, number / len(tables)))
        if taken.broken is not None:
            broken = broken or taken.broken
            found.whys.append(str(taken.broken))
        found.whys += taken.whys
        if table.at_from == "file":
            found.notes.append(
                f"{table.path.name} was so when it was written, {table.at:%Y-%m-%d %H:%M} UTC; or say --at"
            )
    if not found.conversion.records:
        raise broken or UsageError("No row of this feed could be counted: see what was said of each.")
    return found


def _refuse(found: Recorded, left_out: bool, out: Out) -> Callable[[Refusal], None]:
    def refuse(refusal: Refusal) -> None:
        if left_out and refusal.code == UNKNOWN_CONTEST:
            found.left_out += 1
            return
        found.refused += 1
        if found.refused <= SAID_MAX:
            out.tell(str(refusal))
        elif found.refused == SAID_MAX + 1:
            out.tell("more rows could not be read; they are counted and no longer listed")

    return refuse


def _progress(out: Out, table: Table, done: float) -> Callable[[int], None]:
    return lambda reports: out.progress(done, f"{table.path.name}: {reports:,} reports")


def fires(records: Iterable[Record], night: Night) -> tuple[Counter[str], int]:
    """How many papers have each finding, and how many papers there are."""
    found: Counter[str] = Counter()
    papers = 0
    for one in records:
        if isinstance(one, Bundle):
            for claim in one.claims():
                papers += 1
                found.update({finding.code for finding in check(claim, night).findings})
    return found, papers
