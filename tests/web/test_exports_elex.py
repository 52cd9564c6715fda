"""The columns of elex 2 in their order, ours after them, and figures that are those of the snapshot."""

import io
import json

import pandas
import pytest

from tests.web.shapes import BRIDGE, MAYOR, begun, called, counted, june, rows
from web.exports import elex
from web.exports.shown import Asked

OF_THE_TOOL = (
    "id,raceid,racetype,racetypeid,ballotorder,candidateid,description,delegatecount,electiondate,"
    "electtotal,electwon,fipscode,first,incumbent,initialization_data,is_ballot_measure,last,lastupdated,"
    "level,national,officeid,officename,party,polid,polnum,precinctsreporting,precinctsreportingpct,"
    "precinctstotal,reportingunitid,reportingunitname,runoff,seatname,seatnum,statename,statepostal,test,"
    "uncontested,votecount,votepct,winner"
)
"""The first line that `elex results` 2.1 to 2.4 writes."""


def test_the_first_forty_columns_are_the_tools() -> None:
    """In its order; what is ours comes after them, with names it does not have."""
    names = counted().bytes_of("elex.csv").partition(b"\n")[0].decode().split(",")
    assert OF_THE_TOOL == ",".join(names[:40]) == ",".join(elex.COLUMNS)
    assert list(elex.OURS) == names[40:]
    assert not set(elex.OURS) & set(elex.COLUMNS)


def test_json_has_the_columns_in_the_same_order() -> None:
    """One object a row, the same rows as the table; what is not known is null."""
    at = counted()
    found = json.loads(at.bytes_of("elex.json"))
    assert all(list(row) == list(elex.COLUMNS + elex.OURS) for row in found)
    said = [{name: "" if value is None else str(value) for name, value in row.items()} for row in found]
    assert rows(at.bytes_of("elex.csv")) == said


def test_pandas_reads_types_and_letters() -> None:
    """Counts are integers, shares are fractions, yes and no are booleans, and a name keeps its letters."""
    frame = pandas.read_csv(io.BytesIO(june().bytes_of("elex.csv")))
    for name in ("votecount", "precinctsreporting", "precinctstotal", "ballotorder", "valid", "version"):
        assert "int64" == frame[name].dtype, name
    for name in ("votepct", "precinctsreportingpct"):
        assert "float64" == frame[name].dtype
        assert frame[name].between(0, 1).all()
    for name in ("winner", "test", "simulated", "official", "is_ballot_measure"):
        assert "bool" == frame[name].dtype, name
    assert {"İmamoğlu", "Yıldırım", "Gökçınar", "Others"} == set(frame["last"])
    assert "İstanbul" == frame.loc[frame.level == "state", "reportingunitname"].iloc[0]
    assert len(frame) == frame["id"].nunique()


def test_june_adds_up() -> None:
    """Each level alone is the total, to the vote; what is shown, and its hash, is left alone."""
    at = june()
    before = at.hub.groups[MAYOR].shown["hash"]
    frame = pandas.read_csv(io.BytesIO(at.bytes_of("elex.csv")))
    for level in ("state", "county", "township"):
        votes = frame[frame.level == level].groupby("candidateid")["votecount"].sum().to_dict()
        assert (4742082, 3936068) == (votes["imamoglu"], votes["yildirim"])
        assert 8746566 == sum(votes.values())
    assert before == at.hub.groups[MAYOR].shown["hash"]


def test_a_choice_that_does_not_stand_somewhere_has_no_row_there() -> None:
    """Absent is not zero."""
    at = counted()
    found = {
        (row["area"], row["candidateid"]) for row in rows(at.bytes_of("elex.csv")) if row["raceid"] == MAYOR
    }
    for area in at.hub.groups[MAYOR].shown["areas"]:
        for choice in at.night.contests[MAYOR].choices:
            assert at.night.stands(choice, area) == ((area, choice.id) in found)


def test_all_contests_or_the_one_asked_for() -> None:
    """A measure is marked as one."""
    at = counted()
    assert set(at.night.contests) == {row["raceid"] for row in rows(at.bytes_of("elex.csv"))}
    bridge = rows(at.bytes_of("elex.csv", {"contest": ["bridge"]}))
    assert {(BRIDGE, "True", "I")} == {
        (row["raceid"], row["is_ballot_measure"], row["officeid"]) for row in bridge
    }


def test_before_the_embargo_opens_there_are_rows_and_no_figures() -> None:
    """Boxes received are said; a figure is an empty cell, so nobody takes it for a zero."""
    found = rows(begun().bytes_of("elex.csv"))
    assert found
    for row in found:
        assert {""} == {
            row[name] for name in ("votecount", "votepct", "registered", "voters", "valid", "invalid")
        }
        assert "False" == row["winner"]
        assert "publication ban" in row["notes"]
    assert any(int(row["boxesreceived"]) > 0 for row in found)


@pytest.mark.parametrize(("state", "winner"), [("called", ["deniz"]), ("retracted", [])])
def test_a_winner_stands_in_the_row_of_the_whole_alone(state: str, winner: list[str]) -> None:
    """And in none once the call is taken back; then the notes say so."""
    body = elex.write_csv(Asked((counted().shown(call=called("deniz", state)),)))
    assert winner == [row["candidateid"] for row in rows(body) if row["winner"] == "True"]
    assert {state} == {row["callstate"] for row in rows(body)}
    assert all(("retracted" in row["notes"]) == (state == "retracted") for row in rows(body))


def test_simulated_and_mode_stand_in_every_row() -> None:
    """A row that is cut out and pasted still says what it is."""
    for row in rows(counted().bytes_of("elex.csv")):
        assert ("True", "replay", "True") == (row["test"], row["mode"], row["simulated"])
        assert "SIMULATED" in row["notes"]


def test_all_is_said_of_all_only() -> None:
    """A share of boxes is rounded down: 1 means that no box is missing."""
    whole = june().shown().whole
    facts = whole.facts | {"counted": whole.facts["counted"] | {"boxes": 31185, "boxes_total": 31186}}
    nearly = type(whole)(whole.id, whole.name, whole.level, None, 0, facts)
    assert 0.999967 == elex.reporting(nearly, 6)
    assert 0.99 == elex.reporting(nearly, 2)
    assert 1.0 == elex.reporting(whole, 6)
    nothing = type(whole)(
        whole.id, whole.name, whole.level, None, 0, {"counted": {"boxes": 0, "boxes_total": 0}}
    )
    assert 0.0 == elex.reporting(nothing, 6)
