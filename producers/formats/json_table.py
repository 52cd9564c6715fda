"""A tree of JSON as a table: the paths of a mapping are the columns, what lies there is the cells.

    tree = Tree(mapping, mapping.paths)
    for cells in tree.cells(row, above): …      one list, or one for each choice of a list below the row

So every word of a mapping means in JSON what it means in CSV: the same reader reads the cells.

Know before changing: what is not there is a blank, which is never a zero. A name beside declared choices that
nobody declared is an error: it may be a candidate that somebody added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from producers.formats.items import EACH, Path, Step
from producers.formats.judging import RefusedError
from producers.formats.paths import MISSING, Place, follow, read
from producers.formats.shapes import FIGURES, ChoiceMarks, Fields, Mapping
from producers.formats.slugs import plain


@dataclass(frozen=True, slots=True)
class Node:
    """An object on the way to a row: itself, or where it lies if it is not held; and its name there."""

    key: str
    held: object = MISSING
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was found: where, in which line, and the objects above it, the nearest last."""

    path: Path
    line: int
    chain: tuple[Node, ...]

    @property
    def value(self) -> object:
        """The row itself."""
        return self.chain[-1].held


@dataclass(slots=True)
class Above:
    """What lies above the rows and is used in them, as it comes; and what was asked for in vain."""

    found: dict[Path, object] = field(default_factory=dict)
    missed: set[Path] = field(default_factory=set)

    def get(self, path: Path) -> object:
        """What lies there, if it has come."""
        value = self.found.get(path, MISSING)
        if value is MISSING:
            self.missed.add(path)
        return value


class Tree:
    """The paths of one mapping, ready to be followed."""

    def __init__(self, mapping: Mapping, fields: Fields) -> None:
        self.long = bool(fields.choice)
        self.listed = read(fields.choices[0]) if self.long and fields.choices else None
        inside: dict[str, str] = {}
        if self.listed:
            inside = {
                f"{fields.choices[0]}.{one}": one
                for one in (fields.choice, fields.votes, fields.party)
                if one
            }
            fields = _inside(fields)
        choices = [] if self.long else _choices(mapping, fields)
        shapes = [fields, *(one.fields for one in mapping.contests.values() if one.fields is not None)]
        every = [name for shape in shapes for name in _names(shape)]
        names = dict.fromkeys([*every, *choices, *filter(None, [fields.choice, fields.votes])])
        self.headings = [plain(name) for name in names]
        self._places = [(read(inside.get(name, name)), name in inside) for name in names]
        self.mapping = replace(
            mapping, columns=replace(fields, rows="", choices=() if self.long else fields.choices)
        )
        self._needed = {
            plain(name) for name in (*_needed(fields), *choices, fields.choice, fields.votes) if name
        }
        self._optional = {plain(mark) for one in _declared(mapping) if one.optional for mark in one.marks}
        self._found: set[int] = set()
        self._known = _beside(
            [place for name, (place, _) in zip(names, self._places, strict=True) if name in choices]
        )

    @property
    def ups(self) -> Iterator[Place]:
        """Paths that lead above the row."""
        return (place for place, _ in self._places if place.up)

    def never(self) -> list[str]:
        """Paths that should lead somewhere and did so in no row."""
        found = {self.headings[at] for at in self._found}
        return [name for name in self.headings if name in self._needed - self._optional - found]

    def cells(self, row: Row, above: Above) -> Iterator[list[str]]:
        """The row's cells; several lists where its choices are a list. RefusedError where one is none."""
        for parent, known in self._known.items():
            beside = follow(row.value, parent)
            extra = [name for name in beside if name not in known] if isinstance(beside, dict) else ()
            if extra:
                where = ".".join([*map(str, parent), extra[0]])
                message = f"{where!r:.80} stands beside the choices and is none that the mapping names."
                raise RefusedError("E104", where, message)
        if self.listed is None:
            yield [self._cell(at, row, None, above) for at in range(len(self.headings))]
            return
        steps = self.listed.steps
        if follow(row.value, steps[: steps.index(EACH)] if EACH in steps else steps) is not MISSING:
            self._found.update(at for at, (_, own) in enumerate(self._places) if own)
        own = [at for at, (_, inside) in enumerate(self._places) if inside]
        cells = [self._cell(at, row, None, above) for at in range(len(self.headings))]
        elements: list[tuple[Path, object] | None] = [*below(row.value, steps)]
        for element in elements or [None]:
            for at in own:
                cells[at] = self._cell(at, row, element, above)
            yield cells.copy()

    def _cell(self, at: int, row: Row, element: "tuple[Path, object] | None", above: Above) -> str:
        place, own = self._places[at]
        if own:
            value = MISSING if element is None else _in_element(element, place)
        else:
            value = _in_row(row, place, above)
        if value is not MISSING:
            self._found.add(at)
        if value is None or value is MISSING:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int):
            return str(value)
        heading = self.headings[at]
        what = "a list" if isinstance(value, list) else "an object"
        raise RefusedError(
            "E107", heading, f"At {heading or 'this place'} lies {what}, where a text or a number belongs."
        )


def below(value: object, steps: Path) -> Iterator[tuple[Path, object]]:
    """Everything that these steps lead to, each with the names and numbers that were taken for EACH."""
    if not steps:
        yield (), value
        return
    step, rest = steps[0], steps[1:]
    found: Iterator[tuple[Step, object]] = iter(())
    if step != EACH:
        one = follow(value, (step,))
        found = iter(() if one is MISSING else ((step, one),))
    elif isinstance(value, list):
        found = enumerate(value)
    elif isinstance(value, dict):
        found = iter(value.items())
    for name, one in found:
        for path, end in below(one, rest):
            yield (name, *path), end


def rows_below(start: Node, chain: tuple[Node, ...], path: Path, line: int, steps: Path) -> Iterator[Row]:
    """The rows in an element, with the objects above each."""
    for way, _ in below(start.held, steps):
        here, nodes, name = start.held, list(chain), start.key
        for number, step in enumerate(way):
            if isinstance(here, dict):
                nodes.append(Node(name, here, (*path, *way[:number])))
            name = str(step) if isinstance(here, dict) else ""
            here = follow(here, (step,))
        yield Row((*path, *way), line, (*nodes, Node(name, here, (*path, *way))))


def _in_element(element: tuple[Path, object], place: Place) -> object:
    """Something of one choice."""
    way, value = element
    if place.key:
        return str(way[-1]) if way and isinstance(way[-1], str) else MISSING
    return follow(value, place.steps)


def _in_row(row: Row, place: Place, above: Above) -> object:
    """Something of the row, or of an object above it."""
    if place.up >= len(row.chain):
        return MISSING
    node = row.chain[-1 - place.up]
    if place.key:
        return node.key or MISSING
    if node.held is MISSING:
        return above.get((*node.path, *place.steps))
    return follow(node.held, place.steps)


def _inside(fields: Fields) -> Fields:
    """The fields of a choice in a list, told apart from those of the row."""
    before = fields.choices[0]
    party = f"{before}.{fields.party}" if fields.party else ""
    return replace(fields, choice=f"{before}.{fields.choice}", votes=f"{before}.{fields.votes}", party=party)


def _names(fields: Fields) -> list[str]:
    """Every path of a row but those of its choices."""
    found = list(fields.unit.names) if fields.unit else []
    found += fields.unit_name.names if fields.unit_name else ()
    for area in fields.areas:
        found += [*area.name.names, *(area.id.names if area.id else ())]
    for name in ("contest", "revision", "time", "state", "cause", "boxes", "party"):
        found.append(getattr(fields, name))
    for name in FIGURES:
        found += fields.figure(name)
    return [name for name in found if name]


def _needed(fields: Fields) -> list[str]:
    """Paths that a table without them would be read wrongly."""
    found = list(fields.unit.names) if fields.unit else []
    for area in fields.areas:
        found += area.name.names
    for name in FIGURES:
        found += fields.figure(name)
    return [*found, fields.contest]


def _declared(mapping: Mapping) -> Iterator[ChoiceMarks]:
    yield from mapping.choices.values()
    for contest in mapping.contests.values():
        yield from contest.choices.values()


def _choices(mapping: Mapping, fields: Fields) -> list[str]:
    """Paths of the choices of a wide table."""
    return [*(mark for one in _declared(mapping) for mark in one.marks), *fields.choices]


def _beside(places: Sequence[Place]) -> dict[Path, set[str]]:
    """Objects that hold choices and nothing else, with the names that are declared there."""
    known: dict[Path, set[str]] = {}
    for place in places:
        if not place.up and len(place.steps) > 1 and isinstance(place.steps[-1], str):
            known.setdefault(place.steps[:-1], set()).add(place.steps[-1])
    return known
