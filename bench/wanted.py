"""What one run of the bench was asked for.

Know before changing: `--quick` must touch everything that a whole run touches, only smaller; it is there to
see that the bench itself still works.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.istanbul import Istanbul, istanbul


@dataclass(frozen=True)
class Wanted:
    """The options of a run, and the night it works with."""

    parts: tuple[str, ...]
    repeat: int
    quick: bool
    revisions: int
    boxes_file: Path

    @cached_property
    def night(self) -> Istanbul:
        """Istanbul's June night in four levels, made once."""
        return istanbul(self.boxes_file)

    def either(self, whole: int, quick: int) -> int:
        """A size: the whole one, or the quick one."""
        return quick if self.quick else whole
