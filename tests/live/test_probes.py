"""How the doctor asks, against a broker and a store that run."""

import os

import pytest

from election.errors import UsageError
from producers.cluster import create_topics
from producers.settings import Settings
from sandik import cli, folders, probes
from sandik.doctor import RedisFacts
from sandik.doctor_kafka import TopicFacts
from tests.servers import Running

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the shell that runs the tests."""
    for name in [name for name in os.environ if name.startswith("SANDIK_")]:
        monkeypatch.delenv(name)


async def test_the_store_says_what_it_is(redis_server: Running) -> None:
    """Version, what it does when it is full, whether it keeps a file, its clock."""
    facts = await probes.redis_facts(redis_server.url)
    assert ("noeviction", True) == (facts.maxmemory_policy, facts.appendonly)
    assert facts.version[0].isdigit()
    assert abs(facts.ahead_s) < 1


async def test_what_is_no_redis_url_is_said() -> None:
    """What may be a password is never shown."""
    with pytest.raises(UsageError, match="SANDIK_REDIS is no address of a store") as told:
        await probes.redis_facts("http://:secret@127.0.0.1/")
    assert "secret" not in str(told.value)


def test_of_several_primaries_the_worst_counts() -> None:
    """One that forgets is enough to lose a part of the night."""
    well, bad = (
        RedisFacts("8.0", "noeviction", True, 0.1),
        RedisFacts("7.2", "allkeys-lru", False, -3.0, 1),
    )
    assert RedisFacts("7.2 and 8.0", "allkeys-lru", False, -3.0, 1) == probes.worst([well, bad])
    assert well == probes.worst([well])


async def test_the_broker_says_its_topics(broker: Running) -> None:
    """And where its clients shall go; all of it can be reached from here."""
    settings = Settings(kafka=broker.address, kafka_kind=broker.kind, session="doctor")
    night = folders.load("practice").night
    await create_topics(settings, night.id)
    topics = ["replay.practice.doctor.reports", "replay.practice.doctor.nothing"]
    environment = {"SANDIK_KAFKA": broker.address, "SANDIK_KAFKA_KIND": broker.kind}
    facts = await probes.kafka_facts(environment, topics)
    assert (broker.address,) == facts.brokers
    assert () == facts.unreachable
    assert {topics[0]: TopicFacts(4)} == facts.topics
    assert (broker.kind == "tansu") == (facts.ahead_s is None)


def test_a_machine_that_is_well(
    tansu: Running, redis_server: Running, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Everything is looked at; what is missing are the topics of the night, until a worker made them."""
    monkeypatch.setenv("SANDIK_KAFKA", tansu.address)
    monkeypatch.setenv("SANDIK_REDIS", redis_server.url)
    cli.main(["doctor"])
    said = capsys.readouterr().out
    assert all(f"ok     {name}" in said for name in ("kafka", "redis", "redis file", "clock", "settings"))
    assert 1 == cli.main(["doctor", "--night", "practice"])
    assert "replay.practice.reports does not exist" in capsys.readouterr().out


def test_nothing_there_is_exit_code_3_and_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """For Kafka and for Redis; and a setting nobody reads is found."""
    monkeypatch.setenv("SANDIK_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("SANDIK_REDIS", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("SANDIK_KAFFKA", "x")
    assert 3 == cli.main(["doctor"])
    said = capsys.readouterr().out
    assert 'export SANDIK_KAFKA="$SANDIK_KAFFKA"; unset SANDIK_KAFFKA' in said  # never what it holds
    assert 2 == said.count("cannot be reached")
