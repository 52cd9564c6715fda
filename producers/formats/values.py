"""What the texts of a cell mean: a whole number, nothing, a paper's state, a time.

    counts = Counts(mapping)
    counts.read("1.234", "Ada")      1234, with thousands = "."
    counts.read("", "Ada")           None: absent, which is no zero
    counts.read("S", "Ada")          "sealed", with [states] sealed = "S"
    clock.read("23.06.2019 18:05", "Saat")      an aware UTC time

Know before changing: nothing here guesses. A text that could mean two numbers is refused, and an hour that
the clock skips or has twice.
"""

import re
from collections.abc import Mapping as ReadOnly
from datetime import UTC, datetime, timedelta, tzinfo

from election.report import COUNT_MAX, COUNTED_STATE
from election.wire.topics import WORD
from producers.formats.judging import CAUSES, RefusedError, shown
from producers.formats.shapes import Mapping, Times
from producers.formats.slugs import plain

DIGITS_MAX = 16
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")
"""The narrow and hard spaces that are written between thousands."""
MEMORY_MAX = 10_000
"""Most texts of times remembered; then they are forgotten and read anew."""


class Counts:
    """Reads counts as a mapping says they are written."""

    def __init__(self, mapping: Mapping) -> None:
        numbers = mapping.numbers
        self._absent, self._states = mapping.absent, mapping.states
        self._decimal = numbers.decimal
        self._thousands = tuple(mark.translate(_SPACES) for mark in numbers.thousands)
        # Nobody groups the thousands of a number that begins with 0: 0.123 is a part of one.
        groups = "|".join(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+" for mark in self._thousands)
        after = rf"(?:{re.escape(self._decimal)}([0-9]+))?" if self._decimal else "()"
        self._number = re.compile(rf"({groups + '|' if groups else ''}[0-9]+){after}")

    def read(self, text: str, column: str, most: int = COUNT_MAX) -> int | str | None:
        """The number, None where there is none, or the state that the text is a mark of."""
        if text.isdigit() and text.isascii() and len(text) <= DIGITS_MAX and text not in self._absent:
            count = int(text)
            if count <= most:
                return count
        text = plain(text)
        if not text or text in self._absent:
            return None
        state = self._states.get(text)
        if state is not None and not text.isdigit():
            return state
        return self._written(text, column, most)

    def number(self, text: str, column: str, most: int = COUNT_MAX) -> int | None:
        """As `read`, of a column where no state may stand."""
        found = self.read(text, column, most)
        if isinstance(found, str):
            raise RefusedError("E107", column, f"{shown(text)} is no whole number.")
        return found

    def _written(self, text: str, column: str, most: int) -> int:
        spaced = text.translate(_SPACES)
        negative = spaced.startswith(("-", "−", "–")) and spaced[1:2].isdigit()
        found = self._number.fullmatch(spaced[1:] if negative else spaced)
        if found is None:
            raise RefusedError("E107", column, f"{shown(text)} is no whole number.{self._way_out(spaced)}")
        digits = found[1]
        for mark in self._thousands:
            digits = digits.replace(mark, "")
        digits = digits.lstrip("0") or "0"
        decimals = found[2] or ""
        if decimals.strip("0"):
            raise RefusedError("E107", column, f"{shown(text)} is no whole number.")
        if len(decimals) == 3 and not self._thousands:
            message = f"{shown(text)} is {digits} or {digits}{decimals}: say which with numbers.thousands."
            raise RefusedError("E107", column, message)
        if negative and digits != "0":
            raise RefusedError("E106", column, f"{shown(text)} is negative; a count never is.")
        if len(digits) > DIGITS_MAX or int(digits) > most:
            raise RefusedError("E109", column, f"{shown(text)} is more than {most}.")
        return int(digits)

    def _way_out(self, text: str) -> str:
        """What a mapping could say, where it is easily told."""
        if text.strip("-–—./* ") == "":
            return " Where it means that there is no figure, say it in numbers.absent."
        if re.fullmatch(r"[0-9]{1,3}([., '])[0-9]{3}(\1[0-9]{3})*", text):
            return f" Where {text.strip('0123456789')[:1]!r} stands between thousands, say numbers.thousands."
        if re.fullmatch(r"[0-9]+[.,]0+", text):
            return " Where decimals follow, say numbers.decimal."
        if not re.search(r"[0-9]", text):
            return " Where it is a state of the paper, say it in [states]."
        return ""


class Words:
    """Reads states and causes as a mapping says they are called."""

    def __init__(self, mapping: Mapping) -> None:
        self._states, self._causes = mapping.states, mapping.causes

    def state(self, text: str, column: str) -> str:
        """The state a cell means; blank is counted."""
        word = plain(text)
        found = self._states.get(word) or word or COUNTED_STATE
        if not WORD.fullmatch(found):
            message = f"There is no paper state {shown(text)}: say in [states] what it means."
            raise RefusedError("E110", column, message)
        return found

    def cause(self, text: str, column: str) -> str:
        """The cause a cell means; blank is first."""
        word = plain(text)
        found = self._causes.get(word) or word or "first"
        if found not in CAUSES:
            known = ", ".join(CAUSES)
            message = f"There is no cause {shown(text)}: say in [causes] which of {known} it is."
            raise RefusedError("E110", column, message)
        return found


class Clock:
    """Reads times as a mapping says they are written."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._known: dict[str, datetime] = {}

    def read(self, text: str, column: str) -> datetime:
        """The time in UTC. Raises RefusedError R009 for what is none, or has no zone."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= MEMORY_MAX:
                self._known.clear()
            known = self._known[text] = self._read(text.strip(), column)
        return known

    def _read(self, text: str, column: str) -> datetime:
        for pattern in self._times.formats:
            try:
                found = self._formatted(text, pattern)
                return self._placed(found, text, column).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        written = " or ".join(self._times.formats)
        example = "2019-06-23T18:05:00+03:00" if written == "iso" else written
        raise RefusedError("R009", column, f"{shown(text)} is no time as in {example}.")

    def _formatted(self, text: str, pattern: str) -> datetime:
        if pattern == "iso":
            if not re.search(r"[0-9][T ][0-9]", text):
                raise ValueError(text)
            return datetime.fromisoformat(text)
        if pattern in ("unix", "unix_ms"):
            if not re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,9})?", text):
                raise ValueError(text)
            whole, _, part = text.partition(".")
            micro = int((part + "000000")[:6])
            seconds, more = divmod(int(whole), 1000) if pattern == "unix_ms" else (int(whole), 0)
            micro = micro // 1000 if pattern == "unix_ms" else micro
            span = timedelta(seconds=seconds, milliseconds=more, microseconds=micro)
            return datetime(1970, 1, 1, tzinfo=UTC) + span
        found = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is looked at next
        day = self._times.day
        if day is not None and not re.search(r"%[djDcxs]", pattern):
            later = found.time() < self._times.day_begins
            found = datetime.combine(day + timedelta(days=later), found.timetz())
        return found

    def _placed(self, found: datetime, text: str, column: str) -> datetime:
        if found.tzinfo is not None:
            return found
        zone = self._times.zone
        if zone is None:
            message = f'{shown(text)} has no zone; say it in the mapping: [time] zone = "Europe/Istanbul".'
            raise RefusedError("R009", column, message)
        return _once(found, zone, text, column)


def _once(found: datetime, zone: tzinfo, text: str, column: str) -> datetime:
    """The time in its zone, if that hour is there once."""
    first, second = found.replace(tzinfo=zone), found.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    there = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == found
    what = "is there twice" if there else "is skipped"
    message = (
        f'{shown(text)} {what} when the clock changes; say a zone as in "+03:00", or give times with one.'
    )
    raise RefusedError("R009", column, message)


def merged_states(found: ReadOnly[str, str], column: str) -> str:
    """The one state that a row's cells say (state → column); counted where none says another."""
    other = [state for state in found if state != COUNTED_STATE]
    if len(other) > 1:
        raise RefusedError(
            "E110", found[other[1]] or column, f"The paper is {other[0]} and {other[1]} at once."
        )
    return other[0] if other else COUNTED_STATE
