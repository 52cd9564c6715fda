"""`sandik demo` as a child, for the browser tests of the real thing: broker, store, worker and gateway.

Know before changing: it is asked to stop as a user would ask (Ctrl-C), and must; what it said is in the
message of whatever fails.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.direct import direct
from tests.patience import PATIENCE_S

READY_WITHIN_S = 2 * PATIENCE_S
STOPS_WITHIN_S = PATIENCE_S


class Demo:
    """A demo that runs, and what it says."""

    def __init__(self, process: "subprocess.Popen[bytes]", said: Path) -> None:
        self.process, self._said = process, said
        self.url = ""

    @property
    def said(self) -> str:
        """Everything it has said so far."""
        return self._said.read_text(errors="replace")

    def until(self, true: Callable[[], Any], what: str, seconds: float = READY_WITHIN_S) -> Any:
        """Waits for something true of it, and gives that."""
        deadline = time.monotonic() + seconds
        while not (found := true()):
            assert self.process.poll() is None, f"the demo has ended: {self.said}"
            assert time.monotonic() < deadline, f"never {what}: {self.said}"
            time.sleep(0.05)
        return found

    def address(self) -> str:
        """Where it said that its page is; empty before."""
        return next((word for word in self.said.split() if word.startswith("http://")), "")

    def snapshot(self, contest: str = "mayor") -> dict[str, Any]:
        """What its gateway answers to a plain GET."""
        with direct(f"{self.url}snapshot/{contest}.json", PATIENCE_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[Demo]:
    """A demo on a free port, from the moment its page answers."""
    said = folder / "said"
    environment = {name: text for name, text in os.environ.items() if not name.startswith("SANDIK_")}
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandik.cli", "demo", *words, "--no-browser", "--port", "0"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Demo(process, said)
    try:
        running.url = running.until(running.address, "said where its page is")
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(STOPS_WITHIN_S)
