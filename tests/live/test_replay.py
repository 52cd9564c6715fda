"""A shipped night into a real Kafka and back: the same bytes, and the same totals."""

import os
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from election.rehearsal import Rehearsal
from election.wire.records import Record, identity
from producers.cluster import create_topics
from producers.faults import Fault, Faults
from producers.formats import recording
from producers.notes import NotePublisher
from producers.pace import Pace
from producers.record import take
from producers.replay import Played, replay
from producers.settings import Settings
from producers.sources import file
from sandik import cli, folders, outcome, recordings
from tests.servers import Running

NAMES = count(time.time_ns())


@pytest.fixture
def settings(broker: Running) -> Settings:
    """The settings for this broker, in a session that no other test has."""
    return Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"r{next(NAMES)}")


def unwanted(refusal: object) -> None:
    """No line of a shipped recording is refused."""
    pytest.fail(str(refusal))


async def played(
    folder: folders.Folder, path: Path, settings: Settings, times: int = 1, faults: Faults | None = None
) -> Played:
    """Plays a recording as fast as possible, so many times."""
    await create_topics(settings, folder.night.id)
    async with NotePublisher(settings, folder.night.id) as out:
        for _ in range(times):
            done = await replay(
                lambda: recordings.heard(path, folder.night), Pace(None), out, unwanted, faults=faults
            )
    return done


async def recorded(folder: folders.Folder, settings: Settings, path: Path) -> Path:
    """Makes a recording of the log."""
    taken = await take(settings, settings.scope(folder.night.id))
    header = recording.Header(folder.night.id, "replay", True, "a test", "the log")
    file.write(path, recording.write(header, taken.records))
    return path


@pytest.mark.parametrize(
    ("name", "broker"),
    [
        pytest.param("practice", "tansu", id="practice-tansu"),
        pytest.param("istanbul-2019-06-23", "apache_kafka", id="istanbul-apache", marks=pytest.mark.kafka),
    ],
    indirect=["broker"],
)
async def test_record_replay_record_gives_the_same_bytes(
    name: str, settings: Settings, tmp_path: Path
) -> None:
    """Also when everything was sent twice in between."""
    folder = folders.load(name)
    await played(folder, folder.recording, settings)
    first = await recorded(folder, settings, tmp_path / "first.jsonl.gz")
    await played(folder, first, settings, times=2)
    second = await recorded(folder, settings, tmp_path / "second.jsonl.gz")
    assert first.read_bytes() == second.read_bytes()


async def test_what_faults_send_twice_and_out_of_order_is_the_same_recording(
    settings: Settings, tmp_path: Path
) -> None:
    """A recording of a log that was played with faults that lose nothing is, to the byte, the plain one's."""
    folder = folders.load("practice")
    plain = await recorded_of(folder, settings, tmp_path / "plain.jsonl.gz", None)
    faults = Faults([Fault("duplicate", chance=0.5, after_s=300), Fault("reorder", spread_s=1800)], seed=3)
    other = replace(settings, session=f"r{next(NAMES)}")
    befallen = await recorded_of(folder, other, tmp_path / "befallen.jsonl.gz", faults)
    assert faults.done["duplicate"] > 0
    assert plain.read_bytes() == befallen.read_bytes()


async def recorded_of(folder: folders.Folder, settings: Settings, path: Path, faults: Faults | None) -> Path:
    """Plays the night in a session of its own, and records what stands in the log."""
    await played(folder, folder.recording, settings, faults=faults)
    return await recorded(folder, settings, path)


async def test_damaged_records_are_left_out_of_a_recording(settings: Settings) -> None:
    """Damaged bytes are no record, and where the right ones follow, all of the night is there."""
    folder = folders.load("practice")
    faults = Faults([Fault("duplicate", chance=0.2), Fault("corrupt", chance=0.2, again_after_s=60)], seed=3)
    await played(folder, folder.recording, settings, faults=faults)
    taken = await take(settings, settings.scope(folder.night.id))
    assert faults.done["corrupt"] == taken.unreadable > 0
    plain = [one for one in recordings.heard(folder.recording, folder.night) if isinstance(one, Record)]
    assert {identity(one) for one in plain} == {identity(one) for one in taken.records}


async def test_what_comes_back_from_the_log_has_the_totals_of_the_night(settings: Settings) -> None:
    """Nothing was lost or changed on the way: the rehearsal of the log ends as the night must end."""
    folder = folders.load("practice")
    done = await played(folder, folder.recording, settings)
    taken = await take(settings, settings.scope(folder.night.id))
    rehearsal = Rehearsal(folder.night, "replay", telling=True).hear_all(taken.records)
    contests = {
        contest.id: outcome.totals(
            rehearsal.boards[contest.id].standing(rehearsal.state(contest.id), contest.area), contest
        )
        | {
            "call": rehearsal.snapshot(contest.id)["call"],
            "alerts": outcome.alerts(rehearsal.told[contest.id]),
        }
        for contest in folder.night.contests.values()
    }
    assert () == outcome.differences(contests, folder.ending or {})
    assert done.records == len(taken.records) + taken.again


def test_the_commands_play_and_record(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """sandik replay and sandik record, as a user types them."""
    monkeypatch.setitem(os.environ, "SANDIK_KAFKA", settings.kafka)
    monkeypatch.setitem(os.environ, "SANDIK_KAFKA_KIND", settings.kafka_kind)
    session = ["--session", settings.session, "--json"]
    assert 0 == cli.main(["replay", "practice", "--speed", "max", *session])
    assert '"reports": 232' in capsys.readouterr().out
    target = tmp_path / "evening.jsonl.gz"
    assert 0 == cli.main(["record", "practice", "--out", str(target), *session])
    assert '"again": 1' in capsys.readouterr().out  # the practice night has one bundle twice
    assert 0 == cli.main(["rehearse", "practice", "--recording", str(target), "--json"])
    assert '"matches_ending": true' in capsys.readouterr().out
    assert 1 == cli.main(["record", "istanbul-2019-03-31", "--out", str(target), *session])
    assert "There is nothing in" in capsys.readouterr().err
