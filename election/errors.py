"""What can go wrong, and whose fault it is.

    SandikError
    ├── NightError        the night folder has mistakes            (its author's: every mistake at once)
    ├── RecordError       bytes that are not a record of ours       (the sender's: the record is refused)
    │   └── ModeError     a record of another mode or night         (the operator's: nothing is mixed)
    ├── UsageError        a command or setting that makes no sense  (the user's)
    │   └── MistakesError a file somebody wrote has mistakes        (its author's: every mistake at once)
    └── OutsideError      Kafka, Redis or a feed does not answer    (nobody's here: retried, then said)

Know before changing: a bad *paper* is never an exception. It is a finding (`checks`).
The message of each is one sentence that says the way out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class SandikError(Exception):
    """Any error this project raises on purpose; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a folder or a file: where it is, what it is, what would be right."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """`file:line: message`, the shape editors and compilers use."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


class NightError(SandikError):
    """A night folder that cannot be used, with every mistake found in it; `folder` is its path, if known."""

    def __init__(self, mistakes: list[Mistake], folder: str = "") -> None:
        self.mistakes = tuple(mistakes)
        where = f" {folder}" if folder else ""
        super().__init__(_counted(f"in the night folder{where}", self.mistakes))


def _counted(where: str, mistakes: Sequence[Mistake]) -> str:
    """How many there are, where, and each of them, one a line."""
    lines = "\n".join(map(str, mistakes))
    return f"{len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'} {where}:\n{lines}"


class RecordError(SandikError):
    """Bytes that cannot be read as a record: `code` names the check, `place` the field."""

    def __init__(self, code: str, place: str, message: str) -> None:
        self.code = code
        self.place = place
        super().__init__(message)


class ModeError(RecordError):
    """A record of another mode, night or session: it is refused, because modes never mix."""


class UsageError(SandikError):
    """A command, setting or file that cannot be used as given (exit code 2)."""


class MistakesError(UsageError):
    """A file that cannot be used, with every mistake found in it; `where`, as *in the mapping*."""

    def __init__(self, where: str, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(_counted(where, self.mistakes))


class OutsideError(SandikError):
    """Kafka, Redis or a feed cannot be reached (exit code 3)."""
