"""The shapes of a night's areas, as a map draws them.

    geometry.shapes["fatih"]         polygons; each an outer ring and its holes
    geometry.shapes["fatih"][0][0]   that ring: (longitude, latitude) in degrees, the last position the first

Know before changing: shapes are no fact of the count. They are not in the night's digest, nothing is counted
by them, and a night without them is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from election.night import AreaId

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]
Shape = tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Every area of the last shown level by its shape, and whose work the shapes are."""

    shapes: Mapping[AreaId, Shape]
    attribution: str
    attribution_url: str = ""
    without: tuple[AreaId, ...] = ()
    """Areas that the night says have no shape."""

    @property
    def points(self) -> int:
        """How many positions the shapes have."""
        rings = (ring for shape in self.shapes.values() for polygon in shape for ring in polygon)
        return sum(map(len, rings))
