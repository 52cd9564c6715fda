"""Who wants what, what they were last sent, and who is too slow: the heart of the gateway, without a socket.

    hold()  a contest has a new state                  subscribe()  a snapshot at the group's version, at once
    turn()  one change for each group that moved       beat()       versions, now and then with hashes

Everybody who shows a contest shows the same state, so a change is computed and encoded once for all of them.
A newcomer gets the state they have, not a newer one: so the next change follows on for everybody (the
three-phase join, in one step because nothing here waits).

Know before changing: this is pure. Time is an argument, sockets are `Client`s that say how much waits for
them, and what is to be done is given back as a `Turn`. Nothing reaches a client but through `Group.shown`,
which `Board.snapshot` makes: that is where the embargo is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import orjson

from election.night import ContestId, Night
from election.wire.frames import VERSION, Board, ContestState, Json, difference, dumps

MEMO_MAX = 256
"""Most snapshot frames kept, one a name of a subscription; at the limit the rest are made again each time."""


class Client(Protocol):
    """A connection. The hub only asks it how it is; the gateway does what a `Turn` says."""

    def waiting_bytes(self) -> int:
        """How many bytes were given to it that the network has not taken yet."""

    def write(self, frame: bytes) -> None:
        """Gives it a whole frame; never waits."""

    def cut(self) -> None:
        """Ends it at once, whatever waits for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a client is too slow; see `settings` for what each of them means."""

    buffer_bytes_max: int = 256 * 1024
    lag_max_s: float = 3.0
    behind_max_s: float = 6.0


@dataclass(frozen=True, slots=True)
class Write:
    """A text for these clients, byte for byte the same for each."""

    clients: tuple[Client, ...]
    text: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done now: texts to write, in this order, and connections to cut."""

    writes: tuple[Write, ...] = ()
    cut: tuple[Client, ...] = ()


@dataclass(slots=True)
class Seat:
    """What is known of one client."""

    subs: dict[str, ContestId] = field(default_factory=dict)
    waiting_since: float | None = None
    """Since when something has waited for it at every look."""
    behind_since: float | None = None
    """Since when it is sent nothing, because it does not read what it was sent."""


class Group:
    """Everybody who follows one contest: its newest state, and what they were all last shown."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._state = ContestState()
        self._stale = True
        self.shown: Json = {}
        self.members: dict[str, dict[Client, Seat]] = {}
        self._body: bytes | None = None
        self._snapshots: dict[str, bytes] = {}

    @property
    def epoch(self) -> str:
        """Of what is shown."""
        return str(self.shown["epoch"])

    @property
    def version(self) -> int:
        """Of what is shown."""
        return int(self.shown["version"])

    @property
    def tag(self) -> str:
        """Names exactly one content: `epoch:version`, and the embargo while it hides something of it."""
        ban = self.shown["embargo"]["state"]
        return f"{self.epoch}:{self.version}" + ("" if ban == "open" else f":{ban}")

    @property
    def body(self) -> bytes:
        """What is shown, as bytes, made once."""
        if self._body is None:
            self._body = dumps(self.shown)
        return self._body

    def hold(self, state: ContestState) -> None:
        """A newer state, which nobody was shown yet."""
        self._state, self._stale = state, True

    def move(self, clock: datetime | None) -> Json | None:
        """Shows the newest state; gives what was shown before, if that was another one.

        `clock` is the wall clock in live; without it the newest night time heard is now. An embargo opens by
        the hour alone, without any news.
        """
        now = clock or self._state.at
        if not self._stale and self._board.embargo(self._state, now).state == self.shown["embargo"]["state"]:
            return None
        before, self._stale = self.shown, False
        made = self._board.snapshot(self._state, now)
        if made == before:
            return None
        self.shown, self._body = made, None
        self._snapshots.clear()
        return before

    def snapshot(self, sub: str) -> bytes:
        """The snapshot frame for a subscription of this name."""
        text = self._snapshots.get(sub)
        if text is None:
            text = dumps(
                {
                    "t": "snapshot", "sub": sub, "epoch": self.epoch, "version": self.version,
                    "part": 1, "parts": 1, "d": orjson.Fragment(self.body),
                }
            )  # fmt: skip
            if len(self._snapshots) < MEMO_MAX:
                self._snapshots[sub] = text
        return text

    def frames(self, before: Json) -> Iterable[tuple[dict[Client, Seat], bytes]]:
        """For each name of a subscription, who has it and the frame that leads from `before` to here."""
        if not self.members:
            return
        if before.get("epoch") != self.epoch or before["version"] > self.version:
            for sub, seats in self.members.items():
                yield seats, self.snapshot(sub)
            return
        patch = orjson.Fragment(dumps(difference(before, self.shown) or {}))
        for sub, seats in self.members.items():
            yield seats, dumps(
                {
                    "t": "change", "sub": sub, "epoch": self.epoch, "version": self.version,
                    "prev": before["version"], "d": patch,
                }
            )  # fmt: skip


class Hub:
    """All contests of a night and everybody who follows one."""

    def __init__(
        self, night: Night, mode: str, limits: Limits, clock: datetime | None = None, speed: float = 0
    ) -> None:
        """`speed` is a replay's, which every snapshot then says; 0: not known."""
        self.groups = {
            contest.id: Group(Board(night, contest, mode, speed)) for contest in night.contests.values()
        }
        self._night, self._mode, self._limits = night, mode, limits
        self._seats: dict[Client, Seat] = {}
        self._behind: dict[Client, Seat] = {}
        self.fell_behind = 0
        """How often a client fell behind, since the start."""
        self.cut = 0
        """How many were cut because they stayed behind, since the start."""
        for group in self.groups.values():
            group.move(clock)

    @property
    def clients(self) -> tuple[Client, ...]:
        """Everybody who is connected."""
        return tuple(self._seats)

    def __len__(self) -> int:
        """How many clients there are."""
        return len(self._seats)

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A contest has a new state; it is shown at the next turn."""
        self.groups[contest].hold(state)

    def hello(self, session: str, heartbeat_s: float, tick_ms: int) -> bytes:
        """The first frame of every connection."""
        facts: Json = {
            "t": "hello", "v": VERSION, "mode": self._mode, "night": self._night.id,
            "epochs": {contest: group.epoch for contest, group in self.groups.items()},
            "versions": self.versions(), "heartbeat_s": heartbeat_s, "tick_ms": tick_ms,
            "contests": self.titles(),
        }  # fmt: skip
        return dumps(facts | ({"session": session} if session else {}))

    def versions(self) -> dict[str, int]:
        """The version that each contest is shown at."""
        return {contest: group.version for contest, group in self.groups.items()}

    def titles(self) -> list[Json]:
        """The contests of the night, by id and name."""
        return [
            {"id": contest.id, "title": contest.name, "titles": dict(contest.names)}
            for contest in self._night.contests.values()
        ]

    def join(self, client: Client) -> None:
        """A connection that follows nothing yet."""
        self._seats[client] = Seat()

    def leave(self, client: Client) -> None:
        """A connection is gone."""
        seat = self._seats.pop(client, None)
        self._behind.pop(client, None)
        for sub in list(seat.subs) if seat else ():
            self._drop(client, sub, seat)

    def is_behind(self, client: Client) -> bool:
        """Whether it is sent nothing until it has read what it was sent."""
        return client in self._behind

    def subscribe(self, client: Client, sub: str, contest: ContestId, now: float) -> Turn:
        """Follows a contest, beginning with a snapshot; whatever had the name before has it no longer."""
        seat = self._seats[client]
        if sub in seat.subs:
            self._drop(client, sub, seat)
        seat.subs[sub] = contest
        group = self.groups[contest]
        group.members.setdefault(sub, {})[client] = seat
        return self._turn([({client: seat}, group.snapshot(sub))], now)

    def unsubscribe(self, client: Client, sub: str) -> None:
        """Follows it no longer."""
        self._drop(client, sub, self._seats[client])

    def _drop(self, client: Client, sub: str, seat: Seat | None) -> None:
        if seat is None:
            return
        members = self.groups[seat.subs.pop(sub)].members
        del members[sub][client]
        if not members[sub]:
            del members[sub]

    def turn(self, now: float, clock: datetime | None = None) -> Turn:
        """Shows every contest's newest state, and sees who is behind, who has caught up and who has not."""
        drained, cut = self._look_behind(now)
        frames: list[tuple[dict[Client, Seat], bytes]] = []
        for group in self.groups.values():
            before = group.move(clock)
            if before is not None:
                frames.extend(group.frames(before))
        made = self._turn(frames, now)
        again = [
            Write((client,), self.groups[contest].snapshot(sub))
            for client, seat in drained
            for sub, contest in seat.subs.items()
        ]
        for _, seat in drained:
            seat.behind_since = seat.waiting_since = None
        return Turn((*made.writes, *again), cut)

    def beat(self, now: float, at: str, stale_s: float | None, *, with_hash: bool = False) -> Turn:
        """The heartbeat for everybody; with the hash of each subscription's state if asked for."""
        common: Json = {"t": "beat", "versions": self.versions(), "at": at}
        if stale_s is not None:
            common["stale_s"] = round(stale_s, 1)
        groups: dict[tuple[tuple[str, ContestId], ...], dict[Client, Seat]] = {}
        for client, seat in self._seats.items():
            groups.setdefault(tuple(seat.subs.items()) if with_hash else (), {})[client] = seat
        frames = []
        for subs, seats in groups.items():
            hashes = {sub: self.groups[contest].shown["hash"] for sub, contest in subs}
            frames.append((seats, dumps(common | ({"hash": hashes} if hashes else {}))))
        return self._turn(frames, now)

    def _turn(self, frames: Iterable[tuple[dict[Client, Seat], bytes]], now: float) -> Turn:
        writes = []
        for seats, text in frames:
            ready = tuple(client for client, seat in seats.items() if self._keeps_up(client, seat, now))
            if ready:
                writes.append(Write(ready, text))
        return Turn(tuple(writes))

    def _keeps_up(self, client: Client, seat: Seat, now: float) -> bool:
        """Whether the client may be sent something now."""
        if seat.behind_since is not None:
            return False
        waiting = client.waiting_bytes()
        if waiting == 0:
            seat.waiting_since = None
            return True
        if seat.waiting_since is None:
            seat.waiting_since = now
        too_long = now - seat.waiting_since > self._limits.lag_max_s
        if waiting <= self._limits.buffer_bytes_max and not too_long:
            return True
        seat.behind_since = now
        self._behind[client] = seat
        self.fell_behind += 1
        return False

    def _look_behind(self, now: float) -> tuple[list[tuple[Client, Seat]], tuple[Client, ...]]:
        """Who has read everything it was sent, and who has had long enough."""
        drained, cut = [], []
        for client, seat in list(self._behind.items()):
            if client.waiting_bytes() == 0:
                drained.append((client, seat))
                del self._behind[client]
            elif seat.behind_since is not None and now - seat.behind_since > self._limits.behind_max_s:
                cut.append(client)
                del self._behind[client]
        self.cut += len(cut)
        return drained, tuple(cut)
