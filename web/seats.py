"""Who is connected and how each of them keeps up: what may be sent now, who is behind, who has to go.

    seats.keeps_up(client, seat, now)    may it be sent a change now?  If not, it is behind from here on
    seats.room(client, seat, now)        and how many bytes of snapshots, the last of them whole?
    seats.look(now)                      who has caught up, and who has had long enough

Know before changing: this is what bounds the memory that a client may cost. A snapshot may be larger than the
buffer limit, so what is given to begin with (a snapshot, events of the past) is excused from it until the
client has read everything once; but it is given only while no more than the limit waits for the client, and
only while the clients of this gateway are not excused more than `BEGINNINGS_BYTES_MAX` together.
"""

from dataclasses import dataclass, field
from typing import Protocol

from web.pieces import Pieces

MIB = 1024 * 1024
BEGINNINGS_BYTES_MAX = 256 * MIB
"""Most bytes of snapshots that may wait for all clients together; at the limit the next ones wait here."""
HEADER_BYTES = 10
"""What a frame costs beside its text, at most."""


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
    keep: bool = False
    """Whether the same text goes to many, or again: then it is worth packing once."""
    pieces: Pieces = ()
    """What a large text is made of, where some of it stood in others before."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done now: texts to write, in this order, and connections to cut."""

    writes: tuple[Write, ...] = ()
    cut: tuple[Client, ...] = ()


class Follow(Protocol):
    """What one name of a client's subscriptions stands for."""

    def begin(self, client: Client, seat: "Seat", sub: str, resume: str) -> list[Write]:
        """What leads the client to where the others are; from then on it gets what they get."""

    def pause(self, client: Client, sub: str) -> None:
        """It gets nothing more of it until it begins again."""

    def end(self) -> None:
        """It was paused for the last time."""


@dataclass(slots=True)
class Sent:
    """What all groups of a hub count together: how often something was sent, once for each client."""

    snapshots: int = 0
    resumed: int = 0
    events: int = 0
    kept_bytes: int = 0
    """Of snapshots that are kept for the next newcomer, in all views."""


@dataclass(slots=True, eq=False)
class Seat:
    """What is known of one client."""

    subs: dict[str, Follow] = field(default_factory=dict)
    """What it follows, by the client's own names."""
    owed: dict[str, str] = field(default_factory=dict)
    """The subscriptions that it was not given the beginning of yet, and what it wants to resume from."""
    waiting_since: float | None = None
    """Since when something has waited for it at every look."""
    behind_since: float | None = None
    """Since when it is sent nothing, because it does not read what it was sent."""
    excused: int = 0
    """Bytes of beginnings that it has not read yet, as far as we know."""


class Seats:
    """Everybody who is connected."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.all: dict[Client, Seat] = {}
        self.behind: dict[Client, Seat] = {}
        self.owing: dict[Client, Seat] = {}
        """Those who were not given the beginning of everything they follow."""
        self._excused: dict[Client, Seat] = {}
        self.excused = 0
        """Bytes of beginnings that wait for all of them."""
        self.fell_behind = 0
        """How often a client fell behind, since the start."""
        self.cut = 0
        """How many were cut because they stayed behind, since the start."""

    def leave(self, client: Client) -> Seat | None:
        """A connection is gone; None: it was before."""
        seat = self.all.pop(client, None)
        self.behind.pop(client, None)
        self.owing.pop(client, None)
        if seat is not None:
            self._excuse(client, seat, 0)
        return seat

    def keeps_up(self, client: Client, seat: Seat, now: float) -> bool:
        """Whether the client may be sent something now; one that may not is behind from here on."""
        if seat.behind_since is not None:
            return False
        waiting = client.waiting_bytes()
        if waiting == 0:
            seat.waiting_since = None
            return True
        if seat.waiting_since is None:
            seat.waiting_since = now
        too_long = now - seat.waiting_since > self.limits.lag_max_s + seat.excused / MIB
        if waiting <= self.limits.buffer_bytes_max + seat.excused and not too_long:
            return True
        seat.behind_since = now
        self.behind[client] = seat
        self.fell_behind += 1
        return False

    def room(self, client: Client, seat: Seat, now: float) -> int:
        """How many bytes of beginnings may be given: the one that goes beyond is still whole, the next waits.

        0: none now; it is behind, or so much waits for it already, or for all of them together.
        """
        if self.excused - seat.excused >= BEGINNINGS_BYTES_MAX or not self.keeps_up(client, seat, now):
            return 0
        return max(self.limits.buffer_bytes_max + 1 - client.waiting_bytes(), 0)

    def given(self, client: Client, seat: Seat, size: int, now: float) -> None:
        """It was given so much to begin with; what it was given before has come down below the limit."""
        self._excuse(client, seat, size)
        seat.waiting_since = now

    def look(self, now: float) -> tuple[list[tuple[Client, Seat]], tuple[Client, ...]]:
        """Who was behind and has read everything it was sent, and who has had long enough."""
        drained, cut = [], []
        for client, seat in list(self.behind.items()):
            if client.waiting_bytes() == 0:
                drained.append((client, seat))
                del self.behind[client]
                seat.behind_since = seat.waiting_since = None
            elif seat.behind_since is not None and self._had_long_enough(seat, seat.behind_since, now):
                cut.append(client)
                del self.behind[client]
        self.cut += len(cut)
        for client, seat in list(self._excused.items()):
            if client.waiting_bytes() == 0:
                self._excuse(client, seat, 0)
        return drained, tuple(cut)

    def _had_long_enough(self, seat: Seat, since: float, now: float) -> bool:
        return now - since > self.limits.behind_max_s + seat.excused / MIB

    def _excuse(self, client: Client, seat: Seat, size: int) -> None:
        self.excused += size - seat.excused
        seat.excused = size
        if size:
            self._excused[client] = seat
        else:
            self._excused.pop(client, None)
