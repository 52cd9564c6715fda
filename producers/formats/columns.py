"""A mapping's columns found under a table's headings, once: from then on a row is read by places.

    plans = planned(table, mapping)         FeedError for a heading that is missing, unknown or there twice

Know before changing: every column is used or ignored by name. One that is neither stops the feed, because it
may be a candidate that somebody added.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from producers.formats.cells import Table
from producers.formats.document import FeedError
from producers.formats.mapping import merged
from producers.formats.shapes import FIGURES, ChoiceMarks, Fields, Mapping, Slot, Template
from producers.formats.slugs import plain, slug

Cells = Sequence[str]
Text = Callable[[Cells], str]
ALL = "*"
SLUGS_MAX = 100_000
"""Most texts whose slug is remembered."""


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """A choice of a wide table: its places (several are added), for one contest or ("") for any."""

    id: str
    contest: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything of one statement stands in a row."""

    contest: str
    contest_at: int | None
    unit: Text
    unit_places: tuple[int, ...]
    unit_name: Text | None
    areas: tuple[tuple[str, Text, Text | None], ...]
    revision: int | None
    time: int | None
    state: int | None
    cause: int | None
    boxes: int | None
    party: int | None
    figures: dict[str, tuple[int, ...]]
    choices: tuple[ChoiceColumn, ...]
    pairs: tuple[tuple[int, int], ...]
    long: bool
    headings: tuple[str, ...]

    def heading(self, name: str) -> str:
        """What the feed calls one of our fields, for a refusal; else the name itself."""
        place = {"contest": self.contest_at, "state": self.state, "cause": self.cause, "boxes": self.boxes,
                 "revision": self.revision}.get(name)  # fmt: skip
        places: tuple[int, ...] = () if place is None else (place,)
        if name == "unit":
            places = self.unit_places
        elif name in self.figures:
            places = self.figures[name]
        else:
            places = next((one.places for one in self.choices if one.id == name), places)
        return " + ".join(self.headings[place] for place in places) or name


class _Header:
    """The headings of one table, and which of them are spoken for."""

    def __init__(self, table: Table, mapping: Mapping) -> None:
        self.table, self.mapping = table, mapping
        self.headings = tuple(table.headings)
        self.places = {heading: place for place, heading in enumerate(self.headings)}
        self.used: set[int] = set()

    def wrong(self, message: str) -> FeedError:
        """An error of the header's line, or what the file is instead of a table."""
        return FeedError(self.table.name, self.table.header_line, self.table.instead(message))

    def place(self, name: str, what: str) -> int:
        """Where a heading stands. Raises FeedError if it does not."""
        found = self.places.get(plain(name))
        if found is None:
            who = f"which {self.mapping.name} gives for {what}"
            raise self.wrong(f"There is no column {name!r:.80}, {who}. {self.near(name)}")
        self.used.add(found)
        return found

    def maybe(self, name: str, what: str) -> int | None:
        """The same for a field that may not be given."""
        return self.place(name, what) if name else None

    def near(self, name: str) -> str:
        """The heading that may be meant, or how the header begins."""
        near = difflib.get_close_matches(plain(name), self.headings, n=1)
        if near:
            return f"Did you mean {near[0]!r}?"
        folded = [heading for heading in self.headings if slug(heading) == slug(name)]
        if folded:
            return f"Did you mean {folded[0]!r}?"
        return f"The header begins {self.table.delimiter.join(self.headings)[:80]!r}."

    def text(self, template: Template, what: str) -> Text:
        """A template as a function of a row."""
        parts: list[str | Text] = [
            part if isinstance(part, str) else _slot(part, self.place(part.name, what))
            for part in template.parts
        ]
        if len(parts) == 1 and not isinstance(parts[0], str):
            return parts[0]
        return _put_together(parts)

    def ignored(self, fields: Iterable[Fields]) -> set[int]:
        """Places of the columns that are not looked at."""
        patterns = [pattern(name) for one in fields for name in one.ignore]
        return {
            place
            for heading, place in self.places.items()
            if any(known.fullmatch(heading) for known in patterns)
        }


def pattern(name: str) -> re.Pattern[str]:
    """A heading in which `*` stands for anything."""
    return re.compile("(.*)".join(re.escape(part) for part in plain(name).split(ALL)), re.DOTALL)


class _Slugs(dict[str, str]):
    def __missing__(self, text: str) -> str:
        if len(self) >= SLUGS_MAX:
            self.clear()
        found = self[text] = slug(text) if text.strip() else ""
        return found


def _slot(slot: Slot, place: int) -> Text:
    if slot.make == "slug":
        slugs = _Slugs()
        return lambda cells: slugs[cells[place]]
    if slot.make == "lower":
        return lambda cells: cells[place].strip().replace("İ", "i").lower()
    if slot.make:
        size = int(slot.make)
        return lambda cells: text.zfill(size) if (text := cells[place].strip()) else ""
    return lambda cells: cells[place].strip()


def _put_together(parts: Sequence[str | Text]) -> Text:
    """All parts joined; nothing if a column of it is blank."""

    if len(parts) == 3 and isinstance(parts[1], str):
        first, between, last = parts
        if not isinstance(first, str) and not isinstance(last, str):
            return lambda cells: (
                f"{one}{between}{two}" if (one := first(cells)) and (two := last(cells)) else ""
            )

    def text(cells: Cells) -> str:
        found = []
        for part in parts:
            if isinstance(part, str):
                found.append(part)
            elif word := part(cells):
                found.append(word)
            else:
                return ""
        return "".join(found)

    return text


def planned(table: Table, mapping: Mapping) -> tuple[Plan, ...]:
    """One plan for each statement in a row: one, or one for each contest that has columns of its own."""
    base = mapping.columns
    if base is None:
        message = f"{mapping.name} says nothing of columns, which CSV needs: [columns]."
        raise FeedError(table.name, table.header_line, message)
    header = _Header(table, mapping)
    own = [contest for contest in mapping.contests.values() if contest.fields is not None]
    shapes = [(contest.id, merged(base, contest.fields)) for contest in own] or [
        (_contest(mapping, base), base)
    ]
    ignored = header.ignored(fields for _, fields in shapes)
    plans = [_plan(header, contest, fields, bool(own), ignored) for contest, fields in shapes]
    for rule in mapping.file.skip:
        header.place(rule.column, "file.skip")
    _nothing_left(header, ignored)
    return tuple(plans)


def _contest(mapping: Mapping, base: Fields) -> str:
    """The one contest of every row, "" if a column says it or nobody does."""
    if base.contest:
        return ""
    if mapping.fixed.contest:
        return mapping.contest_of(mapping.fixed.contest)
    return next(iter(mapping.contests)) if len(mapping.contests) == 1 else ""


def _plan(header: _Header, contest: str, fields: Fields, own: bool, ignored: set[int]) -> Plan:
    assert fields.unit is not None, "read_mapping asks for it"
    unit = header.text(fields.unit, "unit")
    areas = [
        (
            area.level,
            header.text(area.name, f"area.{area.level}"),
            None if area.id is None else header.text(area.id, f"area.{area.level}.id"),
        )
        for area in fields.areas
    ]
    figures = {
        name: tuple(header.place(one, name) for one in fields.figure(name))
        for name in FIGURES
        if fields.figure(name)
    }
    rest = {
        name: header.maybe(getattr(fields, name), name)
        for name in ("revision", "time", "state", "cause", "boxes", "party")
    }
    contest_at = header.maybe(fields.contest, "contest")
    unit_name = None if fields.unit_name is None else header.text(fields.unit_name, "unit_name")
    skips = {header.place(rule.column, "file.skip") for rule in header.mapping.file.skip}
    choices = () if fields.choice else _choices(header, contest, fields, own, ignored | skips)
    return Plan(
        contest, contest_at, unit, tuple(header.places[plain(name)] for name in fields.unit.names), unit_name,
        tuple(areas), figures=figures, choices=choices, pairs=_pairs(header, fields, ignored),
        long=bool(fields.choice) and not fields.pairs, headings=header.headings, **rest,
    )  # fmt: skip


def _pairs(header: _Header, fields: Fields, ignored: set[int]) -> tuple[tuple[int, int], ...]:
    """Places of (choice, votes): one pair in a long table, as many as there are where they are repeated."""
    if not fields.choice:
        return ()
    if not fields.pairs:
        return ((header.place(fields.choice, "choice"), header.place(fields.votes, "votes")),)
    taken = ignored | header.used
    names, votes = _repeated(header, fields.choice, taken), _repeated(header, fields.votes, taken)
    lonely = [names[key] for key in names if key not in votes] + [
        votes[key] for key in votes if key not in names
    ]
    if lonely or not names:
        found = ", ".join(repr(header.headings[place]) for place in lonely) or "none"
        raise header.wrong(
            f"Columns {fields.choice!r} and {fields.votes!r} belong together; without the other: {found}."
        )
    header.used.update(names.values(), votes.values())
    return tuple((names[key], votes[key]) for key in names)


def _repeated(header: _Header, name: str, taken: set[int]) -> dict[str, int]:
    """The columns of one side of the pairs, by what tells the pairs apart."""
    if ALL in name:
        known = pattern(name)
        every = ((known.fullmatch(heading), place) for heading, place in header.places.items())
        return {"*".join(found.groups()): place for found, place in every if found and place not in taken}
    alike = re.compile(re.escape(plain(name)) + r"(#[0-9]+)?")
    same = ((alike.fullmatch(heading), place) for heading, place in header.places.items())
    return {found[1] or "": place for found, place in same if found and place not in taken}


def _choices(
    header: _Header, contest: str, fields: Fields, own: bool, taken: set[int]
) -> tuple[ChoiceColumn, ...]:
    mapping = header.mapping
    groups = [("", mapping.choices)]
    groups += [
        (one.id, one.choices)
        for one in mapping.contests.values()
        if one.id == contest or (not own and not contest)
    ]
    found = []
    for within, choices in groups:
        for choice in choices.values():
            places = _marked(header, choice)
            if places:
                found.append(ChoiceColumn(choice.id, within, places))
    names: Iterable[str] = fields.choices
    if tuple(names) == (ALL,):
        if own:
            raise header.wrong('choices = "*" cannot tell the choices of several contests apart: name them.')
        names = [
            heading
            for heading, place in header.places.items()
            if place not in header.used and place not in taken
        ]
        _none_repeats(header, names)
    for name in names:
        place = header.place(name, "choices")
        found.append(ChoiceColumn(mapping.choice_of(contest, name), contest, (place,)))
    ids = [(one.contest, one.id) for one in found]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise header.wrong(f"Two columns are the choice {twice[1]}; where they are added, say sum = true.")
    if not found:
        raise header.wrong("No column is a choice.")
    return tuple(found)


def _none_repeats(header: _Header, headings: Iterable[str]) -> None:
    """Nobody said which choice the second column of one heading is, or whether it is one."""
    for heading in headings:
        first = header.table.written[heading]
        if first and first != heading:
            raise header.wrong(
                f"Columns {header.places[first] + 1} and {header.places[heading] + 1} are both called "
                f"{first!r:.60}: name them in [choices] ({first!r:.60} and {heading!r:.60}), or ignore one "
                "in columns.ignore."
            )


def _marked(header: _Header, choice: ChoiceMarks) -> tuple[int, ...]:
    """The columns of a declared choice."""
    there = [mark for mark in choice.marks if plain(mark) in header.places]
    if choice.sum and there and len(there) < len(choice.marks) and not choice.optional:
        missing = next(mark for mark in choice.marks if mark not in there)
        raise header.wrong(
            f"There is no column {missing!r:.80}, a part of {choice.id}. {header.near(missing)}"
        )
    if len(there) > 1 and not choice.sum:
        names = " and ".join(repr(mark) for mark in there[:2])
        raise header.wrong(f"{names} are both {choice.id}; where they are added, say sum = true.")
    if not there:
        if choice.optional:
            return ()
        mark = choice.marks[0] if choice.marks else choice.id
        raise header.wrong(
            f"There is no column {mark!r:.80}, the choice {choice.id}. {header.near(mark)} "
            "Where it may be missing, say optional = true."
        )
    return tuple(header.place(mark, choice.id) for mark in there)


def _nothing_left(header: _Header, ignored: set[int]) -> None:
    left = [
        (place, heading)
        for heading, place in header.places.items()
        if place not in header.used and place not in ignored
    ]
    if not left:
        return
    names = ", ".join(f"{heading!r:.60} ({place + 1})" for place, heading in left[:8])
    more = f" and {len(left) - 8} more" if len(left) > 8 else ""
    raise header.wrong(
        f"{'Columns' if len(left) > 1 else 'Column'} {names}{more}: neither used nor ignored. Say in "
        f"{header.mapping.name} what {'they are' if len(left) > 1 else 'it is'}, or ignore them in "
        "columns.ignore."
    )
