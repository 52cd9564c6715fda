"""Where things lie in a tree of JSON or XML: the parts of it that a format asks for, one at a time.

    ("Election", EACH, "Contest", EACH, "VoteCounts", EACH)      a place: names, and EACH for all of a list
    Item(("Election", 0, "Contest", 2, …), 4711, {...})          one thing found there, with its line

Know before changing: a place that is asked for is handed over whole and everything else is passed over, so
what a reader holds is one such thing and not the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

EACH = -1
"""In a place: every element of a list, or every value of an object."""
Step = str | int
Path = tuple[Step, ...]
ITEM_CHARACTERS_MAX = 16 * 1024**2
"""The longest thing that is held whole; beyond it the file is refused, with the place."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was found: where, in which line it begins, and what it is (as JSON has it)."""

    path: Path
    line: int
    value: object


def shown(path: Path) -> str:
    """A path as people write it: Election[0].Contest[2]."""
    found = ""
    for step in path:
        found += f"[{step}]" if isinstance(step, int) else f".{step}" if found else step
    return found


class Places:
    """The places asked for, as a question: is this path one of them, does it lead to one?"""

    def __init__(self, places: Iterable[Path]) -> None:
        self._ends: set[Path] = set()
        self._leads: set[Path] = set()
        for place in places:
            self._ends.add(place)
            self._leads.update(place[:size] for size in range(len(place)))

    def under(self, general: Path, step: Step, listed: bool) -> Path:
        """The place of a child: its own name or number if that is asked for, else EACH."""
        exact = (*general, step)
        if exact in self._ends or exact in self._leads:
            return exact
        each = (*general, EACH)
        if each in self._ends or each in self._leads:
            return each
        return each if listed else exact

    def ends(self, place: Path) -> bool:
        """Whether it is asked for."""
        return place in self._ends

    def leads(self, place: Path) -> bool:
        """Whether something below it is."""
        return place in self._leads
