"""Looks at everything a night needs from outside, and says for each what is wrong and what to type.

Know before changing: nothing here touches a network. The command hands in probes, which ask Kafka, Redis and
this machine and return facts; a probe that raises or is silent means "cannot be reached". `examine` turns
facts into checks, and is all there is to test.
"""

import asyncio
import resource
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from election.errors import OutsideError
from sandik.doctor_kafka import SKEW_MAX_S, Check, KafkaFacts, Wanted, checked, unreached

PROBE_WITHIN_S = 10.0
OPEN_FILES_MIN = 4096  # a gateway holds one for each client, a broker one for each segment of the log
DISK_MIN_BYTES = 5 * 1024**3  # a night of a country is about 100 MB in the log, and logs grow beside it
PREFIX = "SANDIK_"
NOT_LET_IN = (
    "NOAUTH", "WRONGPASS", "NOPERM", "Authentication", "NoPermission", "NotLetIn", "invalid username",
)  # fmt: skip
NOT_TRUSTED = "CERTIFICATE_VERIFY_FAILED"
Facts = TypeVar("Facts")


@dataclass(frozen=True)
class RedisFacts:
    """What Redis says of itself; `ahead_s` is its clock minus ours, taken in the middle of asking.

    `without_copy`: primaries of a cluster, or of sentinels, that have no replica to take over from them.
    """

    version: str
    maxmemory_policy: str
    appendonly: bool
    ahead_s: float
    without_copy: int = 0


@dataclass(frozen=True)
class Probes:
    """How to ask; handed in by the command, because the client libraries have doors of their own."""

    kafka: Callable[[], Awaitable[KafkaFacts]]
    redis: Callable[[], Awaitable[RedisFacts]]
    here: Callable[[], "HereFacts"]


@dataclass(frozen=True)
class HereFacts:
    """This machine: how many files a process may open; the free bytes beside `folder`, None: not asked."""

    open_files: int
    folder: str = ""
    free_bytes: int | None = None


async def run(wanted: Wanted, probes: Probes) -> tuple[Check, ...]:
    """Ask everything at once and check the answers."""
    kafka, redis = await asyncio.gather(_asked(probes.kafka), _asked(probes.redis))
    return examine(wanted, kafka, redis, probes.here())


def examine(
    wanted: Wanted, kafka: KafkaFacts | str, redis: RedisFacts | str, here: HereFacts
) -> tuple[Check, ...]:
    """Every check; text in place of facts is why they could not be had."""
    return (
        *_settings(wanted),
        *(unreached(wanted, kafka) if isinstance(kafka, str) else checked(wanted, kafka)),
        *(_no_redis(wanted, redis) if isinstance(redis, str) else _redis(redis)),
        _clocks(kafka, redis),
        *_limits(here),
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


def here(folder: Path | None = None) -> HereFacts:
    """This machine as it is; with a folder also the room on its disk. The probe for `Probes.here`."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = soft if soft >= 0 else 1 << 30
    if folder is None:
        return HereFacts(files)
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    return HereFacts(files, str(folder), shutil.disk_usage(there).free)


async def _asked(probe: Callable[[], Awaitable[Facts]]) -> Facts | str:
    """The answer of a probe, or why there is none."""
    try:
        async with asyncio.timeout(PROBE_WITHIN_S):
            return await probe()
    except TimeoutError:
        return f"no answer within {PROBE_WITHIN_S:g} s"
    except OutsideError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever a client library raises is the finding here
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _settings(wanted: Wanted) -> tuple[Check, ...]:
    """Settings nobody reads: a misspelt one would otherwise be silence and a default."""
    checks = []
    for name in sorted(wanted.env):
        if name.startswith(PREFIX) and name not in wanted.known:
            near = get_close_matches(name, wanted.known, n=1)
            # Never its value: a password may stand in it, and what doctor says is sent around.
            to_type = f'export {near[0]}="${name}"; unset {name}' if near else f"unset {name}"
            checks.append(Check("settings", False, f"{name} is set, but no such setting exists", to_type))
    return tuple(checks) or (Check("settings", True, f"every {PREFIX}… setting is one there is"),)


def _no_redis(wanted: Wanted, why: str) -> tuple[Check, ...]:
    message = f"{_without_password(wanted.redis)} cannot be reached ({why})"
    to_type = (
        "set SANDIK_REDIS=redis://HOST:PORT/0 to a Redis that runs, or start one: "
        "redis-server --appendonly yes --maxmemory-policy noeviction"
    )
    if any(word in why for word in NOT_LET_IN):
        to_type = "see user and password in SANDIK_REDIS, and the rights in docs/secure.md"
    if NOT_TRUSTED in why:
        to_type = "see host and ssl_ca_certs in SANDIK_REDIS, and docs/secure.md"
    return (Check("redis", False, message, to_type, outside=True),)


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
    if not facts.without_copy:
        return (reached, policy, file)
    message = f"primaries without a replica that could take over: {facts.without_copy}"
    to_type = "start a replica for each; until then a primary that goes away takes its contests with it"
    return (reached, policy, file, Check("redis copies", False, message, to_type))


def _clocks(kafka: KafkaFacts | str, redis: RedisFacts | str) -> Check:
    """This machine's clock against those that say what theirs is."""
    ahead = {
        "Kafka": None if isinstance(kafka, str) else kafka.ahead_s,
        "Redis": None if isinstance(redis, str) else redis.ahead_s,
    }
    asked = {name: ahead_s for name, ahead_s in ahead.items() if ahead_s is not None}
    wrong = {name: ahead_s for name, ahead_s in asked.items() if abs(ahead_s) > SKEW_MAX_S}
    if wrong:
        said = " and ".join(
            f"{name}'s is {abs(ahead_s):.1f} s {'ahead' if ahead_s > 0 else 'behind'}"
            for name, ahead_s in wrong.items()
        )
        said = f"by this machine's clock {said}"
        return Check("clock", False, said, "timedatectl set-ntp true (on all machines)")
    if not asked:
        return Check("clock", True, "nobody was asked what time it is")
    return Check("clock", True, f"this machine and {' and '.join(asked)} agree within {SKEW_MAX_S:g} s")


def _limits(here: HereFacts) -> Iterator[Check]:
    if here.open_files >= OPEN_FILES_MIN:
        yield Check("open files", True, f"a process may open {here.open_files}")
    else:
        message = f"a process may open {here.open_files}, and a gateway needs one for each client"
        yield Check("open files", False, message, f"ulimit -n {OPEN_FILES_MIN}")
    if here.free_bytes is None:
        return
    free = f"{here.free_bytes / 1024**3:.1f} GB are free for {here.folder}"
    if here.free_bytes >= DISK_MIN_BYTES:
        yield Check("disk", True, free)
    else:
        message = f"{free}, and Kafka and Redis of this machine need {DISK_MIN_BYTES / 1024**3:.0f}"
        yield Check("disk", False, message, f"make room: du -xh {here.folder} | sort -h | tail")


def _without_password(url: str) -> str:
    """A Redis URL that may be shown: sentinels have their password among the options."""
    scheme, mark, rest = url.partition("?")[0].rpartition("@")
    return f"{scheme.partition('//')[0]}//…@{rest}" if mark else rest
