"""Recorded time into playing time: when each record of a recording is due, at a speed, from an hour on.

Know before changing: there is no clock in here. The transport says `now` and sleeps; this file only counts,
so that a replay can be tested in no time at all. How fast it plays at this moment is `tempo`'s.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from election.errors import UsageError
from election.wire.moments import once, read_hour
from election.wire.records import Record

MAX = "max"
SPEED_MAX = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How to play. `speed` None: as fast as possible; `from_at`: everything before it comes at once.

    `gap_max_s`: a longer silence in the recording plays as one of so many recorded seconds. None: as it was.
    """

    speed: float | None
    from_at: datetime | None = None
    gap_max_s: float | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """A record and the hour of the night at which it plays; which is not its own where a fault held it up."""

    at: datetime
    record: Record
    mark: str = ""
    """What a fault did to it (`producers.faults`); empty: nothing."""
    damaged: bytes | None = None
    """What is sent in its place; None: the record."""


@dataclass(frozen=True, slots=True)
class Due:
    """A cue and when to play it: recorded seconds after the beginning, silences shortened."""

    recorded_s: float
    cue: Cue

    def at_s(self, speed: float | None) -> float:
        """Seconds after the beginning at a speed that stays the same; None: at once."""
        return 0.0 if speed is None else self.recorded_s / speed


def cues(records: Iterable[Record]) -> Iterator[Cue]:
    """Each record at its hour, in the order of the recording.

    A clock that runs backwards in the recording makes nothing wait and nothing overtake.
    """
    latest: datetime | None = None
    for record in records:
        latest = record.heard_at if latest is None else max(latest, record.heard_at)
        yield Cue(latest, record)


def schedule(played: Iterable[Cue], pace: Pace) -> Iterator[Due]:
    """When each cue is due, in their order. The beginning is `from_at`, else the hour of the first."""
    latest, waited = pace.from_at, timedelta()
    gap_max = None if pace.gap_max_s is None else timedelta(seconds=pace.gap_max_s)
    for cue in played:
        if latest is None:
            latest = cue.at
        if cue.at > latest:
            gap = cue.at - latest
            waited += gap if gap_max is None else min(gap, gap_max)
            latest = cue.at
        yield Due(waited.total_seconds(), cue)


def read_speed(word: str) -> float | None:
    """A speed as typed: `max`, `1`, `60`, `0.5`. Raises UsageError."""
    if word == MAX:
        return None
    try:
        speed = float(word)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= SPEED_MAX:
        raise UsageError(f"The speed {word!r} is neither max nor a number above 0 (60: a minute a second).")
    return speed


def read_from(word: str, day: date, time_zone: str) -> datetime:
    """An hour as typed: `19:15` or `19:15:30` on the night (before noon: the morning after), or a whole time.

    A whole time without a zone is the night's own: whoever types it sits before that night. Raises
    UsageError, also for an hour that the clock has twice that night, or skips.
    """
    hour = read_hour(word, day, time_zone)
    if hour is not None:
        return hour
    try:
        at = datetime.fromisoformat(word)
        return once(word, at, time_zone) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{word!r} is neither an hour (19:15) nor a time (2019-06-23T19:15:00+03:00)."
        raise UsageError(message) from error
