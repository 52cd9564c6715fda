"""Workers as processes of their own, forked from one that has imported everything once.

    worker = Forked(folder, environment, log)       runs `tests.live.run_worker` in it; used as a Popen is

Know before changing: much of what the live tests cost was Python importing the same libraries for each of a
hundred workers. The process that forks them does nothing else, holds no connection and runs no loop; what it
has read is code.
"""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path

FROM = multiprocessing.get_context("forkserver")
FROM.set_forkserver_preload(["tests.live.run_worker"])
ROOT = Path(__file__).parents[2]


class Forked:
    """A process that runs, or has ended."""

    def __init__(self, folder: Path, environment: Mapping[str, str], log: Path) -> None:
        self._process = FROM.Process(target=_run, args=(folder, dict(environment), log), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it has ended: its exit code, or the signal below zero; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same, asked as one asks a Popen."""
        return self.returncode

    def wait(self) -> int:
        """Returns when it has ended."""
        self._process.join()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """A signal; no news for one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.send_signal(signal.SIGKILL)


def _run(folder: Path, environment: dict[str, str], log: Path) -> None:
    from tests.live import run_worker

    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    run_worker.run(folder)
