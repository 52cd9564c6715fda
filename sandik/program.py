"""A program to run beside others: what to start, when it is ready, and what its end means.

Know before changing: a `Program` is a plain value made by `embedded`, `kafka` and the commands; only
`supervise` (and the tests' servers) turns one into a process, and always with `leashed` and `environment`.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from election.errors import OutsideError, UsageError

LAST_LINES_MAX = 20
WRONG_USE = 2


class Policy(Enum):
    """What the end of a program means for the others."""

    KEEP = "keep"  # a room: started again whenever it ends
    NEEDED = "needed"  # a server that loses everything with its life: its end is a failure of the whole


@dataclass(frozen=True)
class Program:
    """One program. `env` comes on top of our environment; `ready` is asked until it says yes.

    `ready` is called from a thread, again and again: it returns False for "not yet" and does not raise.
    A program that is not `shown` keeps its lines to itself, until its death makes them interesting.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: Callable[[], bool] | None = None
    ready_within_s: float = 30.0
    stop_within_s: float = 10.0
    policy: Policy = Policy.KEEP
    shown: bool = True


def ourselves(*words: str) -> tuple[str, ...]:
    """The command line of a command of ours, run by this very Python.

    -P: a folder that one stands in and that is called streams or web must not be taken for the program.
    """
    return (sys.executable, "-P", "-m", "sandik.cli", *words)


class DiedError(OutsideError):
    """A program ended before it was ready."""

    def __init__(self, name: str, code: int, lines: tuple[str, ...]) -> None:
        self.code = code
        super().__init__(f"{name} {how_it_ended(code)} before it was ready. {last_words(lines)}")


class WronglyUsedError(UsageError):
    """A program says that what it was given makes no sense; started again it would say so again."""

    def __init__(self, died: DiedError) -> None:
        super().__init__(str(died))


class NotReadyError(OutsideError):
    """A program runs, but was not ready in time."""

    def __init__(self, name: str, within_s: float, lines: tuple[str, ...]) -> None:
        super().__init__(f"{name} was not ready within {within_s:g} s. {last_words(lines)}")


def how_it_ended(code: int) -> str:
    """An exit code in words; negative codes are signals, as in `subprocess`."""
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def last_words(lines: tuple[str, ...]) -> str:
    """What the program said last, indented, for the end of an error message."""
    if not lines:
        return "It said nothing."
    return "It said last:\n" + "\n".join(f"    {line}" for line in lines)


def leashed(program: Program) -> tuple[str, ...]:
    """The command line that starts the program so that it dies with this process (see `leash`)."""
    leash = Path(__file__).with_name("leash.py")
    return (sys.executable, "-I", "-S", str(leash), str(os.getpid()), *program.argv)


def environment(program: Program) -> dict[str, str]:
    """Our environment and the program's own settings; Python children do not hold their lines back."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **program.env}
