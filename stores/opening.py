"""Opens a store, be it one server, a cluster, or a primary with its sentinels; the one door to the library.

    opened = Opened(url, answers_within_s=5)
    client = await opened.at(key)             the library's client of the primary that holds this key now
    for client, names in await opened.shares({name: key}): …     each primary once, with what it holds
    opened.doubt()                            after any error: who holds what is asked anew, next time
                                              (sentinels also in between: a primary that hands over lives on)
    opened.answered()                         after an answer: who was let in once may wait to be so again

Of a single server there is one client, and nothing is ever asked about it.

Know before changing: a client here never sends a command again by itself, and never follows a redirection:
whoever asks does so again, and may because asking twice is harmless. All keys of a contest are on one server,
keys of two contests may not be: nothing may name two contests in one command or one transaction unless the
store is `together`. Only primaries are asked (docs/decisions/0022-stores.md).
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import hiredis
from redis.asyncio import Connection, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot

from election.errors import UsageError
from stores.address import Kind, Place, read
from stores.failing import FAILS, AskError, ConnectionError, NotLetInError, ResponseError, passes, refuses

log = logging.getLogger(__name__)

Client: TypeAlias = Redis
"""A client of one server."""

LOOK_WITHIN_S = 1.0
"""How long a node or a sentinel may take to say where the primaries are; then the next one is asked."""
MOVED_EVERY_S, MOVED_WITHIN_S = 1.0, 0.25
"""How often a sentinel is asked whether the primary is still the same, and how long it may take to say so.

A primary that is told to hand over lives on: until the sentinels make it a replica, ten seconds later, it
takes writes that nobody else gets.
"""

T = TypeVar("T")


class _Ours:
    """Packs commands in C: with thousands of arguments the library's own way costs more than the sums.

    A connection that is lost while something is sent is lost, though uvloop says RuntimeError of it.
    """

    def pack_command(self, *args: Any) -> list[bytes]:
        """A command as the server reads it."""
        words = str(args[0]).split()
        return [hiredis.pack_command((*words, *args[1:]))]

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Sends it. Raises ConnectionError, TimeoutError."""
        try:
            await super().send_packed_command(command, check_health)  # type: ignore[misc] # a mixin
        except RuntimeError as error:
            if not str(error).endswith("the handler is closed"):
                raise
            raise ConnectionError("it hung up") from error


class QuickConnection(_Ours, Connection):
    """A plain connection."""


class QuickSSLConnection(_Ours, SSLConnection):
    """An encrypted one."""


class _Primary:
    """Connects to a primary or not at all.

    The library connects again where a connection was before, and what was a primary there may have become a
    replica, which answers reads as if nothing had happened.
    """

    async def on_connect_check_health(self, check_health: bool = True) -> None:
        """Signs in, and asks who it is. Raises ConnectionError if it is no primary."""
        connection: Any = self
        await super().on_connect_check_health(check_health=check_health)  # type: ignore[misc] # a mixin
        await connection.send_command("INFO", "replication", check_health=False)
        said = await connection.read_response()
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        if "role:master" not in text:
            raise ConnectionError("it is no primary (any more)")


class PrimaryConnection(_Primary, QuickConnection):
    """A plain connection to a primary."""


class PrimarySSLConnection(_Primary, QuickSSLConnection):
    """An encrypted one."""


CONNECTIONS: Mapping[tuple[bool, bool], type[Connection]] = {
    (False, False): QuickConnection, (False, True): QuickSSLConnection,
    (True, False): PrimaryConnection, (True, True): PrimarySSLConnection,
}  # fmt: skip
"""By whether it must be a primary, which a cluster's nodes see to by themselves; and by whether it is TLS."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Which primary holds which keys."""

    ranges: tuple[tuple[int, int, Place], ...]

    @classmethod
    def read(cls, said: Sequence[Any], asked: Place) -> "Slots":
        """What CLUSTER SLOTS says; a node that does not know its own host is the one that was asked."""
        return cls(
            tuple((int(first), int(last), _named(primary, asked)) for first, last, primary, *_ in said)
        )

    def place(self, key: str) -> Place:
        """Who holds a key. Raises ConnectionError where nobody does: a part of the cluster is down."""
        slot = key_slot(key.encode())
        for first, last, place in self.ranges:
            if first <= slot <= last:
                return place
        raise ConnectionError(f"no node of the cluster serves slot {slot}")


@dataclass(frozen=True, slots=True)
class Alone:
    """One primary holds every key."""

    primary: Place

    def place(self, key: str) -> Place:
        """Who holds a key."""
        return self.primary


class Opened:
    """A store that was opened: clients of its primaries, made when they are needed."""

    def __init__(
        self, url: str, answers_within_s: float, name: str | None = None, protocol: int | None = None
    ) -> None:
        """`name` is what the servers list us as. Raises UsageError for what is no address."""
        self.address = read(url)
        self.together = self.address.kind is not Kind.CLUSTER
        """Whether one command may name keys of several contests."""
        self._answers_within_s, self._name, self._protocol = answers_within_s, name, protocol
        self._clients: dict[Place, Redis] = {}
        self._seen = set(self.address.places)
        self._known: Slots | Alone | None = None
        self._primaries: set[Place] = set()
        """When it was last asked; said in the log when others are."""
        self._looking = asyncio.Lock()
        self._let_in = False
        self._moved_at_s = 0.0
        """When a sentinel was last asked whether the primary has moved."""
        if self.address.kind is Kind.SINGLE:
            self._known = Alone(self.address.places[0])
        # What can be no client is said at once.
        self._make(self.address.url(self.address.places[0]), answers_within_s, False)

    async def at(self, key: str) -> Client:
        """The client of the primary that holds a key. Raises what the library does if nobody says who."""
        return self._client((await self._where()).place(key))

    async def shares(self, keys: Mapping[T, str]) -> list[tuple[Client, list[T]]]:
        """Each primary that holds any of these keys once, with the names of what it holds."""
        known = await self._where()
        shares: dict[Place, list[T]] = {}
        for name, key in keys.items():
            shares.setdefault(known.place(key), []).append(name)
        return [(self._client(place), names) for place, names in shares.items()]

    async def primaries(self) -> list[str]:
        """The URLs of all primaries, as they are now."""
        known = await self._where()
        places = {place for *_, place in known.ranges} if isinstance(known, Slots) else {known.primary}
        return [self.address.url(place) for place in sorted(places)]

    def passes(self, error: Exception) -> bool:
        """Whether waiting may help after this error; a single server never becomes a node of a cluster.

        Who was let in before and is not now waits: another server takes over, or a password is being changed.
        A password that was never right does not become so.
        """
        if refuses(error) and not self._let_in:
            return False
        return passes(error) and not (self.address.kind is Kind.SINGLE and isinstance(error, AskError))

    def answered(self) -> None:
        """The store did what it was asked: it is the right one, and lets us in."""
        self._let_in = True

    def doubt(self) -> None:
        """Something went wrong: who holds what is asked before the next command."""
        if self.address.kind is not Kind.SINGLE:
            self._known = None

    async def aclose(self) -> None:
        """Gives the connections back."""
        while self._clients:  # somebody may still open one meanwhile
            _, client = self._clients.popitem()
            await client.aclose()

    async def _where(self) -> Slots | Alone:
        known = self._known
        if known is None:
            async with self._looking:
                known = self._known or await self._look()
                self._known, self._moved_at_s = known, time.monotonic()
        elif self.address.kind is Kind.SENTINEL and time.monotonic() - self._moved_at_s >= MOVED_EVERY_S:
            self._moved_at_s = time.monotonic()  # who asks meanwhile goes on with what is known
            moved = await self._elsewhere(known)
            if moved is not None and self._known is known:
                self._known = known = moved
                await self._leave(moved)
        return known

    async def _elsewhere(self, known: Slots | Alone) -> Alone | None:
        """The primary that most of the sentinels name, if it is another one; None: the same, or no most.

        A sentinel that has not heard of the change yet names the old one for a second or two: so one alone
        is not believed, and nobody is led back.
        """
        places = list(self.address.places)
        random.shuffle(places)
        if await self._named_by(places[0]) in (None, known):
            return None
        named = Counter(await asyncio.gather(*map(self._named_by, places)))
        return next((one for one, times in named.items() if one != known and 2 * times > len(places)), None)

    async def _named_by(self, place: Place) -> Alone | None:
        """Whom a sentinel names; None if it does not know, or does not say."""
        try:
            return await self._by_sentinel(place, MOVED_WITHIN_S)
        except FAILS:
            return None

    async def _look(self) -> Slots | Alone:
        """Asks whoever answers; those that do not know, do not answer or do not let us in are passed over."""
        sentinels = self.address.kind is Kind.SENTINEL
        places, why = list(self.address.places if sentinels else self._seen), ""
        random.shuffle(places)
        silent, refused = False, ""
        for place in places:
            try:
                found = await (self._by_sentinel(place) if sentinels else self._by_node(place))
            except FAILS as error:
                if _no_cluster(error):
                    alone = f"{'rediss' if self.address.tls else 'redis'}://{place}/0"
                    raise UsageError(f"{place} is no node of a cluster: SANDIK_REDIS={alone}.") from error
                why, silent = f"{place}: {error or type(error).__name__}", True
                refused = why if refuses(error) else refused
                continue
            if found is not None:
                await self._leave(found)
                return found
            why = f"{place} knows no {self.address.service or 'slots'}"
        if refused:
            raise NotLetInError(f"the sentinel {refused}" if sentinels else refused)
        if sentinels and not silent:
            raise UsageError(f"SANDIK_REDIS names a primary that its sentinels do not know ({why}).")
        raise ConnectionError(f"nobody says who the primary is ({why})")

    async def _by_node(self, place: Place) -> Slots | None:
        said = await self._ask(self.address.url(place), "CLUSTER SLOTS")
        slots = Slots.read(said, place)
        self._seen |= {_named(node, place) for _, _, *nodes in said for node in nodes}
        return slots if slots.ranges else None

    async def _by_sentinel(self, place: Place, within_s: float = LOOK_WITHIN_S) -> Alone | None:
        word = "SENTINEL GET-MASTER-ADDR-BY-NAME"
        said = await self._ask(
            self.address.sentinel_url(place), word, self.address.service, within_s=within_s
        )
        return None if said is None else Alone(_named(said, place))

    async def _ask(self, url: str, *words: str, within_s: float = LOOK_WITHIN_S) -> Any:
        client = self._make(url, min(self._answers_within_s, within_s), False)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call] # of the library
        finally:
            await client.aclose()

    async def _leave(self, found: Slots | Alone) -> None:
        """Lets go of idle connections to servers that hold nothing of ours any more."""
        kept = {place for *_, place in found.ranges} if isinstance(found, Slots) else {found.primary}
        if kept != self._primaries:
            log.info("store=%s primaries=%s", self.address.shown, ",".join(map(str, sorted(kept))))
        self._primaries = kept
        for place, client in tuple(self._clients.items()):  # somebody may open one meanwhile
            if place not in kept:
                await client.connection_pool.disconnect(inuse_connections=False)

    def _client(self, place: Place) -> Client:
        if place not in self._clients:
            url, primary = self.address.url(place), self.address.kind is Kind.SENTINEL
            self._clients[place] = self._make(url, self._answers_within_s, primary)
        return self._clients[place]

    def _make(self, url: str, answers_within_s: float, primary: bool) -> Client:
        try:
            client = Redis.from_url(
                url,
                connection_class=CONNECTIONS[primary, self.address.tls],
                socket_timeout=answers_within_s,
                socket_connect_timeout=answers_within_s,
                retry=Retry(NoBackoff(), 0),
                client_name=self._name,
                protocol=self._protocol,
            )
            pool: Any = client.connection_pool
            pool.make_connection()  # connects to nothing, and knows which options there are
        except (*FAILS, TypeError, ValueError) as error:
            raise UsageError(f"SANDIK_REDIS has an option that makes no sense ({error}).") from error
        return client


def _named(node: Sequence[Any], asked: Place) -> Place:
    """A node as a server names it: host and port, and more that is not needed."""
    host = node[0].decode() if isinstance(node[0], bytes) else str(node[0] or "")
    return Place(asked.host if host in ("", "?") else host, int(node[1]))


def _no_cluster(error: BaseException) -> bool:
    return isinstance(error, ResponseError) and "cluster support disabled" in str(error)
