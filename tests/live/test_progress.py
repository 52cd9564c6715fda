"""Commands that work for long show on a terminal how far they are, and nowhere else.

Know before changing: each runs as a process of its own with a terminal behind its stderr (a pty), and its
answer in a pipe; the log they read is written by the first of them.
"""

import json
import os
import pty
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandik import folders
from tests.servers import Running

PRACTICE = folders.load("practice")
BAR = "\r\x1b[K["
"""How a bar begins."""


@dataclass(frozen=True)
class Ended:
    """What a command printed, and how it ended."""

    code: int
    stdout: str
    stderr: str


def run(environment: dict[str, str], *words: str, terminal: bool = True) -> Ended:
    """Runs a command to its end."""
    mine, its = pty.openpty() if terminal else os.pipe()
    said = list[bytes]()
    process = subprocess.Popen(
        [sys.executable, "-m", "sandik.cli", *words, "--json"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=its,
    )
    os.close(its)
    reading = threading.Thread(target=_read, args=(mine, said))
    reading.start()
    out, _ = process.communicate()
    reading.join()
    os.close(mine)
    return Ended(process.returncode, out.decode(), b"".join(said).decode())


def _read(descriptor: int, into: list[bytes]) -> None:
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # so a terminal says that nobody writes to it any more
            return
        if not piece:
            return
        into.append(piece)


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "no terminal"])
def test_on_a_terminal_long_work_shows_how_far_it_is(
    tansu: Running, redis_server: Running, tmp_path: Path, terminal: bool
) -> None:
    """The answer stays one line of JSON; where stderr is no terminal there is no bar at all."""
    environment = {
        "SANDIK_KAFKA": tansu.address, "SANDIK_KAFKA_KIND": "tansu", "SANDIK_REDIS": redis_server.url,
        "SANDIK_MODE": "replay", "SANDIK_SESSION": f"p{time.time_ns()}", "SANDIK_NIGHT": "practice",
    }  # fmt: skip
    recording, pack = str(PRACTICE.recording), str(tmp_path / "evening.zip")
    for words, shown in (
        (("produce", recording), (f"{PRACTICE.recording}: ",)),
        (("produce", recording), ("records read of what was said before: 100 of ",)),
        (("verify", "--rebuild"), ("records counted anew: 100 of ", "records counted: 100 of ")),
        (
            ("record", "practice", "--out", str(tmp_path / "log.jsonl")),
            ("records read: 100 of ", "records written: 0 of "),
        ),
        (("night", "pack", "practice", "--out", pack), ("records read: 100 of ", "bytes packed: ")),
        (("verify", pack), ("records counted: 100 of ",)),
    ):
        ended = run(environment, *words, terminal=terminal)
        assert 0 == ended.code, ended.stderr
        assert isinstance(json.loads(ended.stdout), dict)
        assert 1 == len(ended.stdout.splitlines())
        bars = ended.stderr.split(BAR)[1:]
        if not terminal:
            assert "\x1b" not in ended.stderr
            continue
        for one in shown:
            assert any(one in bar for bar in bars), (words, one, ended.stderr)
