"""What a worker is told from outside: read once from the environment into a frozen object.

Know before changing: every limit has a name here and says what happens at the limit; every field is in
docs/settings.md, and a test says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from election.errors import UsageError
from election.night import NightId
from election.wire.access import KafkaAccess, refuse_bad_access
from election.wire.environment import from_variable, given
from election.wire.topics import MODES, Scope
from stores.address import read as read_address
from streams.refused import BYTES_MAX

KAFKA_KINDS = ("apache", "tansu")
REPORTS_IN_ALL_MAX = 200_000
"""Most reports of all contests together in one step, where nothing else is set: about 1 KB of memory each."""
DELIVER_AT_ONCE_MAX = 2000
"""Most deliveries at once: the ledger's script hands them out in one answer, which holds some thousands."""


@dataclass(frozen=True, slots=True)
class Settings(KafkaAccess):
    """Everything a worker may be told; times in seconds."""

    mode: str = from_variable("SANDIK_MODE", "replay")
    """live, rehearsal or replay: stands in every topic and key, and input of another is refused."""
    session: str = from_variable("SANDIK_SESSION", "")
    """Name of a replay with topics and keys of its own; empty: none."""
    kafka_kind: str = from_variable("SANDIK_KAFKA_KIND", "apache")
    """apache, or tansu for the embedded broker (shorter sessions)."""
    redis: str = from_variable("SANDIK_REDIS", "redis://127.0.0.1:6379/0")
    """The store: redis://, redis+cluster:// or redis+sentinel://, or rediss for redis (`stores.address`)."""
    worker: str = from_variable("SANDIK_WORKER", "")
    """This worker's name among the signs of life; empty: host and process id."""
    batch_reports_max: int = from_variable("SANDIK_BATCH_REPORTS_MAX", 20_000)
    """Most reports of one contest applied in one step; at the limit the rest waits for the next step. The
    store answers nobody else while it applies those of a contest (2 to 5 µs a report)."""
    batch_reports_in_all_max: int = from_variable("SANDIK_BATCH_REPORTS_IN_ALL_MAX", REPORTS_IN_ALL_MAX)
    """Most reports of all contests applied in one step; they take about 1 KB of memory each."""
    queue_records_max: int = from_variable("SANDIK_QUEUE_RECORDS_MAX", 2000)
    """Most records read ahead; at the limit reading waits."""
    fetch_wait_ms: int = from_variable("SANDIK_FETCH_WAIT_MS", 10)
    """Longest wait of a fetch for more to come; on the embedded broker it is added to every latency."""
    changes_max: int = from_variable("SANDIK_CHANGES_MAX", 4096)
    """Entries kept of a contest's change stream (about); a gateway further behind begins from a snapshot."""
    changes_bytes_max: int = from_variable("SANDIK_CHANGES_BYTES_MAX", 64 * 1024 * 1024)
    """Memory for a contest's change stream (about): where entries are large, fewer are kept."""
    refused_bytes_max: int = from_variable("SANDIK_REFUSED_BYTES_MAX", 65536)
    """Bytes of a refused record that go to the topic of refused; more is cut off, and its length is told."""
    redis_answers_within_s: float = from_variable("SANDIK_REDIS_ANSWERS_WITHIN_S", 5.0)
    """How long one command may take; then the connection is given up and the command sent again."""
    outside_within_s: float = from_variable("SANDIK_OUTSIDE_WITHIN_S", 60.0)
    """How long a store or broker that fails is tried again; then the process ends, with nothing lost."""
    attend_every_s: float = from_variable("SANDIK_ATTEND_EVERY_S", 1.0)
    """Between two signs of life; also how soon a flushed store is noticed while nothing comes in."""
    stand_still_s: float = from_variable("SANDIK_STAND_STILL_S", 30.0)
    """A worker that applies nothing for so long while there is work in the log is ended."""
    feed_keys: str = from_variable("SANDIK_FEED_KEYS", "")
    """The file of the feeds' public keys; bundles that none of them signed are refused. Empty: no need."""
    alerts: str = from_variable("SANDIK_ALERTS", "alerts.toml")
    """The file of subscriptions: who is told what, by which channel."""
    deliver_at_once: int = from_variable("SANDIK_DELIVER_AT_ONCE", 64)
    """Most deliveries under way at once, one an address; as many retractions beside them. At the limit the
    rest waits."""
    deliver_answers_within_s: float = from_variable("SANDIK_DELIVER_ANSWERS_WITHIN_S", 10.0)
    """How long one try to deliver may take; then it has failed and is tried again."""
    deliver_waits_s: str = from_variable("SANDIK_DELIVER_WAITS_S", "0,2,5,15,30,60,120,300,900")
    """The wait before each try of a delivery, with a little chance added; after the last it is dead. The
    first try is made at once, whatever stands there."""
    smtp: str = from_variable("SANDIK_SMTP", "smtp://127.0.0.1:25")
    """The mail server: smtp:// (STARTTLS, or nothing is sent) or smtps://."""
    smtp_from: str = from_variable("SANDIK_SMTP_FROM", "")
    """The address mails come from; needed where a subscription is by e-mail."""
    smtp_user: str = from_variable("SANDIK_SMTP_USER", "")
    """The name to log in with at the mail server; empty: none."""
    smtp_password: str = from_variable("SANDIK_SMTP_PASSWORD", "", secret=True)
    """Its password."""

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
        if self.refused_bytes_max > BYTES_MAX:
            raise UsageError(
                f"SANDIK_REFUSED_BYTES_MAX is {self.refused_bytes_max}; it is at most {BYTES_MAX}, so that "
                "Kafka takes what was refused."
            )
        if self.deliver_at_once > DELIVER_AT_ONCE_MAX:
            raise UsageError(
                f"SANDIK_DELIVER_AT_ONCE is {self.deliver_at_once}; it is at most {DELIVER_AT_ONCE_MAX}."
            )
        self._refuse_bad_addresses()
        self._refuse_bad_delivery()

    def _refuse_bad_delivery(self) -> None:
        if not self.waits_s or not all(0 <= wait < float("inf") for wait in self.waits_s):
            raise UsageError(
                f"SANDIK_DELIVER_WAITS_S is {self.deliver_waits_s!r}; it is seconds, a comma between two."
            )
        try:
            server = urlsplit(self.smtp)
            known = server.scheme in ("smtp", "smtps") and bool(server.hostname) and server.port != 0
        except ValueError:  # a port that is no number
            known = False
        if not known or server.username or server.password:
            # Without what was given: a password may stand in it.
            raise UsageError(
                "SANDIK_SMTP is no address of a mail server; it is smtp://HOST:PORT or smtps://HOST:PORT, "
                "and name and password are SANDIK_SMTP_USER and SANDIK_SMTP_PASSWORD."
            )

    def _refuse_bad_addresses(self) -> None:
        refuse_bad_access(self)
        read_address(self.redis)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in an environment; UsageError names the variable that cannot be read."""
        return cls(**given(cls, environment))

    def scope(self, night: NightId) -> Scope:
        """Where this worker works: mode, night and session."""
        return Scope(self.mode, night, self.session)

    @property
    def waits_s(self) -> tuple[float, ...]:
        """The wait before each try of a delivery; empty where it cannot be read."""
        try:
            return tuple(float(part) for part in self.deliver_waits_s.split(","))
        except ValueError:
            return ()
