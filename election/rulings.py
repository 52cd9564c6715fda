"""What a ruling must say to be taken in, and what it does to the count: a quarantine that a person cleared.

    fault(ruling, night)        the finding with which it is refused, or None
    clearance(ruling, night)    the paper whose quarantine it clears, or None: it clears none

Know before changing: the pipeline and the rehearsal ask the same questions here, so that a ruling that one
refuses the other refuses too.
"""

from dataclasses import dataclass

from election.checks import Finding
from election.night import ContestId, Night, SourceId, UnitId
from election.wire.records import Ruling

ON_A_PAPER = ("quarantine-cleared", "quarantine-upheld")
"""Rulings that are about one revision of one unit by one source."""
REVISION_MAX = 2**53


@dataclass(frozen=True, slots=True)
class Clearance:
    """One paper: a source's revision of a unit."""

    source: SourceId
    unit: UnitId
    revision: int


def fault(ruling: Ruling, night: Night) -> Finding | None:
    """Why the ruling cannot be taken in: no such contest, or no such paper."""
    if ruling.contest not in night.contests:
        return Finding("E101", "E", "contest", f"There is no contest {ruling.contest!r} in this night.")
    if ruling.kind not in ON_A_PAPER or _paper(ruling, night) is not None:
        return None
    message = (
        "A ruling on a quarantine names one paper in its data: source, box and revision, as sandik verify "
        "and the desk tell them."
    )
    return Finding("R006", "E", "data", message)


def clearance(ruling: Ruling, night: Night) -> Clearance | None:
    """The paper that counts from now on, whether it was heard already or not."""
    return _paper(ruling, night) if ruling.kind == "quarantine-cleared" else None


def _paper(ruling: Ruling, night: Night) -> Clearance | None:
    source = night.sources.get(SourceId(str(ruling.data.get("source", ""))))
    contest = night.contests.get(ContestId(ruling.contest))
    unit, revision = ruling.data.get("box"), ruling.data.get("revision")
    if source is None or contest is None or not isinstance(unit, str) or isinstance(revision, bool):
        return None
    area = night.area_of(source, UnitId(unit))
    if area is None or contest.area not in night.lines[area]:
        return None
    if not isinstance(revision, int) or not 0 < revision < REVISION_MAX:
        return None
    return Clearance(source.id, UnitId(unit), revision)
