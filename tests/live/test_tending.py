"""`sandik doctor --fix` on a real broker: what is missing is made, what is amiss is set, nothing is lost."""

import json
import uuid
from dataclasses import replace

import pytest

from election.errors import OutsideError
from producers.cluster import Admin, look
from producers.notes import NotePublisher
from producers.protocol import AlterTopic
from producers.record import read_log
from producers.settings import Settings
from producers.tending import clock, inspect, put_right
from sandik import cli, folders
from tests.servers import Running

Captured = pytest.CaptureFixture[str]
NIGHT = folders.load("practice").night


@pytest.fixture
def settings(broker: Running, redis_server: Running, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of this broker, in a session of its own; the command finds the same in its environment."""
    environment = {
        "SANDIK_KAFKA": broker.address, "SANDIK_KAFKA_KIND": broker.kind, "SANDIK_REDIS": redis_server.url,
        "SANDIK_SESSION": f"t{uuid.uuid4().hex[:8]}", "SANDIK_PARTITIONS": "3",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.read(environment)


def doctor(captured: Captured, *words: str) -> tuple[int, dict[str, object]]:
    """The command's exit code and what it answers."""
    captured.readouterr()
    code = cli.main(["doctor", "--night", "practice", "--json", *words])
    return code, json.loads(captured.readouterr().out.splitlines()[-1])


def test_what_is_missing_is_made_once_and_then_all_is_well(settings: Settings, capsys: Captured) -> None:
    """The first time it says what it made, the second that there was nothing to do."""
    code, before = doctor(capsys)
    assert (1, []) == (code, before["changed"])
    assert "sandik doctor --fix --night practice" in json.dumps(before)
    code, made = doctor(capsys, "--fix")
    changed = made["changed"]
    assert isinstance(changed, list)
    assert 7 == len(changed)
    reports = settings.scope(NIGHT.id).topic("reports")
    assert f"{reports}: made, 3 partitions, kept once, for ever; a write waits for 1 of the copies" in changed
    assert "topics" not in [one["name"] for one in made["checks"] if not one["ok"]]  # type: ignore[attr-defined]
    assert [] == doctor(capsys, "--fix")[1]["changed"]
    assert code == 0


def test_without_a_night_nothing_is_made(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose topics would it be? Exit code 2, and what to type."""
    monkeypatch.delenv("SANDIK_NIGHT", raising=False)
    assert 2 == cli.main(["doctor", "--fix"])
    assert "sandik doctor --fix --night NIGHT" in capsys.readouterr().err


@pytest.mark.kafka
async def test_settings_are_set_right_and_what_stands_in_a_topic_stays(
    apache_kafka: Running,
) -> None:
    """Also those that somebody else has set are left."""
    settings = Settings(kafka=apache_kafka.address, session=f"t{uuid.uuid4().hex[:8]}")
    told = settings.scope(NIGHT.id).topic("told")
    assert 1 == len(await put_right(settings, {told: 1}))
    async with NotePublisher(settings, NIGHT.id) as out:
        await out.note("told", b"mayor", b"a fact")
    async with Admin(settings, 5) as admin:
        limits = {"retention.ms": "86400000", "max.message.bytes": "1000", "segment.ms": "3600000"}
        answer = await admin._send_request(AlterTopic(told, limits))
        assert [0] == [code for code, *_ in answer.responses]
    changed = await put_right(settings, {told: 4})
    assert [
        f"{told}: max.message.bytes was 1000, is 2162688", f"{told}: retention.ms was 86400000, is -1",
    ] == sorted(changed)  # fmt: skip
    found = (await inspect(settings, [told])).kept[told]
    assert 1 == found.partitions
    assert found.limits is not None
    assert "3600000" == found.limits["segment.ms"]
    assert [b"a fact"] == [one.value async for one in read_log(settings, [told])]


async def test_kafka_says_what_time_it_is_there(broker: Running) -> None:
    """The embedded broker does not; on one machine the clocks agree."""
    settings = Settings(kafka=broker.address, kafka_kind=broker.kind)
    ahead_s = await clock(settings)
    assert (ahead_s is None) == (broker.kind == "tansu")
    assert abs(ahead_s or 0) < 1
    assert 1 == len((await look(settings)).brokers)


async def test_no_topic_is_made_while_a_broker_is_away(broker: Running) -> None:
    """It would be kept less often for ever; what is there already is still looked at."""
    alone = Settings(kafka=broker.address, kafka_kind=broker.kind, session=f"t{uuid.uuid4().hex[:8]}")
    named = replace(alone, kafka=f"{broker.address},127.0.0.1:1,127.0.0.1:2")
    told = alone.scope(NIGHT.id).topic("told")
    with pytest.raises(OutsideError, match="Of the 3 brokers that SANDIK_KAFKA names 1 are in the cluster"):
        await put_right(named, {told: 1})
    assert 1 == len(await put_right(alone, {told: 1}))
    assert [] == await put_right(named, {told: 1})
