"""What was said on a shipped night, by source and hour, read without a line of the project's own counting.

Know before changing: a second opinion on the shipped recordings; nothing of `election` is imported here.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.plain_count import Row, files, lines, rows


@cache
def folder(night: str) -> dict[str, bytes]:
    """A shipped night's files, read once."""
    return files(night)


@cache
def papers(night: str) -> tuple[Row, ...]:
    """Every paper of a shipped night's recording."""
    return tuple(rows(folder(night)["recording.jsonl.gz"]))


@cache
def council(night: str) -> tuple[Row, ...]:
    """What the published count first said of each box, in the order heard; a box held says nothing yet."""
    first: dict[str, Row] = {}
    for row in papers(night):
        if row["source"] == "council" and row["state"] == "counted":
            first.setdefault(row["box"], row)
    return tuple(first.values())


@cache
def settled(night: str) -> dict[str, Row]:
    """What the published count says of each box in the end."""
    last: dict[str, Row] = {}
    for row in papers(night):
        if row["source"] == "council" and row["revision"] > last.get(row["box"], {"revision": 0})["revision"]:
            last[row["box"]] = row
    return last


def counted_at(night: str, source: str, hour: str) -> Counter[str]:
    """Sums of all that a source had said by then: its boxes, counted or claimed, and their figures."""
    last: dict[str, Row] = {}
    until = datetime.fromisoformat(hour).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.999Z")
    for row in papers(night):
        if row["source"] == source and row["heard_at"] <= until:
            last[row["box"]] = row
    sums: Counter[str] = Counter()
    for row in last.values():
        if row["state"] == "counted":
            figures = {key: row[key] for key in ("valid", "invalid", "voters")}
            sums.update({"boxes": row["claimed"] or 1, **figures, **row["votes"]})
    return sums


def encode_back(line: dict[str, Any]) -> bytes:
    """A line of a recording as bytes again."""
    return json.dumps(line, ensure_ascii=False).encode()


def rulings(name: str) -> list[tuple[str, str, str]]:
    """Kind, hour and hour heard of a night's rulings."""
    found = lines(folder(name)["recording.jsonl.gz"])[1:]
    return [(line["kind"], line["at"], line["heard_at"]) for line in found if line["t"] == "ruling"]
