"""The reference client of the protocol, without a socket: docs/reference/protocol.md says the same in words.

    viewer = Viewer(["mayor"], events=True)
    for text in socket:
        for sub in viewer.hear(text): …        shows something new: viewer.copies[sub].shown
        … viewer.take_told()                   alerts and calls, each once and in order
        … viewer.take_commands()               to be sent now
    viewer.lost(close_code)                    within which time to come back, or None: not at all

Know before changing: what is followed and what is shown are two things. A gateway that lags behind the one
that was left may begin with an older state: it is followed, and shown only once it has caught up. The vectors
in tests/web/vectors/protocol-*.json hold this and web/static/link.js to the same answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from election.wire.frames import Json, dumps, merged, state_hash

DO_NOT_COME_BACK = 3500
"""Close codes from here on mean that coming back with the same manners is of no use."""
BACK_FIRST_MS, BACK_MOST_MS = 500, 15_000
"""The first wait before coming back is between once and twice the first; it doubles up to the most."""
DOUBLINGS_MAX = 10
"""After so many it has long been the most; a power of a whole night's failures is no number any more."""
MISMATCHES_MAX = 3
"""After so many wrong hashes in a row it is this client that is wrong: it says so and asks no more."""

Note = Callable[..., object]
"""Takes a line of a history: a kind, and facts by name."""


def _silent(_kind: str, **_facts: object) -> None:
    """Where no history is kept."""
    return


@dataclass(slots=True)
class Copy:
    """One subscription to totals: the state that its frames have led to, and what is shown of it."""

    wanted: Json
    """What is subscribed to: `contest`, and `areas`, `levels`, `source` where they were asked for."""
    epoch: str = ""
    version: int = -1
    state: Json = field(default_factory=dict)
    resume: str = ""
    """The newest string to resume with; empty where only a snapshot will do."""
    tried: str = ""
    """The string that lost track was last mended with; lost again from there, only a snapshot will do."""
    whole: bool = False
    """Whether changes are taken; not before a snapshot is here whole, or the server says `resumed`."""
    shown: Json = field(default_factory=dict)
    mismatches: int = 0
    refused: bool = False
    """Whether the command is to be sent again at the next beat."""
    here: bool = False
    """Whether anything was taken whole on this connection, so that another epoch than that one is newer."""
    _left: set[str] = field(default_factory=set)
    """Epochs that a gateway led out of: they are over, wherever they are met again."""
    _parts: Json = field(default_factory=dict)
    """A snapshot of which not every part is here."""
    _part: tuple[str, int, int] = ("", 0, 0)
    """Epoch and version of that snapshot, and its newest part."""

    @property
    def contest(self) -> str:
        """Which contest it follows."""
        return str(self.wanted["contest"])

    @property
    def waits(self) -> bool:
        """Whether its command has not been answered yet."""
        return not self.whole

    def ask(self) -> Json:
        """The fields of the command that follows it; from now on nothing is taken until it is answered."""
        self.whole = self.refused = False
        self._part = ("", 0, 0)
        return self.wanted | ({"resume": self.resume} if self.resume else {})

    def take_part(self, frame: Json) -> bool:
        """A part of a snapshot; whether it is whole now. Raises _LostError if it does not follow on."""
        epoch, version, part = frame["epoch"], frame["version"], frame.get("part", 1)
        if part == 1:
            self._parts = frame["d"]
        elif (epoch, version, part - 1) == self._part:
            self._parts = merged(self._parts, frame["d"])
        elif self.waits and not self._part[2]:
            return False  # the rest of a snapshot that was asked for before the newest command
        else:
            raise _LostError(f"part {part} of a snapshot does not follow on part {self._part[2]}")
        self._part, self.whole = (epoch, version, part), part >= frame.get("parts", 1)
        if self.whole:
            if self.here and epoch != self.epoch:
                self._left.add(self.epoch)
                self._left.discard(epoch)
            self.here = True
            self.epoch, self.version, self.state = epoch, version, self._parts
            self.resume, self._part = frame.get("resume", ""), ("", 0, 0)
        return self.whole

    def take_change(self, frame: Json) -> None:
        """A change; raises _LostError if it does not follow on from what is held."""
        if (frame["epoch"], frame["prev"]) != (self.epoch, self.version):
            raise _LostError(f"a change from {frame['prev']} does not follow on {self.version}")
        self.version, self.state = frame["version"], merged(self.state, frame["d"])
        self.resume = frame.get("resume", "")

    def show(self) -> bool:
        """Shows the state, unless that would be going back."""
        if self._is_older():
            return False
        self.shown = self.state
        return True

    def _is_older(self) -> bool:
        """Than what is shown: by version, by an embargo that was open, or by an epoch that is over."""
        if not self.shown:
            return False
        if self.shown["epoch"] != self.epoch:
            return self.epoch in self._left
        if self.version != self.shown["version"]:
            return self.version < int(self.shown["version"])
        return _is_open(self.shown) and not _is_open(self.state)


@dataclass(slots=True)
class Feed:
    """One subscription to what is told: alerts and calls, each once and in order."""

    wanted: Json
    """What is subscribed to: `contest`, and `kinds` where they were asked for."""
    seq: int | None = None
    """Of the newest event that was taken; None: from what is told next."""
    joined: bool = False
    """Whether events are taken; not before the server says `subscribed`."""
    refused: bool = False
    _ids: set[str] = field(default_factory=set)

    @property
    def waits(self) -> bool:
        """Whether its command has not been answered yet."""
        return not self.joined

    def ask(self) -> Json:
        """The fields of the command that follows it."""
        self.joined = self.refused = False
        return {"kind": "event"} | self.wanted | ({} if self.seq is None else {"after": self.seq})

    def take(self, event: Json) -> bool:
        """An event; False if it was taken before. Raises _LostError if one before it is missing."""
        if self.seq is not None and event["seq"] <= self.seq:
            return False
        if event["prev"] != self.seq:
            raise _LostError(f"an event after {event['prev']} does not follow on {self.seq}")
        self.seq = event["seq"]
        new = event["id"] not in self._ids
        self._ids.add(event["id"])
        return new


class Viewer:
    """What a client knows. Give it every text that comes; send the commands that it has gathered."""

    def __init__(
        self, contests: Iterable[str] = (), *, numbers: bool = True, events: bool = False,
        after: int | None = None, token: str = "", note: Note = _silent, **only: Any,
    ) -> None:  # fmt: skip
        """Without contests it follows all that the server names; `only` are areas, levels and source.

        With `events` it also follows what is told, from after that number on (0: from the first; None: from
        now on). A token is presented before anything is asked for.
        """
        self.copies: dict[str, Copy] = {}
        self.feeds: dict[str, Feed] = {}
        self.commands: list[bytes] = []
        self.told: list[Json] = []
        """Events that were taken and not given out yet."""
        self.hello: Json = {}
        self.scopes: tuple[str, ...] = ()
        self.done: dict[str, Json] = {}
        """What became of each `act`, by its id."""
        self.stale_s: float | None = None
        self.refusals: list[Json] = []
        """Errors after which the same command would fail again."""
        self.faults: list[str] = []
        """What the server should not have done, and its errors; whatever could be mended was."""
        self.failures = 0
        """Connections that ended since something was heard whole."""
        self._farewell: Json = {}
        self._numbers, self._events, self._after = numbers, events, after
        self._only = {key: value for key, value in only.items() if value}
        self._token, self._note = token, note
        for contest in contests:
            self._follow(contest)

    @property
    def _subs(self) -> dict[str, Copy | Feed]:
        return {**self.copies, **self.feeds}

    def _follow(self, contest: str) -> None:
        if self._numbers:
            self.copies[contest] = Copy({"contest": contest} | self._only)
        if self._events:
            self.feeds[f"told/{contest}"] = Feed({"contest": contest}, self._after)

    def hear(self, text: str | bytes) -> list[str]:
        """Takes a frame in; gives the subscriptions that show something new."""
        frame: Json = orjson.loads(text)
        take = _TAKES.get(frame.get("t", ""))
        try:
            return (take(self, frame) or []) if take else []
        except _LostError as lost:
            self._again(frame["sub"], str(lost))
            return []

    def take_commands(self) -> list[bytes]:
        """The commands to send now, once."""
        commands, self.commands = self.commands, []
        return commands

    def take_told(self) -> list[Json]:
        """The events taken since the last time, in order."""
        told, self.told = self.told, []
        return told

    def act(self, id: str, do: str, **fields: Any) -> None:
        """Asks for something to be done; what became of it will stand in `done` under this id."""
        self.commands.append(dumps({"t": "act", "id": id, "do": do, **fields}))

    def lost(self, code: int | None) -> tuple[float, float] | None:
        """The connection has ended: between which two waits, in ms, to come back; None: not at all."""
        self._note("lost", code=code)
        asked, self._farewell = self._farewell.get("reconnect_after_ms"), {}
        self.failures += 1
        for copy in self.copies.values():
            copy.whole = copy.here = False
        for feed in self.feeds.values():
            feed.joined = False
        if code is not None and code >= DO_NOT_COME_BACK:
            return None
        if asked:
            return asked[0], asked[1]
        doublings = min(self.failures - 1, DOUBLINGS_MAX)
        low = min(BACK_FIRST_MS * 2.0**doublings, BACK_MOST_MS / 2)
        return low, 2 * low

    # One method for each kind of frame.

    def _hello(self, hello: Json) -> None:
        self.hello = hello
        self._note("hello", gateway=hello.get("gateway"), epochs=hello.get("epochs"))
        if not self._subs:
            for contest in hello["contests"]:
                self._follow(str(contest["id"]))
        if self._token:
            self.commands.append(dumps({"t": "auth", "token": self._token}))
        for sub in self._subs:
            self._ask(sub)

    def _snapshot(self, frame: Json) -> list[str]:
        sub = frame["sub"]
        copy = self.copies.get(sub)
        if copy is None or not copy.take_part(frame):
            return []
        self.failures = 0
        return self._show(sub, copy, "snapshot", None)

    def _change(self, frame: Json) -> list[str]:
        sub = frame["sub"]
        copy = self.copies.get(sub)
        if copy is None or not copy.whole:
            return []
        copy.take_change(frame)
        return self._show(sub, copy, "change", frame["prev"])

    def _show(self, sub: str, copy: Copy, by: str, prev: int | None) -> list[str]:
        self._note("took", sub=sub, by=by, epoch=copy.epoch, version=copy.version, prev=prev)
        if not copy.show():
            return []
        if self._note is not _silent:
            self._note(
                "shown", sub=sub, contest=copy.contest, epoch=copy.epoch, version=copy.version,
                open=_is_open(copy.shown), whole=len(copy.wanted) == 1, hash=state_hash(copy.shown),
            )  # fmt: skip
        return [sub]

    def _resumed(self, frame: Json) -> None:
        copy = self.copies.get(frame["sub"])
        if copy is None:
            return
        at = frame["epoch"], frame["version"]
        if at != (copy.epoch, copy.version):
            copy.resume = ""
            raise _LostError(f"resumed at {at} instead of {copy.epoch, copy.version}")
        copy.whole, copy.here, self.failures = True, True, 0
        self._note("took", sub=frame["sub"], by="resumed", epoch=at[0], version=at[1], prev=None)

    def _subscribed(self, frame: Json) -> None:
        feed = self.feeds.get(frame["sub"])
        if feed is None:
            return
        # Also unasked, if what was told has begun anew; ids tell what was taken before.
        feed.seq, feed.joined, self.failures = frame["seq"], True, 0
        self._note("joined", sub=frame["sub"], contest=frame["contest"], seq=feed.seq)

    def _event(self, frame: Json) -> None:
        feed = self.feeds.get(frame["sub"])
        if feed is None or not feed.joined:
            return
        before, is_new = feed.seq, feed.take(frame)
        if feed.seq != before:
            facts = {key: frame[key] for key in ("sub", "contest", "seq", "prev", "id")}
            self._note("event", **facts, again=not is_new)
        if is_new:
            self.told.append(frame)

    def _beat(self, beat: Json) -> None:
        self.stale_s = beat.get("stale_s")
        for sub, theirs in beat.get("hash", {}).items():
            copy = self.copies.get(sub)
            if copy is not None and copy.whole:
                self._compare(sub, copy, theirs)
        for sub, one in self._subs.items():
            if one.refused and one.waits:
                self._ask(sub)

    def _compare(self, sub: str, copy: Copy, theirs: str) -> None:
        ours = state_hash(copy.state)
        self._note("compared", sub=sub, epoch=copy.epoch, version=copy.version, ours=ours, theirs=theirs)
        if ours == theirs:
            copy.mismatches = 0
            return
        copy.mismatches += 1
        if copy.mismatches <= MISMATCHES_MAX:
            copy.resume = ""
            self._again(sub, f"the hash at version {copy.version} is {ours}, the server's {theirs}")

    def _bye(self, bye: Json) -> None:
        self._farewell = bye

    def _scopes(self, frame: Json) -> None:
        self.scopes = tuple(frame["scopes"])

    def _done(self, frame: Json) -> None:
        self.done[frame["id"]] = frame

    def _error(self, error: Json) -> None:
        self.faults.append(f"{error['code']}: {error['message']}")
        if not error.get("temporary"):
            self.refusals.append(error)
            return
        for sub, one in self._subs.items():
            one.refused = one.refused or (one.waits and error.get("sub", sub) == sub)

    # What is asked for.

    def _ask(self, sub: str) -> None:
        asked = self._subs[sub].ask()
        self._note("asked", sub=sub, resume=asked.get("resume"), after=asked.get("after"))
        self.commands.append(dumps({"t": "subscribe", "sub": sub, **asked}))

    def _again(self, sub: str, why: str) -> None:
        """Begins a subscription anew from where it stands, if the server can still say what followed."""
        self.faults.append(f"{sub}: {why}")
        self._note("fault", sub=sub, because=why)
        if (copy := self.copies.get(sub)) is not None:
            copy.resume = copy.tried = "" if copy.resume == copy.tried else copy.resume
        self._ask(sub)


class _LostError(Exception):
    """A frame that does not follow on from what is held."""


def _is_open(state: Json) -> bool:
    return bool(state.get("embargo", {}).get("state", "open") == "open")


_TAKES: dict[str, Callable[[Viewer, Json], list[str] | None]] = {
    "hello": Viewer._hello,
    "snapshot": Viewer._snapshot,
    "resumed": Viewer._resumed,
    "change": Viewer._change,
    "subscribed": Viewer._subscribed,
    "event": Viewer._event,
    "beat": Viewer._beat,
    "scopes": Viewer._scopes,
    "done": Viewer._done,
    "bye": Viewer._bye,
    "error": Viewer._error,
}
"""What is done with each kind of frame; one that is not known is skipped."""
