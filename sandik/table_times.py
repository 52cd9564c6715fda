"""When was this table so?  The time in a file's name.

    named("results-2019-06-23T1915.csv", "Europe/Istanbul")      2019-06-23 16:15 UTC

Know before changing: a time in a name has the night's zone unless it brings its own, because people name
files by the clock on their wall. A number that is no time of any day (20190623-9915) is no time in a name.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_IN_A_NAME = re.compile(
    r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})"  # 2019-06-23, 20190623
    r"[T _.-]{1,3}(\d{2})[:h._-]?(\d{2})(?:[:._-]?(\d{2})(?!:?\d))?"  # T1915, _19.15, -19-15-30
    r"(Z|[+-]\d{2}:?\d{2})?(?!\d)"
)


def named(name: str, time_zone: str) -> datetime | None:
    """The time in a file's name, in UTC; None if there is none. Of several the last counts."""
    found = None
    for match in _IN_A_NAME.finditer(name):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        zone = match.group(7)
        try:
            at = datetime(
                year, month, day, hour, minute, second, tzinfo=_zone(zone) if zone else ZoneInfo(time_zone)
            )
            found = at.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return found


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if text[0] == "-" else ahead)
