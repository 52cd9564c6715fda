"""Reads a mapping: TOML that says how a foreign table becomes reports (docs/reference/mapping.md).

    mapping = read_mapping("my.toml", content)      # MistakesError with every mistake, each with its line

Know before changing: a mapping is written by people who do not program. Every mistake is found at once, has
its line and says what would be right; what is not known here is an error and never passed over.
"""

import codecs
import re
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from election.errors import Mistake, MistakesError
from election.report import Cause
from election.wire.toml_reader import Table, parse_toml
from election.wire.topics import WORD
from producers.formats.mapping_fields import one_or_more, read_fields
from producers.formats.shapes import (
    FIGURES,
    ChoiceMarks,
    ContestMarks,
    Fields,
    FileShape,
    Fixed,
    Mapping,
    Numbers,
    SkipRule,
    Times,
)
from producers.formats.slugs import plain, slug

TABLES = ("additions", "whole")
EPOCHS = ("unix", "unix_ms")
NO_ENCODINGS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7")
"""Ways of writing text that no table is saved in, and that read anything."""
HEADER_LINES_MAX = 100
_OFFSET = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)")


def read_mapping(name: str, content: bytes) -> Mapping:
    """The mapping in a file of this name. Raises MistakesError with every mistake."""
    mistakes: list[Mistake] = []
    root = parse_toml(name, content, mistakes)
    if mistakes:
        raise MistakesError("in the mapping", mistakes)
    found = _mapping(name, root)
    root.finish()
    if not mistakes:
        _agree(found, root)
    if mistakes:
        raise MistakesError("in the mapping", sorted(mistakes, key=lambda one: one.line or 0))
    return found


def _mapping(name: str, root: Table) -> Mapping:
    feed, numbers = root.table("feed"), root.table("numbers")
    choices, contests = _choices(root.table("choices")), _contests(root)
    found = Mapping(
        name=name,
        table=_one_of(feed, "table", ("", *TABLES)),
        level=feed.text("level", "box"),
        revision_is_time=_one_of(feed, "revision", ("", "time")) == "time",
        valid_is_sum=_one_of(feed, "valid", ("", "sum")) == "sum",
        voters_are_valid=_one_of(feed, "voters", ("", "valid")) == "valid",
        file=_file(root.table("file")),
        numbers=_numbers(numbers),
        absent=frozenset(plain(mark) for mark in one_or_more(numbers, "absent")),
        times=_times(root.table("time")),
        fixed=_fixed(root.table("fixed")),
        columns=read_fields(root.table("columns"), False) if root.has("columns") else None,
        paths=read_fields(root.table("paths"), True) if root.has("paths") else None,
        contests=contests,
        choices=choices,
        areas=_marks(root.table("areas"), None),
        units=_marks(root.table("units"), None),
        states=_marks(root.table("states"), None),
        causes=_marks(root.table("causes"), tuple(cause.value for cause in Cause)),
        figures=_marks(root.table("figures"), FIGURES),
        contest_ids=_contest_ids(contests, root),
        choice_ids=_choice_ids(choices, contests, root),
    )
    feed.finish()
    numbers.finish()
    return found


def _one_of(table: Table, key: str, known: tuple[str, ...]) -> str:
    value = table.text(key, "")
    if value not in known:
        words = " or ".join(word for word in known if word)
        table.wrong(key, f"{table.name}{key} is {value!r:.60}; it is {words}.")
        return ""
    return value


def _file(table: Table) -> FileShape:
    plainly = FileShape()
    encoding = table.text("encoding", "")
    if encoding and not _encodes(encoding):
        known = "utf-8, utf-16, latin-1, cp1252, iso-8859-9, windows-1254"
        table.wrong("encoding", f"There is no encoding {encoding!r:.60}; there are {known} and more.")
    found = FileShape(
        encoding=encoding,
        delimiter={"tab": "\t"}.get(word := table.text("delimiter", ""), word),
        quote=table.text("quote", plainly.quote),
        skip_lines=table.number("skip_lines", 0),
        header_lines=table.number("header_lines", 1),
        header_join=table.text("header_join", plainly.header_join),
        header_fill=table.flag("header_fill", True),
        skip=tuple(_skip(one) for one in table.tables("skip")),
        empty_rows=_one_of(table, "empty_rows", ("", "refuse", "skip")) or "refuse",
        sorted=table.flag("sorted", True),
    )
    for key, text in (("delimiter", found.delimiter), ("quote", found.quote)):
        if len(text) > 1 or text in ("\r", "\n"):
            table.wrong(key, f"file.{key} is {text!r:.60}; it is one character, or tab.")
    if found.delimiter and found.delimiter == found.quote:
        table.wrong("quote", "file.quote is the delimiter; they are two different characters.")
    if found.header_lines > HEADER_LINES_MAX:
        message = f"file.header_lines is {found.header_lines}; it is at most {HEADER_LINES_MAX}."
        table.wrong("header_lines", message)
    table.finish()
    return found


def _encodes(encoding: str) -> bool:
    """Whether it is a way to write text, and one that a file may be read with piece by piece."""
    try:
        name = codecs.lookup(encoding).name
        codecs.getincrementaldecoder(name)
        return name not in NO_ENCODINGS and "Az1;".encode(name).decode(name) == "Az1;"
    except (LookupError, ValueError, TypeError, AttributeError):
        return False


def _skip(table: Table) -> SkipRule:
    marks = frozenset(plain(mark) for mark in one_or_more(table, "marks"))
    begins = tuple(plain(mark) for mark in one_or_more(table, "begins"))
    rule = SkipRule(table.text("column"), marks, begins, table.flag("last", False))
    if not marks and not begins:
        table.wrong(None, 'file.skip says no marks; a blank cell is marks = [""].')
    if "" in begins:
        table.wrong("begins", "file.skip.begins is empty: every row begins so.")
    table.finish()
    return rule


def _numbers(table: Table) -> Numbers:
    found = Numbers(table.text("decimal", ""), one_or_more(table, "thousands"))
    for key, marks in (("decimal", (found.decimal,)), ("thousands", found.thousands)):
        if any(len(mark) > 1 or mark.isalnum() or mark in ("-", "+") for mark in marks):
            table.wrong(key, f"numbers.{key} is one character that is no digit, letter or sign.")
    if found.decimal and found.decimal in found.thousands:
        table.wrong("decimal", f"numbers.decimal and numbers.thousands are both {found.decimal!r}.")
    return replace(found, thousands=tuple(mark for mark in found.thousands if mark))


def _times(table: Table) -> Times:
    zone = _zone(table)
    day = table.value("date")
    formats = one_or_more(table, "format") or ("iso",)
    found = Times(formats, zone, table.day("date") if day is not None else None, _hour(table))
    for pattern in formats:
        if pattern != "iso" and pattern not in EPOCHS:
            _pattern(table, pattern, found)
    table.finish()
    return found


def _pattern(table: Table, pattern: str, times: Times) -> None:
    """One strptime pattern: it can be read, and says day and zone, or the mapping does.

    What a pattern leaves out Python fills in unasked: the year 1900, the first of January, the morning.
    """
    example = datetime(2019, 6, 23, 18, 5, 7, tzinfo=timezone(timedelta(hours=3)))
    try:
        read = datetime.strptime(example.strftime(pattern), pattern)  # noqa: DTZ007 - looked at, not used
    except (ValueError, re.error) as error:  # the second where something is said twice
        message = f"{pattern!r:.60} is no format of a time: {error}. Write it as in %d.%m.%Y %H:%M."
        table.wrong("format", message)
        return
    dated = re.search(r"%[djDcxs]", pattern)
    if not dated and times.day is None:
        table.wrong("format", f"{pattern!r:.60} has no day; say it as date = 2019-06-23.")
    if dated and read.date() != example.date():
        message = (
            f"{pattern!r:.60} says the day in part; say day, month and year (%d.%m.%Y), or none of them."
        )
        table.wrong("format", message)
    if read.hour not in (example.hour, 0):
        table.wrong("format", f"{pattern!r:.60} does not say which half of the day; write %H, or %I with %p.")
    if "%z" not in pattern and times.zone is None:
        table.wrong("format", f'{pattern!r:.60} has no zone; say it as zone = "Europe/Istanbul".')


def _hour(table: Table) -> time:
    text = table.text("day_begins", "12:00")
    with suppress(ValueError):
        hour = time.fromisoformat(text)
        if hour.tzinfo is None:  # it is compared with hours that have none
            return hour
    table.wrong("day_begins", f'time.day_begins is {text!r:.60}; it is an hour as in "12:00".')
    return time(12)


def _zone(table: Table) -> tzinfo | None:
    name = table.text("zone", "")
    if not name:
        return None
    offset = _OFFSET.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        table.wrong("zone", f'There is no time zone {name!r:.60}; write "Europe/Istanbul" or "+03:00".')
        return None


def _fixed(table: Table) -> Fixed:
    cause = table.text("cause", "")
    if cause and cause not in {one.value for one in Cause}:
        table.wrong("cause", f"There is no cause {cause!r:.60}: {', '.join(one.value for one in Cause)}.")
    above = table.table("area")
    areas = []
    for level in above.keys_here():
        name = above.text(level)
        areas.append((level, slug(name), name))
    found = Fixed(table.text("contest", ""), cause, table.text("state", ""), tuple(areas))
    table.finish()
    return found


def _marks(table: Table, known: tuple[str, ...] | None) -> dict[str, str]:
    """`id = "mark"` or `id = ["mark", …]` as marks to ids."""
    found: dict[str, str] = {}
    for key in table.keys_here():
        if known is not None and key not in known:
            table.wrong(key, f"There is no {table.name}{key}; there are {', '.join(known)}.")
        for mark in one_or_more(table, key):
            if found.setdefault(plain(mark), key) != key:
                table.wrong(key, f"{mark!r:.60} means {found[plain(mark)]} already; a mark means one thing.")
    return found


def _choices(table: Table) -> dict[str, ChoiceMarks]:
    found = {}
    for key in table.keys_here():
        if not WORD.fullmatch(key):
            table.wrong(key, f"{key[:60]!r} is no id: small letters, digits and hyphens, 1 to 63.")
        if not isinstance(table.value(key), dict):
            found[key] = ChoiceMarks(key, one_or_more(table, key))
            continue
        one = table.table(key)
        name = one.text("name", "")
        marks = one_or_more(one, "marks") or ((name,) if name else ())
        found[key] = ChoiceMarks(
            key, marks, name, one.text("party", ""), one.flag("sum", False), one.flag("optional", False)
        )
        one.finish()
    return found


def _contests(root: Table) -> dict[str, ContestMarks]:
    table, found = root.table("contests"), {}
    for key in table.keys_here():
        if not WORD.fullmatch(key):
            table.wrong(key, f"{key[:60]!r} is no id: small letters, digits and hyphens, 1 to 63.")
        if not isinstance(table.value(key), dict):
            found[key] = ContestMarks(key, one_or_more(table, key))
            continue
        one = table.table(key)
        columns = read_fields(one.table("columns"), False) if one.has("columns") else None
        name, choices = one.text("name", ""), _choices(one.table("choices"))
        marks = one_or_more(one, "marks") or ((name,) if name else ())
        found[key] = ContestMarks(key, marks, name, choices, columns)
        one.finish()
    return found


def _contest_ids(contests: dict[str, ContestMarks], root: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for contest in contests.values():
        for mark in (contest.id, *contest.marks):
            if found.setdefault(plain(mark), contest.id) != contest.id:
                root.table("contests").wrong(
                    contest.id, f"{mark!r:.60} means {found[plain(mark)]} already; a mark means one thing."
                )
    return found


def _choice_ids(
    choices: dict[str, ChoiceMarks], contests: dict[str, ContestMarks], root: Table
) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    groups = [("", choices), *((contest.id, contest.choices) for contest in contests.values())]
    for contest, group in groups:
        for choice in group.values():
            for mark in choice.marks:
                known = found.setdefault((contest, plain(mark)), choice.id)
                if known != choice.id:
                    root.table("choices").wrong(
                        choice.id, f"{mark!r:.60} means {known} already; a mark means one thing."
                    )
    return found


def _agree(found: Mapping, root: Table) -> None:
    """What only shows once everything is read."""
    shapes = [("columns", found.columns), ("paths", found.paths)]
    for word, one in shapes:
        table = root.table(word)
        own = [contest for contest in found.contests.values() if contest.fields is not None]
        if one is None:
            continue
        if word == "columns" and own:
            for contest in own:
                _placed(table, merged(one, contest.fields), {**found.choices, **contest.choices}, found)
        else:
            every = {
                **found.choices,
                **{c.id: c for k in found.contests.values() for c in k.choices.values()},
            }
            _placed(table, one, every, found)


def _placed(table: Table, one: Fields, choices: dict[str, ChoiceMarks], found: Mapping) -> None:
    if one.unit is None:
        table.wrong(None, f"{table.name}unit is missing: which column tells one {found.level} from another?")
    if bool(one.choice) != bool(one.votes) and not (table.name == "paths." and one.choices):
        table.wrong(None, f"{table.name}choice and {table.name}votes go together: say both.")
    if not (one.choice or one.choices or choices):
        table.wrong(None, "Nothing says where the votes stand: [choices], or choice and votes.")
    if one.choices and one.choice and table.name == "columns.":
        table.wrong("choices", "columns.choices is for wide tables, columns.choice for long ones: say one.")
    if one.pairs and not (one.choice and one.votes):
        table.wrong("pairs", "Pairs need choice and votes: the headings of both columns.")
    if one.contest and found.fixed.contest:
        table.wrong("contest", "The contest is fixed and a column as well: say one.")
    if one.cause and found.fixed.cause:
        table.wrong("cause", "The cause is fixed and a column as well: say one.")
    if found.revision_is_time and not one.time:
        table.wrong(None, f'feed.revision is "time", but {table.name}time is missing.')
    if found.revision_is_time and one.revision:
        table.wrong("revision", 'feed.revision is "time", and there is a column as well: say one.')


def merged(base: Fields, own: Fields | None) -> Fields:
    """A contest's own columns over those that all contests share."""
    if own is None:
        return base
    said = {one.name: getattr(own, one.name) for one in fields(own) if getattr(own, one.name)}
    return replace(base, **said)


__all__ = ["Mapping", "merged", "read_mapping"]
