"""The desk beside and below the decision: alerts, boxes held back, rulings, deliveries; and who cannot see.

Know before changing: the gateway here is one that does what a test says (test_desk.py says more).
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import desk_night as night
from tests.browser.conftest import OpenPage
from tests.browser.desk_gateway import REASON, SURE, Come, MakeDesk, acts, sign_in, the_act, unhurried

pytestmark = pytest.mark.browser
Json = dict[str, Any]


def test_an_acknowledgement_is_sent_at_once_and_can_be_taken_back(desk: MakeDesk, come: Come) -> None:
    """For some seconds by Undo, later by the button of whoever gave it."""
    gateway = desk()
    page = come(gateway)
    unhurried(page)
    page.click("[data-do=acknowledge][data-id=a5]")
    page.click("[data-do=undo]")
    gateway.until(lambda: len(gateway.acts) == 2)
    assert [{"do": "acknowledge", "alert": "a5"}, {"do": "reopen", "alert": "a5"}] == acts(gateway)
    seen = [night.alerts()[0] | {"acknowledged": {"by": night.SECOND, "at": night.at("19:17:00")}}]
    gateway.put(alerts=[*seen, *night.alerts()[1:]])
    expect(page.locator("#alerts-open")).to_have_text("1 open")
    page.click("[data-do=reopen][data-id=a5]")
    gateway.until(lambda: len(gateway.acts) == 3)
    assert {"do": "reopen", "alert": "a5"} == acts(gateway)[-1]


def test_a_dead_letter_is_sent_again(desk: MakeDesk, come: Come) -> None:
    """Only what is dead has the button."""
    gateway = desk()
    page = come(gateway)
    expect(page.locator("[data-do=resend]")).to_have_count(1)
    page.click("[data-do=resend]")
    expect(page.locator("[data-do=resend]")).to_be_disabled()
    page.evaluate("() => dispatchEvent(new Event('pagehide'))")
    assert {"do": "resend", "delivery": "d1"} == the_act(gateway)


def test_what_waits_to_be_sent_is_sent_before_somebody_signs_out(desk: MakeDesk, come: Come) -> None:
    """It was pressed and not undone; nobody else could send it in that name."""
    gateway = desk()
    page = come(gateway)
    page.click("[data-do=resend]")
    page.click("[data-do=sign-out]")
    assert {"do": "resend", "delivery": "d1"} == the_act(gateway)
    expect(page.locator("#token")).to_be_visible()


def test_an_alert_of_a_dead_letter_has_the_same_button(desk: MakeDesk, come: Come) -> None:
    """In words without what the page says already; and below, who has not heard what."""
    gateway = desk(alerts=[night.gave_up(), *night.alerts()])
    page = come(gateway)
    unhurried(page)
    alert = page.locator(".alerts li").first
    expect(alert).to_contain_text("“wire-partner” (webhook) was not told: 95% counted. Given up")
    expect(page.locator(".unheard")).to_have_text(
        "“wire-partner” has not heard of this: 95% counted. Send it again; if that fails, telephone."
    )
    alert.locator("[data-do=resend]").click()
    expect(page.locator("[data-do=resend]:not([disabled])")).to_have_count(0)
    page.click("[data-do=undo]")
    expect(page.locator("[data-do=resend]:not([disabled])")).to_have_count(2)
    assert [] == gateway.acts


def test_a_call_that_was_taken_back_is_not_sent_again(desk: MakeDesk, come: Come) -> None:
    """Its dead letter stays to be read."""
    late = [one | {"retracted": one["state"] == "dead"} for one in night.deliveries()]
    page = come(desk(alerts=[night.gave_up()], deliveries=late))
    expect(page.locator("tr[data-state=dead]")).to_contain_text("withdrawn since, not sent again")
    expect(page.locator("[data-do=resend]")).to_have_count(0)
    expect(page.locator(".unheard")).to_have_count(0)


def test_what_waits_comes_first_and_nothing_else_asks_to_be_seen(desk: MakeDesk, come: Come) -> None:
    """A minor alert has nothing to acknowledge, and all are there by one press."""
    minor = [night.alerts()[2] | {"id": f"m{at}", "acknowledged": None} for at in range(6)]
    page = come(desk(alerts=[*minor, *night.alerts()]))
    shown = page.locator(".alerts li")
    expect(shown).to_have_count(6)
    expect(shown.locator("[data-do=acknowledge]")).to_have_count(2)
    assert ["a5", "a4"] == [shown.nth(at).get_attribute("data-id") for at in range(2)]
    page.click("[data-do=alerts-all]")
    expect(shown).to_have_count(9)


def test_a_box_held_back_is_decided_with_its_papers_in_view(desk: MakeDesk, come: Come) -> None:
    """With a reason, in two steps."""
    gateway = desk()
    page = come(gateway)
    page.locator("tr[data-box=fatih-1120] [data-do=box-clear]").click()
    expect(page.locator(".papers table")).to_have_count(1)
    page.click("[data-do=box-do]")
    expect(page.locator(".quarantine .problem")).to_contain_text("A reason is needed")
    page.fill(".quarantine textarea", "Tally sheet seen.")
    page.click("[data-do=box-do]")
    data = {"source": "council", "box": "fatih-1120", "revision": 1}
    ruling = {"kind": "quarantine-cleared", "contest": "mayor", "because": "Tally sheet seen.", "data": data}
    assert {"do": "rule"} | ruling == the_act(gateway)


def test_of_two_statements_under_one_revision_none_can_be_counted(desk: MakeDesk, come: Come) -> None:
    """The count never guesses; both can be read, and the box be kept out."""
    page = come(desk())
    row = page.locator("tr[data-box=esenyurt-1893]")
    expect(row.locator("[data-do=box-clear]")).to_have_count(0)
    expect(row.locator("[data-do=box-uphold]")).to_be_visible()
    row.locator("[data-do=toggle]").click()
    expect(page.locator(".papers table")).to_have_count(2)
    expect(page.locator(".papers")).to_contain_text("Only a newer statement")


def test_boxes_are_shown_by_check(desk: MakeDesk, come: Come) -> None:
    """And what they could change stands above them."""
    page = come(desk())
    expect(page.locator("#quarantine")).to_have_text("Held back: 12 boxes, at most 4,224 votes")
    expect(page.locator(".quarantine .tag").first).to_have_text("cannot change the winner")
    page.click(".chip[data-id=Q304]")
    expect(page.locator("tr[data-box]")).to_have_count(2)
    page.click(".chip[data-id='']")
    page.click("[data-do=more]")
    expect(page.locator("tr[data-box]")).to_have_count(7)


def test_a_check_of_which_nothing_is_left_hides_no_other_box(desk: MakeDesk, come: Come) -> None:
    """When the last of them is decided there is no button any more that would lead back to all."""
    gateway = desk()
    page = come(gateway)
    page.click(".chip[data-id=Q304]")
    expect(page.locator("tr[data-box]")).to_have_count(2)
    held = night.quarantine()
    rest = [one for one in held["rows"] if one["code"] == "Q307"]
    gateway.put(night.contest(quarantine=held | {"boxes": len(rest), "rows": rest, "more": 0}))
    expect(page.locator("#quarantine")).to_contain_text("Held back: 3 boxes")
    expect(page.locator("tr[data-box]")).to_have_count(3)


def test_rows_stand_still_under_the_pointer(desk: MakeDesk, come: Come) -> None:
    """What is new comes behind while somebody points at the list, so that no press hits another row."""
    gateway = desk()
    page = come(gateway)
    page.hover("[data-do=acknowledge][data-id=a5]")
    new = night.alerts()[0] | {"id": "a6", "title": "Agency A is silent", "titles": None}
    gateway.put(alerts=[new, *night.alerts()])
    expect(page.locator(".alerts li")).to_have_count(4)
    order = "() => [...document.querySelectorAll('.alerts li')].map((one) => one.dataset.id)"
    assert ["a5", "a4", "a6", "a3"] == page.evaluate(order) or ["a5", "a4", "a3", "a6"] == page.evaluate(
        order
    )


def test_a_ruling_is_recorded_with_what_its_kind_needs(desk: MakeDesk, come: Come) -> None:
    """What it needs is asked for, then the reason, then once more."""
    gateway = desk()
    page = come(gateway)
    page.click("#acts-rule")
    page.select_option("#rule-kind", "certified")
    page.fill("#rule-because", "The mandate is given.")
    page.click("[data-do=ask-rule]")
    expect(page.locator("#rule-choice")).to_be_focused()
    page.select_option("#rule-choice", "imamoglu")
    page.click("[data-do=ask-rule]")
    expect(page.locator(".sure")).to_contain_text("kept for ever")
    assert [] == gateway.acts
    page.click("[data-do=rule]")
    ruling = {"do": "rule", "kind": "certified", "contest": "mayor", "data": {"choice": "imamoglu"}}
    assert ruling | {"because": "The mandate is given."} == the_act(gateway)
    expect(page.locator("#rule-form")).to_have_count(0)


def test_what_a_ruling_needs_is_looked_for_a_second_time(desk: MakeDesk, come: Come) -> None:
    """The day and the reason could have been emptied between the first press and the second."""
    gateway = desk()
    page = come(gateway)
    page.click("#acts-rule")
    page.select_option("#rule-kind", "rerun-set")
    page.fill("#rule-date", "2019-06-30")
    page.fill("#rule-because", "Decided by the council.")
    page.click("[data-do=ask-rule]")
    expect(page.locator("#rule-form .sure")).to_contain_text("It names 30 June 2019.")
    page.fill("#rule-date", "")
    page.click("[data-do=rule]")
    expect(page.locator("#rule-date")).to_be_focused()
    page.fill("#rule-date", "2019-06-30")
    page.fill("#rule-because", "")
    page.click("[data-do=rule]")
    expect(page.locator("#rule-form .problem")).to_contain_text("A reason is needed")
    assert [] == gateway.acts


def test_what_cannot_wait_is_said_aloud_once(desk: MakeDesk, come: Come) -> None:
    """Not what was there when somebody came, and not a second time."""
    gateway = desk(night.contest(proposal=None))
    page = come(gateway)
    expect(page.locator("#alarm")).to_be_empty()
    gateway.put(night.contest())
    expect(page.locator("#alarm")).to_contain_text("A call is proposed: Istanbul")
    expect(page).to_have_title("(1) Desk · Sandık")


def test_markup_in_what_was_typed_or_fed_is_text(desk: MakeDesk, come: Come) -> None:
    """In alerts, rulings, reasons, names of boxes and the gateway's own sentences."""
    evil = "<img src=x onerror=alert(1)><b>bold</b>"
    ruling = {"id": "r", "kind": "annulled", "at": night.at("19:00:00"), "title": evil, "actor": evil}
    alert = {"title": evil, "titles": None, "because": evil, "becauses": None}
    waits = night.proposal(night.signature(night.FIRST, evil))
    gateway = desk(night.contest(proposal=waits, rulings=[ruling]), alerts=[night.alerts()[0] | alert])
    gateway.answers["refuse"] = {"ok": False, "outcome": evil, "d": {"because": evil}}
    page = come(gateway)
    page.fill("textarea", evil)
    page.click("[data-do=ask-refuse]")
    page.click("[data-do=refuse]")
    expect(page.locator(".said")).to_contain_text(evil)
    assert 0 == page.locator("img").count()
    assert page.locator("body").inner_text().count(evil) >= 5


def test_what_is_typed_and_focused_stays_while_the_night_goes_on(desk: MakeDesk, come: Come) -> None:
    """Every frame draws the page anew, and takes nothing from whoever works."""
    gateway = desk()
    page = come(gateway)
    page.locator("textarea").focus()
    for number in range(5):
        page.keyboard.type(f"word{number} ")
        gateway.put(night.contest(version=290 + number), at=night.at(f"19:16:4{number}"))
        expect(page.locator(".status")).to_contain_text(f"19:16:4{number}")
    expect(page.locator("textarea")).to_be_focused()
    assert "word0 word1 word2 word3 word4 " == page.input_value("textarea")


def test_a_call_can_be_signed_with_the_keyboard_alone(desk: MakeDesk, come: Come) -> None:
    """From the field by Tab and Enter; the second question has the focus, and Not yet is behind the yes."""
    gateway = desk()
    page = come(gateway)
    page.locator("textarea").focus()
    page.keyboard.type(REASON)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".sure")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(SURE)).to_be_focused()
    page.keyboard.press("Enter")
    gateway.until(lambda: bool(gateway.acts))
    expect(page.locator(".said")).to_be_focused()


def test_a_dossier_is_made_again_from_the_log(desk: MakeDesk, come: Come) -> None:
    """By whoever wants to know, before signing; what it came to stands beside it."""
    gateway = desk()
    gateway.answers["recompute"] = {"ok": True, "outcome": "done", "d": {"same": True, "because": ""}}
    page = come(gateway)
    page.click("[data-do=recompute]")
    expect(page.locator(".evidence")).to_contain_text("✓ the same bytes")
    assert [{"do": "recompute", "proposal": night.PROPOSAL}] == acts(gateway)


def test_under_the_ban_no_total_is_asked_for(desk: MakeDesk, come: Come) -> None:
    """Boxes and the countdown; a figure that is not there is not written as nought."""
    ban = {"state": "closed", "opens_at": night.at("19:20:00"), "law_opens_at": night.at("21:00:00")}
    held: Json = {"boxes": 12, "votes_max": None, "decisive": None, "rows": []}
    nothing = dict.fromkeys(("proposal", "valid", "leader", "margin_votes", "votes_max"))
    page = come(desk(night.contest(embargo=ban, quarantine=held, **nothing)))
    expect(page.locator("#ban")).to_contain_text("Ban ends in")
    expect(page.locator("#quarantine")).to_have_text("Held back: 12 boxes")
    expect(page.locator("#decide-title")).to_have_text("Nothing waits for you")


def test_before_anything_is_heard_nothing_is_counted_down(desk: MakeDesk, come: Come) -> None:
    """There is no hour of the night yet: the ban is said, without a clock."""
    ban = {"state": "closed", "opens_at": night.at("19:20:00"), "law_opens_at": night.at("21:00:00")}
    page = come(desk(night.contest(embargo=ban, proposal=None), at=None))
    expect(page.locator("#ban")).to_have_text("Publication ban")


def test_a_store_that_is_away_is_said(desk: MakeDesk, come: Come) -> None:
    """What was there stays, told as old."""
    gateway = desk()
    page = come(gateway)
    gateway.send(t="desk", sub="desk", stale_s=12.0)
    expect(page.locator(".status .word")).to_have_text("Store not reached")
    expect(page.locator("#decide-title")).to_have_text("Call it for Ekrem İmamoğlu?")


def test_what_is_refused_for_now_signs_nobody_out(desk: MakeDesk, come: Come) -> None:
    """A gateway that is full is asked again at its next beat; what stands there, and what is typed, stays."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    gateway.send(t="error", sub="desk", code="full", temporary=True, message="Too much.")
    gateway.send(t="beat")
    gateway.until(lambda: 2 == len([one for one in gateway.heard if one["t"] == "subscribe"]))
    gateway.send(t="beat")
    gateway.put(night.contest(), at=night.at("19:16:59"))
    expect(page.locator(".status")).to_contain_text("19:16:59")
    assert REASON == page.input_value("textarea")
    assert 2 == len([one for one in gateway.heard if one["t"] == "subscribe"])


def test_a_gateway_that_has_no_desk_says_so_and_signs_nobody_out(desk: MakeDesk, open_page: OpenPage) -> None:
    """The token is good: the sentence stands where the night would."""
    gateway = desk()
    gateway.refuses = "no-such-kind"
    page = open_page(f"{gateway.url}desk?lang=en")
    sign_in(page, "sandik_second")
    expect(page.locator("#night")).to_have_text(
        "This gateway sends nothing to the desk: it is started without it."
    )
    expect(page.locator("#who b")).to_have_text(night.SECOND)


def test_a_token_that_opens_the_desk_no_more_leads_out_of_it(desk: MakeDesk, come: Come) -> None:
    """The gateway ends what it sends to it."""
    gateway = desk()
    page = come(gateway)
    said = "This needs a token with the scope desk."
    gateway.send(t="error", sub="desk", code="no-scope", temporary=False, message=said)
    expect(page.locator("#problem")).to_contain_text("has not the scope desk")
    expect(page.locator("#token")).to_be_visible()
