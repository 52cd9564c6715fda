"""Peers in the same run: the count of `counting` with Faust tables, Quix Streams and Kafka Streams.

Know before changing: plain Faust tables get fewer reports, since they count a hundredth as many in the same
time; a peer that counts wrong is a failure and no comparison. Peers get a report a record, as their guides
show it, and one partition, so that no total needs repartitioning; ours gets bundles.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.istanbul import FIGURES, Istanbul
from bench.results import Figure, Results, say
from bench.revisions import Load, totals
from bench.servers import Place, Running
from bench.stored import differences, wait_for
from bench.wanted import Wanted

STREAMS = Path(__file__).with_name("peers") / "kafka_streams"
QUIX, QUIX_VERSION = Path(__file__).with_name("peers") / "quix_streams.py", "3.28.1"
KEY = b"istanbul"
"""Every record's: Quix Streams keeps its state by key, and a total is one state."""
ANSWER_WITHIN_S = 300.0


@dataclass(frozen=True)
class Peer:
    """Another way to count the same: how it is started, and how much of the night it is given."""

    name: str
    command: tuple[str, ...]
    boxes: int
    revisions: int
    times_least: float | None
    """How many times as many reports a CPU second ours is to count; None: nothing is promised."""


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Each peer that installs here, and how many times faster our median was in this run."""
    broker = place.kafka()
    for number, peer in enumerate(_peers(place.folder, len(wanted.night.boxes))):
        boxes = wanted.either(peer.boxes, 500)
        load = Load(_sample(wanted.night, boxes), wanted.either(peer.revisions, 2), 1)
        topic = f"peer-{number}"
        asyncio.run(_fill(broker.address, topic, load))
        answers = [_run(place, broker, peer, topic, load, f"{topic}-{turn}") for turn in range(wanted.repeat)]
        rates = tuple(answer["reports"] / answer["seconds"] for answer in answers)
        per_cpu = tuple(answer["reports"] / answer["cpu_s"] for answer in answers)
        note = (
            f"{load.reports:,} reports of {boxes:,} boxes, one a record, one partition; exact in every area"
        )
        results.add(
            Figure("peer", peer.name, "reports/s", rates, note=note),
            Figure("peer", f"{peer.name}, per CPU second", "reports/CPU s", per_cpu),
            *_ratios(results, peer, rates, per_cpu),
        )


def _peers(folder: Path, boxes: int) -> Iterator[Peer]:
    yield Peer("plain Faust tables", (sys.executable, "-m", "bench.peers.faust_tables"), 3000, 2, 50)
    python = _quix()
    if python is not None:
        yield Peer("Quix Streams", (str(python), str(QUIX)), boxes, 6, None)
    jars = _streams_jars(folder)
    if jars is not None:
        command = ("java", "-Xmx2g", "-cp", f"{jars}/*", str(STREAMS / "Count.java"))
        yield Peer("Kafka Streams, cached state", command, boxes, 12, 1.5)


def _quix() -> Path | None:
    """A Python with Quix Streams and nothing of ours, kept; None where it cannot be installed."""
    place = Path(sys.prefix) / "quix"
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    install = (str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check")
    wanted = f"quixstreams=={QUIX_VERSION}"
    done = subprocess.run([*install, wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        say(f"  Quix Streams could not be installed: {done.stderr.strip()[-300:]}")
        return None
    return python


def _streams_jars(folder: Path) -> Path | None:
    """What the peer in Java needs, fetched; None where it cannot be."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        say("  Java or Maven is not here, so Kafka Streams was not measured")
        return None
    jars = folder / "kafka-streams"
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    done = subprocess.run(
        ["mvn", "-q", "-B", "-f", str(STREAMS / "pom.xml"), goal, f"-DoutputDirectory={jars}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        say(f"  Kafka Streams could not be fetched: {done.stdout.strip()[-300:]}")
        return None
    return jars


def _ratios(
    results: Results, peer: Peer, rates: tuple[float, ...], per_cpu: tuple[float, ...]
) -> Iterator[Figure]:
    theirs = {"reports/s": (median(rates), None), "reports/CPU s": (median(per_cpu), peer.times_least)}
    for ours in [figure for figure in results.figures if figure.part == "counting"]:
        if ours.unit in theirs:
            their, least = theirs[ours.unit]
            yield Figure(
                "peer", f"ours / {peer.name}, {ours.what}", "times", (ours.median / their,), least=least
            )


def _sample(night: Istanbul, boxes: int) -> Istanbul:
    chosen = np.random.default_rng(7).permutation(len(night.boxes))[:boxes].tolist()
    return replace(
        night,
        boxes=tuple(night.boxes[row] for row in chosen),
        leaf=tuple(night.leaf[row] for row in chosen),
        figures=night.figures[chosen],
    )


def _reports(load: Load) -> Iterator[bytes]:
    """Each report as a record: everything the peer needs, nothing to look up."""
    lines = [list(load.night.line(leaf)) for leaf in load.night.leaf]
    for revision in range(1, load.revisions + 1):
        rows = load.figures(revision).tolist()
        for box, areas, row in zip(load.night.boxes, lines, rows, strict=True):
            figures = {"boxes": 1, **dict(zip(FIGURES, row, strict=True))}
            yield orjson.dumps({"box": box, "areas": areas, "revision": revision, "figures": figures})


async def _fill(address: str, topic: str, load: Load) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=address, acks="all", linger_ms=5) as producer:
        for value in _reports(load):
            await producer.send(topic, value, key=KEY)
        await producer.flush()


def _run(place: Place, broker: Running, peer: Peer, topic: str, load: Load, name: str) -> dict[str, Any]:
    answer = place.folder / f"{name}.json"
    data = str(place.folder / name)
    settings = {
        "PEER_KAFKA": broker.address,
        "PEER_TOPIC": topic,
        "PEER_REPORTS": str(load.reports),
        "PEER_ANSWER": str(answer),
        "PEER_DATA": data,
        "FAUST_DATADIR": data,
        "PEER_NAME": name,
    }
    running = place.command(peer.command, settings)
    try:
        wait_for(lambda: answer.exists() or not running.check(), ANSWER_WITHIN_S, "the peer's answer", 0.2)
    finally:
        running.stop()
    return _checked(peer, json.loads(answer.read_bytes()), load, answer)


def _checked(peer: Peer, said: dict[str, Any], load: Load, answer: Path) -> dict[str, Any]:
    expected = totals(load.night, load.figures(load.revisions))
    wrong = differences({area: row for area, row in expected.items() if row["boxes"]}, said["totals"])
    if wrong:
        raise AssertionError(f"{peer.name} is wrong in {len(wrong)} areas, the first: {wrong[0]} ({answer})")
    say(f"  {peer.name}: {said['reports'] / said['seconds']:,.0f} reports/s, exact")
    return said
