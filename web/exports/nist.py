"""Results as an ElectionReport of NIST SP 1500-100, version 2, in JSON.

A summary by contest: reporting units with their parts, parties, alliances, choices and votes. Totals of
registered, voters and invalid papers are of a unit, not of a contest; so they are told when the report holds
one contest only.

Know before changing: the schema forbids unknown fields, milliseconds and upper-case colours, and does not
look at references, at ids used twice or at signs: tests do. Every id begins with its kind, so that none is
used twice. Votes that may not be told are absent. What the standard has no field for stands in `Notes`.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from election.night import Alliance, AreaId, Choice, Contest, Names, Party
from election.wire.frames import Json, dumps
from web.exports.shown import Asked, Shown, Unit

ISSUER = "Sandık"
ISSUER_SHORT = "SANDIK"
PROGRAM = "sandik"
BASE_LANGUAGE = "en"
"""Of names that say no language; the others are told beside it."""
UNIT_TYPES = (
    "borough", "city", "congressional", "country", "county", "municipality", "precinct", "state", "town",
    "township", "village", "ward",
)  # fmt: skip
"""Levels of nights that the standard has the very word for; any other is `other`, with our word beside it."""
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def write(asked: Asked) -> bytes:
    """The report."""
    contests = asked.contests
    alone = len(contests) == 1
    night = contests[0].night
    made: Json = {
        "@type": _type("ElectionReport"), "Format": "summary-contest", "GeneratedDate": _generated(contests),
        "Issuer": ISSUER, "IssuerAbbreviation": ISSUER_SHORT, "VendorApplicationId": PROGRAM,
        "SequenceStart": 1, "SequenceEnd": 1, "Status": _status(contests),
        "IsTest": any(shown.test for shown in contests), "Notes": _notes(contests),
        "GpUnit": _units(contests, alone=alone),
        "Party": [*map(_party, night.parties.values()), *_coalitions(contests)],
        "Office": [_office(shown.contest) for shown in contests if not shown.measure],
        "Election": [_election(contests, alone=alone)],
    }  # fmt: skip
    if made["IsTest"]:
        mode = contests[0].snapshot["mode"]
        made["TestType"] = "simulated" if mode == "live" else mode
    return dumps(made)


def _type(name: str) -> str:
    return f"ElectionResults.{name}"


def _texts(name: str, names: Names) -> Json:
    """A name in every language it is known in."""
    said = {BASE_LANGUAGE: name} | dict(names)
    return {
        "@type": _type("InternationalizedText"),
        "Text": [
            {"@type": _type("LanguageString"), "Language": language, "Content": content}
            for language, content in said.items()
        ],
    }


def _generated(contests: Iterable[Shown]) -> str:
    """When what is shown last changed: the same report is the same bytes, whoever makes it and when."""
    newest = max(shown.changed_at for shown in contests)
    return newest.partition(".")[0].removesuffix("Z") + "Z"


def _status(contests: Iterable[Shown]) -> str:
    """Of the whole report: what is true of all, and a recount of any."""
    states = {_state(shown) for shown in contests}
    if len(states) == 1 or "recount" in states:
        return "recount" if "recount" in states else states.pop()
    return "unofficial-complete" if states == {"unofficial-complete", "certified"} else "unofficial-partial"


def _state(shown: Shown) -> str:
    lineage, whole = shown.snapshot["lineage"]["state"], shown.whole
    if lineage in ("recount", "certified"):
        return str(lineage)
    if whole.received == 0:
        return "pre-election"
    complete = whole.boxes("boxes") == whole.boxes("boxes_total")
    return "unofficial-complete" if complete else "unofficial-partial"


def _notes(contests: tuple[Shown, ...]) -> str:
    """The notes of each contest, under its name where there are several."""
    if len({shown.notes for shown in contests}) == 1:
        return contests[0].notes
    return " ".join(f"[{shown.id}] {shown.notes}" for shown in contests)


def _units(contests: tuple[Shown, ...], *, alone: bool) -> list[Json]:
    """Every place that any contest has figures of, once, and the root of the night."""
    night = contests[0].night
    found: dict[AreaId, Unit | None] = {_root(contests): None}
    for shown in contests:
        found |= {unit.id: unit for unit in shown.units}
    children: dict[AreaId, list[str]] = {}
    for id in found:
        shown_line = [above for above in night.lines[id] if above in found]
        for below, above in list(pairwise(shown_line))[:1]:
            children.setdefault(above, []).append(_unit_id(below))
    return [_unit(contests[0], id, unit, children.get(id, ()), alone=alone) for id, unit in found.items()]


def _unit(of: Shown, id: AreaId, unit: Unit | None, parts: Iterable[str], *, alone: bool) -> Json:
    area = of.night.areas[id]
    made: Json = {
        "@type": _type("ReportingUnit"), "@id": _unit_id(id), "Name": _texts(area.name, {}),
        "ExternalIdentifier": [
            {"@type": _type("ExternalIdentifier"), "Type": "local-level", "Value": id, "Label": "area"}
        ],
    }  # fmt: skip
    made |= {"Type": area.level} if area.level in UNIT_TYPES else {"Type": "other", "OtherType": area.level}
    if parts:
        made["ComposingGpUnitIds"] = list(parts)
    if alone and unit is not None:
        counted, total = unit.boxes("boxes"), unit.boxes("boxes_total")
        made |= {"SubUnitsReported": counted, "TotalSubUnits": total, "CountStatus": _count_status(unit)}
        registered, voters = unit.facts["counted"]["registered_total"], unit.count("voters")
        made |= {} if registered is None else {"VotersRegistered": registered}
        made |= {} if voters is None else {"VotersParticipated": voters}
    return made


def _count_status(unit: Unit) -> list[Json]:
    counted, total = unit.boxes("boxes"), unit.boxes("boxes_total")
    status = "completed" if counted == total else "in-process" if unit.received else "not-processed"
    return [{"@type": _type("CountStatus"), "Type": "total", "Status": status}]


def _colour(colour: str) -> Json:
    """Six digits in lower case; a colour the standard cannot say is left out."""
    return {"Color": colour[1:].lower()} if COLOUR.fullmatch(colour) else {}


def _party(party: Party) -> Json:
    return {
        "@type": _type("Party"), "@id": _party_id(party.id), "Name": _texts(party.name, party.names),
        **_colour(party.colour),
    }  # fmt: skip


def _coalitions(contests: tuple[Shown, ...]) -> list[Json]:
    """Alliances that stand behind a choice in one of these contests."""
    night = contests[0].night
    return [
        made
        for alliance in night.alliances.values()
        if (made := _coalition(alliance, contests))["ContestIds"]
    ]


def _coalition(alliance: Alliance, contests: tuple[Shown, ...]) -> Json:
    parties: dict[str, None] = {}
    where: dict[str, None] = {}
    for shown in contests:
        for choice in shown.choices:
            if choice.alliance == alliance.id:
                where[_contest_id(shown.contest)] = None
                if choice.party is not None:
                    parties[_party_id(choice.party)] = None
    return {
        "@type": _type("Coalition"), "@id": f"alliance-{alliance.id}",
        "Name": _texts(alliance.name, alliance.names), "PartyIds": list(parties), "ContestIds": list(where),
    }  # fmt: skip


def _office(contest: Contest) -> Json:
    return {
        "@type": _type("Office"), "@id": f"office-{contest.id}", "Name": _texts(contest.name, contest.names),
        "ElectionDistrictId": _unit_id(contest.area),
    }  # fmt: skip


def _election(contests: tuple[Shown, ...], *, alone: bool) -> Json:
    night, day = contests[0].night, contests[0].night.date.isoformat()
    kind: Json = {"Type": "general"} if night.parent is None else {"Type": "other", "OtherType": "rerun"}
    made: Json = {
        "@type": _type("Election"), "ElectionScopeId": _unit_id(_root(contests)), **kind,
        "StartDate": day, "EndDate": day, "Name": _texts(night.name, night.names),
        "Candidate": [
            _candidate(shown, choice)
            for shown in contests if not shown.measure for choice in shown.choices
        ],
        "Contest": [_contest(shown) for shown in contests],
    }  # fmt: skip
    if alone and contests[0].is_open:
        made["BallotCounts"] = [_ballots(unit) for unit in contests[0].units]
    return made


def _ballots(unit: Unit) -> Json:
    return {
        "@type": _type("BallotCounts"), "GpUnitId": _unit_id(unit.id), "Type": "total",
        "BallotsCast": unit.count("voters"), "BallotsRejected": unit.count("invalid"),
    }  # fmt: skip


def _candidate(shown: Shown, choice: Choice) -> Json:
    made: Json = {
        "@type": _type("Candidate"), "@id": _candidate_id(shown, choice),
        "BallotName": _texts(choice.name, choice.names),
    }  # fmt: skip
    if choice.party is not None:
        made["PartyId"] = _party_id(choice.party)
    if choice.id in shown.winners:
        certified = shown.snapshot["call"]["state"] != "called"
        made["PostElectionStatus"] = "winner" if certified else "projected-winner"
    return made


def _contest(shown: Shown) -> Json:
    contest, whole = shown.contest, shown.whole
    made: Json = {
        "@id": _contest_id(contest), "Name": contest.name, "ElectionDistrictId": _unit_id(contest.area),
        "BallotTitle": _texts(contest.name, contest.names), "SubUnitsReported": whole.boxes("boxes"),
        "TotalSubUnits": whole.boxes("boxes_total"), "CountStatus": _count_status(whole),
        "ContestSelection": [
            _selection(shown, choice, place) for place, choice in enumerate(shown.choices, 1)
        ],
    }  # fmt: skip
    if shown.measure:
        return made | {"@type": _type("BallotMeasureContest"), "Type": "ballot-measure"}
    return made | {
        "@type": _type("CandidateContest"), "OfficeIds": [f"office-{contest.id}"],
        "NumberElected": contest.seats, "VotesAllowed": contest.marks,
        "VoteVariation": "plurality" if contest.seats == 1 else "n-of-m",
    }  # fmt: skip


def _selection(shown: Shown, choice: Choice, place: int) -> Json:
    made: Json = {"@id": f"selection-{shown.id}-{choice.id}", "SequenceOrder": place}
    if shown.measure:
        made |= {
            "@type": _type("BallotMeasureSelection"), "Selection": _texts(choice.name, choice.names)
        }  # fmt: skip
    else:
        made |= {"@type": _type("CandidateSelection"), "CandidateIds": [_candidate_id(shown, choice)]}
        behind = [_party_id(choice.party)] if choice.party else []
        behind += [f"alliance-{choice.alliance}"] if choice.alliance else []
        made |= {"EndorsementPartyIds": behind} if behind else {}
    counts = {unit.id: unit.votes(choice.id) for unit in shown.units if shown.night.stands(choice, unit.id)}
    return made | ({"VoteCounts": _votes(counts)} if shown.is_open else {})


def _votes(counts: Mapping[AreaId, int | None]) -> list[Json]:
    return [
        {"@type": _type("VoteCounts"), "GpUnitId": _unit_id(area), "Type": "total", "Count": votes}
        for area, votes in counts.items()
        if votes is not None
    ]


def _root(contests: tuple[Shown, ...]) -> AreaId:
    """The place that everything is in."""
    return contests[0].night.lines[contests[0].contest.area][-1]


def _unit_id(area: str) -> str:
    return f"unit-{area}"


def _party_id(party: str) -> str:
    return f"party-{party}"


def _contest_id(contest: Contest) -> str:
    return f"contest-{contest.id}"


def _candidate_id(shown: Shown, choice: Choice) -> str:
    return f"candidate-{shown.id}-{choice.id}"
