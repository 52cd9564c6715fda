"""The shapes of a night on a flat sheet: whole numbers in a box of one size, a path for each area.

    sheet = projected(geometry)
    sheet.wide, sheet.high, sheet.places["fatih"].path     "M1012 640l5-3 …z", for a viewBox of that size

The projection is the equidistant cylindrical one with its standard parallel in the middle of the map: x is
longitude times the cosine of that latitude, y is latitude (J. P. Snyder, Map Projections: A Working Manual,
USGS Professional Paper 1395, 1987, chapter 12). For a city or a small country it differs from better ones by
less than a line is wide. Know before changing: corners that neighbours share are rounded alike, so borders
stay shared; no area is lost, however small it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

from election.geometry import Geometry, Point, Polygon, Shape
from election.night import AreaId
from web.map_label import inside, label

LONG_SIDE = 2400
"""Units of the longer side of the sheet, its margins left out: at four times 600 px still one a pixel."""
MARGIN = 12
HALF_AROUND = 180.0
"""Shapes further apart than this, in degrees, lie on both sides of the date line."""

Corner = tuple[int, int]
Corners = tuple[Corner, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An area on the sheet: how it is drawn, where its number stands, and how much room there is for it."""

    path: str
    x: float
    y: float
    room: int
    """Half the width of what fits there, half as high as wide."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole map."""

    wide: int
    high: int
    places: Mapping[AreaId, Place]


def projected(geometry: Geometry) -> Sheet:
    """Every area on the sheet."""
    points = [point for shape in geometry.shapes.values() for point in _points(shape)]
    lons = [lon for lon, _ in points]
    turned = max(lons, default=0) - min(lons, default=0) > HALF_AROUND
    flat = _Flat([(_lon(lon, turned=turned), lat) for lon, lat in points])
    places = {
        area: _place([[flat.corners(ring, turned=turned) for ring in polygon] for polygon in shape])
        for area, shape in geometry.shapes.items()
    }
    return Sheet(flat.wide, flat.high, places)


def _points(shape: Shape) -> Iterator[Point]:
    for polygon in shape:
        yield from _outer(polygon)


def _outer(polygon: Polygon) -> Sequence[Point]:
    return polygon[0]


def _lon(lon: float, *, turned: bool) -> float:
    return lon + 360 if turned and lon < 0 else lon


class _Flat:
    """Degrees to whole numbers of the sheet."""

    def __init__(self, points: Sequence[Point]) -> None:
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        self._west, self._north = min(lons, default=0), max(lats, default=0)
        south = min(lats, default=0)
        self._narrow = max(0.01, cos(radians((self._north + south) / 2)))
        across, down = (max(lons, default=0) - self._west) * self._narrow, self._north - south
        self._scale = LONG_SIDE / (max(across, down) or 1)
        self.wide = round(across * self._scale) + 2 * MARGIN
        self.high = round(down * self._scale) + 2 * MARGIN

    def corners(self, ring: Sequence[Point], *, turned: bool) -> Corners:
        """A ring, none of its corners twice in a row and the first not again at the end."""
        found: list[Corner] = []
        for lon, lat in ring:
            x = round((_lon(lon, turned=turned) - self._west) * self._narrow * self._scale) + MARGIN
            y = round((self._north - lat) * self._scale) + MARGIN
            if not found or found[-1] != (x, y):
                found.append((x, y))
        while len(found) > 1 and found[0] == found[-1]:
            found.pop()
        return tuple(found)


def twice_area(ring: Corners) -> int:
    """Twice the area inside a ring, whichever way around it goes."""
    behind = (*ring[1:], ring[0])
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, behind, strict=True)))


def _place(polygons: Sequence[Sequence[Corners]]) -> Place:
    """An area drawn; what became too small for a line is left out, but never all of it."""
    seen = [[ring for ring in polygon if twice_area(ring)] for polygon in polygons if twice_area(polygon[0])]
    if not seen:
        left, top = polygons[0][0][0]
        seen = [[((left - 1, top - 1), (left + 1, top - 1), (left + 1, top + 1), (left - 1, top + 1))]]
    largest = max(seen, key=lambda polygon: twice_area(polygon[0]))
    x, y, room = label(largest)
    near = (round(x), round(y))
    if inside(*near, largest):
        x, y = near
    return Place("".join(path(ring) for polygon in seen for ring in polygon), x, y, int(room))


def path(ring: Corners) -> str:
    """A ring as the steps of a path; a minus sign separates as well as a blank does."""
    (x, y), *rest = ring
    said, steps = f"M{x} {y}l", []
    for to_x, to_y in rest:
        steps += [to_x - x, to_y - y]
        x, y = to_x, to_y
    return said + " ".join(map(str, steps)).replace(" -", "-") + "z"
