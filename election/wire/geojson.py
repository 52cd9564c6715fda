"""The features of a file of shapes, read strictly: GeoJSON (RFC 7946), or TopoJSON unfolded to it.

    for feature in read_features("areas.geojson", content, "", mistakes):
        feature.label, feature.id, feature.properties, feature.shape

Know before changing: a shape comes from outside and is drawn for everybody, so it is read to the last
position: degrees in range (RFC 7946, 4), rings of four or more that end where they began (3.1.6). Each
feature has at most one mistake, and its place in the file is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from election.errors import Mistake
from election.geometry import Point, Polygon, Ring, Shape
from election.wire.topojson import POINTS_MAX, TooManyError, unfolded

BYTES_MAX = 8 * 1024 * 1024
"""Largest file; at the limit nothing is read. The districts of a city are 20 KB when simplified."""
MISTAKES_MAX = 100
"""Most features whose mistakes are told; the file is another kind then."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One shape of a file: what it is called in messages, by what it can be matched, and where it lies."""

    label: str
    shape: Shape
    id: object = None
    properties: Mapping[str, Any] = field(default_factory=dict)


class WrongShapeError(ValueError):
    """A feature that is no shape; its message says why."""


def read_features(file: str, content: bytes, layer: str, mistakes: list[Mistake]) -> list[Feature]:
    """Every feature of the file; what cannot be read is a mistake."""
    if len(content) > BYTES_MAX:
        message = f"{len(content):,} bytes: a map may have {BYTES_MAX:,}. Simplify it, as with mapshaper."
        mistakes.append(Mistake(file, None, message))
        return []
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        mistakes.append(Mistake(file, error.lineno, f"This is not JSON: {error.msg}."))
        return []
    try:
        return _features(file, document, layer, mistakes)
    except TooManyError:
        message = f"More than {POINTS_MAX:,} positions: simplify it, as with mapshaper."
        mistakes.append(Mistake(file, None, message))
        return []


def _features(file: str, document: Any, layer: str, mistakes: list[Mistake]) -> list[Feature]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Topology":
        listed = unfolded(document, layer, lambda message: mistakes.append(Mistake(file, None, message)))
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        listed = document["features"]
    else:
        message = (
            f"Its type is {kind!r:.40}; a map is a Topology (TopoJSON) or a FeatureCollection (GeoJSON)."
        )
        mistakes.append(Mistake(file, None, message))
        return []
    found, wrong, left = [], 0, POINTS_MAX
    for number, raw in enumerate(listed, 1):
        label = _label(number, raw)
        try:
            feature = _feature(label, raw)
        except WrongShapeError as error:
            mistakes.append(Mistake(file, None, f"{label}: {error}"))
            wrong += 1
            if wrong >= MISTAKES_MAX:
                break
            continue
        left -= sum(len(ring) for polygon in feature.shape for ring in polygon)
        if left < 0:
            raise TooManyError
        found.append(feature)
    return found


def _label(number: int, raw: Any) -> str:
    """How people find a feature again: by its place in the file, and a name it gives itself."""
    if not isinstance(raw, dict):
        return f"feature {number}"
    properties = raw.get("properties")
    known = properties if isinstance(properties, dict) else {}
    named = next(
        (one for one in (raw.get("id"), known.get("id"), known.get("name")) if one is not None), None
    )
    return f"feature {number}" + ("" if named is None else f" ({str(named)[:60]!r})")


def _feature(label: str, raw: Any) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        raise WrongShapeError("it is no Feature.")
    geometry, properties = raw.get("geometry"), raw.get("properties") or {}
    if not isinstance(geometry, dict):
        raise WrongShapeError("it has no geometry.")
    if not isinstance(properties, dict):
        raise WrongShapeError("its properties are no object.")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise WrongShapeError(f"it is a {kind!s:.40}; an area is a Polygon or a MultiPolygon.")
    if "arcs" in geometry:
        raise WrongShapeError("its arcs are not those of this file.")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise WrongShapeError("it has no coordinates.")
    return Feature(label, tuple(map(_polygon, polygons)), raw.get("id"), properties)


def _polygon(raw: Any) -> Polygon:
    if not isinstance(raw, list) or not raw:
        raise WrongShapeError("a polygon of it has no ring.")
    return tuple(map(_ring, raw))


def _ring(raw: Any) -> Ring:
    """A closed ring of at least four positions (RFC 7946, 3.1.6)."""
    if not isinstance(raw, list):
        raise WrongShapeError("a ring of it is no list of positions.")
    if len(raw) > POINTS_MAX:
        raise TooManyError
    ring = tuple(map(_point, raw))
    if len(ring) < 4:
        raise WrongShapeError(
            f"a ring of it has {len(ring)} positions; it has at least 4, the last as the first."
        )
    if ring[0] != ring[-1]:
        raise WrongShapeError(
            f"a ring of it is open: it begins at {_said(ring[0])} and ends at {_said(ring[-1])}."
        )
    return ring


def _point(raw: Any) -> Point:
    """Longitude and latitude in degrees; a height is allowed and not looked at."""
    numbers = raw[:2] if isinstance(raw, list) else []
    if len(numbers) < 2 or any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        raise WrongShapeError(f"{raw!s:.40} is no position; it is [longitude, latitude].")
    lon, lat = float(numbers[0]), float(numbers[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise WrongShapeError(
            f"{_said((lon, lat))} is no longitude and latitude in degrees: save it in WGS 84 (EPSG:4326)."
        )
    return lon, lat


def _said(point: Point) -> str:
    return f"{point[0]:.6g}, {point[1]:.6g}"
