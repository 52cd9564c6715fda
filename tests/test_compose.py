"""The compose files say what really runs: every command in them, with its environment, on servers of our own.

Know before changing: no Docker is needed here. Host names, ports and folders are the only things replaced.
The cluster's servers run against each other in tests/live/test_composed_cluster.py.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from redis import Redis

from sandik import embedded, kafka, ports
from sandik.embedded import Server
from sandik.program import Policy, Program
from sandik.supervise import Supervisor
from tests.composed import BOTH, CHECKOUT, CLUSTER, ONE, File, Kafka, command, start_kafka
from tests.servers import Running
from tests.shell_blocks import known_settings
from tests.web.house import WITHIN_S as SOON_S

WITHIN_S = 120.0
ROOMS = [(file, room) for file in BOTH for room in file.rooms]
EVERY = [(file, name) for file in BOTH for name in file.services]
HEALTH = CHECKOUT / "deploy" / "health.py"


def named(value: object) -> str:
    """A file or a service in the names of tests."""
    return value.path.stem.partition(".")[0] if isinstance(value, File) else str(value)


@pytest.mark.parametrize(
    "words", sorted({tuple(file.services[room]["command"]) for file, room in ROOMS}), ids=" ".join
)
def test_every_command_exists(words: tuple[str, ...]) -> None:
    """`--help` of a service's command, with its arguments, is answered."""
    asked = command({"command": words}, "--help")
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (0, "") == (ended.returncode, ended.stderr)
    assert "example" in ended.stdout.lower()


@pytest.mark.parametrize(("file", "room"), ROOMS, ids=named)
def test_every_setting_exists(file: File, room: str) -> None:
    """A misspelt setting in the file would be a silent default."""
    assert set() == set(file.services[room]["environment"]) - known_settings()


def test_every_room_is_a_service() -> None:
    """Room = process = service; of the cluster's workers and gateways there are two."""
    assert {"worker", "gateway", "deliver", "replay"} == set(ONE.rooms)
    assert {"worker-1", "worker-2", "gateway-1", "gateway-2", "deliver"} == set(CLUSTER.rooms)


@pytest.mark.parametrize(("file", "name"), EVERY, ids=named)
def test_every_service_has_the_least_rights(file: File, name: str) -> None:
    """No capability, none to be had later, bounded memory, and a root that cannot be written to."""
    service = file.services[name]
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] in ("unless-stopped", "on-failure")
    assert service["pids_limit"] > 0
    # Kafka's image writes its settings into its own folders.
    assert service["read_only"] is (service["image"].partition(":")[0] != "apache/kafka")
    assert service["image"] in ("sandik", "apache/kafka:4.1.0") or service["user"] in ("redis", "nginx")
    assert "privileged" not in service


@pytest.mark.parametrize("file", BOTH, ids=named)
def test_nothing_is_named_that_is_not_there(file: File) -> None:
    """Services, secrets, volumes, networks, and the files of this checkout that are mounted."""
    for service in file.services.values():
        assert set(service.get("depends_on", ())) <= set(file.services)
        assert set(service.get("secrets", ())) <= set(file.top.get("secrets", ()))
        assert set(service.get("networks", ())) <= set(file.top.get("networks", ()))
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            mine = source in file.top["volumes"]
            there = (file.path.parent / source).exists()
            assert mine or there or source in YOURS, source


YOURS = {"./alerts.toml", "../alerts.toml", "./secrets", "./tokens"}
"""What a newsroom puts there; docs/run-it-on-a-cluster.md says how."""


def test_the_file_of_tokens_is_made_by_the_page_and_given_to_who_reads_it() -> None:
    """A gateway does not start without the file that it is told of, or where it may not read it."""
    page = (CHECKOUT / "docs" / "run-it-on-a-cluster.md").read_text(encoding="utf-8")
    (user,) = re.findall(r"^USER (\d+)$", (CHECKOUT / "Dockerfile").read_text(encoding="utf-8"), re.M)
    for gateway in ("gateway-1", "gateway-2"):
        service = CLUSTER.services[gateway]
        (here, there), *_ = (volume.split(":")[:2] for volume in service["volumes"])
        file = Path(service["environment"]["SANDIK_TOKENS"])
        assert Path(there) == file.parent
        made = f"deploy/{Path(here).name}/{file.name}"
        assert re.search(rf"^.*\btouch {made}\b", page, re.M), f"no command of the page makes {made}"
        assert f"sudo chown -R {user} {Path(made).parent}\n" in page


def test_no_secret_stands_in_a_file_and_yours_are_never_committed() -> None:
    """A password is a file of its own; git is told to leave those alone."""
    for file in BOTH:
        assert not re.search(r"://[^/\s]*:[^/\s]*@|--requirepass|--masterauth|whsec_", file.text)
    ignored = (CHECKOUT / ".gitignore").read_text().split()
    assert {"/alerts.toml", "/secrets/", "deploy/secrets/", "deploy/tokens/"} <= set(ignored)


def test_only_nginx_and_this_machine_are_let_in() -> None:
    """Kafka and Redis publish no port; the admin ports are for this machine alone."""
    for file in BOTH:
        opened = {port for service in file.services.values() for port in service.get("ports", ())}
        assert {"80:80"} >= {port for port in opened if not port.startswith("127.0.0.1:")}
    inside = CLUSTER.top["networks"]["inside"]
    assert inside["internal"] is True
    assert {"nginx"} == {name for name, of in CLUSTER.services.items() if "inside" not in of["networks"]}


def test_the_gateways_believe_nginx_and_nginx_knows_them() -> None:
    """By the addresses that the file itself gives out; its command makes a file that nginx takes."""
    services = CLUSTER.services
    at = {
        name: services[name]["networks"]["front"]["ipv4_address"]
        for name in ("nginx", "gateway-1", "gateway-2")
    }
    assert {at["nginx"]} == {services[f"gateway-{n}"]["environment"]["SANDIK_PROXIES"] for n in (1, 2)}
    shell, minus_c, line = services["nginx"]["command"]
    assert ("sh", "-c") == (shell, minus_c)
    making, _, running = line.partition(" && exec ")
    shipped = str(CHECKOUT / "deploy" / "nginx.conf")
    making = making.replace("/etc/sandik/nginx.conf", shipped).replace(">/tmp/nginx.conf", "")
    made = subprocess.run([shell, minus_c, making], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^ *server ([\d.:]+) max_fails", made, re.M) == [
        f"{at['gateway-1']}:8080", f"{at['gateway-2']}:8080",
    ]  # fmt: skip
    assert running.startswith("nginx -e stderr -c /tmp/nginx.conf -g 'daemon off;")


def test_a_majority_of_kafka_is_asked_before_anything_is_acknowledged() -> None:
    """Three nodes with one id, each record three times, acknowledged when two have it."""
    nodes = {name: of["environment"] for name, of in CLUSTER.services.items() if name.startswith("kafka-")}
    assert ["1", "2", "3"] == [of["KAFKA_NODE_ID"] for of in nodes.values()]
    for name, of in nodes.items():
        assert f"CLIENTS://{name}:9092" == of["KAFKA_ADVERTISED_LISTENERS"]
        assert ("3", "2", "false", "-1") == (
            of["KAFKA_DEFAULT_REPLICATION_FACTOR"], of["KAFKA_MIN_INSYNC_REPLICAS"],
            of["KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE"], of["KAFKA_LOG_RETENTION_MS"],
        )  # fmt: skip
    assert 1 == len({of["CLUSTER_ID"] for of in nodes.values()})


def healthy(environment: dict[str, str]) -> int:
    """The exit code of the image's health check."""
    return subprocess.run([sys.executable, str(HEALTH)], env=environment, check=False).returncode


async def test_the_health_check_of_the_image_asks_the_gateway(redis_server: Running, tmp_path: Path) -> None:
    """At the admin port of its settings; who has none is well while it is there."""
    admin_file = tmp_path / "admin"
    env = {
        **ONE.services["gateway"]["environment"], "SANDIK_REDIS": redis_server.url, "SANDIK_SHOWN": "0",
        "SANDIK_HOST": ports.LOCALHOST, "SANDIK_PORT": "0", "SANDIK_ADMIN": f"{ports.LOCALHOST}:0",
        "SANDIK_ADMIN_PORT_FILE": str(admin_file),
    }  # fmt: skip
    assert 0 == healthy({})
    async with Supervisor() as house:
        await house.start(Program("gateway", command(ONE.services["gateway"]), env=env, policy=Policy.NEEDED))
        assert await asyncio.to_thread(ports.wait_until, admin_file.exists, SOON_S)
        admin = f"0.0.0.0:{admin_file.read_text().strip()}"
        assert 0 == await asyncio.to_thread(healthy, {"SANDIK_ADMIN": admin})
        # A house may send all its containers through a proxy, which knows nothing of this one's own address.
        proxied = {"SANDIK_ADMIN": admin, "http_proxy": f"http://{ports.LOCALHOST}:1"}
        assert 0 == await asyncio.to_thread(healthy, proxied)
    assert 1 == await asyncio.to_thread(healthy, {"SANDIK_ADMIN": admin})
    (line,) = re.findall(r"HEALTHCHECK .* CMD (\[.*\])", (CHECKOUT / "Dockerfile").read_text())
    assert ["python", "/opt/sandik/health.py"] == json.loads(line)


def test_the_admin_port_of_the_gateway_is_opened_to_this_machine_alone() -> None:
    """It is no stranger's."""
    for gateway, port in ((ONE.services["gateway"], 9464), (CLUSTER.services["gateway-2"], 9465)):
        assert "0.0.0.0:9464" == gateway["environment"]["SANDIK_ADMIN"]
        assert f"127.0.0.1:{port}:9464" in gateway["ports"]


def test_the_image_is_built_of_what_the_locks_hold_and_nothing_that_builds_stays_in_it() -> None:
    """Packages by hash, a user that is not root, a font for the cards, and what it copies is let through."""
    text = (CHECKOUT / "Dockerfile").read_text()
    build, _, image = text.partition("\nFROM ${BASE}\n")
    assert re.search(r"^ARG BASE=python:3\.11\.\d+-slim-\w+$", build, re.M)
    assert "--require-hashes" in build
    assert {"run", "card", "build"} == set(re.findall(r"-r locks/(\w+)\.txt", build))
    assert "pip install" not in image
    assert "apt-get" not in image
    # Python's own ensurepip would put pip back, in a container that may write to /tmp alone.
    assert "rm -r \"$(python -c 'import ensurepip; print(*ensurepip.__path__)')\"" in image
    # The group of a system user is the base's next free one; this one is the user's own, whatever the base.
    assert "useradd --no-create-home --user-group --uid 10001 " in image
    assert re.search(r"^USER 10001$", image, re.M)
    # With DejaVu the drawing knew no letter of sans-serif, and a card's headline was cut off at the right.
    assert "fonts-liberation\n" in build
    assert "COPY --from=build /usr/share/fonts/truetype/liberation " in image
    allowed = (CHECKOUT / ".dockerignore").read_text().split()
    packages = re.search(r"^packages = \[(.*)\]$", (CHECKOUT / "pyproject.toml").read_text(), re.M)
    assert packages is not None
    wanted = {f"!{name}" for name in re.findall(r'"(\w+)"', packages[1])}
    assert wanted | {"!locks", "!deploy/health.py", "!pyproject.toml", "!README.md", "!LICENSE"} <= set(
        allowed
    )


def test_redis_keeps_every_figure(tmp_path: Path) -> None:
    """The command of the redis service, run as it stands: no eviction, and a file written every second."""
    server = embedded.store(tmp_path)
    port = str(server.port)
    argv = (*ONE.services["redis"]["command"], "--port", port, "--dir", str(tmp_path))
    try:
        argv = (shutil.which("redis-server") or embedded.find_store(), *argv[1:])
    except embedded.NoStoreError as error:
        pytest.skip(str(error))
    program = Program("redis", argv, ready=server.program.ready)
    running = Running(Server(program, server.host, server.port), tmp_path / "lines", "redis").start()
    with Redis.from_url(running.url, decode_responses=True) as client:
        found = client.config_get("*")
    running.close()
    expected = ("noeviction", "yes", "everysec")
    assert expected == (found["maxmemory-policy"], found["appendonly"], found["appendfsync"])


@pytest.fixture
def composed_kafka(tmp_path: Path) -> Iterator[Kafka]:
    """An Apache Kafka with the environment of the kafka service, as its image reads it."""
    try:
        running = start_kafka({"kafka": ONE.services["kafka"]}, tmp_path / "kafka")
    except (kafka.NoJavaError, kafka.NoJarsError) as error:
        pytest.skip(str(error))
    yield running
    running.stop()


LEAST = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")
"""As containers run them: without any capability, also of root's, and with no way to one."""


@pytest.mark.live
@pytest.mark.kafka
async def test_the_whole_file_counts_the_night(
    composed_kafka: Kafka, redis_server: Running, tmp_path: Path
) -> None:
    """Kafka, worker, gateway and replay as the file says end at the official result, to the vote."""
    port_file, admin_file = tmp_path / "port", tmp_path / "admin"
    places = {
        "SANDIK_KAFKA": composed_kafka.addresses,
        "SANDIK_REDIS": redis_server.url,
        "SANDIK_HOST": ports.LOCALHOST,
        "SANDIK_PORT": "0",
        "SANDIK_PORT_FILE": str(port_file),
        "SANDIK_ADMIN": f"{ports.LOCALHOST}:0",
        "SANDIK_ADMIN_PORT_FILE": str(admin_file),
    }

    def program(room: str, *more: str) -> Program:
        service = ONE.services[room]
        least = LEAST if os.geteuid() == 0 else LEAST[:2]
        argv = (*least, *command(service, *more))
        return Program(room, argv, env={**service["environment"], **places}, policy=Policy.NEEDED)

    def counted() -> bool:
        return port_file.exists() and 4742082 == votes(int(port_file.read_text()))

    async with Supervisor() as house:
        await house.start(program("worker"), program("gateway"))
        await house.start(program("replay", "--speed", "max"))
        # Nothing dies in this test, so a room that did is not waited for.
        assert await asyncio.to_thread(
            ports.wait_until,
            lambda: counted() or not (house.pid("worker") and house.pid("gateway")),
            WITHIN_S,
        )
        assert await asyncio.to_thread(counted)
        admin = int(admin_file.read_text())
        assert await asyncio.to_thread(ports.answers_get, ports.LOCALHOST, admin, "/health/ready")


def votes(port: int) -> int | None:
    """The votes of Ekrem İmamoğlu on the page, if there are any yet."""
    line = HTTPConnection(ports.LOCALHOST, port, timeout=5)
    try:
        line.request("GET", "/snapshot/mayor.json")
        answer = line.getresponse()
        snapshot = json.loads(answer.read()) if answer.status == 200 else {"choices": []}
    except OSError:
        return None
    finally:
        line.close()
    found: dict[str, int | None] = {choice["id"]: choice["votes"] for choice in snapshot["choices"]}
    return found.get("imamoglu")
