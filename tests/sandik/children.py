"""Small programs for the tests of what runs programs, and ways to see whether they live.

Know before changing: a child tells its process id by a file written whole (renamed), because a half-written
number is a number too.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sandik.ports import wait_until
from sandik.program import Program
from sandik.supervise import Ending, StoppedError, Supervisor
from tests.patience import PATIENCE_S

CHECKOUT = Path(__file__).resolve().parents[2]
WITHIN_S = PATIENCE_S
NOTE_PID = """
import os, sys
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(os.getpid()))
os.replace(sys.argv[1] + ".new", sys.argv[1])
"""
NOTE_PID_AND_SLEEP = NOTE_PID + "import time; time.sleep(300)\n"


def python(code: str, *argv: object) -> tuple[str, ...]:
    """The command line of a small Python program."""
    return (sys.executable, "-c", code, *map(str, argv))


async def until(check: Callable[[], bool]) -> None:
    """Wait for a condition without holding up the event loop."""
    assert await asyncio.to_thread(wait_until, check, WITHIN_S)


def noted_pid(note: Path) -> int:
    """The process id that a child wrote down, once it has."""
    assert wait_until(note.exists, WITHIN_S), f"no child wrote {note}"
    return int(note.read_text())


def is_gone(pid: int) -> bool:
    """Did the process end? Waits for it; a process that nobody has buried yet has ended too."""
    return wait_until(lambda: not _runs(pid), WITHIN_S)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # After the name in brackets comes the state; Z is a zombie.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


async def run_until_ended(programs: Sequence[Program], supervisor: Supervisor) -> Ending:
    """Start the programs one after the other, and wait for the end."""
    async with supervisor as house:
        with contextlib.suppress(StoppedError):
            for program in programs:
                await house.start(program)
        return await house.ended()


def run(programs: Sequence[Program]) -> int:
    """For a supervisor that is a process of its own: its exit code."""
    return asyncio.run(run_until_ended(programs, Supervisor())).code
