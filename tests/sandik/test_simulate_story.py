"""A night told whole holds all that its simulation names; one with real boxes only first reports."""

from collections import Counter
from functools import cache

from election.wire.records import Bundle, Record, Ruling
from sandik.simulate import _sheet, plan
from sandik.simulate_arrival import Sheet
from sandik.simulate_reading import read_totals
from sandik.simulate_story import Plan, first_reports, lead, rulings, story
from tests.plain_count import files

MARCH = "istanbul-2019-03-31"


@cache
def march() -> tuple[Plan, Sheet]:
    """The plan and the boxes of the March night."""
    given = files(MARCH)
    what = plan(given)
    return what, _sheet(what, read_totals(given["totals.csv"], what.choices), None)


@cache
def told() -> tuple[Record, ...]:
    """Everything heard on it."""
    return tuple(story(*march()))


def test_everything_is_in_the_order_heard() -> None:
    """Nothing comes before what was heard earlier."""
    times = [record.heard_at for record in told()]
    assert sorted(times) == times


def test_each_source_says_something_of_every_unit() -> None:
    """The council and the party 31,186 boxes, the agency 39 districts."""
    units: dict[str, set[str]] = {}
    for record in told():
        if isinstance(record, Bundle):
            units.setdefault(record.source, set()).update(record.box)
    assert {"council": 31186, "party": 31186, "agency": 39} == {s: len(of) for s, of in units.items()}


def test_the_party_differs_in_as_many_boxes_as_the_night_says() -> None:
    """From the council's first figures, by a few votes each."""
    said: dict[str, dict[str, tuple[int, int]]] = {"council": {}, "party": {}}
    for record in told():
        if isinstance(record, Bundle) and record.source in said and record.state == "counted":
            for row, box in enumerate(record.box):
                votes = (record.votes["imamoglu"][row], record.votes["yildirim"][row])
                said[record.source].setdefault(box, votes)
    moved = [
        abs(theirs[side] - said["council"][box][side])
        for box, theirs in said["party"].items()
        for side in (0, 1)
        if theirs != said["council"][box]
    ]
    assert 200 <= len(moved) / 2 <= 240
    assert max(moved) <= 40


def test_first_reports_are_each_box_once_and_the_rulings() -> None:
    """What a night with real boxes holds: no correction that anybody made up, no second source."""
    what, sheet = march()
    records = first_reports(what, sheet)
    bundles = [record for record in records if isinstance(record, Bundle)]
    assert {("council", "first", "counted")} == {(one.source, one.cause, one.state) for one in bundles}
    assert {1} == set(Counter(box for one in bundles for box in one.box).values())
    assert rulings(what) == [record for record in records if isinstance(record, Ruling)]


def test_a_lead_is_seen_from_either_side() -> None:
    """Ahead for the one is behind for the other."""
    what, sheet = march()
    assert lead(what, sheet, "imamoglu") == [-votes for votes in lead(what, sheet, "yildirim")]
