"""Fills a topic before a measurement, through the project's own publisher, and remembers what lies where.

Know before changing: rates are computed from reports per offset as they were acknowledged, so that a batch
that holds half a revision is counted as the reports it holds.
"""

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.results import progress
from election.night import NightId
from election.wire.records import Record
from producers.cluster import CONNECT_WITHIN_S, Admin, create_topics, look
from producers.history import History
from producers.publish import Publisher
from producers.settings import Settings

PARTITIONS = 4


class Acknowledgements(History):
    """Notes what was acknowledged in memory: offset and reports of each record, by partition."""

    def __init__(self) -> None:
        super().__init__("", "")
        self.by_partition: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def note(self, kind: str, **facts: object) -> None:
        """One acknowledged record."""
        partition, offset, reports = facts["partition"], facts["offset"], facts["reports"]
        if isinstance(partition, int) and isinstance(offset, int) and isinstance(reports, int):
            self.by_partition[partition].append((offset, reports))


@dataclass(frozen=True)
class Filled:
    """What lies in a topic: for each partition the next offset, and reports up to each offset."""

    topic: str
    records: int
    reports: int
    offsets: Mapping[int, list[int]] = field(repr=False)
    up_to: Mapping[int, list[int]] = field(repr=False)

    @property
    def ends(self) -> dict[int, int]:
        """The offset after the last record of each partition."""
        return {partition: offsets[-1] + 1 for partition, offsets in self.offsets.items()}

    def reports_before(self, at: Mapping[int, int]) -> int:
        """How many reports lie before these offsets."""
        found = 0
        for partition, offset in at.items():
            place = bisect_left(self.offsets.get(partition, []), offset)
            found += self.up_to[partition][place - 1] if place else 0
        return found


def fill(settings: Settings, night: str, records: Iterable[Record], expected: int, what: str) -> Filled:
    """Creates the night's topics and writes the records; returns when all are acknowledged."""
    return asyncio.run(_fill(settings, NightId(night), records, expected, what))


async def _fill(
    settings: Settings, night: NightId, records: Iterable[Record], expected: int, what: str
) -> Filled:
    await create_topics(settings, night)
    heard = Acknowledgements()
    async with Publisher(settings, night, heard) as out:
        for number, record in enumerate(records):
            await out.publish(record)
            if number % 50 == 0:
                progress(out.reports, expected, what)
        await out.drain()
    progress(expected, expected, what)
    topic = settings.scope(night).topic("reports")
    offsets: dict[int, list[int]] = {}
    up_to: dict[int, list[int]] = {}
    for partition, notes in heard.by_partition.items():
        notes.sort()
        offsets[partition] = [offset for offset, _ in notes]
        total = 0
        up_to[partition] = [total := total + reports for _, reports in notes]
    return Filled(topic, out.acknowledged, out.reports, offsets, up_to)


def forget_told(settings: Settings, night: str) -> None:
    """Empties the topic of what was told, so that a log that is counted again is told of again.

    A worker tells nothing before it has counted as far as what was told last: the second of two counts would
    be spared the looking that the first one had to do.
    """
    asyncio.run(_forget_told(settings, NightId(night)))


async def _forget_told(settings: Settings, night: NightId) -> None:
    name = settings.scope(night).topic("told")
    async with Admin(settings, CONNECT_WITHIN_S) as admin:
        await admin.delete_topics([name])
    async with asyncio.timeout(CONNECT_WITHIN_S):
        while name in (await look(settings)).topics:  # noqa: ASYNC110 - a broker has no event for it
            await asyncio.sleep(0.05)
    await create_topics(settings, night)
