"""A time that a person or a program asks about: an hour of the night, or a whole time with its zone.

    read_moment("19:15", night.date, night.time_zone)                 19:15 on the night
    read_moment("02:40:10", …)                                        before noon: the morning after
    read_moment("2019-06-23T19:15:00+03:00", …)                       any moment

Know before changing: a whole time without a zone is refused, because it would be another moment for whoever
reads it elsewhere.
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
    if HOUR.fullmatch(word):
        try:
            hour = time.fromisoformat(word)
        except ValueError as error:
            raise UsageError(f"{said} is no hour of the day.") from error
        on = day if hour.hour >= 12 else day + timedelta(days=1)
        return datetime.combine(on, hour, _zone(time_zone)).astimezone(UTC)
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


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"This machine does not know the zone {name}: give a whole time.") from error
