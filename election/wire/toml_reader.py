"""Reads TOML tables with every mistake noted and its line found, so that a night folder is mended in one go.

Know before changing: Python's TOML parser gives no line numbers. `lines_of` finds them by reading headers
and keys itself; it only ever serves messages, never meaning.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from election.errors import Mistake

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\- ]+?)\s*\]\]?\s*(#.*)?$")
_WORD = r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_\-]+)"
_KEY = re.compile(rf"^\s*({_WORD}(?:\s*\.\s*{_WORD})*)\s*=")


def lines_of(text: str) -> dict[Path, int]:
    """The line of each header and key, by path; array tables carry their index."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header:
            here = _enter(header.group(2), header.group(1) == "[[", counts)
            found[here] = number
        elif key:
            path = here
            for word in re.findall(_WORD, key.group(1)):
                path = (*path, word.strip("\"'"))
                found.setdefault(path, number)
    return found


def _enter(name: str, array: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    words = [word.strip() for word in name.split(".")]
    for place, word in enumerate(words):
        path = (*path, word)
        last = place == len(words) - 1
        if last and array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def parse_toml(file: str, content: bytes, mistakes: list[Mistake]) -> "Table":
    """The document's root table; a document that is not TOML is a mistake and an empty table."""
    try:
        text = content.decode("utf-8")
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of 5,000 digits, and 5,000 brackets
        line = re.search(r"line (\d+)", str(error))
        mistakes.append(Mistake(file, int(line.group(1)) if line else None, f"This is not TOML: {error}."))
        return Table(file, {}, (), {}, mistakes)
    return Table(file, data, (), lines_of(text), mistakes)


class Table:
    """One table being read; what is asked for and wrong, missing or never asked for becomes a mistake."""

    def __init__(
        self,
        file: str,
        data: Mapping[str, Any],
        path: Path,
        lines: Mapping[Path, int],
        mistakes: list[Mistake],
    ) -> None:
        self._file, self._data, self._path, self._lines = file, data, path, lines
        self._mistakes = mistakes
        self._asked: set[str] = set()

    def wrong(self, key: str | None, message: str) -> None:
        """Notes a mistake at a key of this table, or at the table itself."""
        path = self._path if key is None else (*self._path, key)
        while path and path not in self._lines:
            path = path[:-1]
        self._mistakes.append(Mistake(self._file, self._lines.get(path, 1), message))

    def has(self, key: str) -> bool:
        """Whether the key stands here at all."""
        return key in self._data

    def value(self, key: str) -> object:
        """What stands at a key, unread; None if nothing does."""
        return self._data.get(key)

    def keys_here(self) -> tuple[str, ...]:
        """Every key of this table."""
        return tuple(self._data)

    def _value(self, key: str, kind: type | tuple[type, ...], default: Any, word: str) -> Any:
        self._asked.add(key)
        if key not in self._data:
            if default is _REQUIRED:
                self.wrong(None, f"{self.name}{key} is missing; it is {word}.")
                return None
            return default
        value = self._data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(key, f"{self.name}{key} is {value!r:.60}; it is {word}.")
            return None if default is _REQUIRED else default
        return value

    @property
    def name(self) -> str:
        """Where this table stands, as a prefix of its keys: `calls.certain.`; empty at the root."""
        words = [str(word) for word in self._path if isinstance(word, str)]
        return ".".join(words) + "." if words else ""

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required unless a default is given."""
        return self._value(key, str, _REQUIRED if default is None else default, "a text") or ""

    def number(self, key: str, default: int | None = None, *, least: int = 0, most: int | None = None) -> int:
        """A whole number from `least` to `most`."""
        value = self._value(key, int, _REQUIRED if default is None else default, "a whole number")
        if isinstance(value, int) and value < least:
            self.wrong(key, f"{self.name}{key} is {value}; it is at least {least}.")
        if isinstance(value, int) and most is not None and value > most:
            self.wrong(key, f"{self.name}{key} is {value}; it is at most {most}.")
        return value or 0

    def maybe_number(self, key: str) -> int | None:
        """A whole number, or None where it is left out."""
        return self.number(key) if self.has(key) else None

    def tenths(self, key: str, default: float) -> int:
        """A percentage with at most one decimal, as tenths: 0.5 is 5."""
        value: float = self._value(key, (int, float), default, "a number")
        if not 0 <= value <= 100 or abs(value * 10 - round(value * 10)) > 1e-9:
            self.wrong(key, f"{self.name}{key} is {value}; it is 0 to 100 with at most one decimal.")
            return 0
        return round(value * 10)

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        return bool(self._value(key, bool, default, "true or false"))

    def day(self, key: str) -> date:
        """A date, as in 2019-06-23."""
        value = self._value(key, date, _REQUIRED, "a date as in 2019-06-23")
        if isinstance(value, datetime):
            self.wrong(key, f"{self.name}{key} has an hour; it is a date as in 2019-06-23.")
        return value if isinstance(value, date) else date.min

    def time(self, key: str) -> datetime | None:
        """A time with its zone, or None where it is left out."""
        value: datetime | None = self._value(key, datetime, None, "a time as in 2019-06-23T17:00:00+03:00")
        if value is not None and value.tzinfo is None:
            self.wrong(key, f"{self.name}{key} has no zone; write it as in 2019-06-23T17:00:00+03:00.")
            return None
        if value is not None and not 1 < value.year < 9999:  # as `records.read_time`
            message = "which has no hour in every zone; leave out an hour that never comes."
            self.wrong(key, f"{self.name}{key} is in the year {value.year}, {message}")
            return None
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        values = self._value(key, list, _REQUIRED if default is None else list(default), "a list of texts")
        if not all(isinstance(value, str) for value in values or ()):
            self.wrong(key, f"{self.name}{key} is a list of texts.")
            return ()
        return tuple(values or ())

    def numbers(self, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """A list of whole numbers."""
        values = self._value(key, list, list(default), "a list of whole numbers")
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            self.wrong(key, f"{self.name}{key} is a list of whole numbers.")
            return default
        return tuple(values)

    def names(self, key: str = "names") -> dict[str, str]:
        """The `names` table, or one like it: a text a language."""
        table = self.table(key)
        return {language: table.text(language) for language in table.keys_here()}

    def table(self, key: str) -> "Table":
        """A table inside this one; an absent one is empty."""
        value = self._value(key, dict, {}, "a table")
        return Table(self._file, value, (*self._path, key), self._lines, self._mistakes)

    def tables(self, key: str, *, least: int = 0) -> list["Table"]:
        """A list of tables inside this one."""
        values = self._value(key, list, [], "a list of tables")
        if len(values) < least:
            self.wrong(None, f"{self.name}{key}: at least {least} is needed ([[{self.name}{key}]]).")
        found = []
        for place, value in enumerate(values):
            if isinstance(value, dict):
                path = (*self._path, key, place)
                found.append(Table(self._file, value, path, self._lines, self._mistakes))
            else:
                self.wrong(key, f"{self.name}{key} is a list of tables.")
        return found

    def finish(self) -> None:
        """Notes every key that nothing asked for: most are misspelt."""
        for key in self._data:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.wrong(key, f"There is no {self.name}{key}; known here: {known}.")


_REQUIRED = object()
