"""The real ballot boxes of both Istanbul nights, through the whole pipeline on Apache Kafka, to the vote.

Know before changing: everything is done by commands and looked at over HTTP, and compared with the published
district totals, a file that none of our code made.
"""

import csv
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.live.shell import done, fetched, sandik, shown
from tests.servers import Running

FIGURES = {
    "boxes": ("counted", "boxes"), "registered": ("registered",), "voted": ("voters",),
    "valid": ("valid",), "invalid": ("invalid",), "imamoglu": ("choices", "imamoglu"),
    "yildirim": ("choices", "yildirim"), "gokcinar": ("choices", "gokcinar"), "other": ("choices", "others"),
}  # fmt: skip
"""A column of the published totals, and where the same figure stands in an area of a snapshot."""


def published(path: Path, vote: str) -> dict[str, dict[str, int]]:
    """The 39 districts of the published file."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: {name: int(row[f"{vote}_{name}"]) for name in FIGURES}
            for row in csv.DictReader(file)
            if row["id"] != "istanbul"
        }


def told(snapshot: Any) -> dict[str, dict[str, int]]:
    """The same figures as the gateway tells them."""
    found: dict[str, dict[str, int]] = {}
    for area, shown_area in snapshot["areas"].items():
        if shown_area["level"] != "district":
            continue
        found[area] = {}
        for name, path in FIGURES.items():
            value = shown_area
            for step in path:
                value = value[step]
            found[area][name] = value
    return found


def over(mayor: Any) -> bool:
    """Whether the last ruling of the night is taken in: March's rerun is set, June is certified."""
    lineage = mayor["lineage"]
    return bool(lineage["rerun_on"]) or (bool(lineage["parent"]) and lineage["state"] == "certified")


@pytest.mark.real_data
@pytest.mark.parametrize(("night", "vote"), [("istanbul-2019-03-31", "mar"), ("istanbul-2019-06-23", "jun")])
async def test_the_real_boxes_give_every_district_to_the_vote(
    night: str, vote: str, real_data: Path, apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """31,186 papers as files, put into a night, replayed, counted, shown: all 39 rows, all nine figures."""
    boxes = real_data / "istanbul-2019" / "boxes_march_june.csv.gz"
    folder = tmp_path / "real"
    code, _ = await done(("night", "build", night, "--boxes", str(boxes), "--out", str(folder)), {})
    assert 0 == code
    servers = ("--broker", apache_kafka.address, "--store", redis_server.url, "--port", "0")
    async with sandik("up", str(folder), "--mode", "replay", *servers, "--json") as process:
        assert process.stdout is not None
        up = json.loads(await process.stdout.readline())
        env = {"SANDIK_MODE": "replay", "SANDIK_KAFKA": up["kafka"], "SANDIK_REDIS": up["redis"]}
        code, played = await done(("replay", str(folder), "--speed", "max"), env)
        assert (0, 31186) == (code, played["reports"])
        await shown(up["url"], lambda mayor: mayor["counted"]["boxes"] == 31186 and over(mayor))
        assert published(real_data / "istanbul-2019" / "districts.csv", vote) == told(
            fetched(up["url"] + "snapshot/mayor.json")
        )
        code, found = await done(("verify", str(folder)), env)
        assert 0 == code, found["differences"]
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert 0 == process.returncode
