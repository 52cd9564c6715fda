"""An agency that reports areas, made up: its bulletins pass through the figures that were published.

    [[agencies]] of simulation.toml: how its boxes come in, and marks: at this hour so many boxes and votes

Its boxes come in along a straight line from mark to mark, in an order of its own. What a choice gains
for the city between two marks is shared out over the areas as their new boxes would have it, so that at every
mark the city's total is the published one, to the vote; between marks an area moves with its boxes.

Know before changing: what an agency says of a district is nobody's count of boxes; shipped recordings are
rebuilt and compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

from election.wire.records import Bundle
from sandik.simulate_arrival import EPOCH, FIGURES, Arrival, Sheet, milliseconds, order
from sandik.simulate_figures import Ballot

Said = dict[str, dict[str, int]]
"""Area → column → figure; `boxes` is how many boxes are in it."""


def agency(
    table: Mapping[str, Any], contest: str, root: str, sheet: Sheet, ballot: Ballot, dice: Random
) -> list[Bundle]:
    """Every bulletin of one agency: what it says of each area that moved since the one before."""
    one, other = ballot.main
    ahead, behind = (one, other) if table["late"] == one else (other, one)
    lead = [a - b for a, b in zip(sheet.columns[ahead], sheet.columns[behind], strict=True)]
    how = Arrival((), 1, table["skew"], table["district_spread"], table["large_later"], 0)
    heard = _Heard(sheet, order(sheet, lead, how, dice))
    at_marks = _at_marks(table["marks"], heard, ballot)
    said: Said = {area: dict.fromkeys(figures, 0) for area, figures in heard.sums(0).items()}
    revisions = dict.fromkeys(said, 0)
    found: list[Bundle] = []
    for at, claims in _bulletins(table, at_marks, heard):
        moved = [area for area in claims if claims[area] != said[area]]
        for area in moved:
            revisions[area] += 1
        said = claims
        if moved:
            found.append(_bundle(table, contest, root, at, moved, _whole(claims, ballot), revisions))
    return found


class _Heard:
    """What the first so many boxes of an order sum to in each area."""

    def __init__(self, sheet: Sheet, places: Sequence[int]) -> None:
        self._sheet, self._places = sheet, places

    def sums(self, boxes: int) -> Said:
        """In the order of the sheet; an area of which nothing was heard has zeros."""
        rows: dict[str, list[int]] = {area: [] for area in dict.fromkeys(self._sheet.areas)}
        for row in self._places[:boxes]:
            rows[self._sheet.areas[row]].append(row)
        columns = self._sheet.columns.items()
        return {
            area: {"boxes": len(mine), **{name: sum([c[row] for row in mine]) for name, c in columns}}
            for area, mine in rows.items()
        }


def _at_marks(marks: Sequence[Mapping[str, Any]], heard: _Heard, ballot: Ballot) -> list[Said]:
    """What the agency says of each area at each mark."""
    found: list[Said] = []
    sums = heard.sums(0)
    said = sums
    for mark in marks:
        before, sums = sums, heard.sums(mark["boxes"])
        claims = {area: dict(figures) for area, figures in sums.items()}
        for names in ((ballot.main[0],), (ballot.main[1],), ballot.minor):
            total = _total(mark, names, sums, ballot)
            _shared_out(total, names, said, before, claims)
        said = claims
        found.append(claims)
    return found


def _total(mark: Mapping[str, Any], names: Sequence[str], sums: Said, ballot: Ballot) -> int:
    """The city's votes at a mark for these choices together: as published, else as the boxes say."""
    if "valid" not in mark:
        return sum(figures[name] for figures in sums.values() for name in names)
    if names == ballot.minor:
        return int(mark["valid"]) - sum(int(mark[name]) for name in ballot.main)
    return int(mark[names[0]])


def _shared_out(total: int, names: Sequence[str], said: Said, before: Said, claims: Said) -> None:
    """Puts these choices' votes into `claims`, whose figures are the boxes' own, so that they sum to `total`.

    A gain follows the votes in the boxes that are new; a loss follows what was said before.
    """
    places = [(area, name) for area in claims for name in names]
    gained = total - sum(said[area][name] for area, name in places)
    if gained < 0:
        weights = [said[area][name] for area, name in places]
    else:
        weights = [claims[area][name] - before[area][name] for area, name in places]
    whole, running, given = sum(weights), 0, 0
    if gained and not whole:
        raise ValueError(f"nothing moved for {' and '.join(names)}, but the mark asks for {gained} votes")
    for (area, name), weight in zip(places, weights, strict=True):
        running += weight
        part = gained * running // whole - given if gained else 0
        given += part
        claims[area][name] = said[area][name] + part


def _bulletins(
    table: Mapping[str, Any], at_marks: Sequence[Said], heard: _Heard
) -> Iterator[tuple[int, Said]]:
    """At every mark, and between two at regular times unless the agency is silent there."""
    every = table["every_s"] * 1000
    for (before, said), (mark, claims) in pairwise(zip(table["marks"], at_marks, strict=True)):
        start, end = milliseconds(before["at"]), milliseconds(mark["at"])
        yield start, said
        for at in range(start + every, end, every) if not mark.get("silent_before") else ():
            boxes = before["boxes"] + (mark["boxes"] - before["boxes"]) * (at - start) // (end - start)
            sums = heard.sums(boxes)
            yield at, {area: _between(said[area], claims[area], sums[area]["boxes"]) for area in claims}
    yield milliseconds(table["marks"][-1]["at"]), at_marks[-1]


def _between(said: Mapping[str, int], claims: Mapping[str, int], boxes: int) -> dict[str, int]:
    """The figures of an area when so many of its boxes are in, of those between two marks."""
    done, whole = boxes - said["boxes"], claims["boxes"] - said["boxes"]
    if not whole:
        return dict(said)
    return {name: was + (claims[name] - was) * done // whole for name, was in said.items()}


def _whole(claims: Said, ballot: Ballot) -> Said:
    """The figures with sums that add up: the votes are the valid ones, those and the invalid the voters."""
    found: Said = {}
    for area, figures in claims.items():
        valid = sum(figures[name] for name in (*ballot.main, *ballot.minor))
        found[area] = {**figures, "valid": valid, "voters": valid + figures["invalid"]}
    return found


def _bundle(
    table: Mapping[str, Any], contest: str, root: str, at: int, areas: Sequence[str],
    claims: Mapping[str, Mapping[str, int]], revisions: Mapping[str, int],
) -> Bundle:  # fmt: skip
    def column(name: str) -> list[int]:
        return [claims[area][name] for area in areas]

    choices = [name for name in claims[areas[0]] if name not in (*FIGURES, "boxes")]
    return Bundle(
        contest=contest,
        source=table["source"],
        area=root,
        level=table["level"],
        heard_at=EPOCH + timedelta(milliseconds=at),
        box=list(areas),
        revision=[revisions[area] for area in areas],
        registered=column("registered"),
        voters=column("voters"),
        valid=column("valid"),
        invalid=column("invalid"),
        votes={name: column(name) for name in choices},
        boxes=column("boxes"),
    )
