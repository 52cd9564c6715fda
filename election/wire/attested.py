"""The heads that stand in what was shown, beside the log as it stands now: since when do they differ?

    published = read_published(value)     what a published snapshot says of the log it was made of
    found = attest(published, chains)     which heads the log still gives, and between which two it differs

A head that the log gives proves every record up to it: whoever has one published snapshot, on paper or on a
screen, can say whether the log it was made of is the one that stands there now.

Know before changing: a snapshot of before the log's beginning (a replay that went back, retention) proves
nothing either way, and is counted so; it is neither right nor wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from election.wire.audit import Mark, head


@dataclass(frozen=True, slots=True)
class Published:
    """What one published snapshot says of the log."""

    contest: str
    epoch: str
    version: int
    at: str
    """Its own night time, as it is written."""
    head: str
    offsets: Mapping[str, int]
    """By partition (`reports/0`): the next offset."""

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"{self.contest} {self.epoch}-{self.version} ({self.at or 'nothing heard yet'})"


def read_published(value: bytes) -> Published | None:
    """What a snapshot's bytes say of the log; None where they say nothing, or are no snapshot."""
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    found = body.get("audit") if isinstance(body, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("at"), dict):
        return None
    contest, epoch, version, offsets = (
        body.get("contest"),
        body.get("epoch"),
        body.get("version"),
        found["at"],
    )
    if not all(isinstance(text, str) for text in (contest, epoch, found.get("head"))):
        return None
    if not all(type(number) is int and number > 0 for number in (version, *offsets.values())):
        return None
    return Published(contest, epoch, version, str(body.get("at") or ""), found["head"], offsets)


@dataclass(slots=True)
class Walked:
    """The chain of a partition as the log gives it."""

    begins: int
    links: list[bytes] = field(default_factory=list)

    @property
    def ends(self) -> int:
        """The next offset."""
        return self.begins + len(self.links)

    def mark(self, offset: int) -> Mark | None:
        """The place before this offset; None where the log does not tell."""
        if not self.begins < offset <= self.ends:
            return None
        return Mark(offset, self.links[offset - self.begins - 1].hex())


@dataclass(frozen=True, slots=True)
class Broken:
    """A published head that the log does not give."""

    first: Published
    """The first of its contest that the log does not give."""
    before: Published | None
    """The newest one before it that the log gives."""
    where: Mapping[str, tuple[int, int]]
    """By partition: from which offset up to which something was changed; empty: the snapshot itself."""
    ends_early: bool
    """Whether the log ends before the snapshot's offsets."""

    def __str__(self) -> str:
        """What differs, in a sentence."""
        since = f"since {self.before}" if self.before else "from the beginning"
        said = f"the log is not the one that {self.first} was made of: it differs {since}"
        if not self.where:
            return f"{said}, or what was shown was changed: every record before it is as it was"
        places = ", ".join(f"{name} from {low} up to {high}" for name, (low, high) in self.where.items())
        return f"{said}, somewhere in {places}" + (", and it ends too early" if self.ends_early else "")


@dataclass(frozen=True, slots=True)
class Attested:
    """What the published snapshots say of the log."""

    agree: int
    """Heads that the log gives."""
    before: int
    """Snapshots of before the log's beginning."""
    broken: Sequence[Broken]
    """One a contest: the first that does not agree."""


def attest(published: Iterable[Published], chains: Mapping[str, Walked]) -> Attested:
    """Each published head beside the log's own; `chains` by partition (`reports/0`)."""
    given, wrong = list[Published](), list[Published]()
    before = 0
    for one in published:
        if any(name in chains and offset <= chains[name].begins for name, offset in one.offsets.items()):
            before += 1
        elif _head(one, chains) == one.head:
            given.append(one)
        else:
            wrong.append(one)
    first: dict[str, Published] = {}
    for one in wrong:
        first.setdefault(one.contest, one)
    return Attested(len(given), before, [_broken(one, given, chains) for one in first.values()])


def _head(one: Published, chains: Mapping[str, Walked]) -> str | None:
    marks = {}
    for name, offset in one.offsets.items():
        mark = chains[name].mark(offset) if name in chains else None
        if mark is None:
            return None
        marks[name] = mark
    return head(marks)


def _broken(one: Published, given: Sequence[Published], chains: Mapping[str, Walked]) -> Broken:
    proven: dict[str, int] = {}
    for other in given:
        for name, offset in other.offsets.items():
            proven[name] = max(offset, proven.get(name, 0))
    where = {
        name: (proven.get(name, chains[name].begins if name in chains else 0), offset)
        for name, offset in sorted(one.offsets.items())
        if offset > proven.get(name, 0)
    }
    earlier = [
        other
        for other in given
        if other.contest == one.contest
        and all(offset <= one.offsets.get(name, 0) for name, offset in other.offsets.items())
    ]
    short = any(name not in chains or chains[name].ends < offset for name, offset in one.offsets.items())
    return Broken(one, earlier[-1] if earlier else None, where, short)
