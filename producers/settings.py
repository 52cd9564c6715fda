"""The settings of this room: read once from the environment into a frozen object.

Know before changing: every field is in docs/settings.md (a test says so), and a setting that two rooms share
has one name, one meaning and one default in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from election.errors import UsageError
from election.night import NightId
from election.wire.access import KafkaAccess, refuse_bad_access
from election.wire.environment import from_variable, given
from election.wire.topics import MODES, Scope

KAFKA_KINDS = ("apache", "tansu")
PARTITIONS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Settings(KafkaAccess):
    """Where Kafka is, how it lets us in, and how to write to it; times in seconds."""

    mode: str = from_variable("SANDIK_MODE", "replay")
    """live, rehearsal or replay: stands in every topic and record."""
    session: str = from_variable("SANDIK_SESSION", "")
    """Name of a replay with topics and keys of its own; empty: none."""
    kafka_kind: str = from_variable("SANDIK_KAFKA_KIND", "apache")
    """apache, or tansu for the embedded broker, which cannot do idempotent producers."""
    partitions: int = from_variable("SANDIK_PARTITIONS", 4)
    """Partitions of `…reports` when we create it; the other topics have one."""
    inflight_max: int = from_variable("SANDIK_INFLIGHT_MAX", 1000)
    """Most records sent and not yet acknowledged; at the limit sending waits."""
    send_within_s: float = from_variable("SANDIK_SEND_WITHIN_S", 15.0)
    """A record not acknowledged by then is sent again, by a new producer."""
    outside_within_s: float = from_variable("SANDIK_OUTSIDE_WITHIN_S", 60.0)
    """How long a broker that acknowledges nothing is tried again; then the process ends and says so."""
    feed_bytes_max: int = from_variable("SANDIK_FEED_BYTES_MAX", 1_073_741_824)
    """Most bytes of one answer of a feed's web address, as it comes and unpacked; more is not taken."""
    feed_within_s: float = from_variable("SANDIK_FEED_WITHIN_S", 120.0)
    """How long such an answer may take, from the question to its last byte."""
    sign_with: str = from_variable("SANDIK_SIGN_WITH", "")
    """A file of `sandik key new`, with which every bundle is signed; empty: none is."""
    history: str = from_variable("SANDIK_HISTORY", "")
    """A folder for what was acknowledged, one JSON line each, a file a process: for fault tests."""

    def __post_init__(self) -> None:
        """Raises UsageError for a value that makes no sense."""
        if self.mode not in MODES:
            raise UsageError(f"SANDIK_MODE is {self.mode!r}; it is {', '.join(MODES[:-1])} or {MODES[-1]}.")
        if self.kafka_kind not in KAFKA_KINDS:
            raise UsageError(f"SANDIK_KAFKA_KIND is {self.kafka_kind!r}; it is {' or '.join(KAFKA_KINDS)}.")
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, int | float) and not 0 < value < float("inf"):
                raise UsageError(f"{spec.metadata['variable']} is {value}; it must be more than 0.")
        if self.partitions > PARTITIONS_MAX:
            raise UsageError(f"SANDIK_PARTITIONS is {self.partitions}; it is at most {PARTITIONS_MAX}.")
        refuse_bad_access(self)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in an environment; UsageError names the variable that cannot be read."""
        return cls(**given(cls, environment))

    @property
    def idempotent(self) -> bool:
        """Whether the broker takes an idempotent producer."""
        return self.kafka_kind == "apache"

    def scope(self, night: NightId) -> Scope:
        """Where this process writes: mode, night and session."""
        return Scope(self.mode, night, self.session)
