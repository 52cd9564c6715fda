"""The file of a map is made once, is named by what is in it, and holds no number of the count."""

import gzip

import orjson

from election.geometry import Geometry
from election.night import AreaId
from tests.web.test_map_projected import geometry, square
from web.map_file import map_file


def test_without_shapes_there_is_no_map() -> None:
    """Most nights have none."""
    assert map_file(None) is None


def test_it_holds_shapes_labels_and_whose_they_are() -> None:
    """Everything that a page needs to draw it, and nothing else."""
    made = map_file(
        Geometry(geometry(a=((square(0, 0, 1),),)).shapes, "© x", "https://x.org", (AreaId("b"),))
    )
    assert made is not None
    facts = orjson.loads(made.kept.plain)
    assert {"box", "by", "url", "without", "areas"} == set(facts)
    assert ([made.wide, made.high], "© x", "https://x.org", ["b"]) == tuple(
        facts[name] for name in ("box", "by", "url", "without")
    )
    path, x, y, room = facts["areas"]["a"]
    assert path.startswith("M")
    assert 0 < x < made.wide
    assert 0 < y < made.high
    assert room > 0


def test_its_name_is_that_of_its_content() -> None:
    """So it may be kept for ever: another map has another address. It is packed once."""
    one, same = (map_file(geometry(a=((square(0, 0, 1),),))) for _ in range(2))
    assert one
    assert same
    assert one.address == same.address
    moved = map_file(geometry(a=((square(0, 40, 1),),)))
    assert moved
    assert moved.address != one.address
    assert f"/map/{one.name}" == one.address
    whole = map_file(geometry(**{f"a{at}": ((square(at, 0, 1),),) for at in range(30)}))
    assert whole
    assert whole.kept.plain == gzip.decompress(whole.kept.packed)
