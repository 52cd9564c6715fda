"""A durable Apache Kafka of one node: finds Java and the jars, writes its settings, formats its folder once.

Know before changing: the data folder outlives everything here. It is formatted once, `server.properties` is
written anew at each start (ports may differ), and a half-made format is made again because the file
`formatted` is written last.
"""

import os
import re
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from election.errors import OutsideError, UsageError
from sandik import ports
from sandik.embedded import Server, room_in
from sandik.program import Policy, Program

JAVA_MIN = 17
JAVA_ANSWERS_WITHIN_S = 20.0
FORMATS_WITHIN_S = 60.0
READY_WITHIN_S = 60.0
STOPS_WITHIN_S = 30.0
MEMORY = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC")
MESSAGE_BYTES_MAX = 2 * 1024 * 1024  # a bundle of 200 reports is about 30 KB
CHECKOUT = Path(__file__).resolve().parent.parent
JARS = Path(".kafka", "libs")

# One node holds every copy, keeps everything, and lets groups form at once. The short sessions are for the
# worker, whose death should be noticed in seconds; the limits of a cluster are in the operating guide.
SETTINGS: Mapping[str, object] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "inter.broker.listener.name": "CLIENTS",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "num.partitions": 4,
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # A killed broker is let back in when its old session has run out: 14 s at the default, 5 s with these.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "message.max.bytes": MESSAGE_BYTES_MAX,
    "replica.fetch.max.bytes": MESSAGE_BYTES_MAX,
    "auto.create.topics.enable": "false",
    # The log is the record of the night: it is kept until somebody deletes it.
    "log.retention.ms": -1,
    "offsets.retention.minutes": 525600,
}

LOG_SETTINGS = """\
rootLogger.level = warn
rootLogger.appenderRef.lines.ref = lines
appender.lines.type = Console
appender.lines.name = lines
appender.lines.layout.type = PatternLayout
appender.lines.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%throwable{short}
"""


class NoJavaError(OutsideError):
    """There is no Java that can run Kafka."""

    def __init__(self, found: tuple[str, ...]) -> None:
        seen = f" (found: {'; '.join(found)})" if found else ""
        super().__init__(
            f"Apache Kafka needs Java {JAVA_MIN} or newer{seen}: type apt-get install "
            "openjdk-17-jre-headless (macOS: brew install openjdk@17), or set JAVA_HOME to one; "
            "or use --broker memory"
        )


class NoJarsError(OutsideError):
    """Apache Kafka itself is not on this machine."""

    def __init__(self, looked: tuple[Path, ...]) -> None:
        super().__init__(
            f"Apache Kafka's jars are not on this machine (looked in {', '.join(map(str, looked))}): type "
            "make kafka, or set KAFKA_HOME to an unpacked Apache Kafka 4; or use --broker memory"
        )


class FormatError(OutsideError):
    """Kafka's own tool could not prepare the data folder."""

    def __init__(self, folder: Path, said: str) -> None:
        super().__init__(
            f"Apache Kafka could not prepare {folder}: check that it is writable and that the disk has room, "
            f"or name another --data folder. Its tool said:\n{said.strip()[-2000:]}"
        )


def server(data: Path, port: int = 0, env: Mapping[str, str] | None = None) -> Server:
    """A durable Kafka that keeps its log in `data`/kafka; port 0 takes a free one.

    The first time this formats the folder, which takes Java about two seconds.
    Raises NoJavaError, NoJarsError, FormatError, PortTakenError, UsageError; each says what to type.
    """
    env = os.environ if env is None else env
    java, jars = find_java(env), find_jars(env)
    host, port = ports.LOCALHOST, ports.choose(port)
    folder = (data / "kafka").resolve()
    if "," in str(folder):  # to Kafka the names of two folders
        raise UsageError(f"--data is {folder.parent}: Kafka takes no folder with a comma in its name.")
    with room_in(folder):
        given = properties(folder, host, port, ports.choose())
        (folder / "server.properties").write_text(given, encoding="ascii")
        (folder / "log4j2.properties").write_text(LOG_SETTINGS)
    run = (java, *MEMORY, f"-Dlog4j2.configurationFile={folder}/log4j2.properties", "-cp", f"{jars}/*")
    _format(folder, run)
    program = Program(
        "kafka",
        (*run, "kafka.Kafka", str(folder / "server.properties")),
        cwd=folder,
        ready=partial(ports.answers_kafka, host, port),
        ready_within_s=READY_WITHIN_S,
        stop_within_s=STOPS_WITHIN_S,
        policy=Policy.KEEP,
        shown=False,
    )
    return Server(program, host, port)


def properties(folder: Path, host: str, port: int, controller_port: int) -> str:
    """The text of server.properties."""
    placed = {
        "log.dirs": folder / "log",
        "listeners": f"CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}",
        "advertised.listeners": f"CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}",
        "controller.quorum.bootstrap.servers": f"{host}:{controller_port}",
    }
    return for_java({**SETTINGS, **placed})


def for_java(settings: Mapping[str, object]) -> str:
    """Settings as Java reads them from a file: letters beyond ASCII spelled out, or it reads others."""
    lines = (f"{name}={value}\n".replace("\\", "\\\\") for name, value in settings.items())
    return "".join(one if one.isascii() else _spelled(one) for line in lines for one in line)


def _spelled(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def find_java(env: Mapping[str, str]) -> str:
    """The first Java that is new enough: of JAVA_HOME, else on the PATH. NoJavaError if there is none."""
    places = [str(Path(env["JAVA_HOME"], "bin", "java"))] if env.get("JAVA_HOME") else []
    on_path = shutil.which("java", path=env.get("PATH", os.defpath))
    seen: list[str] = []
    for java in [*places, *([on_path] if on_path else [])]:
        version = java_version(java)
        if version is not None and version >= JAVA_MIN:
            return java
        seen.append(f"{java} is Java {version}" if version else f"{java} does not run")
    raise NoJavaError(tuple(seen))


def java_version(java: str) -> int | None:
    """The feature number (8, 17, 21) that a java program says it is; None if it does not run."""
    try:
        said = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=JAVA_ANSWERS_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return read_java_version(said.stderr + said.stdout) if said.returncode == 0 else None


def read_java_version(said: str) -> int | None:
    """The feature number in what `java -version` prints: "17.0.15", "21-ea", and "1.8.0_402" for 8."""
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


def find_jars(env: Mapping[str, str]) -> Path:
    """The folder of Kafka's jars: KAFKA_HOME's, else what make kafka fetched. NoJarsError if neither."""
    if env.get("KAFKA_HOME"):
        # Whoever names a Kafka means that one, and not another we happen to have.
        places: tuple[Path, ...] = (Path(env["KAFKA_HOME"], "libs"),)
    else:
        places = tuple(dict.fromkeys((CHECKOUT / JARS, Path.cwd() / JARS)))
    for place in places:
        if any(place.glob("kafka_2.13-*.jar")):
            return place.resolve()
    raise NoJarsError(places)


def _format(folder: Path, run: tuple[str, ...]) -> None:
    """Give the log folder its cluster id, once in its life."""
    done = folder / "formatted"
    if done.exists():
        return
    # Kafka's ids are 16 random bytes as unpadded base64; one with a dash in front reads as an option.
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
    tool = ("kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", cluster)
    try:
        said = subprocess.run(
            [*run, *tool, "-c", str(folder / "server.properties")],
            capture_output=True,
            text=True,
            timeout=FORMATS_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FormatError(folder, f"nothing within {FORMATS_WITHIN_S:g} s") from error
    if said.returncode != 0:
        raise FormatError(folder, said.stdout + said.stderr)
    with room_in(folder):
        done.write_text(cluster + "\n")
