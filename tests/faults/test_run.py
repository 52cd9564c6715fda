"""A short night on three brokers, in which much breaks, keeps every promise; and when a night is over.

Know before changing: `make faults` runs as many and as long as is wanted; this is one of them, with faults of
most kinds. How long recoveries take is not asked here, only that each comes: a machine may be slow.
"""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from election.alerts import Told
from faults.brokers import Brokers
from faults.clock import Clocks
from faults.history import HistoryError, read
from faults.loaded import NoCompilerError
from faults.network import Networks
from faults.plan import FROM_PEERS, Fault, Group
from faults.run import READ, Staging, missing, read_from, run, shows
from faults.summary import look
from sandik import kafka
from tests.streams import facts

GROUPS = (
    Group((Fault("SIGKILL", "worker-0"), Fault("half open", "line-0")), 0.2),
    Group((Fault("full disk", "store", 1.0), Fault("hangs up", "line-1")), 0.2),
    Group((Fault("SIGKILL", "kafka-2"), Fault("answers 500", "receiver", 1.0)), 0.2),
    Group((Fault("flush", "store"), Fault(FROM_PEERS, "kafka-3", 4.0)), 0.2),
    Group((Fault("SIGKILL", "gateway-1"), Fault("clock ahead", "store", 1.0)), 0.2),
)


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[Brokers]:
    """Three brokers of Apache Kafka, where there is also a redis-server and a compiler."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    try:
        made = Brokers(tmp_path, Clocks(tmp_path), Networks(tmp_path))
    except (kafka.NoJavaError, kafka.NoJarsError, NoCompilerError) as error:
        pytest.skip(str(error))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.mark.live
@pytest.mark.kafka
def test_a_night_in_which_much_breaks_keeps_its_promises(brokers: Brokers, tmp_path: Path) -> None:
    """Nothing lost or twice, nobody goes back, everybody is told; all is right again after each fault."""
    folder = tmp_path / "seed-1"
    folder.mkdir()
    broken, recovered = asyncio.run(run(1, GROUPS, brokers, folder, Staging(speed="60")))
    assert [] == [str(one) for one in broken if one.promise != "P7"]
    night = look(folder)
    assert night.ended
    assert sum(len(group.faults) for group in GROUPS) == len(recovered)
    assert [] == [one for one in night.thrown if one.readers_s is None]
    assert [True] == [one.befell for one in night.thrown if one.kind == FROM_PEERS]
    assert night.counts["pairs"]
    assert night.counts["at"]
    looks = [one["process"] for one in read(folder / "histories") if one.what == "size"]
    assert ["gateway-0", "gateway-1"] * (len(GROUPS) + 2) == looks


def test_a_crowd_shows_a_version_when_all_of_it_does_or_a_later_one_of_the_same_epoch() -> None:
    """Not while one is missing, shows an older one, or is in another epoch."""
    assert shows({"e1:7:h": READ - 1, "e1:8:g": 1}, "e1", 7)
    for held in ({"e1:7:h": READ - 1}, {"e1:7:h": READ - 1, "e1:6:g": 1}, {"e0:9:h": READ}, {}):
        assert not shows(held, "e1", 7)


def test_a_newsroom_is_owed_its_kinds_and_the_end_of_each_call_that_it_has() -> None:
    """A call that was retracted before it was sent is owed to nobody, nor is its retraction."""
    call, counted = facts.told(1, "call-made"), facts.told(2, "counted")
    ended = facts.told(3, "call-retracted", d={"call": call.id})
    kinds = ("call-made", "counted")

    def owed(told: list[Told], *taken: Told) -> set[str]:
        return missing(told, kinds, {one.id for one in taken})

    assert {call.id, counted.id} == owed([call, counted])
    assert set() == owed([call, counted], call, counted)
    assert {ended.id} == owed([call, counted, ended], call, counted)
    assert {counted.id} == owed([call, counted, ended])
    assert set() == owed([call, counted, ended], call, counted, ended)


def test_acknowledgements_are_read_as_they_come_and_half_a_line_when_it_is_whole(tmp_path: Path) -> None:
    """Each once; a line that is none is an error of its history, and of that night alone."""
    path, read_to = tmp_path / "producer-1.jsonl", dict[Path, int]()

    def new() -> list[int]:
        return [one["offset"] for one in read_from(path, read_to)]

    path.write_text('{"t":"acknowledged","offset":1}\n{"t":"ackn')
    assert [1] == new()
    assert [] == new()
    with path.open("a") as more:
        more.write('owledged","offset":2}\n')
    assert [2] == new()
    with path.open("a") as more:
        more.write('{"t":"acknow{"t"}\n')
    with pytest.raises(HistoryError, match=r"producer-1\.jsonl: this is no fact"):
        new()
