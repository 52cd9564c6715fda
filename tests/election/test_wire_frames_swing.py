"""The swing of each area in a snapshot: over the same boxes, for one pair, and who led there then."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings

from election.checks import check
from election.night import BoxId, ContestId, SourceId
from election.report import Claim
from election.tally import Status, Tally, statement
from election.wire.frames import Board, ContestState, Json
from tests.election.strategies import (
    CLOSED_UNTIL,
    LAW_OPENS_AT,
    NOON,
    contest_of,
    figures,
    histories,
    line,
    night,
    paper,
    source_of,
    unit_of,
)

RERUN = night(parent="contest,box,ada,bora,cem\nmayor,k1-1,100,50,0\nmayor,k1-2,40,60,5\nmayor,g1-1,10,20,\n")
MAYOR = contest_of("mayor", RERUN)
COUNCIL = source_of("council", RERUN)
LEVELS = ("county", "town", "ward")


def counted(told: list[Claim]) -> Tally:
    """The rerun after these papers."""
    tally = Tally(MAYOR, COUNCIL, RERUN)
    for claim in told:
        checked = check(claim, RERUN)
        if not checked.refused:
            tally.hear(unit_of(claim), statement(checked, MAYOR, RERUN))
    return tally


def shown(tally: Tally, board: Board | None = None, at: Any = LAW_OPENS_AT) -> Json:
    """Its snapshot at an hour of the night."""
    rows = {SourceId("council"): dict(tally.rows)}
    board = board or Board(RERUN, MAYOR, "rehearsal")
    return board.snapshot(ContestState("e1", 1, NOON, None, rows, {SourceId("council"): NOON}), at)


def votes_on_both_nights(tally: Tally, area: str) -> tuple[int, list[int], list[int]]:
    """Boxes of an area counted on both nights, their votes now and then, added up by hand."""
    then_by_box = RERUN.parent_votes[ContestId("mayor")]
    boxes, now, then = 0, [0, 0, 0], [0, 0, 0]
    for unit, held in tally.held.items():
        box = BoxId(unit)
        if (
            held.status is not Status.COUNTED
            or box not in then_by_box
            or area not in line(RERUN.boxes[box].area)
        ):
            continue
        boxes += 1
        now = [a + (b or 0) for a, b in zip(now, held.votes, strict=True)]
        then = [a + b for a, b in zip(then, then_by_box[box], strict=True)]
    return boxes, now, then


@settings(max_examples=60, deadline=None)
@given(histories("mayor", "council"))
def test_the_swing_of_every_area_is_that_of_its_boxes_and_the_areas_add_up_to_the_whole(
    told: list[Claim],
) -> None:
    """Added up by hand for each area; the root is the whole, and the boxes of each level are all of them."""
    tally = counted(told)
    made = shown(tally)
    whole = made["swing"]
    for area, facts in made["areas"].items():
        boxes, now, then = votes_on_both_nights(tally, area)
        swing = facts["swing"]
        if whole is None or not sum(now) or not sum(then):
            assert swing is None
            continue
        first, second = (MAYOR.position(whole[side]) for side in ("first", "second"))
        assert first is not None
        assert second is not None
        moved = Fraction(now[first] - now[second], sum(now)) - Fraction(then[first] - then[second], sum(then))
        assert round(float(100 * moved), 2) == swing["points"]
        assert boxes == swing["boxes"]
        most = [choice.id for choice, votes in zip(MAYOR.choices, then, strict=True) if votes == max(then)]
        assert (most[0] if len(most) == 1 else None) == swing["leader"]
        known = None not in (facts["leader"], swing["leader"])
        assert (known and facts["leader"] != swing["leader"]) == swing["flipped"]
    if whole is not None:
        assert {key: whole[key] for key in ("points", "boxes", "boxes_total")} == {
            key: made["areas"]["kent"]["swing"][key] for key in ("points", "boxes", "boxes_total")
        }
        for level in LEVELS:
            at = [facts["swing"] for facts in made["areas"].values() if facts["level"] == level]
            assert whole["boxes"] == sum(one["boxes"] for one in at if one is not None)


def test_an_area_says_how_its_margin_moved_and_that_another_leads_there() -> None:
    """Ada led k1 by 50 of 150; now Bora leads by 20 of 100: 53.33 points against Ada, and flipped."""
    made = shown(counted([paper("k1-1", **figures(40, 60, 0)), paper("k2-1", **figures(90, 1, 0))]))
    assert ("ada", "bora") == (made["swing"]["first"], made["swing"]["second"])
    said = {"points": -53.33, "boxes": 1, "boxes_total": 2, "leader": "ada", "flipped": True}
    assert said == made["areas"]["k1"]["swing"]
    assert said["points"] == made["areas"]["kuzey"]["swing"]["points"]
    assert made["areas"]["k2"]["swing"] is None


def test_when_another_leads_the_whole_every_area_is_said_the_other_way_round() -> None:
    """The board keeps parts of the last snapshot; those with another pair are made again."""
    board = Board(RERUN, MAYOR, "rehearsal")
    tally = counted([paper("g1-1", **figures(30, 10, None)), paper("k2-1", **figures(90, 1, 0))])
    before = shown(tally, board)
    claim = paper("k1-2", **figures(5, 150, 0))
    tally.hear(unit_of(claim), statement(check(claim, RERUN), MAYOR, RERUN))
    after = shown(tally, board)
    assert ("ada", "bora") == (before["swing"]["first"], after["swing"]["first"])
    assert (83.33, -83.33) == tuple(one["areas"]["g1"]["swing"]["points"] for one in (before, after))
    assert shown(tally) == after


def test_before_the_ban_is_lifted_no_area_has_a_swing() -> None:
    """It is of totals; nor has any on a night that repeats none."""
    tally = counted([paper("k1-1", **figures(40, 60, 0))])
    assert shown(tally)["areas"]["k1"]["swing"]
    closed = shown(tally, at=CLOSED_UNTIL)
    assert {None} == {facts["swing"] for facts in closed["areas"].values()}
    plain = Board(night(), contest_of(), "rehearsal").snapshot(ContestState(), LAW_OPENS_AT)
    assert {None} == {facts["swing"] for facts in plain["areas"].values()}
