"""A client written from docs/reference/protocol.md alone, for laws: it takes nothing else.

    one = Model()
    one.connect(hub, now)                       a connection, through a conversation as a gateway has it
    one.subscribe("a", {"contest": "mayor"})    and from then on over every connection
    one.read()                                  everything that was written to it

Know before changing: it shares no code with the clients that are shipped, so that a mistake of theirs is not
repeated here. Every rule of the page is an assertion: a frame that breaks one fails the test.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from web.hub import Hub, Turn
from web.session import Say, Session, Subscribe, Unsubscribe

Json = dict[str, Any]
QUIET_S = 100.0
"""Between two commands, so that none is too fast: the rate has tests of its own."""


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396, as its pseudocode says it."""
    if not isinstance(patch, dict):
        return patch
    if not isinstance(target, dict):
        target = {}
    made = dict(target)
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merge(made.get(name), value)
    return made


def hash_of(state: Json) -> str:
    """The state hash, from the words of the page."""
    lines = [f"sandik-1 {state['contest']} {state['embargo']['state']}"]
    for area in sorted(state["areas"]):
        part = state["areas"][area]
        votes = part.get("choices")
        said = ",".join(f"{choice}={votes[choice]}" for choice in sorted(votes)) if votes else "-"
        valid = part.get("valid")
        lines.append(
            "\t".join((area, str(part["counted"]["boxes"]), "-" if valid is None else str(valid), said))
        )
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()[:16]


@dataclass
class Copy:
    """One subscription to what is so."""

    ask: Json
    waiting: bool = True
    """Whether nothing is taken until the answer is here."""
    state: Json = field(default_factory=dict)
    epoch: str = ""
    version: int = -1
    resume: str = ""
    parts: Json | None = None


@dataclass
class Ear:
    """One subscription to what has happened."""

    ask: Json
    at: int | None = None
    first: int | None = None
    """Where it stood when it was first answered."""
    ids: list[str] = field(default_factory=list)
    """Of every event, in order, each once."""
    answered: bool = False
    others: int = 0
    """Answers it has not read that are of what had its name before."""


class Model:
    """A client, over as many connections as it takes."""

    def __init__(self) -> None:
        self.subs: dict[str, Copy | Ear] = {}
        self.hub: Hub | None = None
        self.session: Session | None = None
        self.reading = True
        self.unread: list[bytes] = []
        self.errors: list[str] = []
        self.kinds: list[str] = []
        """Every frame's kind, in order."""
        self._now = self._at = 0.0
        self._to_ask: list[str] = []

    # As the hub knows it.

    def waiting_bytes(self) -> int:
        """What it has not read."""
        return sum(map(len, self.unread))

    def write(self, frame: bytes) -> None:
        """Here a frame is its text."""
        self.unread.append(frame)
        if self.reading:
            self.read()

    def cut(self) -> None:
        """Its connection is gone, with what it had not read."""
        self.drop()

    # What it does.

    def connect(self, hub: Hub, now: float) -> None:
        """Comes, and subscribes to everything it wants, from where it is."""
        self.hub, self._now = hub, self._now + QUIET_S
        self.session = Session(hub.offer, self._now, room=hub.room)
        hub.join(self)
        self.unread.clear()
        for sub, one in self.subs.items():
            if isinstance(one, Ear):
                one.others = 0
            self._ask(sub, now)

    def drop(self) -> None:
        """The network is gone."""
        if self.hub is not None:
            self.hub.leave(self)
        self.hub = self.session = None
        self.unread.clear()

    def subscribe(self, sub: str, ask: Json, now: float) -> None:
        """Wants something from here on, under a name that may have stood for something else."""
        self.subs[sub] = Ear(ask, others=self._answers(sub)) if ask.get("kind") == "event" else Copy(ask)
        if self.hub is not None:
            self._ask(sub, now)

    def _answers(self, sub: str) -> int:
        """How many answers under this name wait to be read."""
        return sum((f["t"], f.get("sub")) == ("subscribed", sub) for f in map(json.loads, self.unread))

    def unsubscribe(self, sub: str, now: float) -> None:
        """Wants it no longer."""
        del self.subs[sub]
        if self.hub is not None:
            self._command({"t": "unsubscribe", "sub": sub}, now)

    def again(self, sub: str, now: float) -> None:
        """Begins anew with what it has, without a break."""
        if self.hub is not None:
            self._ask(sub, now)

    def _ask(self, sub: str, now: float) -> None:
        one, self._at = self.subs[sub], now
        ask = {"t": "subscribe", "sub": sub, **one.ask}
        if isinstance(one, Ear):
            one.answered = False
            if one.at is not None:
                ask["after"] = one.at
        else:
            one.waiting, one.parts = True, None
            if one.resume:
                ask["resume"] = one.resume
        self._command(ask, now)

    def _command(self, command: Json, now: float) -> None:
        assert self.session is not None
        assert self.hub is not None
        self._now += QUIET_S
        action = self.session.hear(json.dumps(command), self._now)
        if isinstance(action, Subscribe):
            for sub, wanted in action.wanted.items():
                perform(self.hub.subscribe(self, sub, wanted, now))
        elif isinstance(action, Unsubscribe):
            self.hub.unsubscribe(self, action.sub)
        else:
            assert isinstance(action, Say)
            self.write(action.text)

    # What it is sent.

    def read(self) -> None:
        """Takes in everything that was written to it."""
        unread, self.unread = self.unread, []
        for text in unread:
            frame = json.loads(text)
            self.kinds.append(frame["t"])
            takes: dict[str, Callable[[Json], None]] = {
                "snapshot": self._snapshot, "change": self._change, "resumed": self._resumed,
                "beat": self._beat, "subscribed": self._subscribed, "event": self._event,
            }  # fmt: skip
            if frame["t"] == "error":
                self.errors.append(frame["code"])
            else:
                takes[frame["t"]](frame)
        to_ask, self._to_ask = self._to_ask, []
        for sub in to_ask:
            self._ask(sub, self._at)

    def _copy(self, frame: Json) -> Copy | None:
        one = self.subs.get(frame["sub"])
        return one if isinstance(one, Copy) else None

    def _snapshot(self, frame: Json) -> None:
        one = self._copy(frame)
        if one is None:
            return
        part, parts = frame["part"], frame["parts"]
        one.parts = merge({} if part == 1 else one.parts, frame["d"])
        assert ("resume" in frame) == (part == parts)
        if part < parts:
            one.waiting = True
            return
        assert one.parts is not None
        one.state, one.parts, one.waiting = one.parts, None, False
        one.epoch, one.version, one.resume = frame["epoch"], frame["version"], frame["resume"]
        assert (one.epoch, one.version) == (one.state["epoch"], one.state["version"])

    def _resumed(self, frame: Json) -> None:
        one = self._copy(frame)
        if one is None:
            return
        assert frame["resume"], "resumed without having asked for it"
        if frame["resume"] == one.resume:
            assert (one.epoch, one.version) == (frame["epoch"], frame["version"])
            one.waiting = False
        else:
            one.waiting, one.resume = True, ""
            self._to_ask.append(frame["sub"])

    def _change(self, frame: Json) -> None:
        one = self._copy(frame)
        if one is None or one.waiting:
            return
        assert (frame["epoch"], frame["prev"]) == (one.epoch, one.version), "a gap"
        assert frame["version"] >= one.version, "an older value after a newer one"
        one.state, one.version, one.resume = merge(one.state, frame["d"]), frame["version"], frame["resume"]
        assert one.version == one.state["version"]

    def _beat(self, frame: Json) -> None:
        for sub, theirs in frame.get("hash", {}).items():
            one = self.subs.get(sub)
            if isinstance(one, Copy) and not one.waiting:
                assert theirs == hash_of(one.state) == one.state["hash"]

    def _subscribed(self, frame: Json) -> None:
        one = self.subs.get(frame["sub"])
        if isinstance(one, Ear) and one.others:
            one.others -= 1
        elif isinstance(one, Ear):
            one.answered, one.at = True, frame["seq"]
            one.first = frame["seq"] if one.first is None else one.first

    def _event(self, frame: Json) -> None:
        one = self.subs.get(frame["sub"])
        if not isinstance(one, Ear) or not one.answered:
            return
        assert frame["prev"] == one.at, "an event is missing"
        assert frame["seq"] > frame["prev"]
        assert (frame["id"], frame["kind"]) == (frame["d"]["id"], frame["d"]["kind"])
        one.at = frame["seq"]
        if frame["id"] not in one.ids:
            one.ids.append(frame["id"])


def perform(turn: Turn) -> None:
    """What a gateway does with a turn: all of it is on its way before anybody can answer."""
    readers: dict[Model, None] = {}
    for write in turn.writes:
        for client in write.clients:
            assert isinstance(client, Model)
            client.unread.append(write.text)
            readers[client] = None
    for client in turn.cut:
        client.cut()
    for model in readers:
        if model.reading:
            model.read()
