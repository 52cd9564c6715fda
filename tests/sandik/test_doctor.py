"""The doctor: each thing that can be wrong is found, and comes with what to type."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sandik import doctor
from sandik.doctor import HereFacts, Probes, RedisFacts
from sandik.doctor_kafka import Check, KafkaFacts, TopicFacts, Wanted

WANTED = Wanted(
    kafka="127.0.0.1:9092",
    redis="redis://:secret@127.0.0.1:6379/0",
    topics={"live.practice.reports": 4, "live.practice.rulings": 1},
    known=frozenset({"SANDIK_KAFKA", "SANDIK_REDIS", "SANDIK_PARTITIONS", "SANDIK_MODE"}),
    env={"SANDIK_MODE": "live", "HOME": "/root"},
)
KAFKA = KafkaFacts(
    brokers=("127.0.0.1:9092",),
    unreachable=(),
    topics={name: TopicFacts(count) for name, count in WANTED.topics.items()},
    ahead_s=0.01,
)
REDIS = RedisFacts(version="7.0.15", maxmemory_policy="noeviction", appendonly=True, ahead_s=0.01)
HERE = HereFacts(1 << 16, "sandik-data", 1 << 40)


def wrong(checks: tuple[Check, ...]) -> list[tuple[str, str, str]]:
    """Name, message and remedy of every check that is not well."""
    return [(check.name, check.message, check.to_type) for check in checks if not check.ok]


def test_a_healthy_system_has_nothing_to_type() -> None:
    """Every check is made, all are well, and the exit code is 0."""
    checks = doctor.examine(WANTED, KAFKA, REDIS, HERE)
    expected = [
        "settings",
        "kafka",
        "kafka addresses",
        "kafka copies",
        "topics",
        "redis",
        "redis eviction",
        "redis file",
        "clock",
        "open files",
        "disk",
    ]
    assert expected == [check.name for check in checks]
    assert [] == wrong(checks)
    assert not any(check.to_type for check in checks)
    assert 0 == doctor.exit_code(checks)


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
            replace(REDIS, without_copy=2),
            (
                "redis copies",
                "primaries without a replica that could take over: 2",
                "start a replica for each; until then a primary that goes away takes its contests with it",
            ),
        ),
    ],
    ids=["evicts", "keeps nothing", "no replica"],
)
def test_what_is_wrong_with_redis(facts: RedisFacts, expected: tuple[str, str, str]) -> None:
    """One finding each, and the exit code is 1."""
    checks = doctor.examine(WANTED, KAFKA, facts, HERE)
    assert [expected] == wrong(checks)
    assert 1 == doctor.exit_code(checks)


@pytest.mark.parametrize(
    ("kafka_s", "redis_s", "message"),
    [
        (0.1, -12.34, "by this machine's clock Redis's is 12.3 s behind"),
        (2.0, None, "by this machine's clock Kafka's is 2.0 s ahead"),
        (-3.0, 4.0, "by this machine's clock Kafka's is 3.0 s behind and Redis's is 4.0 s ahead"),
    ],
)
def test_a_clock_that_is_wrong_is_found(kafka_s: float, redis_s: float | None, message: str) -> None:
    """The embargo ends by this machine's clock; whose is wrong of two, a third can tell."""
    redis = "silent" if redis_s is None else replace(REDIS, ahead_s=redis_s)
    checks = doctor.examine(WANTED, replace(KAFKA, ahead_s=kafka_s), redis, HERE)
    (clock,) = [check for check in checks if check.name == "clock"]
    assert (False, message, "timedatectl set-ntp true (on all machines)") == (
        clock.ok, clock.message, clock.to_type,
    )  # fmt: skip


def test_a_clock_nobody_tells_is_said_to_be_unknown() -> None:
    """Kafka tells it only to who may describe the cluster; without Redis nothing is compared."""
    checks = doctor.examine(WANTED, replace(KAFKA, ahead_s=None), "silent", HERE)
    assert "nobody was asked what time it is" in [check.message for check in checks]


def test_a_disk_that_is_nearly_full_is_found(tmp_path: Path) -> None:
    """Where the log or the store is on this machine; how much is needed is said."""
    checks = doctor.examine(WANTED, KAFKA, REDIS, replace(HERE, free_bytes=1 << 30))
    message = "1.0 GB are free for sandik-data, and Kafka and Redis of this machine need 5"
    assert [("disk", message, "make room: du -xh sandik-data | sort -h | tail")] == wrong(checks)
    asked = doctor.here(tmp_path / "not" / "there")
    assert asked.free_bytes is not None
    assert asked.open_files > 0
    assert doctor.here().free_bytes is None


@pytest.mark.parametrize(
    ("env", "message", "to_type"),
    [
        (
            {"SANDIK_REDSI": "redis://:secret@h:6379/0"},
            "SANDIK_REDSI is set, but no such setting exists",
            'export SANDIK_REDIS="$SANDIK_REDSI"; unset SANDIK_REDSI',
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
    checks = doctor.examine(replace(WANTED, env=env), KAFKA, REDIS, HERE)
    assert [("settings", message, to_type)] == wrong(checks)


def test_too_few_open_files_are_found() -> None:
    """A thousand clients do not fit into the usual limit of 1024."""
    checks = doctor.examine(WANTED, KAFKA, REDIS, HereFacts(1024))
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

    checks = await doctor.run(WANTED, Probes(no_kafka, no_redis, lambda: HERE))
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
    checks = await doctor.run(WANTED, Probes(silent, redis, doctor.here))
    assert "127.0.0.1:9092 cannot be reached (no answer within 0.01 s)" in [check.message for check in checks]


def test_a_check_in_words() -> None:
    """Well on one line; wrong with an arrow to what to type."""
    assert "ok     clock: agrees" == doctor.in_words(Check("clock", True, "agrees"))
    expected = "WRONG  clock: 12 s ahead\n       → timedatectl"
    assert expected == doctor.in_words(Check("clock", False, "12 s ahead", "timedatectl"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h:1/0", "redis://h:1/0"),
        ("rediss://user:p%40ss@h:1/0", "rediss://…@h:1/0"),
        ("redis+sentinel://h:1/night/0?sentinel_password=secret", "redis+sentinel://h:1/night/0"),
        ("redis+sentinel://u:p@h:1/night?sentinel_password=a@b", "redis+sentinel://…@h:1/night"),
    ],
)
def test_a_password_is_not_shown(url: str, expected: str) -> None:
    """Addresses are printed and pasted into tickets."""
    checks = doctor.examine(replace(WANTED, redis=url), KAFKA, "no", HERE)
    (redis,) = [check for check in checks if check.name == "redis"]
    assert redis.message.startswith(f"{expected} cannot be reached")


@pytest.mark.parametrize(
    ("why", "to_type"),
    [
        ("AuthenticationError: invalid username-password pair", "see user and password in SANDIK_REDIS"),
        ("NotLetInError: a:1: Authentication required.", "see user and password in SANDIK_REDIS"),
        ("ConnectionError: [SSL: CERTIFICATE_VERIFY_FAILED] …", "see host and ssl_ca_certs in SANDIK_REDIS"),
        ("OSError", "set SANDIK_REDIS=redis://HOST:PORT/0"),
    ],
)
def test_a_store_that_does_not_let_us_in_is_no_store_that_is_away(why: str, to_type: str) -> None:
    """What to type is another thing."""
    checks = doctor.examine(WANTED, KAFKA, why, HERE)
    assert [to_type] == [one.to_type[: len(to_type)] for one in checks if one.name == "redis"]
