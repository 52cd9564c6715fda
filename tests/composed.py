"""The two compose files as data, and their servers as processes of this machine.

    ONE.services["worker"]["command"]       docker-compose.yml
    CLUSTER.services["kafka-2"]             deploy/cluster.compose.yml
    start_kafka([ONE.services["kafka"]], folder)

Know before changing: host names, ports and folders are the only things that are replaced; a name that no
longer stands in the file fails where it was to be replaced.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from faults.processes import Process
from sandik import kafka, ports

CHECKOUT = Path(__file__).resolve().parents[1]
SANDIK = str(Path(sys.executable).with_name("sandik"))
NO_PROPERTY = {"CLUSTER_ID", "KAFKA_HEAP_OPTS"}
"""What the image itself reads, and gives to no broker."""
MEMORY = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FORMAT_ID = "c29tZXRoaW5nIHJhbmRvbQ"


@dataclass(frozen=True)
class File:
    """A compose file."""

    path: Path
    text: str
    top: dict[str, Any]

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """Its services by name."""
        found: dict[str, dict[str, Any]] = self.top["services"]
        return found

    @property
    def rooms(self) -> list[str]:
        """Those that are ours."""
        return [name for name, service in self.services.items() if service["image"] == "sandik"]


def read(name: str) -> File:
    """A compose file of this checkout."""
    path = CHECKOUT / name
    text = path.read_text(encoding="utf-8")
    return File(path, text, yaml.safe_load(text))


ONE, CLUSTER = read("docker-compose.yml"), read("deploy/cluster.compose.yml")
BOTH = (ONE, CLUSTER)


def command(service: dict[str, Any], *more: str) -> tuple[str, ...]:
    """The command of a room, as it runs in this checkout."""
    first, *rest = service["command"]
    assert "sandik" == first
    return (SANDIK, *rest, *more)


@dataclass
class Kafka:
    """Brokers that run."""

    processes: list[Process]
    addresses: str

    def stop(self) -> None:
        """Ends them, at once: of several, the last would wait long for the others."""
        for process in self.processes:
            process.kill()


def start_kafka(services: dict[str, dict[str, Any]], folder: Path) -> Kafka:
    """Kafka nodes with the environment of these services, as their image reads it; returns when all answer.

    Raises NoJavaError or NoJarsError, which say what to type.
    """
    run = (kafka.find_java(os.environ), *MEMORY)
    jars = kafka.find_jars(os.environ)
    places = {name: (ports.choose(), ports.choose()) for name in services}
    made = []
    formats = []
    for name, service in services.items():
        home = folder / name
        home.mkdir(parents=True)
        (home / "log4j2.properties").write_text(kafka.LOG_SETTINGS)
        (home / "server.properties").write_text(properties(name, service["environment"], places, home))
        java = (*run, f"-Dlog4j2.configurationFile={home}/log4j2.properties", "-cp", f"{jars}/*")
        id = service["environment"].get("CLUSTER_ID", FORMAT_ID)
        tool = [*java, "kafka.tools.StorageTool", "format", "-t", id, "-c", f"{home}/server.properties"]
        formats.append(subprocess.Popen(tool, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        ready = partial(ports.answers_kafka, ports.LOCALHOST, places[name][0])
        made.append(
            Process(name, (*java, "kafka.Kafka", f"{home}/server.properties"), {}, folder, ready, cwd=home)
        )
    for tool_of in formats:
        said, _ = tool_of.communicate()
        assert 0 == tool_of.returncode, said.decode()
    brokers = Kafka(made, ",".join(f"{ports.LOCALHOST}:{port}" for port, _ in places.values()))
    with ExitStack() as stack:
        stack.callback(brokers.stop)
        for process in made:
            process.start()
        for process in made:
            process.until_ready()
        stack.pop_all()
    return brokers


def properties(name: str, environment: dict[str, str], places: dict[str, tuple[int, int]], home: Path) -> str:
    """server.properties out of an environment: KAFKA_LOG_DIRS is log.dirs."""
    port, controller = places[name]
    lines = []
    for variable, value in environment.items():
        if variable in NO_PROPERTY:
            continue
        here = str(value).replace("/var/lib/kafka/data", str(home / "log"))
        for other, (clients, controllers) in places.items():
            here = here.replace(f"{other}:9092", f"{ports.LOCALHOST}:{clients}")
            here = here.replace(f"{other}:9093", f"{ports.LOCALHOST}:{controllers}")
        here = here.replace("CLIENTS://:9092", f"CLIENTS://{ports.LOCALHOST}:{port}")
        here = here.replace("CONTROLLER://:9093", f"CONTROLLER://{ports.LOCALHOST}:{controller}")
        lines.append(f"{variable.removeprefix('KAFKA_').lower().replace('_', '.')}={here}\n")
    return "".join(lines)
