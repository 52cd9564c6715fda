"""What earlier versions wrote is still read: the first night and recording, and a pack with every topic.

Know before changing: files in tests/old are as those versions wrote them and are never made again. When an
encoding version rises, a pack of the version before is added here, and this file says how it is read. It is
what docs/run-it-on-a-cluster.md promises of two versions side by side.
"""

import gzip
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from election.errors import RecordError
from election.night import NightId
from election.wire import delivered, frames, records, shown, told
from election.wire.topics import Scope
from sandik import cli

OLD = Path(__file__).parent / "old"
FIRST, PACK = OLD / "first-night", OLD / "pack-v1.zip"
SCOPE = Scope("rehearsal", NightId("practice"), "")
TOPICS = {"reports": 135, "rulings": 3, "told": 12, "shown": 5}
"""How many records of each topic the pack holds."""


def values(topic: str) -> Iterator[bytes]:
    """The records of a topic in the old pack, byte for byte."""
    with zipfile.ZipFile(PACK) as pack:
        for name in sorted(pack.namelist()):
            if name.startswith(f"log/{topic}-"):
                for line in pack.read(name).splitlines():
                    yield json.loads(line)["value"].encode()


def test_the_first_night_and_its_recording_still_end_as_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    """The folder of the first day of this project, with the ending that was written beside it."""
    assert 0 == cli.main(["rehearse", str(FIRST), "--json"])
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (True, 232) == (said["matches_ending"], said["reports"])


def test_an_old_pack_is_still_proved(capsys: pytest.CaptureFixture[str]) -> None:
    """Digests, chain, count, what was told, and the recording in it."""
    assert 0 == cli.main(["verify", str(PACK), "--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["verified"]


@pytest.mark.parametrize("topic", ["reports", "rulings"])
def test_old_reports_and_rulings_are_read_and_written_as_they_were(topic: str) -> None:
    """The same bytes come out, so two versions side by side write one log."""
    found = list(values(topic))
    assert TOPICS[topic] == len(found)
    same = 0
    for value in found:
        try:
            record = records.decode(value, SCOPE)
        except RecordError:
            continue  # the night has papers that were refused then, too
        assert records.encode(record, SCOPE) == value
        same += 1
    assert same >= len(found) - 1


def test_old_facts_and_old_frames_are_read() -> None:
    """What was told, and what was shown at a time."""
    facts = [told.decode(value, SCOPE) for value in values("told")]
    assert TOPICS["told"] == len(facts)
    assert all(told.encode(fact, SCOPE) == value for fact, value in zip(facts, values("told"), strict=True))
    snapshots = [orjson.loads(value) for value in values("shown")]
    assert {frames.VERSION} == {snapshot["v"] for snapshot in snapshots}
    for snapshot, value in zip(snapshots, values("shown"), strict=True):
        mark = shown.read_mark(value, SCOPE, 0, records.read_time(snapshot["at"], "at"))
        assert (snapshot["contest"], snapshot["version"]) == (mark.contest, mark.version)


def test_every_line_of_the_first_recording_says_its_encoding_version() -> None:
    """So that a later version knows what it reads."""
    lines = gzip.decompress((FIRST / "recording.jsonl.gz").read_bytes()).splitlines()[1:]
    assert {records.VERSION} == {orjson.loads(line)["v"] for line in lines}
    assert (1, 1, 1) == (records.VERSION, frames.VERSION, delivered.VERSION)


@pytest.mark.parametrize("topic", ["reports", "rulings", "told"])
def test_a_record_of_a_version_to_come_is_refused_and_not_guessed_at(topic: str) -> None:
    """With a code of its own: the older of two versions counts nothing of what it does not know."""
    value = next(values(topic)).replace(b'"v":1', b'"v":2', 1)
    read = told.decode if topic == "told" else records.decode
    with pytest.raises(RecordError) as raised:
        read(value, SCOPE)
    assert "R003" == raised.value.code
