"""A whole night in memory: the tutorial, the fast test, and the oracle the pipeline must agree with.

    rehearsal = Rehearsal(night, "rehearsal", telling=True).hear_all(records)
    rehearsal.told[contest]             every alert and call of the night, in order

With `telling`, the night is watched: after every record that moved a contest its teller is asked what there
is to tell, and the newest thing heard is now. Without it the count is the same and nothing is told.

Know before changing: this is the plain reading of the laws, one paper at a time, with no batching and no
speed in mind. The pipeline is right when it agrees with this; do not make this share the pipeline's code.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from election.alerts import Told
from election.calls.lookout import Lookout
from election.checks import Paper, check, conflict
from election.embargo import embargo
from election.ledger import Entry, entry
from election.night import AreaId, Contest, ContestId, Night, SourceId, UnitId
from election.report import Cause
from election.rulings import Clearance, clearance, fault
from election.tally import Row, Status, Tally, statement
from election.teller import Teller
from election.wire.frames import Board, ContestState, Json
from election.wire.records import Bundle, Record, Ruling
from election.wire.topics import Scope

LOOK_EVERY = timedelta(minutes=1)
"""How often, by the night's clock, a contest is looked at while nothing of its totals may be told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A paper that could not be counted, with everything the checks said."""

    contest: str
    source: str
    unit: str
    paper: Paper


class Rehearsal:
    """Counts bundles and rulings in the order they are given; tells of them too, if it is to."""

    def __init__(self, night: Night, mode: str, *, telling: bool = False) -> None:
        self.night, self.telling = night, telling
        self.boards = {contest.id: Board(night, contest, mode) for contest in night.contests.values()}
        self.tallies: dict[tuple[ContestId, SourceId], Tally] = {}
        self.papers: dict[tuple[ContestId, SourceId], dict[UnitId, Paper]] = {}
        self.refused: list[Refusal] = []
        self.entries: dict[ContestId, list[Entry]] = {contest: [] for contest in night.contests}
        self.versions: dict[ContestId, int] = dict.fromkeys(night.contests, 0)
        self.heard_at: dict[ContestId, datetime] = {}
        self.last_at: dict[tuple[ContestId, SourceId], datetime] = {}
        self.lifted_at: dict[ContestId, datetime] = {}
        self.reports = 0
        self.rulings: dict[ContestId, list[Ruling]] = {contest: [] for contest in night.contests}
        self.told: dict[ContestId, list[Told]] = {contest: [] for contest in night.contests}
        scope, asked = Scope(mode, night.id), night.contests.values() if telling else ()
        self.tellers = {one.id: Teller(night, one, scope.name) for one in asked}
        self._lookouts = {one.id: Lookout(night, one, mode) for one in asked}
        self._looked_at: dict[ContestId, datetime] = {}
        self.records = 0
        """How many records were heard: how far the log is counted."""

    def hear_all(self, records: Iterable[Record]) -> "Rehearsal":
        """Counts every record; gives itself back."""
        for record in records:
            self.hear(record)
        return self

    def hear(self, record: Record) -> None:
        """Counts one bundle, or takes one ruling in; then tells what there is to tell of its contest."""
        self.records += 1
        self._take(record)
        contest = ContestId(record.contest)
        if self.telling and contest in self.night.contests and self._worth_a_look(contest, record):
            self.tell(contest)

    def _worth_a_look(self, contest: ContestId, record: Record) -> bool:
        """While the ban holds only rulings and silences can be told: a look a minute sees them."""
        now, last = self.heard_at.get(contest), self._looked_at.get(contest)
        if isinstance(record, Ruling) or now is None or last is None or now - last >= LOOK_EVERY:
            return True
        return embargo(self.night.embargo, self.lifted_at.get(contest), now).is_open

    def tell(self, contest: ContestId) -> None:
        """What there is to tell of a contest now is told; asked again at once there is nothing."""
        state, teller = self._known(contest), self.tellers[contest]
        if state.at is not None:
            self._looked_at[contest] = state.at
        view = self._lookouts[contest].view(state, state.at)
        for told in teller.tell(view, {"recording": self.records}, self.rulings[contest]):
            teller.take(told)
            self.told[contest].append(told)

    def _take(self, record: Record) -> None:
        if isinstance(record, Ruling):
            self._rule(record)
            return
        moved = [self._paper(record, row) for row in range(len(record))]
        contest = ContestId(record.contest)
        if any(moved) and contest in self.night.contests:
            self.versions[contest] += 1

    def _rule(self, ruling: Ruling) -> None:
        if fault(ruling, self.night) is not None:
            return
        contest = ContestId(ruling.contest)
        self._note_time(contest, ruling.heard_at)
        self.rulings[contest].append(ruling)
        cleared = clearance(ruling, self.night)
        if cleared is not None:
            self._clear(contest, cleared, ruling.heard_at)
        if ruling.kind in ("embargo-announced", "embargo-lifted"):
            self.lifted_at[contest] = ruling.at
        self.versions[contest] += 1

    def _clear(self, contest: ContestId, cleared: Clearance, at: datetime) -> None:
        """A person lets a paper count, whether it was heard already or comes later."""
        of = self.night.contests[contest]
        tally = self.tally(of, cleared.source)
        before = tally.held.get(cleared.unit)
        if tally.clear(cleared.unit, cleared.revision) is not None and cleared.source == of.source:
            after = tally.held[cleared.unit]
            self.entries[contest].append(entry(cleared.unit, before, after, Cause.FIRST, at))

    def _note_time(self, contest: ContestId, at: datetime) -> None:
        self.heard_at[contest] = max(at, self.heard_at.get(contest, at))

    def _paper(self, bundle: Bundle, row: int) -> bool:
        """Whether the paper changed anything."""
        self.reports += 1
        claim = bundle.claim(row)
        paper = check(claim, self.night)
        report = paper.report
        if report is None or paper.refused:
            self.refused.append(Refusal(bundle.contest, bundle.source, str(claim.unit), paper))
            return False
        contest, source = self.night.contests[report.contest], self.night.sources[report.source]
        self._note_time(contest.id, bundle.heard_at)
        heard = (contest.id, source.id)
        self.last_at[heard] = max(bundle.heard_at, self.last_at.get(heard, bundle.heard_at))
        tally = self.tally(contest, source.id)
        before = tally.held.get(report.unit)
        if tally.hear(report.unit, statement(paper, contest, self.night)) is None:
            return False
        if tally.held[report.unit].status is Status.CONFLICT:
            paper = Paper(report, (conflict(report.revision),))
        self.papers.setdefault(heard, {})[report.unit] = paper
        if source.id == contest.source:
            after = tally.held[report.unit]
            moved = entry(report.unit, before, after, report.cause, bundle.heard_at)
            self.entries[contest.id].append(moved)
        return True

    def tally(self, contest: Contest, source: SourceId) -> Tally:
        """The running totals of one source in one contest."""
        key = (contest.id, source)
        if key not in self.tallies:
            self.tallies[key] = Tally(contest, self.night.sources[source], self.night)
        return self.tallies[key]

    def rows(self, contest: ContestId) -> dict[SourceId, dict[AreaId, Row]]:
        """Every source's totals in a contest."""
        return {source: tally.rows for (of, source), tally in self.tallies.items() if of == contest}

    def state(self, contest: ContestId) -> ContestState:
        """The contest as it stands now."""
        published = self.night.contests[contest].source
        known = self._known(contest)
        return replace(
            known,
            refused=self.refusals(contest),
            findings=self.findings(contest, published),
            told=tuple(self.told[contest]),
        )

    def _known(self, contest: ContestId) -> ContestState:
        """What a teller asks about; what was refused and found is left out, for it is counted slowly."""
        return ContestState(
            epoch="rehearsal",
            version=self.versions[contest],
            at=self.heard_at.get(contest),
            lifted_at=self.lifted_at.get(contest),
            rows=self.rows(contest),
            last_at={source: at for (of, source), at in self.last_at.items() if of == contest},
        )

    def refusals(self, contest: ContestId) -> int:
        """Papers refused that name this contest, or no contest of this night: those are told of at each."""
        others = self.night.contests.keys() - {contest}
        return sum(refusal.contest not in others for refusal in self.refused)

    def findings(self, contest: ContestId, source: SourceId) -> dict[str, int]:
        """How many papers now held of a source carry each code."""
        counts: dict[str, int] = {}
        for paper in self.papers.get((contest, source), {}).values():
            for code in {finding.code for finding in paper.findings}:
                counts[code] = counts.get(code, 0) + 1
        return dict(sorted(counts.items()))

    def snapshot(self, contest: ContestId) -> Json:
        """What a client would be shown now; the night's clock is the newest thing heard."""
        state = self.state(contest)
        return self.boards[contest].snapshot(state, state.at)
