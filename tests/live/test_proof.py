"""Whether `sandik verify` finds and names whatever was done to a log, on brokers and with the store's chain.

Know before changing: a log is tampered with by copying it to another broker under the same names: nobody who
could change a log in place would do it otherwise, as no Kafka lets records be changed.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from election.night import ContestId
from election.wire.frames import Board, dumps
from election.wire.tampering import record_id
from producers import record
from producers.cluster import create_topics
from sandik import ended
from streams.chain import stored
from streams.verify import Verified, rebuild, verify
from tests.live.crew import Crew, crew
from tests.live.shell import done
from tests.servers import Running
from tests.streams import made

WHATS = ("shown", "reports", "rulings", "told")
Log = dict[tuple[str, int], list[bytes]]
MAYOR = ContestId("mayor")


async def publish(hands: Crew) -> None:
    """What a gateway would show of the mayor now, into the topic of what was shown."""
    held = await hands.store.read(MAYOR)
    contest = hands.night.contests[MAYOR]
    state = ended.state(held, contest.source, hands.scope)
    shown = Board(hands.night, contest, hands.scope.mode).snapshot(state, state.at)
    await written(hands.broker, {(hands.scope.topic("shown"), 0): [dumps(shown)]})


async def written(broker: Running, log: Log) -> None:
    """Writes these values to these places."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.address, max_request_size=4 * 1024 * 1024)
    await producer.start()
    try:
        for (topic, partition), values in log.items():
            for value in values:
                await producer.send_and_wait(topic, value, partition=partition)
    finally:
        await producer.stop()


async def whole(hands: Crew) -> Log:
    """The log as it stands, by partition."""
    found: Log = {}
    async for logged in hands.log(*WHATS):
        found.setdefault((logged.topic, logged.partition), []).append(logged.value)
    return found


class Copied:
    """A copy of a crew's log on another broker, and the crew's store beside it."""

    def __init__(self, hands: Crew, broker: Running) -> None:
        self.hands, self.broker = hands, broker
        self.producing = replace(hands.producing, kafka=broker.address, kafka_kind=broker.kind)
        self.environment = {
            **hands.environment, "SANDIK_KAFKA": broker.address, "SANDIK_KAFKA_KIND": broker.kind,
        }  # fmt: skip

    async def fill(self, log: Log) -> None:
        """Puts the records there."""
        await create_topics(self.producing, self.hands.night.id)
        await written(self.broker, log)

    async def log(self, whats: Sequence[str] = WHATS) -> AsyncIterator[record.Logged]:
        """The copy, read back."""
        topics = [self.hands.scope.topic(what) for what in whats]
        async for logged in record.read_log(self.producing, topics):
            yield logged

    async def verified(self, whats: Sequence[str] = WHATS, rebuilt: bool = False) -> Verified:
        """The copy beside the store."""
        return await verify(self.hands.night, self.hands.store, self.log(whats), rebuilt)

    async def rebuild(self) -> None:
        """Makes the store from the copy."""
        await rebuild(self.hands.night, self.hands.store, self.log(WHATS[1:]))


async def counted(hands: Crew) -> Log:
    """A night in two parts, with what was shown after each; its log."""
    records = made.recording()
    for part in (records[: len(records) // 2], records[len(records) // 2 :]):
        await hands.send(part)
        await hands.until_applied()
        await hands.until_told()
        await publish(hands)
    hands.close()
    return await whole(hands)


def places(verified: Verified) -> dict[str, list[tuple[str, int, str]]]:
    """What was found, by partition."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for one in verified.audit.differences:
        found.setdefault(one.partition, []).append((one.kind, one.offset, one.record))
    return found


def tampered(log: Log, topic: str) -> tuple[Log, dict[str, list[tuple[str, int, str]]]]:
    """One record changed, one missing, one inserted, two swapped, each in a partition of its own."""
    copy = {place: list(values) for place, values in log.items()}
    changed, missing, inserted, swapped = (copy[topic, partition] for partition in range(4))
    told = {
        f"{topic}/0": [("changed", 5, record_id(changed[5]))],
        f"{topic}/1": [("missing", 4, "")],
        f"{topic}/2": [("inserted", 3, record_id(inserted[7]))],
        f"{topic}/3": [("moved", 6, record_id(swapped[6]))],
    }
    changed[5] = changed[5].replace(b'"invalid":[', b'"invalid":[ ', 1)
    del missing[4]
    inserted.insert(3, inserted[7])
    swapped[6], swapped[7] = swapped[7], swapped[6]
    return copy, told


async def test_each_tampering_is_found_and_named_by_partition_offset_and_record(
    apache_kafka: Running, tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Also where it changes no total: the very bytes, and their order, are what was counted."""
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        log = await counted(hands)
        right = await verify(hands.night, hands.store, hands.log(*WHATS))
        assert ([], True) == (list(right.differences), right.audit.proves)
        records = sum(len(log[place]) for place in log if not place[0].endswith("shown"))
        assert (records, 2) == (right.audit.linked, right.audit.shown.agree)
        topic = hands.scope.topic("reports")
        copy, expected = tampered(log, topic)
        there = Copied(hands, tansu)
        await there.fill(copy)
        found = await there.verified()
        assert expected == places(found)
        assert found.differences[0].startswith(f"{topic}/0: offset 5: the record")
        code, said = await done(("verify", "practice"), there.environment)
        assert (1, False) == (code, said["verified"])
        assert ("changed", topic, 0, 5) == tuple(
            said["audit"]["differences"][0][name] for name in ("kind", "topic", "partition", "offset")
        )


async def test_after_a_rebuild_what_was_shown_says_between_which_two_the_log_was_changed(
    apache_kafka: Running, tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """A store made from a changed log agrees with it; somebody has seen the right one."""
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        log = await counted(hands)
        topic = hands.scope.topic("reports")
        first, second = [await shown(hands, number) for number in (0, 1)]
        at = first["audit"]["at"]["reports/1"]
        copy = {place: list(values) for place, values in log.items()}
        del copy[topic, 1][at]
        there = Copied(hands, tansu)
        await there.fill(copy)
        await there.rebuild()
        found = await there.verified()
        assert [] == list(found.audit.differences)
        (broken,) = found.audit.shown.broken
        assert (first["version"], second["version"]) == (
            broken.before and broken.before.version,
            broken.first.version,
        )
        assert (at, second["audit"]["at"]["reports/1"]) == broken.where["reports/1"]
        assert not found.agrees
        # The store was made from this log, and nothing that was shown is there: that is said, too.
        alone = await there.verified(WHATS[1:], rebuilt=True)
        assert ([], False) == (list(alone.audit.sentences), alone.audit.proves)
        assert "nothing says that the log is what it was" in str(alone.audit)


async def shown(hands: Crew, number: int) -> Mapping[str, Any]:
    """One of the snapshots that were published."""
    found = [json.loads(logged.value) async for logged in hands.log("shown")]
    one: Mapping[str, Any] = found[number]
    return one


async def test_the_chain_is_the_same_however_often_the_store_is_lost(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Batches fall otherwise every time; the links, and the head that is shown, do not."""
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        await hands.send(made.recording())
        await hands.until_applied()
        await hands.until_told()
        hands.close()
        once = await stored(hands.store, MAYOR)
        before = await verify(hands.night, hands.store, hands.log())
        await rebuild(hands.night, hands.store, hands.log())
        assert once == await stored(hands.store, MAYOR)
        after = await verify(hands.night, hands.store, hands.log())
        assert ([], before.audit.marks) == (list(after.differences), after.audit.marks)
        assert {0} == {one.begins for one in once.values()}


async def test_a_log_that_begins_later_has_a_chain_that_begins_there(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Records were deleted before anything was counted, as by a replay that goes back; the place is said."""
    async with crew(apache_kafka, redis_server, tmp_path, workers=0) as hands:
        await hands.send(made.recording())
        await record.begin_anew(hands.producing, hands.scope)
        begins = dict(hands.ends)
        await hands.send(made.recording()[:40])
        hands.start()
        await hands.until_applied()
        found = await hands.verified()
        assert [] == list(found.differences)
        wanted = {name.rpartition(".")[2]: at for name, at in begins.items()}
        assert found.audit.begins == {name: at for name, at in wanted.items() if name in found.audit.marks}
        assert "reports/0 begins at offset" in str(found.audit)
        await rebuild(hands.night, hands.store, hands.log())
        assert [] == list((await hands.verified()).differences)
