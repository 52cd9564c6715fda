"""The one decision in front of the desk: nothing takes it from who is at work, and it goes with the token.

Know before changing: the gateway here is one that does what a test says (test_desk.py says more).
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk_night as night
from tests.browser.desk_gateway import GO, REASON, Come, MakeDesk, acts

pytestmark = pytest.mark.browser
Json = dict[str, Any]
TOLD = "A call is proposed: Assembly."
CALLED = "Called for Ekrem İmamoğlu"
PROPOSED = "Call it for Ekrem İmamoğlu?"


def assembly(**more: Any) -> Json:
    """A second contest, with a proposal that is more urgent than any call in force."""
    facts: Json = {"title": "Assembly", "titles": None, "proposal": night.proposal(id="other")}
    return night.contest(contest="assembly", **facts | more)


def stays(page: Page) -> None:
    """The call is still in front, and what waits is told above it."""
    expect(page.locator(".decide")).to_contain_text(TOLD)
    expect(page.locator("#decide-title")).to_have_text(CALLED)


def test_a_proposal_that_comes_takes_nothing_from_whoever_types_a_reason(desk: MakeDesk, come: Come) -> None:
    """It is told aloud and beside it; with nothing typed and the field left, it comes to the front."""
    gateway = desk(night.called(), assembly(proposal=None))
    page = come(gateway)
    page.locator("textarea").focus()
    gateway.put(night.called(), assembly())
    stays(page)
    expect(page.locator("#alarm")).to_contain_text(TOLD)
    page.keyboard.type(REASON)
    page.locator("textarea").blur()
    gateway.put(night.called(), assembly(version=290), at=night.at("19:16:59"))
    expect(page.locator(".status")).to_contain_text("19:16:59")
    stays(page)
    assert REASON == page.input_value("textarea")
    page.fill("textarea", "")
    page.locator("textarea").blur()
    expect(page.locator("#decide-title")).to_have_text(PROPOSED)
    expect(page.locator(".decide")).not_to_contain_text(TOLD)


def test_a_decision_that_is_asked_about_stays_until_it_is_done(desk: MakeDesk, come: Come) -> None:
    """Then what is more urgent comes, and the answer says of which contest it is."""
    gateway = desk(night.called(), assembly(proposal=None))
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click("[data-do=ask-retract]")
    gateway.put(night.called(), assembly())
    stays(page)
    page.click("[data-do=retract]")
    expect(page.locator("#decide-title")).to_have_text(PROPOSED)
    expect(page.locator(".said b")).to_have_text(
        "Istanbul metropolitan mayor: Your retraction: done, and in the log."
    )
    retraction = {"do": "retract", "contest": "mayor", "call": night.CALL, "because": REASON}
    assert [retraction] == acts(gateway)
    assert "" == page.input_value("textarea")


def test_a_decision_that_is_gone_makes_room(desk: MakeDesk, come: Come) -> None:
    """Whatever was typed for it."""
    gateway = desk(night.called(), assembly(proposal=None))
    page = come(gateway)
    page.fill("textarea", REASON)
    gateway.put(night.retracted(), assembly())
    expect(page.locator("#decide-title")).to_have_text(PROPOSED)
    assert "" == page.input_value("textarea")


def test_whoever_turns_to_what_is_more_urgent_comes_back_to_what_was_typed(
    desk: MakeDesk, come: Come
) -> None:
    """Each has a reason of its own."""
    gateway = desk(night.called(), assembly())
    page = come(gateway)
    page.click(f".waits [data-id='{night.CALL}']")
    expect(page.locator("#decide-title")).to_have_text(CALLED)
    page.fill("textarea", REASON)
    page.click(".waits [data-id=other]")
    expect(page.locator("#decide-title")).to_have_text(PROPOSED)
    assert "" == page.input_value("textarea")
    page.click(GO)
    expect(page.locator(".problem:visible")).to_contain_text("A reason is needed")
    page.click(f".waits [data-id='{night.CALL}']")
    expect(page.locator("textarea")).to_have_value(REASON)
    assert [] == gateway.acts


def test_nothing_of_the_night_stays_in_a_hidden_tab_either(desk: MakeDesk, come: Come) -> None:
    """A hidden page draws nothing; but what a token no longer shows leaves it at once."""
    gateway = desk()
    page = come(gateway)
    page.evaluate("() => Object.defineProperty(document, 'hidden', { value: true })")
    gateway.away(3401)
    expect(page.locator("#problem")).to_contain_text("expired or was revoked")
    assert "" == page.locator("#night").inner_html()
