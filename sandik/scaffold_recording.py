"""A recording as a feed that a night is made of: what its bundles say, row by row.

    heard = read(path)      heard.seen: as the other formats give it; heard.refusals: what could not be read

Know before changing: a recording knows ids and no names, one area of each box and nothing above it. What is
not in it is assumed and said. A source that reports areas is only taken along where its areas are those that
boxes lie in; where they would lie in the tree otherwise nobody knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from election.errors import RecordError, UsageError
from election.night import BOX_LEVEL
from election.report import Claim
from election.wire.records import Bundle, decode, stamp
from producers.formats import recording
from producers.formats.document import Refusal, Seen
from producers.sources import file
from sandik.scaffold_night import Source
from sandik.scaffold_tree import AreaRow

AREA_LEVEL = "area"


@dataclass(slots=True)
class Heard:
    """What a recording is made of."""

    header: recording.Header
    seen: list[Seen] = field(default_factory=list)
    reports: dict[tuple[str, str], int] = field(default_factory=dict)
    """Reports by source and level."""
    units: dict[str, set[str]] = field(default_factory=dict)
    """The areas that each source of areas reports."""
    refusals: list[Refusal] = field(default_factory=list)
    lifted_at: datetime | None = None


def read(path: Path) -> Heard:
    """The whole recording. FeedError if it is none."""
    lines = file.lines(path)
    heard = Heard(recording.read_header(str(path), next(lines, b"")))
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            record = decode(line.strip())
        except RecordError as error:
            heard.refusals.append(Refusal(error.code, str(path), number, error.place, str(error)))
            continue
        if isinstance(record, Bundle):
            _take(record, number, heard)
        elif record.kind == "embargo-lifted":
            heard.lifted_at = record.at
    return heard


def _take(bundle: Bundle, line: int, heard: Heard) -> None:
    key = (bundle.source, bundle.level)
    heard.reports[key] = heard.reports.get(key, 0) + len(bundle)
    if bundle.level != BOX_LEVEL:
        heard.units.setdefault(bundle.source, set()).update(map(str, bundle.box))
        return
    heard.seen += [_seen(claim, bundle, line) for claim in bundle.claims()]


def _seen(claim: Claim, bundle: Bundle, line: int) -> Seen:
    votes = {choice: count for choice, said in claim.votes.items() if (count := _count(said)) is not None}
    return Seen(
        line=line,
        path="",
        contest=bundle.contest,
        contest_name="",
        areas=((AREA_LEVEL, bundle.area, bundle.area),),
        unit=str(claim.unit),
        unit_name="",
        revision=_count(claim.revision) or 0,
        cause=str(claim.cause),
        state=str(claim.state),
        registered=_count(claim.registered),
        voters=_count(claim.voters),
        valid=_count(claim.valid),
        invalid=_count(claim.invalid),
        votes=votes,
        choice_names={},
        parties={},
        claimed_boxes=None,
        heard_at=claim.heard_at,
    )


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


def levels(heard: Heard) -> dict[str, str]:
    """The level of each source: the one of most of its reports; a paper of another level is a mistake."""
    found: dict[str, str] = {}
    for (source, level), _ in sorted(heard.reports.items(), key=lambda pair: -pair[1]):
        found.setdefault(source, level)
    return found


def box_sources(heard: Heard) -> list[str]:
    """Sources that report boxes, the one with the most reports first."""
    return [source for source, level in levels(heard).items() if level == BOX_LEVEL]


def area_sources(heard: Heard, areas: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """Sources of areas that can be taken along, since boxes lie in just those areas; and the others."""
    fit: list[str] = []
    rest: list[str] = []
    for source, level in levels(heard).items():
        if level != BOX_LEVEL:
            (fit if heard.units[source] <= set(areas) else rest).append(source)
    return fit, rest


def sources(
    heard: Heard, areas: Mapping[str, AreaRow], published: str | None
) -> tuple[list[Source], list[str]]:
    """The night's sources, the published one first, and what was assumed. UsageError for one that is none."""
    boxes = box_sources(heard)
    if published is not None and published not in boxes:
        raise UsageError(f"No boxes are reported by {published!r} in it, but by {', '.join(boxes)}.")
    first = published or boxes[0]
    note = "" if published else "the source with the most boxes is the published one; --source names another"
    found = [Source(first, first, note=note)]
    found += [Source(source, source) for source in boxes if source != first]
    fit, rest = area_sources(heard, areas)
    leaf = {areas[unit].level for source in fit for unit in heard.units[source]}
    found += [Source(source, source, level=next(iter(leaf))) for source in fit if len(leaf) == 1]
    notes = [
        f"{source} reports areas of which nobody knows what boxes lie in them: its reports are refused until "
        "areas.csv and [[sources]] name them"
        for source in rest
    ]
    if heard.lifted_at is not None:
        notes.append(f"the recording lifts a ban on publishing at {stamp(heard.lifted_at)}: see [embargo]")
    return found, notes


def renamed(path: Path, header: recording.Header) -> Iterator[bytes]:
    """The recording under another night's name, every other line as it is."""
    yield from recording.write(header, ())
    lines = file.lines(path)
    next(lines, b"")
    yield from (line if line.endswith(b"\n") else line + b"\n" for line in lines)
