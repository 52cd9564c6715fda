"""What corrections do to the margin of the published count, summed up until it is worth telling.

    corrections = Corrections(night, contest)
    corrections.hear(view)                      at every view, in order; the same view twice is no news
    watch_correction(telling, corrections)      tells them, if they have grown large
    corrections.begin_again()                   when that was taken in

A *correction*, as it can be seen in totals: the votes of an area moved from one view to the next while no
more of its boxes are counted than before. Areas are those of the leaf level, or the whole contest where a
view holds no totals of them. A recount, an invalid-ballot review, a typing error, an upheld objection, a
paper that went into quarantine and a withdrawal all show so. A box counted for the first time, or again after
it was held back, is counting and no correction; where one is counted in the same area between the same two
views, the two cannot be told apart and nothing is taken for a correction.

Know before changing: the pipeline and the rehearsal both use this, and both see totals and not papers. What
moved while nobody looked (between two evaluators) is not told; before the ban is lifted nothing is summed.
"""

from collections.abc import Mapping
from datetime import timedelta

from election.calls.verdict import View
from election.night import AreaId, Contest, Night
from election.swing import sums
from election.tally import COLUMN, Row, votes_at
from election.telling import Telling
from languages.saying import said

QUIET = timedelta(hours=1)
"""Each correction told within this time before doubles the size from which the next is told."""
BOXES = COLUMN["boxes"]


class Corrections:
    """What corrections moved since the last were told, by choice."""

    def __init__(self, night: Night, contest: Contest) -> None:
        self.contest = contest
        self.votes: tuple[int, ...] = ()
        """What each choice gained or lost, in the order of the paper."""
        self.area: AreaId | None = None
        """Where the newest correction was."""
        self._rows: dict[AreaId, Row] = {}
        self._votes = votes_at(contest)
        leaves = night.areas_of_level[night.leaf_level]
        self._leaves = tuple(area for area in leaves if contest.area in night.lines[area])
        self.begin_again()

    def begin_again(self) -> None:
        """Nothing is waiting to be told."""
        self.votes, self.area = (0,) * len(self.contest.choices), None

    def hear(self, view: View) -> None:
        """Takes in what moved since the last view."""
        rows = {area: view.rows[area] for area in self._leaves if area in view.rows}
        if not rows and self.contest.area in view.rows:
            rows = {self.contest.area: view.rows[self.contest.area]}
        if view.ban.is_open:
            self._sum(rows)
        self._rows = rows

    def _sum(self, rows: Mapping[AreaId, Row]) -> None:
        """What moved in areas that have no box more than before."""
        after, before = list[tuple[int, ...]](), list[tuple[int, ...]]()
        for area, row in rows.items():
            last = self._rows.get(area)
            if last is None or row is last or row[BOXES] > last[BOXES]:
                continue
            now, then = row[self._votes], last[self._votes]
            if now != then:
                after.append(now)
                before.append(then)
                self.area = area
        if after:
            moved = zip(self.votes, sums(after), sums(before), strict=True)
            self.votes = tuple(total + new - old for total, new, old in moved)


def watch_correction(telling: Telling, corrections: Corrections) -> None:
    """Corrections moved the margin by the night's size or more since the last were told."""
    seen, memory, night, contest = telling.view.seen, telling.memory, telling.night, telling.contest
    now = telling.view.now
    if len(contest.choices) <= contest.seats or now is None:
        return
    last_in, first_out = (
        contest.position(seen.order[place]) or 0 for place in (contest.seats - 1, contest.seats)
    )
    effect = corrections.votes[last_in] - corrections.votes[first_out]
    recent = sum(now - at < QUIET for at in memory.corrections_at)
    if abs(effect) < max(1, night.alerts.correction_votes) << recent:
        return
    area = night.areas[corrections.area].name if corrections.area is not None else ""
    figures = {"up": effect > 0, "effect": effect, "margin": seen.margin_votes}
    title = said("told.correction", **figures)
    because = said("told.correction.because", **figures, area=area)
    d = {"effect_votes": effect, "margin_votes": seen.margin_votes, "area": corrections.area,
         "ahead": list(telling.ahead()), "moved": list(corrections.votes)}  # fmt: skip
    telling.say("correction", str(memory.told("correction") + 1), title, because, d)
