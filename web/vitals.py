"""What a gateway knows of itself: noted as it happens, and looked at as one value.

    chart = Chart(about, hub, gate, pulses, time.monotonic)
    chart.frames(812, 812 * len(frame))        on the hot path: two additions
    chart.held("mayor", state)                  a contest has a new state
    chart.look()                                everything, at this moment: for /metrics and /health/details

Know before changing: this is pure, and cheap where many clients are: nothing is counted for each client and
frame. What strangers send is never kept: codes that are not in the tables here count as `other`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from election.wire.frames import ContestState
from web.gate import Gate
from web.pulse import Lag, Pulses
from web.shown import Note

OTHER = "other"
ERRORS = (
    "not-json", "bad-field", "no-such-command", "no-such-contest", "no-such-area", "no-such-level",
    "no-such-source", "no-such-kind", "no-such-sub", "too-many", "too-many-views", "too-fast", "no-scope",
    "bad-token", "no-such-action", "full", OTHER,
)  # fmt: skip
"""The codes of errors that clients are answered with (docs/reference/protocol.md)."""
CLOSES = ("1002", "1003", "1007", "1009", "1011", "1012", "3401", "3403", "3408", "3501", OTHER)
"""The codes that we close websockets with."""
BEHIND = "behind"
CUTS = (BEHIND, "silent", OTHER)
"""Why we end a connection without a word: it does not read, or answers no ping."""


class Counted(Protocol):
    """What is asked of the hub."""

    @property
    def fell_behind(self) -> int:
        """How often a client fell behind."""

    @property
    def cut(self) -> int:
        """How many were cut because they stayed behind."""

    @property
    def resumed(self) -> int:
        """How often a client went on from where it was."""

    @property
    def snapshots_sent(self) -> int:
        """Snapshots sent."""

    @property
    def events_sent(self) -> int:
        """Events sent."""

    def clients_now(self) -> int:
        """Connections."""

    def groups_now(self) -> int:
        """Different subscriptions, each encoded once a tick."""

    def subscriptions_now(self) -> int:
        """Subscriptions of all connections."""

    def behind_now(self) -> int:
        """Connections that are sent nothing until they have read what they were sent."""

    def versions(self) -> dict[str, int]:
        """The version that each contest is shown at."""


@dataclass(frozen=True, slots=True)
class About:
    """What does not change while the process lives."""

    night: str
    mode: str
    session: str
    store: str
    """Where the store is, without user and password."""
    version: str
    """Of this program."""


@dataclass(frozen=True, slots=True)
class ContestVitals:
    """One contest."""

    epoch: str
    version: int
    """As it was read from the store."""
    shown: int
    """As clients were last shown it: the difference is what waits for the next tick."""
    at: datetime | None
    """Night time of the newest paper heard."""
    age_s: float
    """Since this version came."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything at one moment; numbers without a unit are since the start."""

    about: About
    up_s: float
    ready: bool
    """Whether the store was read, and answers."""
    store_silent_s: float
    """Since the store last answered; if it never did, since the start."""
    contests: Mapping[str, ContestVitals]
    lags: tuple[Lag, ...]
    connections: int
    connections_max: int
    addresses: int
    subscriptions: int
    groups: int
    behind: int
    opened: int
    fell_behind: int
    cuts: Mapping[str, int]
    resumed: int
    snapshots: int
    events: int
    frames: int
    frame_bytes: int
    refused: Mapping[str, int]
    errors: Mapping[str, int]
    closes: Mapping[str, int]
    answers: Mapping[int, int]
    """Plain GETs by status."""
    note: Note
    """What became of what was shown, on its way into the log."""
    tokens: int
    tokens_trouble: str
    """Why the file of tokens cannot be read as it is now; empty: it can."""


@dataclass(slots=True)
class _Newest:
    """What a contest's newest state says of itself, and when it came."""

    epoch: str
    version: int
    at: datetime | None
    came_at: float


class Chart:
    """Notes and looks."""

    def __init__(
        self, about: About, hub: Counted, gate: Gate, pulses: Pulses, clock: Callable[[], float]
    ) -> None:
        self._about, self._hub, self._gate, self._pulses, self._clock = about, hub, gate, pulses, clock
        self._began_at = self._reached_at = clock()
        self._was_reached = self._lost = False
        self._newest: dict[str, _Newest] = {}
        self._opened = self._frames = self._bytes = 0
        self._errors = Counter(dict.fromkeys(ERRORS, 0))
        self._closes = Counter(dict.fromkeys(CLOSES, 0))
        self._cuts = Counter(dict.fromkeys(CUTS, 0))
        self._answers: Counter[int] = Counter()
        self.note = Note()
        """What became of what was shown, on its way into the log."""

    def connected(self) -> None:
        """A websocket was opened."""
        self._opened += 1

    def frames(self, number: int, size: int) -> None:
        """So many frames were written, so many bytes in all."""
        self._frames += number
        self._bytes += size

    def errored(self, code: str) -> None:
        """A client was answered with an error."""
        self._errors[code if code in ERRORS else OTHER] += 1

    def closed(self, code: int) -> None:
        """We closed a websocket with this code."""
        self._closes[str(code) if str(code) in CLOSES else OTHER] += 1

    def cut(self, why: str) -> None:
        """We ended a connection without a word. Those that stayed behind are counted by the hub."""
        self._cuts[why if why in CUTS else OTHER] += 1

    def answered(self, status: HTTPStatus | int) -> None:
        """A request was answered with this status of ours."""
        self._answers[int(status)] += 1

    def held(self, contest: str, state: ContestState) -> None:
        """The store has told a state of a contest."""
        known = self._newest.get(contest)
        if known is None or (known.epoch, known.version) != (state.epoch, state.version):
            self._newest[contest] = _Newest(state.epoch, state.version, state.at, self._clock())

    def reached(self) -> None:
        """The store answered."""
        self._reached_at, self._was_reached, self._lost = self._clock(), True, False

    def lost(self) -> None:
        """The store does not answer, or holds nothing any more."""
        self._lost = True

    def look(self) -> Vitals:
        """Everything at this moment."""
        now, hub, gate = self._clock(), self._hub, self._gate
        shown = hub.versions()
        contests = {
            contest: ContestVitals(
                newest.epoch, newest.version, shown.get(contest, 0), newest.at, now - newest.came_at
            )
            for contest, newest in self._newest.items()
        }
        return Vitals(
            about=self._about, up_s=now - self._began_at, ready=self._was_reached and not self._lost,
            store_silent_s=now - self._reached_at, contests=contests, lags=self._pulses.lags(now),
            connections=hub.clients_now(), connections_max=gate.rules.clients_max, addresses=gate.addresses,
            subscriptions=hub.subscriptions_now(), groups=hub.groups_now(), behind=hub.behind_now(),
            opened=self._opened, fell_behind=hub.fell_behind, resumed=hub.resumed,
            cuts={**self._cuts, BEHIND: hub.cut}, snapshots=hub.snapshots_sent, events=hub.events_sent,
            frames=self._frames, frame_bytes=self._bytes, refused=dict(gate.refused),
            errors=dict(self._errors), closes=dict(self._closes), answers=dict(self._answers),
            note=self.note, tokens=gate.tokens.good, tokens_trouble=gate.tokens.trouble,
        )  # fmt: skip
