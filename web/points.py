"""The course of a contest in memory: how the lead, the boxes and the other counts went, as it was shown.

    line = Line("live")
    line.take(shown)                  each snapshot as it is shown, in that order
    line.points.kept()                what is kept of the lead, oldest first
    line.put_before(older)            what was shown before this gateway began, read from the log

Know before changing: this is pure. Whatever the length of a night, a line stays as small as it is: of each
stretch of time the newest is kept, and stretches become twice as long when there are too many. While the
embargo is not open nothing but boxes received is taken. Who follows a replay that goes back forgets what the
night has not come to yet; a live count that is made again from its log does not take part until it is back
where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Generic, Protocol, TypeVar

from web.face import Snapshot, duel_of, phase_of

POINT_EVERY_S, POINTS_MAX = 5, 480
"""The shortest stretch of the lead's line in night time, and how many there are at most."""
COUNTS_MAX = 240
"""Most stretches of another count's line."""
RECEIVED_EVERY_S, RECEIVED_MAX = 300, 288
"""The same of boxes received: five minutes, for a day."""
SOURCES_MAX = 8
"""Most counts beside the published one; further ones have no line."""
MARKED = frozenset(
    {
        "source-stalled", "source-resumed", "correction", "concession", "call-made", "call-retracted",
        "recount-ordered", "certified", "annulled",
    }
)  # fmt: skip
"""Kinds of alerts that stand on the line; when the ban ended is known from the embargo itself."""


@dataclass(frozen=True, slots=True)
class Point:
    """The published count at a moment."""

    at: int
    """Night time, in seconds since 1970."""
    boxes: int
    valid: int
    lead: int
    """Votes of the choice on the left above the one on the right; in a contest of many the margin."""
    ahead: int | None
    """Who leads, by place on the ballot."""
    then: int | None
    """The parent night over the same boxes: its margin in hundredths of a point, counted as `lead` is."""


@dataclass(frozen=True, slots=True)
class CountPoint:
    """Another count at the moment when it last said something."""

    at: int
    boxes: int
    valid: int | None
    lead: int | None


@dataclass(frozen=True, slots=True)
class Received:
    """Boxes that had come in."""

    at: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was told: an alert of one of the kinds in MARKED."""

    id: str
    kind: str
    at: int
    title: str
    titles: Mapping[str, str]


class Dated(Protocol):
    """Something with a time."""

    @property
    def at(self) -> int:
        """Night time, in seconds since 1970."""


D = TypeVar("D", bound=Dated)


class Thinned(Generic[D]):
    """The newest of each stretch of time, at most so many."""

    def __init__(self, step_s: int, most: int) -> None:
        self.step_s, self._most = step_s, most
        self._kept: dict[int, D] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def put(self, one: D) -> None:
        """Takes one in; it stands for its stretch until the next one of that stretch comes."""
        self._kept[one.at // self.step_s] = one
        while len(self._kept) > self._most:
            self.step_s *= 2
            self._kept = {one.at // self.step_s: one for one in self.kept()}

    def kept(self) -> list[D]:
        """All that are kept, oldest first."""
        return [self._kept[place] for place in sorted(self._kept)]

    def forget_after(self, at: int) -> None:
        """Takes out what is later than that."""
        self._kept = {place: one for place, one in self._kept.items() if one.at <= at}

    def put_before(self, older: "Thinned[D]") -> None:
        """Takes in what was before; where both have something, this one's stays."""
        mine, found = self.kept(), older.kept()
        self.step_s, self._kept = max(self.step_s, older.step_s), {}
        for one in [*found, *mine]:
            self.put(one)


class Line:
    """The course of one contest."""

    def __init__(self, mode: str) -> None:
        self._replay = mode == "replay"
        self.points: Thinned[Point] = Thinned(POINT_EVERY_S, POINTS_MAX)
        self.received: Thinned[Received] = Thinned(RECEIVED_EVERY_S, RECEIVED_MAX)
        self.counts: dict[str, Thinned[CountPoint]] = {}
        self.jump: int | None = None
        """How many boxes appeared at once when the embargo opened, where that was seen."""
        self.first: tuple[str, int] | None = None
        """Epoch and version of the first snapshot that was taken."""
        self.whole = False
        """Whether what was shown before is in it."""
        self.moves = 0
        """Rises with whatever changes here."""
        self._position: tuple[str, int, str] = ("", -1, "")
        self._began = self._reached = 0
        self._resting = self._held = False

    def take(self, s: Snapshot) -> None:
        """Takes in what is shown now; what was taken already, or says no time, changes nothing."""
        epoch, version, ban = str(s["epoch"]), int(s["version"]), _ban(s)
        at = moment(s.get("at"))
        if at is None or (epoch, version, ban) == self._position:
            return
        if self._position[0] not in ("", epoch):
            self._begin_again(at)
        self._position = (epoch, version, ban)
        if self.first is None:
            self.first, self._began = (epoch, version), at
        if self._resting and at < self._reached:
            return
        self._resting = False
        self._reached = max(self._reached, at)
        self.moves += 1
        self._take(s, at)

    def _take(self, s: Snapshot, at: int) -> None:
        self.received.put(Received(at, s["received"]["boxes"]))
        point = point_of(s)
        if point is None:
            self._held = True
            return
        if self._held:
            self.jump, self._held = point.boxes, False
        self.points.put(point)
        for source, one in counts_of(s).items():
            if source in self.counts or len(self.counts) < SOURCES_MAX:
                self.counts.setdefault(source, Thinned(POINT_EVERY_S, COUNTS_MAX)).put(one)

    def _begin_again(self, at: int) -> None:
        """Another epoch: a replay that went back, or a store that is made again from the log."""
        self._resting = not self._replay
        if not self._replay:
            return
        self._reached, self.first = 0, None
        self._forget_after(at)

    def _forget_after(self, at: int) -> None:
        self.points.forget_after(at)
        self.received.forget_after(at)
        for line in self.counts.values():
            line.forget_after(at)
        self.jump = self.jump if len(self.points) else None

    def put_before(self, older: "Line") -> None:
        """Takes in what was shown before the first snapshot that was taken here."""
        if self._replay:
            older._forget_after(self._began)
        self.points.put_before(older.points)
        self.received.put_before(older.received)
        for source, line in older.counts.items():
            self.counts.setdefault(source, Thinned(POINT_EVERY_S, COUNTS_MAX)).put_before(line)
        self.jump = older.jump if older.jump is not None else self.jump
        self.moves += 1


def _ban(s: Snapshot) -> str:
    return str((s.get("embargo") or {}).get("state", "open"))


def moment(at: str | None) -> int | None:
    """A moment of the wire in whole seconds since 1970, rounded down."""
    return floor(datetime.fromisoformat(at).timestamp()) if at else None


def point_of(s: Snapshot) -> Point | None:
    """Where the lead is; None while the embargo is not open, and before any vote."""
    at, valid = moment(s.get("at")), s.get("valid")
    if phase_of(s) == "closed" or at is None or not valid:
        return None
    ballot = [choice["id"] for choice in s["choices"]]
    left, right = duel_of(s)
    lead = s.get("margin_votes") or 0
    if left is not None and right is not None:
        lead = (s["choices"][left].get("votes") or 0) - (s["choices"][right].get("votes") or 0)
    leader = s.get("leader")
    ahead = ballot.index(leader) if leader in ballot else None
    return Point(at, s["counted"]["boxes"], valid, lead, ahead, _then(s, ballot, left))


def _then(s: Snapshot, ballot: Sequence[str], left: int | None) -> int | None:
    """The parent night's margin over the same boxes, + for the choice on the left."""
    swing = s.get("swing") or {}
    points = swing.get("then_points")
    if points is None or left is None or s["choices"][left]["id"] not in (swing["first"], swing["second"]):
        return None
    hundredths: int = round(100 * points)
    return hundredths if swing["first"] == ballot[left] else -hundredths


def counts_of(s: Snapshot) -> dict[str, CountPoint]:
    """The other counts, each at the moment when it last said something."""
    left, right = duel_of(s)
    sides = {s["choices"][place]["id"]: sign for place, sign in ((left, 1), (right, -1)) if place is not None}
    found = {}
    for source in s.get("sources") or ():
        at, margin = moment(source.get("last_at")), source.get("margin_votes")
        if source.get("published") or at is None or margin is None:
            continue
        sign = sides.get(source.get("leader"), 0 if left is not None and margin else 1)
        claimed = source.get("claimed")
        boxes = source["counted"]["units"] if claimed is None else claimed
        found[str(source["id"])] = CountPoint(at, boxes, source.get("valid"), margin * sign if sign else None)
    return found


def marks_of(s: Snapshot) -> list[Mark]:
    """What was told that stands on the line."""
    return [
        Mark(
            alert["id"], alert["kind"], moment(alert["at"]) or 0, alert.get("title") or "",
            alert.get("titles") or {},
        )
        for alert in s.get("alerts") or ()
        if alert["kind"] in MARKED
    ]  # fmt: skip
