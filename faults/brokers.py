"""Three brokers of Apache Kafka that hold every record three times: KRaft, replication 3, at least 2 in step.

    brokers = Brokers(folder)
    brokers.start()
    brokers.addresses          host:port, host:port, host:port

Know before changing: any one of the three may be killed or frozen at a time; with two away nothing is
acknowledged any more, and that is right so. Each is broker and controller, so killing one may also kill the
leader of the cluster itself. Brokers speak to one another by ports of their own, so that one can be cut off
from the others alone; from its own controller it is then cut off too.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from election.errors import OutsideError
from faults.clock import Clocks
from faults.network import Networks
from faults.processes import LINES_SHOWN, Process
from sandik import ports
from sandik.kafka import LOG_SETTINGS, SETTINGS, find_jars, find_java, for_java
from sandik.program import last_words

CLUSTER = "c2FuZGlrLWZhdWx0cy1ydW4"  # sixteen bytes as Kafka wants an id
NODES = (1, 2, 3)
MEMORY = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC")
OF_THREE = {
    "num.partitions": 4,
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "offsets.topic.replication.factor": 3,
    "transaction.state.log.replication.factor": 3,
    "transaction.state.log.min.isr": 2,
    "share.coordinator.state.topic.replication.factor": 3,
    "share.coordinator.state.topic.min.isr": 2,
    "unclean.leader.election.enable": "false",
    "controlled.shutdown.enable": "true",
}


class Brokers:
    """The three."""

    def __init__(self, folder: Path, clocks: Clocks | None = None, networks: Networks | None = None) -> None:
        """With `clocks` theirs can be set, with `networks` they can be cut off.

        Raises NoJavaError, NoJarsError and OutsideError.
        """
        self.clocks, self.networks = clocks, networks
        self._run = (find_java(os.environ), *MEMORY)
        self._jars = find_jars(os.environ)
        self._folder = folder
        self._ports = [ports.choose() for _ in NODES]
        self._peers = [ports.choose() for _ in NODES]
        self._controllers = [ports.choose() for _ in NODES]
        self.processes = [self._node(place) for place in range(len(NODES))]

    @property
    def addresses(self) -> str:
        """For SANDIK_KAFKA: every broker, so that any of them may be away."""
        return ",".join(f"{ports.LOCALHOST}:{port}" for port in self._ports)

    def start(self) -> None:
        """Formats what is new, starts all three, and returns when each answers."""
        for process in self.processes:
            process.start()
        for process in self.processes:
            process.until_ready()

    def stop(self) -> None:
        """Ends them at once: nobody needs their logs any more, and the last cannot leave in order."""
        for process in self.processes:
            process.kill()

    def _node(self, place: int) -> Process:
        folder = self._folder / f"kafka-{NODES[place]}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "server.properties").write_text(self._properties(place, folder), encoding="ascii")
        (folder / "log4j2.properties").write_text(LOG_SETTINGS)
        run = (
            *self._run, f"-Dlog4j2.configurationFile={folder}/log4j2.properties", "-cp", f"{self._jars}/*",
        )  # fmt: skip
        name = f"kafka-{NODES[place]}"
        formatted = subprocess.run(
            [*run, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", f"{folder}/server.properties"],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if formatted.returncode:
            said = last_words(tuple(formatted.stdout.splitlines()[-LINES_SHOWN:]))
            raise OutsideError(f"The log folder of {name} could not be formatted. {said}")
        answers = partial(ports.answers_kafka, ports.LOCALHOST, self._ports[place])
        argv = (*run, "kafka.Kafka", f"{folder}/server.properties")
        clock = None if self.clocks is None else self.clocks.of(name)
        peers = (*self._peers, *self._controllers)
        network = None if self.networks is None else self.networks.of(name, peers)
        return Process(name, argv, {}, self._folder, answers, cwd=folder, clock=clock, network=network)

    def _properties(self, place: int, folder: Path) -> str:
        host = ports.LOCALHOST
        voters: Sequence[str] = [
            f"{node}@{host}:{port}" for node, port in zip(NODES, self._controllers, strict=True)
        ]
        advertised = f"CLIENTS://{host}:{self._ports[place]},PEERS://{host}:{self._peers[place]}"
        placed = {
            "node.id": NODES[place],
            "log.dirs": folder / "log",
            "listeners": f"{advertised},CONTROLLER://{host}:{self._controllers[place]}",
            "advertised.listeners": advertised,
            "inter.broker.listener.name": "PEERS",
            "listener.security.protocol.map": "CLIENTS:PLAINTEXT,PEERS:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.voters": ",".join(voters),
        }
        return for_java({**SETTINGS, **OF_THREE, **placed})
