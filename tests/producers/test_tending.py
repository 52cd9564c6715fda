"""What is amiss with a topic's settings, and what is left alone because touching it could lose a record."""

from collections.abc import Collection
from typing import Any

import pytest
from aiokafka.errors import NodeNotReadyError

from producers import cluster, tending
from producers.cluster import Cluster, topic
from producers.settings import Settings
from producers.tending import Inspected, Kept, amiss, late, put_right
from tests.producers.test_cluster import StandIn

TOLD = "live.practice.told"


def kept(replicas: int = 3, **limits: str) -> Kept:
    """A topic as it is made, with other settings."""
    as_made = dict(topic(TOLD, 1, replicas).topic_configs)
    return Kept(
        1, replicas, replicas, as_made | {name.replace("_", "."): value for name, value in limits.items()}
    )


@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_a_topic_as_it_is_made_is_well(replicas: int) -> None:
    """However many copies there are; one whose settings we may not see is not judged."""
    assert {} == amiss(TOLD, kept(replicas))
    assert {} == amiss(TOLD, Kept(1, replicas, replicas, None))


@pytest.mark.parametrize(
    ("setting", "is_now", "must"),
    [
        ("retention_ms", "604800000", "-1"),
        ("retention_bytes", "1073741824", "-1"),
        ("cleanup_policy", "compact", "delete"),
        ("unclean_leader_election_enable", "true", "false"),
        ("min_insync_replicas", "1", "2"),
        ("min_insync_replicas", "4", "2"),
        ("max_message_bytes", "1048588", "2162688"),
    ],
)
def test_what_would_lose_or_refuse_records_is_amiss(setting: str, is_now: str, must: str) -> None:
    """Each alone, and what it must be."""
    assert {setting.replace("_", "."): must} == amiss(TOLD, kept(**{setting: is_now}))


@pytest.mark.parametrize(
    ("setting", "value"), [("max_message_bytes", "9999999"), ("min_insync_replicas", "3")]
)
def test_what_is_stricter_or_larger_than_ours_is_left(setting: str, value: str) -> None:
    """A larger record may stand in it, and somebody wanted every copy written."""
    assert {} == amiss(TOLD, kept(**{setting: value}))


def test_one_copy_cannot_wait_for_two() -> None:
    """Such a topic takes no record at all."""
    assert {"min.insync.replicas": "1"} == amiss(TOLD, kept(1, min_insync_replicas="2"))


async def test_a_broker_that_goes_while_topics_are_put_right_is_asked_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another one is, and what was made before is told all the same."""
    topics, gone = dict[str, int](), [NodeNotReadyError("3"), NodeNotReadyError("3")]

    async def inspected(admin: object, names: Collection[str]) -> Inspected:
        if len(gone) > 1:
            raise gone.pop()
        return Inspected(("k:1",), {name: kept(1) for name in topics}, frozenset())

    async def look(admin: object) -> Cluster:
        if topics and gone:
            raise gone.pop()
        return Cluster(("k:1",), topics)

    async def make(settings: object, admin: object, wanted: list[Any]) -> tuple[str, ...]:
        topics.update((one.name, one.num_partitions) for one in wanted)
        return tuple(one.name for one in wanted)

    monkeypatch.setattr(cluster, "Admin", StandIn)
    monkeypatch.setattr(tending, "_inspect", inspected)
    monkeypatch.setattr(tending, "_look", look)
    monkeypatch.setattr(tending, "make", make)
    changed = await put_right(Settings.read({}), {TOLD: 1})
    assert [f"{TOLD}: made, 1 partition, kept once, for ever; a write waits for 1 of the copies"] == changed
    assert [] == gone


def test_a_partition_without_a_leader_or_with_a_copy_behind_is_late() -> None:
    """In the order of their names, whatever order Kafka tells them in."""
    told = [
        {
            "topic": "t",
            "partitions": [
                {"partition": 1, "leader": -1, "replicas": [1], "isr": [1]},
                {"partition": 0, "leader": 2, "replicas": [1, 2, 3], "isr": [2]},
                {"partition": 2, "leader": 1, "replicas": [1, 2], "isr": [2, 1]},
            ],
        },
        {"topic": "a", "partitions": [{"partition": 0, "leader": 1, "replicas": [1, 2], "isr": [1]}]},
    ]
    assert ("a/0 (1 of 2)", "t/0 (1 of 3)", "t/1 (1 of 1, no leader)") == late(told)
