"""Apache Kafka of one node: what it needs is found or said, and what it acknowledged outlives it."""

import asyncio
import os
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from election.errors import UsageError
from sandik import kafka, ports
from sandik.kafka import FormatError, NoJarsError, NoJavaError
from tests.patience import PATIENCE_S
from tests.servers import Running


def fake_java(folder: Path, version: str, code: int = 0) -> Path:
    """A `java` which prints that version, as Java does: to standard error."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\nexit {code}\n")
    java.chmod(0o755)
    return java


def fake_jars(home: Path) -> Path:
    """A Kafka distribution as far as anybody looks."""
    libs = home / "libs"
    libs.mkdir(parents=True)
    (libs / "kafka_2.13-4.1.0.jar").touch()
    return libs


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21-ea" 2023-09-19', 21),
        ('java version "25" 2025-09-16 LTS', 25),
        ('java version "1.8.0_402"', 8),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", None),
        ("", None),
    ],
)
def test_a_java_says_how_old_it_is(said: str, expected: int | None) -> None:
    """Old and new ways of numbering, early access, and the macOS program that is no Java at all."""
    assert expected == kafka.read_java_version(said)


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    """Whoever sets JAVA_HOME means it."""
    home = fake_java(tmp_path / "home", "21.0.1")
    fake_java(tmp_path / "usr", "17.0.1")
    env = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "usr" / "bin")}
    assert str(home) == kafka.find_java(env)


def test_a_java_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    """An old JAVA_HOME does not hide a newer Java on the PATH."""
    fake_java(tmp_path / "home", "11.0.2")
    newer = fake_java(tmp_path / "usr", "17.0.1")
    env = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(newer.parent)}
    assert str(newer) == kafka.find_java(env)


def test_no_java_new_enough_says_what_was_found_and_what_to_type(tmp_path: Path) -> None:
    """Both were looked at; neither will do."""
    fake_java(tmp_path / "home", "1.8.0_402")
    broken = fake_java(tmp_path / "usr", "17", code=1)
    with pytest.raises(NoJavaError) as raised:
        kafka.find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(broken.parent)})
    expected = f"(found: {tmp_path}/home/bin/java is Java 8; {broken} does not run): type apt-get install"
    assert expected in str(raised.value)


def test_no_java_at_all_says_what_to_type(tmp_path: Path) -> None:
    """A sentence with a command, and the way without Java."""
    with pytest.raises(NoJavaError, match=r"needs Java 17 or newer: type apt-get .*--broker memory"):
        kafka.find_java({"PATH": str(tmp_path)})


def test_kafka_home_is_the_kafka_that_is_used(tmp_path: Path) -> None:
    """An unpacked distribution's libs."""
    libs = fake_jars(tmp_path / "kafka")
    assert libs == kafka.find_jars({"KAFKA_HOME": str(tmp_path / "kafka")})


def test_a_kafka_home_without_kafka_is_not_passed_over(tmp_path: Path) -> None:
    """Another Kafka in its place would be a surprise."""
    with pytest.raises(NoJarsError, match=f"looked in {tmp_path}/libs"):
        kafka.find_jars({"KAFKA_HOME": str(tmp_path)})


def test_no_jars_say_make_kafka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where was looked, and the command that fetches them."""
    monkeypatch.setattr(kafka, "CHECKOUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoJarsError, match="make kafka"):
        kafka.find_jars({})


def test_one_node_asks_for_no_second_copy(tmp_path: Path) -> None:
    """Every topic of Kafka's own has one copy, or nothing would ever be committed on one node."""
    text = kafka.properties(tmp_path, "127.0.0.1", 9092, 9093)
    given = dict(line.split("=", 1) for line in text.splitlines())
    copies = {
        name: value for name, value in given.items() if "replication.factor" in name or "min.isr" in name
    }
    assert {"1"} == set(copies.values())
    assert "CLIENTS://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093" == given["advertised.listeners"]
    assert "-1" == given["log.retention.ms"]


def test_a_folder_of_any_name_is_the_one_that_kafka_writes_to(tmp_path: Path) -> None:
    """Java takes the bytes of a letter beyond ASCII for other letters, and a backslash for none."""
    text = kafka.properties(Path("/se\u00e7im \U0001f5f3 a\\b"), "127.0.0.1", 9092, 9093)
    assert "log.dirs=/se\\u00e7im \\ud83d\\uddf3 a\\\\b/log\n" in text
    assert text.isascii()
    fake_java(tmp_path / "java", "17.0.1")
    fake_jars(tmp_path / "kafka")
    env = {"JAVA_HOME": str(tmp_path / "java"), "KAFKA_HOME": str(tmp_path / "kafka"), "PATH": os.defpath}
    with pytest.raises(UsageError, match="no folder with a comma"):
        kafka.server(tmp_path / "a,b", env=env)


def test_a_failed_format_says_what_kafka_said(tmp_path: Path) -> None:
    """A half-made folder is made again next time; this time its tool's words are shown."""
    java = fake_java(tmp_path / "java", "17.0.1")
    java.write_text('#!/bin/sh\n[ "$1" = -version ] && echo \'version "17"\' && exit\necho no room; exit 1\n')
    fake_jars(tmp_path / "kafka")
    env = {"JAVA_HOME": str(tmp_path / "java"), "KAFKA_HOME": str(tmp_path / "kafka"), "PATH": os.defpath}
    with pytest.raises(FormatError, match="no room"):
        kafka.server(tmp_path / "data", env=env)
    assert not (tmp_path / "data" / "kafka" / "formatted").exists()


@pytest.mark.parametrize("name", ["kafka", "kafka/server.properties"])
def test_a_folder_that_cannot_hold_the_log_is_a_sentence(name: str, tmp_path: Path) -> None:
    """With the place that is in the way, before Java is asked for anything."""
    env = {"JAVA_HOME": str(fake_java(tmp_path / "jdk", "17.0.15").parents[1])}
    env["KAFKA_HOME"] = str(fake_jars(tmp_path / "home").parent)
    taken = tmp_path / "data" / name
    taken.parent.mkdir(parents=True)
    taken.mkdir() if "/" in name else taken.touch()
    with pytest.raises(UsageError, match=f"{taken} cannot hold the data .*--data"):
        kafka.server(tmp_path / "data", env=env)


def test_a_folder_is_formatted_once(tmp_path: Path) -> None:
    """The second start finds the mark and leaves the log alone, whatever the ports are now."""
    java = fake_java(tmp_path / "java", "17.0.1")
    calls = tmp_path / "calls"
    java.write_text(
        f'#!/bin/sh\n[ "$1" = -version ] && echo \'version "17"\' && exit\necho "$@" >> {calls}\n'
    )
    fake_jars(tmp_path / "kafka")
    env = {"JAVA_HOME": str(tmp_path / "java"), "KAFKA_HOME": str(tmp_path / "kafka"), "PATH": os.defpath}
    for _ in range(2):
        kafka.server(tmp_path / "data", env=env)
    (call,) = calls.read_text().splitlines()
    assert "kafka.tools.StorageTool format --standalone" in call


def test_a_taken_port_is_said_first(tmp_path: Path, tansu: Running) -> None:
    """Before a folder is made and Java started for nothing."""
    fake_java(tmp_path / "java", "17.0.1")
    fake_jars(tmp_path / "kafka")
    env = {"JAVA_HOME": str(tmp_path / "java"), "KAFKA_HOME": str(tmp_path / "kafka"), "PATH": os.defpath}
    with pytest.raises(ports.PortTakenError):
        kafka.server(tmp_path / "data", tansu.server.port, env)
    assert not (tmp_path / "data").exists()


@pytest.mark.live
@pytest.mark.kafka
@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_what_was_acknowledged_outlives_the_broker(apache_kafka: Running, end: str) -> None:
    """Stopped or killed with SIGKILL, it comes back on its port with its topics and records."""
    topic = f"test.kafka.{end}"
    admin = AIOKafkaAdminClient(bootstrap_servers=apache_kafka.address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(
        bootstrap_servers=apache_kafka.address, acks="all", enable_idempotence=True
    ) as producer:
        for number in range(100):
            await producer.send_and_wait(topic, b"%d" % number)
    await asyncio.to_thread(getattr(apache_kafka, end))
    await asyncio.to_thread(apache_kafka.start)
    consumer = AIOKafkaConsumer(bootstrap_servers=apache_kafka.address, auto_offset_reset="earliest")
    async with consumer, asyncio.timeout(PATIENCE_S):
        consumer.assign([TopicPartition(topic, 0)])
        found = [(await consumer.getone()).value for _ in range(100)]
    assert [b"%d" % number for number in range(100)] == found
