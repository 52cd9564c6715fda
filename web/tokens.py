"""Tokens: who may do more than everybody may. Made here, read here, found here; on disk by `token_file`.

    text, token = make("Ayşe Demir", ["desk"], now)     the text is shown once; the token holds its hash
    line(token)                                          as it stands in the file, one JSON object a line
    Tokens(news, clock).find(text)                       the token, or None: unknown, revoked or expired

A token is 256 bits out of the system's own dice, and what is kept of it is one SHA-256. A slow hash with salt
(bcrypt, argon2) protects passwords, because people choose passwords and others can guess them; nobody guesses
one of 2^256, however fast the hash is, and a fast one cannot be used to keep the gateway busy.

Know before changing: a token's text is never kept, logged or put into an error; `Token` does not show even
its hash. Whoever reads the file cannot become anybody; whoever can write it can, so `token_file` looks at its
mode.
"""

import base64
import hashlib
import hmac
import logging
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from election.errors import RecordError, UsageError
from election.wire.records import read_time, stamp

LOG = logging.getLogger("sandik.gateway")

SCOPES = ("view", "alerts", "desk", "replay")
"""What a token may let its owner do: see the count, hear what is told, sign at the desk, drive a replay."""
PREFIX = "sandik_"
"""Every token begins so: whoever finds one in a log or a repository knows what it is, and so do scanners."""
SECRET_BYTES = 32
ID_CHARACTERS = 8
"""The first hex digits of the hash name a token; that says nothing about its text."""
TOKENS_MAX = 1000
"""Most tokens of one file; at the limit the file is refused, and `sandik token new` says so."""
NAME_CHARACTERS_MAX = 80
TEXT_CHARACTERS_MAX = 200
"""A longer text is no token of ours, and is not even hashed."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token."""

    id: str
    name: str
    """Whose it is: what is decided with it is written under this name."""
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None = None
    digest: str = field(default="", repr=False)
    """SHA-256 of the token's text, in hex."""

    def holds(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at


class NoFileError(UsageError):
    """The file of tokens is not there."""


def make(
    name: str,
    scopes: Iterable[str],
    now: datetime,
    days: float | None = None,
    dice: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[str, Token]:
    """A new token: its text, which nobody will know again, and what is kept. UsageError for bad words."""
    text = PREFIX + base64.urlsafe_b64encode(dice(SECRET_BYTES)).rstrip(b"=").decode()
    try:
        expires_at = None if days is None else now + timedelta(days=days)
    except (OverflowError, ValueError):  # beyond the calendar, or no number
        raise UsageError(f"--days is {days:g}; a token may hold for some years at most.") from None
    if expires_at is not None and expires_at <= now:
        raise UsageError(f"--days is {days:g}; it is more than 0.")
    hashed = digest(text)
    return text, Token(hashed[:ID_CHARACTERS], checked_name(name), ordered(scopes), now, expires_at, hashed)


def digest(text: str) -> str:
    """What is kept of a token's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def checked_name(name: str) -> str:
    """A name as it will be shown beside decisions. Raises UsageError."""
    tidy = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 0 < len(tidy) <= NAME_CHARACTERS_MAX or not tidy.isprintable():
        raise UsageError(f"A token's name is 1 to {NAME_CHARACTERS_MAX} characters that can be shown.")
    return tidy


def ordered(scopes: Iterable[str]) -> tuple[str, ...]:
    """Scopes, each once and in our order. Raises UsageError for an unknown one, or none."""
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise UsageError(f"A token's scopes are one or more of {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in wanted)


def line(token: Token) -> bytes:
    """A token as it stands in the file."""
    facts: dict[str, Any] = {
        "id": token.id, "name": token.name, "scopes": token.scopes, "made_at": stamp(token.made_at),
    }  # fmt: skip
    if token.expires_at is not None:
        facts["expires_at"] = stamp(token.expires_at)
    return orjson.dumps(facts | {"sha256": token.digest}) + b"\n"


def read(content: bytes, where: str = "the file of tokens") -> tuple[Token, ...]:
    """The tokens of a file. Raises UsageError with the number of a bad line, never with what stands there."""
    found: dict[str, Token] = {}
    for number, text in enumerate(content.splitlines(), 1):
        if not text.strip():
            continue
        try:
            token = _token(orjson.loads(text))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, RecordError, UsageError) as error:
            raise UsageError(
                f"{where}:{number}: this is no token ({_why(error)}). Take the line out, or bring the file "
                "back as sandik token wrote it."
            ) from None
        if token.id in found:
            raise UsageError(f"{where}:{number}: the token {token.id} stands there twice. Take one line out.")
        found[token.id] = token
    if len(found) > TOKENS_MAX:
        raise UsageError(
            f"{where} holds {len(found)} tokens; at most {TOKENS_MAX}: revoke what nobody needs any more."
        )
    return tuple(found.values())


def _token(facts: Any) -> Token:
    if not isinstance(facts, dict) or not all(
        isinstance(facts.get(key), str) for key in ("id", "name", "sha256")
    ):
        raise TypeError("id, name and sha256 are texts")
    hashed = facts["sha256"]
    if len(bytes.fromhex(hashed)) != hashlib.sha256().digest_size or hashed != hashed.lower():
        raise ValueError("sha256 is 64 hex digits in lower case")
    if facts["id"] != hashed[:ID_CHARACTERS]:
        raise ValueError("id is not the beginning of sha256")
    if not isinstance(facts["scopes"], list):
        raise TypeError("scopes is a list")
    until = facts.get("expires_at")
    return Token(
        facts["id"], checked_name(facts["name"]), ordered(map(str, facts["scopes"])),
        read_time(facts["made_at"], "made_at"),
        None if until is None else read_time(until, "expires_at"), hashed,
    )  # fmt: skip


def _why(error: Exception) -> str:
    """What is wrong with a line, without the line: a token's text may have been pasted into it."""
    if isinstance(error, orjson.JSONDecodeError):
        return "it is no JSON"
    if isinstance(error, RecordError):
        return f"{error.place} is no time"
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return str(error).rstrip(".") if isinstance(error, UsageError) else "its fields are not those of a token"


class Tokens:
    """The tokens as they are now: what was revoked or added counts from the next question on."""

    def __init__(
        self,
        news: Callable[[], bytes | None],
        clock: Callable[[], datetime],
        where: str = "the file of tokens",
    ) -> None:
        """`news` gives the file's bytes if they changed since it was last asked, else None; it raises
        UsageError where the file cannot be used, and then so does this. `where` is its name, for messages.
        """
        self._news, self._clock, self._where = news, clock, where
        self.trouble = ""
        """Why the file cannot be used as it stands now; empty: it can."""
        self._tokens: dict[str, Token] = {}
        self._take()

    @property
    def good(self) -> int:
        """How many there are that have not expired."""
        now = self._clock()
        return sum(token.holds(now) for token in self._tokens.values())

    def find(self, text: str) -> Token | None:
        """The token with this text, if it holds now. All are compared, each in constant time."""
        self._look()
        if not text.startswith(PREFIX) or len(text) > TEXT_CHARACTERS_MAX:
            return None
        asked, found = digest(text), None
        for token in self._tokens.values():
            if hmac.compare_digest(token.digest, asked):
                found = token
        return found if found is not None and found.holds(self._clock()) else None

    def holds(self, id: str) -> bool:
        """Whether the token of this id still is one: not revoked, not expired."""
        self._look()
        token = self._tokens.get(id)
        return token is not None and token.holds(self._clock())

    def _look(self) -> None:
        """Takes in what changed.

        A file that is gone takes every token with it. One that cannot be read leaves them as they were, and
        says so: a slip of an editor must not lock the desk out on the night.
        """
        try:
            self._take()
        except NoFileError as error:
            self._tokens = {}
            self._tell(f"{error} Until it is there nobody's token is good.")
        except UsageError as error:
            self._tell(f"{error} Until then the tokens read before hold, and no revocation counts.")

    def _take(self) -> None:
        content = self._news()
        if content is None:
            return
        self._tokens = {token.id: token for token in read(content, self._where)}
        if self.trouble:
            LOG.info("the file of tokens is in order again")
        self.trouble = ""

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            LOG.warning("tokens: %s", trouble)
        self.trouble = trouble


def nobodys() -> Tokens:
    """No tokens at all: what a gateway has that was not given a file."""
    return Tokens(lambda: None, lambda: datetime.now(UTC))


def facts(token: Token, now: datetime) -> dict[str, Any]:
    """A token as `sandik token` shows it: nothing of its text, nothing of its hash."""
    return {
        "id": token.id, "name": token.name, "scopes": list(token.scopes), "made_at": stamp(token.made_at),
        "expires_at": None if token.expires_at is None else stamp(token.expires_at),
        "expired": not token.holds(now),
    }  # fmt: skip


def without(tokens: Sequence[Token], ids: Iterable[str]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """What stays and what goes when these are revoked."""
    gone = frozenset(ids)
    return (
        tuple(token for token in tokens if token.id not in gone),
        tuple(token for token in tokens if token.id in gone),
    )
