"""How `sandik doctor` asks: Kafka through the producers' door, Redis through the stores', and this machine.

Know before changing: of a Redis only INFO and TIME are asked, which a managed one allows too where CONFIG is
forbidden. Of several primaries the worst answer counts. Nothing here changes anything but `put_right`.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from election.wire.access import place
from sandik import doctor, ports
from sandik.doctor import HereFacts, RedisFacts
from sandik.doctor_kafka import KafkaFacts, TopicFacts

ANSWERS_WITHIN_S = 5.0
DATA = Path("sandik-data")
"""Where `sandik up` keeps the log and the store of this machine."""


async def kafka_facts(environment: Mapping[str, str], topics: Collection[str] = ()) -> KafkaFacts:
    """What the brokers say, how they keep these topics, and which brokers accept nobody or not us."""
    from producers import access, tending
    from producers.errors import NoKafkaError
    from producers.settings import Settings

    settings = Settings.read(environment)
    try:
        seen = await tending.inspect(settings, topics, within_s=0)
    except NoKafkaError as error:
        raise ConnectionError(error.hint or "nothing answers") from None
    lost, refusing = [], []
    for broker in seen.brokers:
        at = place(broker)
        if at is None or not await asyncio.to_thread(ports.is_open, *at):
            lost.append(broker)
        elif why := await access.refused_by(settings, *at):
            refusing.append(f"{broker} {why}")
    kept = {
        name: TopicFacts(
            one.partitions, one.replicas, one.in_step,
            {key: ((one.limits or {}).get(key, "?"), must) for key, must in tending.amiss(name, one).items()},
        )
        for name, one in seen.kept.items()
    }  # fmt: skip
    ahead_s = await tending.clock(settings, within_s=0)
    return KafkaFacts(seen.brokers, tuple(lost), kept, tuple(refusing), seen.hidden, ahead_s)


async def put_right(environment: Mapping[str, str], topics: Mapping[str, int]) -> list[str]:
    """Makes the topics that are missing, sets what is amiss in the others; a sentence for each change."""
    from producers import tending
    from producers.settings import Settings

    return await tending.put_right(Settings.read(environment), topics)


async def out_of_step(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Partitions with a copy that is not in step. Raises ConnectionError where nobody answers just now."""
    from producers import tending
    from producers.errors import NoKafkaError
    from producers.settings import Settings

    try:
        return await tending.out_of_step(Settings.read(environment), within_s=0)
    except NoKafkaError as error:
        raise ConnectionError(str(error)) from error


async def redis_facts(url: str) -> RedisFacts:
    """What Redis says of itself: all its primaries, where there are several."""
    from stores.address import Kind
    from stores.opening import Opened

    opened = Opened(url, ANSWERS_WITHIN_S, "sandik-doctor")
    group = opened.address.kind is not Kind.SINGLE
    try:
        found = [await _one(primary, group) for primary in await opened.primaries()]
    finally:
        await opened.aclose()
    return worst(found)


def worst(found: Collection[RedisFacts]) -> RedisFacts:
    """Of several primaries what is worst of each."""
    policies = sorted({one.maxmemory_policy for one in found}, key=lambda policy: policy == "noeviction")
    return RedisFacts(
        " and ".join(sorted({one.version for one in found})),
        policies[0],
        all(one.appendonly for one in found),
        max((one.ahead_s for one in found), key=abs),
        sum(one.without_copy for one in found),
    )


async def _one(url: str, group: bool) -> RedisFacts:
    from stores.opening import Opened

    opened = Opened(url, ANSWERS_WITHIN_S, "sandik-doctor")
    try:
        client = await opened.at("")
        info = await client.info()
        before_s = time.time()
        seconds, micros = await client.time()
        middle_s = (before_s + time.time()) / 2
    finally:
        await opened.aclose()
    return RedisFacts(
        version=str(info.get("valkey_version") or info.get("redis_version", "?")),
        maxmemory_policy=str(info.get("maxmemory_policy", "?")),
        appendonly=info.get("aof_enabled") == 1,
        ahead_s=int(seconds) + int(micros) / 1e6 - middle_s,
        without_copy=int(group and not info.get("connected_slaves")),
    )


def here(kafka: str, redis: str) -> HereFacts:
    """This machine; also the room on its disk, where Kafka or Redis is on it."""
    local = any(host in place for place in (kafka, redis) for host in ("127.0.0.1", "localhost", "[::1]"))
    return doctor.here(DATA if local else None)
