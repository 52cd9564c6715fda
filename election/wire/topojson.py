"""TopoJSON's shared arcs as the coordinates of GeoJSON: features of one object of a topology.

    unfolded({"type": "Topology", "arcs": […], "objects": {"districts": …}}, "", wrong)    GeoJSON features

Source: the TopoJSON format specification 1.0 (github.com/topojson/topojson-specification): 2.1.2 positions
and transforms, 2.1.3 arcs, 2.1.4 arc indexes. Know before changing: a few bytes can name one arc a thousand
times, so positions are counted while arcs are joined, and `POINTS_MAX` ends it.
"""

from collections.abc import Callable
from typing import Any

POINTS_MAX = 100_000
"""Most positions of all areas together; a map for readers is drawn with a few thousand."""

Wrong = Callable[[str], None]


class TooManyError(ValueError):
    """More positions than POINTS_MAX."""


def unfolded(topology: dict[str, Any], layer: str, wrong: Wrong) -> list[dict[str, Any]]:
    """The features of an object, with coordinates in place of arcs; what cannot be read is told to `wrong`.

    Raises TooManyError.
    """
    objects = topology.get("objects")
    if not isinstance(objects, dict) or not objects:
        wrong("This topology has no objects.")
        return []
    if layer not in objects and (layer or len(objects) > 1):
        known = ", ".join(sorted(objects))
        wrong(f"Its objects are {known}: name the one with the areas under [geometry] layer.")
        return []
    try:
        arcs = _arcs(topology)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        wrong(f"Its arcs or its transform cannot be read: {error!r:.80}.")
        return []
    found = objects[layer] if layer else next(iter(objects.values()))
    listed = found.get("geometries") if isinstance(found, dict) and "geometries" in found else [found]
    joined = _Joined(arcs)
    return [_feature(one, joined) for one in listed] if isinstance(listed, list) else []


def _arcs(topology: dict[str, Any]) -> list[list[Any]]:
    """Each arc as positions. With a transform they are differences in whole steps: added up, then placed."""
    transform = topology.get("transform")
    if transform is None:
        return list(topology["arcs"])
    (wide, high), (left, low) = transform["scale"], transform["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        positions = []
        for dx, dy, *_ in arc:
            x, y = x + dx, y + dy
            positions.append([x * wide + left, y * high + low])
        found.append(positions)
    return found


class _Joined:
    """Rings made of arcs, while there are not too many positions."""

    def __init__(self, arcs: list[list[Any]]) -> None:
        self._arcs, self._left = arcs, POINTS_MAX

    def ring(self, indexes: list[int]) -> list[Any]:
        """Arcs behind one another; a negative index (~i) is arc i backwards, and joints stand once."""
        made: list[Any] = []
        for index in indexes:
            arc = self._arcs[index] if index >= 0 else self._arcs[~index][::-1]
            self._left -= len(arc)
            if self._left < 0:
                raise TooManyError
            made += arc[1:] if made else arc
        return made

    def deep(self, arcs: list[Any], levels: int) -> list[Any]:
        """Rings, `levels` lists below."""
        return [self.deep(one, levels - 1) if levels else self.ring(one) for one in arcs]


def _feature(geometry: Any, joined: _Joined) -> dict[str, Any]:
    """One geometry of an object as a GeoJSON feature; what is no polygon has a type and no coordinates."""
    if not isinstance(geometry, dict):
        return {"type": "Feature", "geometry": None}
    kind = geometry.get("type")
    made: dict[str, Any] = {"type": kind, "coordinates": None}
    levels = {"Polygon": 0, "MultiPolygon": 1}.get(str(kind))
    if levels is not None:
        try:
            made["coordinates"] = joined.deep(geometry["arcs"], levels)
        except TooManyError:
            raise
        except (TypeError, ValueError, KeyError, IndexError, RecursionError):
            made["arcs"] = "wrong"
    feature = {name: geometry[name] for name in ("id", "properties") if name in geometry}
    return {"type": "Feature", "geometry": made if kind else None, **feature}
