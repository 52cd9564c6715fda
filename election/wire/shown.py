"""What was shown, and when: a record of the topic `…shown` as a mark, and an index of all of them by time.

    mark = read_mark(value, scope, offset, written_at)     which version it is, its own time, its hash
    index.add(mark)
    index.at("mayor", T)                                   what was shown at T; None: nothing was yet

A record's value is a snapshot as it was published, byte for byte; its header SHOWN_AT says when that was.
In live, what was shown at T is what had been published by T. In a replay or rehearsal the night's own time is
the clock: there it is what had been published when the night had come to T, and where another epoch begins,
the night goes on at the hour it had reached.

Know before changing: this is pure. The order of an index does not hang on the order of the log: epochs stand
as they first appeared, in an epoch versions only rise. So a snapshot that was written late, or twice, stands
where it belongs, and the hour from which each was shown never falls.
"""

import hashlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from election.errors import ModeError, RecordError
from election.night import ContestId
from election.wire.records import read_time, stamp
from election.wire.topics import Scope

SHOWN_AT = "shown-at"
"""Header of a record: the wall clock when it was published, written as every record writes a time."""
SHOWN_BYTES_MAX = 8 * 1024 * 1024
"""Largest snapshot that is written into the topic; a larger one is not, and is counted."""
MARKS_MAX = 200_000
"""Most snapshots of a contest in an index; at the limit the oldest is forgotten here (not in the log)."""
BANS = ("closed", "bulletins", "open")
"""The states of the embargo, in the order in which they can follow one another."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One snapshot that was published: what it is, and where it stands in the log."""

    contest: ContestId
    epoch: str
    version: int
    ban: str
    """The state of its embargo: one of BANS."""
    at: datetime
    """Its own time: night time of the newest thing heard. Where nothing was, nothing is written."""
    shown_at: datetime
    """The wall clock when it was published."""
    hash: str
    """The state hash that stands in it."""
    told: int
    """Number of the newest alert that stands in it; 0: none."""
    offset: int
    size: int
    """Bytes."""
    digest: str
    """SHA-256 of its bytes, in hex."""

    @property
    def name(self) -> str:
        """The last part of its address, as `web.archive.name_of` gives it: `e1-412`, `e1-3-closed`."""
        return f"{self.epoch}-{self.version}" + ("" if self.ban == "open" else f"-{self.ban}")


def read_mark(value: bytes, scope: Scope, offset: int, shown_at: datetime) -> Mark:
    """A record of the topic. Raises RecordError for what is no snapshot, ModeError for another night's."""
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise RecordError("R001", "record", f"This is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise RecordError("R002", "record", "A snapshot is a JSON object.")
    for place, code, ours in (("mode", "R004", scope.mode), ("night", "R005", scope.night)):
        if body.get(place) != ours:
            raise ModeError(code, place, f"This is of {place} {body.get(place)!r:.60}, we work on {ours!r}.")
    ban = body["embargo"].get("state") if isinstance(body.get("embargo"), dict) else None
    if ban not in BANS:
        raise RecordError("R006", "embargo", f"embargo.state is {', '.join(BANS)}; not {ban!r:.40}.")
    return Mark(
        ContestId(_text(body, "contest")), _text(body, "epoch"), _number(body, "version"), ban,
        read_time(body.get("at"), "at"), shown_at, _text(body, "hash"), newest_told(body),
        offset, len(value), hashlib.sha256(value).hexdigest(),
    )  # fmt: skip


def newest_told(snapshot: dict[str, Any]) -> int:
    """The number of the newest alert in a snapshot; 0 where there is none."""
    alerts = snapshot.get("alerts")
    newest = alerts[0] if isinstance(alerts, list) and alerts else None
    return _number(newest, "seq") if isinstance(newest, dict) else 0


def _text(body: dict[str, Any], place: str) -> str:
    value = body.get(place)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise RecordError("R006", place, f"{place} is a text of 1 to 200 characters.")
    return value


def _number(body: dict[str, Any], place: str) -> int:
    value = body.get(place)
    if type(value) is not int or value < 0:
        raise RecordError("R006", place, f"{place} is a whole number that is not negative.")
    return value


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark in its place."""

    order: tuple[int, int, int]
    """Epochs as they first appeared, versions in each, the embargo as it opens."""
    since: datetime
    """The hour from which it was shown, by the clock that questions are asked in."""
    mark: Mark


def entry_json(entry: Entry) -> dict[str, Any]:
    """As an index and a shell say it: `since` when it was shown, `at` its own time, `alerts` the newest."""
    mark = entry.mark
    return {
        "since": stamp(entry.since), "at": stamp(mark.at), "shown_at": stamp(mark.shown_at),
        "epoch": mark.epoch, "version": mark.version, "embargo": mark.ban, "hash": mark.hash,
        "alerts": mark.told, "bytes": mark.size, "sha256": mark.digest, "offset": mark.offset,
    }  # fmt: skip


def _order(entry: Entry) -> tuple[int, int, int]:
    return entry.order


def _since(entry: Entry) -> datetime:
    return entry.since


class Index:
    """All snapshots of a night that were published, by contest, time and name."""

    def __init__(self, mode: str, most: int = MARKS_MAX) -> None:
        self._live, self._most = mode == "live", most
        self._lines: dict[ContestId, list[Entry]] = {}
        self._named: dict[tuple[ContestId, str], Mark] = {}
        self._epochs: dict[tuple[ContestId, str], int] = {}
        self._gone: set[tuple[ContestId, str]] = set()
        self.ready = False
        """Whether everything is in it that stood in the log when its reading began."""

    def __len__(self) -> int:
        """How many there are, of all contests."""
        return len(self._named)

    def add(self, mark: Mark) -> bool:
        """Takes one in; False for one that is there already (the first that stood in the log counts)."""
        if (mark.contest, mark.name) in self._named or self.is_gone(mark.contest, mark.epoch):
            return False
        line = self._lines.setdefault(mark.contest, [])
        epoch = self._epochs.setdefault((mark.contest, mark.epoch), len(self._epochs))
        order = (epoch, mark.version, BANS.index(mark.ban))
        self._named[mark.contest, mark.name] = mark
        if not line or order > line[-1].order:
            line.append(Entry(order, self._hour(mark, line[-1] if line else None), mark))
        else:
            insort(line, Entry(order, mark.shown_at, mark), key=_order)
            self._date(line, bisect_left(line, order, key=_order))
        if len(line) > self._most:
            gone = line.pop(0).mark
            del self._named[gone.contest, gone.name]
        return True

    def _hour(self, mark: Mark, before: Entry | None) -> datetime:
        at = mark.shown_at if self._live else mark.at
        return at if before is None else max(at, before.since)

    def _date(self, line: list[Entry], start: int = 0) -> None:
        """Says from this place on anew since when each was shown."""
        before = line[start - 1] if start else None
        for place in range(start, len(line)):
            entry = line[place]
            before = line[place] = Entry(entry.order, self._hour(entry.mark, before), entry.mark)

    def begins_at(self, offset: int) -> None:
        """The log begins there now: what stood before can no longer be read, and is forgotten.

        A replay that goes back begins its log anew. What is left of an epoch before that would stand at the
        hour that was taken back, so an epoch of which nothing is left has no place here any more.
        """
        for contest, line in self._lines.items():
            gone = [entry.mark for entry in line if entry.mark.offset < offset]
            if gone:
                for mark in gone:
                    del self._named[contest, mark.name]
                line[:] = [entry for entry in line if entry.mark.offset >= offset]
                self._date(line)
                left = {entry.mark.epoch for entry in line}
                if not self._live:
                    self._gone |= {(contest, mark.epoch) for mark in gone if mark.epoch not in left}

    def clear(self) -> None:
        """The log begins anew at 0: nothing that stood in it can be read any more."""
        offsets = (entry.mark.offset for line in self._lines.values() for entry in line)
        self.begins_at(max(offsets, default=-1) + 1)

    def is_gone(self, contest: ContestId, epoch: str) -> bool:
        """Whether nothing of this epoch has a place here any more."""
        return (contest, epoch) in self._gone

    def at(self, contest: ContestId, at: datetime) -> Entry | None:
        """What was shown at a time; None: nothing had been."""
        line = self.line(contest)
        place = bisect_right(line, at, key=_since)
        return line[place - 1] if place else None

    def find(self, contest: ContestId, name: str) -> Mark | None:
        """The snapshot of this name."""
        return self._named.get((contest, name))

    def line(self, contest: ContestId) -> Sequence[Entry]:
        """All of a contest, in their order."""
        return self._lines.get(contest, ())

    def place(self, mark: Mark) -> int:
        """Where a mark stands in its line; ValueError for one that is not here."""
        if self._named.get((mark.contest, mark.name)) is not mark:
            raise ValueError(f"{mark.contest}/{mark.name} is not in this index")
        epoch = self._epochs[mark.contest, mark.epoch]
        order = (epoch, mark.version, BANS.index(mark.ban))
        return bisect_left(self._lines[mark.contest], order, key=_order)

    def tells(self, contest: ContestId, epoch: str, told: int) -> bool:
        """Whether the newest one is of this epoch and has the alert of this number, or a newer one."""
        line = self.line(contest)
        return bool(line) and line[-1].mark.epoch == epoch and line[-1].mark.told >= told
