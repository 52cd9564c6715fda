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
    """A history that cannot be read, or that lacks what a fact must say: its night cannot be judged.

    Another program wrote into it, or the disk was full.
    """


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that one actor saw or did."""

    by: str
    """The file it stands in: the actor and its process id."""
    what: str
    facts: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """A field of it. Raises HistoryError for one that it has not."""
        try:
            return self.facts[name]
        except KeyError as error:
            raise HistoryError(f"{self.by}: a fact {self.what!r} does not say its {name!r}") from error


def read(folder: Path, names: str = "*.jsonl") -> list[Fact]:
    """Every fact of every actor, or of those with such names, in its order. Raises HistoryError."""
    return [fact for path in sorted(folder.glob(names)) for fact in _facts(path)]


def parse(line: str, by: str, where: str) -> Fact:
    """A line as what `by` wrote. Raises HistoryError that says `where`."""
    try:
        found = json.loads(line)
        return Fact(by, found.pop("t"), found)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise HistoryError(f"{where}: this is no fact ({error}): {line[:80]!r}") from error


def _facts(path: Path) -> Iterator[Fact]:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    lines.pop()  # after the last line's end: nothing, or what a killed actor did not finish
    for number, line in enumerate(lines, 1):
        yield parse(line, path.stem, f"{path.name}:{number}")
