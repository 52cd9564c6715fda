"""A file of faults: TOML into what befalls a recording and its processes, with every mistake and its line.

    plan = read_faults("storm.toml", content, night)
    plan.faults         what befalls the recording (producers.faults)
    plan.mishaps        what befalls worker, store and gateway, where a supervisor runs them

Know before changing: hours are typed as for `--from`, and belong to the night; a name that the night does not
have is a mistake, because a fault that never happens proves nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from election.errors import Mistake, MistakesError, UsageError
from election.night import Night
from election.wire.toml_reader import Table, parse_toml
from producers.faults import KINDS, MAKING_UP, Fault, below
from producers.pace import read_from

WHO = ("worker", "store", "gateway")
DO = ("freeze", "kill")
HOW = ("cut", "rubbish")
FAULTS_MAX = 50
"""Most faults, and most mishaps, in one file; one more is a mistake."""
SECONDS_MAX = 366 * 86_400
"""Longest stretch of time that a fault may name: a year."""
YEARS = range(1900, 3000)
"""Of these a fault may name an hour; what comes of it later is then an hour that there is, too."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something befalls a process when the night has come to an hour, for so many seconds by the clock."""

    who: str
    do: str
    at: datetime
    for_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a file says, in its order."""

    faults: tuple[Fault, ...] = ()
    mishaps: tuple[Mishap, ...] = ()


def read_faults(name: str, content: bytes, night: Night) -> Plan:
    """What a file says. Raises MistakesError with every mistake in it."""
    mistakes: list[Mistake] = []
    root = parse_toml(name, content, mistakes)
    read = Reader(night)
    tables, processes = root.tables("fault"), root.tables("process")
    if not mistakes and not tables and not processes:
        root.wrong(None, "There is nothing in this file: write [[fault]] or [[process]].")
    for kind, found in (("fault", tables), ("process", processes)):
        if len(found) > FAULTS_MAX:
            root.wrong(kind, f"{len(found)} [[{kind}]] are more than {FAULTS_MAX}.")
    plan = Plan(tuple(map(read.fault, tables)), tuple(map(read.mishap, processes)))
    root.finish()
    if mistakes:
        raise MistakesError("in the faults", mistakes)
    return plan


class Reader:
    """Reads tables of one night."""

    def __init__(self, night: Night) -> None:
        self._night = night

    def fault(self, table: Table) -> Fault:
        """One [[fault]]."""
        kind = _one_of(table, "kind", KINDS)
        night, area = self._night, table.text("area", "")
        begin, end = self._window(table)
        more: dict[str, Any] = {
            field: _seconds(table, key, default, least)
            for field, (key, default, least) in SECONDS.get(kind, {}).items()
        }
        if kind not in ("stall", "burst"):
            more["chance"] = table.tenths("chance_pct", 100) / 1000
        if kind == "corrupt":
            more["how"] = _one_of(table, "how", HOW, "cut")
        if kind == "correct":
            more["most_pct"] = table.number("most_pct", 5, least=1)
        if kind in MAKING_UP:
            more["most"] = table.number("most_reports", 0)
        found = Fault(
            kind,
            source=_known(table, "source", table.text("source", ""), night.sources),
            contest=_known(table, "contest", table.text("contest", ""), night.contests),
            areas=below(night, _known(table, "area", area, night.areas)),
            area=area,
            begin=begin,
            end=end,
            **more,
        )
        if kind == "stall" and (begin is None or end is None):
            table.wrong(None, "A stall has a beginning and an end: from, and until or for_s.")
        table.finish()
        return found

    def mishap(self, table: Table) -> Mishap:
        """One [[process]]."""
        who, do = _one_of(table, "who", WHO), _one_of(table, "do", DO)
        at = self._hour(table, "at")
        if at is None:
            table.wrong(None, "at is missing, or no hour of the night: 19:10.")
        found = Mishap(who, do, at or datetime.min.replace(tzinfo=UTC), _seconds(table, "for_s", None, 1))
        table.finish()
        return found

    def _window(self, table: Table) -> tuple[datetime | None, datetime | None]:
        begin, end = self._hour(table, "from"), self._hour(table, "until")
        for_s = _seconds(table, "for_s", 0)
        if for_s and table.has("until"):
            table.wrong("for_s", "Either until or for_s says when it ends, not both.")
        if for_s and begin is not None:
            end = begin + timedelta(seconds=for_s)
        elif for_s:
            table.wrong("for_s", "for_s counts from an hour: from is missing.")
        if begin is not None and end is not None and end <= begin:
            table.wrong("until", "It ends before it begins.")
        return begin, end

    def _hour(self, table: Table, key: str) -> datetime | None:
        word = table.text(key, "")
        if not word:
            return None
        try:
            hour = read_from(word, self._night.date, self._night.time_zone)
        except UsageError as error:
            table.wrong(key, f"{key}: {error}")
            return None
        if hour.year not in YEARS:
            table.wrong(key, f"{key} is {word!r:.40}; it is an hour of the years {YEARS[0]} to {YEARS[-1]}.")
            return None
        return hour


SECONDS: dict[str, dict[str, tuple[str, int | None, int]]] = {
    "burst": {"after_s": ("every_s", 60, 1)},
    "delay": {"after_s": ("by_s", None, 0), "spread_s": ("spread_s", 0, 0)},
    "reorder": {"spread_s": ("within_s", 60, 1)},
    "duplicate": {"after_s": ("after_s", 0, 0)},
    "corrupt": {"again_after_s": ("again_after_s", 0, 0)},
    "correct": {"after_s": ("after_s", 60, 0)},
    "withdraw": {"after_s": ("after_s", 60, 0), "again_after_s": ("again_after_s", 0, 0)},
}
"""What each kind says in seconds: field of a Fault → the key it is read from, else, and at least so many."""
SECONDS_OF = {kind: {field: key for field, (key, _, _) in fields.items()} for kind, fields in SECONDS.items()}


def _seconds(table: Table, key: str, default: int | None, least: int = 0) -> int:
    found = table.number(key, default, least=least)
    if found > SECONDS_MAX:
        table.wrong(key, f"{key} is {found!r:.20}; it is at most {SECONDS_MAX}, a year.")
    return min(max(found, 0), SECONDS_MAX)


def _one_of(table: Table, key: str, known: Collection[str], default: str | None = None) -> str:
    word = table.text(key, default)
    if word not in known and (word or table.has(key)):
        table.wrong(key, f"{key} is {word!r:.40}; it is one of {', '.join(known)}.")
    return word


def _known(table: Table, key: str, word: str, names: Iterable[str]) -> str:
    known = list(map(str, names))
    if word and word not in known:
        shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
        table.wrong(key, f"There is no {key} {word!r:.60} in this night: {shown}.")
    return word
