"""The desk of a night with several contests and counts: what is pressed is about what stands there.

Know before changing: a box is in every contest that its voters vote in, so a paper of it may be held back in
several at once, under the same revision (test_desk.py says more of the gateway here).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from election.wire.records import stamp
from tests.browser import desk_night as night
from tests.browser.desk_gateway import REASON, Come, MakeDesk, the_act
from tests.browser.driving import until

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


def test_the_most_votes_are_not_said_of_fewer_boxes_than_hold_them(desk: MakeDesk, come: Come) -> None:
    """Those of marked boxes are among them, which are in no row."""
    page = come(desk(night.contest(quarantine=held() | {"marked": 2, "votes_max": 1080})))
    said = "Held back: 1 box; with 2 marked ones, which do not count, at most 1,080 votes"
    expect(page.locator("#quarantine")).to_have_text(said)


def test_boxes_that_can_change_a_winner_say_of_which_contest(desk: MakeDesk, come: Come) -> None:
    """In the other one they cannot."""
    gateway = desk(night.contest(proposal=None), assembly(quarantine=held() | {"decisive": True}))
    tag = come(gateway).locator(".quarantine .head-line .tag")
    expect(tag).to_have_text("can change the winner: Assembly")
    gateway.put(night.contest(), assembly())
    expect(tag).to_have_text("cannot change the winner")


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


def test_where_several_are_elected_the_margin_at_the_line_is_nobodys_lead(desk: MakeDesk, come: Come) -> None:
    """It lies between the last who is in and the first who is out."""
    waits = night.proposal() | {"elected": ["ada", "bulut"]}
    page = come(desk(assembly(seats=2, leader="ada", proposal=waits)))
    expect(page.locator(".evidence .pair").first).to_have_text("Margin at the line674,449")


def test_what_was_ruled_and_called_says_of_which_contest(desk: MakeDesk, come: Come) -> None:
    """Where there is one alone it says nothing more."""
    gateway = desk(night.contest(), assembly())
    page = come(gateway)
    past = page.locator(".past-of small")
    expect(past.first).to_have_text("E. Kaya · Istanbul metropolitan mayor")
    expect(past.last).to_have_text("Istanbul metropolitan mayor")
    gateway.put(night.contest())
    expect(past.first).to_have_text("E. Kaya")


def test_the_lead_of_a_contest_is_not_drawn_in_the_colours_of_another(desk: MakeDesk, come: Come) -> None:
    """The first of each has the same place on the ballot, and another party."""
    lead = {"leader": "ada", "proposal": night.proposal(id="other") | {"elected": ["ada"]}}
    page = come(desk(night.contest(), assembly(**lead)))
    bar = page.locator(".decide .scale.ink .in")
    fill = "(one) => getComputedStyle(one).fill"
    mayors = "rgb(165, 15, 43)"
    until(page, f"getComputedStyle(document.querySelector('.decide .scale.ink .in')).fill === '{mayors}'")
    page.click(".waits [data-id=other]")
    expect(page.locator(".decide .head-line .quiet")).to_have_text("Assembly")
    assert mayors != bar.evaluate(fill)


def test_only_a_proposal_in_the_place_of_a_withdrawn_one_says_that_it_is_new(
    desk: MakeDesk, come: Come
) -> None:
    """Not that of another contest, to which somebody turns; nor one after a call that was made."""
    gateway = desk(night.contest(), assembly(proposal=night.proposal(id="b1")))
    page = come(gateway)
    page.click(".waits [data-id=b1]")
    gateway.put(night.contest(), assembly(proposal=night.proposal(id="b2")))
    page.click(".waits [data-id=b2]")
    expect(page.locator(".decide")).to_contain_text(NEW)
    page.click(f".waits [data-id='{night.PROPOSAL}']")
    expect(page.locator(".decide .head-line .quiet")).to_contain_text("mayor")
    expect(page.locator(".decide")).not_to_contain_text(NEW)
    page.click(".waits [data-id=b2]")
    expect(page.locator(".decide")).to_contain_text(NEW)
    made = night.told("c9", "call-made", "19:18:00", "Called.", "İlan edildi.") | {"proposal": "b2"}
    gateway.put(night.contest(), assembly(proposal=night.proposal(id="b3"), calls=[made]))
    page.click(".waits [data-id=b3]")
    expect(page.locator(".decide .head-line .quiet")).to_have_text("Assembly")
    expect(page.locator(".decide")).not_to_contain_text(NEW)


def test_how_old_the_newest_is_hangs_on_what_was_heard_and_not_on_frames(desk: MakeDesk, come: Come) -> None:
    """A live desk is sent one every second, whatever has not come for minutes."""
    before = stamp(datetime.now(UTC) - timedelta(seconds=330))
    live: Json = {"mode": "live", "simulated": False, "speed": None, "at": stamp(datetime.now(UTC))}
    gateway = desk(night.contest(at=before), **live)
    page = come(gateway)
    expect(page.locator(".status")).to_contain_text("last data 5 min ago")
    gateway.put(night.contest(at=before, version=999), **live)
    until(page, "sandik.d.contests[0].version === 999")
    expect(page.locator(".status")).to_contain_text("last data 5 min ago")
    gateway.put()
    until(page, "sandik.d.mode === 'replay'")
    heard = page.evaluate("() => sandik.heardAt")
    gateway.put(night.contest(version=1000))
    until(page, "sandik.d.contests[0].version === 1000")
    assert heard == page.evaluate("() => sandik.heardAt")
    gateway.put(at=night.at("19:16:40"))
    until(page, f"sandik.heardAt > {heard}")


def test_what_can_be_taken_back_is_told_to_those_who_listen(desk: MakeDesk, come: Come) -> None:
    """In the one place of the page that is heard; and it is empty again when there is nothing to undo."""
    page = come(desk())
    spoken = page.locator("#spoken")
    expect(spoken).to_be_empty()
    page.click("[data-do=resend]")
    expect(spoken).to_have_text("It is sent again in a few seconds.")
    page.click("[data-do=undo]")
    expect(spoken).to_be_empty()


def test_what_was_said_aloud_leaves_with_whoever_heard_it(desk: MakeDesk, come: Come) -> None:
    """That a call is proposed is nobody's business who comes to the machine next."""
    gateway = desk(night.contest(proposal=None))
    page = come(gateway)
    gateway.put(night.contest())
    expect(page.locator("#alarm")).to_contain_text("A call is proposed")
    page.click("[data-do=sign-out]")
    expect(page.locator("#alarm")).to_be_empty()
    expect(page.locator("#spoken")).to_be_empty()
