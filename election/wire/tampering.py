"""What was done to a log since its links were made: a record changed, missing, inserted or moved, and where.

    comparison = Comparison(partition, begins, links)     the links as they were made
    comparison.take(offset, value) …                      the records as they stand now, in order
    comparison.finish()                                   every difference; comparison.fits: records that fit

A link is made of the link before and of one record. So each pair of links says whether some bytes are the
record that stood there once, whatever became of its neighbours; and what follows a difference can be compared
again as soon as one record fits.

Know before changing: a record is looked for at most WINDOW places away, and no more than that are waiting.
Where nothing fits within it, or too much does not, the rest is another log: one difference, not thousands.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from election.wire.audit import first_link, next_link

WINDOW = 64
"""How far from its place a record is looked for, in records; beyond it the rest is called another log."""
DIFFERENCES_MAX = 1000
"""Records of a partition that fit nothing, and links that no record fits; at the limit it is another log."""
ID_MAX = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was done to a log."""

    kind: str
    """changed, missing, inserted, moved, cut or another."""
    partition: str
    offset: int
    """Where it was, or stands now if it was inserted; of a moved one the place that comes first."""
    record: str
    """The id of the record that stands in the log; empty where none does, or it has none."""
    said: str

    def __str__(self) -> str:
        """The difference in a sentence."""
        return self.said


def record_id(value: bytes) -> str:
    """The id a record gives itself; empty where it gives none."""
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError:
        return ""
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) and found.isprintable() and len(found) <= ID_MAX else ""


def named(value: bytes) -> str:
    """A record as a sentence names it."""
    return f"the record {found}" if (found := record_id(value)) else "a record without an id"


Logged = tuple[int, bytes]


class Comparison:
    """The records of one partition beside the links that were made of them once."""

    def __init__(self, partition: str, begins: int, links: Sequence[bytes]) -> None:
        """`begins` is the offset of the record of the first link."""
        self.partition, self._begins, self._links = partition, begins, links
        self._first = first_link(partition, begins)
        self._at = 0
        """How many links are dealt with."""
        self._waiting: deque[Logged] = deque()
        self._missing: set[int] = set()
        """Links that no record fitted so far, by their number."""
        self._extra: list[tuple[int, Logged]] = []
        """Records that fitted no link so far, with the number of the link they stand in the place of."""
        self._found: list[Difference] = []
        self._lost = self._begun = False
        self.fits = 0
        """Records that are the ones of their links."""
        self.beyond = 0
        """Records after the last link."""
        self.skipped = 0
        """Records before the first link: the chain began later."""

    def take(self, offset: int, value: bytes) -> None:
        """The next record of the log."""
        if offset < self._begins and not self._begun:
            self.skipped += 1
            return
        if not self._begun:
            self._begin(offset, value)
        if self._lost:
            return
        self._waiting.append((offset, value))
        self._go_on(whole=False)

    def _begin(self, offset: int, value: bytes) -> None:
        """Whether the log was cut off at its beginning, as retention does and deletion may."""
        self._begun = True
        gone = offset - self._begins
        if 0 < gone < len(self._links) and self._fit(value, gone):
            self._at = gone
            self._tell(
                "cut", self._begins, b"", f"begins at offset {offset}: {_records(gone)} before it are gone"
            )

    def _fit(self, value: bytes, number: int) -> bool:
        """Whether these bytes are the record of this link."""
        before = self._links[number - 1] if number else self._first
        return next_link(before, value) == self._links[number]

    def _go_on(self, whole: bool) -> None:
        """Deals with what waits, as far as it can be told; `whole`: nothing comes any more."""
        while self._waiting and not self._lost:
            if self._at >= len(self._links):
                if not whole and (self._missing or self._extra) and len(self._waiting) <= WINDOW:
                    return
                self._past_the_end()
                continue
            if self._fit(self._waiting[0][1], self._at):
                self._waiting.popleft()
                self._at += 1
                self.fits += 1
            elif not whole and len(self._waiting) <= WINDOW:
                return
            else:
                self._jump(whole)

    def _past_the_end(self) -> None:
        """A record after the last link: one that was moved there, or one that nobody counted yet."""
        offset, value = self._waiting.popleft()
        if self._home(self._at, value) is None:
            self.beyond += 1
        else:
            self._extra.append((self._at, (offset, value)))

    def _home(self, at: int, value: bytes) -> int | None:
        """The link of a record that does not stand in its place, if it is not far away."""
        near = range(max(0, at - 2 * WINDOW), at + 2 * WINDOW)
        return next((one for one in near if one in self._missing and self._fit(value, one)), None)

    def _jump(self, whole: bool) -> None:
        """To the nearest record that is the one of a link again; what lies between is extra, or missing."""
        for far in range(1, 2 * WINDOW):
            for extra in range(max(0, far - WINDOW), min(far, len(self._waiting) - 1, WINDOW) + 1):
                missing = self._at + far - extra
                if missing < len(self._links) and self._fit(self._waiting[extra][1], missing):
                    self._leave(extra, far - extra)
                    return
        left = len(self._links) - self._at
        if whole and max(len(self._waiting), left) <= WINDOW:
            self._leave(min(len(self._waiting), left), left)
        else:
            self._lose()

    def _leave(self, extra: int, missing: int) -> None:
        """So many records fit nothing, and so many links have no record."""
        if len(self._extra) + len(self._missing) > DIFFERENCES_MAX:
            self._lose()
            return
        self._extra += [(self._at + place, self._waiting.popleft()) for place in range(extra)]
        self._missing |= set(range(self._at, self._at + missing))
        self._at += missing

    def _lose(self) -> None:
        offset, value = self._waiting[0]
        self._lost = True
        self._tell("another", offset, value, f"from offset {offset} on ({named(value)}) nothing is as it was")

    def finish(self) -> list[Difference]:
        """Every difference, by offset; empty where the log is what its links were made of."""
        self._go_on(whole=True)
        self._pair_moved()
        self._pair_changed()
        for _, (offset, value) in self._extra:
            self._tell("inserted", offset, value, f"offset {offset}: {named(value)} was inserted")
        self._tell_missing()
        return sorted(self._found, key=lambda one: one.offset)

    def _pair_moved(self) -> None:
        for one in list(self._extra):
            at, (offset, value) = one
            home = self._home(at, value)
            if home is None:
                continue
            self._missing.discard(home)
            self._extra.remove(one)
            was = self._begins + home
            said = f"offset {was}: {named(value)} stood there, and stands at {offset} now"
            self._tell("moved", min(was, offset), value, said)
            self.fits += 1

    def _pair_changed(self) -> None:
        """What is extra where one is missing is the missing one with other bytes."""
        for one in list(self._extra):
            at, (_, value) = one
            if at in self._missing:
                self._missing.discard(at)
                self._extra.remove(one)
                was = self._begins + at
                self._tell("changed", was, value, f"offset {was}: {named(value)} was changed")

    def _tell_missing(self) -> None:
        """Missing records one by one; those at the end of the log, and long rows, as one."""
        rows: list[tuple[int, int]] = []
        for number in sorted(self._missing):
            if rows and rows[-1][1] == number:
                rows[-1] = rows[-1][0], number + 1
            else:
                rows.append((number, number + 1))
        if not self._lost and self._at < len(self._links):
            rows.append((self._at, len(self._links)))
        for first, end in rows:
            was, many = self._begins + first, end - first
            said = f"offset {was}: the record that stood there is missing"
            if many > 1:
                said = f"offsets {was} to {was + many - 1}: {_records(many)} that stood there are missing"
            self._tell("missing", was, b"", said)

    def _tell(self, kind: str, offset: int, value: bytes, said: str) -> None:
        found = Difference(kind, self.partition, offset, record_id(value), f"{self.partition}: {said}")
        self._found.append(found)


def _records(count: int) -> str:
    return f"{count:,} record" + ("s" if count != 1 else "")
