"""Small reports of NIST SP 1500-100 for the tests of the formats that read them, in JSON and in XML.

report(contest({"ada": {"p1": 10}, "bulut": {"p1": 7}}))      one contest, two choices, one precinct
as_xml(report)                                                the same in XML
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Json = dict[str, Any]
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def count(unit: str, votes: Any, type_: str = "total", **more: Any) -> Json:
    """One VoteCounts."""
    return {"@type": "ElectionResults.VoteCounts", "GpUnitId": unit, "Type": type_, "Count": votes, **more}


def contest(votes: Mapping[str, Mapping[str, int] | Sequence[Json]], id_: str = "mayor", **more: Any) -> Json:
    """A contest with these votes, by choice and unit; or with VoteCounts as they are."""
    return {
        "@type": "ElectionResults.CandidateContest", "@id": id_, "Name": id_.title(), "VotesAllowed": 1,
        "ElectionDistrictId": "town",
        "ContestSelection": [
            {
                "@type": "ElectionResults.CandidateSelection", "@id": f"s-{choice}",
                "CandidateIds": [f"c-{choice}"],
                "VoteCounts": (
                    [count(*one) for one in counts.items()] if isinstance(counts, Mapping) else list(counts)
                ),
            }
            for choice, counts in votes.items()
        ],
        **more,
    }  # fmt: skip


def unit(id_: str, parts: Sequence[str] = (), type_: str = "precinct", **more: Any) -> Json:
    """A reporting unit."""
    made = {
        "@type": "ElectionResults.ReportingUnit",
        "@id": id_,
        "Type": type_,
        "Name": text(id_.upper()),
        **more,
    }
    return made | ({"ComposingGpUnitIds": list(parts)} if parts else {})


def text(content: str) -> Json:
    """A name."""
    return {
        "@type": "ElectionResults.InternationalizedText",
        "Text": [{"@type": "ElectionResults.LanguageString", "Language": "en", "Content": content}],
    }


UNITS = (unit("town", ("p1", "p2"), "city"), unit("p1"), unit("p2"))


def report(*contests: Json, units: Sequence[Json] = UNITS, ballots: Sequence[Json] = (), **more: Any) -> Json:
    """A whole report; its candidates are those that its contests name."""
    named = {one for made in contests for s in made["ContestSelection"] for one in s.get("CandidateIds", ())}
    return {
        "@type": "ElectionResults.ElectionReport", "Format": "precinct-level", "Issuer": "Test",
        "GeneratedDate": "2024-10-06T20:15:00+03:00", "GpUnit": list(units),
        "Party": [{"@type": "ElectionResults.Party", "@id": "party-x", "Name": text("X Party")}],
        "Election": [
            {
                "@type": "ElectionResults.Election", "ElectionScopeId": "town", "Name": text("Election"),
                "Candidate": [
                    {
                        "@type": "ElectionResults.Candidate", "@id": id_, "PartyId": "party-x",
                        "BallotName": text(id_.removeprefix("c-").title()),
                    }
                    for id_ in sorted(named)
                ],
                "BallotCounts": list(ballots), "Contest": list(contests),
            }
        ],
        **more,
    }  # fmt: skip


def cast(unit_: str, ballots: int, type_: str = "total", **more: Any) -> Json:
    """One BallotCounts."""
    return {
        "@type": "ElectionResults.BallotCounts",
        "GpUnitId": unit_,
        "Type": type_,
        "BallotsCast": ballots,
        **more,
    }


def others(unit_: str, **figures: Any) -> Json:
    """One OtherCounts."""
    return {"@type": "ElectionResults.OtherCounts", "GpUnitId": unit_, **figures}


def as_json(made: Json, indent: int | None = 1) -> bytes:
    """Its bytes."""
    return json.dumps(made, ensure_ascii=False, indent=indent).encode()


def as_xml(made: Json) -> bytes:
    """The same report as the standard's XML has it."""
    head = f'<ElectionReport xmlns="http://itl.nist.gov/ns/voting/1500-100/v2" xmlns:xsi="{XSI}">'
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{head}{_inside(made)}</ElectionReport>\n".encode()


def _inside(value: Mapping[str, Any]) -> str:
    return "".join(
        _element(name, one)
        for name, found in value.items()
        if not name.startswith("@")
        for one in (found if isinstance(found, list) and not _references(found) else [found])
    )


def _references(found: Sequence[Any]) -> bool:
    return bool(found) and all(isinstance(one, str) for one in found)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"<{name}>{escape(' '.join(value))}</{name}>"
    if not isinstance(value, Mapping):
        said = str(value).lower() if isinstance(value, bool) else str(value)
        return f"<{name}>{escape(said)}</{name}>"
    if set(value) - {"@type"} == {"Language", "Content"}:
        return f"<{name} Language={quoteattr(value['Language'])}>{escape(value['Content'])}</{name}>\n"
    attributes = ""
    if "@id" in value:
        attributes += f" ObjectId={quoteattr(value['@id'])}"
    if "@type" in value:
        attributes += f' xsi:type="{value["@type"].removeprefix("ElectionResults.")}"'
    return f"<{name}{attributes}>{_inside(value)}</{name}>\n"
