"""What is drawn of a contest: true to its points, free of a lead that may not be said, and in words."""

from itertools import pairwise
from typing import Any

import pytest

from tests.browser import fakes
from tests.browser.fake_odd import two_seats
from tests.web.courses import JUMP, hour, june, june_steps, march, taken
from web.face import face_of
from web.plotted import BY, POINTS_MAX, in_points, plan, signed, sub, thin
from web.points import Line, moment
from web.series import facts
from web.words import words

EN, TR = words("en"), words("tr")


def drawn(line: Line, s: dict[str, Any], by: str = "clock", lang: str = "en") -> dict[str, Any]:
    """The plan of a line at a snapshot."""
    return plan(facts(line, s), s, face_of(s), words(lang), by)


@pytest.mark.parametrize("by", BY)
def test_the_last_of_each_line_is_what_the_page_says(by: str) -> None:
    """In points, at its end, and in the sentence for those who do not see it."""
    line, s = june()
    made = drawn(line, s, by)
    lead = made["columns"][2][-1]
    assert round(100 * s["margin_votes"] / s["valid"], 3) == lead
    ours = next(end for end in made["ends"] if end[4])
    assert (lead, f"▲ {EN.points(s['margin_votes'], s['valid'], 2)}", 0) == (ours[0], ours[1], ours[3])
    assert f"{ours[1]} points at 94.9% counted, at 19:45" == made["said"]


@pytest.mark.parametrize("by", BY)
def test_every_line_has_a_value_for_each_x_or_none(by: str) -> None:
    """In rising order, so that whoever draws them need not look."""
    for line, s in (june(), march()):
        made = drawn(line, s, by)
        xs, *columns = made["columns"]
        assert all(a < b for a, b in pairwise(xs))
        assert {len(xs)} == {len(column) for column in columns} | {len(made["reads"])}
        assert len(columns) == len(made["lines"])
        assert made["x"][0] <= xs[0]
        assert xs[-1] <= made["x"][1]


def test_what_was_held_back_is_a_stretch_without_a_line() -> None:
    """From the left to the hour the ban ended; half of the width at most; and how much it was."""
    line, s = june()
    made = drawn(line, s)
    opened = moment(hour("19:15:00"))
    assert opened == made["held"]
    assert (made["x"][0] + made["x"][1]) / 2 >= opened
    assert min(made["columns"][0]) == opened
    assert f"Held back until 19:15; then {JUMP:,} boxes at once" == made["note"]
    assert [opened, "19:15 ban lifted"] == made["marks"][0]
    assert round(100 * JUMP / 31186, 2) == drawn(line, s, "share")["held"]


def test_under_the_ban_and_while_too_little_is_counted_there_are_boxes_alone() -> None:
    """No lead, no mark, no side; the boxes of every five minutes add up to all that came."""
    steps = list(june_steps())
    line, s = taken(iter(steps[:25]))
    made = drawn(line, s)
    assert (False, ["bars"], [], [None, None]) == (made["open"], made["lines"], made["ends"], made["sides"])
    assert s["received"]["boxes"] == sum(made["columns"][1])
    assert [[moment(hour("19:15:00")), "19:15 ban ends"]] == made["marks"]
    early = fakes.march_early()
    line, _ = taken(iter([early]))
    assert not drawn(line, early)["open"]


def test_too_little_counted_is_a_line_of_its_own_and_does_not_stretch_the_scale() -> None:
    """Dotted until three boxes in ten are counted; the first ones went far off."""
    line, s = march()
    made = drawn(line, s)
    early, ours = made["columns"][1:3]
    first = next(at for at, one in enumerate(ours) if one is not None)
    share = 100 * facts(line, s)["points"]["boxes"][first] / s["counted"]["boxes_total"]
    assert 30 <= share < 32
    assert early[first] == ours[first]
    assert early[first + 1] is None
    assert made["y"][0] < min(one for one in ours if one is not None)


def test_other_counts_have_lines_and_ends_of_their_own() -> None:
    """Beside the published one, each with its name; the recount band lies around the middle."""
    line, s = march()
    made = drawn(line, s)
    others = [one for one in s["sources"] if not one["published"]]
    assert ["early", "ours", "then", *("count" for _ in others)] == made["lines"]
    assert {one["name"] for one in others} <= {end[2] for end in made["ends"]}
    assert 0.5 == made["band"]
    assert [moment(hour("20:40:00", "2019-03-31")), "20:40 a count falls silent"] in made["marks"]


def test_while_every_count_stands_still_the_clock_goes_on() -> None:
    """That a count fell silent is told after the last paper was heard, and is drawn all the same."""
    line, s = march()
    stood, later = moment(s["at"]), hour("23:25:00", "2019-03-31")
    told = {"id": "a2", "seq": 2, "kind": "source-stalled", "at": later, "title": "Silent", "titles": {}}
    after = s | {"version": s["version"] + 1, "alerts": [*s["alerts"], told]}
    line.take(after)
    made = drawn(line, after)
    assert stood == made["columns"][0][-1] < moment(later) == made["x"][1]
    assert [moment(later), "23:25 a count falls silent"] in made["marks"]


def test_turkish_has_its_own_clock_and_decimals() -> None:
    """19.15, and 8,1."""
    line, s = june()
    made = drawn(line, s, lang="tr")
    assert "19.15 yasak kalktı" == made["marks"][0][1]
    assert "," in made["ends"][0][1]
    assert "%30" in sub(s, face_of(s), TR)


def test_in_a_contest_of_many_no_side_has_a_colour() -> None:
    """The margin at the line is above the middle, and has no mark."""
    s = two_seats()
    line, _ = taken(iter([s]))
    made = drawn(line, s)
    assert [None, None] == made["sides"]
    assert made["ends"][0][3] is None
    assert not set("▲▼") & set(made["ends"][0][1])


@pytest.mark.parametrize(("value", "said"), [(0.0, "0"), (0.004, "0"), (8.124, "▲ 8.12"), (-0.05, "▼ 0.05")])
def test_a_lead_of_nothing_has_no_mark(value: float, said: str) -> None:
    """Nor one that is nothing when it is rounded."""
    assert said == signed(value, face_of(fakes.june()), EN)


def test_a_lead_is_rounded_once() -> None:
    """8.6746 points are 8.67, as the race strip says, and not 8.675 and then 8.68."""
    s = fakes.final()
    assert "8.67" == EN.points(86_746, 1_000_000, 2)
    assert "▲ 8.67" == signed(in_points(86_746, 1_000_000) or 0, face_of(s), EN)


@pytest.mark.parametrize("count", [0, 1, 2, 240, 241, 1000, 4801])
def test_of_many_points_some_are_drawn_and_always_the_last(count: int) -> None:
    """No more than there is room for."""
    found = thin(count)
    assert POINTS_MAX + 1 >= len(found)
    assert found[-1:] == ([count - 1] if count else [])
