"""The doctor: each thing that can be wrong is found, and comes with what to type."""

import asyncio
from dataclasses import replace

import pytest

from sandik import doctor
from sandik.doctor import Check, KafkaFacts, Probes, RedisFacts, Wanted

WANTED = Wanted(
    kafka="127.0.0.1:9092",
    redis="redis://:secret@127.0.0.1:6379/0",
    topics={"live.practice.reports": 4, "live.practice.rulings": 1},
    known=frozenset({"SANDIK_KAFKA", "SANDIK_REDIS", "SANDIK_PARTITIONS", "SANDIK_MODE"}),
    env={"SANDIK_MODE": "live", "HOME": "/root"},
)
KAFKA = KafkaFacts(brokers=("127.0.0.1:9092",), unreachable=(), topics=WANTED.topics)
REDIS = RedisFacts(version="7.0.15", maxmemory_policy="noeviction", appendonly=True, ahead_s=0.01)
FILES = 1 << 16


def wrong(checks: tuple[Check, ...]) -> list[tuple[str, str, str]]:
    """Name, message and remedy of every check that is not well."""
    return [(check.name, check.message, check.to_type) for check in checks if not check.ok]


def test_a_healthy_system_has_nothing_to_type() -> None:
    """Every check is made, all are well, and the exit code is 0."""
    checks = doctor.examine(WANTED, KAFKA, REDIS, FILES)
    expected = [
        "settings",
        "kafka",
        "kafka addresses",
        "topics",
        "redis",
        "redis eviction",
        "redis file",
        "clock",
        "open files",
    ]
    assert expected == [check.name for check in checks]
    assert [] == wrong(checks)
    assert not any(check.to_type for check in checks)
    assert 0 == doctor.exit_code(checks)


@pytest.mark.parametrize(
    ("facts", "message", "to_type"),
    [
        (
            replace(KAFKA, unreachable=("kafka-1:9092",)),
            "127.0.0.1:9092 answers, but sends its clients to kafka-1:9092, where nobody accepts from here",
            "set advertised.listeners on those brokers to an address this machine can reach",
        ),
        (
            replace(KAFKA, topics={"live.practice.reports": 4}),
            "live.practice.rulings does not exist",
            "kafka-topics.sh --bootstrap-server 127.0.0.1:9092 --create "
            "--topic live.practice.rulings --partitions 1",
        ),
        (
            replace(KAFKA, topics={**WANTED.topics, "live.practice.reports": 3}),
            "live.practice.reports has 3 partitions, and 4 are wanted",
            "export SANDIK_PARTITIONS=3",
        ),
    ],
    ids=["an address nobody reaches", "a topic is missing", "too few partitions"],
)
def test_what_is_wrong_with_kafka(facts: KafkaFacts, message: str, to_type: str) -> None:
    """One finding each, and the exit code is 1."""
    checks = doctor.examine(WANTED, facts, REDIS, FILES)
    ((_, said, remedy),) = wrong(checks)
    assert (message, to_type) == (said, remedy)
    assert 1 == doctor.exit_code(checks)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            replace(REDIS, maxmemory_policy="allkeys-lru"),
            (
                "redis eviction",
                "maxmemory-policy is allkeys-lru: a full Redis would throw figures away",
                "redis-cli CONFIG SET maxmemory-policy noeviction",
            ),
        ),
        (
            replace(REDIS, appendonly=False),
            (
                "redis file",
                "appendonly is off: a restarted Redis would be empty until everything is counted again",
                "redis-cli CONFIG SET appendonly yes",
            ),
        ),
        (
            replace(REDIS, ahead_s=-12.34),
            (
                "clock",
                "the clock of Redis is 12.3 s behind this machine's",
                "timedatectl set-ntp true (on both machines)",
            ),
        ),
        (
            replace(REDIS, ahead_s=2.0),
            (
                "clock",
                "the clock of Redis is 2.0 s ahead of this machine's",
                "timedatectl set-ntp true (on both machines)",
            ),
        ),
    ],
    ids=["evicts", "keeps nothing", "behind", "ahead"],
)
def test_what_is_wrong_with_redis(facts: RedisFacts, expected: tuple[str, str, str]) -> None:
    """One finding each, and the exit code is 1."""
    checks = doctor.examine(WANTED, KAFKA, facts, FILES)
    assert [expected] == wrong(checks)
    assert 1 == doctor.exit_code(checks)


@pytest.mark.parametrize(
    ("env", "message", "to_type"),
    [
        (
            {"SANDIK_KAFAK": "k:9092"},
            "SANDIK_KAFAK is set, but no such setting exists",
            "export SANDIK_KAFKA=k:9092; unset SANDIK_KAFAK",
        ),
        (
            {"SANDIK_XYZZYPLUGH": "1"},
            "SANDIK_XYZZYPLUGH is set, but no such setting exists",
            "unset SANDIK_XYZZYPLUGH",
        ),
    ],
    ids=["misspelt", "like nothing there is"],
)
def test_a_setting_nobody_reads_is_found(env: dict[str, str], message: str, to_type: str) -> None:
    """A misspelt setting would otherwise be a silent default on election night."""
    checks = doctor.examine(replace(WANTED, env=env), KAFKA, REDIS, FILES)
    assert [("settings", message, to_type)] == wrong(checks)


def test_too_few_open_files_are_found() -> None:
    """A thousand clients do not fit into the usual limit of 1024."""
    checks = doctor.examine(WANTED, KAFKA, REDIS, 1024)
    expected = (
        "open files",
        "a process may open 1024, and a gateway needs one for each client",
        "ulimit -n 4096",
    )
    assert [expected] == wrong(checks)


async def test_what_cannot_be_reached_is_exit_code_3() -> None:
    """Whatever a client library raises is said, the password is not, and the other checks are still made."""

    async def no_kafka() -> KafkaFacts:
        raise ConnectionRefusedError("nobody listens")

    async def no_redis() -> RedisFacts:
        raise OSError

    checks = await doctor.run(WANTED, Probes(no_kafka, no_redis, lambda: FILES))
    reached = {check.name: check.message for check in checks}
    assert "127.0.0.1:9092 cannot be reached (ConnectionRefusedError: nobody listens)" == reached["kafka"]
    assert "redis://…@127.0.0.1:6379/0 cannot be reached (OSError)" == reached["redis"]
    assert reached["open files"]
    assert 3 == doctor.exit_code(checks)
    assert all(check.to_type for check in checks if not check.ok)


async def test_an_outside_part_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall that drops everything gives no error; the deadline does."""

    async def silent() -> KafkaFacts:
        await asyncio.Event().wait()
        raise AssertionError

    async def redis() -> RedisFacts:
        return REDIS

    monkeypatch.setattr(doctor, "PROBE_WITHIN_S", 0.01)
    checks = await doctor.run(WANTED, Probes(silent, redis, doctor.open_files_limit))
    assert "127.0.0.1:9092 cannot be reached (no answer within 0.01 s)" in [check.message for check in checks]


def test_a_check_in_words() -> None:
    """Well on one line; wrong with an arrow to what to type."""
    assert "ok     clock: agrees" == doctor.in_words(Check("clock", True, "agrees"))
    expected = "WRONG  clock: 12 s ahead\n       → timedatectl"
    assert expected == doctor.in_words(Check("clock", False, "12 s ahead", "timedatectl"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [("redis://h:1/0", "redis://h:1/0"), ("rediss://user:p%40ss@h:1/0", "rediss://…@h:1/0")],
)
def test_a_password_is_not_shown(url: str, expected: str) -> None:
    """Addresses are printed and pasted into tickets."""
    checks = doctor.examine(replace(WANTED, redis=url), KAFKA, "no", FILES)
    (redis,) = [check for check in checks if check.name == "redis"]
    assert redis.message.startswith(f"{expected} cannot be reached")
