"""An invented map: every area a square of a grid, as GeoJSON and as TopoJSON with shared edges.

    collection(cells), topology(cells)      cells: area id → (row, column)

Know before changing: no real place is drawn here, so it may lie beside the code; the two files say the same
to the last position, which is what the tests of the readers ask.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

Cells = Mapping[str, tuple[int, int]]
WEST, NORTH, STEP = 30.0, 40.0, 0.015625
"""Degrees; the step is a power of two, so that sums of it are exact."""


def corner(row: int, column: int) -> list[float]:
    """A corner of the grid in degrees."""
    return [WEST + column * STEP, NORTH - row * STEP]


def ring(row: int, column: int) -> list[list[float]]:
    """The square of a cell, from its upper left corner to the right."""
    corners = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]
    return [corner(row + down, column + right) for down, right in corners]


def collection(cells: Cells) -> dict[str, Any]:
    """The grid as GeoJSON."""
    features = [
        {"type": "Feature", "id": area, "properties": {"code": f"x-{area}"},
         "geometry": {"type": "Polygon", "coordinates": [ring(*cell)]}}
        for area, cell in cells.items()
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


class _Edges:
    """The arcs of a topology: each edge of the grid once, whoever uses it, and in which direction."""

    def __init__(self) -> None:
        self.arcs: list[list[list[int]]] = []
        self._known: dict[tuple[tuple[int, int], tuple[int, int]], int] = {}

    def index(self, start: tuple[int, int], end: tuple[int, int]) -> int:
        """The number of an edge; ~number where it is known the other way round."""
        if (end, start) in self._known:
            return ~self._known[end, start]
        if (start, end) not in self._known:
            self._known[start, end] = len(self.arcs)
            (row, column), (to_row, to_column) = start, end
            self.arcs.append([[column, row], [to_column - column, to_row - row]])
        return self._known[start, end]


def topology(cells: Cells, layer: str = "wards") -> dict[str, Any]:
    """The grid as a quantized TopoJSON."""
    edges, geometries = _Edges(), []
    for area, (row, column) in cells.items():
        corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column), (row, column)]
        indexes = [edges.index(start, end) for start, end in pairwise(corners)]
        made = {"type": "Polygon", "id": area, "properties": {"code": f"x-{area}"}, "arcs": [indexes]}
        geometries.append(made)
    return {
        "type": "Topology",
        "transform": {"scale": [STEP, -STEP], "translate": [WEST, NORTH]},
        "arcs": edges.arcs,
        "objects": {layer: {"type": "GeometryCollection", "geometries": geometries}},
    }
