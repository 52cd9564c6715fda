"""An agency's bulletins meet what was published at their marks, and move with its boxes between them."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from election.wire.records import Bundle
from sandik.simulate_agency import agency
from sandik.simulate_arrival import Sheet
from sandik.simulate_figures import Ballot

AT = datetime(2019, 3, 31, 16, tzinfo=UTC)
BOXES = 300
SHEET = Sheet(
    boxes=[f"b-{n}" for n in range(BOXES)],
    areas=["abc"[n % 3] for n in range(BOXES)],
    columns={
        "registered": [300] * BOXES, "voters": [210] * BOXES, "valid": [200] * BOXES, "invalid": [10] * BOXES,
        "one": [80 + n % 40 for n in range(BOXES)], "other": [110 - n % 40 for n in range(BOXES)],
        "third": [10] * BOXES,
    },
)  # fmt: skip
MARKS = (
    {"at": AT, "boxes": 30, "valid": 5900, "one": 2000, "other": 3700},
    {"at": AT + timedelta(minutes=20), "boxes": 200, "valid": 39500, "one": 18800, "other": 18900},
    {"at": AT + timedelta(hours=9), "boxes": 300, "silent_before": True},
)


def bulletins(*marks: dict[str, Any]) -> list[Bundle]:
    """What the agency says along these marks."""
    table = {
        "source": "agency", "level": "district", "late": "one", "skew": 0.3, "district_spread": 0.2,
        "large_later": 0.1, "every_s": 300, "marks": marks or MARKS,
    }  # fmt: skip
    return agency(table, "mayor", "city", SHEET, Ballot(("one", "other"), ("third",)), Random(4))


def totals(until: datetime) -> dict[str, int]:
    """The agency's sums of what it said until then."""
    last: dict[str, dict[str, int]] = {}
    for said in bulletins():
        if said.heard_at <= until:
            for row, area in enumerate(said.box):
                last[area] = {name: column[row] for name, column in said.votes.items()}
                last[area] |= {"boxes": (said.boxes or [])[row], "valid": said.valid[row]}
    return {name: sum(area[name] for area in last.values()) for name in last["a"]}


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_is_met_to_the_vote(mark: dict[str, Any]) -> None:
    """Boxes claimed, valid votes and both main choices; a mark without votes says what the boxes say."""
    usual = {"valid": 60000, "one": sum(SHEET.columns["one"]), "other": sum(SHEET.columns["other"])}
    found = totals(mark["at"])
    assert {name: {**usual, **mark}[name] for name in ("boxes", "valid", "one", "other")} == {
        name: found[name] for name in ("boxes", "valid", "one", "other")
    }


def test_a_bulletin_names_only_the_areas_that_moved_and_adds_up() -> None:
    """Revisions rise by one; votes never fall while the boxes grow; the votes are the valid ones."""
    held: dict[str, tuple[int, list[int]]] = {}
    for said in bulletins():
        revisions = said.revision
        assert isinstance(revisions, list)
        for row, area in enumerate(said.box):
            votes = [column[row] for column in said.votes.values()]
            before = held.get(area, (0, [0, 0, 0]))
            assert before[0] + 1 == revisions[row]
            assert all(now >= was for now, was in zip(votes, before[1], strict=True))
            assert sum(votes) == said.valid[row] == said.voters[row] - said.invalid[row]
            held[area] = (revisions[row], votes)


def test_between_two_marks_it_speaks_regularly_or_not_at_all() -> None:
    """Every five minutes for twenty, then a silence until the next day."""
    minutes = [(said.heard_at - AT) // timedelta(minutes=1) for said in bulletins()]
    assert [0, 5, 10, 15, 20, 540] == minutes


def test_votes_that_no_new_box_can_hold_are_refused() -> None:
    """A mark that asks for more votes and no more boxes is a mistake of the night."""
    more = {**MARKS[0], "at": AT + timedelta(minutes=9), "one": 2100, "valid": 6000}
    with pytest.raises(ValueError, match="nothing moved for one, but the mark asks for 100 votes"):
        bulletins(dict(MARKS[0]), more)
