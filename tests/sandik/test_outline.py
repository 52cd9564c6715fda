"""A recording in short, for a timeline."""

from election.wire.records import Record, Ruling, read_time
from sandik import folders, recordings
from sandik.outline import BARS_MAX, choices, outline

PRACTICE = folders.load("practice")
JUNE = folders.load("istanbul-2019-06-23")
MARCH = folders.load("istanbul-2019-03-31")


def records(folder: folders.Folder) -> list[Record]:
    """The night's own recording."""
    return [one for one in recordings.heard(folder.recording, folder.night) if isinstance(one, Record)]


def test_every_box_stands_in_one_bar_and_every_decision_is_a_mark() -> None:
    """Boxes that come again are not counted again; the ban of June is among the marks."""
    found = outline(records(JUNE), JUNE.night)
    assert 31_186 == found["boxes"] == sum(found["bars"])
    assert ["embargo-announced", "embargo-lifted", "concession"] == [mark["kind"] for mark in found["marks"]][
        :3
    ]
    assert "2019-06-23T16:15:00.000Z" == found["marks"][1]["at"]


def test_it_holds_no_figure_of_any_box() -> None:
    """It may be seen while nothing may be published."""
    found = outline(records(PRACTICE), PRACTICE.night)
    assert {"begin", "step_s", "bars", "marks", "boxes"} == found.keys()
    assert {"at", "kind", "contest", "actor", "text", "texts"} == found["marks"][0].keys()


def test_what_is_decided_weeks_later_stretches_no_evening() -> None:
    """March was annulled on 6 May: a mark, and no bars for five weeks."""
    found = outline(records(MARCH), MARCH.night)
    assert len(found["bars"]) <= BARS_MAX
    assert "annulled" in [mark["kind"] for mark in found["marks"]]


def test_a_night_without_an_hour_of_its_own_begins_with_its_first_record() -> None:
    """Else there would be nothing to measure from."""
    heard = records(PRACTICE)
    rulings = [one for one in heard if isinstance(one, Ruling)]
    found = outline(heard, PRACTICE.night)
    assert read_time(found["begin"], "begin") <= min(one.heard_at for one in rulings)


def test_what_can_be_broken_is_named_with_the_limit_of_its_silence() -> None:
    """A source that sets none has the night's."""
    found = choices(PRACTICE.night)
    assert set(PRACTICE.night.sources) == {one["id"] for one in found["sources"]}
    assert all(one["stall_after_s"] > 0 for one in found["sources"])
    assert {area.id for area in PRACTICE.night.areas.values() if area.level == PRACTICE.night.levels[-1]} == {
        one["id"] for one in found["areas"]
    }
