"""What every shape reads of a contest: units, names, winners and notes, and nothing that may not be told."""

import pytest

from election.tally import COLUMN
from tests.web.shapes import ASSEMBLY, BRIDGE, COUNCIL, MAYOR, begun, called, counted, june
from web.exports.shown import SAID


def test_units_are_the_whole_and_each_area_once() -> None:
    """With the figures of the count itself: an area that is the whole contest is not there twice."""
    at = counted()
    for contest in (MAYOR, ASSEMBLY, BRIDGE):
        shown, totals = at.shown(contest), at.worker.rehearsal.tallies[contest, COUNCIL]
        ids = [unit.id for unit in shown.units]
        assert at.night.contests[contest].area == ids[0]
        assert set(ids) == {*at.hub.groups[contest].shown["areas"], ids[0]}
        assert len(set(ids)) == len(ids)
        for unit in shown.units:
            row = totals.row(unit.id)
            assert row[COLUMN["valid"]] == unit.count("valid")
            assert row[COLUMN["boxes"]] == unit.boxes("boxes")
            for place, choice in enumerate(shown.choices):
                expected = row[len(COLUMN) + place] if at.night.stands(choice, unit.id) else None
                assert expected == unit.votes(choice.id)


def test_each_depth_adds_up_to_the_whole() -> None:
    """So a reader may sum one level and get the total."""
    for shown in (counted().shown(), counted().shown(BRIDGE), june().shown()):
        depths = {unit.depth for unit in shown.units}
        assert set(range(len(depths))) == depths
        for depth in depths:
            units = [unit for unit in shown.units if unit.depth == depth]
            assert shown.whole.count("valid") == sum(unit.count("valid") or 0 for unit in units)


def test_before_the_embargo_opens_there_are_boxes_and_nothing_else() -> None:
    """None, not 0: nobody may take it for a figure."""
    shown = begun().shown()
    assert not shown.is_open
    assert 0 < shown.whole.received
    for unit in shown.units:
        assert {None} == {unit.count(name) for name in ("registered", "voters", "valid", "invalid")}
        assert {None} == {unit.votes(choice.id) for choice in shown.choices}


@pytest.mark.parametrize(
    ("state", "won"),
    [
        ("called", True), ("certified", True), ("tie by lot", True), ("retracted", False), ("recount", False),
        ("annulled", False), ("open", False), ("too close", False),
    ],
)  # fmt: skip
def test_winners_are_those_who_were_called_and_are_not_taken_back(state: str, won: bool) -> None:
    """Whoever reads a foreign shape sees no winner where we show none."""
    shown = counted().shown(call=called("deniz", state))
    assert ({"deniz"} if won else set()) == shown.winners
    assert (state in SAID) == ("The lead is more" in shown.notes)


def test_nobody_has_won_while_the_ban_is_in_force() -> None:
    """Whatever else a snapshot should say."""
    at = begun()
    shown = at.shown(call=called("deniz"))
    assert frozenset() == shown.winners
    assert "The lead is more" not in shown.notes
    assert "publication ban is in force: no totals yet. It ends 2024-10-06T18:00:00.000Z." in shown.notes


def test_notes_say_what_the_shapes_have_no_place_for() -> None:
    """Mode, simulation, that it is unofficial, an annulment, a rerun, and which night this one repeats."""
    shown = june().shown(
        lineage={"parent": "march", "state": "annulled", "rerun_on": "2019-06-23"},
        call=called("imamoglu", "annulled", because="The council annulled it."),
    )
    for said in (
        "REPLAY: not live.", "SIMULATED: Box figures", "Unofficial.", "Annulled: The council annulled it.",
        "Lineage: annulled.", "Rerun on 2019-06-23.", "Repeats march.",
    ):  # fmt: skip
        assert said in shown.notes
    quiet = counted().shown(mode="live", simulated=False, official=True)
    assert ("", False) == (quiet.notes, quiet.test)
    assert counted().shown(mode="live").test
    assert counted().shown(simulated=False).test


def test_names_are_parted_only_where_the_night_says_how() -> None:
    """A list, an answer or a name without a short one is one name: nobody guesses where it ends."""
    at = counted()
    first = at.night.contests[MAYOR].choices[0]
    assert ("Deniz", "Aydın") == at.shown().name_of(first)
    assert ("", "Yes") == at.shown(BRIDGE).name_of(at.night.contests[BRIDGE].choices[0])
    others = june().night.contests[MAYOR].choices[-1]
    assert ("", "Others") == june().shown().name_of(others)


def test_when_it_changed() -> None:
    """The newest of what was heard, told and opened; before anything the beginning of the day."""
    shown = counted().shown()
    assert shown.snapshot["at"] == shown.changed_at
    assert (
        "2030-01-01T00:00:00.000Z"
        == counted().shown(call=called("deniz", at="2030-01-01T00:00:00.000Z")).changed_at
    )
    alert = {"id": "a", "kind": "counted", "at": "2031-01-01T00:00:00.000Z"}
    assert alert["at"] == counted().shown(alerts=[alert]).changed_at
    assert "2024-10-06T00:00:00.000Z" == counted(0).shown().changed_at
