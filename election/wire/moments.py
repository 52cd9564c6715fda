"""A time that a person or a program asks about: an hour of the night, or a whole time with its zone.

    read_moment("19:15", night.date, night.time_zone)                 19:15 on the night
    read_moment("02:40:10", …)                                        before noon: the morning after
    read_moment("2019-06-23T19:15:00+03:00", …)                       any moment

Know before changing: a whole time without a zone is refused, because it would be another moment for whoever
reads it elsewhere. Who sits at the night's own machine may leave it out: that is `producers.pace.read_from`,
which shares the hours.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from election.errors import UsageError

HOUR = re.compile(r"\d\d:\d\d(:\d\d)?")
TEXT_MAX = 60
"""Most characters of what was typed that are said back."""


def read_moment(word: str, day: date, time_zone: str) -> datetime:
    """The moment, in UTC; `day` and `time_zone` are the night's. Raises UsageError.

    A blank stands for the plus that an address without escapes loses.
    """
    said = ascii(word)[:TEXT_MAX]
    hour = read_hour(word, day, time_zone)
    if hour is not None:
        return hour
    try:
        at = datetime.fromisoformat(word.replace(" ", "+") if "T" in word else word)
        if at.tzinfo is None:
            raise UsageError(
                f"{said} has no zone: write 2019-06-23T16:15:00Z, 2019-06-23T19:15:00+03:00, or 19:15."
            )
        if not 1 < at.year < 9999:
            raise ValueError("no time in every zone that people read it in")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{said} is neither an hour (19:15) nor a time (2019-06-23T19:15:00+03:00)."
        ) from error


def read_hour(word: str, day: date, time_zone: str) -> datetime | None:
    """An hour of the night, in UTC (before noon: the morning after); None: what was typed is none.

    Raises UsageError, also for an hour that the clock has twice that night, or skips.
    """
    if not HOUR.fullmatch(word):
        return None
    try:
        hour = time.fromisoformat(word)
    except ValueError as error:
        raise UsageError(f"{ascii(word)[:TEXT_MAX]} is no hour of the day.") from error
    on = day if hour.hour >= 12 else day + timedelta(days=1)
    return once(word, datetime.combine(on, hour), time_zone)


def once(word: str, on_the_clock: datetime, time_zone: str) -> datetime:
    """What a clock of that zone shows, in UTC; UsageError where it shows that twice (with both), or never."""
    zone, what = _zone(time_zone), ascii(word)[:TEXT_MAX]
    first, second = on_the_clock.replace(tzinfo=zone), on_the_clock.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    there = first.astimezone(UTC).astimezone(zone)
    if there.replace(tzinfo=None) == on_the_clock:
        raise UsageError(
            f"{what} is there twice when the clock changes that night: say which with its zone, "
            f"{_whole(first)} or {_whole(second)}."
        )
    raise UsageError(
        f"{what} is skipped when the clock changes that night: say the whole time with its zone, as in "
        f"{_whole(there)}."
    )


def _whole(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"This machine does not know the zone {name}: give a whole time.") from error
