"""Topics looked at closely, and put right: the missing made, settings set, and nothing taken away.

    kept = await inspect(settings, names)          how each topic is kept; of one that is not there nothing
    changed = await put_right(settings, {"live.night.reports": 4, …})      a sentence for each change
    late = await out_of_step(settings)             partitions of which a copy is behind, or away
    ahead_s = await clock(settings)                the clock of the cluster's leader, minus ours

Know before changing: whatever this does must be harmless to a topic with a night in it. So it never touches
partitions or replicas, never lowers a size, and lowers the copies that a write waits for only where more are
asked for than there are.
"""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from election.errors import OutsideError
from election.wire.access import no_right
from producers.cluster import (
    CONNECT_WITHIN_S,
    RETRY_FIRST_S,
    Admin,
    TooFewBrokersError,
    _hidden,
    _look,
    asked,
    away,
    make,
    replicas_of,
    topic,
)
from producers.errors import NotLetInError
from producers.protocol import AlterTopic, DescribeQuorum
from producers.settings import Settings

THERE_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """How a topic is kept. `replicas` and `in_step` are of its worst partition."""

    partitions: int
    replicas: int
    in_step: int
    limits: Mapping[str, str] | None = field(default=None)
    """Its settings; None where we may not ask for them."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was seen of some topics."""

    brokers: tuple[str, ...]
    kept: Mapping[str, Kept]
    hidden: frozenset[str]
    """Topics that are kept from us by rights, whether they are there or not."""


async def inspect(
    settings: Settings, names: Collection[str], within_s: float = CONNECT_WITHIN_S
) -> Inspected:
    """How these topics are kept. Raises NoKafkaError, NotLetInError."""
    return await asked(settings, within_s, partial(_inspect, names=names))


async def _inspect(admin: AIOKafkaAdminClient, names: Collection[str]) -> Inspected:
    brokers = (await _look(admin)).brokers
    there = {one["topic"]: one["partitions"] for one in await admin.describe_topics()}
    asked = [name for name in names if name in there]
    limits = await _limits(admin, asked)
    kept = {
        name: Kept(
            len(there[name]),
            min((len(one["replicas"]) for one in there[name]), default=0),
            min((len(one["isr"]) for one in there[name]), default=0),
            limits.get(name),
        )
        for name in asked
    }
    return Inspected(
        brokers, kept, frozenset(await _hidden(admin, [one for one in names if one not in there]))
    )


async def _limits(admin: AIOKafkaAdminClient, names: Collection[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    try:
        answers = await admin.describe_configs(asked)
    except KafkaError:  # a broker that does not know the question; what is not known is not judged
        return {}
    return {
        name: {entry[0]: entry[1] or "" for entry in entries}
        for answer in answers
        for code, _, _, name, entries in answer.resources
        if not code
    }


async def out_of_step(settings: Settings, within_s: float = CONNECT_WITHIN_S) -> tuple[str, ...]:
    """The partitions of all topics that have no leader, or a copy that is not in step; none: all is well.

    Each with how many of its copies are. Kafka's own topics are among them; those that are kept from us by
    rights are not. Raises NoKafkaError, NotLetInError.
    """
    return await asked(settings, within_s, _out_of_step)


async def _out_of_step(admin: AIOKafkaAdminClient) -> tuple[str, ...]:
    return late(await admin.describe_topics())


def late(topics: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The same of what Kafka says of its topics; pure."""
    found = [
        (topic["topic"], one["partition"], len(one["isr"]), len(one["replicas"]), one["leader"] < 0)
        for topic in topics
        for one in topic["partitions"]
        if len(one["isr"]) < len(one["replicas"]) or one["leader"] < 0
    ]
    return tuple(
        f"{name}/{partition} ({in_step} of {replicas}{', no leader' if headless else ''})"
        for name, partition, in_step, replicas, headless in sorted(found)
    )


def amiss(name: str, kept: Kept) -> dict[str, str]:
    """The settings of a topic that are not as they must be, and what they must be; pure."""
    if kept.limits is None:
        return {}
    wanted: Mapping[str, str] = topic(name, kept.partitions, kept.replicas).topic_configs
    found: dict[str, str] = {}
    for setting, must in wanted.items():
        is_now = kept.limits.get(setting, must)
        if setting == "max.message.bytes":
            wrong = int(is_now) < int(must)
        elif setting == "min.insync.replicas":
            wrong = not int(must) <= int(is_now) <= kept.replicas
        else:
            wrong = is_now != must
        if wrong:
            found[setting] = must
    return found


async def put_right(settings: Settings, wanted: Mapping[str, int]) -> list[str]:
    """Makes topics that are missing, with so many partitions, and sets what is amiss in the others.

    A sentence for each change. Raises NoKafkaError, NotLetInError; OutsideError for what Kafka does not do.
    """
    changed: list[str] = []
    await asked(settings, CONNECT_WITHIN_S, partial(_put_right, settings, wanted, changed))
    return changed


async def _put_right(
    settings: Settings, wanted: Mapping[str, int], changed: list[str], admin: AIOKafkaAdminClient
) -> None:
    """Does so, and adds what it does to `changed`; what was done before a broker went is not done again."""
    seen = await _inspect(admin, wanted)
    if seen.hidden:
        raise NotLetInError(settings, no_right(settings, seen.hidden, "see or make"))
    cluster = await _look(admin)
    replicas = replicas_of(cluster)
    if away(settings, cluster) and set(wanted) - set(seen.kept):
        raise TooFewBrokersError(settings, cluster)
    missing = [topic(name, count, replicas) for name, count in wanted.items() if name not in seen.kept]
    made = await make(settings, admin, missing) if missing else ()
    changed += [_made(name, wanted[name], replicas) for name in made]
    await _until_there(admin, made)
    for name, kept in seen.kept.items():
        if limits := amiss(name, kept):
            await _set(settings, admin, name, limits)
            now: Mapping[str, str] = kept.limits or {}
            changed += [f"{name}: {key} was {now.get(key)}, is {value}" for key, value in limits.items()]


async def _until_there(admin: AIOKafkaAdminClient, names: Collection[str]) -> None:
    """Waits until the broker that is asked knows of what was made: it hears of it a moment later."""
    until_s = asyncio.get_running_loop().time() + THERE_WITHIN_S
    while not set(names) <= set((await _look(admin)).topics):
        if asyncio.get_running_loop().time() > until_s:
            return
        await asyncio.sleep(RETRY_FIRST_S)


def _made(name: str, partitions: int, replicas: int) -> str:
    waits = topic(name, partitions, replicas).topic_configs["min.insync.replicas"]
    count = "1 partition" if partitions == 1 else f"{partitions} partitions"
    copies = "once" if replicas == 1 else f"{replicas} times"
    return f"{name}: made, {count}, kept {copies}, for ever; a write waits for {waits} of the copies"


async def _set(settings: Settings, admin: AIOKafkaAdminClient, name: str, limits: Mapping[str, str]) -> None:
    answer = await admin._send_request(AlterTopic(name, limits))
    for code, said, _, _ in answer.responses:
        if code:
            why = said or for_code(code).__name__
            raise OutsideError(
                f"Kafka at {settings.kafka} does not set {', '.join(limits)} of {name}: {why}. It takes the "
                "operation AlterConfigs on the topic (docs/secure.md)."
            )


async def clock(settings: Settings, within_s: float = CONNECT_WITHIN_S) -> float | None:
    """The clock of the cluster's leader minus ours, in seconds; None where Kafka does not say.

    It says so to who may Describe the cluster, and the embedded broker to nobody.
    """
    if settings.kafka_kind == "tansu":
        return None
    async with Admin(settings, within_s) as admin:
        before_s = time.time()
        try:
            answer = await admin._send_request(DescribeQuorum())
        except (KafkaError, NotImplementedError):  # an older broker
            return None
        middle_s = (before_s + time.time()) / 2
    if answer.error_code or not answer.topics:
        return None
    ((_, partitions, *_),) = answer.topics
    ((_, code, leader, _, _, voters, *_),) = partitions
    ours = [one[3] for one in voters if one[0] == leader]
    return None if code or not ours or ours[0] < 0 else ours[0] / 1000 - middle_s
