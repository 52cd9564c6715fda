"""A clock of its own for each process, which can be set while the process runs: clock.c, loaded before libc.

    clocks = Clocks(folder)                    builds clock.c once. Raises NoCompilerError
    clock = clocks.of("worker-0")
    Process(…, clock=clock); clock.set(600)    from now on its time of day is ten minutes ahead

Know before changing: only the time of day jumps, as on a machine whose clock is set; spans (monotonic) go on.
It is for what is linked with libc as everything here is: Python, redis-server and Java, on Linux.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

from election.errors import OutsideError

SOURCE = Path(__file__).with_name("clock.c")
JUMP_S = 600.0
"""How far a clock is set ahead, or back."""


class NoCompilerError(OutsideError):
    """There is no C compiler on this machine, or it has no C library to build with."""

    def __init__(self, said: str = "") -> None:
        """`said` is what the compiler says; empty: there is none."""
        why = f"the compiler (cc) cannot build them ({said})" if said else "there is no compiler (cc)"
        super().__init__(
            f"clocks are set by a few lines of C, and {why} on this machine: type "
            "apt-get install gcc libc6-dev, or draw seeds by the first plan with --plan 1"
        )


class Clock:
    """The clock of one process."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(library), "FAULTS_CLOCK": str(file)}
        """What a process must be started with."""
        file.write_bytes(struct.pack("d", 0.0))

    def set(self, ahead_s: float) -> None:
        """So many seconds ahead of the machine's clock from now on; less than 0: behind it."""
        written = os.open(self._file, os.O_WRONLY)
        try:
            os.pwrite(written, struct.pack("d", ahead_s), 0)
        finally:
            os.close(written)


class Clocks:
    """The clocks of one run."""

    def __init__(self, folder: Path) -> None:
        """Raises NoCompilerError."""
        compiler = shutil.which("cc")
        if compiler is None:
            raise NoCompilerError
        self._folder, self._library = folder.resolve(), folder.resolve() / "clock.so"
        built = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O2", "-o", self._library, SOURCE, "-ldl"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if built.returncode:
            raise NoCompilerError(built.stderr.strip() or f"it ended with {built.returncode}")

    def of(self, name: str) -> Clock:
        """A clock that goes right."""
        return Clock(self._library, self._folder / f"clock-{name}")
