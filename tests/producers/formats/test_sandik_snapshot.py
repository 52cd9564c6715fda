"""What another Sandık's gateway shows, read back: the very tables and snapshots that ours writes."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import ContestId, LevelId, Night, NightId, SourceId
from election.report import BoxReport
from election.wire.frames import dumps
from producers.formats import sandik_snapshot
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal
from producers.formats.sandik_snapshot import NotYetError
from tests.web.shapes import BRIDGE, COUNCIL, MAYOR, Moment, begun, counted, rows

AT = datetime(2024, 10, 6, 20, 0, tzinfo=UTC)
AGENCY = SourceId("agency")
moment = cache(counted)


def document(content: bytes, source: str | None = "council", mode: str = "replay") -> Document:
    """A feed of these bytes."""
    return Document(
        "gate", content.splitlines(keepends=True), AT, SourceId(source) if source else None, mode=mode
    )


def read(content: bytes, night: Night, source: str | None = "council", mode: str = "replay") -> list[Heard]:
    """Everything in it."""
    return list(sandik_snapshot.parse(document(content, source, mode), night))


def reports(heard: Iterable[Heard]) -> list[BoxReport]:
    """All of it, which must be reports."""
    found = [item for item in heard if isinstance(item, BoxReport)]
    assert [] == [item for item in heard if not isinstance(item, BoxReport)]
    return found


def leveled(night: Night, level: str, **more: Any) -> Night:
    """The night with a source `agency` of this level."""
    source = replace(night.sources[COUNCIL], id=AGENCY, level=LevelId(level), **more)
    return replace(night, sources={**night.sources, AGENCY: source})


def snapshot(of: Moment, contest: ContestId = MAYOR, **changed: Any) -> bytes:
    """The snapshot as it is served, in one line."""
    return dumps(of.shown(contest).snapshot | changed) + b"\n"


@pytest.mark.parametrize("contest", [MAYOR, BRIDGE])
def test_every_box_counted_there_is_a_report_here(contest: ContestId) -> None:
    """With the same figures, so that the sums are the same; without a revision and with our time."""
    of = moment()
    found = reports(read(of.table(contest), of.night))
    told = [row for row in rows(of.table(contest)) if row["status"] == "counted"]
    assert [row["box"] for row in told] == [report.unit for report in found]
    assert {(UNNUMBERED, AT, SourceId("council"))} == {(r.revision, r.heard_at, r.source) for r in found}
    totals = of.shown(contest).snapshot
    for name in ("voters", "valid", "invalid"):
        assert totals[name] == sum(getattr(report, name) for report in found)
    for choice in totals["choices"]:
        assert choice["votes"] == sum(report.votes.get(choice["id"], 0) for report in found)


def test_a_choice_that_does_not_stand_there_is_absent() -> None:
    """An empty cell is never a zero."""
    of = moment()
    told = {row["box"]: row for row in rows(of.table()) if row["status"] == "counted"}
    for report in reports(read(of.table(), of.night)):
        row = told[report.unit]
        assert {name for name in row if name.startswith("votes_") and row[name]} == {
            f"votes_{choice}" for choice in report.votes
        }


def test_tables_of_all_contests_one_after_the_other_are_one() -> None:
    """A header begins the next; a byte order mark is none of it."""
    of = moment()
    both = reports(read(b"\xef\xbb\xbf" + of.table(MAYOR) + of.table(BRIDGE), of.night))
    assert {MAYOR, BRIDGE} == {report.contest for report in both}


def test_every_area_of_the_level_is_a_report_of_a_source_of_areas() -> None:
    """Of which something is counted; the boxes in it are its claim."""
    of = moment()
    night = leveled(of.night, "town")
    found = reports(read(snapshot(of) + snapshot(of, BRIDGE), night, "agency"))
    areas = {
        area: facts for area, facts in of.shown().snapshot["areas"].items()
        if facts["level"] == "town" and facts["counted"]["boxes"]
    }  # fmt: skip
    mayor = {str(report.unit): report for report in found if report.contest == MAYOR}
    assert areas.keys() == mayor.keys()
    for area, facts in areas.items():
        report = mayor[area]
        assert (facts["valid"], facts["choices"]) == (report.valid, dict(report.votes))
        assert (facts["counted"]["boxes"], facts["registered"]) == (report.claimed_boxes, report.registered)


def test_an_area_of_which_nothing_is_counted_is_not_there() -> None:
    """Its zeros are not figures."""
    of = moment()
    areas = of.shown().snapshot["areas"]
    empty = {area: facts | {"counted": facts["counted"] | {"boxes": 0}} for area, facts in areas.items()}
    assert [] == read(snapshot(of, areas=empty), leveled(of.night, "town"), "agency")


def test_before_its_embargo_opens_there_is_nothing_and_no_empty_table() -> None:
    """Or every box would be taken for withdrawn."""
    of = begun()
    with pytest.raises(NotYetError, match="embargo is not open"):
        read(of.table(), of.night)
    with pytest.raises(NotYetError, match="embargo is not open"):
        read(snapshot(of), leveled(of.night, "town"), "agency")


@pytest.mark.parametrize("mode", ["live", "rehearsal"])
def test_a_replay_s_gateway_feeds_no_other_mode(mode: str) -> None:
    """Nothing is read at all."""
    of = moment()
    with pytest.raises(FeedError, match=r"gateway is of a replay.*modes never mix"):
        read(of.table(), of.night, mode=mode)
    with pytest.raises(FeedError, match="modes never mix"):
        read(snapshot(of), leveled(of.night, "town"), "agency", mode)
    assert read(of.table(), of.night, mode="")


def test_another_night_and_simulated_figures_are_refused() -> None:
    """Figures that nobody counted must not pass for a count."""
    of = moment()
    other = replace(of.night, id=NightId("other"))
    counts = {id: replace(source, simulated=False) for id, source in of.night.sources.items()}
    real = replace(of.night, simulated=False, sources=counts)
    with pytest.raises(FeedError, match="shows the night 'practice'; the night here is other"):
        read(of.table(), other)
    with pytest.raises(FeedError, match="simulated, and the source council of this night is not"):
        read(of.table(), real)
    with pytest.raises(FeedError, match="simulated"):
        read(snapshot(of), leveled(real, "town", simulated=False), "agency")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "It is empty"),
        (b"box,voters\n1,2\n", "no table of a Sand"),
        (b"<html>\n", "no table of a Sand"),
        (b"contest,source\n", "no column box, status"),
        (b'{"a": 1}\n', "no contest"),
        (b"{\n", "no JSON"),
    ],
)
def test_what_is_none_of_both_is_said(content: bytes, why: str) -> None:
    """It is not guessed at."""
    with pytest.raises(FeedError, match=why):
        read(content, moment().night)


def test_boxes_for_a_source_of_areas_and_areas_for_one_of_boxes_are_said() -> None:
    """With where to find the other."""
    of = moment()
    with pytest.raises(FeedError, match="a table of boxes; the source agency reports towns"):
        read(of.table(), leveled(of.night, "town"), "agency")
    with pytest.raises(FeedError, match=r"tells of areas; the source council reports boxes"):
        read(snapshot(of), of.night)
    with pytest.raises(FeedError, match="no area of the level street"):
        read(snapshot(of), leveled(of.night, "street"), "agency")
    with pytest.raises(FeedError, match="no source 'nobody'"):
        read(of.table(), of.night, "nobody")


@pytest.mark.parametrize(
    ("column", "cell", "code", "place"),
    [("box", "nowhere", "E103", "box"), ("contest", "dance", "E101", "contest"),
     ("valid", "1x", "E107", "valid"), ("voters", "", "E105", "voters"),
     ("votes_deniz", "-3", "E107", "votes_deniz"),
     ("registered", "99999999999", "E107", "registered")],
)  # fmt: skip
def test_a_bad_row_is_said_and_the_rest_goes_on(column: str, cell: str, code: str, place: str) -> None:
    """With line and column; and whose it is, so that what was held of it stands."""
    of = moment()
    lines = of.table().decode().splitlines()
    names = lines[0].split(",")
    line = next(number for number, text in enumerate(lines) if ",counted," in text)
    cells = lines[line].split(",")
    cells[names.index(column)] = cell
    lines[line] = ",".join(cells)
    heard = read("\n".join(lines).encode(), of.night)
    (bad,) = [item for item in heard if isinstance(item, Refusal)]
    assert (code, line + 1, place) == (bad.code, bad.line, bad.column)
    assert (bad.unit is None) == (code in ("E101", "E103"))
    assert len(reports(read(of.table(), of.night))) - 1 == len(heard) - 1


def test_a_row_that_broke_off_is_said() -> None:
    """Half a line is no box."""
    of = moment()
    heard = read(of.table()[:-30], of.night)
    assert ["F002"] == [item.code for item in heard if isinstance(item, Refusal)]


def test_a_choice_this_night_has_not_stops_the_feed() -> None:
    """Its votes would be lost."""
    of = moment()
    with pytest.raises(FeedError, match="no choice 'nobody'"):
        read(of.table().replace(b"votes_deniz", b"votes_nobody", 1), of.night)


def test_what_a_table_says_of_itself_is_in_its_beginning() -> None:
    """Two lines are enough; anything else says nothing."""
    of = moment()
    for first in (of.table().splitlines(keepends=True)[:2], [snapshot(of)]):
        found = sandik_snapshot.about(first)
        assert found is not None
        assert ("practice", "replay", True, "open") == (
            found.night,
            found.mode,
            found.simulated,
            found.embargo,
        )
        assert found.epoch
        assert found.version
    assert [None] * 4 == [
        sandik_snapshot.about(it) for it in ([], [b"x"], [b"{"], [b"contest,source\n", b"a\n"])
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["areas", "embargo", "contest", "mode", "version"]), JSON))
def test_a_snapshot_of_anything_is_an_error_with_a_sentence_or_refusals(changed: dict[str, Any]) -> None:
    """Never a traceback, and never a silent zero."""
    of = moment()
    text = json.dumps(json.loads(snapshot(of)) | changed, allow_nan=True).encode()
    try:
        heard = read(text, leveled(of.night, "town"), "agency")
    except FeedError:
        return
    good = {(r.unit, r.valid) for r in reports(read(snapshot(of), leveled(of.night, "town"), "agency"))}
    assert {(r.unit, r.valid) for r in heard if isinstance(r, BoxReport)} <= good


@given(st.binary(max_size=40), st.integers(0, 3000))
def test_a_table_with_anything_in_it_is_an_error_with_a_sentence_or_refusals(junk: bytes, at: int) -> None:
    """Never a traceback."""
    of = moment()
    table = of.table()[:3000]
    try:
        heard = read(table[:at] + junk + table[at:], of.night)
    except FeedError:
        return
    assert all(isinstance(item, BoxReport | Refusal) for item in heard)
