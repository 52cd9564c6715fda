"""A night made of what was seen, as the reader of night folders finds it."""

import json
from datetime import date

import pytest

from election.errors import UsageError
from election.night import Night
from election.wire.nights import read_night
from sandik.scaffold_draft import Draft, make
from sandik.scaffold_limits import Relaxed
from sandik.scaffold_night import Said, Source
from sandik.scaffold_seen import Survey
from tests.sandik.rows import place, seen, survey

NORTH = place(("city", "c"), ("town", "north"))
SOUTH = place(("city", "c"), ("town", "south"))
SAID = Said("mine")
SOURCES = [Source("feed", "feed", note="nobody named it")]


def drafted(found: Survey, said: Said = SAID, *, asked: bool = False) -> Draft:
    """The draft of additions."""
    return make(said, found, list(SOURCES), whole=False, asked=asked)


def night_of(draft: Draft) -> Night:
    """The night, as its files are read."""
    return read_night(draft.files([], [], "sandik night new x"))


def test_what_a_feed_says_becomes_a_night_without_a_mistake() -> None:
    """Names, places, registers, choices with colours, one source of boxes."""
    rows = [
        seen("b1", {"ada": 5, "bulut": 9}, NORTH, unit_name="Şölen School", parties={"ada": "Blue Party"}),
        seen("b2", {"ada": 7, "bulut": 1}, SOUTH, registered=None),
    ]
    night = night_of(drafted(survey(rows)))
    (contest,) = night.contests.values()
    assert ("mine", "Mayor", date(2024, 10, 6), "UTC") == (night.id, night.name, night.date, night.time_zone)
    assert [("Ada", "blue-party", True), ("Bulut", None, True)] == [
        (choice.name, choice.party, choice.main) for choice in contest.choices
    ]
    assert ("c", "feed", "choice", 1) == (contest.area, contest.source, contest.kind, contest.seats)
    assert [("Şölen School", 100), ("", None)] == [(box.name, box.registered) for box in night.boxes.values()]
    assert 28 == night.outstanding.voters_max_without_register


def test_what_was_said_is_no_assumption() -> None:
    """Name, day and time zone that somebody gave."""
    said = Said("mine", "My night", date(2024, 10, 5), "Europe/Madrid")
    draft = drafted(survey([seen("b1", {"ada": 5}, NORTH)]), said)
    night = night_of(draft)
    assert ("My night", date(2024, 10, 5), "Europe/Madrid") == (night.name, night.date, night.time_zone)
    assumed = draft.page([]).assumed
    assert not any(line.startswith(("name", "date", "time_zone")) for line in assumed)
    assert any("no publication ban" in line for line in assumed)
    assert any("no alliances" in line for line in assumed)
    assert any("seats = 1" in line for line in assumed)


def test_the_day_is_that_of_the_first_figures_where_the_night_is() -> None:
    """18:00 in London is the next day in Auckland."""
    draft = drafted(survey([seen("b1", {"ada": 5}, NORTH)]), Said("mine", time_zone="Pacific/Auckland"))
    assert date(2024, 10, 7) == night_of(draft).date


def test_relaxed_checks_stand_in_the_night_with_how_often_they_fire() -> None:
    """At W, and on the line itself."""
    draft = drafted(survey([seen("b1", {"ada": 5}, NORTH)]))
    files = draft.files([Relaxed("Q304", 3, 40)], [], "…")
    assert "W" == read_night(files).checks["Q304"].level
    line = next(line for line in files["night.toml"].decode().splitlines() if line.startswith("Q304"))
    assert "# ASSUMED: 3 of 40 papers" in line


def test_states_sums_that_run_on_and_long_evenings_are_set_and_said() -> None:
    """Papers marked by a word do not count; running sums allow no certainty and no early colour."""
    rows = [
        seen("b1", {"ada": 5}, NORTH, claimed_boxes=2),
        seen("b2", {}, NORTH, state="sealed", voters=None, valid=None, invalid=None),
        seen("b3", {"ada": 6}, NORTH, heard_at=survey([]).first_at or seen("x", {}).heard_at.replace(day=8)),
    ]
    night = night_of(drafted(survey(rows)))
    assert {"counted": True, "sealed": False} == dict(night.states)
    assert (1, 300) == (night.outstanding.unexpected_boxes, night.outstanding.unexpected_box_voters)
    assert (100, 300) == (night.lead_from_counted_pct, night.replay.gap_max_s)


def test_a_contest_of_a_part_is_left_out_and_said_unless_it_was_asked_for() -> None:
    """Its board would wait for boxes that never vote in it."""
    whole = [seen(f"b{n}", {"ada": 5}, NORTH if n % 2 else SOUTH) for n in range(9)]
    part = [
        seen(f"b{n}", {"x": 5, "y": 1}, NORTH if n % 2 else SOUTH, contest="ward", contest_name="Ward 3")
        for n in (1, 2)
    ]
    draft = drafted(survey([*whole, *part]))
    assert ["mayor"] == list(night_of(draft).contests)
    assert any("Ward 3 (2 of 9 boxes)" in note for note in draft.notes)
    alone = drafted(survey([*whole, *part], only=("Ward 3",)), asked=True)
    assert (["ward"], 2) == (list(night_of(alone).contests), len(night_of(alone).boxes))
    assert any("Mayor" in note for note in alone.notes)


def test_a_feed_of_parts_only_asks_which_one_is_meant() -> None:
    """With their names, so that the answer can be typed."""
    rows = [
        seen(
            f"b{n}", {"x": 1}, NORTH if n % 2 else SOUTH, contest=f"c{n // 2}", contest_name=f"Ward {n // 2}"
        )
        for n in range(10)
    ]
    with pytest.raises(UsageError, match=r"--contest: Ward 0 \(2 of 10 boxes\)"):
        drafted(survey(rows))


def test_nothing_seen_is_no_night() -> None:
    """Said as such, with the contests there were."""
    with pytest.raises(UsageError, match="Nothing was found to make a night of; there are Mayor"):
        drafted(survey([seen("b1", {"ada": 5})], only=("moon",)), asked=True)


def test_the_ending_is_what_the_rows_add_up_to() -> None:
    """And a recording alone has none."""
    found = survey([seen("b1", {"ada": 5, "bulut": 3}, NORTH)])
    ending = json.loads(drafted(found).files([], [], "…")["ending.json"])
    assert {"ada": 5, "bulut": 3} == ending["contests"]["mayor"]["choices"]
    alone = make(SAID, found, list(SOURCES), whole=False, asked=False, sums=False)
    assert "ending.json" not in alone.files([], [], "…")
