"""A feed into Kafka: read, parsed, bundled, published; what cannot be read is said and the rest goes on.

Know before changing: a feed read again sends everything again, and that is no news downstream, because its
reports carry revisions. A feed without them needs its snapshots compared, which is not built yet.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from election.errors import RecordError
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.records import Bundle, Record
from producers import reading
from producers.bundling import bundles
from producers.formats.document import Document, Heard, Parse, Refusal
from producers.publish import Publisher
from producers.sources import file, stdin

STDIN = "-"
Open = Callable[[Callable[[], None]], Iterator[bytes]]
"""A transport: lines of bytes; it calls what it is given before it waits for more."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where bytes come from and how to read them."""

    name: str
    open: Open
    parse: Parse
    source: SourceId | None = None

    def read(self, night: Night, heard_at: datetime, idle: Callable[[], None]) -> Iterator[Heard]:
        """Everything in it, parsed as it comes."""
        return self.parse(Document(self.name, self.open(idle), heard_at, self.source), night)


@dataclass(frozen=True, slots=True)
class Produced:
    """What became of a feed."""

    reports: int = 0
    records: int = 0
    refused: int = 0


def opener(feed: str, descriptor: int) -> Open:
    """The transport for a feed as typed: `-` is standard input, anything else a file."""
    if feed == STDIN:
        return lambda idle: stdin.lines(descriptor, idle)
    return lambda idle: file.lines(Path(feed))


async def produce(
    feed: Feed, night: Night, heard_at: datetime, out: Publisher, refuse: Callable[[Refusal], None]
) -> Produced:
    """The whole feed once; returns when all of it is acknowledged."""
    done = Produced()
    async for batch in reading.batches(lambda idle: feed.read(night, heard_at, idle)):
        heard: list[BoxReport | Record] = []
        for item in batch:
            if isinstance(item, Refusal):
                refuse(item)
                done = replace(done, refused=done.refused + 1)
            else:
                heard.append(item)
        for record in bundles(heard, night):
            done = await _publish(record, feed.name, out, refuse, done)
    await out.drain()
    return done


async def _publish(
    record: Record, name: str, out: Publisher, refuse: Callable[[Refusal], None], done: Produced
) -> Produced:
    try:
        await out.publish(record)
    except RecordError as error:
        refuse(Refusal(error.code, name, 0, error.place, str(error)))
        return replace(done, refused=done.refused + 1)
    reports = len(record) if isinstance(record, Bundle) else 0
    return replace(done, records=done.records + 1, reports=done.reports + reports)


async def changed(path: Path, before: tuple[int, int], every_s: float) -> tuple[int, int]:
    """Waits until the file is another one than `before` (its time and size); a missing file is waited for."""
    while (now := stamp(path)) in (before, (0, 0)):  # noqa: ASYNC110 - a file tells nobody that it changed
        await asyncio.sleep(every_s)
    return now


def stamp(path: Path) -> tuple[int, int]:
    """What tells two versions of a file apart; zeros if it is not there."""
    try:
        facts = path.stat()
    except OSError:
        return (0, 0)
    return (facts.st_mtime_ns, facts.st_size)
