"""Every mistake in a table is noted with its line; empty is not zero."""

import pytest

from election.errors import Mistake
from election.night import AreaId, BoxId, ContestId, LevelId
from election.report import COUNT_MAX
from election.wire.tables import BOX_ID_MAX, MISTAKES_MAX, read_areas, read_boxes, read_parent
from tests.election.strategies import files, night

LEVELS = (LevelId("county"), LevelId("town"), LevelId("ward"))
AREAS = """\
id,name,level,parent,short,row,col
kent,Kent,county,,,,
kuzey,Kuzey,town,kent,KUZ,2,3
k1,K 1,ward,kuzey,,,
"""
BOXES = "id,area,registered\n"


def areas(text: str | bytes) -> list[str]:
    """The mistakes in areas.csv, each as editors write it."""
    mistakes: list[Mistake] = []
    read_areas(text if isinstance(text, bytes) else text.encode(), LEVELS, mistakes)
    return [str(mistake) for mistake in mistakes]


def boxes(text: str) -> list[str]:
    """The mistakes in boxes.csv."""
    mistakes: list[Mistake] = []
    read_boxes((BOXES + text).encode(), read_areas(AREAS.encode(), LEVELS, []), LEVELS[-1], mistakes)
    return [str(mistake) for mistake in mistakes]


def parent(text: str | None) -> tuple[list[str], dict[ContestId, dict[BoxId, tuple[int, ...]]]]:
    """The mistakes in parent.csv, and what is read from it."""
    mistakes: list[Mistake] = []
    content = None if text is None else text.encode()
    found = read_parent(content, night().contests, night().boxes, mistakes)
    return [str(mistake) for mistake in mistakes], found


def test_areas_in_order() -> None:
    """A short name is the name where it is left out; a tile has row and column."""
    mistakes: list[Mistake] = []
    found = read_areas(AREAS.encode(), LEVELS, mistakes)
    assert [] == mistakes
    assert ["Kent", "KUZ", "K 1"] == [area.short for area in found.values()]
    assert (None, (2, 3)) == (found[AreaId("kent")].tile, found[AreaId("kuzey")].tile)


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    """Spreadsheets write both."""
    assert [] == areas(b"\xef\xbb\xbf" + AREAS.replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("k2,K2,ward,guney,,,", "areas.csv:5: The parent 'guney' of k2 is not in this file."),
        ("k2,K2,ward,kent,,,", "areas.csv:5: k2 is a ward, yet its parent is a county."),
        ("k2,K2,street,kuzey,,,", "areas.csv:5: level 'street' is not one of county, town, ward."),
        ("k1,Again,ward,kuzey,,,", "areas.csv:5: The area k1 stands twice."),
        ("k2,K2,ward,kuzey", "areas.csv:5: 4 cells, the header has 7."),
        ("k2,K2,ward,kuzey,,one,2", "areas.csv:5: row is 'one'; it is a whole number, at most 2147483647."),
        ("k2,K2,ward,kuzey,,1,", "areas.csv:5: col is ''; it is a whole number, at most 2147483647."),
        (
            "K 2,K2,ward,kuzey,,,",
            "areas.csv:5: The id 'K 2' is not of small letters, digits and hyphens, 1 to 63.",
        ),
        (",K2,ward,kuzey,,,", "areas.csv:5: The id '' is not of small letters, digits and hyphens, 1 to 63."),
        (
            '"k\n2",K2,ward,kuzey,,,',
            "areas.csv:6: The id 'k\\n2' is not of small letters, digits and hyphens",
        ),
        ('"k2,K2', "areas.csv:5: This is not CSV: unexpected end of data."),
    ],
)
def test_a_mistake_in_an_area_has_its_line(more: str, said: str) -> None:
    """One line, one complaint."""
    found = areas(f"{AREAS}{more}\n")
    assert 1 == len(found)
    assert found[0].startswith(said)


def test_one_area_is_the_root_and_of_the_first_level() -> None:
    """Neither two roots nor a root half way down."""
    assert ["areas.csv: One area has no parent, the root; here 2 have none."] == areas(
        AREAS + "il,İl,county,,,,\n"
    )
    assert "areas.csv:2: kuzey has no parent, yet is a town; the root is a county." in areas(
        "id,name,level,parent\nkuzey,Kuzey,town,\nk1,K1,ward,kuzey\n"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "areas.csv:1: The header has no column id, name, level, parent."),
        (b"id;name;level;parent\n", "areas.csv:1: The header has no column id, name, level, parent."),
        (b"id,id,name,level,parent\n", "areas.csv:1: The header has the column id twice."),
        (b"\xff\xfe\x00", "areas.csv: This file is not UTF-8"),
        (b"id,name\n" + b"x" * 200_000, "areas.csv:1: The header has no column level, parent."),
    ],
)
def test_a_file_of_another_kind_is_one_mistake(content: bytes, said: str) -> None:
    """Not one for every line of it."""
    found = areas(content)
    assert 1 == len(found)
    assert found[0].startswith(said)


def test_reading_stops_at_a_hundred_mistakes() -> None:
    """And says so."""
    found = boxes("".join(f"b-{number},nowhere,1\n" for number in range(3 * MISTAKES_MAX)))
    assert MISTAKES_MAX + 1 == len(found)
    assert "boxes.csv:101: 100 mistakes: reading stops here." == found[-1]


def test_boxes_in_order() -> None:
    """An empty register is no register, which is not a register of nobody."""
    mistakes: list[Mistake] = []
    content = files()["boxes.csv"].replace(b"registered\n", b"registered\n\n")
    found = read_boxes(content, night().areas, LEVELS[-1], mistakes)
    assert ([], 8) == (mistakes, len(found))
    assert (None, 0) == (found[BoxId("k2-2")].registered, found[BoxId("g2-1")].registered)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("k1-1,nowhere,5", "There is no area 'nowhere' in areas.csv."),
        ("k1-1,kuzey,5", "A box lies in a ward; kuzey is a town."),
        ("k1-1,k1,-5", "registered is '-5'; it is a whole number"),
        ("k1-1,k1,5.0", "registered is '5.0'; it is a whole number"),
        ("k1-1,k1,٣", "registered is '٣'; it is a whole number"),
        ("k1-1,k1,1_000", "registered is '1_000'; it is a whole number"),
        ("k1-1,k1, 5", "registered is ' 5'; it is a whole number"),
        (f"k1-1,k1,{COUNT_MAX + 1}", "registered is '2147483648'; it is a whole number"),
        (f"k1-1,k1,{'9' * 5000}", "registered is '9999"),
        (",k1,5", "The id '' is no text of 1 to 100 characters in one line."),
        (" k1-1,k1,5", "The id ' k1-1' is no text"),
        ("k1\t1,k1,5", "The id 'k1\\t1' is no text"),
        (f"{'x' * (BOX_ID_MAX + 1)},k1,5", "The id 'xxx"),
    ],
)
def test_a_mistake_in_a_box_has_its_line(row: str, said: str) -> None:
    """Digits are 0 to 9 and nothing else."""
    found = boxes(f"{row}\n")
    assert 1 == len(found)
    assert found[0].startswith(f"boxes.csv:2: {said}")


def test_a_box_stands_once() -> None:
    """The second is the mistake."""
    assert ["boxes.csv:3: The box 'k1-1' stands twice."] == boxes("k1-1,k1,5\nk1-1,k1,6\n")


def test_the_parent_nights_votes_stand_in_the_order_of_the_paper() -> None:
    """A choice that was not there then has none; a column of no choice is skipped."""
    text = "contest,box,valid,bora,ada\nmayor,k1-1,15,5,10\nmayor,k1-2,7,,7\n"
    assert ([], {"mayor": {"k1-1": (10, 5, 0), "k1-2": (7, 0, 0)}}) == parent(text)
    assert ([], {}) == parent(None) == parent("")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("president,k1-1,1,1", "There is no contest 'president' in night.toml."),
        ("mayor,k9-1,1,1", "There is no box 'k9-1' in boxes.csv."),
        ("mayor,k1-1,x,1", "ada is 'x'; it is a whole number"),
        ("mayor,k1-2,1,1\nmayor,k1-2,1,1", "The box 'k1-2' stands twice for contest mayor."),
    ],
)
def test_a_mistake_in_the_parent_night_has_its_line(row: str, said: str) -> None:
    """What can be read is read."""
    found, _ = parent(f"contest,box,ada,bora\n{row}\n")
    assert 1 == len(found)
    assert found[0].startswith(f"parent.csv:{2 + row.count(chr(10))}: {said}")


def test_a_main_choice_without_a_column_in_the_parent_night_is_a_mistake() -> None:
    """A name misspelt would give it no vote at all then, and the whole of its votes as a swing."""
    found, _ = parent("contest,box,adda,bora\nmayor,k1-1,10,5\nmayor,k1-2,7,1\n")
    assert [
        "parent.csv:1: The header has no column ada, a main choice of mayor; where it did not stand its "
        "cells are empty."
    ] == found
    assert [] == parent("contest,box,ada,bora\nmayor,k1-1,,5\n")[0]


def test_mistakes_of_every_line_come_at_once() -> None:
    """A table is mended in one go."""
    assert 3 == len(boxes("k1-1,nowhere,x\nk1-1,k1,5\n"))
