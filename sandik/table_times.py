"""When was this table so?  The time in a file's name.

    named("results-2019-06-23T1915.csv", "Europe/Istanbul")      2019-06-23 16:15 UTC

Know before changing: a time in a name has the night's zone unless it brings its own, because people name
files by the clock on their wall. An hour that this clock has twice is not chosen. A number that is no time of
any day (20190623-9915) is no time in a name.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from election.errors import UsageError
from election.wire.moments import once

_IN_A_NAME = re.compile(
    r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})"  # 2019-06-23, 20190623
    r"[T _.-]{1,3}(\d{2})[:h._-]?(\d{2})(?:[:._-]?(\d{2})(?!:?\d))?"  # T1915, _19.15, -19-15-30
    r"(Z|[+-](?:0\d|1[0-4]):?\d{2})?(?!\d)"  # a year behind it, as where it is from when to when, is no zone
)


def named(name: str, time_zone: str) -> datetime | None:
    """The time in a file's name, in UTC; None if there is none. Of several the last counts.

    Raises UsageError where that is an hour which the clock of the night has twice, or skips.
    """
    found, doubt = None, None
    for match in _IN_A_NAME.finditer(name):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        zone = match.group(7)
        try:
            at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone comes next
            found = at.replace(tzinfo=_zone(zone)).astimezone(UTC) if zone else once(match[0], at, time_zone)
            doubt = None
        except UsageError as error:
            doubt = error
        except (ValueError, OverflowError):
            continue
    if doubt is not None:
        raise UsageError(f"{name}: {doubt} It may stand so in the file's name; or give the file with --at.")
    return found


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if text[0] == "-" else ahead)
