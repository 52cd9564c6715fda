"""Two questions to Kafka that the client library has no words for, as Kafka's protocol writes them.

    AlterTopic("live.night.told", {"retention.ms": "-1"})       sets these settings, and leaves the others
    DescribeQuorum()                                            who leads the cluster, and what its clock says

Know before changing: the library's own way to change a topic's settings (AlterConfigs) takes away all that it
is not told again; this one (IncrementalAlterConfigs, KIP-339) does not. Numbers and order are Kafka's.
"""

from collections.abc import Mapping

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Array,
    Boolean,
    CompactArray,
    CompactString,
    Int8,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    TaggedFields,
)

TOPIC = 2
SET = 0
METADATA_LOG = "__cluster_metadata"


class AlterTopicResponse(Response):  # type: ignore[misc] # the library says no types
    """What became of it, with Kafka's code."""

    API_KEY, API_VERSION = 44, 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "responses",
            Array(
                ("error_code", Int16), ("error_message", String("utf-8")), ("resource_type", Int8),
                ("resource_name", String("utf-8")),
            ),
        ),
    )  # fmt: skip


class AlterTopicRequest(RequestStruct):  # type: ignore[misc] # the library says no types
    """IncrementalAlterConfigs, version 0."""

    API_KEY, API_VERSION, RESPONSE_TYPE = 44, 0, AlterTopicResponse
    SCHEMA = Schema(
        (
            "resources",
            Array(
                ("resource_type", Int8),
                ("resource_name", String("utf-8")),
                (
                    "configs",
                    Array(("name", String("utf-8")), ("operation", Int8), ("value", String("utf-8"))),
                ),
            ),
        ),
        ("validate_only", Boolean),
    )


class AlterTopic(Request[AlterTopicRequest]):  # type: ignore[misc] # the library says no types
    """Sets some settings of one topic."""

    API_KEY = 44

    def __init__(self, topic: str, limits: Mapping[str, str]) -> None:
        self._topic, self._limits = topic, limits

    def build(self, request_struct_class: type[AlterTopicRequest]) -> AlterTopicRequest:
        """The request as it goes out."""
        changes = [(name, SET, value) for name, value in self._limits.items()]
        return request_struct_class([(TOPIC, self._topic, changes)], False)


REPLICA = (
    ("replica_id", Int32), ("log_end_offset", Int64), ("last_fetch_ms", Int64), ("caught_up_ms", Int64),
    ("tags", TaggedFields),
)  # fmt: skip


class DescribeQuorumResponse(Response):  # type: ignore[misc] # the library says no types
    """Of the leader's own replica `caught_up_ms` is what its clock says now."""

    API_KEY, API_VERSION = 55, 1
    SCHEMA = Schema(
        ("error_code", Int16),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32), ("error_code", Int16), ("leader_id", Int32),
                        ("leader_epoch", Int32), ("high_watermark", Int64),
                        ("voters", CompactArray(*REPLICA)), ("observers", CompactArray(*REPLICA)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )  # fmt: skip


class DescribeQuorumRequest(RequestStruct):  # type: ignore[misc] # the library says no types
    """DescribeQuorum, version 1 (KIP-836)."""

    API_KEY, API_VERSION, RESPONSE_TYPE, FLEXIBLE_VERSION = 55, 1, DescribeQuorumResponse, True
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                ("partitions", CompactArray(("partition", Int32), ("tags", TaggedFields))),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class DescribeQuorum(Request[DescribeQuorumRequest]):  # type: ignore[misc] # the library says no types
    """Asks the leader of a cluster (KRaft) about itself and those that follow it."""

    API_KEY = 55

    def build(self, request_struct_class: type[DescribeQuorumRequest]) -> DescribeQuorumRequest:
        """The request as it goes out."""
        return request_struct_class([(METADATA_LOG, [(0, {})], {})], {})
