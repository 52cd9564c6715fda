"""The address of a store: one server, a cluster, or a primary that sentinels watch over.

    read("redis://127.0.0.1:6379/0")                            one server
    read("redis+cluster://a:7000,b:7000")                       a cluster; some of its nodes are enough
    read("redis+sentinel://:secret@a:26379,b:26379/night/0")    the primary that its sentinels call night
    read(text).shown                                            without user, password and options

With `rediss` in place of `redis` everything is encrypted. User, password and options (`?ssl_ca_certs=…`) are
those of the servers. Sentinels have their own, if any: `?sentinel_user=…&sentinel_password=…`.

Know before changing: no sentence here says what was given, for a password may stand in it. This is pure.
"""

from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from election.errors import UsageError

FORMS = (
    "redis://HOST:PORT/0, redis+cluster://HOST:PORT,HOST:PORT or redis+sentinel://HOST:PORT,HOST:PORT/NAME/0"
)
PORT, SENTINEL_PORT, PORT_MAX = 6379, 26379, 65535


class Kind(Enum):
    """How many servers there are, and who says which one is to be asked."""

    SINGLE = ""
    CLUSTER = "cluster"
    SENTINEL = "sentinel"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """host:port, as it is written in a URL."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is."""

    kind: Kind
    places: tuple[Place, ...]
    """The server; some nodes of the cluster; or the sentinels."""
    service: str
    """What the sentinels call the primary; empty without sentinels."""
    db: int
    tls: bool
    login: str = field(repr=False)
    """`user:password@` of the servers as it stands in a URL, or empty."""
    options: str = field(repr=False)
    """`?name=value` of the servers, or empty."""
    sentinel_login: str = field(repr=False)
    """The same as `login`, of the sentinels."""

    def url(self, place: Place) -> str:
        """The URL of one server of this store."""
        return f"{self._scheme}://{self.login}{place}/{self.db}{self.options}"

    def sentinel_url(self, place: Place) -> str:
        """The URL of one sentinel."""
        return f"{self._scheme}://{self.sentinel_login}{place}/0{self.options}"

    @property
    def _scheme(self) -> str:
        return "rediss" if self.tls else "redis"

    @property
    def shown(self) -> str:
        """Where it is, for messages and logs: host and port, and of what."""
        hosts = ",".join(map(str, self.places))
        if self.kind is Kind.CLUSTER:
            return f"{hosts} (a cluster)"
        if self.kind is Kind.SENTINEL:
            return f"{hosts} (sentinels of {self.service})"
        return hosts


def read(text: str, name: str = "SANDIK_REDIS") -> Address:
    """An address as it is set. Raises UsageError for what is none; `name` is where it was said."""
    try:
        return _read(text)
    except ValueError as error:
        raise UsageError(f"{name} is no address of a store ({error}); it is {FORMS}.") from None


def _read(text: str) -> Address:
    try:
        parts = urlsplit(text)
    except ValueError:  # its own words would say what was given
        raise ValueError(
            "an address of IPv6 stands in brackets, and a sign in a password is written %XX"
        ) from None
    scheme, _, word = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or word not in [kind.value for kind in Kind]:
        raise ValueError("it does not begin with redis://, rediss:// or one of their forms")
    kind = Kind(word)
    login, at, hosts = parts.netloc.rpartition("@")
    port = SENTINEL_PORT if kind is Kind.SENTINEL else PORT
    places = tuple(_place(one.strip(), port) for one in hosts.split(","))
    if kind is Kind.SINGLE and len(places) > 1:
        raise ValueError("several hosts are a cluster, or sentinels")
    steps = [unquote(step) for step in parts.path.split("/") if step]
    service = ""
    if kind is Kind.SENTINEL:
        if not steps:
            raise ValueError("after the sentinels comes the name they have for the primary")
        service = steps.pop(0)
    db = _number(steps.pop(0), "the number of a database") if steps else 0
    if steps or (kind is Kind.CLUSTER and db):
        raise ValueError("a cluster has database 0 only" if not steps else "its path has too many parts")
    options, theirs = _options(parts.query, kind)
    return Address(kind, places, service, db, scheme == "rediss", login + at, options, theirs)


def _options(query: str, kind: Kind) -> tuple[str, str]:
    """The options of the servers, and the login of the sentinels."""
    pairs = parse_qsl(query, keep_blank_values=True)
    theirs = {name: value for name, value in pairs if name in ("sentinel_user", "sentinel_password")}
    if theirs and (kind is not Kind.SENTINEL or not theirs.get("sentinel_password")):
        raise ValueError("sentinel_user and sentinel_password are for sentinels, and a user has a password")
    ours = urlencode([pair for pair in pairs if pair[0] not in theirs])
    who = [quote(theirs.get(f"sentinel_{what}", ""), safe="") for what in ("user", "password")]
    return f"?{ours}" if ours else "", f"{':'.join(who)}@" if theirs else ""


def _place(text: str, port: int) -> Place:
    """One host with its port. The brackets of an address of IPv6 are taken off."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError("an address of IPv6 stands in brackets")
        given = rest[1:]
    else:
        host, _, given = text.partition(":")
    if not host:
        raise ValueError("a host is missing")
    if not given and text.endswith(":"):
        raise ValueError("a port is missing")
    found = _number(given, "a port") if given else port
    if not 0 < found <= PORT_MAX:
        raise ValueError(f"a port is from 1 to {PORT_MAX}")
    return Place(host, found)


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{what} is a number")
    return int(text)
