"""Rows of a planned table as statements: one a row, or the rows of one box put together.

    reader = Reader(table, plan, document, mapping)
    key = reader.key(cells)                     (contest, unit, revision): whose paper the row is of
    paper = reader.paper(key, line); reader.add(paper, cells, line); reader.seen(paper)

This is the whole meaning of a mapping, and its only one: the short way of `csv_mapped` must give the same.

Know before changing: whatever of a row cannot be read makes the whole paper unread. A paper of which one row
is missing would be a smaller count, and nobody would see it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from election.report import COUNTED_STATE, REVISION_MAX
from producers.formats.cells import Table
from producers.formats.columns import Cells, Plan
from producers.formats.document import UNNUMBERED, Document, Seen
from producers.formats.judging import RefusedError, shown
from producers.formats.shapes import FIGURES, Mapping
from producers.formats.slugs import plain
from producers.formats.values import Clock, Counts, Words, merged_states

Key = tuple[str, str, int]
"""Contest ("" if the feed says none), unit, revision (UNNUMBERED if the feed says none)."""


@dataclass(slots=True)
class Paper:
    """One statement being put together from its rows."""

    key: Key
    line: int
    heard_at: datetime
    figures: dict[str, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    """State → the column it stands in."""
    cause: str = ""
    votes: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    """Texts that stood where a choice stands, and in which line."""
    marked: dict[str, int] = field(default_factory=dict)
    """Figures that stood where a choice stands."""
    contest_name: str = ""
    unit_name: str = ""
    areas: tuple[tuple[str, str, str], ...] = ()
    boxes: int | None = None

    @property
    def empty(self) -> bool:
        """Whether no figure, vote, state or cause is said; a register is known before any paper is."""
        figures = self.figures.keys() - {"registered"}
        said = figures or self.votes or self.marked or self.boxes is not None
        return (
            not said
            and not any(state != COUNTED_STATE for state in self.states)
            and self.cause in ("", "first")
        )


class Reader:
    """Reads rows by one plan."""

    def __init__(self, table: Table, plan: Plan, document: Document, mapping: Mapping) -> None:
        self._table, self._plan, self._document, self._mapping = table, plan, document, mapping
        self._counts, self._words, self._clock = Counts(mapping), Words(mapping), Clock(mapping.times)

    def key(self, cells: Cells) -> Key:
        """Whose paper a row is of. Raises RefusedError if that cannot be read."""
        plan, contest = self._plan, self._plan.contest
        if plan.contest_at is not None:
            text = cells[plan.contest_at].strip()
            if not text:
                raise RefusedError("E101", plan.heading("contest"), "No contest stands in this row.")
            contest = self._mapping.contest_of(text)
        unit = plan.unit(cells)
        if not unit:
            message = "No box stands in this row. Rows that are totals are passed over with [[file.skip]]."
            raise RefusedError("E103", plan.heading("unit"), message)
        return contest, self._mapping.unit_of(unit), self._revision(cells)

    def _revision(self, cells: Cells) -> int:
        plan = self._plan
        if self._mapping.revision_is_time and plan.time is not None:
            return round(self._clock.read(cells[plan.time], plan.headings[plan.time]).timestamp() * 1000)
        if plan.revision is None:
            return UNNUMBERED
        column = plan.headings[plan.revision]
        found = self._counts.number(cells[plan.revision], column, REVISION_MAX)
        if found is None:
            raise RefusedError("E105", column, "The cell is empty; the revision is a whole number from 1.")
        if found == UNNUMBERED:
            raise RefusedError("E111", column, "The revision is 0; it is a whole number from 1.")
        return found

    def paper(self, key: Key, line: int) -> Paper:
        """An empty paper of this box, as its first row stands in this line."""
        return Paper(key, line, self._document.heard_at)

    def add(self, paper: Paper, cells: Cells, line: int) -> None:
        """Puts a row into its paper. Raises RefusedError for what cannot be read, or differs."""
        plan = self._plan
        if plan.time is not None:
            at = self._clock.read(cells[plan.time], plan.headings[plan.time])
            paper.heard_at = max(at, paper.heard_at) if line != paper.line else at
        if line == paper.line:
            self._about(paper, cells)
        self._said(paper, cells)
        for name, places in plan.figures.items():
            self._figure(paper, name, places, cells)
        if plan.boxes is not None:
            found = self._counts.number(cells[plan.boxes], plan.headings[plan.boxes])
            paper.boxes = self._same(paper.boxes, found, plan.headings[plan.boxes])
        if plan.pairs:
            for choice, votes in plan.pairs:
                self._pair(paper, cells, choice, votes, line)
        else:
            self._wide(paper, cells)

    def _about(self, paper: Paper, cells: Cells) -> None:
        plan, mapping = self._plan, self._mapping
        areas = list(mapping.fixed.areas)
        for level, name, id_ in plan.areas:
            text = name(cells)
            word = text if id_ is None else id_(cells)
            if word:
                areas.append((level, mapping.area_of(word), text or word))
        paper.areas = tuple(areas)
        paper.unit_name = plan.unit_name(cells) if plan.unit_name is not None else ""
        if not paper.unit_name and mapping.level != "box":
            paper.unit_name = plan.unit(cells)
        text = cells[plan.contest_at] if plan.contest_at is not None else ""
        paper.contest_name = mapping.contest_name(paper.key[0], text)

    def _said(self, paper: Paper, cells: Cells) -> None:
        """State and cause of the row."""
        plan, fixed = self._plan, self._mapping.fixed
        if plan.state is not None:
            column = plan.headings[plan.state]
            paper.states.setdefault(self._words.state(cells[plan.state], column), column)
        elif fixed.state:
            paper.states.setdefault(fixed.state, "")
        cause = fixed.cause
        if plan.cause is not None:
            cause = self._words.cause(cells[plan.cause], plan.headings[plan.cause])
            if paper.cause and cause != paper.cause:
                message = f"The rows of this box say {paper.cause} and {cause}."
                raise RefusedError("F005", plan.headings[plan.cause], message)
        paper.cause = cause

    def _figure(self, paper: Paper, name: str, places: tuple[int, ...], cells: Cells) -> None:
        headings = self._plan.headings
        found = [self._count(paper, cells[place], headings[place]) for place in places]
        there = [count for count in found if count is not None]
        if not there:
            return
        if len(there) < len(found):
            blank = headings[places[found.index(None)]]
            message = f"{blank} is empty and other parts of {name} are not."
            raise RefusedError("E105", blank, message)
        same = self._same(paper.figures.get(name), sum(there), headings[places[0]])
        if same is not None:
            paper.figures[name] = same

    def _count(self, paper: Paper, text: str, column: str) -> int | None:
        """A count; a mark of a state is the paper's state and no figure."""
        found = self._counts.read(text, column)
        if isinstance(found, str):
            paper.states.setdefault(found, column)
            return None
        return found

    def _same(self, before: int | None, now: int | None, column: str) -> int | None:
        """What the rows of one box say alike, or leave out."""
        if before is not None and now is not None and before != now:
            raise RefusedError("F005", column, f"The rows of this box say {before} and {now}.")
        return before if now is None else now

    def _wide(self, paper: Paper, cells: Cells) -> None:
        headings, contest = self._plan.headings, paper.key[0]
        for column in self._plan.choices:
            if column.contest and contest and column.contest != contest:
                self._none_of(cells, column.places, contest)
                continue
            heading = headings[column.places[0]]
            found = [self._count(paper, cells[place], headings[place]) for place in column.places]
            there = [count for count in found if count is not None]
            if there:
                paper.votes[column.id] = sum(there)
            paper.names[column.id] = self._mapping.choice_name(contest, column.id, heading)
            party = self._mapping.party_of(contest, column.id)
            if party:
                paper.parties[column.id] = party

    def _none_of(self, cells: Cells, places: tuple[int, ...], contest: str) -> None:
        """Nothing stands in the columns of another contest's choice."""
        for place in places:
            if self._counts.read(cells[place], self._plan.headings[place]) is not None:
                column = self._plan.headings[place]
                raise RefusedError("E104", column, f"{column} is no choice of contest {contest}.")

    def _pair(self, paper: Paper, cells: Cells, choice: int, votes: int, line: int) -> None:
        mapping, contest = self._mapping, paper.key[0]
        text, column = plain(cells[choice]), self._plan.headings[votes]
        count = self._count(paper, cells[votes], column)
        if not text:
            if count is not None:
                raise RefusedError("E104", self._plan.headings[choice], f"{count} votes are for nobody.")
            return
        if text in paper.marks:
            message = f"{shown(text)} stands in line {paper.marks[text]} already."
            raise RefusedError("F005", self._plan.headings[choice], message)
        paper.marks[text] = line
        figure = mapping.figure_of(text)
        if figure:
            if count is not None:
                paper.marked[figure] = paper.marked.get(figure, 0) + count
            return
        id_ = mapping.choice_of(contest, text)
        self._vote(paper, id_, text, count)
        party = mapping.party_of(
            contest, id_, cells[self._plan.party] if self._plan.party is not None else ""
        )
        if party:
            paper.parties[id_] = party

    def _vote(self, paper: Paper, id_: str, text: str, count: int | None) -> None:
        """A choice's votes; parts of one choice are added."""
        contest = paper.key[0]
        known = self._mapping.choice_marks(contest, id_)
        if id_ in paper.names and not (known is not None and known.sum):
            message = (
                f"{shown(text)} is {id_}, which stands there already; where they are added, say sum = true."
            )
            raise RefusedError("F005", text, message)
        paper.names[id_] = self._mapping.choice_name(contest, id_, text)
        if count is not None:
            paper.votes[id_] = paper.votes.get(id_, 0) + count

    def seen(self, paper: Paper) -> Seen:
        """The statement. Raises RefusedError if its parts do not agree."""
        contest, unit, revision = paper.key
        figures = dict(paper.figures)
        for name, count in paper.marked.items():
            same = self._same(figures.get(name), count, name)
            if same is not None:
                figures[name] = same
        registered, voters, valid, invalid = (figures.get(name) for name in FIGURES)
        return Seen(
            paper.line, "", contest, paper.contest_name, paper.areas, unit, paper.unit_name, revision,
            paper.cause or "first", merged_states(paper.states, self._plan.heading("state")),
            registered, voters, valid, invalid, paper.votes, paper.names, paper.parties, paper.boxes,
            paper.heard_at,
        )  # fmt: skip
