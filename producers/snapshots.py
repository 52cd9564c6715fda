"""A table as it stands now against what was said before: appearances, corrections and withdrawals.

    comparison = Comparison(night, source, held, at, whole=True, allowance=Allowance.of(facts))
    news = [*comparison.take(parse(document, night)), *comparison.finish()]
    comparison.whys                         # what a person has to know: sentences, none if all is well

Most feeds have no revisions: they only ever say what the table is now. Each row that says something new
becomes a report with a revision; one that says the same costs nothing; a box that is gone from a whole table
is withdrawn, unless the table looks cut short (docs/reference/snapshots.md has every rule).

Know before changing: the rules hang on nothing but `Held`, which hangs on nothing but the log. So a poller
that starts anew goes on as if it had never stopped (a property test). A doubt never takes a counted vote
away: what may be a truncated download, an older copy or an unread row leaves things as they are, and says so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from election.night import BOX_LEVEL, ContestId, Night, Source, SourceId, UnitId
from election.report import COUNTED_STATE, REVISION_MAX, BoxReport, Cause
from producers import snapshot_words as words
from producers.formats.document import UNNUMBERED, Heard, Refusal
from producers.said import CONFLICT, EPOCH, LIFTED, MILLISECOND, WITHDRAWN, Held, milliseconds

ABSENT, STANDS, STANDS_NOW, OLDER_ONLY, UNREAD = range(5)
"""What this table says of a unit: nothing, its word; its word at the table's own time; only a word that was
replaced since; a row that could not be read."""

OTHERS = ("E101", "E102")
"""Refusals of rows that are of another contest or source than this night has: they are nobody's of ours."""

EVERYTHING_PCT = 100


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many boxes of a contest one table may take away: so many in any case, or so many percent.

    `accept`: a person has looked, and says that they were really taken away.
    """

    withdrawals_max_pct: int
    withdrawals_min: int
    accept: bool = False

    @classmethod
    def of(cls, source: Source, *, accept: bool = False) -> "Allowance":
        """What the night allows this source."""
        return cls(source.withdrawals_max_pct, source.withdrawals_min, accept)

    @property
    def never_asks(self) -> bool:
        """Whether the night lets all of them go at once."""
        return self.withdrawals_max_pct >= EVERYTHING_PCT

    def covers(self, missing: int, standing: int) -> bool:
        """Whether so many of those standing may go at once."""
        return missing <= max(self.withdrawals_min, standing * self.withdrawals_max_pct // 100)


class Comparison:
    """One table compared with what is held. `take` what was read (also piece by piece), then `finish`.

    `at` is the time of the table; `whole`: what is missing from it was taken away; `name`: for sentences.
    """

    def __init__(
        self,
        night: Night,
        source: SourceId,
        held: Held,
        at: datetime,
        whole: bool,
        allowance: Allowance,
        name: str = "the table",
    ) -> None:
        self._held, self._allowance = held, allowance
        self._source, self._at, self._at_ms, self._whole = night.sources[source], at, milliseconds(at), whole
        self._name = name
        self._spoken: set[ContestId] = set()
        self._seen = bytearray(len(held))
        # What stood before this table: its own rows do not make it an older one.
        self._outrun = {c for c, newest_ms in held.newest_ms.items() if whole and newest_ms > self._at_ms}
        self._deferred: dict[int, dict[bytes, BoxReport]] = {}
        self._repeated_ms: dict[int, int] = {}
        self._arrived: Counter[ContestId] = Counter()
        self._unread, self._cut = 0, ""
        self.appeared = self.corrected = self.withdrawn = self.unchanged = 0
        self.older = 0
        """Units whose word here is older than the one held; they stay as they are."""
        self.held_back = 0
        """Units that are missing here and were not withdrawn."""
        self.whys: list[str] = []
        """What a person has to know, and what to type."""

    @property
    def settled(self) -> bool:
        """Whether all of it was taken; if not, the same bytes are to be compared again at the next look."""
        return not (self.held_back or self.older or self._cut)

    def take(self, heard: Iterable[Heard]) -> Iterator[Heard]:
        """What is news in it, numbered; refusals and records pass.

        Whatever ends the reading early (a FeedError, half a gzip) passes too, and is remembered: a table that
        was not read to its end withdraws nothing.
        """
        held, source = self._held, self._source.id
        try:
            for item in heard:
                if isinstance(item, BoxReport) and item.source == source:
                    place, digest = held.find(item.contest, item.unit), held.digest(item)
                    if not self._stays(item, place, digest):
                        yield from self._report(item, place, digest)
                elif isinstance(item, BoxReport):
                    yield self._foreign(item)
                elif isinstance(item, Refusal):
                    self._refused(item)
                    yield item
                else:
                    held.take(item)
                    yield item
        except BaseException as error:  # also a reader that was stopped: the rest of the table is unknown
            self._cut = str(error) or type(error).__name__
            raise

    def finish(self) -> Iterator[Heard]:
        """What can be said only at the end: boxes that stood in conflict, and withdrawals."""
        for place, said in self._deferred.items():
            if said.keys() == self._held.words(place):
                self.unchanged += 1
            else:
                yield from self._settle(place, said)
        self.older = self._seen.count(OLDER_ONLY)
        self._say_older()
        if self._whole:
            yield from self._withdrawals()

    # What one row says.

    def _stays(self, report: BoxReport, place: int, digest: bytes) -> bool:
        """Most rows of most tables: a box without a revision says what it said before. Made to be fast."""
        held, seen = self._held, self._seen
        if report.revision or not 0 <= place < len(seen) or seen[place] or held.marks[place] & CONFLICT:
            return False
        if not self._whole and (report.heard_at is not self._at or held.heard_ms[place] > self._at_ms):
            return False
        if not held.says(place, digest):
            return False
        seen[place] = STANDS_NOW
        self.unchanged += 1
        self._spoken.add(report.contest)
        return True

    def _report(self, report: BoxReport, place: int, digest: bytes) -> Iterator[Heard]:
        held = self._held
        self._spoken.add(report.contest)
        if place < 0:
            self._count(report, place)
            yield from self._news(report, digest, place)
        elif report.revision == UNNUMBERED or (
            report.revision < held.revisions[place] and held.marks[place] & LIFTED
        ):
            yield from self._unnumbered(report, digest, place)
        else:
            yield from self._numbered(report, digest, place)

    def _numbered(self, report: BoxReport, digest: bytes, place: int) -> Iterator[Heard]:
        """A feed's own revision passes as it is."""
        held = self._held
        if report.revision < held.revisions[place]:
            self._see(place, OLDER_ONLY)
        elif report.revision == held.revisions[place] and held.known(place, digest):
            self.unchanged += 1
            self._see(place, STANDS)
        else:
            self._count(report, place)
            yield from self._news(report, digest, place)

    def _unnumbered(self, report: BoxReport, digest: bytes, place: int) -> Iterator[Heard]:
        held, seen = self._held, self._seen
        said_before = place < len(seen) and seen[place] in (STANDS, STANDS_NOW)
        if self._is_older(report, place):
            same = held.known(place, digest)
            self.unchanged += same and not said_before
            self._see(place, STANDS if same else OLDER_ONLY)
        elif place in self._deferred or (held.marks[place] & CONFLICT and not said_before):
            self._deferred.setdefault(place, {})[digest] = report
            self._see(place, STANDS)
        elif held.known(place, digest):
            self.unchanged += not said_before
            self._see(place, STANDS)
            self._repeated(report, place)
        elif said_before and (self._whole or self._row_ms(report) == self._stands_ms(place)):
            yield from self._twice(report, digest, place)
        else:
            self._count(report, place)
            yield from self._news(report, digest, place)

    def _is_older(self, report: BoxReport, place: int) -> bool:
        """A whole table stands at its own time; of any other table each row stands at the row's."""
        if self._whole:
            return report.contest in self._outrun
        return self._row_ms(report) < self._stands_ms(place)

    def _stands_ms(self, place: int) -> int:
        """The time of the unit's word: when it was said first, or in this table last."""
        if place < len(self._seen) and self._seen[place] == STANDS_NOW:
            return self._at_ms
        return self._repeated_ms.get(place, self._held.heard_ms[place])

    def _repeated(self, report: BoxReport, place: int) -> None:
        """The same word at a later time is no news, but what this table says of the time between is older."""
        row_ms = self._row_ms(report)
        if self._whole or row_ms == self._at_ms:
            self._seen[place] = STANDS_NOW
        elif row_ms > self._stands_ms(place):
            self._repeated_ms[place] = row_ms

    def _row_ms(self, report: BoxReport) -> int:
        """The row's own time; nothing in a table is newer than the table."""
        return self._at_ms if report.heard_at is self._at else min(milliseconds(report.heard_at), self._at_ms)

    def _count(self, report: BoxReport, place: int) -> None:
        stood = place >= 0 and not self._held.marks[place] & WITHDRAWN
        stands = report.cause is not Cause.WITHDRAWN
        self._arrived[report.contest] += stands - stood
        if not stands:
            self.withdrawn += 1
        elif stood:
            self.corrected += 1
        else:
            self.appeared += 1

    def _see(self, place: int, what: int) -> None:
        if place >= len(self._seen):
            self._seen.extend(bytes(len(self._held) - len(self._seen)))
        if self._seen[place] not in (STANDS, STANDS_NOW):
            self._seen[place] = what

    def _news(
        self, report: BoxReport, digest: bytes, place: int, revision: int | None = None
    ) -> Iterator[Heard]:
        """The report on its way: with a revision and a cause if it has none, and a time that it had."""
        numbered = self._numbering(report, place, revision)
        if numbered.revision > REVISION_MAX:
            self._see(place, UNREAD)
            yield self._refusal(numbered, "E111", "revision", words.BEYOND)
        else:
            place = self._held.note(numbered, digest)
            self._see(place, STANDS)
            self._repeated_ms.pop(place, None)
            yield numbered

    def _numbering(self, report: BoxReport, place: int, revision: int | None) -> BoxReport:
        held = self._held
        own = report.revision != UNNUMBERED and (place < 0 or report.revision >= held.revisions[place])
        if own and revision is None:
            return report
        before_ms = held.heard_ms[place] if place >= 0 else None
        row_ms = self._row_ms(report)
        if self._whole and before_ms is not None and row_ms <= before_ms:
            row_ms = self._at_ms  # what changed without a new time of its own was changed by now
        cause = report.cause
        if cause is Cause.FIRST and place >= 0 and held.marks[place] & WITHDRAWN:
            cause = Cause.REINSTATED
        heard_at = self._at if row_ms == self._at_ms else EPOCH + row_ms * MILLISECOND
        number = self._next(place) if revision is None else revision
        return BoxReport(  # not `replace`, which takes a third of the time of a first table
            report.contest, report.source, report.unit, number, cause, report.state, report.registered,
            report.voters, report.valid, report.invalid, report.votes, report.claimed_boxes, heard_at,
        )  # fmt: skip

    def _next(self, place: int) -> int:
        """The table's time in milliseconds, above what is held: two pollers and a restart cannot collide."""
        return max(self._at_ms, 1, self._held.revisions[place] + 1 if place >= 0 else 1)

    def _twice(self, report: BoxReport, digest: bytes, place: int) -> Iterator[Heard]:
        """Two different rows of one unit: both stand under one revision, so that neither counts (Q311)."""
        yield from self._news(report, digest, place, self._held.revisions[place])
        yield self._refusal(report, "Q311", "box", words.TWICE)

    def _settle(self, place: int, said: dict[bytes, BoxReport]) -> Iterator[Heard]:
        """A unit that was in conflict says something else now: one word ends the conflict, several go on."""
        revision = self._next(place)
        first = next(iter(said.values()))
        self._count(first, place)
        for digest, report in said.items():
            yield from self._news(report, digest, place, revision)
        if len(said) > 1:
            yield self._refusal(first, "Q311", "box", words.TWICE)

    def _foreign(self, report: BoxReport) -> Heard:
        """A row of another source: its own revision lets it pass; without one it cannot be compared here."""
        if report.revision != UNNUMBERED:
            return report
        return self._refusal(report, "E102", "source", words.FOREIGN.format(source=self._source.id))

    def _refused(self, refusal: Refusal) -> None:
        """A paper that was refused has not been withdrawn: the statement held before stands."""
        contest, unit = refusal.unit or ("", "")
        if contest not in self._held.places:
            self._unread += refusal.code not in OTHERS
            return
        self._spoken.add(ContestId(contest))
        place = self._held.find(ContestId(contest), UnitId(unit))
        if place >= 0:
            self._see(place, UNREAD)

    def _refusal(self, report: BoxReport, code: str, column: str, message: str) -> Refusal:
        said = f"{report.unit} of contest {report.contest}, source {report.source}: {message}"
        return Refusal(code, self._name, 0, column, said, (report.contest, report.unit))

    # What the table no longer says.

    def _withdrawals(self) -> Iterator[Heard]:
        counts = {contest: self._missing(contest) for contest in self._covered()}
        missing = sum(count for count, _ in counts.values())
        standing = sum(count for _, count in counts.values())
        self._say_silent(counts)
        if not missing:
            return
        because = self._forbidden(counts)
        if because:
            self.held_back = missing
            self.whys.append(words.held_back(missing, standing, self._name, self._units, because))
            return
        for contest in counts:
            yield from self._withdraw(contest)

    def _covered(self) -> Iterator[ContestId]:
        """The contests in which something may be gone: a table of nothing at all speaks of all of them."""
        known = self._spoken or self._held.places
        return (contest for contest in self._held.places if contest in known and contest not in self._outrun)

    def _gone(self, contest: ContestId) -> Iterator[tuple[UnitId, int]]:
        """The units that stand and are not in the table."""
        marks, seen, known = self._held.marks, self._seen, len(self._seen)
        for unit, place in self._held.places[contest].items():
            if not marks[place] & WITHDRAWN and (place >= known or seen[place] == ABSENT):
                yield unit, place

    def _missing(self, contest: ContestId) -> tuple[int, int]:
        """How many units of those that stood before this table are not in it, and how many stood."""
        marks = self._held.marks
        stand = sum(not marks[place] & WITHDRAWN for place in self._held.places[contest].values())
        return sum(1 for _ in self._gone(contest)), stand - self._arrived[contest]

    def _forbidden(self, counts: Mapping[ContestId, tuple[int, int]]) -> str:
        """Why nothing is withdrawn, or nothing."""
        if self._cut:
            return words.cut(self._cut)
        if self._allowance.accept:
            return ""
        if self._unread:
            return words.unread(self._unread)
        if not self._spoken and not self._allowance.never_asks:
            return words.empty()
        for missing, standing in counts.values():
            if not self._allowance.covers(missing, standing):
                return words.too_many(self._allowance.withdrawals_max_pct, self._allowance.withdrawals_min)
        return ""

    def _withdraw(self, contest: ContestId) -> Iterator[Heard]:
        """In an order that hangs on nothing but their names."""
        for unit, place in sorted(self._gone(contest)):
            gone = BoxReport(
                contest, self._source.id, unit, UNNUMBERED, Cause.WITHDRAWN, COUNTED_STATE,
                None, None, None, None, {}, None, self._at,
            )  # fmt: skip
            self.withdrawn += 1
            yield from self._news(gone, self._held.digest(gone), place)

    # What a person has to know.

    @property
    def _units(self) -> str:
        return "boxes" if self._source.level == BOX_LEVEL else f"units ({self._source.level})"

    def _say_older(self) -> None:
        if self.older:
            self.whys.append(words.older(self.older, self._units, self._name, self._at, bool(self._outrun)))

    def _say_silent(self, covered: Iterable[ContestId]) -> None:
        """Contests that were heard of before and of which this table says nothing."""
        spoken = {*covered, *self._outrun}
        for contest in self._held.places:
            if contest not in spoken and self._missing(contest)[1]:
                self.whys.append(words.silent(contest, self._missing(contest)[1], self._units, self._name))


def restamped(heard: Iterable[Heard], was: datetime, now: datetime) -> Iterator[Heard]:
    """For a stream without an end: rows without a time of their own (they have the document's) get `now`."""
    for item in heard:
        yield replace(item, heard_at=now) if isinstance(item, BoxReport) and item.heard_at == was else item
