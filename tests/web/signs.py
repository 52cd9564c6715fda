"""For tests of what a gateway says of itself: a hub's numbers without a hub, a clock that a test moves.

Know before changing: everything that can be told is told in `busy`, so that a metric without a value is seen.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from election.wire.frames import ContestState
from web.gate import Gate, GateRules
from web.metrics import Metrics
from web.pulse import Pulses
from web.tokens import nobodys
from web.vitals import About, Chart

ABOUT = About("istanbul-2019-06-23", "replay", "", "store.example:6379", "0.1.0")
STORE_S = 1_800_000_000.0


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: float = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass
class Room:
    """What a hub says when it is asked."""

    connections: int = 0
    subscriptions: int = 0
    groups: int = 0
    behind: int = 0
    fell_behind: int = 0
    cut: int = 0
    resumed: int = 0
    snapshots_sent: int = 0
    events_sent: int = 0
    shown: dict[str, int] = field(default_factory=dict)

    def clients_now(self) -> int:
        """Connections."""
        return self.connections

    def groups_now(self) -> int:
        """Different subscriptions."""
        return self.groups

    def subscriptions_now(self) -> int:
        """All subscriptions."""
        return self.subscriptions

    def behind_now(self) -> int:
        """Who does not read."""
        return self.behind

    def versions(self) -> dict[str, int]:
        """What clients are shown."""
        return self.shown


def chart(
    room: Room | None = None, gate: Gate | None = None, clock: Clock | None = None
) -> tuple[Chart, Clock]:
    """A chart of these."""
    clock = clock or Clock()
    gate = gate or Gate(GateRules.read(), nobodys())
    return Chart(ABOUT, room or Room(), gate, Pulses(), clock), clock


def busy() -> tuple[Metrics, Clock]:
    """The metrics of a gateway at which everything has happened that there is a number for."""
    clock, pulses, gate = Clock(), Pulses(), Gate(GateRules.read(), nobodys())
    room = Room(9, 12, 4, 2, 31, 3, 17, 210, 44, {"mayor": 411, "council": 88})
    metrics = Metrics(ABOUT, room, gate, pulses, clock)
    at = datetime(2019, 6, 23, 17, 30, tzinfo=UTC)
    metrics.held("mayor", ContestState(epoch="5f0c9b1d", version=412, at=at))
    metrics.held("council", ContestState(epoch="5f0c9b1d", version=88))
    name = b"replay.istanbul-2019-06-23.reports/"
    hashes = {
        "mayor": {name + b"0": b"70 82 %d" % (STORE_S * 1000), name + b"1": b"5 5 %d" % (STORE_S * 1000)}
    }
    pulses.take(hashes, STORE_S + 1, clock.now)
    metrics.reached()
    for _ in range(11):
        metrics.connected()
    metrics.frames(1000, 300_000)
    metrics.errored("bad-field")
    metrics.errored("what is this")
    metrics.closed(3501)
    metrics.cut("silent")
    metrics.cut("silent")
    metrics.answered(200)
    metrics.answered(304)
    gate.admit("192.0.2.7", {"origin": "https://evil.example", "host": "kent.example"}, 0.0)
    gate.admit("192.0.2.7", {}, 0.0)
    clock.now += 2.5
    return metrics, clock
