"""The shapes that other people's readers know, by the name of their address: `/export/<name>`.

    EXPORTS["elex.csv"].write(asked)    the bytes

One shape a file; a new one is a file, a line in EXPORTS and a test.

Know before changing: writers are pure, and read what is shown (`shown.Shown`) and nothing else. Columns and
fields are added at the end and never renamed: people script against them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from web.exports import elex, nist, races, tables
from web.exports.shown import Asked

CSV = "text/csv; charset=utf-8; header=present"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Shape:
    """How one address is written."""

    write: Callable[[Asked], bytes]
    kind: str
    """Its media type."""
    several: bool
    """Whether it holds all contests of a night; otherwise one, the first unless another is asked for."""


EXPORTS: Mapping[str, Shape] = {
    "elex.csv": Shape(elex.write_csv, CSV, several=True),
    "elex.json": Shape(elex.write_json, JSON, several=True),
    "races.json": Shape(races.write, JSON, several=True),
    "nist-v2.json": Shape(nist.write, JSON, several=True),
    "areas.csv": Shape(tables.write_areas, CSV, several=False),
    "boxes.csv": Shape(tables.write_boxes, CSV, several=False),
}
