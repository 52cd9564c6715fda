"""Order and minute of arrival made up from a seed, and the recording they make.

A box is heard late if it leans to the choice the night calls `late`, if its district is large, and by chance;
then the boxes are dealt to the clock along the night's own curve (how many boxes were in at what time).

Know before changing: shipped recordings are rebuilt and compared; the same care as in `simulate_figures`.
"""

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import fsum, sqrt
from random import Random
from typing import Any

from election.wire.records import Bundle, Record, Ruling, encode
from sandik.simulate_figures import noise

ROWS_MAX = 200
"""Most reports in one bundle."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIGURES = ("registered", "voters", "valid", "invalid")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The boxes of a night in their order, the area each is heard with, and their figures by column."""

    boxes: Sequence[str]
    areas: Sequence[str]
    columns: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """How boxes come in: `curve` is (milliseconds since 1970, boxes in by then), rising, from 0 to all.

    A curve that ends with the boxes `held` stops short of all: those are told of in another way.
    """

    curve: Sequence[tuple[int, int]]
    poll_ms: int
    skew: float
    district_spread: float
    large_later: float
    held: int
    """Boxes that come last in no particular order (objections hold them)."""


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def arrival(table: Mapping[str, Any], boxes: int) -> Arrival:
    """The `[arrival]` table of simulation.toml; its curve is drawn to end at `boxes`."""
    whole = table["curve"][-1][1]
    return Arrival(
        curve=[(milliseconds(at), count * boxes // whole) for at, count in table["curve"]],
        poll_ms=round(table["poll_s"] * 1000),
        skew=float(table["skew"]),
        district_spread=float(table["district_spread"]),
        large_later=float(table["large_later"]),
        held=int(table.get("held", 0)) * boxes // whole,
    )


def order(sheet: Sheet, lead: Sequence[int], how: Arrival, dice: Random) -> list[int]:
    """Places in the sheet, first heard first."""
    count = len(lead)
    share = [1000.0 * v / max(1, n) for v, n in zip(lead, sheet.columns["valid"], strict=True)]
    mean = fsum(share) / count
    wide = max(sqrt(fsum((s - mean) * (s - mean) for s in share) / count), 1e-9)
    sizes: dict[str, int] = {}
    for area in sheet.areas:
        sizes[area] = sizes.get(area, 0) + 1
    most = max(sizes.values())
    slow = {
        area: how.district_spread * noise(dice) + how.large_later * size / most
        for area, size in sizes.items()
    }
    keys = [
        how.skew * (share[row] - mean) / wide + slow[sheet.areas[row]] + noise(dice) for row in range(count)
    ]
    held: set[int] = set()
    while len(held) < how.held:
        held.add(int(dice.random() * count))
    return sorted(range(count), key=lambda row: (row in held, keys[row], row))


def entered(rank: int, curve: Sequence[tuple[int, int]]) -> int:
    """When the box of this rank (from 1) is entered: along the curve, in whole milliseconds."""
    for (start, before), (end, after) in pairwise(curve):
        if before < rank <= after:
            return start + (end - start) * (rank - before) // (after - before)
    raise ValueError(f"the arrival curve ends at {curve[-1][1]} boxes, box {rank} is beyond it")


def polled(at: int, how: Arrival, offset: int) -> int:
    """When a feed that is asked every `poll_ms` shows what was entered at `at`; never across a flat stretch.

    A flat stretch of the curve (nothing comes in) is a promise about the clock: what was entered before it is
    heard before it ends.
    """
    heard = ((at - offset) // how.poll_ms + 1) * how.poll_ms + offset
    for (start, before), (end, after) in pairwise(how.curve):
        if before == after and at <= start and heard >= end:
            return end - 1
    return heard


def bundles(
    sheet: Sheet, places: Sequence[int], how: Arrival, dice: Random
) -> list[tuple[int, str, list[int]]]:
    """What is heard together: (time, area, places in the sheet), in the order heard."""
    offset = {area: int(dice.random() * how.poll_ms) for area in sorted(set(sheet.areas))}
    heard: dict[tuple[int, str], list[int]] = {}
    for rank, row in enumerate(places, 1):
        area = sheet.areas[row]
        at = polled(entered(rank, how.curve), how, offset[area])
        heard.setdefault((at, area), []).append(row)
    found: list[tuple[int, str, list[int]]] = []
    for (at, area), rows in sorted(heard.items()):
        found.extend((at, area, rows[i : i + ROWS_MAX]) for i in range(0, len(rows), ROWS_MAX))
    return found


def bundle(
    contest: str, source: str, sheet: Sheet, heard: tuple[int, str, list[int]],
    cause: str = "first", revision: list[int] | int = 1,
) -> Bundle:  # fmt: skip
    """One bundle of reports of boxes: first ones, unless a cause and revisions say otherwise."""
    at, area, rows = heard

    def column(name: str) -> list[int]:
        return [sheet.columns[name][row] for row in rows]

    return Bundle(
        contest=contest,
        source=source,
        area=area,
        level="box",
        heard_at=EPOCH + timedelta(milliseconds=at),
        box=[sheet.boxes[row] for row in rows],
        revision=revision,
        registered=column("registered"),
        voters=column("voters"),
        valid=column("valid"),
        invalid=column("invalid"),
        votes={name: column(name) for name in sheet.columns if name not in FIGURES},
        cause=cause,
    )


def ruling(contest: str, table: Mapping[str, Any]) -> Ruling:
    """One ruling of simulation.toml; heard when it counts from unless the table says otherwise.

    `data` is a table of its own.
    """
    return Ruling(
        contest=contest,
        kind=table["kind"],
        at=table["at"],
        heard_at=table.get("heard_at", table["at"]),
        source=table["source"],
        actor=table["actor"],
        text=table["text"],
        data=table.get("data", {}),
        texts=table.get("texts", {}),
        actors=table.get("actors", {}),
    )


def heard_in_order(records: Sequence[Record]) -> list[Record]:
    """Bundles and rulings by the time heard; a ruling before the bundles of its moment."""
    return sorted(records, key=lambda record: (record.heard_at, not isinstance(record, Ruling)))


def recording(first: Mapping[str, Any], records: Sequence[Record]) -> bytes:
    """A recording file: JSON lines, gzip without a date, so that the same lines are the same bytes."""
    head = json.dumps(first, ensure_ascii=False, separators=(",", ":")).encode()
    return packed(b"\n".join([head, *(encode(record) for record in records), b""]))


def packed(content: bytes) -> bytes:
    """Gzip without a file name or date."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=9) as file:
        file.write(content)
    return out.getvalue()
