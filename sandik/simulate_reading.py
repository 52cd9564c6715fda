"""Reads what a simulated night is made from: simulation.toml and totals.csv, every mistake of a file at once.

    simulation = read_simulation(content, facts, main)  facts: night.toml; main: the two main choices
    totals = read_totals(content, choices)              area → column → official figure

Know before changing: what is asked here is what the builder would fall over, or go on for ever with. Whether
a night of it can be told (do boxes sum to what was published?) only building it shows, with a ValueError.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from math import isfinite
from typing import Any

from election.errors import Mistake, MistakesError
from election.report import Cause
from election.wire.records import RULING_KINDS
from election.wire.toml_reader import Table, parse_toml
from sandik.simulate_arrival import FIGURES

SIMULATION, TOTALS = "simulation.toml", "totals.csv"


@dataclass(frozen=True, slots=True)
class Must:
    """What stands at a key: in words, how it is known, and the shape of the table or tables it is."""

    word: str
    is_right: Callable[[Any], bool] = bool
    optional: bool = False
    inside: "Shape | None" = None
    many: bool = False


Shape = Mapping[str, Must]
"""The keys of a table."""


def _whole(value: object, least: int) -> bool:
    return type(value) is int and value >= least


def _number(value: object) -> bool:
    return type(value) is int or (isinstance(value, float) and isfinite(value))


def _time(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _curve(value: object) -> bool:
    """Whether it begins with no box, never falls, and its hours follow one another."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    if not all(isinstance(p, list) and len(p) == 2 and _time(p[0]) and _whole(p[1], 0) for p in value):
        return False
    rises = all(one[0] < two[0] and one[1] <= two[1] for one, two in pairwise(value))
    return rises and value[0][1] == 0 < value[-1][1]


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _pairs(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) for word in pair)
        for pair in value
    )


def _one_of(known: Iterable[str]) -> Must:
    words = tuple(known)
    return Must(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def _tables(inside: Shape) -> Must:
    return Must("a list of tables", inside=inside, many=True)


def _table(inside: Shape) -> Must:
    return Must("a table", inside=inside)


def _maybe(must: Must) -> Must:
    return replace(must, optional=True)


TEXT = Must("a text", lambda value: isinstance(value, str))
COUNT = Must("a whole number of at least 0", lambda value: _whole(value, 0))
ABOVE_0 = Must("a whole number above 0", lambda value: _whole(value, 1))
VOTES = Must("a whole number", lambda value: type(value) is int)
NUMBER = Must("a number", _number)
SECONDS = Must("a number of seconds above 0", lambda value: _number(value) and value >= 0.001)
TIME = Must("a time with a zone, as in 2019-06-23T19:00:00+03:00", _time)
TIMES = Must(f"a list with at least one time; each is {TIME.word}",
             lambda value: isinstance(value, list) and bool(value) and all(map(_time, value)))  # fmt: skip
CURVE = Must("pairs of a time with a zone and of boxes in by then, from 0 boxes on and never falling", _curve)
FLAG = Must("true or false", lambda value: isinstance(value, bool))
TEXTS = Must("a text a language", _texts)
ANYTHING = Must("a table", lambda value: isinstance(value, dict))
PAIRS = Must("pairs of a kind and a key", _pairs)
CAUSE = _one_of(cause.value for cause in Cause)

CHANGE: Shape = {"votes": COUNT, "boxes": COUNT}
ENDING: Shape = {"state": TEXT, "choice": TEXT, "rule": TEXT, "alerts": PAIRS}


def shape(main: Sequence[str], sources: Iterable[str], levels: Iterable[str]) -> Shape:
    """All that may stand in simulation.toml of a night with these main choices, sources and levels."""
    late, source, level = _one_of(main), _one_of(sources), _one_of(levels)
    leans: Shape = {"late": late, "skew": NUMBER, "district_spread": NUMBER, "large_later": NUMBER}
    both: Shape = dict.fromkeys(main, VOTES)
    arrives: Shape = {**leans, "poll_s": SECONDS, "curve": CURVE, "held": _maybe(COUNT)}
    mark: Shape = {
        "at": TIME, "boxes": COUNT, "valid": _maybe(COUNT), "silent_before": _maybe(FLAG),
        **dict.fromkeys(main, _maybe(VOTES)),
    }  # fmt: skip
    step: Shape = {
        "from": TIME, "at": TIME, "lead": VOTES, main[0]: VOTES, "bulletins": ABOVE_0, "cause": CAUSE,
        "typo": _maybe(_table(CHANGE)), "review": _maybe(_table(CHANGE)), "boxes": _maybe(ABOVE_0),
        "area": _maybe(TEXT),
    }  # fmt: skip
    before: Shape = {"valid": COUNT, "invalid": COUNT, "voters": _maybe(COUNT)}
    ruling: Shape = {
        "kind": _one_of(RULING_KINDS), "at": TIME, "heard_at": _maybe(TIME), "source": TEXT, "actor": TEXT,
        "text": TEXT, "data": _maybe(ANYTHING), "texts": _maybe(TEXTS), "actors": _maybe(TEXTS),
    }  # fmt: skip
    held: Shape = {"state": TEXT, "cause": CAUSE, "marked_at": TIME, "released": TIMES}
    agency: Shape = {**leans, "source": source, "level": level, "every_s": ABOVE_0, "marks": _tables(mark)}
    return {
        "arrival": _table(arrives),
        "published": _maybe(_tables({"boxes": COUNT, **both})),
        "held": _maybe(_table(held)),
        "counts": _maybe(
            _tables({**arrives, "source": source, "boxes": ABOVE_0, "differs_in": ABOVE_0, **both})
        ),
        "agencies": _maybe(_tables(agency)),
        "recounts": _maybe(_table({"before": _table(before), "steps": _tables(step)})),
        "rulings": _maybe(_tables(ruling)),
        "ending": _maybe(_table(ENDING)),
    }


def read_simulation(content: bytes, facts: Mapping[str, Any], main: Sequence[str]) -> dict[str, Any]:
    """The file as a table. Raises MistakesError with every mistake in it."""
    mistakes: list[Mistake] = []
    root = parse_toml(SIMULATION, content, mistakes)
    if not mistakes:
        sources = [one["id"] for one in facts["sources"]]
        _read(root, shape(main, sources, facts["levels"]))
    if not mistakes:
        _fits(root, main)
    if mistakes:
        raise MistakesError("in the simulation", mistakes)
    return {key: root.value(key) for key in root.keys_here()}


def _read(table: Table, wanted: Shape) -> None:
    """Notes keys that are unknown, missing, or hold something else."""
    for key in table.keys_here():
        if key not in wanted:
            table.wrong(key, f"There is no {table.name}{key}; known here: {', '.join(wanted)}.")
    for key, must in wanted.items():
        if not table.has(key):
            if not must.optional:
                table.wrong(None, f"{table.name}{key} is missing; it is {must.word}.")
        elif must.inside is None:
            if not must.is_right(table.value(key)):
                table.wrong(key, f"{table.name}{key} is {table.value(key)!r:.60}; it is {must.word}.")
        else:
            for inner in table.tables(key, least=1) if must.many else (table.table(key),):
                _read(inner, must.inside)


def _fits(root: Table, main: Sequence[str]) -> None:
    """Notes where each is right in itself, and the two do not go together."""
    arrival = root.table("arrival")
    for one in (arrival, *root.tables("counts")):
        whole = _last_of_curve(one)
        if one.has("held") and one.number("held") > whole:
            one.wrong("held", f"{one.name}held is more than the {whole} boxes of its curve.")
    for one in root.tables("counts"):
        if one.number("differs_in") > one.number("boxes"):
            one.wrong("differs_in", f"{one.name}differs_in is more than its boxes.")
    for agency in root.tables("agencies"):
        for mark in agency.tables("marks"):
            left = [name for name in main if not mark.has(name)]
            if mark.has("valid") and left:
                mark.wrong("valid", f"With {mark.name}valid there stand {' and '.join(left)}.")
    if root.has("counts") and not root.has("recounts"):
        root.wrong("counts", "Of counts nothing is told without recounts.")
    if root.has("recounts"):
        _fits_recounts(root)


def _fits_recounts(root: Table) -> None:
    if not root.has("held"):
        root.wrong("recounts", "With recounts there stands [held]: how the boxes held came in.")
    if len(root.tables("published")) != 2:
        root.wrong(
            "recounts", "With recounts there stand two [[published]]: before and after some more boxes."
        )
    for step in root.table("recounts").tables("steps"):
        if step.has("boxes") == step.has("area"):
            step.wrong(
                None, "A step of the recounts has either boxes, so many of them, or an area, all of it."
            )


def _last_of_curve(table: Table) -> int:
    curve: Any = table.value("curve")
    return int(curve[-1][1])


def read_totals(content: bytes, choices: Sequence[str]) -> dict[str, dict[str, int]]:
    """totals.csv: area → column → official figure. Raises MistakesError with every mistake."""
    mistakes: list[Mistake] = []
    try:
        rows = csv.DictReader(io.StringIO(content.decode()), strict=True)
        missing = [
            name for name in ("area", "boxes", *FIGURES, *choices) if name not in (rows.fieldnames or ())
        ]
        found: dict[str, dict[str, int]] = {}
        for row in () if missing else rows:
            if row["area"] in found:
                mistakes.append(Mistake(TOTALS, rows.line_num, f"The area {row['area']} stands twice."))
            found[row["area"]] = _figures(row, rows.line_num, mistakes)
    except (UnicodeDecodeError, csv.Error) as error:
        raise MistakesError(
            "in the simulation", [Mistake(TOTALS, None, f"This is not CSV: {error}.")]
        ) from error
    if missing:
        mistakes.append(Mistake(TOTALS, 1, f"The columns {', '.join(missing)} are missing."))
    elif not found:
        mistakes.append(Mistake(TOTALS, None, "There is no area in this file."))
    if mistakes:
        raise MistakesError("in the simulation", mistakes)
    return found


def _figures(row: Mapping[str | None, Any], line: int, mistakes: list[Mistake]) -> dict[str, int]:
    figures: dict[str, int] = {}
    for name, text in row.items():
        if name == "area":
            continue
        if name is None or not (
            isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10
        ):
            mistakes.append(
                Mistake(TOTALS, line, f"{name or 'A cell'} is {text!r:.40}; it is a whole number.")
            )
            continue
        figures[name] = int(text)
        if name == "boxes" and not figures[name]:
            mistakes.append(Mistake(TOTALS, line, "boxes is 0; an area has at least one."))
    return figures
