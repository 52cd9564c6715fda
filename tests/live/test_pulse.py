"""The pulse: what a worker says of the log and its count, and how a gateway sees that it lags or is gone."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from election.wire.keys import Keys, unpack_pulse
from election.wire.records import AFTER, Bundle, Ruling, encode, encode_after
from streams.attending import attend
from streams.looking import Looks
from tests.live.crew import WITHIN_S, Crew, crew
from tests.live.one import MAYOR, REPORTS, good, log_of, one
from tests.servers import Running
from tests.streams import made
from tests.web.house import house
from web.pulse import Lag, Pulses

TOO_OLD_S = 5.0
"""A worker speaks once a second, and a gateway listens every two."""


async def pulse_of(redis: Any, keys: Keys) -> Any:
    """What the store holds, and for how long, in seconds."""
    return unpack_pulse(await redis.hgetall(keys.pulse)), await redis.ttl(keys.pulse)


async def test_a_sign_of_life_notes_how_far_the_log_goes_and_raises_no_version(
    redis_server: Running,
) -> None:
    """Beside what is counted of each partition at that moment; it is gone a minute after the last one."""
    redis = Redis.from_url(redis_server.url)
    async with one(redis_server) as worker:
        keys = worker.store.keys[MAYOR]
        await worker.count(log_of([good(0), good(1)]))
        before = await worker.store.read(MAYOR)
        await attend(worker.store, worker.counter, worker.progress, "me", {})
        assert ({}, -2) == await pulse_of(redis, keys)
        at = f"{REPORTS}/0"
        began_s = time.time() - 1
        await attend(worker.store, worker.counter, worker.progress, "me", {at: 9, f"{REPORTS}/1": 4})
        pulses, left_s = await pulse_of(redis, keys)
        assert {at: (2, 9), f"{REPORTS}/1": (0, 4)} == {
            name: (pulse.applied, pulse.end) for name, pulse in pulses.items()
        }
        assert 0 < left_s <= 60
        assert all(began_s <= pulse.at_s <= time.time() + 1 for pulse in pulses.values())
        await attend(worker.store, worker.counter, worker.progress, "you", {at: 11})
        pulses, _ = await pulse_of(redis, keys)
        ends = {at: 11, f"{REPORTS}/1": 4}
        assert ends == {name: pulse.end for name, pulse in pulses.items()}
        assert ends == await Looks(worker.store).ends(MAYOR)
        after = await worker.store.read(MAYOR)
        assert (before.meta, before.newest) == (after.meta, after.newest)
    await redis.aclose()


class Watcher:
    """What a gateway does every two seconds: reads the pulse of every contest, and the store's clock."""

    def __init__(self, hands: Crew, url: str) -> None:
        self.keys = {contest: Keys(hands.scope, contest) for contest in hands.night.contests}
        self.redis: Any = Redis.from_url(url)
        self.pulses = Pulses()

    async def lags(self) -> dict[str, Lag]:
        """Of each partition, by topic and number."""
        step = self.redis.pipeline(transaction=False)
        for keys in self.keys.values():
            step.hgetall(keys.pulse)
        step.time()
        *hashes, (seconds, micros) = await step.execute()
        now = time.monotonic()
        self.pulses.take(dict(zip(self.keys, hashes, strict=True)), seconds + micros / 1e6, now)
        return {f"{lag.topic}/{lag.partition}": lag for lag in self.pulses.lags(now)}

    async def until(self, what: str, check: Callable[[dict[str, Lag]], bool]) -> dict[str, Lag]:
        """Waits for it."""
        deadline = time.monotonic() + WITHIN_S
        while not check(lags := await self.lags()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {WITHIN_S:g} s: {what}; the last were {lags}")
            await asyncio.sleep(0.05)
        return lags


async def scraped(port: int) -> dict[str, tuple[float, float]]:
    """What a gateway's admin port tells of each partition: records that wait, and the age of that word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head, _, text = (await asyncio.wait_for(reader.read(), WITHIN_S)).decode().partition("\r\n\r\n")
    writer.close()
    assert " 200 " in head.splitlines()[0]
    families = {family.name: family for family in text_string_to_metric_families(text)}

    def values(name: str) -> dict[str, float]:
        found = families[name].samples if name in families else []
        return {f"{one.labels['topic']}/{one.labels['partition']}": one.value for one in found}

    ages = values("sandik_worker_pulse_age_seconds")
    return {name: (waiting, ages[name]) for name, waiting in values("sandik_worker_lag_records").items()}


async def test_a_gateway_shows_a_frozen_worker_by_the_age_of_its_word(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """While it stands still its number stays what it was and grows old; going on, it falls to 0."""
    records = made.recording()
    async with (
        crew(tansu, redis_server, tmp_path) as hands,
        house(hands.night, redis=redis_server.url, session=hands.scope.session, admin="127.0.0.1:0") as at,
    ):

        async def shown(what: str, check: Callable[[dict[str, tuple[float, float]]], bool]) -> None:
            deadline = time.monotonic() + WITHIN_S
            while not check(found := await scraped(at.gateway.admin_port)):
                if time.monotonic() > deadline:
                    raise AssertionError(f"not within {WITHIN_S:g} s: {what}; the last was {found}")
                await asyncio.sleep(0.1)

        def fresh(found: dict[str, tuple[float, float]]) -> bool:
            names = {name.rpartition(".")[2] for name in hands.ends}
            return names <= set(found) and all(
                waiting == 0 and age_s < TOO_OLD_S for waiting, age_s in found.values()
            )

        await hands.send(records[:40])
        await hands.until_applied()
        await shown("everything counted", fresh)
        hands.kill(number=signal.SIGSTOP)
        await hands.send(records[40:])
        await shown("an old word", lambda found: all(age_s > TOO_OLD_S for _, age_s in found.values()))
        hands.kill(number=signal.SIGCONT)
        await hands.until_applied()
        await shown("everything counted again", fresh)
        ends = {name.rpartition(".")[2]: end for name, end in hands.ends.items()}
        lags = {f"{lag.topic}/{lag.partition}": lag.applied for lag in at.gateway.metrics.look().lags}
        assert ends == {name: lags[name] for name in ends}


async def test_what_a_worker_has_read_and_not_counted_is_told_as_a_number(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """A ruling that was heard after reports waits for them: one record, until they are here."""
    records = made.recording()
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        watcher = Watcher(hands, redis_server.url)
        first = next(one for one in records if isinstance(one, Bundle))
        place = hands.scope.topic("reports")
        ruling = next(one for one in records if isinstance(one, Ruling))
        producer = AIOKafkaProducer(bootstrap_servers=apache_kafka.address, acks="all")
        await producer.start()
        await producer.send_and_wait(
            hands.scope.topic("rulings"), encode(ruling, hands.scope), partition=0,
            headers=[(AFTER, encode_after({f"{place}/0": 1}))],
        )  # fmt: skip
        await watcher.until("a ruling that waits", lambda lags: 1 == waiting(lags, "rulings"))
        await producer.send_and_wait(place, encode(first, hands.scope), partition=0)
        await producer.stop()
        await watcher.until(
            "nothing waits", lambda lags: (0, 1) == (waiting(lags, "rulings"), lags["rulings/0"].applied)
        )
        await watcher.redis.aclose()


def waiting(lags: Mapping[str, Lag], topic: str) -> int:
    """Records of a topic that are not counted."""
    return sum(lag.records for lag in lags.values() if lag.topic == topic)
