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
from stores.address import read as read_address
from web.gate import GateRules
from web.policy import Outside

PORT_MAX = 65535
XREAD_BLOCK_S = 2.0
"""How long the store may hold back its answer when nothing changes; every client timeout is longer."""
SWITCHES = ("reuse_port", "deflate", "log_addresses", "shown")
MAY_BE_ZERO = ("port", "tick_ms", "speed", "drain_s")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a gateway may be told; times in seconds unless the name says otherwise."""

    mode: str = from_variable("SANDIK_MODE", "replay")
    """live, rehearsal or replay: stands in every key and frame. In live an embargo ends by the clock."""
    session: str = from_variable("SANDIK_SESSION", "")
    """Name of a replay with topics and keys of its own; empty: none."""
    redis: str = from_variable("SANDIK_REDIS", "redis://127.0.0.1:6379/0")
    """The store: redis://, redis+cluster:// or redis+sentinel://, or rediss for redis (`stores.address`)."""
    redis_answers_within_s: float = from_variable("SANDIK_REDIS_ANSWERS_WITHIN_S", 5.0)
    """How long one command may take (more than 2); then the store counts as away, clients are told how old
    the data are, and it is tried again."""
    speed: float = from_variable("SANDIK_SPEED", 0.0)
    """How many times faster than the night a replay runs, which the page then says; 0: nothing is said."""
    host: str = from_variable("SANDIK_HOST", "127.0.0.1")
    """The address to listen on; 0.0.0.0 for all of this machine, :: for all of its IPv6 ones."""
    port: int = from_variable("SANDIK_PORT", 8080)
    """The port to listen on; 0 takes a free one, which the first line on standard output says."""
    port_file: str = from_variable("SANDIK_PORT_FILE", "")
    """A file to write the port to once it listens; empty: none."""
    reuse_port: int = from_variable("SANDIK_REUSE_PORT", 0)
    """1: other gateways of this machine may listen on the same port, and the kernel deals clients out."""
    admin: str = from_variable("SANDIK_ADMIN", "")
    """HOST:PORT where metrics and health are told, with port 0 at a free one; empty: nowhere."""
    admin_port_file: str = from_variable("SANDIK_ADMIN_PORT_FILE", "")
    """A file to write the admin port to; empty: none."""
    tick_ms: int = from_variable("SANDIK_TICK_MS", 250)
    """Between two rounds of changes to clients, in which values may be skipped; 0: every change at once."""
    heartbeat_s: float = from_variable("SANDIK_HEARTBEAT_S", 5.0)
    """Between two heartbeats to clients; every third holds the hash of what they should be showing."""
    clients_max: int = from_variable("SANDIK_CLIENTS_MAX", 20_000)
    """Most websockets at once; at the limit a new one is answered 503 with Retry-After."""
    clients_per_address_max: int = from_variable("SANDIK_CLIENTS_PER_ADDRESS_MAX", 1000)
    """Most of them from one address; at the limit one more is answered 429 with Retry-After."""
    new_per_s: float = from_variable("SANDIK_NEW_PER_S", 100.0)
    """New ones a second from one address, five seconds' worth at once; above it 429. GETs: ten times that."""
    idle_within_s: float = from_variable("SANDIK_IDLE_WITHIN_S", 60.0)
    """How long a client may follow nothing; then its connection is closed with 3408."""
    origins: str = from_variable("SANDIK_ORIGINS", "")
    """Sites whose pages may open a websocket here, a space between two, or *; empty: only our own page."""
    embed_origins: str = from_variable("SANDIK_EMBED_ORIGINS", "")
    """Sites whose pages may hold an embed or an overlay, a space between two, or *; empty: only ours."""
    url: str = from_variable("SANDIK_URL", "")
    """The address readers know this gateway by: for pictures that other sites show, and code to copy."""
    public: str = from_variable("SANDIK_PUBLIC", "view alerts")
    """Scopes that everybody has without a token; none: a private gateway."""
    tokens: str = from_variable("SANDIK_TOKENS", "")
    """The file of tokens that `sandik token` writes; empty: no token is good."""
    proxies: str = from_variable("SANDIK_PROXIES", "")
    """Addresses or networks of proxies whose X-Forwarded-For is believed; empty: nobody's."""
    shown: int = from_variable("SANDIK_SHOWN", 1)
    """1: what is shown is written to the topic `…shown`, and `as_of=` is answered from it; 0: neither."""
    deflate: int = from_variable("SANDIK_DEFLATE", 1)
    """1: frames are packed for clients that can unpack them, once for all; 0: never."""
    buffer_bytes_max: int = from_variable("SANDIK_BUFFER_BYTES_MAX", 256 * 1024)
    """Most bytes that wait for one client; above it the client is behind: it is sent nothing more until it
    has read what it was sent, and then goes on from a new snapshot."""
    lag_max_s: float = from_variable("SANDIK_LAG_MAX_S", 3.0)
    """How long something may wait for a client without a break; at the limit the client is behind."""
    behind_max_s: float = from_variable("SANDIK_BEHIND_MAX_S", 6.0)
    """How long a client may stay behind; at the limit its connection is cut, and counted."""
    drain_s: float = from_variable("SANDIK_DRAIN_S", 30.0)
    """How long the goodbyes of many clients may be spread over when the gateway stops; few leave at once."""
    log_addresses: int = from_variable("SANDIK_LOG_ADDRESSES", 0)
    """1: the addresses of clients stand in the log. They are personal data."""

    def __post_init__(self) -> None:
        """Raises UsageError for a value that makes no sense."""
        if self.mode not in MODES:
            raise UsageError(f"SANDIK_MODE is {self.mode!r}; it is one of {', '.join(MODES)}.")
        for spec in fields(self):
            value, variable = getattr(self, spec.name), spec.metadata["variable"]
            if not isinstance(value, int | float):
                continue
            if spec.name in SWITCHES:
                if value not in (0, 1):
                    raise UsageError(f"{variable} is {value}; it is 1 for yes and 0 for no.")
            elif not (0 < value < float("inf") or (spec.name in MAY_BE_ZERO and value == 0)):
                raise UsageError(f"{variable} is {value}; it must be more than 0.")
        read_address(self.redis)
        self.admin_at()
        self.outside()
        if self.port > PORT_MAX:
            raise UsageError(f"SANDIK_PORT is {self.port}; a port is at most {PORT_MAX}.")
        if self.redis_answers_within_s <= XREAD_BLOCK_S:
            raise UsageError(
                f"SANDIK_REDIS_ANSWERS_WITHIN_S is {self.redis_answers_within_s:g}; it must be more than "
                f"{XREAD_BLOCK_S:g}, for which a store that has nothing new holds back its answer."
            )

    def admin_at(self) -> tuple[str, int] | None:
        """Host and port of the admin port; None: there is none. Raises UsageError for what is no place."""
        if not self.admin:
            return None
        host, colon, port = self.admin.rpartition(":")
        if not (host and colon and port.isascii() and port.isdigit() and int(port) <= PORT_MAX):
            raise UsageError(f"SANDIK_ADMIN is {self.admin!r}; it is HOST:PORT, for instance 127.0.0.1:9464.")
        return host.removeprefix("[").removesuffix("]"), int(port)

    def rules(self) -> GateRules:
        """Who may come in. Raises UsageError for rules that make no sense."""
        return GateRules.read(
            origins=self.origins, public=self.public, clients_max=self.clients_max,
            per_address_max=self.clients_per_address_max, new_per_s=self.new_per_s, proxies=self.proxies,
        )  # fmt: skip

    def outside(self) -> Outside:
        """How others know this gateway. Raises UsageError for what is no address, or no origin."""
        return Outside.read(self.url, self.embed_origins)

    def scope(self, night: NightId) -> Scope:
        """Where this gateway reads: mode, night and session."""
        return Scope(self.mode, night, self.session)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in an environment; UsageError names the variable that cannot be read."""
        return cls(**given(cls, environment))
