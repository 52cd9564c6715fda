"""The short way through a wide table: a row of plain digits becomes its report, nothing looked up by name.

    short = short_way(table, plans, document, mapping, night, taken)
    short(cells)        a BoxReport, or None: read this row the long way

Know before changing: it may only ever give what `papers` and `judging` would give (a property test compares),
and is the reason why a country's boxes are read in a second (bench/parse.py). When in doubt: None.
"""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import cast

from election.night import BOX_LEVEL, ChoiceId, Contest, Night, SourceId, UnitId
from election.report import COUNT_MAX, COUNTED_STATE, BoxReport, Cause
from producers.formats.cells import Table
from producers.formats.columns import Cells, Plan
from producers.formats.document import UNNUMBERED, Document
from producers.formats.judging import RefusedError, choice_in, contest_in
from producers.formats.shapes import FIGURES, Mapping, SkipRule
from producers.formats.slugs import plain
from producers.formats.values import Clock

Short = Callable[[list[str]], BoxReport | None]
Balance = Callable[[list[int]], tuple[int | None, int, int | None]]
"""voters, valid (-1 if unknown) and invalid out of a row's numbers."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """Everything about a row that was looked up once."""

    contest: Contest
    source: SourceId
    choices: list[ChoiceId]
    counts: Callable[[list[str]], tuple[str, ...]]
    """The cells of the choices, then those of the figures."""
    balance: Balance
    registered: int | None
    registers: ReadOnly[UnitId, int | None]
    unit: Callable[[Cells], UnitId]
    about: "About | None"
    lines: dict[str, int] | None
    """Where each box was told, if it may be told once only."""


def short_way(
    table: Table, plans: tuple[Plan, ...], document: Document, mapping: Mapping, night: Night,
    taken: dict[str, dict[str, int]],
) -> Short | None:  # fmt: skip
    """The short way of this table, or None if it has no such rows. `taken` is shared with the long way."""
    if len(plans) != 1 or not _simple(plans[0], mapping):
        return None
    plan = plans[0]
    contest = contest_in(night, plan.contest)
    source = SourceId(document.source or contest.source)
    names = [name for name in FIGURES if name in plan.figures]
    places = [one.places[0] for one in plan.choices] + [plan.figures[name][0] for name in names]
    choices = [
        choice_in(contest, one.id, mapping.choice_name(plan.contest, one.id, table.headings[one.places[0]]))
        for one in plan.choices
    ]
    if len(places) < 2 or len(set(choices)) < len(choices):
        return None
    once = not document.endless and not mapping.revision_is_time
    ways = _Ways(
        contest, source, choices, itemgetter(*places), _balance(names, len(choices), mapping),
        len(choices) + names.index("registered") if "registered" in names else None,
        _registers(night, contest, source), _units(plan, mapping), _about(table, plan, document, mapping),
        taken.setdefault(plan.contest, {}) if once else None,
    )  # fmt: skip
    return _compiled(ways, table, document.heard_at)


def _compiled(ways: _Ways, table: Table, heard_at: datetime) -> Short:
    """The function of a row. Its names are local: that is half of its speed."""
    contest, source, choices, first = ways.contest.id, ways.source, ways.choices, Cause.FIRST
    counts, balance, registered_at, registers = ways.counts, ways.balance, ways.registered, ways.registers
    unit_of, about, lines = ways.unit, ways.about, ways.lines
    reader, before, width = table.reader, table.before, table.width
    missing, revision, at = -1, UNNUMBERED, heard_at

    def short(cells: list[str]) -> BoxReport | None:
        nonlocal revision, at
        if len(cells) != width:
            return None
        texts = counts(cells)
        joined = "".join(texts)
        if not joined.isdigit() or not joined.isascii():
            return None
        try:
            numbers = list(map(int, texts))
        except ValueError:  # an empty cell among digits
            return None
        unit = unit_of(cells)
        register = registers.get(unit, missing)
        voters, valid, invalid = balance(numbers)
        if register == missing or max(numbers) > COUNT_MAX:
            return None
        if voters is None or invalid is None or invalid < 0 or not 0 <= valid <= voters <= COUNT_MAX:
            return None
        if about is not None:
            known = about(cells)
            if known is None:
                return None
            revision, at = known
        if lines is not None:
            if unit in lines:
                return None
            lines[unit] = before + reader.line_num
        if registered_at is not None:
            register = numbers[registered_at]
        return BoxReport(
            contest, source, unit, revision, first, COUNTED_STATE, register, voters, valid, invalid,
            dict(zip(choices, numbers, strict=False)), None, at,  # the choices come first
        )  # fmt: skip

    return short


def _simple(plan: Plan, mapping: Mapping) -> bool:
    """Whether a row is one statement of plain figures, with nothing to add up or put together."""
    fixed, single = mapping.fixed, [*plan.figures.values(), *(one.places for one in plan.choices)]
    return (
        not plan.pairs
        and plan.contest_at is plan.revision is plan.boxes is None
        and fixed.state in ("", COUNTED_STATE)
        and fixed.cause in ("", Cause.FIRST.value)
        and all(len(places) == 1 for places in single)
        and not any(mark.isdigit() for mark in mapping.absent)
    )


def _registers(night: Night, contest: Contest, source: SourceId) -> ReadOnly[UnitId, int | None]:
    """What the night's register says of every unit the source may report."""
    level = night.sources[source].level
    if level != BOX_LEVEL:
        return dict.fromkeys(night.units(contest, night.sources[source]))
    inside = {area for area, line in night.lines.items() if contest.area in line}
    return {UnitId(box.id): box.registered for box in night.boxes.values() if box.area in inside}


def _units(plan: Plan, mapping: Mapping) -> Callable[[Cells], UnitId]:
    """The unit of a row, as the mapping calls it."""
    text = plan.unit
    if mapping.level == BOX_LEVEL and not mapping.units:
        return cast("Callable[[Cells], UnitId]", text)
    return lambda cells: UnitId(mapping.unit_of(unit) if (unit := text(cells)) else "")


def _balance(names: list[str], choices: int, mapping: Mapping) -> Balance:
    """As `judging.completed` does it, of figures that all stand there, behind so many choices."""
    voters_at, valid_at, invalid_at = (
        choices + names.index(name) if name in names else None for name in ("voters", "valid", "invalid")
    )
    if voters_at is not None and valid_at is not None and invalid_at is None:
        return lambda numbers: (numbers[voters_at], numbers[valid_at], numbers[voters_at] - numbers[valid_at])

    def balance(numbers: list[int]) -> tuple[int | None, int, int | None]:
        voters = None if voters_at is None else numbers[voters_at]
        valid = None if valid_at is None else numbers[valid_at]
        invalid = None if invalid_at is None else numbers[invalid_at]
        if valid is None and mapping.valid_is_sum:
            valid = sum(numbers[:choices])
        if voters is None and invalid is None and mapping.voters_are_valid:
            voters = valid
        if valid is None and voters is not None and invalid is not None:
            valid = voters - invalid
        if voters is None and valid is not None and invalid is not None:
            voters = valid + invalid
        if invalid is None and voters is not None and valid is not None:
            invalid = voters - valid
        return voters, -1 if valid is None else valid, invalid

    return balance


About = Callable[[Cells], "tuple[int, datetime] | None"]


def _about(table: Table, plan: Plan, document: Document, mapping: Mapping) -> About | None:
    """Revision and time of a row, None where something in it is unusual; no function where nothing can be."""
    usual, skips = _usual(plan, mapping), _skips(table, mapping)
    clock, heard_at, time_at = Clock(mapping.times), document.heard_at, plan.time
    numbered = mapping.revision_is_time
    if not usual and not skips and time_at is None:
        return None

    def about(cells: Cells) -> tuple[int, datetime] | None:
        for place, texts in usual:
            if cells[place] not in texts:
                return None
        for place, rule in skips:
            word = plain(cells[place])
            if word in rule.marks or word.startswith(rule.begins):
                return None
        if time_at is None:
            return UNNUMBERED, heard_at
        try:
            at = clock.read(cells[time_at], "")
        except RefusedError:  # the long way says why
            return None
        return round(at.timestamp() * 1000) if numbered else UNNUMBERED, at

    return about


def _usual(plan: Plan, mapping: Mapping) -> list[tuple[int, frozenset[str]]]:
    """The columns of state and cause, and the texts there that say nothing unusual."""
    found = []
    for place, marks, word in (
        (plan.state, mapping.states, COUNTED_STATE),
        (plan.cause, mapping.causes, Cause.FIRST.value),
    ):
        if place is not None:
            also = {mark for mark in ("", word) if mark not in marks}
            found.append((place, frozenset(also | {mark for mark, means in marks.items() if means == word})))
    return found


def _skips(table: Table, mapping: Mapping) -> list[tuple[int, SkipRule]]:
    return [(table.headings.index(plain(rule.column)), rule) for rule in mapping.file.skip]
