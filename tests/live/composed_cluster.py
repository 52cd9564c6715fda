"""deploy/cluster.compose.yml as processes of this machine: every command of it, against each other.

    with started(folder) as cluster: cluster.room("worker-1").start()

Know before changing: the secrets are made by the commands of docs/run-it-on-a-cluster.md as they stand there.
Host names, ports and folders are the only things replaced, and a name that is not there any more fails.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from faults.processes import Process
from faults.stores import find_server
from sandik import ports
from tests.composed import CLUSTER, Kafka, command, start_kafka
from tests.shell_blocks import ROOT, blocks

PAGE = ROOT / "docs" / "run-it-on-a-cluster.md"
REDIS, SENTINEL = ("redis-1", "redis-2", "redis-3"), ("sentinel-1", "sentinel-2", "sentinel-3")
KAFKA = ("kafka-1", "kafka-2", "kafka-3")


def of(names: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """These services."""
    return {name: CLUSTER.services[name] for name in names}


@dataclass
class Cluster:
    """Servers that run, and how rooms are started beside them."""

    folder: Path
    kafka: Kafka
    secrets: Path

    @property
    def tokens(self) -> Path:
        """The file of tokens, as the page makes it."""
        return self.folder / "deploy" / "tokens" / "tokens.jsonl"

    def room(self, service: str, more: dict[str, str], ready: int = 0) -> Process:
        """A room as the file starts it; `ready` is the admin port that says so."""
        told = CLUSTER.services[service]
        settings = {name: str(value) for name, value in told["environment"].items()}
        here = {"SANDIK_KAFKA": self.kafka.addresses, "SANDIK_SECRETS": str(self.secrets)}
        assert here.keys() <= settings.keys()
        works = partial(ports.answers_get, ports.LOCALHOST, ready, "/health/ready") if ready else None
        return Process(service, command(told), {**settings, **here, **more}, self.folder, works)


@contextmanager
def started(folder: Path) -> Iterator[Cluster]:
    """Three Kafka, three Redis, three Sentinels, each by its own command. Raises OutsideError."""
    (block,) = (one for one in blocks(PAGE) if "redis.conf" in one.text)
    subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], cwd=folder, check=True, env=os.environ)
    made, secrets = folder / "deploy" / "secrets", folder / "secrets"
    secrets.mkdir()
    places = {name: ports.choose() for name in (*REDIS, *SENTINEL)}
    with ExitStack() as stack:
        for name in REDIS:
            stack.callback(_start(_redis(name, places, made, folder)).stop)
        for name in SENTINEL:
            stack.callback(_start(_sentinel(name, places, made, folder)).stop)
        url = (made / "SANDIK_REDIS").read_text()
        for name in SENTINEL:
            url = _replaced(url, f"{name}:26379", f"{ports.LOCALHOST}:{places[name]}")
        (secrets / "SANDIK_REDIS").write_text(url)
        kafka = start_kafka(of(KAFKA), folder / "kafka")
        stack.callback(kafka.stop)
        yield Cluster(folder, kafka, secrets)


def _start(process: Process) -> Process:
    process.start()
    process.until_ready()
    return process


def _replaced(text: str, shipped: str, here: str) -> str:
    assert shipped in text, shipped
    return text.replace(shipped, here)


def _redis(name: str, places: dict[str, int], secrets: Path, folder: Path) -> Process:
    """A Redis of the file; replicas follow where the first one is here."""
    program, *words = CLUSTER.services[name]["command"]
    assert "redis-server" == program
    line = _replaced(" ".join(words), "/run/secrets/redis.conf", str(secrets / "redis.conf"))
    line = line.replace("--save  ", "--save '' ")
    line = _replaced(line, f"--replica-announce-ip {name}", f"--replica-announce-ip {ports.LOCALHOST}")
    if name != REDIS[0]:
        line = _replaced(line, "redis-1 6379", f"{ports.LOCALHOST} {places[REDIS[0]]}")
    home = folder / name
    home.mkdir()
    argv = (find_server(), *shlex.split(line), "--port", str(places[name]), "--dir", str(home))
    return Process(name, argv, {}, folder, partial(ports.is_open, ports.LOCALHOST, places[name]))


def _sentinel(name: str, places: dict[str, int], secrets: Path, folder: Path) -> Process:
    """A Sentinel of the file, with a settings file of its own to write into."""
    shell, minus_c, line = CLUSTER.services[name]["command"]
    home = folder / name
    home.mkdir()
    text = (secrets / "sentinel.conf").read_text()
    text = _replaced(text, "port 26379", f"port {places[name]}")
    text = _replaced(text, "dir /data", f"dir {home}")
    text = _replaced(text, "redis-1 6379", f"{ports.LOCALHOST} {places[REDIS[0]]}")
    (home / "shipped.conf").write_text(text)
    line = _replaced(line, "/run/secrets/sentinel.conf", str(home / "shipped.conf"))
    line = _replaced(line, "/data/sentinel.conf", str(home / "sentinel.conf"))
    line = _replaced(line, "exec redis-server", f"exec {find_server()}")
    ready = partial(ports.is_open, ports.LOCALHOST, places[name])
    return Process(name, (shell, minus_c, line), {}, folder, ready)
