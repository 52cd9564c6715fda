"""A whole night in memory: the tutorial, the fast test, and the oracle the pipeline must agree with.

Know before changing: this is the plain reading of the laws, one paper at a time, with no batching and no
speed in mind. The pipeline is right when it agrees with this; do not make this share the pipeline's code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from election.checks import Paper, check, conflict
from election.ledger import Entry, entry
from election.night import AreaId, Contest, ContestId, Night, SourceId, UnitId
from election.tally import Row, Status, Tally, statement
from election.wire.frames import Board, ContestState, Json
from election.wire.records import Bundle, Record, Ruling


@dataclass(frozen=True, slots=True)
class Refusal:
    """A paper that could not be counted, with everything the checks said."""

    contest: str
    source: str
    unit: str
    paper: Paper


class Rehearsal:
    """Counts bundles and rulings in the order they are given."""

    def __init__(self, night: Night, mode: str) -> None:
        self.night = night
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

    def hear_all(self, records: Iterable[Record]) -> "Rehearsal":
        """Counts every record; gives itself back."""
        for record in records:
            self.hear(record)
        return self

    def hear(self, record: Record) -> None:
        """Counts one bundle, or takes one ruling in."""
        if isinstance(record, Ruling):
            self._rule(record)
            return
        moved = [self._paper(record, row) for row in range(len(record))]
        contest = ContestId(record.contest)
        if any(moved) and contest in self.night.contests:
            self.versions[contest] += 1

    def _rule(self, ruling: Ruling) -> None:
        contest = ContestId(ruling.contest)
        if contest not in self.night.contests:
            return
        self._note_time(contest, ruling.heard_at)
        if ruling.kind in ("embargo-announced", "embargo-lifted"):
            self.lifted_at[contest] = ruling.at
        self.versions[contest] += 1

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
        return ContestState(
            epoch="rehearsal",
            version=self.versions[contest],
            at=self.heard_at.get(contest),
            lifted_at=self.lifted_at.get(contest),
            rows=self.rows(contest),
            last_at={source: at for (of, source), at in self.last_at.items() if of == contest},
            refused=self.refusals(contest),
            findings=self.findings(contest, published),
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
