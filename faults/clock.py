"""A clock of its own for each process, which can be set while the process runs: clock.c, loaded before libc.

    clocks = Clocks(folder)                    builds clock.c once. Raises NoCompilerError
    clock = clocks.of("worker-0")
    Process(…, clock=clock); clock.set(600)    from now on its time of day is ten minutes ahead

Know before changing: only the time of day jumps, as on a machine whose clock is set; spans (monotonic) go on.
"""

import os
import struct
from pathlib import Path

from faults.loaded import Loaded, build

SOURCE = Path(__file__).with_name("clock.c")
JUMP_S = 600.0
"""How far a clock is set ahead, or back."""


class Clock:
    """The clock of one process."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        self.loaded = Loaded(library, {"FAULTS_CLOCK": str(file)})
        """What the process must be started with."""
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
        self._folder, self._library = folder.resolve(), build(SOURCE, folder)

    def of(self, name: str) -> Clock:
        """A clock that goes right."""
        return Clock(self._library, self._folder / f"clock-{name}")
