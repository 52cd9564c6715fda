"""One client's conversation: what it may say, what that means, and what is answered to what it may not say.

    text ──hear──▶ Subscribe · Unsubscribe        for the hub
                   Say                            an error frame: the conversation goes on
                   Close                          enough: no reconnecting with the same manners

Know before changing: this is pure, and reads bytes of strangers. Whatever comes in, the answer is one of the
actions above and never an exception. Codes are in docs/reference/protocol.md and are never renamed; a field
of a command that is not known is skipped, so that newer clients can talk to us.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson

from election.night import ContestId
from election.wire.frames import Json, dumps

COMMAND_BYTES_MAX = 4096
"""Longest command; above it the connection is closed with 1009."""
SUBSCRIPTIONS_MAX = 32
"""Most subscriptions of one connection; at the limit one more is answered `too-many`."""
NAME_CHARACTERS_MAX = 64
"""Longest name of a subscription; a longer one is answered `bad-field`."""
COMMANDS_PER_S = 10.0
COMMANDS_AT_ONCE_MAX = 64
"""Commands are paid from a purse of so many, refilled at the rate above; when it is empty, `too-fast`."""
ERRORS_MAX = 100
"""Most errors of one connection; at the limit it is closed with 3501."""

TOO_MANY_ERRORS = 3501
BINARY = 1003

TEMPORARY = frozenset({"too-fast"})
"""The errors after which the same command may be sent again later."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client wants to follow a contest; a name it has already begins anew."""

    sub: str
    contest: ContestId


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """The client follows it no longer."""

    sub: str


@dataclass(frozen=True, slots=True)
class Say:
    """A frame to answer with."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection."""

    code: int
    reason: str


Action = Subscribe | Unsubscribe | Say | Close


class CommandError(Exception):
    """A command that cannot be followed: `code` names why, for programs."""

    def __init__(self, code: str, message: str, sub: str = "") -> None:
        self.code, self.sub = code, sub
        super().__init__(message)


class Session:
    """What one connection has asked for so far."""

    def __init__(self, contests: Collection[str], now: float) -> None:
        self._contests = contests
        self.subs: dict[str, ContestId] = {}
        self._purse, self._paid_at = float(COMMANDS_AT_ONCE_MAX), now
        self._errors = 0

    def hear(self, message: str | bytes, now: float) -> Action:
        """What a message of the client comes to."""
        if isinstance(message, bytes):
            return Close(BINARY, "commands are text")
        try:
            self._pay(now)
            return self._command(_parse(message))
        except CommandError as error:
            self._errors += 1
            if self._errors > ERRORS_MAX:
                return Close(TOO_MANY_ERRORS, "too many errors")
            return Say(error_frame(error))

    def _pay(self, now: float) -> None:
        refill = (now - self._paid_at) * COMMANDS_PER_S
        self._purse, self._paid_at = min(self._purse + refill, COMMANDS_AT_ONCE_MAX), now
        if self._purse < 1:
            raise CommandError("too-fast", f"At most {COMMANDS_PER_S:g} commands a second: not done.")
        self._purse -= 1

    def _command(self, command: Json) -> Action:
        kind, sub = command.get("t"), _name(command)
        if kind == "subscribe":
            return self._subscribe(sub, command)
        if kind == "unsubscribe":
            if self.subs.pop(sub, None) is None:
                raise CommandError("no-such-sub", f"There is no subscription {sub!r}.", sub)
            return Unsubscribe(sub)
        raise CommandError("no-such-command", "t is subscribe or unsubscribe.", sub)

    def _subscribe(self, sub: str, command: Json) -> Subscribe:
        contest = command.get("contest")
        if not isinstance(contest, str) or contest not in self._contests:
            known = ", ".join(self._contests)
            raise CommandError("no-such-contest", f"contest is one of {known}.", sub)
        if sub not in self.subs and len(self.subs) >= SUBSCRIPTIONS_MAX:
            raise CommandError("too-many", f"At most {SUBSCRIPTIONS_MAX} subscriptions a connection.", sub)
        self.subs[sub] = ContestId(contest)
        return Subscribe(sub, ContestId(contest))


def _parse(message: str) -> Json:
    try:
        command: Any = orjson.loads(message)
    except (orjson.JSONDecodeError, UnicodeError):
        raise CommandError("not-json", "A command is a JSON text.") from None
    if not isinstance(command, dict):
        raise CommandError("not-json", "A command is a JSON object.")
    return command


def _name(command: Json) -> str:
    sub = command.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= NAME_CHARACTERS_MAX:
        raise CommandError("bad-field", f"sub is a name of 1 to {NAME_CHARACTERS_MAX} characters.")
    return sub


def error_frame(error: CommandError) -> bytes:
    """An error as the client gets it; `sub` stands there where the command named one."""
    made: Json = {
        "t": "error", "code": error.code, "temporary": error.code in TEMPORARY, "message": str(error),
    }  # fmt: skip
    return dumps(made | ({"sub": error.sub} if error.sub else {}))
