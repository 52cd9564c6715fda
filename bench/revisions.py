"""Many revisions of every box, in bundles, and the sums that must stand at the end.

Revision 1 is the box's own paper. In each later one up to three votes have moved from the strongest choice to
the next, and up to two voters fewer were counted, so that every report moves totals on every level of area.

Know before changing: the sums are made with numpy alone over the last revision, by walking from each box to
the city; nothing of `election` or `streams` is used in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.istanbul import CHOICES, FIGURES, Istanbul, Table
from election.wire.records import Bundle

BEGIN = datetime(2019, 6, 23, 18, 1, tzinfo=UTC)  # after the embargo, so that everything is worked out
CAUSE = {True: "first", False: "recount"}
SUMMED = ("boxes", *FIGURES)


@dataclass(frozen=True)
class Load:
    """So many revisions of every box in bundles of at most so many reports."""

    night: Istanbul
    revisions: int
    bundle_max: int
    seed: int = 7
    contest: str = "mayor"

    @property
    def reports(self) -> int:
        """How many reports this is."""
        return self.revisions * len(self.night.boxes)

    def figures(self, revision: int) -> Table:
        """All boxes' figures in a revision (1 is the first)."""
        base = self.night.figures
        if revision == 1:
            return base
        dice = np.random.default_rng((self.seed, revision))
        rows = base.copy()
        votes = rows[:, 4:]
        every = np.arange(len(rows))
        first, second = np.argsort(-votes, axis=1, kind="stable")[:, :2].T
        fewer = np.minimum(dice.integers(0, 3, len(rows)), votes[every, first] // 4)
        moved = np.minimum(dice.integers(0, 4, len(rows)), votes[every, first] // 4)
        votes[every, first] -= fewer + moved
        votes[every, second] += moved
        rows[:, 1] -= fewer  # voters
        rows[:, 2] -= fewer  # valid
        return rows

    def bundles(self) -> Iterator[Bundle]:
        """Every revision of every box, one revision after the other, each in an order from the seed."""
        for revision in range(1, self.revisions + 1):
            figures = self.figures(revision)
            heard_at = BEGIN + timedelta(seconds=revision)
            for district, rows in self._order(revision):
                yield self._bundle(district, rows, figures[rows], revision, heard_at)

    def _order(self, revision: int) -> list[tuple[str, Table]]:
        """The bundles of a revision: each a district and rows of it, shuffled."""
        dice = np.random.default_rng((self.seed, revision, 1))
        by_district: dict[str, list[int]] = {}
        for row, district in enumerate(self.night.district):
            by_district.setdefault(district, []).append(row)
        parts: list[tuple[str, Table]] = []
        for district, rows in by_district.items():
            shuffled = dice.permutation(np.array(rows, dtype=np.int64))
            pieces = range(0, len(shuffled), self.bundle_max)
            parts += [(district, shuffled[at : at + self.bundle_max]) for at in pieces]
        return [parts[at] for at in dice.permutation(len(parts)).tolist()]

    def _bundle(self, district: str, rows: Table, figures: Table, revision: int, at: datetime) -> Bundle:
        boxes = self.night.boxes
        registered, voters, valid, invalid, *votes = (column.tolist() for column in figures.T)
        return Bundle(
            contest=self.contest, source="council", area=district, level="box", heard_at=at,
            box=[boxes[row] for row in rows.tolist()], revision=revision,
            registered=registered, voters=voters, valid=valid, invalid=invalid,
            votes=dict(zip(CHOICES, votes, strict=True)), cause=CAUSE[revision == 1],
        )  # fmt: skip

    def expected(self) -> dict[str, dict[str, int]]:
        """For each area of all four levels its boxes, figures and votes after the last revision."""
        return totals(self.night, self.figures(self.revisions))


def totals(night: Istanbul, figures: Table) -> dict[str, dict[str, int]]:
    """Figures of all boxes summed into every area above them."""
    areas = list(night.parent)
    place = {area: at for at, area in enumerate(areas)}
    sums = np.zeros((len(areas), len(SUMMED)), dtype=np.int64)
    rows = np.concatenate((np.ones((len(figures), 1), dtype=np.int64), figures), axis=1)
    at = np.array([place[leaf] for leaf in night.leaf])
    above = np.array([place.get(night.parent[area], -1) for area in areas])
    while at.size:
        np.add.at(sums, at, rows)
        at = above[at]
        inside = at >= 0
        at, rows = at[inside], rows[inside]
    return {area: dict(zip(SUMMED, row, strict=True)) for area, row in zip(areas, sums.tolist(), strict=True)}
