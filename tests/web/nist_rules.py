"""What NIST's schema does not look at: that references lead somewhere, that ids are one thing's, and signs.

    faults(report)      sentences; none for a good report

Know before changing: the names of fields that refer to something end in Id or Ids in this standard; the two
that do not refer are left out by name.
"""

from collections.abc import Iterator
from typing import Any

NO_REFERENCE = {"VendorApplicationId", "@id"}
REFERS_TO = {
    "GpUnitId": "ReportingUnit", "ComposingGpUnitIds": "ReportingUnit", "ElectionDistrictId": "ReportingUnit",
    "ElectionScopeId": "ReportingUnit", "PartyId": "Party Coalition", "PartyIds": "Party Coalition",
    "EndorsementPartyIds": "Party Coalition", "CandidateIds": "Candidate", "OfficeIds": "Office",
    "PersonId": "Person", "ContestIds": "CandidateContest BallotMeasureContest",
}  # fmt: skip
"""What each field that refers may refer to."""
COUNTS = {
    "Count", "BallotsCast", "BallotsRejected", "SubUnitsReported", "TotalSubUnits", "VotersRegistered",
    "VotersParticipated", "NumberElected", "VotesAllowed",
}  # fmt: skip


def faults(report: Any) -> list[str]:
    """Everything that is wrong."""
    kinds: dict[str, str] = {}
    found = []
    for thing in things(report):
        if "@id" in thing:
            if thing["@id"] in kinds:
                found.append(f"the id {thing['@id']} is used twice")
            kinds[thing["@id"]] = thing["@type"].partition(".")[2]
    for thing in things(report):
        for field, value in thing.items():
            if field.endswith(("Id", "Ids")) and field not in NO_REFERENCE:
                found += [
                    f"{field} of {thing.get('@id', thing['@type'])} leads to no such thing: {id}"
                    for id in (value if isinstance(value, list) else [value])
                    if kinds.get(id) not in REFERS_TO[field].split()
                ]
            if field in COUNTS and (type(value) is not int or value < 0):
                found.append(f"{field} of {thing.get('@id', thing['@type'])} is {value}")
        reported, total = thing.get("SubUnitsReported", 0), thing.get("TotalSubUnits", 0)
        if reported > total:
            found.append(f"{thing['@id']} has reported {reported} of {total}")
    return found + list(_circles(report))


def things(found: Any) -> Iterator[dict[str, Any]]:
    """Every object, however deep."""
    if isinstance(found, dict):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from things(inner)


def _circles(report: Any) -> Iterator[str]:
    """A unit is part of one other at most, and of none of its own parts."""
    above: dict[str, str] = {}
    for unit in report.get("GpUnit", []):
        for part in unit.get("ComposingGpUnitIds", []):
            if part in above:
                yield f"{part} is part of two units"
            above[part] = unit["@id"]
    for unit in above:
        at, steps = unit, 0
        while at in above and steps <= len(above):
            at, steps = above[at], steps + 1
        if steps > len(above):
            yield f"{unit} is part of itself"
