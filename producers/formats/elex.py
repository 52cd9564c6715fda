"""The CSV of `elex results`, version 2: a row for a candidate in a reporting unit. Our own export is one.

    parse(document, night)     reports of the lowest units of each race, as soon as the race ends in the file
    survey(document)           the same without a night

Of a race the rows of its lowest level are taken (township before county before state); those above are their
sums. `precinctsreporting` is what the feed claims, and never our *counted*. The tool states no voters and no
invalid papers; our own export does, and also whose part an area is.

Know before changing: an empty votecount is no zero. A unit with zeros alone and no precinct reporting has not
been heard: the tool writes zeros before the polls close. The rows of a race must follow one another, so that
one race is held and not the file.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from election.night import Night
from election.report import COUNT_MAX
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal, Seen
from producers.formats.judging import completed, judged
from producers.formats.kinds import mistaken
from producers.formats.naming import Names
from producers.formats.slugs import slug

NEEDED = ("raceid", "level", "reportingunitname", "votecount", "last")
OURS = ("night", "area", "arealevel", "areaparent", "boxesreceived", "candidateid")
"""Columns that only our own export has together: then ids are the night's, and areas are known."""
KEPT = (
    "areaparent", "arealevel", "boxesreceived", "fipscode", "invalid", "lastupdated", "level",
    "precinctsreporting", "registered", "reportingunitname", "statename", "statepostal", "valid", "voters",
)  # fmt: skip
"""What is held of a unit; the rest of its fifty columns is not."""
LEVELS = ("national", "state", "district", "county", "township", "subunit", "precinct")
"""The tool's levels, top down."""
LINE_BYTES_MAX = 1024**2
ROWS_MAX = 4_000_000
"""Most rows in one race."""


@dataclass(slots=True)
class _Unit:
    """A place in the race that is being read."""

    line: int
    id: str
    row: Mapping[str, str]
    votes: dict[str, int] = field(default_factory=dict)
    bad: bool = False


@dataclass(slots=True)
class _Race:
    """One race: its units in the order of the file."""

    key: tuple[str, str]
    id: str
    name: str
    called: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    units: dict[tuple[str, str], _Unit] = field(default_factory=dict)
    areas: dict[str, _Unit] = field(default_factory=dict)
    rows: int = 0


def survey(document: Document) -> Iterator[Seen | Refusal]:
    """Every statement of the file. FeedError if it is no table of elex, or a race comes in two parts."""
    rows = csv.reader(_lines(document), strict=True)  # a quote that is astray would join two places
    columns = _columns(document, rows)
    reader = _Reader(document, ours=set(OURS) <= set(columns))
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Refusal("F001", document.name, rows.line_num, "", f"This is no row of a CSV: {error}.")
            reader.spoil()
            continue
        if cells and len(cells) != len(columns):
            message = f"{len(cells)} cells, the header has {len(columns)}."
            yield Refusal("F002", document.name, rows.line_num, "", message)
            reader.spoil()
        elif cells:
            yield from reader.row(dict(zip(columns, map(str.strip, cells), strict=True)), rows.line_num)
    yield from reader.end()


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The reports of this night in it."""
    for found in survey(document):
        yield found if isinstance(found, Refusal) else judged(found, document, night)


def _lines(document: Document) -> Iterator[str]:
    """Lines as text; a byte that is not UTF-8 becomes a replacement character, which no number holds."""
    first, rest, number = True, b"", 0
    for piece in document.lines:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            number += 1
            yield line.decode("utf-8-sig" if first else "utf-8", "replace") + "\n"
            first = False
        if len(rest) > LINE_BYTES_MAX:
            message = f"A line is longer than {LINE_BYTES_MAX} bytes: this is no table of elex."
            raise FeedError(document.name, number + 1, mistaken(rest, "CSV") or message)
    if rest:
        yield rest.decode("utf-8-sig" if first else "utf-8", "replace")


def _columns(document: Document, rows: Iterator[list[str]]) -> list[str]:
    try:
        columns = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise FeedError(document.name, 1, f"This is no CSV: {error}.") from error
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        begins = ",".join(columns).encode("utf-8", "replace")
        message = (
            f"The header has no column {', '.join(missing)}, as the table of `elex results` has; it begins "
            f"{','.join(columns)[:60]!r}."
        )
        raise FeedError(document.name, 1, mistaken(begins, "CSV") or message)
    twice = {name for name in columns if columns.count(name) > 1}
    if twice:
        raise FeedError(document.name, 1, f"The column {min(twice)!r:.60} is there twice.")
    return columns


class _Reader:
    """Goes through one file, race by race."""

    def __init__(self, document: Document, ours: bool) -> None:
        self._document, self._names, self._ours = document, Names(document), ours
        self._race: _Race | None = None
        self._ended: set[tuple[str, str]] = set()
        self._last: _Unit | None = None
        self._gap = False

    def row(self, row: Mapping[str, str], line: int) -> Iterator[Seen | Refusal]:
        """One candidate in one unit; the race before it, where another begins."""
        key = (row.get("statepostal", ""), row["raceid"])
        if self._race is None or self._race.key != key:
            yield from self.end()
            if key in self._ended:
                message = (
                    f"The rows of race {key[1]!r:.60} do not follow one another: sort the table by raceid."
                )
                raise FeedError(self._document.name, line, message)
            self._race = self._begin(row, key, line)
        race = self._race
        race.rows += 1
        if race.rows > ROWS_MAX:
            raise FeedError(self._document.name, line, f"A race has more than {ROWS_MAX} rows.")
        yield from self._take(race, self._unit(race, row, line), row, line)

    def spoil(self) -> None:
        """A row that cannot be read may be of the unit before it, or of the one behind it."""
        self._gap = True
        if self._last is not None:
            self._last.bad = True

    def _begin(self, row: Mapping[str, str], key: tuple[str, str], line: int) -> _Race:
        said = [row.get(name, "") for name in ("statepostal", "officename", "seatname")]
        name = " ".join(filter(None, said[1:])) or key[1]
        full = key[1] if self._ours else " ".join(filter(None, [*said, key[1]]))
        id = self._names.contest(key[1], " ".join(key).strip(), name, full, line=line)
        return _Race(key, id, self._names.contest_name(id, name))

    def _unit(self, race: _Race, row: Mapping[str, str], line: int) -> _Unit:
        own = (row["area"] if self._ours else row.get("reportingunitid", "")) or row["reportingunitname"]
        key = (row["level"], own)
        if key not in race.units:
            kept = {name: row[name] for name in KEPT if name in row}
            race.units[key] = race.areas[own] = _Unit(line, own, kept)
        self._last = race.units[key]
        self._last.bad, self._gap = self._last.bad or self._gap, False
        return self._last

    def _take(self, race: _Race, unit: _Unit, row: Mapping[str, str], line: int) -> Iterator[Refusal]:
        """A candidate's votes in a unit."""
        name = " ".join(filter(None, (row.get("first", ""), row["last"])))
        own = row.get("candidateid", "") if self._ours else name
        if not own and not name:
            unit.bad = True
            yield Refusal("E104", self._document.name, line, "last", "The row names no candidate.")
            return
        marks = [text for text in (row.get("candidateid", ""), row.get("polid", ""), name) if text]
        choice = self._names.choice(race.id, *marks, own or name, line=line)
        race.called[choice] = self._names.choice_name(race.id, choice, name)
        race.parties[choice] = self._names.party(race.id, choice, row.get("party", ""))
        count, refusals = self._count(row, "votecount", line)
        yield from refusals
        unit.bad = unit.bad or bool(refusals)
        if count is None:
            return
        if choice in unit.votes and not self._names.sums(race.id, choice):
            unit.bad = True
            message = f"{choice} stands twice in {unit.id!r:.60}; of this unit nothing is taken."
            yield Refusal("F012", self._document.name, line, "votecount", message)
        unit.votes[choice] = unit.votes.get(choice, 0) + count

    def _count(self, row: Mapping[str, str], name: str, line: int) -> tuple[int | None, tuple[Refusal, ...]]:
        text = row.get(name, "")
        if not text:
            return None, ()
        if text.isascii() and text.isdigit() and len(text) < 18 and int(text) <= COUNT_MAX:
            return int(text), ()
        if text.startswith("-"):
            code, why = "E106", f"{text!r:.60} is negative; a count never is."
        elif text.isascii() and text.isdigit():
            code, why = "E109", f"{text:.60} is more than {COUNT_MAX}."
        else:
            code, why = "E107", f"{text!r:.60} is no whole number."
        return None, (Refusal(code, self._document.name, line, name, why),)

    def end(self) -> Iterator[Seen | Refusal]:
        """The race that was being read, if one was."""
        race, self._race, self._last = self._race, None, None
        if race is None:
            return
        self._ended.add(race.key)
        ranks = {key: self._rank(race, unit) for key, unit in race.units.items()}
        lowest = max(ranks.values())
        for key, unit in race.units.items():
            if ranks[key] == lowest and not unit.bad:
                yield from self._said(race, unit)

    def _said(self, race: _Race, unit: _Unit) -> Iterator[Seen | Refusal]:
        figures: dict[str, int | None] = {}
        for name in ("precinctsreporting", "boxesreceived", "registered", "voters", "valid", "invalid"):
            figures[name], refusals = self._count(unit.row, name, unit.line)
            yield from refusals
            if refusals:
                return
        heard = figures["boxesreceived"] if self._ours else figures["precinctsreporting"]
        if unit.votes and (heard or any(unit.votes.values())):
            yield completed(self._seen(race, unit, figures), self._document.mapping)

    def _seen(self, race: _Race, unit: _Unit, figures: Mapping[str, int | None]) -> Seen:
        row, ours = unit.row, self._ours
        name = row["reportingunitname"]
        return Seen(
            line=unit.line, path=f"race {race.key[1]}, {name or unit.id}", contest=race.id,
            contest_name=race.name, areas=self._areas(race, unit),
            unit=self._names.unit(row.get("fipscode", ""), name, unit.id, line=unit.line),
            unit_name=name, revision=UNNUMBERED, cause="first", state="counted",
            registered=figures["registered"] if ours else None, voters=figures["voters"] if ours else None,
            valid=figures["valid"] if ours else sum(unit.votes.values()),
            invalid=figures["invalid"] if ours else None, votes=unit.votes, choice_names=race.called,
            parties=race.parties, claimed_boxes=figures["precinctsreporting"],
            heard_at=_time(row.get("lastupdated", "")) or self._document.heard_at,
        )  # fmt: skip

    def _above(self, race: _Race, unit: _Unit) -> list[_Unit]:
        """In our own export: the areas a unit is in, nearest first."""
        found: list[_Unit] = []
        while (above := race.areas.get(unit.row["areaparent"])) is not None and above not in found:
            found.append(above)
            unit = above
        return found

    def _rank(self, race: _Race, unit: _Unit) -> int:
        """How deep a unit lies."""
        if self._ours:
            return len(self._above(race, unit))
        level = unit.row["level"]
        return LEVELS.index(level) if level in LEVELS else len(LEVELS)

    def _areas(self, race: _Race, unit: _Unit) -> tuple[tuple[str, str, str], ...]:
        """Those above it, top down: in the tool's own table only the state is known."""
        if self._ours:
            line = reversed(self._above(race, unit))
            return tuple(
                (slug(one.row["arealevel"]), self._names.area(one.id), one.row["reportingunitname"])
                for one in line
            )
        state = unit.row.get("statename", "") or unit.row.get("statepostal", "")
        if not state or unit.row["level"] in LEVELS[:2]:
            return ()
        return (("state", self._names.area(unit.row.get("statepostal", ""), state), state),)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):  # none: the document's own time then
        return None
