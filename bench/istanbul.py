"""Istanbul's June night with four levels of area: the real boxes where they are, invented wards where not.

    city → side → district → neighbourhood → 31,186 boxes

Know before changing: the figures come from the files as plain numbers, read here with csv and json and not
with the project's own readers, because the sums at the end are checked against them.
"""

import csv
import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandik.nightbuild import build_with_boxes

CHECKOUT = Path(__file__).resolve().parent.parent
NIGHT = "istanbul-2019-06-23"
REAL_BOXES = CHECKOUT.parent / "shared" / "data" / "istanbul-2019" / "boxes_march_june.csv.gz"
CHOICES = ("imamoglu", "yildirim", "gokcinar", "others")
FIGURES = ("registered", "voters", "valid", "invalid", *CHOICES)
WARD_BOXES = 32  # the real neighbourhoods have as many on average

Table = NDArray[np.int64]


@dataclass(frozen=True)
class Istanbul:
    """The night's files, and its boxes as plain numbers."""

    files: Mapping[str, bytes]
    real: bool
    boxes: tuple[str, ...]
    leaf: tuple[str, ...]
    """The neighbourhood of each box."""
    parent: Mapping[str, str]
    """The area above each area; empty for the city."""
    figures: Table
    """A row a box, a column for each of FIGURES, as in the recording."""

    def line(self, area: str) -> tuple[str, ...]:
        """An area and all above it."""
        return (area, *self.line(self.parent[area])) if area else ()

    @cached_property
    def district(self) -> tuple[str, ...]:
        """The district of each box."""
        return tuple(self.parent[leaf] for leaf in self.leaf)

    @property
    def what(self) -> str:
        """What these boxes are, for the table."""
        kind = "real" if self.real else "simulated"
        return f"{len(self.boxes):,} {kind} boxes, {len(self.parent):,} areas in 4 levels"

    def written(self, folder: Path) -> Path:
        """The night as a folder for SANDIK_NIGHT."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder


def istanbul(real_boxes: Path = REAL_BOXES) -> Istanbul:
    """The June night in four levels."""
    shipped = {path.name: path.read_bytes() for path in (CHECKOUT / "nights" / NIGHT).iterdir()}
    real = real_boxes.is_file()
    if real:
        content = gzip.decompress(real_boxes.read_bytes())
        files = build_with_boxes(shipped, content, which="june", csv_name=real_boxes.name)
    else:
        files = _with_wards(shipped)
    parent = {row["id"]: row["parent"] for row in _rows(files["areas.csv"])}
    boxes = _rows(files["boxes.csv"])
    figures = _figures(files["recording.jsonl.gz"])
    return Istanbul(
        files=files,
        real=real,
        boxes=tuple(box["id"] for box in boxes),
        leaf=tuple(box["area"] for box in boxes),
        parent=parent,
        figures=np.array([figures[box["id"]] for box in boxes], dtype=np.int64),
    )


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def _figures(recording: bytes) -> dict[str, tuple[int, ...]]:
    """The last figures of each box in a recording."""
    found: dict[str, tuple[int, ...]] = {}
    for line in gzip.decompress(recording).splitlines()[1:]:
        body = json.loads(line)
        if body["t"] != "bundle":
            continue
        columns = [body[name] for name in FIGURES[:4]] + [body["votes"][choice] for choice in CHOICES]
        for box, *row in zip(body["box"], *columns, strict=True):
            found[box] = tuple(row)
    return found


def _with_wards(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shipped night with an invented fourth level: wards of neighbouring boxes of a district."""
    areas, boxes = _rows(files["areas.csv"]), _rows(files["boxes.csv"])
    seen: dict[str, int] = {}
    wards: dict[str, dict[str, str]] = {}
    for box in boxes:
        district = box["area"]
        number = seen.get(district, 0)
        seen[district] = number + 1
        box["area"] = ward = f"{district}-ward-{number // WARD_BOXES + 1}"
        wards[ward] = {"id": ward, "name": f"Ward {number // WARD_BOXES + 1}", "level": "neighbourhood",
                       "parent": district}  # fmt: skip
    levels = 'levels = ["city", "side", "district"]'
    text = files["night.toml"].decode()
    if levels not in text:
        raise ValueError("the shipped night has other levels than the bench knows")
    deeper = 'levels = ["city", "side", "district", "neighbourhood"]\nshown_' + levels
    return {
        **files,
        "night.toml": text.replace(levels, deeper).encode(),
        "areas.csv": _written([*areas, *wards.values()], list(areas[0])),
        "boxes.csv": _written(boxes, list(boxes[0])),
    }


def _written(rows: list[dict[str, str]], head: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, head, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
