"""Looks at everything a night needs from outside, and says for each what is wrong and what to type.

Know before changing: nothing here touches a network. The command hands in probes, which ask Kafka, Redis and
this machine and return facts; a probe that raises or is silent means "cannot be reached". `examine` turns
facts into checks, and is all there is to test.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

PROBE_WITHIN_S = 10.0
OPEN_FILES_MIN = 4096  # a gateway holds one for each client, a broker one for each segment of the log
SKEW_MAX_S = 1.0
PREFIX = "SANDIK_"
Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `to_type` is empty when it is well; `outside`: not reached at all."""

    name: str
    ok: bool
    message: str
    to_type: str = ""
    outside: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the settings ask for. `known` holds every setting there is, `env` those that are set."""

    kafka: str
    redis: str
    topics: Mapping[str, int]
    known: frozenset[str]
    env: Mapping[str, str]


@dataclass(frozen=True)
class KafkaFacts:
    """What the brokers say: their advertised addresses, those that accept nobody, partitions by topic."""

    brokers: tuple[str, ...]
    unreachable: tuple[str, ...]
    topics: Mapping[str, int]


@dataclass(frozen=True)
class RedisFacts:
    """What Redis says of itself; `ahead_s` is its clock minus ours, taken in the middle of asking."""

    version: str
    maxmemory_policy: str
    appendonly: bool
    ahead_s: float


@dataclass(frozen=True)
class Probes:
    """How to ask; handed in by the command, because the client libraries have doors of their own."""

    kafka: Callable[[], Awaitable[KafkaFacts]]
    redis: Callable[[], Awaitable[RedisFacts]]
    open_files: Callable[[], int]


async def run(wanted: Wanted, probes: Probes) -> tuple[Check, ...]:
    """Ask everything at once and check the answers."""
    kafka, redis = await asyncio.gather(_asked(probes.kafka), _asked(probes.redis))
    return examine(wanted, kafka, redis, probes.open_files())


def examine(
    wanted: Wanted, kafka: KafkaFacts | str, redis: RedisFacts | str, open_files: int
) -> tuple[Check, ...]:
    """Every check; text in place of facts is why they could not be had."""
    return (
        *_settings(wanted),
        *(_no_kafka(wanted, kafka) if isinstance(kafka, str) else _kafka(wanted, kafka)),
        *(_no_redis(wanted, redis) if isinstance(redis, str) else _redis(redis)),
        _limits(open_files),
    )


def exit_code(checks: tuple[Check, ...]) -> int:
    """0 all is well, 3 something cannot be reached, 1 something is wrong."""
    if any(check.outside for check in checks):
        return 3
    return 0 if all(check.ok for check in checks) else 1


def in_words(check: Check) -> str:
    """A check as lines for a terminal."""
    line = f"{'ok   ' if check.ok else 'WRONG'}  {check.name}: {check.message}"
    return f"{line}\n       → {check.to_type}" if check.to_type else line


def open_files_limit() -> int:
    """How many files one process may open here. The probe for `Probes.open_files`."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft >= 0 else 1 << 30


async def _asked(probe: Callable[[], Awaitable[Facts]]) -> Facts | str:
    """The answer of a probe, or why there is none."""
    try:
        async with asyncio.timeout(PROBE_WITHIN_S):
            return await probe()
    except TimeoutError:
        return f"no answer within {PROBE_WITHIN_S:g} s"
    except Exception as error:  # noqa: BLE001 - whatever a client library raises is the finding here
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _settings(wanted: Wanted) -> tuple[Check, ...]:
    """Settings nobody reads: a misspelt one would otherwise be silence and a default."""
    checks = []
    for name in sorted(wanted.env):
        if name.startswith(PREFIX) and name not in wanted.known:
            near = get_close_matches(name, wanted.known, n=1)
            to_type = f"export {near[0]}={wanted.env[name]}; unset {name}" if near else f"unset {name}"
            checks.append(Check("settings", False, f"{name} is set, but no such setting exists", to_type))
    return tuple(checks) or (Check("settings", True, f"every {PREFIX}… setting is one there is"),)


def _no_kafka(wanted: Wanted, why: str) -> tuple[Check, ...]:
    return (
        Check(
            "kafka",
            False,
            f"{wanted.kafka} cannot be reached ({why})",
            "set SANDIK_KAFKA=HOST:PORT to a Kafka that runs, or start one: sandik up NIGHT --broker kafka",
            outside=True,
        ),
    )


def _kafka(wanted: Wanted, facts: KafkaFacts) -> tuple[Check, ...]:
    brokers = ", ".join(facts.brokers)
    reached = Check("kafka", True, f"{wanted.kafka} answers; brokers: {brokers or 'none'}")
    advertised = Check("kafka addresses", True, "every broker accepts connections where it says it is")
    if facts.unreachable:
        lost = ", ".join(facts.unreachable)
        advertised = Check(
            "kafka addresses",
            False,
            f"{wanted.kafka} answers, but sends its clients to {lost}, where nobody accepts from here",
            "set advertised.listeners on those brokers to an address this machine can reach",
        )
    return (reached, advertised, *_topics(wanted, facts))


def _topics(wanted: Wanted, facts: KafkaFacts) -> tuple[Check, ...]:
    """Every topic there with the partitions that were asked for; one line if all is well."""
    checks = []
    for topic, partitions in sorted(wanted.topics.items()):
        has = facts.topics.get(topic)
        if has is None:
            message = f"{topic} does not exist"
            to_type = f"kafka-topics.sh --bootstrap-server {wanted.kafka} --create --topic {topic}"
            to_type += f" --partitions {partitions}"
        elif has != partitions:
            # Partitions cannot be taken away, and adding some would send an area's later reports elsewhere.
            message = f"{topic} has {has} partitions, and {partitions} are wanted"
            to_type = f"export SANDIK_PARTITIONS={has}"
        else:
            continue
        checks.append(Check("topics", False, message, to_type))
    return tuple(checks) or (Check("topics", True, f"all {len(wanted.topics)} are there"),)


def _no_redis(wanted: Wanted, why: str) -> tuple[Check, ...]:
    return (
        Check(
            "redis",
            False,
            f"{_without_password(wanted.redis)} cannot be reached ({why})",
            "set SANDIK_REDIS=redis://HOST:PORT/0 to a Redis that runs, or start one: "
            "redis-server --appendonly yes --maxmemory-policy noeviction",
            outside=True,
        ),
    )


def _redis(facts: RedisFacts) -> tuple[Check, ...]:
    reached = Check("redis", True, f"version {facts.version} answers")
    policy = Check("redis eviction", True, "maxmemory-policy is noeviction")
    if facts.maxmemory_policy != "noeviction":
        message = f"maxmemory-policy is {facts.maxmemory_policy}: a full Redis would throw figures away"
        policy = Check("redis eviction", False, message, "redis-cli CONFIG SET maxmemory-policy noeviction")
    file = Check("redis file", True, "appendonly is on")
    if not facts.appendonly:
        message = "appendonly is off: a restarted Redis would be empty until everything is counted again"
        file = Check("redis file", False, message, "redis-cli CONFIG SET appendonly yes")
    clock = Check("clock", True, f"this machine and Redis agree within {SKEW_MAX_S:g} s")
    if abs(facts.ahead_s) > SKEW_MAX_S:
        side = "ahead of" if facts.ahead_s > 0 else "behind"
        message = f"the clock of Redis is {abs(facts.ahead_s):.1f} s {side} this machine's"
        clock = Check("clock", False, message, "timedatectl set-ntp true (on both machines)")
    return (reached, policy, file, clock)


def _limits(open_files: int) -> Check:
    if open_files >= OPEN_FILES_MIN:
        return Check("open files", True, f"a process may open {open_files}")
    message = f"a process may open {open_files}, and a gateway needs one for each client"
    return Check("open files", False, message, f"ulimit -n {OPEN_FILES_MIN}")


def _without_password(url: str) -> str:
    """A Redis URL that may be shown."""
    scheme, mark, rest = url.rpartition("@")
    return f"{scheme.partition('//')[0]}//…@{rest}" if mark else rest
