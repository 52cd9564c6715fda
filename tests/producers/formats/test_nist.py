"""Of a report of NIST SP 1500-100 the lowest units are taken, each count once, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from election.night import AreaId, ContestId, Night
from election.report import BoxReport
from election.tally import COLUMN, votes_of
from election.wire.nights import read_night
from producers.bundling import bundles
from producers.formats import nist_json
from producers.formats.document import Document, FeedError, Refusal, Seen
from producers.formats.shapes import ChoiceMarks, Mapping
from tests.producers.election_reports import (
    UNITS,
    Json,
    as_json,
    cast,
    contest,
    count,
    others,
    report,
    unit,
)
from tests.producers.tiny import HEARD_AT
from tests.web.made import Worker
from tests.web.shapes import Moment, counted

SAMPLE = Path("formats/nist-err-v2/nist_err_v2_istanbul_sample.json")
EXAMPLE = Path("formats/nist-err-v2/err-gen-01.json")
VOTES = {"ada": {"p1": 10, "p2": 5}, "bulut": {"p1": 7, "p2": 6}}


def found(made: Json, mapping: Mapping | None = None) -> list[Seen | Refusal]:
    """Everything that is read of a report."""
    return list(nist_json.survey(Document("r.json", [as_json(made)], HEARD_AT, None, mapping)))


def seen(made: Json, mapping: Mapping | None = None) -> dict[tuple[str, str], Seen]:
    """The statements of a report that is right, by contest and unit."""
    all_ = found(made, mapping)
    assert [] == [one for one in all_ if isinstance(one, Refusal)]
    return {(one.contest, one.unit): one for one in all_ if isinstance(one, Seen)}


def figures(one: Seen) -> tuple[int | None, int | None, int | None]:
    """Voters, valid, invalid."""
    return one.voters, one.valid, one.invalid


def test_the_lowest_units_with_counts_are_the_statements() -> None:
    """The town's own count is their sum and is not taken; the town is their area."""
    votes = {choice: {**by, "town": sum(by.values())} for choice, by in VOTES.items()}
    made = seen(report(contest(votes)))
    assert {("mayor", "p1"), ("mayor", "p2")} == set(made)
    assert {"s-ada": 10, "s-bulut": 7} == made["mayor", "p1"].votes
    assert (("city", "town", "TOWN"),) == made["mayor", "p1"].areas
    assert "P1" == made["mayor", "p1"].unit_name
    assert {"s-ada": "Ada", "s-bulut": "Bulut"} == made["mayor", "p1"].choice_names
    assert {"s-ada": "X Party", "s-bulut": "X Party"} == made["mayor", "p1"].parties
    assert "2024-10-06T17:15:00+00:00" == made["mayor", "p1"].heard_at.isoformat()


def test_the_contests_district_contains_the_others_whatever_the_report_says_of_its_parts() -> None:
    """As in NIST's own example, whose county names no parts."""
    made = seen(
        report(contest({"ada": {"town": 9, "p1": 9}}), units=[unit("town", type_="county"), unit("p1")])
    )
    assert [("mayor", "p1")] == list(made)
    assert (("county", "town", "TOWN"),) == made["mayor", "p1"].areas


def test_where_only_the_top_has_counts_it_is_the_unit() -> None:
    """A summary of one row."""
    assert [("mayor", "town")] == list(seen(report(contest({"ada": {"town": 9}}))))


def test_an_office_district_is_no_area() -> None:
    """A precinct lies in its county, though its congressional district is named first."""
    units = [
        unit("c7", ("p1",), "congressional"), unit("county", ("p1",), "county"),
        unit("town", ("county",), "state"), unit("p1"),
    ]  # fmt: skip
    made = seen(report(contest({"ada": {"p1": 3}}), units=units))
    assert ["town", "county"] == [id for _, id, _ in made["mayor", "p1"].areas]


@pytest.mark.parametrize(
    ("counts", "votes"),
    [
        ([count("p1", 10)], 10),
        ([count("p1", 4, "election-day"), count("p1", 6, "absentee")], 10),
        ([count("p1", 10), count("p1", 4, "election-day"), count("p1", 6, "absentee")], 10),
        ([count("p1", 4, DeviceClass={"Type": "x"}), count("p1", 6, DeviceClass={"Type": "y"})], 10),
        ([count("p1", 10), count("p1", 3, "seats")], 10),
        ([count("p1", 4, "other", OtherType="a"), count("p1", 6, "other", OtherType="b")], 10),
    ],
)
def test_types_are_added_up_or_the_total_is_taken_never_both(counts: list[Json], votes: int) -> None:
    """Devices are parts of a total; seats are no votes."""
    assert {"s-ada": votes} == seen(report(contest({"ada": counts})))["mayor", "p1"].votes


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (None, 17, None)),
        ({"ballots": [cast("p1", 20)]}, (20, 17, 3)),
        ({"ballots": [cast("p1", 20, BallotsRejected=2)]}, (20, 18, 2)),
        ({"ballots": [cast("p1", 15, "election-day"), cast("p1", 5, "absentee")]}, (20, 17, 3)),
        ({"other": {"Overvotes": 1, "Undervotes": 2}}, (20, 17, 3)),
        ({"ballots": [cast("p1", 20)], "other": {"Overvotes": 1, "Undervotes": 2}}, (20, 17, 3)),
        ({"ballots": [cast("p1", 22, BallotsRejected=2)], "other": {"Undervotes": 3}}, (22, 17, 5)),
        ({"ballots": [cast("p1", 291, BallotsRejected=9)], "other": {"Undervotes": 9}}, (291, 282, 9)),
        ({"units": [*UNITS[:1], unit("p1", VotersParticipated=20), unit("p2")]}, (20, 17, 3)),
    ],
)
def test_voters_and_invalid_are_what_the_report_states(
    more: dict[str, Any], expected: tuple[int, ...]
) -> None:
    """Of one contest; where two statements of invalid differ, the one that makes the sums agree."""
    lost = more.pop("other", None)
    made = contest(
        {"ada": {"p1": 10}, "bulut": {"p1": 7}}, **({"OtherCounts": [others("p1", **lost)]} if lost else {})
    )
    assert expected == figures(seen(report(made, **more))["mayor", "p1"])


def test_ballots_are_not_a_contests_voters_where_there_are_several() -> None:
    """A contest's own Overvotes and Undervotes say more; without them the ballots are what is stated."""
    one = contest({"ada": {"p1": 10}}, OtherCounts=[others("p1", Overvotes=0, Undervotes=1)])
    two = contest({"yes": {"p1": 12}}, "bridge")
    made = seen(report(one, two, ballots=[cast("p1", 20, BallotsRejected=2)]))
    assert (11, 10, 1) == figures(made["mayor", "p1"])
    assert (20, 12, 8) == figures(made["bridge", "p1"])


@pytest.mark.parametrize(
    ("other", "ballots", "expected"),
    [
        ({"Overvotes": 0, "Undervotes": 0}, [], (10, 10, 0)),
        ({"Overvotes": 0, "Undervotes": 3}, [], (None, None, None)),
        ({}, [cast("p1", 12, BallotsRejected=1)], (12, 11, 1)),
        ({}, [cast("p1", 12)], (12, None, None)),
    ],
)
def test_votes_are_not_papers_where_a_voter_marks_several(
    other: dict[str, int], ballots: list[Json], expected: tuple[int | None, ...]
) -> None:
    """Twenty votes of two marks each are ten papers only if none was left blank."""
    lost = [others("p1", **other)] if other else []
    made = contest({"ada": {"p1": 12}, "bulut": {"p1": 8}}, VotesAllowed=2, OtherCounts=lost)
    assert expected == figures(seen(report(made, ballots=ballots))["mayor", "p1"])


def test_zeros_of_a_unit_that_was_not_processed_are_no_zeros() -> None:
    """It says so itself; a unit that does not is believed."""
    status = {"CountStatus": [{"Type": "total", "Status": "not-processed"}]}
    units = [UNITS[0], unit("p1", **status), unit("p2", SubUnitsReported=0), unit("p3")]
    made = seen(report(contest({"ada": {"p1": 0, "p2": 0, "p3": 0}}), units=units))
    assert [("mayor", "p3")] == list(made)


def test_write_ins_without_a_choice_are_one() -> None:
    """They are votes that the report states."""
    made = contest({"ada": {"p1": 10}}, OtherCounts=[others("p1", WriteIns=4)])
    one = seen(report(made))["mayor", "p1"]
    assert {"s-ada": 10, "write-ins": 4} == one.votes
    assert 14 == one.valid
    assert "Write-ins" == one.choice_names["write-ins"]


@pytest.mark.parametrize(
    ("counts", "code", "column", "says"),
    [
        ([count("p1", -3)], "E106", "Count", "negative"),
        ([count("p1", 2.5)], "E107", "Count", "no whole number"),
        ([count("p1", "ten")], "E107", "Count", "no whole number"),
        ([count("p1", None)], "E105", "Count", "not stated"),
        ([count("p1", True)], "E107", "Count", "no number"),
        ([count("p1", 10**12)], "E109", "Count", "more than"),
        ([count("nowhere", 3)], "F011", "GpUnitId", "no GpUnit 'nowhere'"),
        ([count("p1", 3, IsSuppressedForPrivacy=True)], "F014", "Count", "not zero"),
    ],
)
def test_a_count_that_is_none_is_refused_with_its_path(
    counts: list[Json], code: str, column: str, says: str
) -> None:
    """And of that unit nothing is told, while the others are."""
    all_ = found(report(contest({"ada": [count("p2", 5), *counts], "bulut": {"p1": 7, "p2": 6}})))
    (refused,) = [one for one in all_ if isinstance(one, Refusal)]
    assert (code, f"Election[0].Contest[0].ContestSelection[0].VoteCounts[1].{column}") == (
        refused.code,
        refused.column,
    )
    assert says in refused.message
    assert refused.line > 1
    told = {one.unit for one in all_ if isinstance(one, Seen)}
    assert {"p2"} == told - ({"p1"} if code == "F011" else set())


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([count("p1", 4), count("p1", 4)], "twice"),
        ([count("p1", 4, Round=1), count("p1", 6, Round=2)], "rounds"),
    ],
)
def test_counts_that_cannot_be_one_number_are_refused(counts: list[Json], says: str) -> None:
    """Of that unit nothing is told."""
    (refused, other) = found(report(contest({"ada": [*counts, count("p2", 1)]})))
    assert isinstance(refused, Refusal)
    assert isinstance(other, Seen)
    assert ("F012", "p2") == (refused.code, other.unit)
    assert says in refused.message


def test_a_candidate_that_is_nowhere_ends_its_contest() -> None:
    """A statement without one of its choices would be another statement."""
    made = report(contest(VOTES), contest({"yes": {"p1": 1}}, "bridge"))
    made["Election"][0]["Candidate"] = [
        one for one in made["Election"][0]["Candidate"] if one["@id"] != "c-ada"
    ]
    refused, *rest = found(made)
    assert isinstance(refused, Refusal)
    assert ("F011", "Election[0].Contest[0].ContestSelection[0].CandidateIds") == (
        refused.code,
        refused.column,
    )
    assert {"bridge"} == {one.contest for one in rest if isinstance(one, Seen)}


def test_a_part_that_is_nowhere_is_said_and_the_rest_goes_on() -> None:
    """No count hangs on it."""
    units = [unit("town", ("p1", "p9"), "city"), unit("p1")]
    refused, one = found(report(contest({"ada": {"p1": 3}}), units=units))
    assert isinstance(refused, Refusal)
    assert isinstance(one, Seen)
    assert "'p9'" in refused.message


@pytest.mark.parametrize(
    "units",
    [
        [unit("town", ("p1",), "city"), unit("p1", ("town",))],
        [unit("town", ("p1",), "city"), unit("p1"), unit("p1")],
    ],
    ids=["within itself", "twice"],
)
def test_units_that_cannot_be_told_apart_stop_the_report(units: list[Json]) -> None:
    """Nothing could be believed."""
    with pytest.raises(FeedError):
        found(report(contest({"ada": {"p1": 3}}), units=units))


def test_a_mapping_gives_the_nights_ids() -> None:
    """By id or by name, and several choices may be one."""
    mapping = Mapping(
        "m",
        contest_ids={"Mayor": "baskan"},
        units={"p1": "n-1"},
        choice_ids={("", "Ada"): "left", ("baskan", "s-bulut"): "left"},
        choices={"left": ChoiceMarks("left", ("Ada", "s-bulut"), name="The left", sum=True)},
    )
    made = seen(report(contest(VOTES)), mapping)
    assert {("baskan", "n-1"), ("baskan", "p2")} == set(made)
    assert {"left": 17} == made["baskan", "n-1"].votes
    assert {"left": "The left"} == made["baskan", "n-1"].choice_names


def test_two_choices_of_one_id_are_refused() -> None:
    """Unless the mapping says that they are parts of one."""
    mapping = Mapping("m", choice_ids={("", "Ada"): "left", ("", "Bulut"): "left"})
    all_ = found(report(contest(VOTES)), mapping)
    assert ["F012", "F012"] == [one.code for one in all_ if isinstance(one, Refusal)]
    assert [] == [one for one in all_ if isinstance(one, Seen)]


@pytest.mark.parametrize("contest_id", ["mayor", "assembly", "bridge"])
def test_our_own_report_comes_back_to_the_vote(contest_id: str) -> None:
    """Contests, areas and choices by the night's own ids; the figures are the rehearsal's."""
    moment = counted()
    facts = moment.night.contests[ContestId(contest_id)]
    rows = moment.worker.rehearsal.rows(facts.id)[facts.source]
    made = json.loads(moment.bytes_of("nist-v2.json", {"contest": [contest_id]}))
    statements = seen(made)
    assert statements
    sums = {choice.id: 0 for choice in facts.choices}
    for (of, area), one in statements.items():
        row = rows[AreaId(area)]
        assert (of, figures(one)) == (
            contest_id,
            tuple(row[COLUMN[n]] for n in ("voters", "valid", "invalid")),
        )
        for choice, votes in zip(facts.choices, votes_of(row, facts), strict=True):
            assert votes == one.votes.get(choice.id, 0)
            sums[choice.id] += votes
    assert votes_of(rows[facts.area], facts) == tuple(sums.values())


def sample_night(one: Seen) -> Night:
    """A night for the one box of the sample, in whose report votes are missing (E202)."""
    choices = "".join(
        f'[[contests.choices]]\nid = "{id}"\nname = "{name}"\nmain = true\n'
        for id, name in one.choice_names.items()
    )
    (top_level, top, top_name), (level, area, area_name) = one.areas
    toml = f"""
id = "sample"
name = "Sample"
date = 2019-03-31
time_zone = "Europe/Istanbul"
levels = ["{top_level}", "{level}"]
[checks.E202]
level = "W"
[[contests]]
id = "{one.contest}"
name = "{one.contest_name}"
area = "{top}"
source = "council"
{choices}
[[sources]]
id = "council"
name = "Council"
"""
    areas = f"id,name,level,parent\n{top},{top_name},{top_level},\n{area},{area_name},{level},{top}\n"
    boxes = f"id,area,registered\n{one.unit},{area},{one.registered}\n"
    files = {"night.toml": toml, "areas.csv": areas, "boxes.csv": boxes}
    return read_night({name: text.encode() for name, text in files.items()})


@pytest.mark.real_data
def test_the_sample_goes_in_and_out_to_the_same_counts(real_data: Path) -> None:
    """Report → night → count → our own report: registered, voters, invalid and votes as they were."""
    content = (real_data / SAMPLE).read_bytes()
    document = Document("sample.json", [content], HEARD_AT)
    (one,) = nist_json.survey(document)
    assert isinstance(one, Seen)
    night = sample_night(one)
    (made,) = nist_json.parse(Document("sample.json", [content], HEARD_AT), night)
    assert isinstance(made, BoxReport)
    made = replace(made, revision=1)
    worker = Worker(night)
    worker.count(list(bundles([made], night)))
    out = json.loads(Moment(night, worker).bytes_of("nist-v2.json"))
    into = json.loads(content)["Election"][0]
    told = out["Election"][0]
    expected = [
        [c["Count"] for c in s["VoteCounts"] if c["GpUnitId"].endswith("1001")]
        for s in into["Contest"][0]["ContestSelection"]
    ]
    assert [[180], [95]] == expected
    for place, counts in enumerate(expected):
        assert {counts[0]} == {
            c["Count"] for c in told["Contest"][0]["ContestSelection"][place]["VoteCounts"]
        }
    assert {(291, 9)} == {(b["BallotsCast"], b["BallotsRejected"]) for b in told["BallotCounts"]}
    assert 340 == out["GpUnit"][0]["VotersRegistered"]


@pytest.mark.real_data
def test_nists_own_example_is_read_without_a_word(real_data: Path) -> None:
    """Ballot measures, retention, straight party and write-ins; each contest sums to the county's count."""
    content = (real_data / EXAMPLE).read_bytes()
    all_ = list(nist_json.survey(Document("gen.json", [content], HEARD_AT)))
    statements = [one for one in all_ if isinstance(one, Seen)]
    assert len(all_) == len(statements) == 40
    sums: dict[tuple[str, str], int] = {}
    for one in statements:
        for choice, votes in one.votes.items():
            sums[one.contest, choice] = sums.get((one.contest, choice), 0) + votes
    for made in json.loads(content)["Election"][0]["Contest"]:
        for selection in made["ContestSelection"]:
            (whole,) = [c["Count"] for c in selection["VoteCounts"] if c["GpUnitId"] == "ru-county-1"]
            assert whole == sums[made["@id"], selection["@id"]]
