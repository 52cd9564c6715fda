"""What the trailer needs, place by place: sums of the places, and nothing that tells too early."""

from copy import deepcopy

import pytest

from tests.browser import fakes
from tests.browser.fake_odd import tie, two_seats
from tests.web.asking import MAYOR, answers, counted, get
from web.face import face_of
from web.html import Filler
from web.needs import OUTSIDE, ROWS_MAX, block, needed, needs, together, told
from web.pages import page_values
from web.replies import Request
from web.words import words

EN = words("en")


def test_every_place_with_boxes_out_is_a_row_and_the_sum_is_the_whole() -> None:
    """Most votes expected first."""
    s = fakes.march_close()
    found = needed(s, face_of(s))
    assert found is not None
    out = s["counted"]["boxes_total"] - s["counted"]["boxes"]
    assert out == found.total.boxes
    expected = [row.expected for row in found.rows]
    assert sorted(expected, reverse=True) == expected
    assert found.total == together(found.rows)


def test_a_row_is_what_its_place_says() -> None:
    """The register out, at the rate of valid votes to the register counted; worth as they went so far."""
    s = fakes.june()
    found = needed(s, face_of(s))
    assert found is not None
    row = next(row for row in found.rows if row.area == "fatih")
    place = s["areas"]["fatih"]
    register = place["counted"]["registered"]
    expected = (place["counted"]["registered_total"] - register) * place["valid"] // register
    gap = place["choices"]["imamoglu"] - place["choices"]["yildirim"]
    assert (16, expected) == (row.boxes, expected)
    assert round(expected * gap / place["valid"]) == row.worth
    assert expected * place["choices"]["yildirim"] // place["valid"] == row.theirs


def test_worth_has_the_mark_of_whom_it_helps() -> None:
    """▲ for the one on the left, ▼ for the one on the right, whoever trails."""
    for s in (fakes.june(), fakes.march_close()):
        made = told(s, face_of(s), EN, 99)
        assert made is not None
        for row in made["rows"]:
            assert row[6] == {"▲": 0, "▼": 1}.get(row[5][0])


@pytest.mark.parametrize("make", [fakes.june_closed, fakes.march_early])
def test_nothing_is_said_before_a_lead_may_be(make: object) -> None:
    """Who trails says who leads."""
    s = make()  # type: ignore[operator]
    assert needed(s, face_of(s)) is None
    html = block(s, face_of(s), Filler(page_values(s, face_of(s), EN)), EN)
    assert not [one["name"] for one in s["choices"][:2] if one["short"] in html.partition("q1.text")[0]]


def test_the_largest_stand_alone_and_the_others_are_one() -> None:
    """With the sum of all below them."""
    s = fakes.june()
    face = face_of(s)
    made, found = told(s, face, EN), needed(s, face)
    assert made is not None
    assert found is not None
    assert ROWS_MAX + 2 == len(made["rows"])
    assert f"{len(found.rows) - ROWS_MAX} others" == made["rows"][ROWS_MAX][0]
    assert ("All", "1,559") == tuple(made["rows"][-1][:2])


def test_more_than_all_has_no_line_in_the_bars() -> None:
    """126.9 percent lies outside; 50.6 in the middle."""
    s = fakes.june()
    impossible = told(s, face_of(s), EN)
    s = deepcopy(s)
    s["needs"] |= {"share": 0.506, "word": "possible"}
    possible = told(s, face_of(s), EN)
    assert impossible is not None
    assert possible is not None
    assert (OUTSIDE, "50.60%") == (impossible["line"], possible["line"])


def test_a_place_of_which_nothing_is_counted_promises_nothing() -> None:
    """Its boxes are out; what they hold cannot be said."""
    s = fakes.june()
    s["areas"]["fatih"]["counted"] |= {"boxes": 0, "registered": 0}
    s["areas"]["fatih"] |= {"valid": 0, "choices": {}}
    found = needed(s, face_of(s))
    assert found is not None
    row = next(row for row in found.rows if row.area == "fatih")
    assert (838, 0, 0, 0) == (row.boxes, row.expected, row.theirs, row.worth)
    made = told(s, face_of(s), EN, 99)
    assert made is not None
    assert ["Fatih", "838", "0", "0.00%", "–", "0", None] in made["rows"]


def test_in_a_contest_of_many_the_trailer_gains_or_loses() -> None:
    """+ and −, without a mark."""
    s = two_seats()
    face = face_of(s)
    made = told(s, face, EN, 99)
    if made is None:
        assert not needed(s, face)
        return
    assert all(row[6] is None and not set("▲▼") & set(row[5]) for row in made["rows"])


def test_when_no_box_is_out_the_block_is_hidden() -> None:
    """There is nothing more to need."""
    s = fakes.annulled()
    s["needs"] = {"choice": "yildirim", "share": None, "word": "undefined", "because": ""}
    html = block(s, face_of(s), Filler(page_values(s, face_of(s), EN)), EN)
    assert 'hidden=""' in html.partition(">")[0]
    tied = tie()
    assert tied["needs"]["word"] != "undefined"
    assert told(tied, face_of(tied), EN) is None, (
        "with all counted a tie has no trailer who could win a place"
    )


def test_the_page_says_every_place() -> None:
    """And what worth means."""
    gateway = answers(counted(0.6))
    page = get(gateway, f"/part/needs/{MAYOR}").body.decode()
    assert "<h1>" in page
    assert "Worth" in page or "Nothing can be said" in page


@pytest.mark.parametrize("state", ["recount", "certified", "annulled", "rerun", "tie by lot"])
def test_when_boxes_never_came_and_the_result_did_nobody_needs_anything(state: str) -> None:
    """Neither on the board, as its question is not asked then, nor on the page, which says why."""
    s = fakes.june()
    face = face_of(s)
    assert needed(s, face) is not None
    s["call"]["state"] = state
    html = block(s, face, Filler(page_values(s, face, EN)), EN)
    assert (None, True) == (told(s, face, EN), 'hidden=""' in html.partition(">")[0])
    asked = answers(counted(0.1))._asked("part", f"needs/{MAYOR}", {}, Request("GET", f"/part/needs/{MAYOR}"))
    made = needs(asked, s, EN)
    assert (EN.say("needs.none"), EN.say("needs.why_none"), ()) == (made.title, made.sub, made.blocks)
    assert "the count of the night is over" in made.sub
