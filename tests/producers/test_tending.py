"""What is amiss with a topic's settings, and what is left alone because touching it could lose a record."""

import pytest

from producers.cluster import topic
from producers.tending import Kept, amiss

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
