"""The clock of one process can be set while it runs, and nothing but the time of day changes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from faults.clock import JUMP_S, Clock, Clocks
from faults.loaded import NoCompilerError, together

LOOKS = """
import sys, time, datetime
for line in sys.stdin:
    at = datetime.datetime.now(datetime.UTC).timestamp()
    print(time.time(), at, time.clock_gettime(time.CLOCK_REALTIME), time.monotonic(), flush=True)
"""


@pytest.fixture
def clocks(tmp_path: Path) -> Clocks:
    """Built here; without a compiler there are none."""
    try:
        return Clocks(tmp_path)
    except NoCompilerError as error:
        pytest.skip(str(error))


def looked(clock: Clock, ahead_s: list[float]) -> list[list[float]]:
    """How far each clock of a process is ahead of ours, after each time that its clock was set."""
    environment = {**os.environ, **together(clock.loaded)}
    found = []
    with subprocess.Popen(
        [sys.executable, "-c", LOOKS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for one in ahead_s:
            clock.set(one)
            before = time.time(), time.monotonic()
            process.stdin.write("look\n")
            process.stdin.flush()
            *day, span = map(float, process.stdout.readline().split())
            found.append([*(at - before[0] for at in day), span - before[1]])
        process.stdin.close()
    return found


def test_a_process_goes_by_its_own_clock_from_the_moment_it_is_set(clocks: Clocks) -> None:
    """Ahead, back and right again; spans are as long as they were. It looked up to a minute later than we."""
    for ahead_s, (*day, span) in zip(
        (0.0, JUMP_S, -JUMP_S, 0.0), looked(clocks.of("one"), [0.0, JUMP_S, -JUMP_S, 0.0]), strict=True
    ):
        assert all(ahead_s - 1 <= late <= ahead_s + JUMP_S / 2 for late in day)
        assert 0 <= span <= JUMP_S / 2


def test_each_process_has_its_own(clocks: Clocks) -> None:
    """What is done to one is not done to another."""
    first, second = clocks.of("first"), clocks.of("second")
    first.set(JUMP_S)
    [[late, *_]] = looked(second, [0.0])
    assert late < JUMP_S / 2
