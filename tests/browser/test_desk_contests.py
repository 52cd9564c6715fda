"""The desk of a night with several contests and counts: what is pressed is about what stands there.

Know before changing: a box is in every contest that its voters vote in, so a paper of it may be held back in
several at once, under the same revision (test_desk.py says more of the gateway here).
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import desk_night as night
from tests.browser.desk_gateway import REASON, Come, MakeDesk, the_act

pytestmark = pytest.mark.browser
Json = dict[str, Any]
CHOICES: list[Json] = [{"id": "ada", "name": "Ada Deniz"}, {"id": "bulut", "name": "Bulut Ova"}]
NEW = "This is a new proposal."


def assembly(**more: Any) -> Json:
    """A second contest over the same boxes."""
    facts: Json = {"contest": "assembly", "title": "Assembly", "titles": None, "choices": CHOICES}
    facts |= {"proposal": None, "quarantine": held(), "rulings": [], "calls": []}
    return night.contest(**facts | more)


def held(**more: Any) -> Json:
    """One box held back."""
    [box] = [one for one in night.quarantine()["rows"] if one["box"] == "fatih-1120"]
    return {"boxes": 1, "votes_max": 352, "decisive": False, "more": 0, "rows": [box | more]}


def test_a_box_held_back_in_two_contests_is_decided_in_the_one_that_is_pressed(
    desk: MakeDesk, come: Come
) -> None:
    """Each is a row of its own that says of which contest it is."""
    gateway = desk(night.contest(proposal=None, quarantine=held()), assembly())
    page = come(gateway)
    rows = page.locator("tr[data-box=fatih-1120]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0).locator("th")).to_have_text("Fatih 1120 · Istanbul metropolitan mayor")
    expect(rows.nth(1).locator("th")).to_have_text("Fatih 1120 · Assembly")
    rows.nth(1).locator("[data-do=box-clear]").click()
    expect(page.locator(".quarantine textarea")).to_have_count(1)
    page.fill(".quarantine textarea", REASON)
    page.click("[data-do=box-do]")
    data = {"source": "council", "box": "fatih-1120", "revision": 1}
    ruling = {"kind": "quarantine-cleared", "contest": "assembly", "because": REASON, "data": data}
    assert {"do": "rule"} | ruling == the_act(gateway)


def test_a_box_of_another_count_says_whose_it_is(desk: MakeDesk, come: Come) -> None:
    """The heading is about the count that is shown, and does not say that nothing is held back at all."""
    page = come(desk(night.contest(quarantine=held(source="party") | {"boxes": 0})))
    expect(page.locator("#quarantine")).to_have_text("No box of the count that is shown is held back")
    expect(page.locator("tr[data-box=fatih-1120] th")).to_have_text("Fatih 1120 · Party’s tallies")


def test_a_box_that_was_kept_out_says_by_whom_and_why(desk: MakeDesk, come: Come) -> None:
    """It can still be counted, and nobody has to keep it out a second time."""
    upheld = {"by": night.FIRST, "at": night.at("19:16:40"), "because": "The sheet is missing."}
    page = come(desk(night.contest(quarantine=held(upheld=upheld))))
    row = page.locator("tr[data-box=fatih-1120]")
    expect(row).to_contain_text("Kept out by E. Kaya, 19:16:40: “The sheet is missing.”")
    expect(row.locator("[data-do=box-clear]")).to_be_visible()
    expect(row.locator("[data-do=box-uphold]")).to_have_count(0)


def test_who_is_certified_is_a_choice_of_the_contest_that_is_named(desk: MakeDesk, come: Come) -> None:
    """Turning to another contest leaves nothing chosen of the one before; the name is read before the yes."""
    gateway = desk(night.contest(proposal=None), assembly())
    page = come(gateway)
    page.click("#acts-rule")
    page.select_option("#rule-kind", "certified")
    page.select_option("#rule-choice", label="Ekrem İmamoğlu")
    page.select_option("#rule-contest", "assembly")
    expect(page.locator("#rule-choice option")).to_have_text(["–", "Ada Deniz", "Bulut Ova"])
    assert "" == page.input_value("#rule-choice")
    page.fill("#rule-because", REASON)
    page.click("[data-do=ask-rule]")
    expect(page.locator("#rule-choice")).to_be_focused()
    page.select_option("#rule-choice", label="Bulut Ova")
    page.click("[data-do=ask-rule]")
    expect(page.locator("#rule-form .sure")).to_contain_text("It names Bulut Ova.")
    page.click("[data-do=rule]")
    ruling = {"do": "rule", "kind": "certified", "contest": "assembly", "data": {"choice": "bulut"}}
    assert ruling | {"because": REASON} == the_act(gateway)


def test_where_several_are_elected_a_certificate_names_all_of_them(desk: MakeDesk, come: Come) -> None:
    """One of two would stand on the board as if it were the whole result."""
    gateway = desk(assembly(seats=2))
    page = come(gateway)
    page.click("#acts-rule")
    page.select_option("#rule-kind", "certified")
    page.fill("#rule-because", REASON)
    page.click("[data-do=ask-rule]")
    expect(page.locator("#rule-elected")).to_be_focused()
    page.select_option("#rule-elected", ["ada", "bulut"])
    page.click("[data-do=ask-rule]")
    expect(page.locator("#rule-form .sure")).to_contain_text("It names Ada Deniz, Bulut Ova.")
    page.click("[data-do=rule]")
    ruling = {"do": "rule", "kind": "certified", "contest": "assembly", "data": {"elected": "ada,bulut"}}
    assert ruling | {"because": REASON} == the_act(gateway)


def test_what_was_ruled_and_called_says_of_which_contest(desk: MakeDesk, come: Come) -> None:
    """Where there is one alone it says nothing more."""
    gateway = desk(night.contest(), assembly())
    page = come(gateway)
    past = page.locator(".past-of small")
    expect(past.first).to_have_text("E. Kaya · Istanbul metropolitan mayor")
    expect(past.last).to_have_text("Istanbul metropolitan mayor")
    gateway.put(night.contest())
    expect(past.first).to_have_text("E. Kaya")
