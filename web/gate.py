"""Who comes in, and how many: pages allowed by origin, places, newcomers a second, tokens and their scopes.

    gate = Gate(GateRules.read(public="view alerts"), tokens)
    came = gate.admit(address, headers, now, target)     a websocket: a Visitor, or Refused and why
    gate.leave(came)                                     gives the place back
    gate.visitor(address, headers, now, target)          a plain GET: no place, a purse of its own
    gate.sign_in(text, came)                             the auth command: more scopes, the same place

Know before changing: this is pure; time, headers and tokens are arguments, and whatever a stranger sends ends
as a Visitor or a Refused, never as an exception. A place is taken last, when nothing can refuse any more, so
that none is lost; and nothing here shows a token.
"""

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from election.errors import UsageError
from web import addresses
from web.origins import ANY, may_come
from web.origins import parse as read_origins
from web.tokens import PREFIX, SCOPES, Tokens

NONE = "none"
"""What a private gateway's operator writes for the public scopes: an empty setting counts as not set."""
NEVER_PUBLIC = "desk"
"""What is decided at the desk is written under a token's name, so nobody can without a token."""
AT_ONCE_S = 5.0
"""So many seconds' worth of newcomers may come at once: a crowd behind one address, after a restart."""
GETS_A_NEWCOMER = 10
"""Plain GETs are paid from a purse so many times as large: a page, its files and its snapshot."""
ADDRESSES_MAX = 65_536
"""Most addresses whose purses are remembered; beyond, the one idle for longest is forgotten."""
TARGET_CHARACTERS_MAX = 8192
"""A longer address is none of ours; what follows is not looked at."""
LOOKS_LIKE_ONE = re.compile(PREFIX + r"[A-Za-z0-9_-]{40,}")
SECRET_FIELDS = frozenset({"token", "access_token", "auth", "authorization", "bearer", "api_key", "apikey"})
"""Fields of a query in which people put tokens. Addresses end in logs, histories and others' statistics."""
FULL_AGAIN_S, CROWDED_AGAIN_S = 2, 10
"""Retry-After where the gateway, or one address, has all the places it may have."""

READABLE = {"Access-Control-Expose-Headers": "ETag, Retry-After"}
"""Headers that a page which may read an answer may read too."""

REASONS = (
    "origin", "token-in-url", "bad-token", "no-token", "no-scope", "too-fast", "crowded", "full", "not-ready",
    "leaving", "malformed", "slow",
)  # fmt: skip
"""Every reason there is, for metrics; some are of whoever listens or answers, who counts them here."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may be here."""

    address: str
    """As it is counted: an address, or a network of IPv6."""
    name: str
    """Whose token it is; empty without one."""
    scopes: frozenset[str]
    seat: int = 0
    """The place taken; 0: none, or not known to who asks."""
    token: str = ""
    """The id of the token, which says nothing about its text."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who may not: what is answered, and why, for the count of refusals."""

    status: HTTPStatus
    message: str
    retry_after_s: int | None
    reason: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        said = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
        if self.retry_after_s is not None:
            said["Retry-After"] = str(self.retry_after_s)
        if self.status is HTTPStatus.UNAUTHORIZED:
            error = ', error="invalid_token"' if self.reason == "bad-token" else ""
            said["WWW-Authenticate"] = f'Bearer realm="sandik"{error}'
        return said

    @property
    def body(self) -> bytes:
        """The sentence, as the answer's body."""
        return f"{self.message}\n".encode()


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the operator allows."""

    origins: tuple[str, ...] = ()
    """`*`, or exact origins; none: the page must be of the host that the request names."""
    public: frozenset[str] = frozenset({"view", "alerts"})
    """What everybody may; nothing: a private gateway."""
    clients_max: int = 20_000
    """Most websockets at once; at the limit one more is answered 503."""
    per_address_max: int = 1000
    """Most of one address; at the limit one more is answered 429."""
    new_per_s: float = 100.0
    """New ones a second from one address, and five seconds' worth at once; above it 429."""
    trusted_proxies: addresses.Networks = ()
    """Whose X-Forwarded-For is believed."""

    @classmethod
    def read(
        cls, *, origins: str = "", public: str = "view alerts", clients_max: int = 20_000,
        per_address_max: int = 1000, new_per_s: float = 100.0, proxies: str = "",
    ) -> "GateRules":  # fmt: skip
        """The rules as settings say them; UsageError names the setting that makes no sense."""
        for variable, value in (
            ("SANDIK_CLIENTS_MAX", clients_max), ("SANDIK_CLIENTS_PER_ADDRESS_MAX", per_address_max),
            ("SANDIK_NEW_PER_S", new_per_s),
        ):  # fmt: skip
            if not 0 < value < math.inf:
                raise UsageError(f"{variable} is {value}; it must be more than 0.")
        return cls(
            origins=read_origins(origins), public=_public(public), clients_max=clients_max,
            per_address_max=per_address_max, new_per_s=new_per_s, trusted_proxies=addresses.parse(proxies),
        )  # fmt: skip

    @property
    def private(self) -> bool:
        """Whether nothing is for everybody."""
        return not self.public


def _public(text: str) -> frozenset[str]:
    words = frozenset(text.replace(",", " ").split())
    if words <= {NONE}:
        return frozenset()
    if NEVER_PUBLIC in words:
        raise UsageError(
            f"SANDIK_PUBLIC has {NEVER_PUBLIC}: what is decided there is written under the name of a token, "
            "so it is never everybody's. Make a token with sandik token new --scope desk."
        )
    if not words <= set(SCOPES):
        raise UsageError(
            f"SANDIK_PUBLIC is {text!r}; it is {NONE}, or one or more of view, alerts and replay, a space "
            "between two."
        )
    return words


class Purses:
    """What each address may still spend: so many at once, refilled at a rate. Bounded, whoever comes."""

    def __init__(self, per_s: float, at_once: float, addresses_max: int = ADDRESSES_MAX) -> None:
        self._per_s, self._at_once, self._max = per_s, max(1.0, at_once), addresses_max
        self._purses: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._purses)

    def wait_s(self, address: str, now: float) -> float:
        """Pays for one; 0, or the seconds after which there is enough to pay with."""
        left, paid_at = self._purses.pop(address, (self._at_once, now))
        left = min(self._at_once, left + max(0.0, now - paid_at) * self._per_s)
        paid = left >= 1
        # A clock that went back must not fill a purse twice.
        self._purses[address] = (left - 1 if paid else left, max(now, paid_at))
        if len(self._purses) > self._max:
            self._purses.popitem(last=False)
        return 0.0 if paid else (1 - left) / self._per_s


class Gate:
    """The gate of one gateway."""

    def __init__(self, rules: GateRules, tokens: Tokens) -> None:
        self.rules, self.tokens = rules, tokens
        self.refused: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
        """How many were refused, by reason, since the start."""
        self._newcomers = Purses(rules.new_per_s, rules.new_per_s * AT_ONCE_S)
        self._gets = Purses(rules.new_per_s * GETS_A_NEWCOMER, rules.new_per_s * GETS_A_NEWCOMER * AT_ONCE_S)
        self._seats: dict[int, str] = {}
        self._here: Counter[str] = Counter()
        self._last = 0

    @property
    def taken(self) -> int:
        """Places taken."""
        return len(self._seats)

    @property
    def addresses(self) -> int:
        """Different addresses that have a place."""
        return len(self._here)

    def admit(
        self, address: str, headers: Mapping[str, str], now: float, target: str = ""
    ) -> Visitor | Refused:
        """A websocket that wants to begin: takes a place, or says why not. Header names are in lower case.

        `address` is the connection's peer, `target` what was asked for. Whoever is admitted is let go with
        `leave`, once.
        """
        came = self._met(self._newcomers, address, headers, now, target)
        if isinstance(came, Refused):
            return came
        if not may_come(self.rules.origins, headers.get("origin"), headers.get("host", "")):
            return self._refuse(
                HTTPStatus.FORBIDDEN, "origin",
                "Pages of this site may not connect here: whoever runs this gateway allows them with "
                "SANDIK_ORIGINS.",
            )  # fmt: skip
        if len(self._seats) >= self.rules.clients_max:
            return self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "full", "This gateway is full; try again or try another.",
                FULL_AGAIN_S,
            )  # fmt: skip
        if self._here[came.address] >= self.rules.per_address_max:
            return self._refuse(
                HTTPStatus.TOO_MANY_REQUESTS, "crowded",
                f"Your address has {self.rules.per_address_max} connections here, which is the most.",
                CROWDED_AGAIN_S,
            )  # fmt: skip
        self._last += 1
        self._seats[self._last] = came.address
        self._here[came.address] += 1
        return replace(came, seat=self._last)

    def leave(self, visitor: Visitor) -> None:
        """Gives the place back; a place that was given back already is no news."""
        address = self._seats.pop(visitor.seat, None)
        if address is None:
            return
        self._here[address] -= 1
        if not self._here[address]:
            del self._here[address]

    def visitor(
        self, address: str, headers: Mapping[str, str], now: float, target: str = "", *, is_open: bool = False
    ) -> Visitor | Refused:
        """A plain GET: who asks, and what they may. Of a private gateway only who has a token.

        `is_open`: what is asked for is everybody's, there too.
        """
        came = self._met(self._gets, address, headers, now, target)
        if isinstance(came, Visitor) and not came.scopes and not is_open:
            return self._refuse(HTTPStatus.UNAUTHORIZED, "no-token", _PRIVATE)
        return came

    def readable_from(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers of an answer that let a page of an allowed site read it (CORS).

        Where some may and others not, a cache has to know, whoever asked first.
        """
        if not self.rules.origins:
            return {}
        if ANY in self.rules.origins:
            return {**READABLE, "Access-Control-Allow-Origin": ANY}
        origin = headers.get("origin")
        if origin is None or not may_come(self.rules.origins, origin, ""):
            return {"Vary": "Origin"}
        return {**READABLE, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}

    def sign_in(self, token: str, visitor: Visitor | None = None) -> Visitor | None:
        """The `auth` command: who holds this token, at the place of `visitor`; None: it is no good."""
        found = self.tokens.find(token)
        if found is None:
            return None
        scopes = self.rules.public | frozenset(found.scopes)
        return replace(visitor or _NOWHERE, name=found.name, scopes=scopes, token=found.id)

    def still(self, visitor: Visitor) -> bool:
        """Whether what was presented is still good; without a token there is nothing that could end."""
        return not visitor.token or self.tokens.holds(visitor.token)

    def turned_away(self, reason: str) -> None:
        """Counts somebody whom whoever listens has refused: one of REASONS."""
        self.refused[REASONS[REASONS.index(reason)]] += 1

    def _met(
        self, purses: Purses, address: str, headers: Mapping[str, str], now: float, target: str
    ) -> Visitor | Refused:
        """Who asks, by address and token; every question is paid for, whatever is answered."""
        seen = addresses.peer(address, headers.get("x-forwarded-for", ""), self.rules.trusted_proxies)
        counted = addresses.counted(seen)
        wait_s = purses.wait_s(counted, now)
        if wait_s > 0:
            return self._refuse(
                HTTPStatus.TOO_MANY_REQUESTS, "too-fast",
                "Too many from your address at once: wait a little.", math.ceil(wait_s),
            )  # fmt: skip
        if token_in(target):
            return self._refuse(HTTPStatus.BAD_REQUEST, "token-in-url", _IN_URL)
        said = headers.get("authorization")
        if said is None:
            return Visitor(counted, "", self.rules.public)
        scheme, _, text = said.partition(" ")
        found = self.sign_in(text.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            return self._refuse(
                HTTPStatus.UNAUTHORIZED, "bad-token",
                "This token is not known, was revoked or has expired. It is said as: "
                "Authorization: Bearer TOKEN",
            )  # fmt: skip
        return replace(found, address=counted)

    def _refuse(
        self, status: HTTPStatus, reason: str, message: str, retry_after_s: int | None = None
    ) -> Refused:
        self.refused[reason] += 1
        return Refused(status, message, retry_after_s, reason)


_NOWHERE = Visitor("", "", frozenset())
_PRIVATE = "This needs a token: send it as Authorization: Bearer TOKEN. Whoever runs this gateway makes one."
_IN_URL = (
    "A token never stands in an address: addresses are kept in logs and histories. Have this one revoked, "
    "and send the next as Authorization: Bearer TOKEN, or in a websocket with the command auth."
)


def sealed(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a private gateway's answer: whatever lies between keeps no copy for somebody else."""
    vary = ", ".join(filter(None, (headers.get("Vary"), "Authorization")))
    return {**headers, "Cache-Control": "private, no-store", "Vary": vary}


def token_in(target: str) -> bool:
    """Whether somebody put a token into the address."""
    path, _, query = target[:TARGET_CHARACTERS_MAX].partition("?")
    if LOOKS_LIKE_ONE.search(unquote(path)) or LOOKS_LIKE_ONE.search(unquote(query)):
        return True
    return any(name.lower() in SECRET_FIELDS for name, _ in parse_qsl(query, keep_blank_values=True))
