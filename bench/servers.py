"""Starts what a part of the bench needs: brokers, stores and rooms, each a process that ends with the bench.

    with Place(folder) as place:
        kafka = place.kafka()
        worker = place.room("worker", environment)

Know before changing: a room is started by the installed `sandik` command and told everything through its
environment, as a service would be; its lines go to a log in the folder, shown when it dies.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from election.errors import OutsideError
from sandik import embedded, kafka, ports
from sandik.embedded import Server
from sandik.program import environment, last_words, leashed

SANDIK = Path(sys.executable).with_name("sandik")
LINES_SHOWN = 15
STOPS_WITHIN_S = 15.0


@dataclass
class Running:
    """A process of the bench."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    started_s: float
    server: Server | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def address(self) -> str:
        """host:port of a server."""
        if self.server is None:
            raise ValueError(f"{self.name} is no server")
        return self.server.address

    @property
    def url(self) -> str:
        """The URL of a store."""
        if self.server is None:
            raise ValueError(f"{self.name} is no server")
        return self.server.redis_url

    def check(self) -> bool:
        """Raises OutsideError if it has ended; otherwise True, to stand in a condition."""
        if self.process.poll() is not None:
            raise OutsideError(f"{self.name} ended with {self.process.returncode}. {self.last_words()}")
        return True

    def stop(self) -> None:
        """Ask it to end, then make it; no news for one that has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        """Its last lines."""
        lines = self.log.read_text(errors="replace").splitlines()
        return last_words(tuple(lines[-LINES_SHOWN:]))


class Place:
    """A folder with servers and rooms in it; leaving it ends all of them, the last one first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._count = 0

    def __enter__(self) -> "Place":
        """Use it as `with`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything."""
        self._stack.close()

    def kafka(self) -> Running:
        """A fresh Apache Kafka of one node, durable."""
        return self._server(kafka.server(self.folder / f"kafka-{self._next()}"))

    def tansu(self) -> Running:
        """A fresh embedded broker, in memory."""
        return self._server(embedded.broker())

    def redis(self) -> Running:
        """A fresh redis-server with an append-only file written every second."""
        program = shutil.which("redis-server")
        if program is None:
            raise OutsideError("redis-server is not installed: apt-get install redis-server")
        return self._server(embedded.store(self.folder / f"redis-{self._next()}", server=program))

    def room(self, command: str, settings: Mapping[str, str]) -> Running:
        """One room by its own command, `sandik worker` or `sandik gateway`."""
        return self.command((str(SANDIK), command), settings)

    def command(self, argv: tuple[str, ...], settings: Mapping[str, str]) -> Running:
        """Any program."""
        name = " ".join((Path(argv[0]).name, *argv[1:2]))
        log = self.folder / f"{name.replace(' ', '-').replace('/', '-')}-{self._next()}.log"
        child = {**os.environ, "PYTHONUNBUFFERED": "1", **settings}
        leash = Path(embedded.__file__).with_name("leash.py")
        tied = (sys.executable, "-I", "-S", str(leash), str(os.getpid()), *argv)
        return self._start(name, tied, child, log, None)

    def _server(self, server: Server) -> Running:
        program = server.program
        log = self.folder / f"{program.name}-{self._next()}.log"
        running = self._start(
            program.name, leashed(program), environment(program), log, program.cwd, server
        )  # fmt: skip
        ready = program.ready
        if ready is not None and not ports.wait_until(
            lambda: running.process.poll() is not None or ready(), program.ready_within_s
        ):
            raise OutsideError(f"{program.name} was not ready in time. {running.last_words()}")
        running.check()
        return running

    def _start(
        self,
        name: str,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        log: Path,
        cwd: Path | None,
        server: Server | None = None,
    ) -> Running:
        started_s = time.monotonic()
        with log.open("ab") as lines:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        running = Running(name, process, log, started_s, server)
        self._stack.callback(running.stop)
        return running

    def _next(self) -> int:
        self._count += 1
        return self._count
