"""Real servers for tests: brokers and stores that can be started, stopped, killed and frozen.

Know before changing: a server started here dies with the test run (see `sandik/leash.py`). That tie is to the
starting *thread*, so every start happens on one thread that lives as long as the run, wherever the test is.
"""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import pytest

from election.errors import OutsideError
from sandik import embedded, kafka
from sandik.embedded import Server
from sandik.ports import wait_until
from sandik.program import environment, last_words, leashed
from tests.patience import PATIENCE_S

STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class HasUrl(Protocol):
    """A store under test, of one server or of several."""

    @property
    def url(self) -> str:
        """The URL for SANDIK_REDIS."""


class Running:
    """A server under test. Every call returns when it is done: ready, gone, or an error that says why."""

    def __init__(self, server: Server, log: Path, kind: str) -> None:
        self.server = server
        self.kind = kind
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """host:port, as SANDIK_KAFKA wants it."""
        return self.server.address

    @property
    def url(self) -> str:
        """The URL for SANDIK_REDIS."""
        return self.server.redis_url

    @property
    def pid(self) -> int:
        """The process id; the server must run."""
        return self._alive().pid

    def start(self) -> "Running":
        """Start it, on the same port and with the same data as before."""
        program = self.server.program
        with self.log.open("ab") as log:
            self._process = STARTER.submit(
                subprocess.Popen,
                leashed(program),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(program),
                cwd=program.cwd,
                start_new_session=True,
            ).result()
        process = self._process
        if program.ready and not wait_until(
            lambda: process.poll() is not None or bool(program.ready and program.ready()),
            program.ready_within_s,
        ):
            self.kill()
            raise AssertionError(f"{program.name} was not ready in time. {self._last_words()}")
        if process.poll() is not None:
            raise AssertionError(f"{program.name} ended with {process.returncode}. {self._last_words()}")
        return self

    def stop(self) -> None:
        """Ask it to stop, and wait; no news for one that has stopped."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(self.server.program.stop_within_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._wait()

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._alive().kill()
        self._wait()

    def pause(self) -> None:
        """Freeze it (SIGSTOP): connections stay open and nothing answers, in none of its threads."""
        process = self._alive()
        process.send_signal(signal.SIGSTOP)
        if not wait_until(lambda: frozen(process.pid), PATIENCE_S):
            raise AssertionError(f"{self.server.program.name} does not stand still")

    def resume(self) -> None:
        """Let a frozen one go on (SIGCONT)."""
        self._alive().send_signal(signal.SIGCONT)

    def close(self) -> None:
        """The end of the fixture: gone, frozen or not."""
        if self._process is not None and self._process.poll() is None:
            self.resume()
        self.stop()

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise AssertionError(f"{self.server.program.name} is not running")
        return self._process

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _last_words(self) -> str:
        return last_words(tuple(self.log.read_text(errors="replace").splitlines()[-20:]))


def frozen(pid: int) -> bool:
    """Whether every thread of a process stands still: a signal is sent before it is obeyed."""
    try:
        stats = [(task / "stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return False  # a thread of it has just ended
    return {"T"} == {stat.rpartition(")")[2].split()[0] for stat in stats}


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One durable Apache Kafka for the whole run; its topics outlive a stop, so name yours apart."""
    folder = tmp_path_factory.mktemp("apache-kafka")
    try:
        server = kafka.server(folder)
    except (kafka.NoJavaError, kafka.NoJarsError) as error:
        pytest.skip(str(error))
    running = Running(server, folder / "lines.log", "apache").start()
    yield running
    running.close()


@pytest.fixture
def tansu(tmp_path: Path) -> Iterator[Running]:
    """An embedded broker for one test, empty; it is up in a tenth of a second."""
    try:
        server = embedded.broker()
    except OutsideError as error:
        pytest.skip(str(error))
    running = Running(server, tmp_path / "tansu.log", "tansu").start()
    yield running
    running.close()


@pytest.fixture(params=[pytest.param("apache_kafka", marks=pytest.mark.kafka, id="apache"), "tansu"])
def broker(request: pytest.FixtureRequest) -> Running:
    """The same test on both brokers; `kind` says which it is."""
    running: Running = request.getfixturevalue(request.param)
    return running


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Running]:
    """A real redis-server for one test, empty, with an append-only file written every second."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    running = Running(embedded.store(tmp_path / "redis", server=program), tmp_path / "redis.log", "redis")
    yield running.start()
    running.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Running]:
    """The store `sandik demo` uses, for one test, empty and in memory."""
    try:
        server = embedded.store()
    except OutsideError as error:
        pytest.skip(str(error))
    running = Running(server, tmp_path / "store.log", "embedded").start()
    yield running
    running.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium for browser tests."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip("Chromium is not installed: apt-get install chromium")
