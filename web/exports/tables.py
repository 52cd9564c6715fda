"""Plain tables: the areas of a contest with their totals, and its boxes with what is held of each.

    areas.csv   one row an area, the whole contest first
    boxes.csv   one row a box of the night, heard or not, as one source states it

Know before changing: columns are added at the end and never renamed. A figure that may not be told is an
empty cell. In `boxes.csv` figures stand only in rows that count, so that the sum of a column is the total;
before the embargo opens there is no figure, no revision and no finding at all, only what became of the box.
"""

from collections.abc import Iterable, Iterator

import orjson

from election.night import AreaId, Box, LevelId
from election.tally import Statement, Status
from election.wire.frames import Json
from election.wire.keys import unpack_unit
from web.exports.csv_text import Cell, table
from web.exports.shown import Asked, Shown, Unit
from web.held import Boxes

AREAS = (
    "contest", "area", "area_name", "level", "parent", "boxes_received", "boxes_counted", "boxes_total",
    "boxes_quarantined", "register_counted", "register_total", "registered", "voters", "valid", "invalid",
    "leader", "margin_votes",
)  # fmt: skip
"""Then `votes_<choice>` for each choice, then MARKS and the rest of what is true of the whole table."""
BOXES_BEGIN = ("contest", "source")
"""Then `<level>_id` and `<level>_name` for each level from the contest's area down, then BOXES."""
BOXES = ("box", "box_name", "status", "revision", "registered", "voters", "valid", "invalid")
"""Then `votes_<choice>` for each choice, `findings` (codes, a blank between two), and MARKS."""
MARKS = ("night", "mode", "simulated", "official", "embargo", "epoch", "version")
MISSING = "missing"
"""The status of a box that nothing is held of; the others are the statuses of a statement, in lower case."""


def write_areas(asked: Asked) -> bytes:
    """The areas of one contest."""
    shown = asked.contests[0]
    s = shown.snapshot
    ends = ("source", "at", *MARKS, "call", "lineage", "notes")
    end = (
        s["source"], s["at"], *_marks(shown, s["epoch"], s["version"]), s["call"]["state"],
        s["lineage"]["state"], shown.notes,
    )  # fmt: skip
    rows = [(*_area(shown, unit), *end) for unit in shown.units]
    return table([(*AREAS, *_votes_names(shown), *ends), *rows], bom=asked.bom)


def _area(shown: Shown, unit: Unit) -> Iterable[Cell]:
    counted: Json = unit.facts["counted"]
    return (
        shown.id, unit.id, unit.name, unit.level, unit.parent, unit.received, counted["boxes"],
        counted["boxes_total"], counted["boxes_quarantined"], counted["registered"],
        counted["registered_total"], *(unit.count(name) for name in BOXES[-4:]), unit.facts["leader"],
        unit.facts["margin_votes"], *(unit.votes(choice.id) for choice in shown.choices),
    )  # fmt: skip


def _votes_names(shown: Shown) -> list[str]:
    return [f"votes_{choice.id}" for choice in shown.choices]


def _marks(shown: Shown, epoch: str, version: int) -> tuple[Cell, ...]:
    s = shown.snapshot
    ban = s["embargo"]["state"]
    return (shown.night.id, s["mode"], s["simulated"], s["official"], ban, epoch, version)


def write_boxes(asked: Asked) -> bytes:
    """Every box of one contest as one source states it. Takes a while where there are many."""
    shown, boxes, source = asked.contests[0], asked.boxes, asked.source
    if boxes is None or source is None:
        raise ValueError("a table of boxes needs what the store holds of them")
    places = [f"{level}_{what}" for level in _levels(shown) for what in ("id", "name")]
    names = (*BOXES_BEGIN, *places, *BOXES, *_votes_names(shown), "findings", *MARKS)
    end = _marks(shown, boxes.epoch, boxes.version)
    begins: dict[AreaId, tuple[Cell, ...]] = {}
    return table(_boxes(shown, boxes, (shown.id, source), names, begins, end), bom=asked.bom)


def _boxes(
    shown: Shown, boxes: Boxes, begin: tuple[Cell, ...], names: Iterable[Cell],
    begins: dict[AreaId, tuple[Cell, ...]], end: tuple[Cell, ...],
) -> Iterator[Iterable[Cell]]:  # fmt: skip
    """The names, then a row a box; `begins` remembers how the rows of each area begin."""
    yield names
    night, contest = shown.night, shown.contest
    for box in night.boxes.values():
        line = night.lines[box.area]
        if contest.area not in line:
            continue
        if box.area not in begins:
            begins[box.area] = (*begin, *_names(shown, line))
        yield (*begins[box.area], *_box(shown, box, boxes), *end)


def _names(shown: Shown, line: tuple[AreaId, ...]) -> Iterator[Cell]:
    """Id and name of each area of a line, from the contest's level down to the box's own."""
    found = {shown.night.areas[area].level: shown.night.areas[area] for area in line}
    for level in _levels(shown):
        area = found.get(level)
        yield from (None, None) if area is None else (area.id, area.name)


def _levels(shown: Shown) -> tuple[LevelId, ...]:
    """The levels of the night, from the contest's own area down."""
    levels = shown.night.levels
    return levels[levels.index(shown.whole.level) :]


def _box(shown: Shown, box: Box, boxes: Boxes) -> tuple[Cell, ...]:
    """From the box's id to its findings."""
    packed = boxes.rows.get(box.id.encode())
    if packed is None:
        return (box.id, box.name, MISSING, *(None,) * (5 + len(shown.choices)), None)
    held = unpack_unit(packed)
    status = held.status.name.lower()
    if not shown.is_open:
        return (box.id, box.name, status, *(None,) * (5 + len(shown.choices)), None)
    figures: tuple[Cell, ...] = (held.registered, held.voters, held.valid, held.invalid, *held.votes)
    if held.status is not Status.COUNTED:
        figures = (None,) * len(figures)
    return (box.id, box.name, status, held.revision, *figures, _findings(box, held, boxes))


def _findings(box: Box, held: Statement, boxes: Boxes) -> Cell:
    """The codes of what the checks say of the paper held."""
    paper = boxes.papers.get(box.id.encode()) if held.noted else None
    if paper is None:
        return None
    return " ".join(sorted({finding["code"] for finding in orjson.loads(paper)["findings"]}))
