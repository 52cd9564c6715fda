"""A process that can be killed, asked to end, frozen, and started again: what faults are done to.

    worker = Process("worker-0", (SANDIK, "worker"), environment, folder)
    worker.start(); worker.kill(); worker.start()

Know before changing: everything started here ends with the run, whatever becomes of the run itself
(`sandik/leash.py`), and is asked for by its process id and never by its name. A frozen process is woken
before it is ended, or it would stay.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from election.errors import OutsideError
from faults.clock import Clock
from faults.loaded import together
from faults.network import Network
from sandik import leash
from sandik.ports import wait_until
from sandik.program import last_words

SANDIK = str(Path(sys.executable).with_name("sandik"))
ENDS_WITHIN_S = 30.0
LINES_SHOWN = 15


class Process:
    """One actor's process."""

    def __init__(
        self, name: str, argv: tuple[str, ...], settings: Mapping[str, str], folder: Path,
        ready: Callable[[], bool] | None = None, ready_within_s: float = 90.0, cwd: Path | None = None,
        clock: Clock | None = None, network: Network | None = None,
    ) -> None:  # fmt: skip
        """`ready` is asked from a start on until it says yes.

        Without a clock, or a network, it has the machine's.
        """
        self.clock, self.network = clock, network
        self.name, self._argv, self._settings, self._cwd = name, argv, dict(settings), cwd
        self._ready, self._ready_within_s = ready, ready_within_s
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.frozen = False
        self.held = False
        """Whether it stays away when it ends, until it is let go."""
        self.codes: list[int] = []
        """How it has ended, each time."""

    @property
    def pid(self) -> int:
        """Its process id, of the last time that it ran; 0 before the first."""
        return 0 if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, frozen or not."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it, and returns when it runs; `until_ready` waits until it works."""
        if self.alive:
            return
        tied = (sys.executable, "-I", "-S", str(Path(leash.__file__)), str(os.getpid()), *self._argv)
        loaded = together(*(one and one.loaded for one in (self.clock, self.network)))
        with self.log.open("ab") as lines:
            self._process = subprocess.Popen(
                tied, stdin=subprocess.DEVNULL, stdout=lines, stderr=subprocess.STDOUT, cwd=self._cwd,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self._settings, **loaded},
                start_new_session=True,
            )  # fmt: skip
        self.frozen = False

    def until_ready(self) -> None:
        """Waits until it works. Raises OutsideError with its last words when it does not come to that."""
        ready = self._ready
        if ready is not None and not wait_until(lambda: not self.alive or ready(), self._ready_within_s):
            raise OutsideError(f"{self.name} was not ready within {self._ready_within_s:g} s. {self.said()}")
        if not self.alive:
            raise OutsideError(f"{self.name} ended before it was ready. {self.said()}")

    @property
    def ended_well(self) -> bool:
        """Whether it has done all it had to do, and ended with 0."""
        return self._process is not None and self._process.poll() == 0

    def keep(self) -> bool:
        """Starts it again if it has ended, as the supervisor does; whether it had."""
        if self.alive or self._process is None or self.held:
            return False
        self.codes.append(self._process.returncode)
        self.start()
        return True

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal; no news for one that has ended."""
        if self._process is not None and self.alive:
            self._process.send_signal(number)
            self.frozen = number is signal.SIGSTOP or (self.frozen and number is not signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, and it is gone."""
        self.send(signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        """Asks it to end, then makes it."""
        if self.frozen:
            self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        self._wait()

    def said(self) -> str:
        """Its last lines."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return last_words(tuple(lines[-LINES_SHOWN:]))

    def _wait(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            said = f"{self.name} did not end within {ENDS_WITHIN_S:g} s of being asked to, and was killed\n"
            sys.stderr.write(said)
            with self.log.open("a") as lines:
                lines.write(said)
            self._process.kill()
            self._process.wait()


def resident(pid: int) -> int:
    """Bytes of memory that a process and its children hold; 0 for none."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in (int(path.parent.name), int(fields[1])):
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


def resident_most(pid: int) -> int:
    """Bytes of memory that a process held at most since it was started; 0 for none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
