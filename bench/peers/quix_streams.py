"""The same count as a Quix Streams application: one report a record, everything held in its state.

    PEER_KAFKA=… PEER_TOPIC=… PEER_REPORTS=… PEER_ANSWER=… PEER_NAME=… PEER_DATA=… python quix_streams.py

The newest statement of each box and the totals of each area lie in the state (RocksDB, with a changelog on
Kafka) under one key, that of the records; a correction takes the statement held before away and adds the new
one.

Know before changing: this runs in an environment of its own, in which nothing of ours is installed, so it
imports nothing of ours. It is what a careful person writes after reading the guide, with the settings as they
come.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from quixstreams import Application  # type: ignore[import-not-found] # installed beside us, for this alone


class Counting:
    """Counts one report after another; writes what it found after so many."""

    def __init__(self, reports: int, answer: Path) -> None:
        self._reports, self._answer = reports, answer
        self._seen, self._began = 0, (0.0, 0.0)
        self._areas: set[str] = set()

    def count(self, report: dict[str, Any], state: Any) -> None:
        """One report, and the state of its record's key."""
        if not self._seen:
            self._began = (time.monotonic(), time.process_time())
        held = "box " + report["box"]
        before = state.get(held)
        if before is None or report["revision"] > before["revision"]:
            old = before["figures"] if before else {}
            for area in report["areas"]:
                total = state.get("area " + area) or {}
                for name, value in report["figures"].items():
                    total[name] = total.get(name, 0) + value - old.get(name, 0)
                state.set("area " + area, total)
            state.set(held, {"revision": report["revision"], "figures": report["figures"]})
        self._areas.update(report["areas"])
        self._seen += 1
        if self._seen == self._reports:
            self._write({area: state.get("area " + area) for area in self._areas})

    def _write(self, totals: dict[str, Any]) -> None:
        said = {
            "seconds": time.monotonic() - self._began[0],
            "cpu_s": time.process_time() - self._began[1],
            "reports": self._reports,
            "totals": totals,
        }
        part = self._answer.with_suffix(".part")
        part.write_text(json.dumps(said))
        part.rename(self._answer)


def main() -> None:
    """Runs until it is stopped."""
    app = Application(
        broker_address=os.environ["PEER_KAFKA"],
        consumer_group=os.environ["PEER_NAME"],
        auto_offset_reset="earliest",
        state_dir=os.environ["PEER_DATA"],
    )
    counting = Counting(int(os.environ["PEER_REPORTS"]), Path(os.environ["PEER_ANSWER"]))
    reports = app.dataframe(app.topic(os.environ["PEER_TOPIC"], value_deserializer="json"))
    reports.update(counting.count, stateful=True)
    app.run()


if __name__ == "__main__":
    main()
