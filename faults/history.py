"""What the actors of a run wrote down, a file a process, one line of JSON a fact, read back.

    facts = read(folder)           every fact of every actor, each actor's in its order

Know before changing: they are written by `producers.history` (`SANDIK_HISTORY`) and by the actors here with
the same hand. An actor may be killed in the middle of a line, so a last line that is broken off is no fact; a
broken line before the last is a fault of ours. A file belongs to one process: processes that share one write
into each other's lines, and that looks like lost reports.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from election.errors import SandikError


class HistoryError(SandikError):
    """A history that cannot be read: another program wrote into it, or the disk was full."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that one actor saw or did."""

    by: str
    """The file it stands in: the actor and its process id."""
    what: str
    facts: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """A field of it. Raises KeyError for one that it has not."""
        return self.facts[name]


def read(folder: Path) -> list[Fact]:
    """Every fact of every actor, each actor's in its order. Raises HistoryError."""
    return [fact for path in sorted(folder.glob("*.jsonl")) for fact in _facts(path)]


def _facts(path: Path) -> Iterator[Fact]:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    lines.pop()  # after the last line's end: nothing, or what a killed actor did not finish
    for number, line in enumerate(lines, 1):
        try:
            found = json.loads(line)
            yield Fact(path.stem, found.pop("t"), found)
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise HistoryError(f"{path.name}:{number}: this is no fact ({error}): {line[:80]!r}") from error
