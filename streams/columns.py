"""Bundles of one source as one table of numbers, and which of its rows may be anything but plain good papers.

    bundles ──▶ rows as the store keeps them (revision, edition, status, …, votes)
            ──▶ suspect: what `election.checks` might say anything about

Know before changing: a row that is not suspect is summed without being looked at again. So this may suspect
too much, never too little: a check that is new or changed in `election/checks.py` needs its line here, and
tests/streams/test_columns.py compares the two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from types import NoneType
from typing import Any

import numpy as np

from election.report import COUNT_MAX, REVISION_MAX, Cause
from election.tally import Status
from election.wire.records import Bundle
from streams.ground import UNIT, VOTES, Flags, Ground, Numbers
from streams.places import NOBODY

ABSENT = -1
UNKNOWN = 0
"""The place a row of an unknown unit gets, so that arrays can be indexed; the row is suspect."""
COUNTABLE_CAUSES = frozenset(cause.value for cause in Cause if cause is not Cause.WITHDRAWN)
FIGURES = ("registered", "voters", "valid", "invalid")


@dataclass(frozen=True)
class Columns:
    """The reports of some bundles, in their order, one a row."""

    units: Numbers
    rows: Numbers
    suspect: Flags
    bundle: Numbers
    """Which bundle a row came from."""
    starts: Numbers
    """Where each bundle's rows begin."""


def columns(bundles: Sequence[Bundle], ground: Ground) -> Columns:
    """These bundles, all of the ground's contest and source, as numbers."""
    lengths = np.array([len(bundle) for bundle in bundles], dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    size = int(lengths.sum())
    found = ground.places.find(list(chain.from_iterable(bundle.box for bundle in bundles)))
    suspect = found == NOBODY
    units = np.where(suspect, UNKNOWN, found)
    suspect |= np.repeat(np.array([_odd(bundle, ground) for bundle in bundles], dtype=np.bool_), lengths)
    rows = np.zeros((size, ground.width), dtype="<i8")
    rows[:, UNIT["status"]] = Status.COUNTED
    for place, values in _values(bundles, ground):
        rows[:, place], bad = _numbers(values)
        if bad is not None:
            suspect |= bad
    suspect |= _words(bundles, ground)
    suspect |= _out_of_bounds(rows)
    suspect |= _missing(rows, units, ground)
    suspect |= _unbalanced(rows, ground)
    if ground.is_box:
        suspect |= _unusual(rows, units, ground)
    return Columns(units, rows, suspect, np.repeat(np.arange(len(bundles)), lengths), starts)


def _odd(bundle: Bundle, ground: Ground) -> bool:
    """Whether something about the whole bundle calls for the plain path."""
    return bundle.level != ground.source.level or any(
        ground.contest.position(choice) is None  # type: ignore[arg-type] # asked, not yet known to be a ChoiceId
        for choice in bundle.votes
    )


def _values(bundles: Sequence[Bundle], ground: Ground) -> Iterable[tuple[int, list[Any]]]:
    """The columns of numbers: where each goes, and its values over all bundles."""
    yield UNIT["revision"], _joined((bundle.revision, len(bundle)) for bundle in bundles)
    for name in FIGURES:
        yield UNIT[name], _joined((getattr(bundle, name) or None, len(bundle)) for bundle in bundles)
    yield UNIT["claimed"], _joined((bundle.boxes, len(bundle)) for bundle in bundles)
    for place, choice in enumerate(ground.contest.choices):
        yield VOTES + place, _joined((bundle.votes.get(choice.id), len(bundle)) for bundle in bundles)


def _joined(parts: Iterable[tuple[Any, int]]) -> list[Any]:
    """Columns one after the other; a scalar stands for a column that says the same of every row."""
    values: list[Any] = []
    for column, length in parts:
        values.extend(column if isinstance(column, list) and column else [column] * length)
    return values


def _numbers(values: list[Any]) -> tuple[Numbers, Flags | None]:
    """Counts, ABSENT where there is none; and where the value is no count at all."""
    kinds = set(map(type, values))
    if kinds == {NoneType}:
        return np.full(len(values), ABSENT, dtype=np.int64), None
    try:
        if kinds == {int}:
            numbers = np.array(values, dtype=np.int64)
            return numbers, numbers < 0 if numbers.min() < 0 else None
        if kinds == {int, NoneType}:
            # Not-a-number stands for None on the way; beyond 2^53 a count is out of bounds in any case.
            floats = np.array(values, dtype=np.float64)
            none = np.isnan(floats)
            floats[none] = ABSENT
            bad = ((floats < 0) & ~none) | (floats > REVISION_MAX)
            floats[bad] = 0
            return floats.astype(np.int64), bad
    except OverflowError:
        pass
    good = [value is None or (type(value) is int and 0 <= value <= REVISION_MAX) for value in values]
    clean = [
        (ABSENT if value is None else value) if fine else 0 for value, fine in zip(values, good, strict=True)
    ]
    return np.array(clean, dtype=np.int64), ~np.array(good, dtype=np.bool_)


def _words(bundles: Sequence[Bundle], ground: Ground) -> Flags:
    """Rows whose cause or state is not one under which figures are simply counted."""
    countable = frozenset(state for state, counts in ground.night.states.items() if counts)
    found = np.zeros(sum(map(len, bundles)), dtype=np.bool_)
    at = 0
    for bundle in bundles:
        for column, good in ((bundle.cause, COUNTABLE_CAUSES), (bundle.state, countable)):
            if isinstance(column, list) and column:
                plain = [isinstance(word, str) and word in good for word in column]
                found[at : at + len(bundle)] |= ~np.array(plain, dtype=np.bool_)
            elif not (isinstance(column, str) and column in good):
                found[at : at + len(bundle)] = True
        at += len(bundle)
    return found


def _out_of_bounds(rows: Numbers) -> Flags:
    revision = rows[:, UNIT["revision"]]
    too_many: Flags = np.any(rows[:, UNIT["registered"] :] > COUNT_MAX, axis=1)
    return too_many | (revision < 1) | (revision > REVISION_MAX)


def _missing(rows: Numbers, units: Numbers, ground: Ground) -> Flags:
    """Rows without a figure they need, or with one for a choice that does not stand there."""
    needed = (UNIT["voters"], UNIT["valid"], UNIT["invalid"])
    found: Flags = np.any(rows[:, needed] < 0, axis=1)
    found |= (ground.register[units] >= 0) & (rows[:, UNIT["registered"]] < 0)
    present, stands = rows[:, VOTES:] >= 0, ground.stands[units]
    found |= (present & ~stands).any(axis=1)
    if _on("E112", ground):
        found |= (stands & ~present).any(axis=1)
    return found


def _on(code: str, ground: Ground) -> bool:
    return ground.night.checks[code].level != "off"


def _unbalanced(rows: Numbers, ground: Ground) -> Flags:
    """Rows that do not add up (the E2 checks)."""
    voters, valid, invalid = (rows[:, UNIT[name]] for name in ("voters", "valid", "invalid"))
    total = np.maximum(rows[:, VOTES:], 0).sum(axis=1)
    found: Flags = total > ground.contest.marks * valid
    found |= (rows[:, VOTES:] > valid[:, None]).any(axis=1)
    if _on("E201", ground):
        found |= valid + invalid != voters
    if _on("E202", ground):
        found |= total < valid
    if _on("E203", ground):
        found |= valid > voters
    return found


def _unusual(rows: Numbers, units: Numbers, ground: Ground) -> Flags:
    """Rows of boxes that look odd (the 3 checks)."""
    checks = ground.night.checks
    registered, voters, valid, invalid = (rows[:, UNIT[name]] for name in FIGURES)
    register = ground.register[units]
    stated = registered >= 0
    found: Flags = np.zeros(len(rows), dtype=np.bool_)
    if _on("W301", ground):
        found |= stated & (voters > registered)
    if _on("Q302", ground):
        found |= np.maximum(voters, valid) > ground.most[units]
    if _on("W310", ground):
        found |= stated & (register >= 0) & (registered != register)
    for code in ("W303", "Q304"):
        if _on(code, ground):
            found |= (voters > 0) & (invalid * 100 >= checks[code].thresholds["at_least_pct"] * voters)
    if _on("W305", ground):
        found |= (registered > 0) & (voters * 100 < checks["W305"].thresholds["under_pct"] * registered)
    return found | _one_sided(rows, units, valid, ground)


def _one_sided(rows: Numbers, units: Numbers, valid: Numbers, ground: Ground) -> Flags:
    """Rows where a choice has nearly all, a main choice nothing, or the margin is far from the parent's."""
    checks, votes = ground.night.checks, rows[:, VOTES:]
    found: Flags = np.zeros(len(rows), dtype=np.bool_)
    if _on("W306", ground):
        limits = checks["W306"].thresholds
        nearly = (votes >= 0) & (votes * 100 >= limits["at_least_pct"] * valid[:, None])
        found |= nearly.any(axis=1) & (valid > limits["more_than_votes"])
    if _on("Q307", ground):
        main = np.array([choice.main for choice in ground.contest.choices], dtype=np.bool_)
        found |= ((votes == 0) & main & ground.stands[units]).any(axis=1)
    if _on("W309", ground) and ground.margin_before is not None:
        (first, second), known, before = ground.margin_before
        now = np.maximum(votes[:, first], 0) - np.maximum(votes[:, second], 0)
        limit = checks["W309"].thresholds["more_than_votes"]
        found |= known[units] & (np.abs(now - before[units]) > limit)
    return found
