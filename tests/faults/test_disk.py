"""A disk that is full for one process is full for its files alone, and has room again."""

import errno
import subprocess
import sys
from pathlib import Path

from faults.disk import IGNORING, fill, free

WRITES = """
import sys
for line in sys.stdin:
    try:
        with open(sys.argv[1], "ab") as file:
            file.write(b"x")
        print(0, flush=True)
    except OSError as error:
        print(error.errno, flush=True)
"""


def test_a_write_fails_while_it_is_full_and_not_after(tmp_path: Path) -> None:
    """And the pipes that it is asked by go on."""
    argv = [*IGNORING, sys.executable, "-c", WRITES, str(tmp_path / "file")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = []
        for do in (None, fill, free):
            if do is not None:
                do(process.pid)
            process.stdin.write("write\n")
            process.stdin.flush()
            said.append(int(process.stdout.readline()))
        process.stdin.close()
    assert [0, errno.EFBIG, 0] == said
    assert b"xx" == (tmp_path / "file").read_bytes()


def test_who_would_die_of_the_signal_is_started_so_that_it_does_not(tmp_path: Path) -> None:
    """A program of C that heeds no signal: it says what is wrong, and ends as it wants to."""
    script = f'read line; echo x > {tmp_path / "file"} || echo "still there"'
    with subprocess.Popen(
        [*IGNORING, "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        fill(process.pid)
        said, _ = process.communicate("go\n")
    assert "still there\n" == said


def test_a_process_that_has_ended_is_no_news() -> None:
    """It may have died of the fault before."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    fill(process.pid)
    free(process.pid)
