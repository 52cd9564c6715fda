"""What the boxes said before they were corrected, made up backwards from what they said in the end.

    told = recounts(table, sheet, ballot, before, barred, dice)
    told.first        the figures of every box as first heard
    told.revised      (when, why, which box), in order: from then on a box says what it said in the end

    typing errors     votes stood in the wrong column: nothing but the column changes
    invalid reviewed  papers held invalid become votes
    recounts and objections   a few papers more or fewer

Published are the totals before and after, and the lead on some days; which boxes and papers made the
difference is not, and comes from the seed.

Know before changing: a box is corrected at most once, so that what it says in the end is the sheet's; shipped
recordings are rebuilt and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sandik.simulate_arrival import Sheet, milliseconds
from sandik.simulate_figures import Ballot, noise, spread

TYPO_MOST = 110
"""Most votes of a box in the wrong column."""
SMALL_SPREAD = 2.5
"""How far a recount's changes lie apart, in votes."""


@dataclass(frozen=True, slots=True)
class Revised:
    """One box corrected: `at` in milliseconds since 1970, the cause, its place in the sheet."""

    at: int
    cause: str
    row: int


@dataclass(frozen=True, slots=True)
class Recounts:
    """The boxes as first heard, and every correction."""

    first: Sheet
    revised: Sequence[Revised]


def recounts(
    table: Mapping[str, Any], sheet: Sheet, ballot: Ballot, before: Mapping[str, int], barred: set[int],
    dice: Random,
) -> Recounts:  # fmt: skip
    """Corrections that lead from the totals `before` to the sheet's, along the steps of `table`.

    `before` gives valid, invalid and the main choices of all boxes as first heard. Boxes `barred` are not
    corrected. Raises ValueError where the boxes cannot hold what a step moves.
    """
    whole = {step["area"] for step in table["steps"] if "area" in step}
    work = _Work(sheet, ballot, whole, barred, dice)
    after = {name: sum(column) for name, column in sheet.columns.items()}
    one, other = ballot.main
    minor = before["valid"] - before[one] - before[other] - sum(after[name] for name in ballot.minor)
    steps = table["steps"]
    typo = _allotted(minor, [step.get("typo", {}).get("votes", 0) for step in steps])
    review = _allotted(
        before["invalid"] - after["invalid"], [step.get("review", {}).get("votes", 0) for step in steps]
    )
    at = (before[one], before[other])
    revised: list[Revised] = []
    for step, wrong, spoilt in zip(steps, typo, review, strict=True):
        to = (step[one], step[one] - step["lead"])
        moved = (to[0] - at[0], to[1] - at[1])
        revised += _dealt(step, work.step(step, moved, wrong, spoilt), dice)
        at = to
    if at != (after[one], after[other]):
        raise ValueError(
            f"the last step ends at {at[0]} and {at[1]}, the boxes at {after[one]}, {after[other]}"
        )
    return Recounts(work.first(), revised)


def _allotted(total: int, weights: Sequence[int]) -> list[int]:
    """The total in whole parts by weight; a weight of nothing gets nothing. ValueError: none has a weight."""
    whole, parts, before, given = sum(weights), list[int](), 0, 0
    if not whole:
        if total:
            raise ValueError(f"{total} votes are to move, and no step has votes of that kind")
        return [0] * len(weights)
    for weight in weights:
        before += weight
        parts.append(total * before // whole - given)
        given += parts[-1]
    return parts


def _dealt(step: Mapping[str, Any], rows: Sequence[tuple[int, str]], dice: Random) -> list[Revised]:
    """The boxes of a step, shuffled and dealt to its bulletins; the last one is at the step's hour."""
    start, end, count = milliseconds(step["from"]), milliseconds(step["at"]), step["bulletins"]
    keys = {row: dice.random() for row, _ in rows}
    found = sorted(rows, key=lambda one: (keys[one[0]], one[0]))
    return [
        Revised(start + (end - start) * (place * count // len(found) + 1) // count, cause, row)
        for place, (row, cause) in enumerate(found)
    ]


class _Work:
    """The changes collected so far, and the boxes that are still free to be changed."""

    def __init__(self, sheet: Sheet, ballot: Ballot, whole: set[str], barred: set[int], dice: Random) -> None:
        self._sheet, self._ballot, self._dice, self._barred = sheet, ballot, dice, barred
        self._columns = {name: list(column) for name, column in sheet.columns.items()}
        self._free = [
            row for row, area in enumerate(sheet.areas) if area not in whole and self._can_change(row)
        ]

    def first(self) -> Sheet:
        """The sheet before every correction."""
        return Sheet(self._sheet.boxes, self._sheet.areas, self._columns)

    def step(
        self, step: Mapping[str, Any], moved: tuple[int, int], wrong: int, spoilt: int
    ) -> list[tuple[int, str]]:
        """The boxes of one step and why each was corrected."""
        other = self._ballot.main[1]
        to_one = spoilt * 45 // 100
        rest = (moved[0] - to_one, moved[1] - wrong - (spoilt - to_one))
        found = [(row, "typo") for row in self._typo(other, wrong, step.get("typo", {}).get("boxes", 0))]
        reviewed = self._review(spoilt, to_one, step.get("review", {}).get("boxes", 0))
        found += [(row, "invalid-review") for row in reviewed]
        if "area" in step:
            rows = [row for row, area in enumerate(self._sheet.areas) if area == step["area"]]
            self._rest(rest, [row for row in rows if self._can_change(row)])
        else:
            rows = self._rest(rest, self._drawn(step["boxes"], 0))
        return found + [(row, step["cause"]) for row in rows]

    def _can_change(self, row: int) -> bool:
        """Whether a few papers more or fewer leave a paper that no check holds back."""
        said = {name: column[row] for name, column in self._sheet.columns.items()}
        room = said["registered"] >= 250 and said["voters"] <= said["registered"] - 30
        few_invalid = said["invalid"] * 100 < 6 * said["voters"]
        return (
            row not in self._barred and room and few_invalid and min(said[m] for m in self._ballot.main) >= 40
        )

    def _drawn(self, count: int, least: int) -> list[int]:
        """Free boxes where the second main choice has at least so many votes."""
        column = self._sheet.columns[self._ballot.main[1]]
        found: list[int] = []
        tried = 0
        while len(found) < count:
            tried += 1
            if tried > 20 * count + 1000 or not self._free:
                raise ValueError(f"there are no {count} boxes left to correct")
            place = int(self._dice.random() * len(self._free))
            row = self._free[place]
            if column[row] >= least:
                self._free[place] = self._free[-1]
                self._free.pop()
                found.append(row)
        return found

    def _typo(self, to: str, votes: int, count: int) -> list[int]:
        if not count:
            return []
        if not self._ballot.minor:
            raise ValueError("there is no third choice whose column votes could stand in")
        rows = self._drawn(count, TYPO_MOST + 10)
        parts = spread(
            votes, [0.3 + self._dice.random() for _ in rows], [1] * len(rows), [TYPO_MOST] * len(rows)
        )
        for row, part in zip(rows, parts, strict=True):
            stood = self._ballot.minor[int(self._dice.random() * len(self._ballot.minor))]
            self._columns[to][row] -= part
            self._columns[stood][row] += part
        return rows

    def _review(self, votes: int, to_one: int, count: int) -> list[int]:
        if not count:
            return []
        rows = self._drawn(count, 0)
        parts = spread(votes, [0.2 + self._dice.random() for _ in rows], [1] * len(rows), [10] * len(rows))
        one, other = self._ballot.main
        sofar = 0
        for row, part in zip(rows, parts, strict=True):
            mine = (sofar + part) * to_one // votes - sofar * to_one // votes
            sofar += part
            self._change(row, {one: mine, other: part - mine, "valid": part, "invalid": -part})
        return rows

    def _rest(self, moved: tuple[int, int], rows: list[int]) -> list[int]:
        one, other = self._ballot.main
        ones, others = (scattered(total, len(rows), self._dice) for total in moved)
        for row, mine, theirs in zip(rows, ones, others, strict=True):
            both = mine + theirs
            self._change(row, {one: mine, other: theirs, "valid": both, "voters": both})
        return rows

    def _change(self, row: int, moved: Mapping[str, int]) -> None:
        """Takes from the first figures what the correction adds."""
        for name, votes in moved.items():
            self._columns[name][row] -= votes


def scattered(total: int, count: int, dice: Random) -> list[int]:
    """Small whole numbers of either sign that sum to the total. Raises ValueError for none of them."""
    if not count:
        raise ValueError(f"{total} votes are to move in no box at all")
    parts = [int(SMALL_SPREAD * noise(dice)) for _ in range(count)]
    each, more = divmod(total - sum(parts), count)
    return [part + each + (place < more) for place, part in enumerate(parts)]
