"""A log that cannot be written, with real children: what runs goes on, and can still be stopped."""

import errno
import signal
import subprocess
from pathlib import Path

from sandik.ports import wait_until
from sandik.program import Program
from sandik.say import UnwrittenError
from sandik.supervise import Supervisor

from .children import CHECKOUT, WITHIN_S, python, until

TWO_LINES_AND_ONE_MORE = """
import sys, time
from pathlib import Path
print("one", flush=True)
print("two", flush=True)
while not Path(sys.argv[1]).exists(): time.sleep(0.01)
print("three", flush=True)
time.sleep(300)
"""


class Log:
    """What was written, on a disk that is full until there is room."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.refused: list[str] = []
        self.full = True

    def __call__(self, line: str) -> None:
        if self.full:
            self.refused.append(line)
            raise UnwrittenError(OSError(errno.ENOSPC, "No space left on device"))
        self.lines.append(line)


async def test_a_disk_that_is_full_of_lines_ends_no_program(tmp_path: Path) -> None:
    """When there is room again, it is said how many are missing, and the lines go on."""
    log, room = Log(), tmp_path / "room"
    async with Supervisor(log) as house:
        await house.start(Program("worker", python(TWO_LINES_AND_ONE_MORE, room)))
        await until(lambda: len(log.refused) == 2)
        log.full = False
        room.touch()
        await until(lambda: "worker | three" in log.lines)
    assert ["2 lines could not be written when they were said", "worker | three"] == log.lines


async def test_who_cannot_say_that_it_stops_stops_all_the_same() -> None:
    """A signal is heard on a full disk too."""
    async with Supervisor(Log()) as house:
        house._on_signal(signal.SIGTERM)
        assert signal.SIGTERM == (await house.ended()).signal


def test_a_reader_that_went_away_does_not_stop_the_programs(tmp_path: Path) -> None:
    """`sandik up … 2>&1 | head` closes our output; the night goes on until it is told to stop."""
    chatty = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
        "from sandik.program import Program\nfrom tests.sandik.children import run\n"
        "code = 'import sys, os\\nfor i in range(2000): print(i)\\nopen(sys.argv[1], \"w\").close()\\n'\n"
        "code += 'import time; time.sleep(300)'\n"
        "sys.exit(run([Program('chatty', (sys.executable, '-c', code, sys.argv[1]))]))"
    )
    done = tmp_path / "done"
    with subprocess.Popen(python(chatty, done), stderr=subprocess.PIPE) as process:
        assert process.stderr
        process.stderr.readline()
        process.stderr.close()
        assert wait_until(done.exists, WITHIN_S)
        process.terminate()
        assert 0 == process.wait(WITHIN_S)
