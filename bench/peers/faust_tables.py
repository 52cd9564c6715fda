"""The same count as a plain Faust application: one report a record, everything held in Faust tables.

    PEER_KAFKA=… PEER_TOPIC=… PEER_REPORTS=… PEER_ANSWER=… PEER_NAME=… python -m bench.peers.faust_tables

A table of the newest statement of each box, a table of totals of each area; a correction takes the statement
held before away and adds the new one. The source has one partition, so that no total needs repartitioning.

Know before changing: this is what a careful person writes after reading Faust's guide, and it is not tuned
for or against: memory store, uvloop and the session settings are the ones our own worker has.
"""

import json
import os
import time
from pathlib import Path
from typing import Any, NoReturn

import faust
import uvloop


class Report(faust.Record):
    """One box's whole statement, with the areas above it."""

    box: str
    areas: list[str]
    revision: int
    figures: dict[str, int]


def application(name: str, kafka: str, topic: str, reports: int, answer: Path) -> Any:
    """The application; it writes what it found to `answer` after so many reports."""
    app = faust.App(
        name,
        broker=f"kafka://{kafka}",
        store="memory://",
        topic_partitions=1,
        topic_replication_factor=1,
        web_enabled=False,
        broker_session_timeout=10,
        broker_heartbeat_interval=2,
        broker_request_timeout=40,
        consumer_auto_offset_reset="earliest",
    )
    source = app.topic(topic, value_type=Report, partitions=1)
    held = app.Table("held")
    totals = app.Table("totals")

    @app.agent(source)
    async def count(stream: Any) -> None:
        seen = 0
        began = (0.0, 0.0)
        async for report in stream:
            if not seen:
                began = (time.monotonic(), time.process_time())
            before = held.get(report.box)
            if before is None or report.revision > before["revision"]:
                for area in report.areas:
                    total = totals.get(area) or {}
                    old = before["figures"] if before else {}
                    totals[area] = {
                        name: total.get(name, 0) + value - old.get(name, 0)
                        for name, value in report.figures.items()
                    }
                held[report.box] = {"revision": report.revision, "figures": report.figures}
            seen += 1
            if seen == reports:
                _answer(answer, began, reports, {area: dict(total) for area, total in totals.items()})

    return app


def _answer(path: Path, began: tuple[float, float], reports: int, totals: dict[str, Any]) -> None:
    said = {
        "seconds": time.monotonic() - began[0],
        "cpu_s": time.process_time() - began[1],
        "reports": reports,
        "totals": totals,
    }
    path.with_suffix(".part").write_text(json.dumps(said))
    path.with_suffix(".part").rename(path)


def main() -> NoReturn:
    """Runs as a Faust worker until it is stopped."""
    uvloop.install()
    app = application(
        os.environ["PEER_NAME"],
        os.environ["PEER_KAFKA"],
        os.environ["PEER_TOPIC"],
        int(os.environ["PEER_REPORTS"]),
        Path(os.environ["PEER_ANSWER"]),
    )
    faust.Worker(app, loglevel="WARNING").execute_from_commandline()


if __name__ == "__main__":
    main()
