"""What the store and its scripts answer, as values.

Know before changing: a refusal is an answer, not an error; whoever asked decides what it means. Only what
nobody expected is an exception.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from election.night import AreaId, SourceId


@dataclass(frozen=True, slots=True)
class Applied:
    """It is applied, whole; the contest is at this version of this epoch."""

    epoch: str
    version: int
    totals: tuple[bytes, ...] = ()
    """Of a batch, for each section: its areas' totals as they are held now; empty if all are as was meant."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Nothing was applied: these units (places in each section) no longer hold what was summed from."""

    sections: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """Nothing was applied: a person cleared quarantines that the sums did not know of."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was applied: the store has not come as far as this batch begins."""

    partition: str
    stored: int

    def __str__(self) -> str:
        """What happened, in a sentence."""
        return (
            f"The store is at offset {self.stored} of {self.partition}, before this batch: it was flushed, "
            "restored or has failed over. Counting starts again from there."
        )


@dataclass(frozen=True, slots=True)
class Forked:
    """Nothing was applied: the links of this batch do not follow on from those that the contest holds."""

    partition: str

    def __str__(self) -> str:
        """What happened, and the way out."""
        return (
            f"The audit chain of {self.partition} in the store does not lead to this batch. sandik verify "
            "says where it differs from the log; sandik verify --rebuild makes it from the log again."
        )


@dataclass(frozen=True, slots=True)
class OtherNight:
    """Nothing was applied: the store holds a count made with other facts under the same name, or laid out
    by another version (`wire.keys.LAYOUT`).
    """

    digest: str

    def __str__(self) -> str:
        """What happened, and the way out."""
        return (
            "The store holds a count made with a different night folder, or by a version of Sandık that lays "
            f"it out differently (digest {self.digest[:12]}…). Start every worker with the same folder and "
            "version; then count the log anew with sandik verify --rebuild, or in a session of its own "
            "(SANDIK_SESSION)."
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """Nothing was applied: a total would fall below 0 or reach 2^53, which no right sum can."""

    source: str
    area: str

    def __str__(self) -> str:
        """What happened, and the way out."""
        return (
            f"The total of {self.area} by {self.source} does not fit what is held of its units. "
            "Type sandik verify --rebuild to make it from the log again."
        )


@dataclass(frozen=True, slots=True)
class Attended:
    """Where a contest stands: its epoch, version and the next offset of each partition."""

    epoch: str
    version: int
    offsets: Mapping[str, int]


@dataclass(frozen=True)
class Held:
    """Everything the store holds of one contest, read at one moment."""

    meta: Mapping[str, str]
    offsets: Mapping[str, int]
    heard: Mapping[SourceId, str]
    findings: Mapping[str, int]
    boxes: Mapping[SourceId, Mapping[str, bytes]]
    areas: Mapping[SourceId, Mapping[str, bytes]]
    papers: Mapping[SourceId, Mapping[str, bytes]]
    changes: int
    """Entries in the change stream."""
    newest: str
    """Id of the newest of them, or empty."""
    rulings: int = 0
    """Rulings kept."""
    told: Sequence[bytes] = ()
    """What was told, in order."""
    evaluated: str = ""
    """Epoch and version at which nothing more was to be told, a space between."""


@dataclass(frozen=True)
class Looked:
    """What an evaluator is shown of one contest, read at one moment."""

    meta: Mapping[str, str]
    offsets: Mapping[str, int]
    heard: Mapping[SourceId, str]
    rows: Mapping[SourceId, Mapping[AreaId, bytes]]
    """Totals as they are stored, of the areas that anything was heard of."""
    rulings: Sequence[bytes]
    """Those after the first so many, which were asked for."""
    told: Sequence[bytes]
    """What was told after the fact that was asked for."""


Answer = Applied | Moved | Cleared | Gap | Forked | OtherNight | Limit | Attended


def answer(said: list[Any]) -> Answer:
    """A script's answer as a value; ValueError for what no script of ours says."""
    match said:
        case [b"OK", epoch, version, list(offsets)]:
            names, nexts = offsets[::2], offsets[1::2]
            stored = {name.decode(): int(following) for name, following in zip(names, nexts, strict=True)}
            return Attended(epoch.decode(), int(version), stored)
        case [b"OK", epoch, version, *totals] if all(isinstance(one, bytes) for one in totals):
            return Applied(epoch.decode(), int(version), tuple(totals))
        case [b"MOVED", *sections]:
            return Moved(tuple(tuple(int(place) for place in section) for section in sections))
        case [b"CLEARED"]:
            return Cleared()
        case [b"GAP", partition, stored]:
            return Gap(partition.decode(), int(stored))
        case [b"LINK", partition]:
            return Forked(partition.decode())
        case [b"DIGEST", digest]:
            return OtherNight(digest.decode())
        case [b"LIMIT", source, area]:
            return Limit(source.decode(), area.decode())
    raise ValueError(f"no script of ours answers {said!r:.200}")
