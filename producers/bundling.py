"""Single reports into bundles: of one source, one area and one contest, heard at the same time.

Know before changing: a bundle is the unit because the stream processor pays per record (wire.md); nothing
waits here to fill one. The caller gives what it has, and gets all of it back as records, each of which fits
into the log: of a ballot of very many names fewer papers are put into one.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from election.night import AreaId, Contest, ContestId, LevelId, Night, SourceId
from election.report import BoxReport
from election.wire.records import BUNDLE_REPORTS_MAX, RECORD_BYTES_MAX, Bundle, Record

Together = tuple[ContestId, SourceId, AreaId, datetime]
"""What the reports of one bundle share."""
REPORT_BYTES = 1000
"""As much as a report may need beside its votes: its box, revision, figures, cause and state."""
CHOICE_BYTES, VOTES_BYTES = 70, 11
"""The same of a choice's id, which a bundle says once, and of its votes in one report."""


def bundles(heard: Iterable[BoxReport | Record], night: Night) -> Iterator[Record]:
    """Everything heard, as records; rulings and ready bundles pass as they are, after what came before."""
    groups: dict[Together, list[BoxReport]] = {}
    most = {contest.id: reports_max(contest) for contest in night.contests.values()}
    for item in heard:
        if not isinstance(item, BoxReport):
            yield from _emptied(groups, night)
            yield item
            continue
        together = _together(item, night)
        group = groups.setdefault(together, [])
        group.append(item)
        if len(group) == most[item.contest]:
            yield bundle(groups.pop(together), together[2], night.sources[item.source].level)
    yield from _emptied(groups, night)


def reports_max(contest: Contest) -> int:
    """How many reports of this contest fit into one record, whatever their figures are."""
    choices = len(contest.choices)
    left = RECORD_BYTES_MAX - choices * CHOICE_BYTES
    return max(1, min(BUNDLE_REPORTS_MAX, left // (REPORT_BYTES + choices * VOTES_BYTES)))


def _emptied(groups: dict[Together, list[BoxReport]], night: Night) -> Iterator[Bundle]:
    for (_, source, area, _), group in groups.items():
        yield bundle(group, area, night.sources[source].level)
    groups.clear()


def _together(report: BoxReport, night: Night) -> Together:
    area = night.area_of(night.sources[report.source], report.unit)
    if area is None:
        raise ValueError(f"{report.unit} is no unit of {report.source}: a format refuses it")
    return report.contest, report.source, area, report.heard_at


def bundle(reports: list[BoxReport], area: AreaId, level: LevelId) -> Bundle:
    """Reports that belong together, in columns. What is the same in every row is said once."""
    first = reports[0]
    choices = dict.fromkeys(choice for report in reports for choice in report.votes)
    claimed = [report.claimed_boxes for report in reports]
    return Bundle(
        contest=first.contest,
        source=first.source,
        area=area,
        level=level,
        heard_at=first.heard_at,
        box=[report.unit for report in reports],
        revision=_once([report.revision for report in reports]),
        registered=[report.registered for report in reports],
        voters=[report.voters for report in reports],
        valid=[report.valid for report in reports],
        invalid=[report.invalid for report in reports],
        votes={choice: [report.votes.get(choice) for report in reports] for choice in choices},
        cause=_once([report.cause.value for report in reports]),
        state=_once([report.state for report in reports]),
        boxes=claimed if any(claim is not None for claim in claimed) else None,
    )


def _once(column: list[Any]) -> Any:
    return column[0] if all(value == column[0] for value in column) else column
