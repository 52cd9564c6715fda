"""The real ballot boxes of both Istanbul nights, from the raw table by a mapping and no code, through the
whole pipeline on Apache Kafka and back into a recording, to the vote.

Know before changing: everything is done by commands and looked at over HTTP, and compared with the published
district totals, a file that none of our code made. One table holds both votes: June's columns end in `_jun`.
"""

import asyncio
import csv
import gzip
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.live.shell import done, fetched, sandik, shown
from tests.servers import Running

BOXES = 31186
FIGURES = {
    "boxes": ("counted", "boxes"), "registered": ("registered",), "voted": ("voters",),
    "valid": ("valid",), "invalid": ("invalid",), "imamoglu": ("choices", "imamoglu"),
    "yildirim": ("choices", "yildirim"), "gokcinar": ("choices", "gokcinar"), "other": ("choices", "others"),
}  # fmt: skip
"""A column of the published totals, and where the same figure stands in an area of a snapshot."""
MAPPING = """
[columns]
unit = "{district|slug}-{seq|04}"
area.district = "district"
area.neighborhood = "neighborhood"
registered = "registered%(vote)s"
voters = "voted%(vote)s"
valid = "valid%(vote)s"
ignore = %(others)s

[choices]
imamoglu = { name = "Ekrem İmamoğlu", marks = "chp%(vote)s" }
yildirim = { name = "Binali Yıldırım", marks = "akp%(vote)s" }
gokcinar = { name = "Necdet Gökçınar", marks = "sp%(vote)s" }
others = { name = "Others", marks = "other%(vote)s" }

[contests.mayor]
name = "Metropolitan mayor"

[fixed]
contest = "mayor"
"""
MARCH = {"vote": "", "others": '["*_jun"]'}
JUNE = {"vote": "_jun", "others": '["registered", "voted", "valid", "akp", "chp", "sp", "other"]'}


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


def said(recording: Path) -> list[bytes]:
    """What a recording says, word for word, in an order of no meaning; its first line says who made it."""
    with gzip.open(recording) as file:
        return sorted(file.read().splitlines()[1:])


async def made(table: Path, mapping: Path, folder: Path, day: str, at: str) -> None:
    """A night of one vote, as `sandik night new` makes it of the table: every row of it is a paper."""
    words = ("--mapping", str(mapping), "--date", day, "--time-zone", "Europe/Istanbul", "--at", at)
    code, new = await done(("night", "new", "--from", str(table), *words, "--out", str(folder)), {})
    assert (0, BOXES, BOXES, 0, {}) == (code, *(new[k] for k in ("boxes", "reports", "refused", "held_back")))


async def in_the_log(folder: Path, again: Path, env: dict[str, str]) -> None:
    """The log holds what was played, word for word; it counts up to the store; its chain holds."""
    (recorded_code, recorded), (code, found) = await asyncio.gather(
        done(("record", str(folder), "--out", str(again)), env), done(("verify", str(folder)), env)
    )
    assert (0, BOXES, 0, 0) == (recorded_code, *(recorded[k] for k in ("reports", "again", "unreadable")))
    assert said(folder / "recording.jsonl.gz") == said(again)
    assert (0, [], True) == (code, found["differences"], found["matches_ending"])
    audit = found["audit"]
    assert (True, 0, []) == tuple(audit[name] for name in ("proves", "differences_count", "shown"))
    assert (found["records"], True) == (audit["compared"]["records"], audit["compared"]["shown"] > 0)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("day", "at", "vote", "columns"),
    [("2019-03-31", "19:00", "mar", MARCH), ("2019-06-23", "19:15", "jun", JUNE)],
    ids=["march", "june"],
)
async def test_the_real_boxes_give_every_district_to_the_vote(
    day: str, at: str, vote: str, columns: dict[str, str], real_data: Path, apache_kafka: Running,
    redis_server: Running, tmp_path: Path,
) -> None:  # fmt: skip
    """31,186 papers from the table to the page, all 39 rows, all nine figures; and from the log again."""
    data, folder, mapping = real_data / "istanbul-2019", tmp_path / f"real-{vote}", tmp_path / "m.toml"
    mapping.write_text(MAPPING % columns, encoding="utf-8")
    await made(data / "boxes_march_june.csv.gz", mapping, folder, day, at)
    servers = ("--broker", apache_kafka.address, "--store", redis_server.url, "--port", "0")
    async with sandik("up", str(folder), "--mode", "replay", *servers, "--json") as process:
        assert process.stdout is not None
        line, (code, checked) = await asyncio.gather(
            process.stdout.readline(), done(("night", "check", str(folder)), {})
        )
        assert (0, True, [], []) == (code, *(checked[name] for name in ("ok", "recording", "ending")))
        up = json.loads(line)
        env = {"SANDIK_MODE": "replay", "SANDIK_KAFKA": up["kafka"], "SANDIK_REDIS": up["redis"]}
        code, played = await done(("replay", str(folder), "--speed", "max"), env)
        assert (0, BOXES) == (code, played["reports"])
        await shown(up["url"], lambda mayor: mayor["counted"]["boxes"] == BOXES)
        assert published(data / "districts.csv", vote) == told(fetched(up["url"] + "snapshot/mayor.json"))
        await in_the_log(folder, tmp_path / "again.jsonl.gz", env)
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert 0 == process.returncode
