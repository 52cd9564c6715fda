"""Views for the rules from plain numbers: what a night's totals would be, so that the same rule code decides.

    stage = Stage(night, ground)
    film = stage.film(events, moments, then=…, right=…)
    film.view(3)                               what is known at the fourth moment

Know before changing: rows have the columns of `election.tally`, summed here by numpy over moments and areas
at once; nothing of a rule or a guard is repeated here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.simulated import Event, Floats, Ground, Ints
from election.calls.verdict import Silence, Then, View
from election.embargo import embargo
from election.night import AreaId, Night
from election.outstanding import registers
from election.sources import count
from election.standing import standing
from election.tally import COLUMN, FIXED

CLOSE_AT = datetime(2024, 10, 6, 15, tzinfo=UTC)
NIGHT_S = 6 * 3600

TOML = """\
id = "calibration"
name = "A simulated night"
date = 2024-10-06
simulated = true
simulated_what = "Everything."
polls_close_at = 2024-10-06T15:00:00Z
levels = ["whole", "area"]
[calls.projected]
on = true
{numbers}
[[contests]]
id = "mayor"
name = "Mayor"
area = "whole"
source = "council"
{choices}
[[sources]]
id = "council"
name = "Council"
[[sources]]
id = "party"
name = "A party's own count"
"""
CHOICE = '  [[contests.choices]]\n  id = "{id}"\n  name = "{id}"\n'


def files(ground: Ground, areas: int, choices: tuple[str, ...], numbers: str = "") -> dict[str, bytes]:
    """A night folder with these boxes; `numbers` are lines of [calls.projected]."""
    toml = TOML.format(choices="".join(CHOICE.format(id=choice) for choice in choices), numbers=numbers)
    lines = [
        "id,name,level,parent",
        "whole,Whole,whole,",
        *(f"a{n},Area {n},area,whole" for n in range(areas)),
    ]
    boxes = ["id,area,registered"]
    boxes += [
        f"b{n},a{area},{many}"
        for n, (area, many) in enumerate(zip(ground.area, ground.registered, strict=True))
    ]
    made = {"night.toml": toml, "areas.csv": "\n".join(lines), "boxes.csv": "\n".join(boxes)}
    return {name: (text + "\n").encode() for name, text in made.items()}


class Stage:
    """One night's ground: what does not change while it is counted."""

    def __init__(self, night: Night, ground: Ground) -> None:
        self.night, self.ground = night, ground
        self.contest = next(iter(night.contests.values()))
        self.registers = registers(night, self.contest)
        self.areas = tuple(AreaId(f"a{n}") for n in range(int(ground.area.max()) + 1))
        self.largest_box = int(ground.registered.max())

    def film(
        self, events: Sequence[Event], moments: Sequence[float], then: Ints | None, right: Ints | None
    ) -> "Film":
        """Totals of every area at every moment. `right` is what another source says of the same boxes."""
        choices = len(self.contest.choices)
        extra = choices * ((then is not None) + (right is not None))
        sums = np.zeros((len(moments) * len(self.areas), len(FIXED) + choices + extra))
        for event in events:
            self._add(sums, event, np.asarray(moments), [part for part in (then, right) if part is not None])
        table = np.cumsum(sums.reshape(len(moments), len(self.areas), -1), axis=0).astype(np.int64)
        whole = None if then is None else self._by_area(then)
        return Film(self, tuple(moments), table, whole, right is not None)

    def _add(self, sums: Floats, event: Event, moments: Floats, beside: Sequence[Ints]) -> None:
        """One event of many boxes, in the moment it is first seen."""
        which = np.flatnonzero(event.which)
        seen = np.searchsorted(moments, event.moment[which] - 1e-9)
        which, seen = which[seen < len(moments)], seen[seen < len(moments)]
        place = seen * len(self.areas) + self.ground.area[which]
        columns = dict(self._columns(event, which))
        if event.votes is not None:
            parts = [event.votes, *beside] if event.word == "counted" else [event.votes]
            values = np.concatenate([part[which] for part in parts], axis=1) * (event.sign or 1)
            columns |= {len(FIXED) + n: values[:, n] for n in range(values.shape[1])}
        for column, values in columns.items():
            sums[:, column] += np.bincount(place, weights=values, minlength=len(sums))

    def _columns(self, event: Event, which: Ints) -> Iterator[tuple[int, Ints]]:
        """The fixed columns that an event moves."""
        register = self.ground.registered[which] * event.sign
        one = np.full(len(which), event.sign)
        if event.word == "counted" and event.votes is not None:
            valid = event.votes[which].sum(axis=1) * event.sign
            for name, values in (("boxes", one), ("register", register), ("registered", register),
                                 ("voters", valid), ("valid", valid)):  # fmt: skip
                yield COLUMN[name], values
        elif event.word == "held":
            yield COLUMN["quarantined"], one
            yield COLUMN["register_quarantined"], register
        elif event.word == "withdrawn":
            yield COLUMN["withdrawn"], one

    def _by_area(self, votes: Ints) -> Ints:
        made = np.zeros((len(self.areas), votes.shape[1]), dtype=np.int64)
        np.add.at(made, self.ground.area, votes)
        return made


@dataclass(frozen=True)
class Film:
    """A night's totals by moment, area and column."""

    stage: Stage
    moments: tuple[float, ...]
    table: Ints
    then_total: Ints | None
    another: bool
    """Whether another source is counted beside."""

    def view(self, number: int) -> View:
        """Everything rules and guards are shown at one of the moments."""
        stage, moment, rows = self.stage, self.moments[number], self.table[number]
        night, contest = stage.night, stage.contest
        wide = len(FIXED) + len(contest.choices)
        told = dict(zip(stage.areas, (tuple(row) for row in rows[:, :wide].tolist()), strict=True))
        whole = rows.sum(axis=0)
        root = tuple(whole[:wide].tolist())
        told[contest.area] = root
        now = CLOSE_AT + timedelta(seconds=1 + moment * NIGHT_S)
        totals = {"council": root}
        if self.another:
            totals["party"] = (*root[: len(FIXED)], *whole[-len(contest.choices) :].tolist())
        return View(
            night=night,
            contest=contest,
            mode="rehearsal",
            version=1,
            now=now,
            ban=embargo(night.embargo, None, now),
            seen=standing(contest.area, root, contest, night, stage.registers),
            rows=told,
            registers=stage.registers,
            areas=stage.areas,
            counts=[
                count(contest, source, night, totals[source.id], len(stage.ground.area), now)
                for source in night.sources.values()
                if source.id in totals
            ],
            silences={contest.source: Silence(contest.source, 0, 1800, moment >= 1, None)},
            then=self._then(rows, wide),
            largest_box=stage.largest_box,
        )

    def _then(self, rows: Ints, wide: int) -> dict[AreaId, Then]:
        """The parent night by area: every box is known from then."""
        if self.then_total is None:
            return {}
        choices = wide - len(FIXED)
        parts = rows[:, len(FIXED) : wide], rows[:, wide : wide + choices], self.then_total
        now, then, total = ([tuple(row) for row in part.tolist()] for part in parts)
        boxes = rows[:, COLUMN["boxes"]].tolist()
        return {
            area: Then(boxes[n], self.stage.registers[area].boxes, now[n], then[n], total[n])
            for n, area in enumerate(self.stage.areas)
        }
