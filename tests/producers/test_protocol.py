"""Whether our two questions are written as Kafka reads them, byte for byte."""

from io import BytesIO

from producers.protocol import (
    AlterTopic,
    AlterTopicRequest,
    DescribeQuorum,
    DescribeQuorumRequest,
    DescribeQuorumResponse,
)


def test_a_setting_is_set_and_the_others_are_left() -> None:
    """One resource of type topic; the operation 0 is to set; and it is meant, not only tried."""
    written = AlterTopic("ab", {"k": "v"}).build(AlterTopicRequest).encode()
    one_resource, topic, named = b"\0\0\0\1", b"\2", b"\0\2ab"
    one_setting = b"\0\0\0\1" + b"\0\1k" + b"\0" + b"\0\1v"
    assert one_resource + topic + named + one_setting + b"\0" == written


def test_the_leader_of_the_cluster_is_asked_about_its_own_log() -> None:
    """Compact lengths are one more than they are; every part ends with its (no) tags."""
    written = DescribeQuorum().build(DescribeQuorumRequest).encode()
    assert b"\2" + b"\x13__cluster_metadata" + b"\2" + b"\0\0\0\0" + b"\0" + b"\0" + b"\0" == written


def test_the_leaders_clock_is_read() -> None:
    """Of the voters, each with its number, its log's end, and two times in ms."""
    voter = (1, 7, 1000, 2000, {})
    answer = DescribeQuorumResponse(0, [("t", [(0, 0, 1, 3, 7, [voter], [], {})], {})], {})
    read = DescribeQuorumResponse.decode(BytesIO(answer.encode()))
    assert read.topics == [("t", [(0, 0, 1, 3, 7, [voter], [], {})], {})]
