"""docker-compose.yml says what really runs: every command in it, with its environment, on servers of our own.

Know before changing: no Docker is needed here. Host names and ports are the only things replaced.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis import Redis

from sandik import embedded, kafka, ports
from sandik.embedded import Server
from sandik.program import Policy, Program
from sandik.supervise import Supervisor
from tests.servers import Running

CHECKOUT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ROOMS = [name for name, service in SERVICES.items() if service["image"] == "sandik"]
SANDIK = str(Path(sys.executable).with_name("sandik"))
WITHIN_S = 120.0


def command(room: str, *more: str) -> tuple[str, ...]:
    """The command of a room, as it runs in this checkout."""
    first, *rest = SERVICES[room]["command"]
    assert "sandik" == first
    return (SANDIK, *rest, *more)


def known_settings() -> set[str]:
    """Every setting that some room reads."""
    names = {"SANDIK_NIGHT"}
    for room in ("producers", "streams", "web"):
        settings = import_module(f"{room}.settings").Settings
        names |= {spec.metadata["variable"] for spec in fields(settings)}
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_every_command_exists(room: str) -> None:
    """`--help` of a service's command, with its arguments, is answered."""
    ended = subprocess.run(command(room, "--help"), capture_output=True, text=True, check=False)
    assert (0, "") == (ended.returncode, ended.stderr)
    assert "example" in ended.stdout.lower()


@pytest.mark.parametrize("room", ROOMS)
def test_every_setting_exists(room: str) -> None:
    """A misspelt setting in the file would be a silent default."""
    assert set() == set(SERVICES[room]["environment"]) - known_settings()


def test_every_room_is_a_service() -> None:
    """Room = process = service."""
    assert {"worker", "gateway", "deliver", "replay"} == set(ROOMS)


def test_the_health_of_the_gateway_is_asked_where_it_is() -> None:
    """At the admin port, which is no stranger's: it is opened to this machine alone."""
    gateway = SERVICES["gateway"]
    port = gateway["environment"]["SANDIK_ADMIN"].rpartition(":")[2]
    assert f"http://127.0.0.1:{port}/health/live" in gateway["healthcheck"]["test"][-1]
    assert f"127.0.0.1:{port}:{port}" in gateway["ports"]


def test_redis_keeps_every_figure(tmp_path: Path) -> None:
    """The command of the redis service, run as it stands: no eviction, and a file written every second."""
    server = embedded.store(tmp_path)
    port = str(server.port)
    argv = (*SERVICES["redis"]["command"], "--port", port, "--dir", str(tmp_path))
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
def composed_kafka(tmp_path: Path) -> Iterator[Running]:
    """An Apache Kafka with the environment of the kafka service, as its image reads it."""
    try:
        server = kafka.server(tmp_path)
    except (kafka.NoJavaError, kafka.NoJarsError) as error:
        pytest.skip(str(error))
    controller = ports.choose()
    lines = []
    for name, value in SERVICES["kafka"]["environment"].items():
        # The image's rule: KAFKA_LOG_DIRS is log.dirs.
        key = name.removeprefix("KAFKA_").lower().replace("_", ".")
        here = str(value).replace("/var/lib/kafka/data", str(tmp_path / "log"))
        here = here.replace("://:", f"://{server.host}:").replace("kafka:", f"{server.host}:")
        here = here.replace("9092", str(server.port)).replace("9093", str(controller))
        lines.append(f"{key}={here}\n")
    settings = tmp_path / "composed.properties"
    settings.write_text("".join(lines))
    *java, _, _ = server.program.argv
    tool = ["kafka.tools.StorageTool", "format", "-t", "c29tZXRoaW5nIHJhbmRvbQ", "-c", str(settings)]
    subprocess.run([*java, *tool], check=True, capture_output=True)
    program = Program("kafka", (*java, "kafka.Kafka", str(settings)), ready=server.program.ready)
    running = Running(Server(program, server.host, server.port), tmp_path / "lines", "apache").start()
    yield running
    running.close()


@pytest.mark.live
@pytest.mark.kafka
async def test_the_whole_file_counts_the_night(
    composed_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Kafka, worker, gateway and replay as the file says end at the official result, to the vote."""
    port_file, admin_file = tmp_path / "port", tmp_path / "admin"
    places = {
        "SANDIK_KAFKA": composed_kafka.address,
        "SANDIK_REDIS": redis_server.url,
        "SANDIK_HOST": ports.LOCALHOST,
        "SANDIK_PORT": "0",
        "SANDIK_PORT_FILE": str(port_file),
        "SANDIK_ADMIN": f"{ports.LOCALHOST}:0",
        "SANDIK_ADMIN_PORT_FILE": str(admin_file),
    }

    def program(room: str, *more: str, policy: Policy = Policy.NEEDED) -> Program:
        env = {**SERVICES[room]["environment"], **places}
        return Program(room, command(room, *more), env=env, policy=policy)

    def counted() -> bool:
        return port_file.exists() and 4742082 == votes(int(port_file.read_text()))

    async with Supervisor() as house:
        await house.start(program("worker"), program("gateway"))
        await house.start(program("replay", "--speed", "max", policy=Policy.ONCE))
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
