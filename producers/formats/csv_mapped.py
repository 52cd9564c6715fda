"""CSV by mapping: any table of one line a box, or of one line a box and choice (docs/reference/mapping.md).

    parse(document, night)      reports and refusals; document.mapping says what the columns are
    survey(document)            statements before there is a night

Know before changing: `papers` is the meaning of a mapping. `csv_short` is a shorter way for rows in which
nothing is unusual; a property test keeps the two the same, and whatever it does not know it leaves to papers.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace

from election.night import BOX_LEVEL, Night
from producers.formats.cells import Table
from producers.formats.columns import Cells, planned
from producers.formats.csv_short import short_way
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal, Seen
from producers.formats.judging import RefusedError, choice_in, completed, contest_in, judged, listed
from producers.formats.mapping import Mapping
from producers.formats.own_words import own_words
from producers.formats.papers import Key, Paper, Reader
from producers.formats.shapes import FileShape, SkipRule
from producers.formats.slugs import plain

BOXES_MAX = 2_000_000
"""Most boxes of one document; at the limit it stops, since no election has so many."""
HELD_MAX = 200_000
"""Most boxes of a long table held at once where its rows do not follow one another."""
NO_CONTEST = "contest"
"""What the only contest is called where neither mapping nor feed names it."""

Said = Seen | Refusal


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """A report for each paper, a Refusal for what cannot be read; FeedError if the table does not fit."""
    table, rows = _opened(document, night)
    short = short_way(table, rows.plans, document, rows.mapping, night, rows.taken)
    for cells in table.rows():
        if short is not None and type(cells) is list and (report := short(cells)) is not None:
            rows.at_end = False
            yield report
            continue
        for said in rows.take(cells):
            yield said if isinstance(said, Refusal) else rows.judged(said, night)
    for said in rows.finish():
        yield said if isinstance(said, Refusal) else rows.judged(said, night)


def survey(document: Document) -> Iterator[Said]:
    """Every statement of the table as the feed has it; our own words where there is no mapping."""
    table, rows = _opened(document, None)
    for cells in table.rows():
        for said in rows.take(cells):
            yield said if isinstance(said, Refusal) else rows.founding(said)
    for said in rows.finish():
        yield said if isinstance(said, Refusal) else rows.founding(said)


def _opened(document: Document, night: Night | None) -> tuple[Table, "Rows"]:
    mapping = document.mapping
    table = Table(document, FileShape() if mapping is None else mapping.file)
    if mapping is None:
        mapping = own_words(table)
    return table, Rows(table, document, mapping, night)


class Rows:
    """The rows of one table, put together and told one by one."""

    def __init__(self, table: Table, document: Document, mapping: Mapping, night: Night | None) -> None:
        self.mapping, self.plans = mapping, planned(table, mapping)
        self.taken: dict[str, dict[str, int]] = {}
        """By contest and unit the line of its statement, where a feed has no revisions."""
        self.at_end = False
        self._table, self._document, self._night = table, document, night
        self._readers = [Reader(table, plan, document, mapping) for plan in self.plans]
        self._held: list[dict[Key, Paper]] = [{} for _ in self.plans]
        self._broken: list[set[Key]] = [set() for _ in self.plans]
        self._gap = [False for _ in self.plans]
        self._skips = [(table.headings.index(plain(rule.column)), rule) for rule in mapping.file.skip]
        # Who founds a night must learn of boxes that were not heard yet: they are out, and not nowhere.
        self._passes_over_empty = night is not None and mapping.file.empty_rows == "skip"
        self._boxes = 0
        if night is not None:
            self._fits(night)

    def _fits(self, night: Night) -> None:
        """The night has what the mapping names. Raises FeedError where it has not."""
        level, document = self.mapping.level, self._document
        if level != BOX_LEVEL and level not in night.levels:
            self._stop(f"The mapping's rows are {level}s; this night has {', '.join(night.levels)}.")
        if document.source is not None and document.source not in night.sources:
            self._stop(f"There is no source {document.source!r} in this night. {listed(night.sources)}")
        for plan in self.plans:
            if plan.contest_at is not None:
                continue
            try:
                contest = contest_in(night, plan.contest)
                for column in plan.choices:
                    name = self.mapping.choice_name(plan.contest, column.id, plan.heading(column.id))
                    choice_in(contest, column.id, name)
            except RefusedError as error:
                self._stop(f"This night does not fit the table: {error.code} {error}")
            source = night.sources[document.source or contest.source]
            if source.level != level:
                self._stop(
                    f"The source {source.id} reports by {source.level}, a row of the mapping is a {level}: "
                    "say [feed] level, or another source."
                )

    def _stop(self, message: str) -> None:
        raise FeedError(self._document.name, self._table.header_line, message)

    def take(self, cells: list[str] | csv.Error) -> Iterator[Said]:
        """What is complete once this row was read."""
        line = self._table.line
        if isinstance(cells, csv.Error):
            yield from self._unread("F001", "", f"This is no row of a CSV: {cells}.", line)
            return
        if not "".join(cells).strip():
            return
        if len(cells) != self._table.width:
            if self._skipped(cells):
                return
            cut = " The file ends in the middle of it: fetch it again." if self._table.lines.cut else ""
            message = f"{len(cells)} cells, the header has {self._table.width}.{cut}"
            yield from self._unread("F002", "", message, line)
            return
        if self._skipped(cells):
            return
        for at in range(len(self.plans)):
            yield from self._row(at, cells, line)

    def _skipped(self, cells: Cells) -> bool:
        """Whether a rule of the mapping passes this row over."""
        self.at_end = False
        for place, rule in self._skips:
            if place < len(cells) and skips(rule, cells[place]):
                self.at_end = self.at_end or rule.last
                return True
        return False

    def _row(self, at: int, cells: Cells, line: int) -> Iterator[Said]:
        """One row of one contest."""
        reader, held = self._readers[at], self._held[at]
        try:
            key = reader.key(cells)
        except RefusedError as error:
            yield from self._unread(error.code, error.column, str(error), line, at)
            return
        if key not in held:
            if self.mapping.file.sorted or not self.plans[at].long:
                yield from self._told(at)
            elif len(held) >= HELD_MAX:
                message = (
                    f"More than {HELD_MAX:,} boxes whose rows do not follow one another: sort the table."
                )
                raise FeedError(self._document.name, line, message)
            held[key] = reader.paper(key, line)
            if self._gap[at]:
                self._broken[at].add(key)
                self._gap[at] = False
                yield self._refusal("F005", "", "A row beside this box could not be read.", line, key)
        if key in self._broken[at]:
            return
        try:
            reader.add(held[key], cells, line)
        except RefusedError as error:
            self._broken[at].add(key)
            yield self._refusal(error.code, error.column, str(error), line, key)
        if not self.plans[at].long:
            yield from self._told(at)

    def _unread(
        self, code: str, column: str, message: str, line: int, at: int | None = None
    ) -> Iterator[Said]:
        """A row of which nobody knows whose it is: in a long table the boxes beside it may lack it."""
        yield Refusal(code, self._document.name, line, column, message)
        for place, plan in enumerate(self.plans):
            if not plan.long or at not in (None, place):
                continue
            if not self.mapping.file.sorted:
                reason = f"Whose row this is cannot be told, so that no box of this table is whole: {message}"
                raise FeedError(self._document.name, line, reason)
            for key, paper in self._held[place].items():
                if key not in self._broken[place]:
                    self._broken[place].add(key)
                    why = "A row beside this box could not be read."
                    yield self._refusal("F005", "", why, paper.line, key)
            self._gap[place] = True

    def _told(self, at: int) -> Iterator[Said]:
        """Every paper held, as statements."""
        held, broken = self._held[at], self._broken[at]
        for key, paper in held.items():
            if key in broken or (paper.empty and self._passes_over_empty):
                continue
            twice = self._twice(key, paper.line)
            if twice is not None:
                yield twice
                continue
            try:
                yield self._readers[at].seen(paper)
            except RefusedError as error:
                yield self._refusal(error.code, error.column, str(error), paper.line, key)
        held.clear()
        broken.clear()

    def _twice(self, key: Key, line: int) -> Refusal | None:
        """A second statement about one box, in a table that says each once."""
        contest, unit, revision = key
        if revision != UNNUMBERED or self._document.endless:
            return None
        taken = self.taken.setdefault(contest, {})
        before = taken.get(unit)
        if before is None:
            self._boxes += 1
            if self._boxes > BOXES_MAX:
                message = f"More than {BOXES_MAX:,} boxes in one table: no election has so many."
                raise FeedError(self._document.name, line, message)
            taken[unit] = line
            return None
        way_out = ""
        if any(plan.long for plan in self.plans):
            way_out = " Where the rows of one box do not follow one another, say [file] sorted = false."
        message = f"{unit} stands in line {before} already, and no column says which is newer.{way_out}"
        return self._refusal("F004", self.plans[0].heading("unit"), message, line, key)

    def _refusal(self, code: str, column: str, message: str, line: int, key: Key) -> Refusal:
        """A refusal that says whose paper it is, if the night knows."""
        about = None
        if self._night is not None:
            try:
                about = (contest_in(self._night, key[0]).id, key[1])
            except RefusedError:  # the statement itself would be refused with E101
                about = None
        return Refusal(code, self._document.name, line, column, message, about)

    def finish(self) -> Iterator[Said]:
        """What is left at the end. Raises FeedError if the row that ends a whole file is missing."""
        for at in range(len(self.plans)):
            yield from self._told(at)
        if any(rule.last for _, rule in self._skips) and not self.at_end:
            name = next(rule.column for _, rule in self._skips if rule.last)
            message = (
                f"The last row is not the one that ends a whole file (by {name!r}): this is half a file."
            )
            raise FeedError(self._document.name, self._table.line, message)

    def judged(self, seen: Seen, night: Night) -> Heard:
        """The report, or a refusal that names the feed's own column."""
        found = judged(seen, replace(self._document, mapping=self.mapping), night)
        if isinstance(found, Refusal):
            plan = next((one for one in self.plans if one.contest == seen.contest), self.plans[0])
            return replace(found, column=plan.heading(found.column))
        return found

    def founding(self, seen: Seen) -> Seen:
        """A statement for a night that is not there yet."""
        whole = completed(seen, self.mapping)
        return whole if whole.contest else replace(whole, contest=NO_CONTEST)


def skips(rule: SkipRule, text: str) -> bool:
    """Whether this cell makes its row one that is passed over."""
    word = plain(text)
    return word in rule.marks or (bool(rule.begins) and word.startswith(rule.begins))
