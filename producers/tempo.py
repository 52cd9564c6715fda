"""How fast a replay plays at this moment: its speed can be changed, paused, stepped and jumped.

    tempo = Tempo(pace.speed, clock())
    tempo.wait_s(due, clock())              how long until a record is due; None: it is paused
    tempo.take(control, clock())            "" when done, else the sentence why not
    tempo.back                              a jump to an earlier hour was asked: begin the recording anew,
    tempo.began_anew(clock())               and say so here

Know before changing: there is no clock in here, and nothing here takes anything back: what was played is
counted. Who plays forgets it first (docs/decisions/0018-rewind.md), or says that it cannot (`stays`).
"""

from datetime import datetime

from election.wire.controls import Control
from election.wire.records import stamp
from producers.pace import Due


class Tempo:
    """Where a replay stands in its recording, in recorded seconds, by the clock of whoever plays it."""

    def __init__(self, speed: float | None, now_s: float = 0.0, *, may_go_back: bool = False) -> None:
        self.speed = speed
        self.paused = False
        self.may_go_back = may_go_back
        """Whether whoever plays can begin the recording anew."""
        self.back = False
        """Whether it is to."""
        self.played_at: datetime | None = None
        """The hour of the night that was reached: that of the newest record let through."""
        self.records = 0
        """How many were let through."""
        self._at_s, self._since_s = 0.0, now_s
        self._steps = 0
        self._to: datetime | None = None

    def begin(self, now_s: float) -> None:
        """The recording begins now."""
        self._since_s = now_s

    def wait_s(self, due: Due, now_s: float) -> float | None:
        """Seconds until a record is due, never negative; None while only a control can bring it."""
        if self._to is not None:
            if due.cue.at <= self._to:
                return 0.0
            # From the hour jumped to, or where a silence was shortened, from as much as was left of it.
            left_s = (due.cue.at - self._to).total_seconds()
            self._at_s, self._since_s = max(self._at_s, due.recorded_s - left_s), now_s
            self._to = None
        if self.paused:
            return 0.0 if self._steps else None
        if self.speed is None:
            return 0.0
        return max(0.0, (due.recorded_s - self._reached_s(now_s)) / self.speed)

    def played(self, due: Due) -> None:
        """A record was let through."""
        self.played_at, self.records = due.cue.at, self.records + 1
        if self.paused or self.speed is None or self._to is not None:
            self._at_s = max(self._at_s, due.recorded_s)
        if self.paused and self._to is None:
            self._steps = max(0, self._steps - 1)

    def take(self, control: Control, now_s: float) -> str:
        """Does what is asked; "" or the sentence why it is not done."""
        self._at_s, self._since_s = self._reached_s(now_s), now_s
        match control.do:
            case "pause":
                self.paused = True
            case "resume":
                self.paused, self._steps = False, 0
            case "speed":
                self.speed = control.speed
            case "step":
                if not self.paused:
                    return "Only a paused replay can be stepped; pause it first."
                self._steps += control.records
            case "jump":
                return self._jump(control.to)
        return ""

    def _jump(self, to: datetime | None) -> str:
        if to is None:
            return "A jump says up to when."
        if self.played_at is not None and to < self.played_at:
            if not self.may_go_back:
                return (
                    f"The replay is at {stamp(self.played_at)} already and nothing counted is taken back: "
                    "start another session for an earlier hour."
                )
            self.back = True
        self._to = to
        return ""

    def began_anew(self, now_s: float) -> None:
        """What was played is forgotten: the recording begins now, up to the hour asked for at once."""
        self.back, self.played_at, self.records = False, None, 0
        self._at_s, self._since_s, self._steps = 0.0, now_s, 0

    def stays(self) -> None:
        """It could not be forgotten: the replay goes on from where it is."""
        self.back, self._to = False, None

    def _reached_s(self, now_s: float) -> float:
        """How far into the recording the clock has come."""
        if self.paused or self.speed is None or self._to is not None:
            return self._at_s
        return self._at_s + (now_s - self._since_s) * self.speed
