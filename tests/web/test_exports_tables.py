"""Plain tables of areas and boxes: read by pandas as they are meant, adding up, nothing before its time."""

import io
import json
from dataclasses import replace

import pandas
import pytest

from election.night import SourceId
from election.tally import Status
from election.wire.keys import unpack_unit
from tests.web.shapes import ASSEMBLY, BRIDGE, COUNCIL, MAYOR, begun, called, counted, june, rows
from web.exports import tables
from web.exports.shown import Asked
from web.held import Boxes

FIGURES = ("registered", "voters", "valid", "invalid", "votes_deniz", "votes_toprak", "votes_ruzgar")


def test_pandas_reads_the_areas_of_june() -> None:
    """Counts are integers, letters are kept, each level adds up to the whole, and it is marked simulated."""
    frame = pandas.read_csv(io.BytesIO(june().bytes_of("areas.csv")))
    counts = (
        "boxes_counted",
        "register_total",
        "valid",
        "invalid",
        "votes_imamoglu",
        "margin_votes",
        "version",
    )
    for name in counts:
        assert "int64" == frame[name].dtype, name
    assert {"bool"} == {str(frame[name].dtype) for name in ("simulated", "official")}
    for _, level in frame.groupby("level"):
        assert (4742082, 3936068, 8746566, 31186) == tuple(
            level[["votes_imamoglu", "votes_yildirim", "valid", "boxes_counted"]].sum()
        )
    assert "İstanbul" == frame.area_name[0]
    assert (1, 2, 39) == tuple(frame.groupby("level", sort=False).size())
    assert frame.simulated.all()
    assert frame.notes.str.contains("SIMULATED").all()


def test_pandas_reads_the_boxes_of_june() -> None:
    """31,186 of them; the sum of a column is the total, in each district as well as in all."""
    frame = pandas.read_csv(io.BytesIO(june().table()), low_memory=False)
    assert (31186, 31186) == (len(frame), frame.box.nunique())
    assert (4742082, 3936068, 8925166) == tuple(frame[["votes_imamoglu", "votes_yildirim", "voters"]].sum())
    assert {"int64"} == {
        str(frame[name].dtype) for name in ("revision", "valid", "votes_imamoglu", "registered")
    }
    areas = {area: shown["valid"] for area, shown in june().hub.groups[MAYOR].shown["areas"].items()}
    by_district = frame.groupby("district_id").valid.sum()
    assert {area: areas[area] for area in by_district.index} == by_district.to_dict()
    assert ["city_id", "city_name", "side_id", "side_name", "district_id", "district_name"] == list(frame)[
        2:8
    ]
    assert "Beyoğlu" in set(frame.district_name)
    assert {True} == set(frame.simulated)


@pytest.mark.parametrize("contest", [MAYOR, ASSEMBLY, BRIDGE])
def test_the_sum_of_a_column_of_boxes_is_the_total(contest: str) -> None:
    """Also of a night with quarantined, withdrawn, marked and missing boxes: those rows have no figures."""
    at = counted()
    whole = at.shown(at.night.contests[contest].id).whole
    found = rows(at.table(at.night.contests[contest].id))
    for name in ("valid", "invalid", "voters"):
        assert whole.count(name) == sum(int(row[name]) for row in found if row[name])
    for choice in at.night.contests[contest].choices:
        assert whole.votes(choice.id) == sum(int(row[f"votes_{choice.id}"] or 0) for row in found)
    assert whole.boxes("boxes") == sum(row["status"] == "counted" for row in found)
    assert whole.boxes("boxes_total") == len(found)


def test_every_box_says_what_became_of_it() -> None:
    """As it is held, with its revision and what the checks found; one that nobody has heard of is missing."""
    at = counted(0.8)
    held = at.worker.rehearsal.tallies[MAYOR, COUNCIL].held
    found = {row["box"]: row for row in rows(at.table())}
    assert set(at.night.boxes) == set(found)
    assert {box: held[box].status.name.lower() if box in held else "missing" for box in found} == {
        box: row["status"] for box, row in found.items()
    }
    assert {Status.COUNTED, Status.QUARANTINED} <= {one.status for one in held.values()}
    assert "missing" in {row["status"] for row in found.values()}
    for box, row in found.items():
        paper = at.worker.rehearsal.papers[MAYOR, COUNCIL].get(box)
        codes = sorted({finding.code for finding in paper.findings}) if paper else []
        assert codes == row["findings"].split()
        assert (str(held[box].revision) if box in held else "") == row["revision"]
        if row["status"] != "counted":
            assert {""} == {row[name] for name in FIGURES}
    assert any(row["findings"] for row in found.values())


def test_a_choice_that_does_not_stand_there_has_an_empty_cell() -> None:
    """Absent is not zero, for areas and for boxes."""
    at = counted()
    choice = at.night.contests[MAYOR].choices[2]
    for row in rows(at.bytes_of("areas.csv")):
        assert at.night.stands(choice, row["area"]) == (row["votes_ruzgar"] != "")
    for row in rows(at.table()):
        stands = at.night.stands(choice, at.night.boxes[row["box"]].area)
        assert (stands and row["status"] == "counted") == (row["votes_ruzgar"] != "")


def test_before_the_embargo_opens_a_box_is_received_and_no_more() -> None:
    """No figure, no revision, no finding: only that it was heard; what is known of the register may stay."""
    at = begun()
    found = rows(at.table())
    assert {"counted", "missing"} <= {row["status"] for row in found}
    for row in found:
        assert {""} == {row[name] for name in (*FIGURES, "revision", "findings")}
        assert row["embargo"] in ("closed", "bulletins")
    for row in rows(at.bytes_of("areas.csv")):
        assert {""} == {row[name] for name in (*FIGURES, "register_counted", "leader", "margin_votes")}
        assert int(row["boxes_received"]) <= int(row["boxes_total"])


def test_another_sources_boxes() -> None:
    """The party's own count, box by box; nothing of it is mixed with the council's."""
    at = counted()
    party = SourceId("party")
    held = at.worker.rehearsal.tallies[MAYOR, party].held
    found = [row for row in rows(at.table(MAYOR, party)) if row["status"] != "missing"]
    assert {"party"} == {row["source"] for row in found}
    assert set(held) == {row["box"] for row in found}


def test_names_from_a_night_are_no_formulas() -> None:
    """A box or an area may have any name; a spreadsheet shows it and does not run it."""
    at = counted()
    area, box = next(iter(at.night.areas)), next(iter(at.night.boxes))
    night = replace(
        at.night,
        areas={**at.night.areas, area: replace(at.night.areas[area], name='=HYPERLINK("http://x")')},
        boxes={**at.night.boxes, box: replace(at.night.boxes[box], name="@SUM(1,2)")},
    )
    shown = replace(at.shown(), night=night)
    boxes = tables.write_boxes(Asked((shown,), source=COUNCIL, boxes=at.packed()))
    for body in (tables.write_areas(Asked((shown,))), boxes):
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows(body) for cell in row.values())
    assert '\'=HYPERLINK("http://x")' == rows(tables.write_areas(Asked((shown,))))[0]["area_name"]
    assert "'@SUM(1,2)" == rows(boxes)[0]["box_name"]


def test_a_table_of_areas_says_what_was_called() -> None:
    """The call and the lineage have columns, and the notes say why."""
    (row, *_) = rows(tables.write_areas(Asked((counted().shown(call=called("deniz", "retracted")),))))
    assert ("retracted", "unofficial") == (row["call"], row["lineage"])
    assert "The call was retracted" in row["notes"]


def test_a_table_says_the_version_that_the_store_gave_out() -> None:
    """It may be ahead of what is shown: boxes are read when they are asked for."""
    at = counted()
    boxes = replace(at.packed(), epoch="e9", version=99)
    body = tables.write_boxes(Asked((at.shown(),), source=COUNCIL, boxes=boxes))
    assert {("e9", "99")} == {(row["epoch"], row["version"]) for row in rows(body)}


def test_a_paper_noted_without_its_findings_is_no_error() -> None:
    """Rows and papers are two hashes; a statement may be noted where nothing is kept of it."""
    at = counted()
    boxes = replace(at.packed(), papers={})
    assert {""} == {
        row["findings"] for row in rows(tables.write_boxes(Asked((at.shown(),), source=COUNCIL, boxes=boxes)))
    }
    noted = {
        unit: json.dumps({"findings": [{"code": "W305"}, {"code": "W301"}]}).encode() for unit in boxes.rows
    }
    body = tables.write_boxes(Asked((at.shown(),), source=COUNCIL, boxes=replace(boxes, papers=noted)))
    expected = {unit.decode() for unit, row in boxes.rows.items() if unpack_unit(row).noted}
    assert expected == {row["box"] for row in rows(body) if row["findings"] == "W301 W305"}


def test_boxes_that_nobody_read_are_a_fault_of_ours() -> None:
    """A writer does not make a table of nothing by mistake."""
    with pytest.raises(ValueError, match="what the store holds"):
        tables.write_boxes(Asked((counted().shown(),)))
    empty = tables.write_boxes(Asked((counted().shown(),), source=COUNCIL, boxes=Boxes()))
    assert {"missing"} == {row["status"] for row in rows(empty)}
