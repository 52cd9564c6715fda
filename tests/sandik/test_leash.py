"""The leash: a program on it is the program, and does not outlive its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandik.leash import NOT_FOUND
from sandik.program import Program, leashed

from . import children

LEASH = Path(__file__).parents[2] / "sandik" / "leash.py"


def leash(parent: int, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run a program on the leash of `parent`."""
    command = [sys.executable, "-I", "-S", str(LEASH), str(parent), *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_program_takes_the_place_of_the_leash() -> None:
    """Arguments, output and exit code are the program's own."""
    ended = leash(os.getpid(), sys.executable, "-c", "import sys; print(sys.argv[1]); sys.exit(7)", "a b")
    assert (7, "a b\n") == (ended.returncode, ended.stdout)


def test_a_program_that_is_not_there_is_named() -> None:
    """The exit code is a shell's, and the line says which program."""
    ended = leash(os.getpid(), "/nowhere/kafka")
    assert NOT_FOUND == ended.returncode
    assert "cannot start /nowhere/kafka: No such file or directory\n" == ended.stderr


def test_ignored_signals_are_not_inherited() -> None:
    """Python ignores SIGPIPE; the program behind the leash must not, or `| head` would never end it."""
    ended = leash(os.getpid(), "sh", "-c", "grep SigIgn /proc/self/status || echo 'SigIgn: 0'")
    ignored = int(ended.stdout.split()[1], 16)
    assert 0 == ignored & (1 << (signal.SIGPIPE - 1))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_an_orphan_does_not_even_start() -> None:
    """A parent that died before the request was made is noticed."""
    assert 1 == leash(1 if os.getpid() != 1 else 2, "true").returncode


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_the_program_dies_with_a_killed_parent(tmp_path: Path) -> None:
    """SIGKILL gives a parent no chance to clean up; the kernel does it."""
    note = tmp_path / "pid"
    parent = (
        "import subprocess, sys, time; from sandik.program import *;"
        f"p = Program('sleeper', (sys.executable, '-c', {children.NOTE_PID_AND_SLEEP!r}, {str(note)!r}));"
        "subprocess.Popen(leashed(p)).wait()"
    )
    process = subprocess.Popen([sys.executable, "-c", parent])
    pid = children.noted_pid(note)
    process.kill()
    process.wait()
    assert children.is_gone(pid)


def test_a_leashed_program_is_tied_to_this_process() -> None:
    """The command line names our own process id and ends with the program's."""
    argv = leashed(Program("store", ("valkey-server", "--port", "1")))
    assert (str(os.getpid()), "valkey-server", "--port", "1") == argv[-4:]
