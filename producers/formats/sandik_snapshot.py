"""What another Sandık's gateway shows, as reports: its table of boxes; its snapshots for a source of areas.

    /export/boxes.csv       one or several, one after the other: a row a box; those `counted` are reports
    /snapshot/<c>.json      one a line: the areas of the source's level of which something is counted

Both are whole tables without revisions of ours to go by: what is no longer counted there is missing here, and
`snapshots` makes a withdrawal of it. Their own revisions are not taken: they say how often a box was told to
them, not how often what they show of it has changed.

Know before changing: a gateway says of which night and mode it is, whether figures are simulated, and whether
its embargo is open. All four are looked at before anything is read: a replay's gateway cannot feed a live
night, and before the embargo opens there is nothing to read, which is not an empty table.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from election.night import BOX_LEVEL, ChoiceId, Contest, ContestId, Night, Source, SourceId, UnitId
from election.report import COUNT_MAX, COUNTED_STATE, BoxReport, Cause
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal

BEGINS = ["contest", "source"]
NEEDED = ("contest", "box", "status", "voters", "valid", "invalid", "night", "mode", "simulated", "embargo")
VOTES = "votes_"
COUNTED, OPEN = "counted", "open"


@dataclass(frozen=True, slots=True)
class About:
    """What a table or snapshot says of itself."""

    night: str
    mode: str
    simulated: bool
    embargo: str
    epoch: str = ""
    version: int = 0


class NotYetError(FeedError):
    """The gateway's embargo is not open: there is nothing to read yet, and that is no fault."""


def fault(about: About, night: Night, mode: str, source: Source) -> str:
    """Why this may not feed that source of a night, or nothing; an empty `mode` is not looked at."""
    if about.night != night.id:
        return f"This gateway shows the night {about.night!r:.60}; the night here is {night.id}."
    if mode and about.mode != mode:
        return f"This gateway is of a {about.mode:.20}, and this is {mode}: modes never mix."
    if about.simulated and not (source.simulated or night.simulated):
        return f"Its figures are simulated, and the source {source.id} of this night is not marked so."
    return ""


def not_yet(about: About) -> str:
    """The sentence while its embargo hides every figure; nothing once that is open."""
    if about.embargo == OPEN:
        return ""
    return f"Its embargo is not open ({about.embargo:.20}): nothing is sent before it opens there."


def about(lines: Iterable[bytes]) -> About | None:
    """What the beginning of a table, or a snapshot, says of itself; None if that cannot be read there."""
    first = next(iter(lines := iter(lines)), b"")
    if first.lstrip()[:1] == b"{":
        found = _json(first)
        return None if found is None else _about_snapshot(found)
    rows = csv.reader((line.decode("utf-8-sig", "replace") for line in (first, *lines)), strict=True)
    try:
        header, row = next(rows, []), next(rows, [])
    except csv.Error:
        return None
    if header[:2] != BEGINS or len(row) != len(header):
        return None
    return _about_row(dict(zip(header, row, strict=True)))


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """A report for each unit counted there. FeedError for another night, mode or shape; NotYetError."""
    lines = iter(document.lines)
    first = next(lines, b"")
    both = _chain(first, lines)
    if first.lstrip()[:1] == b"{":
        yield from _snapshots(document, night, both)
    else:
        yield from _tables(document, night, both)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _source(document: Document, night: Night, contest: Contest) -> Source:
    source = night.sources.get(document.source or contest.source)
    if source is None:
        known = ", ".join(night.sources)
        raise FeedError(document.name, 1, f"There is no source {document.source!r} in this night: {known}.")
    return source


def _check(document: Document, line: int, said: About, night: Night, source: Source) -> None:
    if wrong := fault(said, night, document.mode, source):
        raise FeedError(document.name, line, wrong)
    if waiting := not_yet(said):
        raise NotYetError(document.name, line, waiting)


# Tables of boxes.


def _about_row(row: Mapping[str, str]) -> About:
    version = row.get("version", "")
    return About(
        row.get("night", ""), row.get("mode", ""), row.get("simulated", "") != "False",
        row.get("embargo", ""), row.get("epoch", ""), int(version[:15]) if version.isdecimal() else 0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Columns:
    """A header, and which of its columns are votes."""

    names: tuple[str, ...]
    votes: tuple[tuple[ChoiceId, str], ...]


def _tables(document: Document, night: Night, lines: Iterable[bytes]) -> Iterator[Heard]:
    texts = (line.decode("utf-8", "replace").removeprefix("\ufeff") for line in lines)
    rows = csv.reader(texts, strict=True)  # a quote that is astray would join two boxes
    columns: _Columns | None = None
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Refusal("F001", document.name, rows.line_num, "", f"This is no row of a CSV: {error}.")
            continue
        if not cells:
            continue
        if cells[:2] == BEGINS:
            columns = _header(document, rows.line_num, cells)
        elif columns is None:
            message = (
                f"This is no table of a Sandık's boxes (/export/boxes.csv): it begins {cells[:3]!r:.60}."
            )
            raise FeedError(document.name, rows.line_num or 1, message)
        else:
            yield from _row(document, night, columns, cells, rows.line_num)
    if columns is None:
        raise FeedError(document.name, 1, "It is empty; a gateway's table has at least its header.")


def _header(document: Document, line: int, cells: list[str]) -> _Columns:
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        raise FeedError(document.name, line, f"The header has no column {', '.join(missing)}.")
    votes = tuple((ChoiceId(name.removeprefix(VOTES)), name) for name in cells if name.startswith(VOTES))
    return _Columns(tuple(cells), votes)


def _row(document: Document, night: Night, columns: _Columns, cells: list[str], line: int) -> Iterator[Heard]:
    """A report, or nothing for a box that is not counted there."""
    if len(cells) != len(columns.names):
        message = f"{len(cells)} cells, the header has {len(columns.names)}."
        yield Refusal("F002", document.name, line, "", message)
        return
    row = dict(zip(columns.names, cells, strict=True))
    contest = night.contests.get(ContestId(_plain(row["contest"])))
    if contest is None:
        message = f"There is no contest {row['contest']!r:.60} in this night."
        yield Refusal("E101", document.name, line, "contest", message)
        return
    source = _source(document, night, contest)
    _check(document, line, _about_row(row), night, source)
    if source.level != BOX_LEVEL:
        message = f"This is a table of boxes; the source {source.id} reports {source.level}s."
        raise FeedError(document.name, line, message)
    unknown = [choice for choice, _ in columns.votes if contest.position(choice) is None]
    if unknown:
        message = f"Contest {contest.id} of this night has no choice {unknown[0]!r:.60}."
        raise FeedError(document.name, line, message)
    if row["status"] == COUNTED:
        figures = {name: row.get(name, "") for name in ("registered", "voters", "valid", "invalid")}
        votes = {choice: row[name] for choice, name in columns.votes if row[name]}
        unit = _Unit(contest, source, UnitId(_plain(row["box"])), "box")
        yield _report(document, night, line, unit, {**figures, **{VOTES + c: v for c, v in votes.items()}})


def _plain(cell: str) -> str:
    """A cell of text without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell[:1] == "'" and not cell[1:2].isalnum() else cell


# Snapshots.


def _json(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _about_snapshot(found: Mapping[str, Any]) -> About:
    ban, version = found.get("embargo"), found.get("version")
    return About(
        str(found.get("night", "")), str(found.get("mode", "")), found.get("simulated") is not False,
        str(ban.get("state", "")) if isinstance(ban, dict) else "", str(found.get("epoch", "")),
        version if type(version) is int else 0,
    )  # fmt: skip


def _snapshots(document: Document, night: Night, lines: Iterable[bytes]) -> Iterator[Heard]:
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        found = _json(text)
        if found is None:
            raise FeedError(document.name, line, "This is no snapshot of a Sandık: it is no JSON object.")
        contest = night.contests.get(ContestId(str(found.get("contest", ""))))
        if contest is None:
            message = f"There is no contest {found.get('contest')!r:.60} in this night."
            raise FeedError(document.name, line, message)
        source = _source(document, night, contest)
        _check(document, line, _about_snapshot(found), night, source)
        if source.level == BOX_LEVEL:
            message = f"A snapshot tells of areas; the source {source.id} reports boxes (/export/boxes.csv)."
            raise FeedError(document.name, line, message)
        yield from _areas(document, night, found, contest, source, line)


def _areas(
    document: Document, night: Night, found: Mapping[str, Any], contest: Contest, source: Source, line: int
) -> Iterator[Heard]:
    areas = found.get("areas")
    shown = {
        str(area): facts for area, facts in (areas.items() if isinstance(areas, dict) else ())
        if isinstance(facts, dict) and facts.get("level") == source.level
    }  # fmt: skip
    if not shown:
        message = f"It shows no area of the level {source.level}, which the source {source.id} reports."
        raise FeedError(document.name, line, message)
    for area, facts in shown.items():
        counted, votes = facts.get("counted"), facts.get("choices")
        boxes = counted.get("boxes") if isinstance(counted, dict) else None
        if boxes == 0:
            continue
        figures = {name: facts.get(name) for name in ("registered", "voters", "valid", "invalid")}
        figures |= {VOTES + str(c): v for c, v in (votes.items() if isinstance(votes, dict) else ())}
        unit = _Unit(contest, source, UnitId(area), f"areas.{area}")
        yield _report(document, night, line, unit, figures | {"boxes": boxes})


# What both become.


@dataclass(frozen=True, slots=True)
class _Unit:
    """Whose figures they are, and where they stand in the feed."""

    contest: Contest
    source: Source
    unit: UnitId
    place: str


def _report(
    document: Document, night: Night, line: int, of: _Unit, figures: Mapping[str, object]
) -> BoxReport | Refusal:
    """The report, or why not: an unknown unit or choice, a figure that is missing or no count."""
    area = night.area_of(of.source, of.unit)
    if area is None or of.contest.area not in night.lines[area]:
        message = f"There is no {of.source.level} {of.unit!r:.60} in contest {of.contest.id} of this night."
        return Refusal("E103", document.name, line, of.place, message)
    about = (str(of.contest.id), str(of.unit))
    counts: dict[str, int | None] = {}
    for name, value in figures.items():
        count = _count(value)
        if count is None and value not in ("", None):
            message = f"{value!r:.60} is no whole number from 0 to {COUNT_MAX}."
            return Refusal("E107", document.name, line, name, message, about)
        if count is None and name in ("voters", "valid", "invalid"):
            return Refusal("E105", document.name, line, name, "It is counted and has no figure.", about)
        counts[name] = count
    votes = {ChoiceId(name.removeprefix(VOTES)): count for name, count in counts.items()
             if name.startswith(VOTES) and count is not None}  # fmt: skip
    unknown = [choice for choice in votes if of.contest.position(choice) is None]
    if unknown:
        message = f"{unknown[0]!r:.60} is no choice of contest {of.contest.id}."
        return Refusal("E104", document.name, line, of.place, message, about)
    return BoxReport(
        of.contest.id, SourceId(of.source.id), of.unit, UNNUMBERED, Cause.FIRST, COUNTED_STATE,
        counts.get("registered"), counts.get("voters"), counts.get("valid"), counts.get("invalid"),
        votes, counts.get("boxes"), document.heard_at,
    )  # fmt: skip


def _count(value: object) -> int | None:
    """A whole number within the limits, from text or JSON; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        value = int(value)
    return value if type(value) is int and 0 <= value <= COUNT_MAX else None
