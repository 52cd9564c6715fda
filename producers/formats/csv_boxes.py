"""Plain CSV, one row a box: the header's names are our own words, so no mapping is needed.

    contest,source,box,revision,registered,voters,valid,invalid,<choice…>,cause,state,heard_at,boxes

Only box, voters, valid and a column a choice must be there. A missing column has a default (`_Reader`); an
empty cell is never a zero: of a choice it means that the choice does not stand there. With a mapping any
other table is read as well (`csv_mapped`).

Know before changing: a row is refused here only for what cannot be put into a report at all. Whether the
paper adds up is for `election.checks`, downstream, where it is counted and shown.
"""

import csv
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from election.night import BOX_LEVEL, AreaId, BoxId, ChoiceId, Contest, ContestId, Night, SourceId, UnitId
from election.report import COUNT_MAX, COUNTED_STATE, REVISION_MAX, BoxReport, Cause
from producers.formats.csv_mapped import parse as parse_mapped
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal
from producers.formats.kinds import mistaken

NEEDED = ("box", "voters", "valid")
OPTIONAL = (
    "contest", "source", "revision", "registered", "invalid", "cause", "state", "heard_at", "boxes",
)  # fmt: skip
WAY_OUT = (
    "The columns are described in docs/reference/formats.md; another table is read with --mapping "
    "(docs/reference/mapping.md)."
)
_CAUSES = {cause.value: cause for cause in Cause}


class _RefusedError(Exception):
    """Why one row cannot be read: code, column, sentence. It never leaves this file."""

    def __init__(self, code: str, column: str, message: str) -> None:
        self.code, self.column = code, column
        super().__init__(message)


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """A report for each row, a Refusal for one that cannot be read; FeedError if the header does not fit."""
    if document.mapping is not None:
        yield from parse_mapped(document, night)
        return
    rows = csv.reader(_text(document), strict=True)  # a quote that is astray would join two boxes
    reader = _Reader(document, night, _header(document, night, rows))
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refusal("F001", document.name, rows.line_num, "", f"This is no row of a CSV: {error}.")
            continue
        if cells:
            yield reader.read(cells, rows.line_num)


def _text(document: Document) -> Iterator[str]:
    """Lines as text. What is not UTF-8 becomes a replacement character, which no name or number holds."""
    first = True
    for line in document.lines:
        text = line.decode("utf-8-sig" if first else "utf-8", "replace")
        first = False
        yield text


def _header(document: Document, night: Night, rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise FeedError(document.name, 1, f"This is no CSV: {error}.") from error
    choices = {str(choice.id) for contest in night.contests.values() for choice in contest.choices}
    known = {*NEEDED, *OPTIONAL, *choices}
    begins = ",".join(header)
    if not begins:
        message = "The file is empty, or its first line is, where the names of the columns belong."
        raise FeedError(document.name, 1, f"{message} {WAY_OUT}")
    missing = [name for name in NEEDED if name not in header]
    if missing:
        instead = mistaken(begins.encode("utf-8", "replace"), "CSV")
        raise FeedError(
            document.name, 1,
            f"The header has no column {', '.join(missing)}; it begins {begins[:60]!r}. {instead or WAY_OUT}",
        )  # fmt: skip
    for place, name in enumerate(header, start=1):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Its choices are {', '.join(sorted(choices))}."
            raise FeedError(document.name, 1, f"Column {place} is {name!r}, which this night has not. {hint}")
        if header.index(name) != place - 1:
            raise FeedError(document.name, 1, f"The column {name} is there twice.")
    if not choices & set(header):
        names = ", ".join(sorted(choices))
        raise FeedError(document.name, 1, f"No column is a choice of this night: {names}.")
    return header


@dataclass(frozen=True, slots=True)
class _Unit:
    """Whose paper a row is."""

    contest: Contest
    source: SourceId
    unit: UnitId
    area: AreaId


class _Reader:
    """Reads rows under one header.

    Defaults: contest: the night's only one; source: the document's, else the contest's published one;
    revision: UNNUMBERED, but 1 for an empty cell; registered: the night's register; invalid: voters less
    valid; cause first; state counted; heard_at: when the document was heard.
    """

    def __init__(self, document: Document, night: Night, header: list[str]) -> None:
        self._document, self._night, self._header = document, night, header
        self._at = {name: place for place, name in enumerate(header)}
        self._unsaid = 1 if "revision" in self._at else UNNUMBERED
        contests = tuple(night.contests)
        self._only = contests[0] if len(contests) == 1 else None
        if self._only is None and "contest" not in self._at:
            names = ", ".join(contests)
            message = f"This night has several contests ({names}): a column contest is needed."
            raise FeedError(document.name, 1, message)
        if document.source is not None and document.source not in night.sources:
            known = ", ".join(night.sources)
            message = f"There is no source {document.source!r} in this night: {known}."
            raise FeedError(document.name, 1, message)
        self._choices: Mapping[ContestId, tuple[tuple[ChoiceId, int], ...]] = {
            contest.id: tuple(
                (choice.id, self._at[choice.id]) for choice in contest.choices if choice.id in self._at
            )
            for contest in night.contests.values()
        }
        self._foreign: Mapping[ContestId, tuple[int, ...]] = {
            contest: tuple(
                place
                for other, columns in self._choices.items() if other != contest
                for choice, place in columns if choice not in dict(self._choices[contest])
            )
            for contest in night.contests
        }  # fmt: skip

    def read(self, cells: list[str], line: int) -> BoxReport | Refusal:
        """The report in one row."""
        try:
            if len(cells) != len(self._header):
                message = f"{len(cells)} cells, the header has {len(self._header)}."
                raise _RefusedError("F002", "", message)
            about = self._about(cells)
        except _RefusedError as refused:
            return Refusal(refused.code, self._document.name, line, refused.column, str(refused))
        try:
            return self._report(cells, about)
        except _RefusedError as refused:
            whose = (about.contest.id, about.unit)
            return Refusal(refused.code, self._document.name, line, refused.column, str(refused), whose)

    def _report(self, cells: list[str], about: _Unit) -> BoxReport:
        cause, state = self._words(cells)
        figures = cause is not Cause.WITHDRAWN and self._night.states[state]
        voters, valid = self._figure(cells, "voters", figures), self._figure(cells, "valid", figures)
        if "invalid" in self._at:
            invalid = self._figure(cells, "invalid", figures)
        else:
            invalid = None if voters is None or valid is None else voters - valid
        if invalid is not None and invalid < 0:
            raise _RefusedError("E203", "valid", f"{valid} valid votes are more than the {voters} voters.")
        revision = self._count(cells, "revision", REVISION_MAX)
        if revision == 0:
            raise _RefusedError("E111", "revision", "The revision is 0; it is a whole number from 1.")
        if revision is None:
            revision = self._unsaid
        return BoxReport(
            about.contest.id, about.source, about.unit, revision, cause, state,
            self._registered(cells, about), voters, valid, invalid, self._votes(cells, about),
            self._count(cells, "boxes"), self._heard_at(cells),
        )  # fmt: skip

    def _cell(self, cells: list[str], name: str) -> str:
        place = self._at.get(name)
        return "" if place is None else cells[place].strip()

    def _about(self, cells: list[str]) -> _Unit:
        night = self._night
        name = self._cell(cells, "contest") or self._only or ""
        contest = night.contests.get(ContestId(name))
        if contest is None:
            raise _RefusedError("E101", "contest", f"There is no contest {_shown(name)} in this night.")
        word = SourceId(self._cell(cells, "source") or self._document.source or contest.source)
        source = night.sources.get(word)
        if source is None:
            raise _RefusedError("E102", "source", f"There is no source {_shown(word)} in this night.")
        unit = UnitId(self._cell(cells, "box"))
        area = night.area_of(source, unit)
        if area is None or contest.area not in night.lines[area]:
            message = f"There is no {source.level} {_shown(unit)} in contest {contest.id} of this night."
            raise _RefusedError("E103", "box", message)
        return _Unit(contest, word, unit, area)

    def _words(self, cells: list[str]) -> tuple[Cause, str]:
        word = self._cell(cells, "cause") or Cause.FIRST.value
        cause = _CAUSES.get(word)
        if cause is None:
            raise _RefusedError("E110", "cause", f"There is no cause {_shown(word)}: {', '.join(_CAUSES)}.")
        state = self._cell(cells, "state") or COUNTED_STATE
        if state not in self._night.states:
            known = ", ".join(self._night.states)
            raise _RefusedError("E110", "state", f"There is no paper state {_shown(state)}: {known}.")
        return cause, state

    def _figure(self, cells: list[str], name: str, required: bool) -> int | None:
        count = self._count(cells, name)
        if count is None and required:
            raise _RefusedError("E105", name, f"The cell is empty; {name} is a whole number.")
        return count

    def _count(self, cells: list[str], name: str, most: int = COUNT_MAX) -> int | None:
        """The whole number in a cell, None for an empty one."""
        text = self._cell(cells, name)
        if text.isdigit() and text.isascii() and len(text) <= 16 and (count := int(text)) <= most:
            return count
        if not text:
            return None
        if text.startswith("-") and text[1:].isdigit():
            raise _RefusedError("E106", name, f"{_shown(text)} is negative; a count never is.")
        if text.isdigit() and text.isascii():
            raise _RefusedError("E109", name, f"{_shown(text)} is more than {most}.")
        raise _RefusedError("E107", name, f"{_shown(text)} is no whole number.")

    def _registered(self, cells: list[str], about: _Unit) -> int | None:
        if "registered" in self._at:
            return self._count(cells, "registered")
        if self._night.sources[about.source].level != BOX_LEVEL:
            return None
        return self._night.boxes[BoxId(about.unit)].registered

    def _votes(self, cells: list[str], about: _Unit) -> dict[ChoiceId, int]:
        for place in self._foreign[about.contest.id]:
            if cells[place].strip():
                name = self._header[place]
                raise _RefusedError("E104", name, f"{name} is no choice of contest {about.contest.id}.")
        votes = {}
        for choice, _ in self._choices[about.contest.id]:
            count = self._count(cells, choice)
            if count is not None:
                votes[choice] = count
        return votes

    def _heard_at(self, cells: list[str]) -> datetime:
        text = self._cell(cells, "heard_at")
        if not text:
            return self._document.heard_at
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is not None:
                return at.astimezone(UTC)
        except (ValueError, OverflowError):  # overflow: a zone that leads out of the years there are
            pass
        message = f"{_shown(text)} is no time with date, hour and zone (2019-06-23T18:05:00+03:00)."
        raise _RefusedError("R009", "heard_at", message)


def _shown(text: str) -> str:
    return repr(text)[:60]
