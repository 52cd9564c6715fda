"""The shapes of a night know how much there is to draw."""

from election.geometry import Geometry
from election.night import AreaId

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))


def test_positions_are_counted_over_all_rings() -> None:
    """Those of holes and of islands too: that is what a reader of the file pays for."""
    shapes = {AreaId("a"): ((SQUARE, SQUARE), (SQUARE,)), AreaId("b"): ((SQUARE,),)}
    assert 16 == Geometry(shapes, "invented").points
