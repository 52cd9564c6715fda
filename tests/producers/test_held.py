"""What a source said last, from a log in memory: read on from where it stopped, anew when it is another log.

Know before changing: the log on Apache Kafka is in tests/live/test_held.py.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace

import pytest

from election.night import UnitId
from election.report import BoxReport
from election.wire.records import Bundle, encode
from election.wire.topics import Scope
from producers.bundling import bundle
from producers.held import HeldFromLog
from producers.record import Logged
from producers.said import Held
from producers.settings import Settings
from tests.producers.tables import COUNCIL, MAYOR, NIGHT, paper

SETTINGS = Settings(mode="rehearsal")
SCOPE = Scope("rehearsal", NIGHT.id)
TOPIC = SCOPE.topic("reports")


class Log:
    """Two partitions in memory, and from where they were read."""

    def __init__(self) -> None:
        self.partitions: tuple[list[Logged], list[Logged]] = ([], [])
        self.begin = 0
        self.asked: list[dict[int, int]] = []

    def write(self, partition: int, *reports: BoxReport, scope: Scope = SCOPE) -> None:
        """A record a report."""
        for report in reports:
            area = NIGHT.area_of(NIGHT.sources[report.source], report.unit)
            assert area is not None
            record: Bundle = bundle([report], area, NIGHT.sources[report.source].level)
            self.write_bytes(partition, encode(record, scope))

    def write_bytes(self, partition: int, value: bytes) -> None:
        """Anything."""
        place = self.partitions[partition]
        place.append(Logged(TOPIC, partition, self.begin + len(place), None, value))

    async def read(
        self, settings: Settings, topics: Iterable[str], since: Mapping[tuple[str, int], int]
    ) -> AsyncIterator[Logged]:
        """As `record.read_log`."""
        assert [TOPIC] == list(topics)
        self.asked.append({partition: offset for (_, partition), offset in since.items()})
        for number, place in enumerate(self.partitions):
            first = since.get((TOPIC, number), 0)
            for logged in place:
                if logged.offset >= first and (first < self.begin + len(place)):
                    yield logged


@pytest.fixture
def log() -> Log:
    """An empty log."""
    return Log()


def from_log(log: Log) -> HeldFromLog:
    """What reads it."""
    return HeldFromLog(SETTINGS, NIGHT, COUNCIL, log.read)


def caught_up(reader: HeldFromLog) -> Held:
    """After it has read on."""
    return asyncio.run(reader.catch_up())


def revision(held: Held, unit: str) -> int:
    """The revision held of a box; 0: never heard of."""
    place = held.find(MAYOR, UnitId(unit))
    return held.revisions[place] if place >= 0 else 0


def test_the_whole_log_is_read_at_first_and_then_only_what_is_new(log: Log) -> None:
    """Each partition from its own last record on."""
    reader = from_log(log)
    assert 0 == len(caught_up(reader))
    log.write(0, paper("n-1", 1, revision=1), paper("n-1", 2, revision=2))
    log.write(1, paper("s-1", 1, revision=1))
    assert (2, 1) == (revision(caught_up(reader), "n-1"), revision(reader.held, "s-1"))
    log.write(0, paper("n-2", 1, revision=5))
    assert 5 == revision(caught_up(reader), "n-2")
    caught_up(reader)
    assert [{}, {}, {0: 1, 1: 0}, {0: 2, 1: 0}] == log.asked
    assert 4 == reader.records


def test_a_log_that_is_another_one_is_read_from_its_beginning(log: Log) -> None:
    """A broker that kept nothing, a replay begun again: its offsets fit by chance."""
    reader = from_log(log)
    log.write(0, paper("n-1", 1, revision=1), paper("n-2", 1, revision=1))
    caught_up(reader)
    log.partitions[0].clear()
    log.write(0, paper("n-1", 1, revision=1), paper("s-1", 1, revision=1), paper("s-2", 1, revision=1))
    held = caught_up(reader)
    assert [1, 0, 1, 1] == [revision(held, unit) for unit in ("n-1", "n-2", "s-1", "s-2")]


def test_a_log_that_became_shorter_is_read_from_its_beginning(log: Log) -> None:
    """An offset past the end gives nothing, which is not *nothing new*."""
    reader = from_log(log)
    log.write(0, paper("n-1", 1, revision=1), paper("n-2", 1, revision=1))
    caught_up(reader)
    log.partitions[0].pop()
    assert [1, 0] == [revision(caught_up(reader), unit) for unit in ("n-1", "n-2")]
    log.partitions[0].clear()
    assert 0 == len(caught_up(reader))


def test_records_that_were_deleted_from_the_front_are_forgotten(log: Log) -> None:
    """A replay that begins again deletes what it played; offsets go on."""
    reader = from_log(log)
    log.write(0, paper("n-1", 1, revision=1))
    caught_up(reader)
    log.begin = 1
    log.partitions[0].clear()
    log.write(0, paper("n-2", 1, revision=1))
    assert [0, 1] == [revision(caught_up(reader), unit) for unit in ("n-1", "n-2")]


def test_what_is_no_record_of_this_night_is_passed_over(log: Log) -> None:
    """It was refused when it was counted, too."""
    log.write_bytes(0, b"no JSON")
    log.write(0, paper("n-1", 1, revision=1), scope=Scope("live", NIGHT.id))
    log.write(0, replace(paper("n-2", 1, revision=1)))
    held = caught_up(from_log(log))
    assert [0, 1] == [revision(held, unit) for unit in ("n-1", "n-2")]


def test_what_was_forgotten_is_read_again(log: Log) -> None:
    """After a publish that failed: what was compared may not all have reached the log."""
    reader = from_log(log)
    log.write(0, paper("n-1", 1, revision=1))
    held = caught_up(reader)
    sent = paper("n-2", 1, revision=9)
    held.note(sent, held.digest(sent))
    reader.forget()
    assert [1, 0] == [revision(caught_up(reader), unit) for unit in ("n-1", "n-2")]


def test_what_a_stranger_says_in_its_name_is_not_its_word(log: Log) -> None:
    """Else a forged row would hide the true one: the poller would take it for said already."""
    log.write(0, paper("n-1", 1, revision=1), paper("n-1", 2, revision=2))
    reader = HeldFromLog(
        SETTINGS, NIGHT, COUNCIL, log.read, counts=lambda record, logged: logged.offset == 0
    )  # fmt: skip
    assert 1 == revision(caught_up(reader), "n-1")
