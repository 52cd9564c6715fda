"""The CSV files of a night folder: areas, boxes, and the parent night's figures, with line numbers in every
complaint.

Know before changing: empty is not zero. A box with no register has an empty cell there.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from election.errors import Mistake
from election.night import Area, AreaId, Box, BoxId, Contest, ContestId, LevelId
from election.report import COUNT_MAX
from election.wire.topics import WORD

_DIGITS = re.compile(r"[0-9]{1,10}")

BOX_ID_MAX = 100
"""Longest id of a box, in characters; a longer one is a mistake."""

MISTAKES_MAX = 100
"""Most mistakes noted of one file; at the limit reading stops and says so, since the file is another kind."""

Row = tuple[int, dict[str, str]]


def _lines(file: str, content: bytes, mistakes: list[Mistake]) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not empty; what is no CSV is a mistake and the end."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.append(Mistake(file, None, f"This file is not UTF-8: {error}."))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        mistakes.append(Mistake(file, reader.line_num, f"This is not CSV: {error}."))


def _rows(file: str, content: bytes, needed: tuple[str, ...], mistakes: list[Mistake]) -> Iterator[Row]:
    """Line number and cells of each row, once the header is right."""
    before = len(mistakes)
    lines = _lines(file, content, mistakes)
    _, header = next(lines, (1, []))
    missing = [name for name in needed if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    if len(mistakes) > before:
        return
    if missing:
        mistakes.append(Mistake(file, 1, f"The header has no column {', '.join(missing)}."))
    if twice:
        mistakes.append(Mistake(file, 1, f"The header has the column {', '.join(twice)} twice."))
    if missing or twice:
        return
    for number, cells in lines:
        if len(cells) != len(header):
            mistakes.append(Mistake(file, number, f"{len(cells)} cells, the header has {len(header)}."))
        else:
            yield number, dict(zip(header, cells, strict=True))
        if len(mistakes) - before >= MISTAKES_MAX:
            mistakes.append(Mistake(file, number, f"{MISTAKES_MAX} mistakes: reading stops here."))
            return


def _whole(file: str, line: int, name: str, cell: str, mistakes: list[Mistake]) -> int | None:
    if _DIGITS.fullmatch(cell) and int(cell) <= COUNT_MAX:
        return int(cell)
    message = f"{name} is {cell[:60]!r}; it is a whole number, at most {COUNT_MAX}."
    mistakes.append(Mistake(file, line, message))
    return None


def read_areas(content: bytes, levels: tuple[LevelId, ...], mistakes: list[Mistake]) -> dict[AreaId, Area]:
    """The areas, each under its parent, one root."""
    file = "areas.csv"
    found: dict[AreaId, Area] = {}
    lines: dict[AreaId, int] = {}
    for line, cells in _rows(file, content, ("id", "name", "level", "parent"), mistakes):
        area = _area(file, line, cells, mistakes)
        if area.id in found:
            mistakes.append(Mistake(file, line, f"The area {area.id} stands twice."))
        if not WORD.fullmatch(area.id):
            message = f"The id {area.id[:60]!r} is not of small letters, digits and hyphens, 1 to 63."
            mistakes.append(Mistake(file, line, message))
        if area.level not in levels:
            known = ", ".join(levels)
            mistakes.append(Mistake(file, line, f"level {area.level!r} is not one of {known}."))
        found[area.id] = area
        lines[area.id] = line
    for area in found.values():
        _check_parent(file, lines[area.id], area, found, levels, mistakes)
    roots = [area.id for area in found.values() if area.parent is None]
    if found and len(roots) != 1:
        mistakes.append(
            Mistake(file, None, f"One area has no parent, the root; here {len(roots)} have none.")
        )
    return found


def _area(file: str, line: int, cells: Mapping[str, str], mistakes: list[Mistake]) -> Area:
    row, col = cells.get("row", ""), cells.get("col", "")
    tile = None
    if row or col:
        at = (_whole(file, line, "row", row, mistakes), _whole(file, line, "col", col, mistakes))
        tile = (at[0] or 0, at[1] or 0)
    return Area(
        id=AreaId(cells["id"]),
        name=cells["name"],
        short=cells.get("short", "") or cells["name"],
        level=LevelId(cells["level"]),
        parent=AreaId(cells["parent"]) if cells["parent"] else None,
        side=cells.get("side", ""),
        tile=tile,
    )


def _check_parent(
    file: str,
    line: int,
    area: Area,
    areas: Mapping[AreaId, Area],
    levels: tuple[LevelId, ...],
    mistakes: list[Mistake],
) -> None:
    """A parent exists and is of the level just above, the root of the first: so no circle is possible."""
    if area.parent is None or area.level not in levels:
        if area.parent is None and area.level in levels[1:]:
            message = f"{area.id} has no parent, yet is a {area.level}; the root is a {levels[0]}."
            mistakes.append(Mistake(file, line, message))
        return
    parent = areas.get(area.parent)
    if parent is None:
        mistakes.append(Mistake(file, line, f"The parent {area.parent!r} of {area.id} is not in this file."))
    elif parent.level in levels and levels.index(parent.level) + 1 != levels.index(area.level):
        mistakes.append(
            Mistake(file, line, f"{area.id} is a {area.level}, yet its parent is a {parent.level}.")
        )


def read_boxes(
    content: bytes, areas: Mapping[AreaId, Area], leaf: LevelId, mistakes: list[Mistake]
) -> dict[BoxId, Box]:
    """The boxes, each in an area of the last level."""
    file = "boxes.csv"
    found: dict[BoxId, Box] = {}
    for line, cells in _rows(file, content, ("id", "area", "registered"), mistakes):
        area = areas.get(AreaId(cells["area"]))
        if area is None:
            mistakes.append(Mistake(file, line, f"There is no area {cells['area']!r} in areas.csv."))
        elif area.level != leaf:
            mistakes.append(Mistake(file, line, f"A box lies in a {leaf}; {area.id} is a {area.level}."))
        registered = None
        if cells["registered"]:
            registered = _whole(file, line, "registered", cells["registered"], mistakes)
        box = Box(BoxId(cells["id"]), AreaId(cells["area"]), registered, cells.get("name", ""))
        if box.id in found:
            mistakes.append(Mistake(file, line, f"The box {box.id!r} stands twice."))
        if not (0 < len(box.id) <= BOX_ID_MAX and box.id.isprintable() and box.id == box.id.strip()):
            message = f"The id {box.id[:60]!r} is no text of 1 to {BOX_ID_MAX} characters in one line."
            mistakes.append(Mistake(file, line, message))
        found[box.id] = box
    return found


def read_parent(
    content: bytes | None,
    contests: Mapping[ContestId, Contest],
    boxes: Mapping[BoxId, Box],
    mistakes: list[Mistake],
) -> dict[ContestId, dict[BoxId, tuple[int, ...]]]:
    """The parent night's votes per box, in the order of this night's choices; no file: nothing known."""
    file = "parent.csv"
    found: dict[ContestId, dict[BoxId, tuple[int, ...]]] = {}
    unnamed: dict[ContestId, str] = {}
    for line, cells in _rows(file, content, ("contest", "box"), mistakes) if content else ():
        contest, box = contests.get(ContestId(cells["contest"])), BoxId(cells["box"])
        if contest is None:
            mistakes.append(Mistake(file, line, f"There is no contest {cells['contest']!r} in night.toml."))
            continue
        if box not in boxes:
            mistakes.append(Mistake(file, line, f"There is no box {box!r} in boxes.csv."))
            continue
        if box in found.get(contest.id, {}):
            mistakes.append(Mistake(file, line, f"The box {box!r} stands twice for contest {contest.id}."))
        votes = []
        for choice in contest.choices:
            cell = cells.get(choice.id, "")
            votes.append((_whole(file, line, choice.id, cell, mistakes) if cell else 0) or 0)
        found.setdefault(contest.id, {})[box] = tuple(votes)
        unnamed[contest.id] = ", ".join(one.id for one in contest.choices if one.main and one.id not in cells)
    mistakes.extend(
        Mistake(
            file, 1,
            f"The header has no column {names}, a main choice of {contest}; where it did not stand its cells "
            "are empty.",
        )
        for contest, names in unnamed.items()
        if names
    )  # fmt: skip
    return found
