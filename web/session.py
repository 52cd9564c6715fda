"""One client's conversation: what it may say, what that means, and what is answered to what it may not say.

    text ──hear──▶ Subscribe · Unsubscribe        for the hub
                   SignIn · Act                   for whoever knows tokens, and whoever does things
                   Say                            an error frame: the conversation goes on
                   Close                          enough: no reconnecting with the same manners

Know before changing: this is pure, and reads bytes of strangers. Whatever comes in, the answer is one of the
actions above and never an exception. Codes are in docs/reference/protocol.md and are never renamed; a field
of a command that is not known is skipped, so that newer clients can talk to us.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from election.night import ContestId
from election.wire.frames import Json, dumps
from web.wanted import DESK_KINDS, EVENT, FOR_DESK, MERGE, PUBLIC_KINDS, WHOLE_NIGHT, Offer, Wanted

COMMAND_BYTES_MAX = 4096
"""Longest command; above it the connection is closed with 1009."""
SUBSCRIPTIONS_MAX = 32
"""Most subscriptions of one connection; at the limit one more is answered `too-many`."""
NAME_CHARACTERS_MAX = 64
"""Longest name of a subscription or an act; a longer one is answered `bad-field`."""
AREAS_MAX = 64
"""Most areas in a filter; more are answered `too-many`."""
RESUME_CHARACTERS_MAX = 200
"""Longest name of a content; a longer one is none of ours and answered `bad-field`."""
SEQ_MAX = 2**53
"""Highest number of an event that every language can hold."""
COMMANDS_PER_S = 10.0
COMMANDS_AT_ONCE_MAX = 64
"""Commands are paid from a purse of so many, refilled at the rate above; when it is empty, `too-fast`."""
ERRORS_MAX = 100
"""Most errors of one connection; at the limit it is closed with 3501."""
ACTS_MAX = 4
"""Most acts of one connection that are not done yet; at the limit one more is answered `too-many`."""
BAD_TOKENS_MAX = 5
"""At so many tokens that are not known the connection is closed with 3401."""

TOO_MANY_ERRORS = 3501
BAD_TOKEN = 3401
BINARY = 1003

VIEW, ALERTS, DESK, REPLAY = "view", "alerts", "desk", "replay"
EVERYBODY = frozenset({VIEW, ALERTS})
"""The scopes that one has without a token, unless the gateway is told otherwise."""
VERBS: Mapping[str, str] = {
    **dict.fromkeys(("approve", "refuse", "retract", "rule"), DESK),
    **dict.fromkeys(("acknowledge", "reopen", "resend", "recompute"), DESK),
    **dict.fromkeys(("pause", "resume", "speed", "jump", "step", "fault", "look"), REPLAY),
}
"""What can be done, and the scope it needs."""

TEMPORARY = frozenset({"too-fast", "too-many-views", "full"})
"""The errors after which the same command may be sent again later."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client wants to follow these, under these names; a name it has already begins anew."""

    wanted: Mapping[str, Wanted]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """The client follows it no longer."""

    sub: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The client says who it is; the answer is `signed_in` or `bad_token`."""

    token: str

    def __repr__(self) -> str:
        """Without the token, which is never logged."""
        return "SignIn()"


@dataclass(frozen=True, slots=True)
class Act:
    """The client wants something done, and may; `acted` when it is."""

    id: str
    do: str
    fields: Json


@dataclass(frozen=True, slots=True)
class Say:
    """A frame to answer with."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection."""

    code: int
    reason: str


Action = Subscribe | Unsubscribe | SignIn | Act | Say | Close


class CommandError(Exception):
    """A command that cannot be followed: `code` names why, for programs."""

    def __init__(self, code: str, message: str, **named: str) -> None:
        """`named` is the `sub` or the `id` of the command."""
        self.code, self.named = code, named
        super().__init__(message)


class Session:
    """What one connection has asked for so far."""

    __slots__ = (
        "_acts", "_bad_tokens", "_errors", "_needed", "_offer", "_paid_at", "_purse", "_room",
        "acting", "scopes", "subs",
    )  # fmt: skip

    def __init__(
        self, offer: Offer, now: float, scopes: Collection[str] = EVERYBODY,
        room: Callable[[Collection[Wanted]], bool] = lambda wanted: True, *, acts: bool = True,
    ) -> None:  # fmt: skip
        """`room`: whether the hub has room for these; `acts`: whether anything can be done here."""
        self._offer, self._room, self._acts = offer, room, acts
        self.scopes = frozenset(scopes)
        self.subs: dict[str, ContestId] = {}
        """The contest that each subscription is of; none: the whole night."""
        self._needed: dict[str, frozenset[str]] = {}
        """The scopes that each subscription needs, for as long as it is one."""
        self.acting: set[str] = set()
        """The acts that are not done yet."""
        self._purse, self._paid_at = float(COMMANDS_AT_ONCE_MAX), now
        self._errors, self._bad_tokens = 0, 0

    def hear(self, message: str | bytes, now: float) -> Action:
        """What a message of the client comes to."""
        if isinstance(message, bytes):
            return Close(BINARY, "commands are text")
        try:
            self._pay(now)
            return self._command(_parse(message))
        except CommandError as error:
            return self._answer(error)

    def _answer(self, error: CommandError) -> Say | Close:
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
        kind = command.get("t")
        if kind == "subscribe":
            return self._subscribe(command)
        if kind == "unsubscribe":
            return self._unsubscribe(command)
        if kind == "auth":
            token = command.get("token")
            if not isinstance(token, str) or not token:
                raise CommandError("bad-field", "token is a text.")
            return SignIn(token)
        if kind == "act":
            return self._act(command)
        raise CommandError("no-such-command", "t is subscribe, unsubscribe, auth or act.", **_named(command))

    # Subscriptions.

    def _unsubscribe(self, command: Json) -> Unsubscribe:
        sub = command.get("sub")
        if not isinstance(sub, str) or not sub:
            raise CommandError("bad-field", "sub is the name of a subscription.")
        self._needed.pop(sub, None)
        if self.subs.pop(sub, None) is None:
            raise CommandError("no-such-sub", f"There is no subscription {sub!r}.", sub=sub)
        return Unsubscribe(sub)

    def _subscribe(self, command: Json) -> Subscribe:
        sub = _name(command, "sub")
        try:
            wanted = self._wanted(sub, command)
        except CommandError as error:
            raise CommandError(error.code, str(error), sub=sub) from None
        self.subs |= {name: one.contest for name, one in wanted.items()}
        self._needed |= {name: _scopes_for(one) for name, one in wanted.items()}
        return Subscribe(wanted)

    def _wanted(self, sub: str, command: Json) -> dict[str, Wanted]:
        """Every subscription that the command asks for, by its name."""
        kind = MERGE if command.get("kind") is None else command["kind"]
        if kind == FOR_DESK and self._acts:
            return self._desk(sub)
        if kind not in (MERGE, EVENT):
            raise CommandError("no-such-kind", f"kind is {MERGE} or {EVENT}.")
        contests = self._contests(command)
        several = command.get("contest") is None
        self._needs(ALERTS if kind == EVENT else VIEW)
        names = [f"{sub}/{contest}" if several else sub for contest in contests]
        self._few(names)  # before anything is made of so many
        made = self._events(command, contests) if kind == EVENT else self._views(command, contests, several)
        wanted = dict(zip(names, made, strict=True))
        if not self._room(tuple(wanted.values())):
            raise CommandError("too-many-views", "There are too many different filters; try again later.")
        return wanted

    def _few(self, names: Collection[str]) -> None:
        if len(self.subs.keys() | set(names)) > SUBSCRIPTIONS_MAX:
            raise CommandError("too-many", f"At most {SUBSCRIPTIONS_MAX} subscriptions a connection.")

    def _desk(self, sub: str) -> dict[str, Wanted]:
        """What the desk is shown, of the whole night."""
        self._needs(DESK)
        self._few((sub,))
        return {sub: Wanted(WHOLE_NIGHT, FOR_DESK)}

    def _contests(self, command: Json) -> list[ContestId]:
        one, many, known = command.get("contest"), command.get("contests"), self._offer.areas
        if one is not None and many is not None:
            raise CommandError("bad-field", "contest or contests, not both.")
        named = list(known) if many == "*" else [one] if many is None else many
        if not isinstance(named, list) or not named or len(named) > len(known):
            raise CommandError("bad-field", 'contests is a list of ids, or "*".')
        for contest in named:
            if not isinstance(contest, str) or contest not in known:
                raise CommandError(
                    "no-such-contest", f"There is no such contest; there is {', '.join(known)}."
                )
        return [ContestId(contest) for contest in dict.fromkeys(named)]

    def _views(self, command: Json, contests: list[ContestId], several: bool) -> list[Wanted]:
        areas, levels = _ids(command, "areas"), _ids(command, "levels")
        resume = "" if command.get("resume") is None else command["resume"]
        if not isinstance(resume, str) or len(resume) > RESUME_CHARACTERS_MAX:
            raise CommandError("bad-field", "resume is a text that you were given.")
        if resume and several:
            raise CommandError("bad-field", "resume is of one contest: subscribe one by one.")
        if len(areas or ()) > AREAS_MAX:
            raise CommandError("too-many", f"At most {AREAS_MAX} areas in a filter.")
        shown = {area for contest in contests for area in self._offer.areas[contest]}
        if unknown := [area for area in areas or () if area not in shown]:
            raise CommandError("no-such-area", f"There is no area {unknown[0]!r} here.")
        if unknown := [level for level in levels or () if level not in self._offer.levels]:
            raise CommandError("no-such-level", f"There is no level {unknown[0]!r} here.")
        source = command.get("source")
        if source is not None and source not in tuple(self._offer.sources):
            raise CommandError(
                "no-such-source", f"There is no such source; there is {', '.join(self._offer.sources)}."
            )
        return [
            Wanted(
                contest, MERGE, self._offer.filter(contest, areas, levels),
                None if source == self._offer.published[contest] else source, resume,
            )
            for contest in contests
        ]  # fmt: skip

    def _events(self, command: Json, contests: list[ContestId]) -> list[Wanted]:
        known = DESK_KINDS if DESK in self.scopes else PUBLIC_KINDS
        kinds, after = _ids(command, "kinds"), command.get("after")
        for kind in kinds or ():
            if kind in DESK_KINDS - known:
                raise CommandError("no-scope", f"{kind} is for the desk.")
            if kind not in known:
                raise CommandError("no-such-kind", f"There is no kind of alert {kind!r}.")
        if after is not None and not (type(after) is int and 0 <= after <= SEQ_MAX):
            raise CommandError("bad-field", "after is the number of an event.")
        wanted = known if kinds is None else frozenset(kinds)
        return [Wanted(contest, EVENT, kinds=wanted, after=after) for contest in contests]

    # Who it is, and what it does.

    def _needs(self, scope: str) -> None:
        if scope not in self.scopes:
            raise CommandError("no-scope", f"This needs a token with the scope {scope}.")

    def signed_in(self, name: str, scopes: Collection[str]) -> Say:
        """The client is somebody from here on."""
        self.scopes, self._bad_tokens = frozenset(scopes), 0
        return Say(dumps({"t": "scopes", "scopes": sorted(self.scopes), "name": name}))

    def lost(self) -> list[tuple[str, Say]]:
        """The subscriptions that it may not have any more as who it is now; they are none from here on."""
        gone = [
            (sub, CommandError("no-scope", f"This needs a token with the scope {min(missing)}.", sub=sub))
            for sub, needed in self._needed.items()
            if (missing := needed - self.scopes)
        ]
        for sub, _ in gone:
            del self.subs[sub], self._needed[sub]
        return [(sub, Say(error_frame(error))) for sub, error in gone]

    def bad_token(self) -> Say | Close:
        """The client said something that is no token of ours, or none any more."""
        self._bad_tokens += 1
        if self._bad_tokens >= BAD_TOKENS_MAX:
            return Close(BAD_TOKEN, "bad token")
        return self._answer(CommandError("bad-token", "This token is not known here."))

    def _act(self, command: Json) -> Act:
        id, do, contest = _name(command, "id"), command.get("do"), command.get("contest")
        try:
            if not isinstance(do, str) or do not in VERBS or not self._acts:
                raise CommandError("no-such-action", "There is nothing of that name to do here.")
            self._needs(VERBS[do])
            if contest is not None and not (isinstance(contest, str) and contest in self._offer.areas):
                raise CommandError("no-such-contest", "The night has no such contest.")
            if id in self.acting:
                raise CommandError("bad-field", "id is of an act that is not done yet.")
            if len(self.acting) >= ACTS_MAX:
                raise CommandError("too-many", f"At most {ACTS_MAX} acts at once.")
        except CommandError as error:
            raise CommandError(error.code, str(error), id=id) from None
        self.acting.add(id)
        fields = {name: value for name, value in command.items() if name not in ("t", "id", "do")}
        return Act(id, do, fields)

    def full(self, act: Act) -> Say | Close:
        """The gateway has as much to do as it can."""
        self.acting.discard(act.id)
        return self._answer(CommandError("full", "Too much is being done just now.", id=act.id))

    def acted(self, act: Act, done: Json) -> Say:
        """It is done, or not: `done` has `ok`, `outcome` and `d`."""
        self.acting.discard(act.id)
        told = {name: done.get(name) for name in ("ok", "outcome", "d")}
        return Say(dumps({"t": "done", "id": act.id, "do": act.do} | told))


def _scopes_for(wanted: Wanted) -> frozenset[str]:
    """The scopes without which nobody may follow it."""
    if wanted.kind == MERGE:
        return frozenset({VIEW})
    return frozenset({ALERTS} if wanted.kind == EVENT else ()) | ({DESK} if wanted.needs_desk else set())


def _parse(message: str) -> Json:
    try:
        command: Any = orjson.loads(message)
    except (orjson.JSONDecodeError, UnicodeError):
        raise CommandError("not-json", "A command is a JSON text.") from None
    if not isinstance(command, dict):
        raise CommandError("not-json", "A command is a JSON object.")
    return command


def _name(command: Json, field: str) -> str:
    name = command.get(field)
    if not isinstance(name, str) or not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise CommandError("bad-field", f"{field} is a name of 1 to {NAME_CHARACTERS_MAX} characters.")
    return name


def _named(command: Json) -> dict[str, str]:
    """The name that a command goes by, if it has one that can be said back."""
    named = {field: command.get(field) for field in ("sub", "id")}
    return {
        field: name
        for field, name in named.items()
        if isinstance(name, str) and 0 < len(name) <= NAME_CHARACTERS_MAX
    }


def _ids(command: Json, field: str) -> list[str] | None:
    """A list of names; None where it is absent."""
    names = command.get(field)
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CommandError("bad-field", f"{field} is a list of ids.")
    return list(dict.fromkeys(names))


def error_frame(error: CommandError) -> bytes:
    """An error as the client gets it; `sub` or `id` stands there where the command named one."""
    made: Json = {
        "t": "error", "code": error.code, "temporary": error.code in TEMPORARY, "message": str(error),
    }  # fmt: skip
    return dumps(made | error.named)
