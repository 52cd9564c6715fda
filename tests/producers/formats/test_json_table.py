"""A tree as a table: what the paths of a mapping lead to."""

import pytest

from producers.formats.items import EACH
from producers.formats.json_table import Above, Node, Row, Tree, below, rows_below
from producers.formats.judging import RefusedError
from producers.formats.mapping import read_mapping

MAPPING = b"""
[paths]
unit = "id"
voters = "cast"
valid = "ok"
area.ward = "^^.@key"
time = "^.at"
[choices]
ada = "v.ada"
"""


def tree() -> Tree:
    """The paths of the mapping."""
    mapping = read_mapping("m.toml", MAPPING)
    assert mapping.paths is not None
    return Tree(mapping, mapping.paths)


def row(value: object, *above: Node) -> Row:
    """A row below these."""
    return Row(("r",), 3, (*above, Node("", value)))


def test_cells_stand_under_their_paths() -> None:
    """From the row, from above it, from the name of what is above; what is missing is blank."""
    above = Above({("x", "at"): "18:00"})
    nodes = Node("north", {"a": 1}), Node("", path=("x",))
    (cells,) = tree().cells(row({"id": 7, "cast": None, "v": {"ada": "5"}}, *nodes), above)
    assert {"id": "7", "^^.@key": "north", "^.at": "18:00", "cast": "", "ok": "", "v.ada": "5"} == dict(
        zip(tree().headings, cells, strict=True)
    )
    assert set() == above.missed


def test_what_was_asked_for_in_vain_is_kept() -> None:
    """So that it is noticed if it comes later."""
    above = Above()
    list(tree().cells(row({"id": 7}, Node("", path=("x",))), above))
    assert {("x", "at")} == above.missed


def test_paths_that_led_nowhere_are_told() -> None:
    """Of those without which a table would be read wrongly; the time is not one of them."""
    made = tree()
    list(made.cells(row({"id": 7, "ok": None}), Above()))
    assert {"cast", "^^.@key", "v.ada"} == set(made.never())


@pytest.mark.parametrize(
    "value", [{"id": []}, {"id": 1, "v": {"ada": {}}}, {"id": 1, "v": {"ada": 1, "new": 1}}]
)
def test_what_is_no_cell_is_refused(value: object) -> None:
    """A list, an object, a name beside the choices."""
    with pytest.raises(RefusedError):
        list(tree().cells(row(value), Above()))


def test_everything_below_is_found_with_its_way() -> None:
    """Lists by number, objects by name."""
    value = {"a": [{"x": 1, "y": 2}, {"x": 3}], "b": 4}
    assert [(("a", 0, "x"), 1), (("a", 0, "y"), 2), (("a", 1, "x"), 3)] == list(
        below(value, ("a", EACH, EACH))
    )
    assert [] == list(below(value, ("b", EACH)))
    assert [((), 5)] == list(below(5, ()))


def test_rows_know_the_objects_above_them() -> None:
    """Lists are none."""
    start = Node("top", {"name": "N", "in": [[{"id": 1}]]}, ("t", 0))
    (found,) = rows_below(start, (Node("", path=()),), ("t", 0), 9, ("in", EACH, EACH))
    assert (("t", 0, "in", 0, 0), 9) == (found.path, found.line)
    assert [(), ("t", 0), ("t", 0, "in", 0, 0)] == [node.path for node in found.chain]
    assert "top" == found.chain[1].key
