"""The tree of areas of a night that is made from a feed: one root, the feed's levels, the boxes below.

    tree = grow(survey, "My night")
    tree.levels            ("all", "county", "district")
    tree.area_of["box-1"]  the area that box lies in

Know before changing: ids of areas stand in topics and addresses, so they are unique over all levels here,
though two counties may have a district of one name. Ids of boxes are the feed's own and are not touched,
because its next rows must find them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from election.night import BOX_LEVEL
from election.wire.topics import WORD
from sandik.night_csv import written
from sandik.scaffold_seen import Place, Survey

ROOT_LEVEL, ROOT_ID = "all", "all"
OWN_LEVEL = "district"
"""The level made where the feed names boxes and no area above them, and they are few."""
OWN_AREAS_MAX = 200
"""So many boxes without an area above become areas of their own, so that the page can show each."""
SHOWN_AREAS_MAX = 1000
"""A level with more areas than this is counted and not shown: every snapshot would hold all of them."""
ID_MAX = 63


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A line of areas.csv."""

    id: str
    name: str
    level: str
    parent: str


@dataclass(slots=True)
class Tree:
    """Areas and where the boxes lie; `notes` are (key of night.toml, what was assumed)."""

    levels: list[str]
    areas: dict[str, AreaRow]
    area_of: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The area everything lies in."""
        return next(iter(self.areas))

    @property
    def shown_levels(self) -> list[str]:
        """Levels few enough to be in every snapshot."""
        sizes = {level: sum(area.level == level for area in self.areas.values()) for level in self.levels}
        return [level for level in self.levels if sizes[level] <= SHOWN_AREAS_MAX]

    def line(self, area: str) -> tuple[str, ...]:
        """The area and everything above it, the root first."""
        found = [area]
        while self.areas[found[0]].parent:
            found.insert(0, self.areas[found[0]].parent)
        return tuple(found)

    def common(self, units: Iterable[str]) -> str:
        """The smallest area that holds all these boxes."""
        shared: tuple[str, ...] | None = None
        for area in {self.area_of[unit] for unit in units}:
            line = self.line(area)
            if shared is None:
                shared = line
            shared = tuple(a for a, b in zip(shared, line, strict=False) if a == b)
        return shared[-1] if shared else self.root

    def areas_csv(self) -> bytes:
        """The file."""
        rows = [(area.id, area.name, area.level, area.parent) for area in self.areas.values()]
        return written(("id", "name", "level", "parent"), rows)

    def boxes_csv(self, survey: Survey) -> bytes:
        """The file, with the names the feed gives."""
        registers = survey.registers()
        rows = [
            (unit, area, registers.get(unit, ""), _other(survey.names.get(unit, ""), unit))
            for unit, area in self.area_of.items()
        ]
        return written(("id", "area", "registered", "name"), rows)


def _other(name: str, unit: str) -> str:
    return "" if name == unit else name


def grow(survey: Survey, name: str) -> Tree:
    """The tree of what was seen; its root is the feed's, or one called by the night's name."""
    notes: list[tuple[str, str]] = []
    places = _filled(survey, notes)
    levels = _levels(places.values())
    above: Place = ()
    tops = {place[:1] for place in places.values()}
    if len(tops) != 1 or tops == {()}:
        levels.insert(0, _apart(ROOT_LEVEL, levels))
        above = ((levels[0], ROOT_ID, name),)
        notes.append(("levels", f"one area, {name!r}, holds everything: the feed names none"))
    own = bool(survey.level) or (len(levels) == 1 and len(places) <= OWN_AREAS_MAX)
    if own:
        levels.append(_apart(_level(survey.level or OWN_LEVEL), levels))
        notes.append(("levels", _own_note(levels[-1])))
    tree = Tree(levels, {}, notes=notes)
    taken: dict[Place, str] = {}
    for unit, place in places.items():
        below = ((levels[-1], unit, survey.names.get(unit) or unit),) if own else ()
        tree.area_of[unit] = _add(tree, (*above, *place, *below), taken)
    if len(tree.shown_levels) < len(tree.levels):
        hidden = ", ".join(level for level in tree.levels if level not in tree.shown_levels)
        notes.append(("shown_levels", f"{hidden}: more than {SHOWN_AREAS_MAX} areas, counted and not shown"))
    return tree


def _own_note(level: str) -> str:
    return (
        f"each thing the feed reports is an area ({level}) with one box in it, so that the page can show it"
    )


def _levels(places: Iterable[Place]) -> list[str]:
    return list(dict.fromkeys(level for place in places for level, _, _ in place))


def _apart(level: str, levels: Sequence[str]) -> str:
    return level if level not in levels else f"{level}-1"


def _filled(survey: Survey, notes: list[tuple[str, str]]) -> dict[str, Place]:
    """Every box with an area of every level; where the feed names none, one is made and said."""
    levels = _levels(survey.places.values())
    found: dict[str, Place] = {}
    made: dict[str, int] = {}
    for unit, place in survey.places.items():
        here = {level: (id_, name) for level, id_, name in place}
        whole: list[tuple[str, str, str]] = []
        for level in levels:
            if level not in here:
                made[level] = made.get(level, 0) + 1
            id_, name = here.get(level, (f"no-{level}", f"(no {level})"))
            whole.append((_level(level), id_, name))
        found[unit] = tuple(whole)
    for level, count in made.items():
        notes.append(("levels", f"{count} boxes have no {level} in the feed: they lie in '(no {level})'"))
    return found


def _level(level: str) -> str:
    """A level of areas is never called as boxes are."""
    return f"{level}-area" if level == BOX_LEVEL else level


def _add(tree: Tree, place: Place, taken: dict[Place, str]) -> str:
    """The id of the last area of a place; areas on the way to it are added."""
    parent = ""
    for depth in range(1, len(place) + 1):
        key = tuple((level, id_, "") for level, id_, _ in place[:depth])
        if key not in taken:
            level, id_, name = place[depth - 1]
            taken[key] = _unique(id_, level, parent, tree.areas)
            tree.areas[taken[key]] = AreaRow(taken[key], name or id_, level, parent)
        parent = taken[key]
    return parent


def _unique(id_: str, level: str, parent: str, known: Iterable[str]) -> str:
    """The id itself, or with its parent's or its level's before it, or a number: one nobody else has."""
    from producers.formats.slugs import slug

    plain = id_ if WORD.fullmatch(id_) else slug(id_)
    for wanted in (plain, f"{parent}--{plain}", f"{plain}-{slug(level)}"):
        if wanted not in known and WORD.fullmatch(wanted):
            return wanted
    digest = hashlib.sha256(f"{parent}/{level}/{id_}".encode()).hexdigest()[:8]
    return f"{plain[: ID_MAX - 9]}-{digest}"
