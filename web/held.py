"""What the store says of one contest, and what each entry of its change stream makes of that.

What is held of single boxes is not among it: that is many times as much, and is read when somebody asks.

Know before changing: this is pure; `upstream` does the reading. Whatever does not follow on from what is held
(another epoch, a gap, a version that fell) is answered with None, which means: read everything again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from election.alerts import Told
from election.night import AreaId, SourceId
from election.tally import Row
from election.wire.audit import read_marks
from election.wire.changes import Change
from election.wire.frames import ContestState
from election.wire.keys import unpack_total

Texts = Mapping[bytes, bytes]
"""A hash as the store gives it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A contest at one version. Nothing in the store yet: epoch empty, version 0."""

    epoch: str = ""
    version: int = 0
    run_id: str = ""
    """The start of the server that the projection was last written under."""
    digest: str = ""
    """Of the night that the worker counts."""
    at: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[SourceId, Mapping[AreaId, Row]] = field(default_factory=dict)
    heard: Mapping[SourceId, str] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    told: tuple[Told, ...] = ()
    """Every fact told, in order: the first has number 1."""


NOTHING = Held()


@dataclass(frozen=True, slots=True)
class Boxes:
    """What is held of each unit by one source in one contest, at one version, as the store packs it."""

    epoch: str = ""
    version: int = 0
    digest: str = ""
    """Of the night that the worker counts."""
    rows: Texts = field(default_factory=dict)
    """By unit: a row of `election.wire.keys.unpack_unit`."""
    papers: Texts = field(default_factory=dict)
    """By unit, where the checks say anything: JSON with `findings`."""


def read_boxes(meta: Texts, rows: Texts, papers: Texts) -> Boxes:
    """The boxes that a contest holds, all read in one step."""
    return Boxes(
        epoch=meta.get(b"epoch", b"").decode(),
        version=int(meta.get(b"version", b"0")),
        digest=meta.get(b"digest", b"").decode(),
        rows=rows,
        papers=papers,
    )


def read(
    meta: Texts,
    sources: Texts,
    findings: Texts,
    areas: Mapping[SourceId, Texts],
    told: Iterable[Told] = (),
) -> Held:
    """What a contest's hashes say, all read in one step."""
    if not meta:
        return NOTHING
    facts = {name.decode(): value.decode() for name, value in meta.items()}
    return Held(
        epoch=facts.get("epoch", ""),
        version=int(facts.get("version", "0")),
        run_id=facts.get("run_id", ""),
        digest=facts.get("digest", ""),
        at=facts.get("at", ""),
        meta=facts,
        rows={
            source: {AreaId(area.decode()): unpack_total(row) for area, row in rows.items()}
            for source, rows in areas.items()
            if rows
        },
        heard={SourceId(source.decode()): at.decode() for source, at in sources.items()},
        findings={name.decode(): int(papers) for name, papers in findings.items()},
        told=tuple(told),
    )


def follow(held: Held, change: Change, told: Iterable[Told] = ()) -> Held | None:
    """What is held after a change; None if the change does not follow on from it.

    `told` are the facts in the change. A change that is in what is held already (it was read while it was
    written) is no news.
    """
    if change.epoch != held.epoch:
        return None
    if change.version <= held.version:
        return held
    if change.prev != held.version:
        return None
    rows = {source: {**held.rows.get(source, {}), **moved} for source, moved in change.rows.items()}
    return replace(
        held,
        version=change.version,
        at=change.at,
        meta={**held.meta, **change.meta},
        rows={**held.rows, **rows},
        heard={**held.heard, **change.heard},
        findings={**held.findings, **change.findings},
        told=(*held.told, *told),
    )


def life(held: Held, run_id: str) -> str:
    """The name of the life that a state belongs to, on the server that calls itself `run_id` now.

    A server that was started again may hold less than clients were shown, and the worker needs a moment to
    say so by a new epoch: until then the epoch is told with the server's new name.
    """
    if held.epoch and run_id and held.run_id and held.run_id != run_id:
        return f"{held.epoch}~{run_id[:8]}"
    return held.epoch


@dataclass(frozen=True, slots=True)
class Position:
    """Where clients were led to. Whatever the store does, versions only rise within an epoch as told."""

    life: str
    version: int
    falls: int = 0

    @property
    def epoch(self) -> str:
        """The epoch as clients see it: after a version that fell for no reason we know, with a count."""
        return f"{self.life}~{self.falls}" if self.falls else self.life

    def move(self, life: str, version: int) -> "Position":
        """Where to lead clients next."""
        falls = self.falls + (version < self.version) if life == self.life else 0
        return Position(life, version, falls)


def state(held: Held, epoch: str, published: SourceId) -> ContestState:
    """The contest as a board reads it."""
    prefix = f"{published}/"
    findings = {
        name.removeprefix(prefix): papers
        for name, papers in sorted(held.findings.items())
        if name.startswith(prefix) and papers > 0
    }
    return ContestState(
        epoch=epoch,
        version=held.version,
        at=_time(held.at),
        lifted_at=_time(held.meta.get("lifted_at", "")),
        rows=held.rows,
        last_at={source: at for source, text in held.heard.items() if (at := _time(text)) is not None},
        refused=int(held.meta.get("refused", "0")) + int(held.meta.get("unreadable", "0")),
        findings=findings,
        told=held.told,
        marks=read_marks(held.meta),
    )


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
