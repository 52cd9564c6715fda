"""What one source said last of every box: the revision, when, and a digest of the words; no more than that.

    held = Held(night, SourceId("council"))
    held.take(record)                       # bundles of the log, in the log's order
    held.find(contest, unit)                # a place in the columns below, or -1: never heard of

A comparison of two tables needs to know whether a box says the same as before, not what it said. So a unit
costs about 150 bytes whatever the number of choices: a place in a dictionary, and 33 bytes in columns.

Know before changing: this follows `election.tally.hear` word for word (a newer revision replaces, an older
one is no news, the same one saying something else is a conflict), or a poller that restarts would go on from
another state than the one that was counted. Papers that were refused downstream are held like any other: what
matters is what the source said, so that it is not said again at every look.
"""

import marshal
from array import array
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import repeat
from typing import Any

from election.night import BOX_LEVEL, AreaId, BoxId, ChoiceId, ContestId, Night, SourceId, UnitId
from election.report import MISSING, REVISION_MAX, BoxReport, Cause
from election.wire.records import Bundle, Record

DIGEST_BYTES = 16
WITHDRAWN, CONFLICT, LIFTED = 1, 2, 4
"""Marks of a unit: withdrawn now; two statements under one revision; withdrawn or reinstated at some time."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_MARSHAL = 2  # the newest version whose bytes hang on nothing but the value
_TAKEN_AWAY = blake2b(b"withdrawn", digest_size=DIGEST_BYTES).digest()


def milliseconds(at: datetime) -> int:
    """A time as whole milliseconds since 1970, as records write it (`records.stamp`)."""
    return (at - EPOCH) // MILLISECOND


class Held:
    """One source's last word on every unit of a night, in columns: a place is an index into each."""

    def __init__(self, night: Night, source: SourceId) -> None:
        self.night, self.source = night, night.sources[source]
        self.places: dict[ContestId, dict[UnitId, int]] = {contest: {} for contest in night.contests}
        self.revisions = array("q")
        self.heard_ms = array("q")
        self.marks = bytearray()
        self.digests = bytearray()
        self.conflicts: dict[int, set[bytes]] = {}
        """Of the units in conflict: what was said under the one revision."""
        self.newest_ms: dict[ContestId, int] = {}
        """When the source was last heard, by contest."""
        self._choices = {
            contest.id: tuple(choice.id for choice in contest.choices) for contest in night.contests.values()
        }

    def __len__(self) -> int:
        """How many units were ever heard of, those withdrawn included."""
        return len(self.marks)

    def find(self, contest: ContestId, unit: UnitId) -> int:
        """The unit's place, or -1."""
        return self.places[contest].get(unit, -1)

    @property
    def last_at(self) -> datetime | None:
        """When the source was last heard in any contest; None: never."""
        newest_ms = max(self.newest_ms.values(), default=None)
        return None if newest_ms is None else EPOCH + newest_ms * MILLISECOND

    def not_before(self, at: datetime) -> datetime:
        """This time, or when the source was last heard if that is later: what was fetched now is the newest
        there is, though our clock was set back since."""
        return at if self.last_at is None else max(at, self.last_at)

    def says(self, place: int, digest: bytes) -> bool:
        """Whether this is what the unit says now."""
        start = place * DIGEST_BYTES
        return self.digests[start : start + DIGEST_BYTES] == digest

    def words(self, place: int) -> set[bytes]:
        """What the unit says now; several words if they are in conflict."""
        start = place * DIGEST_BYTES
        return self.conflicts.get(place) or {bytes(self.digests[start : start + DIGEST_BYTES])}

    def known(self, place: int, digest: bytes) -> bool:
        """Whether this is what the unit says now, or one of the words in conflict."""
        return self.says(place, digest) or (place in self.conflicts and digest in self.conflicts[place])

    def digest(self, report: BoxReport) -> bytes:
        """What tells two statements of a unit apart; cause, time and revision are no part of what it says."""
        if report.cause is Cause.WITHDRAWN:
            return _TAKEN_AWAY
        votes: Mapping[ChoiceId, int] = report.votes
        said = (
            report.state, report.registered, report.voters, report.valid, report.invalid,
            report.claimed_boxes, tuple(map(votes.get, self._choices[report.contest])),
        )  # fmt: skip
        return _digest(said)

    def note(self, report: BoxReport, digest: bytes) -> int:
        """Holds a report that is on its way into the log; gives its place."""
        known = self._known(report.unit)
        if known is None:
            raise ValueError(f"{report.unit} is no unit of {self.source.id}: a format refuses it")
        heard_ms = milliseconds(report.heard_at)
        return self._hear(report.contest, known, report.revision, heard_ms, digest, report.cause)

    def take(self, record: Record) -> None:
        """Holds what a record of the log says; one of another source, and a ruling, say nothing here.

        Column by column, because a process that starts reads a whole night so. A paper that nobody could
        count because of its unit, its revision or its cause is as if it had not been sent.
        """
        if not isinstance(record, Bundle) or record.source != self.source.id:
            return
        contest = ContestId(record.contest)
        if contest not in self.places or record.level != self.source.level:
            return
        count, heard_ms = len(record), milliseconds(record.heard_at)
        columns = (
            record.state, record.registered, record.voters, record.valid, record.invalid, record.boxes,
        )  # fmt: skip
        votes = [record.votes.get(choice) or repeat(None, count) for choice in self._choices[contest]]
        said = zip(*(_cells(column, count) for column in columns), zip(*votes, strict=True), strict=True)
        heads = (_cells(column, count) for column in (record.box, record.revision, record.cause))
        for unit, revision, cause, words in zip(*heads, said, strict=True):
            known = self._known(unit) if isinstance(unit, str) else None
            of = _CAUSES.get(cause) if isinstance(cause, str) else None
            if known is None or of is None or type(revision) is not int or not 1 <= revision <= REVISION_MAX:
                continue
            digest = _TAKEN_AWAY if of is Cause.WITHDRAWN else _digest(words)
            self._hear(contest, known, revision, heard_ms, digest, of)

    def _known(self, unit: str) -> UnitId | None:
        """The night's own text for this unit, so that millions of ids are kept once; None: no such unit."""
        if self.source.level == BOX_LEVEL:
            box = self.night.boxes.get(BoxId(unit))
            return None if box is None else UnitId(box.id)
        area = self.night.areas.get(AreaId(unit))
        return UnitId(area.id) if area is not None and area.level == self.source.level else None

    def _hear(
        self, contest: ContestId, unit: UnitId, revision: int, heard_ms: int, digest: bytes, cause: Cause
    ) -> int:
        places = self.places[contest]
        self.newest_ms[contest] = max(heard_ms, self.newest_ms.get(contest, heard_ms))
        place = places.get(unit, -1)
        if place < 0:
            place = places[unit] = len(self.marks)
            self.revisions.append(revision)
            self.heard_ms.append(heard_ms)
            self.marks.append(_MARKS.get(cause, 0))
            self.digests += digest
            return place
        if revision > self.revisions[place]:
            self.revisions[place], self.heard_ms[place] = revision, heard_ms
            self.marks[place] = _MARKS.get(cause, 0) | (self.marks[place] & LIFTED)
            self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES] = digest
            self.conflicts.pop(place, None)
        elif revision == self.revisions[place] and not self.says(place, digest):
            self.conflicts[place] = self.words(place) | {digest}
            self.marks[place] = CONFLICT | ((self.marks[place] | _MARKS.get(cause, 0)) & LIFTED)
            self.heard_ms[place] = max(heard_ms, self.heard_ms[place])
        return place


def _cells(column: object, count: int) -> Iterable[Any]:
    """A column of a bundle, cell by cell; what is not there is None, and one value stands for all."""
    if isinstance(column, list) and column:
        return column
    return repeat(None if column is MISSING or column == [] else column, count)


def _digest(said: tuple[Any, ...]) -> bytes:
    return blake2b(marshal.dumps(said, _MARSHAL), digest_size=DIGEST_BYTES).digest()


_CAUSES = {cause.value: cause for cause in Cause}
_MARKS = {Cause.WITHDRAWN: WITHDRAWN | LIFTED, Cause.REINSTATED: LIFTED}
