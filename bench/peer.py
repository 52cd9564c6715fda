"""The peer in the same run: the count of `counting` as plain Faust tables, and by how much it is slower.

Know before changing: the peer gets fewer reports, since it counts a hundredth as many in the same time; its
totals are checked like ours, and a peer that counts wrong is no comparison but a failure.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.istanbul import FIGURES, Istanbul
from bench.results import Figure, Results, progress, say
from bench.revisions import Load, totals
from bench.servers import Place, Running
from bench.stored import differences, wait_for
from bench.wanted import Wanted

TIMES_LEAST = 50
BOXES = 3000
REVISIONS = 2
ANSWER_WITHIN_S = 300.0


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Plain Faust tables, and how many times faster our median was in this run."""
    broker = place.kafka()
    boxes = wanted.either(BOXES, 500)
    load = Load(_sample(wanted.night, boxes), REVISIONS, 1)
    topic = "peer-reports"
    asyncio.run(_fill(broker.address, topic, load))
    answers = [_run(place, broker, topic, load, number) for number in range(wanted.repeat)]
    rates = tuple(answer["reports"] / answer["seconds"] for answer in answers)
    per_cpu = tuple(answer["reports"] / answer["cpu_s"] for answer in answers)
    note = f"{load.reports:,} reports of {boxes:,} boxes, one a record, one partition; exact in every area"
    results.add(
        Figure("peer", "plain Faust tables", "reports/s", rates, note=note),
        Figure("peer", "plain Faust tables, per CPU second", "reports/CPU s", per_cpu),
        *_ratios(results, rates, per_cpu),
    )


def _ratios(results: Results, rates: tuple[float, ...], per_cpu: tuple[float, ...]) -> Iterator[Figure]:
    theirs = {"reports/s": median(rates), "reports/CPU s": median(per_cpu)}
    for ours in [figure for figure in results.figures if figure.part == "counting"]:
        if ours.unit in theirs:
            ratio = ours.median / theirs[ours.unit]
            yield Figure("peer", f"ours / theirs, {ours.what}", "times", (ratio,), least=TIMES_LEAST)


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
            await producer.send(topic, value)
        await producer.flush()


def _run(place: Place, broker: Running, topic: str, load: Load, number: int) -> dict[str, Any]:
    answer = place.folder / f"peer-{number}.json"
    data = place.folder / f"peer-{number}"
    settings = {
        "PEER_KAFKA": broker.address,
        "PEER_TOPIC": topic,
        "PEER_REPORTS": str(load.reports),
        "PEER_ANSWER": str(answer),
        "FAUST_DATADIR": str(data),
        "PEER_NAME": f"peer-{number}",
    }
    peer = place.command((sys.executable, "-m", "bench.peers.faust_tables"), settings)
    try:
        wait_for(lambda: peer.check() and answer.exists(), ANSWER_WITHIN_S, "the peer's answer", 0.2)
    finally:
        peer.stop()
    progress(number + 1, number + 1, "plain Faust tables")
    return _checked(json.loads(answer.read_bytes()), load, answer)


def _checked(said: dict[str, Any], load: Load, answer: Path) -> dict[str, Any]:
    expected = totals(load.night, load.figures(load.revisions))
    wrong = differences({area: row for area, row in expected.items() if row["boxes"]}, said["totals"])
    if wrong:
        raise AssertionError(f"the peer is wrong in {len(wrong)} areas, the first: {wrong[0]} ({answer})")
    say(f"  plain Faust tables: {said['reports'] / said['seconds']:,.0f} reports/s, exact")
    return said
