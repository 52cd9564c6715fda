"""The map of a night as the one file that a page fetches: made at the start, packed once, and kept for ever.

    made = map_file(geometry)       None where the night has none
    made.address, made.kept               "/map/3f2a….json", and its bytes

Know before changing: the file holds what does not change during a night: no number of the count is in it. So
it may be kept for ever, and a page asks for it only when somebody asks for the map.
"""

from dataclasses import dataclass

from election.geometry import Geometry
from election.wire.frames import dumps
from web.kept import Kept, digest, kept
from web.map_projected import projected


@dataclass(frozen=True, slots=True)
class MapFile:
    """A map, ready to be sent."""

    kept: Kept
    wide: int
    high: int

    @property
    def name(self) -> str:
        """The last part of its address."""
        return f"{self.kept.etag}.json"

    @property
    def address(self) -> str:
        """Where the gateway serves it."""
        return f"/map/{self.name}"


def map_file(geometry: Geometry | None) -> MapFile | None:
    """The file of these shapes; None: no shapes, no map."""
    if geometry is None:
        return None
    sheet = projected(geometry)
    body = dumps(
        {
            "box": [sheet.wide, sheet.high],
            "by": geometry.attribution,
            "url": geometry.attribution_url,
            "without": list(geometry.without),
            "areas": {
                area: [place.path, round(place.x, 2), round(place.y, 2), place.room]
                for area, place in sheet.places.items()
            },
        }
    )
    return MapFile(kept(digest(body), body), sheet.wide, sheet.high)
