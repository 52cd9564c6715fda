"""What a gateway is told from outside: read once from the environment into a frozen object.

Know before changing: every limit has a name here (or in `session`, where the protocol fixes it) and says what
happens at the limit; every field is in docs/settings.md, and a test says so. A setting that several rooms
share has one name, one meaning and one default in all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from election.errors import UsageError
from election.night import NightId
from election.wire.environment import from_variable, given
from election.wire.topics import MODES, Scope

PORT_MAX = 65535
XREAD_BLOCK_S = 2.0
"""How long the store may hold back its answer when nothing changes; every client timeout is longer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a gateway may be told; times in seconds unless the name says otherwise."""

    mode: str = from_variable("SANDIK_MODE", "replay")
    """live, rehearsal or replay: stands in every key and frame. In live an embargo ends by the clock."""
    session: str = from_variable("SANDIK_SESSION", "")
    """Name of a replay with topics and keys of its own; empty: none."""
    redis: str = from_variable("SANDIK_REDIS", "redis://127.0.0.1:6379/0")
    """The store, a redis:// or rediss:// URL."""
    redis_answers_within_s: float = from_variable("SANDIK_REDIS_ANSWERS_WITHIN_S", 5.0)
    """How long one command may take (more than 2); then the store counts as away, clients are told how old
    the data are, and it is tried again."""
    speed: float = from_variable("SANDIK_SPEED", 0.0)
    """How many times faster than the night a replay runs, which the page then says; 0: nothing is said."""
    host: str = from_variable("SANDIK_HOST", "127.0.0.1")
    """The address to listen on; 0.0.0.0 for all of this machine."""
    port: int = from_variable("SANDIK_PORT", 8080)
    """The port to listen on; 0 takes a free one, which the first line on standard output says."""
    port_file: str = from_variable("SANDIK_PORT_FILE", "")
    """A file to write the port to once it listens; empty: none."""
    tick_ms: int = from_variable("SANDIK_TICK_MS", 250)
    """Between two rounds of changes to clients, in which values may be skipped; 0: every change at once."""
    heartbeat_s: float = from_variable("SANDIK_HEARTBEAT_S", 5.0)
    """Between two heartbeats to clients; every third holds the hash of what they should be showing."""
    clients_max: int = from_variable("SANDIK_CLIENTS_MAX", 20_000)
    """Most websockets at once; at the limit a new one is answered 503 with Retry-After."""
    buffer_bytes_max: int = from_variable("SANDIK_BUFFER_BYTES_MAX", 256 * 1024)
    """Most bytes that wait for one client; above it the client is behind: it is sent nothing more until it
    has read what it was sent, and then goes on from a new snapshot."""
    lag_max_s: float = from_variable("SANDIK_LAG_MAX_S", 3.0)
    """How long something may wait for a client without a break; at the limit the client is behind."""
    behind_max_s: float = from_variable("SANDIK_BEHIND_MAX_S", 6.0)
    """How long a client may stay behind; at the limit its connection is cut, and counted."""

    def __post_init__(self) -> None:
        """Raises UsageError for a value that makes no sense."""
        if self.mode not in MODES:
            raise UsageError(f"SANDIK_MODE is {self.mode!r}; it is one of {', '.join(MODES)}.")
        for spec in fields(self):
            value, variable = getattr(self, spec.name), spec.metadata["variable"]
            if not isinstance(value, int | float):
                continue
            zero_means_something = spec.name in ("port", "tick_ms", "speed")
            if not (0 < value < float("inf") or (zero_means_something and value == 0)):
                raise UsageError(f"{variable} is {value}; it must be more than 0.")
        if self.port > PORT_MAX:
            raise UsageError(f"SANDIK_PORT is {self.port}; a port is at most {PORT_MAX}.")
        if self.redis_answers_within_s <= XREAD_BLOCK_S:
            raise UsageError(
                f"SANDIK_REDIS_ANSWERS_WITHIN_S is {self.redis_answers_within_s:g}; it must be more than "
                f"{XREAD_BLOCK_S:g}, for which a store that has nothing new holds back its answer."
            )

    def scope(self, night: NightId) -> Scope:
        """Where this gateway reads: mode, night and session."""
        return Scope(self.mode, night, self.session)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in an environment; UsageError names the variable that cannot be read."""
        return cls(**given(cls, environment))
