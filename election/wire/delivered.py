"""The ledger of deliveries as bytes: rows of the store and values of the topic `…delivered`.

    Delivery(fact="9f…", seq=7, kind="call-made", channel="webhook", address="https://…", …)
    encode(delivery, scope, contest) → a record;  decode(record, scope) → (contest, Delivery | int)

A record is the whole statement of one delivery, its state and how often that has changed (`n`): of two, the
one with the larger `n` counts. A record with `spread` alone says up to which fact subscriptions were looked
at.

Know before changing: no secret stands here, only the name of the environment variable that holds it; this
topic is kept as long as the log. Whoever was sent a call is known from here alone.
"""

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from election.errors import ModeError, RecordError
from election.wire.topics import Scope

VERSION = 1
ID_DIGITS = 16
NUMBER_MAX = 10**13
"""Most that a number of a delivery may be: the scripts write much larger ones as no whole numbers."""

QUEUED, SENT, RETRYING = "queued", "sent", "retrying"
ACKNOWLEDGED, DEAD, SUPERSEDED = "acknowledged", "dead", "superseded"
OPEN = (QUEUED, SENT, RETRYING)
STATES = (*OPEN, ACKNOWLEDGED, DEAD, SUPERSEDED)
"""queued: not tried yet · sent: handed over, no answer yet · retrying: tried, to be tried again ·
acknowledged · dead: given up, can be sent again by hand · superseded: a call whose retraction came first, or
that retraction."""


def _id(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Target:
    """One place that is told, with all it takes to tell it even when its subscription is gone."""

    channel: str
    address: str
    """An https URL, a mail address, or the name of the environment variable that holds the URL."""
    secrets: str = ""
    """Names of environment variables with signing secrets, a blank between two."""
    language: str = "en"
    private: bool = False
    """The address may be one of a private network."""
    http: bool = False
    """The address may be http."""
    who: str = ""
    """Whose subscription it was, for people."""

    @property
    def id(self) -> str:
        """Channel and address alone: a subscription that is renamed or changed is the same place."""
        return _id(self.channel, self.address)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One fact for one target, and what became of it. Times in ms of the store's clock."""

    fact: str
    seq: int
    kind: str
    target: str
    channel: str
    address: str
    secrets: str
    language: str
    private: bool
    http: bool
    who: str
    state: str = QUEUED
    tries: int = 0
    """Tries of this round; a delivery that is sent again by hand begins a new one."""
    tried: bool = False
    """It was handed over at least once: the target may have it."""
    n: int = 0
    """How often this has changed."""
    at: int = 0
    """When it changed last."""
    note: str = ""
    """Why the last try failed, for people."""
    retracted: bool = False
    """A call of which the retraction is on its way or delivered."""
    token: str = ""
    """Who has it in hand."""

    @property
    def key(self) -> str:
        """Its field in the ledger: a fact is told to a target once."""
        return f"{self.fact}/{self.target}"

    @property
    def id(self) -> str:
        """Its name for people and commands: 16 hex digits of SHA-256 over fact and target."""
        return _id(self.fact, self.target)

    @property
    def to(self) -> Target:
        """Where it goes."""
        return Target(
            self.channel, self.address, self.secrets, self.language, self.private, self.http, self.who
        )


def delivery(fact: str, seq: int, kind: str, to: Target) -> Delivery:
    """A delivery nobody has tried yet."""
    return Delivery(fact, seq, kind, to.id, **asdict(to))


_KINDS = {spec.name: spec.type for spec in fields(Delivery)}


def row(of: Delivery) -> bytes:
    """A delivery as the ledger holds it: one flat JSON object, which the scripts read too."""
    return orjson.dumps(asdict(of))


def read_row(content: bytes | str) -> Delivery:
    """A delivery from the ledger or a record. Raises RecordError R001 for bytes that are none."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RecordError("R001", "delivery", f"This is no JSON: {error}.") from error
    return _delivery(found)


def _fits(number: int) -> bool:
    return 0 <= number <= NUMBER_MAX


def _delivery(found: Any) -> Delivery:
    known = {name: found[name] for name in _KINDS if name in found} if isinstance(found, dict) else {}
    wrong = [name for name, value in known.items() if type(value) is not _KINDS[name]]
    wrong += [name for name, value in known.items() if type(value) is int and not _fits(value)]
    if wrong or known.get("state") not in STATES:
        raise RecordError("R006", wrong[0] if wrong else "state", "This is no delivery.")
    try:
        return Delivery(**known)
    except TypeError as error:
        raise RecordError("R006", "delivery", f"This is no delivery: {error}.") from error


def encode(what: Delivery | int, scope: Scope, contest: str) -> bytes:
    """A record of the topic: a delivery, or the seq of the fact up to which subscriptions were looked at."""
    body = {"spread": what} if isinstance(what, int) else {**asdict(what), "id": what.id}
    head = {"t": "delivery", "v": VERSION, "mode": scope.mode, "night": scope.night,
            "session": scope.session, "contest": contest}  # fmt: skip
    return orjson.dumps({**head, **body})


def decode(value: bytes, scope: Scope) -> tuple[str, Delivery | int]:
    """Contest, and what a record says. Raises RecordError; ModeError if it is of another scope."""
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise RecordError("R001", "record", f"This is no JSON: {error}.") from error
    if not isinstance(found, dict) or found.get("t") != "delivery":
        raise RecordError("R010", "t", "This is no record of a delivery.")
    if found.get("v") != VERSION:
        raise RecordError("R003", "v", f"Version {found.get('v')!r:.20} is not {VERSION}, which we read.")
    for name, code, ours in (
        ("mode", "R004", scope.mode), ("night", "R005", scope.night), ("session", "R005", scope.session),
    ):  # fmt: skip
        if found.get(name) != ours:
            raise ModeError(code, name, f"This record is of {name} {found.get(name)!r:.60}, not {ours!r}.")
    contest, spread = found.get("contest"), found.get("spread")
    if not isinstance(contest, str):
        raise RecordError("R006", "contest", "This record names no contest.")
    if type(spread) is not int:
        return contest, _delivery(found)
    if not _fits(spread):
        raise RecordError("R006", "spread", f"{spread} is no number of a fact.")
    return contest, spread
