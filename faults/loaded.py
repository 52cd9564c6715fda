"""A few lines of C that are loaded into a process before the C library: built, and loaded together.

    library = build(Path("clock.c"), folder)           folder/clock.so. Raises NoCompilerError
    environment = together(clock, network)             what a process must be started with; None: without it

Know before changing: it is for what is linked with libc as everything here is: Python, redis-server and Java,
on Linux. What they do to a process is told to them by a file that both sides look at, while it runs.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from election.errors import OutsideError


class NoCompilerError(OutsideError):
    """There is no C compiler on this machine, or it has no C library to build with."""

    def __init__(self, said: str = "") -> None:
        """`said` is what the compiler says; empty: there is none."""
        why = f"the compiler (cc) cannot build them ({said})" if said else "there is no compiler (cc)"
        super().__init__(
            f"clocks are set and networks cut by a few lines of C, and {why} on this machine: type "
            "apt-get install gcc libc6-dev, or draw seeds by the first plan with --plan 1"
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """One library, and what it is told of where to look."""

    library: Path
    environment: Mapping[str, str]


def build(source: Path, folder: Path) -> Path:
    """The library of a source, built into a folder. Raises NoCompilerError."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompilerError
    library = folder.resolve() / f"{source.stem}.so"
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-U_FORTIFY_SOURCE", "-o", library, source, "-ldl"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if built.returncode:
        raise NoCompilerError(built.stderr.strip() or f"it ended with {built.returncode}")
    return library


def together(*parts: Loaded | None) -> dict[str, str]:
    """What a process must be started with, so that all of these are loaded; nothing where there is none."""
    there = [part for part in parts if part is not None]
    if not there:
        return {}
    found = {"LD_PRELOAD": ":".join(str(part.library) for part in there)}
    for part in there:
        found |= part.environment
    return found
