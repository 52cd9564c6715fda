"""The report of NIST SP 1500-100: valid by the schema, whole by our own rules, and the totals to the vote.

Know before changing: the schema is not part of the project; tests that need it are marked real_data. The
rules of `nist_rules` run everywhere, and a test shows that each of them can fail.
"""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.web.nist_rules import faults, things
from tests.web.shapes import MAYOR, Moment, begun, called, counted, june
from web.exports import nist
from web.exports.shown import Asked, Shown

SCHEMA = Path("formats/nist-err-v2/NIST_V2_election_results_reporting.json")


def report(*shown: Shown) -> dict[str, Any]:
    """The report of these contests."""
    made: dict[str, Any] = json.loads(nist.write(Asked(shown)))
    return made


def many() -> dict[str, dict[str, Any]]:
    """Reports of every kind: of all contests and of one, under the embargo, with calls, of nothing."""
    made = {}
    for name, at in (
        ("whole", counted()),
        ("half", counted(0.6)),
        ("ban", begun()),
        ("none", counted(0)),
        ("june", june()),
    ):
        made[name] = json.loads(at.bytes_of("nist-v2.json"))
        for contest in at.night.contests:
            made[f"{name} {contest}"] = json.loads(at.bytes_of("nist-v2.json", {"contest": [contest]}))
    for state in ("called", "retracted", "certified", "recount", "annulled"):
        lineage = {
            "parent": "march",
            "state": state if state in ("certified", "annulled", "recount") else "unofficial",
            "rerun_on": None,
        }
        made[state] = report(counted().shown(call=called("deniz", state), lineage=lineage))
    return made


@cache
def validator(of: Path) -> jsonschema.Draft7Validator:
    """NIST's schema, with its formats looked at too."""
    schema = json.loads((of / SCHEMA).read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.real_data
def test_every_report_is_valid_by_the_schema(real_data: Path) -> None:
    """As a reader of the standard would check it."""
    for name, made in many().items():
        errors = [
            f"{name}: {error.json_path}: {error.message[:200]}"
            for error in validator(real_data).iter_errors(made)
        ]
        assert [] == errors


@pytest.mark.real_data
def test_the_schema_refuses_what_is_wrong(real_data: Path) -> None:
    """So that the test above can fail: an unknown field, a wrong word, a missing field, a colour, a time."""
    good = report(counted().shown())
    for wrong in (
        lambda made: made.update(Version="2"),
        lambda made: made.update(Status="called"),
        lambda made: made.pop("Issuer"),
        lambda made: made["Party"][0].update(Color="#0072B2"),
        lambda made: made.update(GeneratedDate="2024-10-06T20:00:00.000Z"),
        lambda made: made["Election"][0]["Contest"][0].pop("VotesAllowed"),
        lambda made: made["GpUnit"][0].update(Type="district"),
        lambda made: made["Election"][0]["Contest"][0]["ContestSelection"][0]["VoteCounts"][0].update(
            Count="12"
        ),
    ):
        bad = copy.deepcopy(good)
        wrong(bad)
        assert not validator(real_data).is_valid(bad)
    assert validator(real_data).is_valid(good)


def test_every_report_is_whole_by_our_own_rules() -> None:
    """Every reference leads somewhere, every id is one thing's, no count is negative."""
    for name, made in many().items():
        assert [] == [f"{name}: {fault}" for fault in faults(made)]


def test_our_own_rules_can_fail() -> None:
    """A small report by hand, with one of each fault that the schema lets pass."""
    unit = {
        "@type": "ElectionResults.ReportingUnit",
        "@id": "unit-a",
        "Type": "state",
        "ComposingGpUnitIds": ["unit-a"],
    }
    other = {"@type": "ElectionResults.ReportingUnit", "@id": "unit-a", "Type": "state"}
    votes = {"@type": "ElectionResults.VoteCounts", "GpUnitId": "unit-b", "Type": "total", "Count": -1}
    contest = {
        "@type": "ElectionResults.CandidateContest",
        "@id": "c",
        "SubUnitsReported": 2,
        "TotalSubUnits": 1,
        "PartyId": "unit-a",
    }
    wrong = {"GpUnit": [unit, other], "Election": [{"Contest": [contest], "VoteCounts": [votes]}]}
    assert [
        "the id unit-a is used twice",
        "c has reported 2 of 1",
        "Count of ElectionResults.VoteCounts is -1",
        "GpUnitId of ElectionResults.VoteCounts leads to no such thing: unit-b",
        "PartyId of c leads to no such thing: unit-a",
        "unit-a is part of itself",
    ] == sorted(faults(wrong), key=lambda fault: ("the id" not in fault, "reported" not in fault, fault))


@pytest.mark.real_data
def test_our_own_rules_pass_the_standards_own_example(real_data: Path) -> None:
    """The example beside the schema has no such faults in what we look at: the rules are not too strict."""
    example = json.loads(
        (real_data / SCHEMA.parent / "nist_err_v2_istanbul_sample.json").read_text(encoding="utf-8")
    )
    assert [] == faults(example)


def test_june_adds_up() -> None:
    """To the vote, for each unit and over each level of units."""
    made = json.loads(june().bytes_of("nist-v2.json"))
    units = {unit["@id"]: unit for unit in made["GpUnit"]}
    counts = {
        selection["CandidateIds"][0]: {one["GpUnitId"]: one["Count"] for one in selection["VoteCounts"]}
        for selection in made["Election"][0]["Contest"][0]["ContestSelection"]
    }
    root = units["unit-istanbul"]
    assert 4742082 == counts["candidate-mayor-imamoglu"][root["@id"]]
    for of in counts.values():
        sides = root["ComposingGpUnitIds"]
        districts = [part for side in sides for part in units[side]["ComposingGpUnitIds"]]
        assert (2, 39) == (len(sides), len(districts))
        assert (
            of[root["@id"]] == sum(of[side] for side in sides) == sum(of[district] for district in districts)
        )
    assert (31186, 10570354, 8925166) == (
        root["TotalSubUnits"],
        root["VotersRegistered"],
        root["VotersParticipated"],
    )
    cast = {one["GpUnitId"]: one for one in made["Election"][0]["BallotCounts"]}[root["@id"]]
    assert (8925166, 178600) == (cast["BallotsCast"], cast["BallotsRejected"])


def test_before_the_embargo_opens_no_count_of_votes_is_there() -> None:
    """Nor of voters or papers; boxes that report are."""
    for made in (json.loads(begun().bytes_of("nist-v2.json")), report(begun().shown())):
        found = {field for thing in things(made) for field in thing}
        assert not found & {"VoteCounts", "Count", "VotersParticipated", "BallotCounts", "BallotsCast"}
        assert "publication ban" in made["Notes"]
        assert made["Election"][0]["Contest"][0]["SubUnitsReported"] > 0


@pytest.mark.parametrize(
    ("at", "changed", "status"),
    [
        (counted, {}, "unofficial-partial"), (june, {}, "unofficial-complete"),
        (lambda: counted(0), {}, "pre-election"), (june, {"state": "certified"}, "certified"),
        (june, {"state": "recount"}, "recount"), (june, {"state": "annulled"}, "unofficial-complete"),
    ],
)  # fmt: skip
def test_the_status_of_a_report(at: Any, changed: dict[str, str], status: str) -> None:
    """Annulled has no word in the standard: it stands in the notes."""
    moment: Moment = at()
    lineage = moment.shown().snapshot["lineage"] | changed
    made = report(moment.shown(lineage=lineage))
    assert status == made["Status"]
    assert ("Lineage: annulled." in made["Notes"]) == (changed.get("state") == "annulled")


def test_the_status_of_several_contests_is_what_is_true_of_all() -> None:
    """One that is counted again makes it a recount; else the least of them."""
    one = june().shown()

    def state(name: str) -> Shown:
        return june().shown(lineage=one.snapshot["lineage"] | {"state": name})

    empty = {"received": {"boxes": 0, "boxes_total": 31186}}
    assert "recount" == report(one, state("recount"))["Status"]
    assert "unofficial-complete" == report(one, state("certified"))["Status"]
    assert "unofficial-partial" == report(one, june().shown(**empty))["Status"]


def test_a_test_is_called_one() -> None:
    """A replay, a rehearsal and simulated figures are tests, with their kind; the notes say it too."""
    assert (True, "replay") == tuple(report(counted().shown()).get(name) for name in ("IsTest", "TestType"))
    assert (True, "simulated") == tuple(
        report(counted().shown(mode="live")).get(name) for name in ("IsTest", "TestType")
    )
    real = report(counted().shown(mode="live", simulated=False))
    assert (False, None) == (real["IsTest"], real.get("TestType"))
    assert "SIMULATED" in report(counted().shown())["Notes"]


@pytest.mark.parametrize(
    ("state", "word"), [("called", "projected-winner"), ("certified", "winner"), ("retracted", None)]
)
def test_who_has_won(state: str, word: str | None) -> None:
    """A call is a projection in the standard's words; one that is taken back is none."""
    made = report(counted().shown(call=called("deniz", state)))
    found = {one["@id"]: one.get("PostElectionStatus") for one in made["Election"][0]["Candidate"]}
    assert {"candidate-mayor-deniz": word} | dict.fromkeys(list(found)[1:]) == found


def test_a_measure_is_one_and_a_choice_is_a_candidate() -> None:
    """Yes and no are selections of a ballot measure, and no candidates."""
    made = json.loads(counted().bytes_of("nist-v2.json"))
    contests = {one["@id"]: one for one in made["Election"][0]["Contest"]}
    assert "ElectionResults.BallotMeasureContest" == contests["contest-bridge"]["@type"]
    texts = [one["Selection"]["Text"] for one in contests["contest-bridge"]["ContestSelection"]]
    assert [["Yes", "Evet"], ["No", "Hayır"]] == [[text["Content"] for text in one] for one in texts]
    assert (2, "n-of-m") == (
        contests["contest-assembly"]["NumberElected"],
        contests["contest-assembly"]["VoteVariation"],
    )
    assert not [one for one in made["Election"][0]["Candidate"] if "bridge" in one["@id"]]
    alliances = {one["@id"]: one for one in made["Party"] if one["@type"].endswith("Coalition")}
    assert {"contest-mayor", "contest-assembly"} == set(alliances["alliance-kiyi"]["ContestIds"])
    assert ["party-mavi"] == alliances["alliance-kiyi"]["PartyIds"]


def test_figures_that_are_of_a_unit_are_told_for_one_contest_only() -> None:
    """Two contests have different boxes and voters in the same town: neither is the unit's."""
    at = counted()
    several = {field for unit in json.loads(at.bytes_of("nist-v2.json"))["GpUnit"] for field in unit}
    alone = {field for unit in report(at.shown())["GpUnit"] for field in unit}
    assert {
        "SubUnitsReported",
        "TotalSubUnits",
        "VotersParticipated",
        "VotersRegistered",
    } == alone - several - {"CountStatus"}


def test_the_same_night_is_the_same_bytes() -> None:
    """Made at another time or by another gateway, without milliseconds, which the standard refuses."""
    assert counted().bytes_of("nist-v2.json") == counted().bytes_of("nist-v2.json")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report(counted().shown(MAYOR))["GeneratedDate"])
