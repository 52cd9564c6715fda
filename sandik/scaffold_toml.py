"""night.toml of a scaffolded night, as text with its assumptions on the very lines they stand for.

    page = Page()
    page.put("time_zone", "UTC", "the feed names none; --time-zone says another")
    page.text()      time_zone = "UTC"  # ASSUMED: the feed names none; --time-zone says another

Know before changing: `sandik night check` counts the marks, so a mark is exactly `# ASSUMED: `, and whoever
has looked at a line deletes the mark and keeps the line.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

MARK = "# ASSUMED: "
Value = str | int | bool | date | list[str] | Mapping[str, int | str]


@dataclass(slots=True)
class Page:
    """A TOML file in the making, line by line; `assumed` are its assumptions in order."""

    lines: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    _table: str = ""

    def comment(self, text: str) -> None:
        """A line for whoever reads the file."""
        self.lines.append(f"# {text}")

    def header(self, name: str, called: str = "") -> None:
        """Begins a table; `[name]` or `[[name]]`. `called`: what its assumptions are listed under."""
        self.lines += ["", name]
        self._table = f"{called or name.strip('[] ')}: "

    def put(self, key: str, value: Value, assumed: str = "") -> None:
        """A key, with what was assumed of it."""
        line = f"{key} = {literal(value)}"
        if assumed:
            self.assumed.append(f"{self._table}{key.strip()} = {literal(value)} ({_one_line(assumed)})")
            line += f"  {MARK}{_one_line(assumed)}"
        self.lines.append(line)

    def assume(self, text: str) -> None:
        """An assumption about what is not in the file."""
        self.lines.append(f"{MARK}{_one_line(text)}")
        self.assumed.append(f"{self._table}{_one_line(text)}")

    def text(self) -> str:
        """The file."""
        return "\n".join(self.lines) + "\n"


def literal(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {literal(inner)}" for key, inner in value.items()) + " }"
    return str(value)


def _one_line(text: str) -> str:
    """A comment has no line end and no control character."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def marks(text: str) -> list[tuple[int, str]]:
    """The lines of a file that still carry a mark: number, and what was assumed."""
    return [
        (number, line.partition(MARK)[2].strip())
        for number, line in enumerate(text.splitlines(), 1)
        if MARK in line
    ]
