"""What was told, in Chromium: the list that grows over the socket, the call's strip, and what is marked."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live
from tests.browser.fake_story import JUNE, call
from web import pages

pytestmark = pytest.mark.browser
LINES = """(root) => [...root.querySelectorAll('sandik-told li')].map((line) =>
    [line.dataset.id, line.dataset.group, line.querySelector('time').dateTime, line.innerHTML])"""


def lines(page: Page) -> list[list[str]]:
    """The list as it stands in the page."""
    found: list[list[str]] = page.evaluate(f"() => ({LINES})(document)")
    return found


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("name", ["june", "withdrawn", "annulled", "march_close", "yes_no"])
def test_browser_and_server_write_the_same_list(
    name: str, lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A page that was sent empty arrives at the list that the server sends."""
    night = fakes.FAKES[name]()
    served = gateway(night)
    served.page = night | {"alerts": [], "version": 0}
    page = open_page(f"{served.url}?lang={lang}")
    live(page, night["version"])
    read = f"(html) => ({LINES})(new DOMParser().parseFromString(html, 'text/html'))"
    assert page.evaluate(read, pages.board(night, lang).decode()) == lines(page)


def test_a_new_alert_is_put_in_and_the_others_stay(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Newest first; the lines that were there are the same elements, so nobody who reads loses the place."""
    night = fakes.june() | {"alerts": JUNE[1:]}
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator("sandik-told li")).to_have_count(4)
    page.evaluate("() => { document.querySelector('sandik-told li').seen = true; }")
    served.show(fakes.june())
    expect(page.locator("sandik-told li")).to_have_count(5)
    expect(page.locator("sandik-told li").first).to_contain_text("A correction moved the margin")
    assert page.evaluate("() => document.querySelectorAll('sandik-told li')[1].seen")
    served.show(fakes.june() | {"alerts": JUNE[:2]})
    expect(page.locator("sandik-told li")).to_have_count(2)


def test_what_was_told_is_there_without_javascript(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Call, reason and list are in the page that the server sends."""
    page = open_page(gateway(fakes.withdrawn()).url, java_script_enabled=False)
    expect(page.locator(".strip-call")).to_contain_text("Withdrawn 21:07. Küçükçekmece was withdrawn")
    expect(page.locator(".strip-call .past")).to_have_text(re.compile("^The call before: İmamoğlu, 19:16"))
    expect(page.locator("sandik-told li").first).to_contain_text("The call of İmamoğlu is withdrawn.")
    feeds = page.locator("link[rel=alternate]")
    expect(feeds).to_have_count(2)


def test_a_call_that_is_withdrawn_stays_on_the_page(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Called, then withdrawn: the badge says both, and the strip says why."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator(".badge")).to_have_text("CALLED 19:16 · İmamoğlu")
    served.show(fakes.withdrawn())
    expect(page.locator(".badge")).to_have_text("WITHDRAWN 21:07")
    expect(page.locator(".was")).to_have_text("called 19:16")
    expect(page.locator(".past")).to_be_visible()


def test_annulled_totals_are_striped_and_say_so(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Stripes on strip and tiles, and words: they are kept, and are no result."""
    night = fakes.annulled()
    page = open_page(gateway(night).url)
    live(page, night["version"])
    for selector, drawn in ((".tile[data-c] button", "backgroundImage"), ("svg.strip", "maskImage")):
        style = f"getComputedStyle(document.querySelector('{selector}')).{drawn}"
        assert "repeating-linear-gradient" in page.evaluate(f"() => {style}")
    expect(page.locator(".strip-call")).to_contain_text("no longer a result")
    expect(page.locator(".status .official")).to_have_text("Annulled")


def test_why_there_is_no_call_is_asked_until_there_is_one(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The question has the reason that was told; with a call it gives way to the strip."""
    night = fakes.june() | {"call": call("open", because="The margin is 674449 votes.")}
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    why = page.get_by_role("heading", name="Why is there no call?")
    expect(why).to_be_visible()
    expect(page.locator(".questions").first).to_contain_text("The margin is 674449 votes.")
    expect(page.locator(".strip-call")).to_be_hidden()
    served.show(fakes.june())
    expect(why).to_be_hidden()
    expect(page.locator(".strip-call")).to_be_visible()


def test_a_stalled_source_is_said_in_words(gateway: MakeGateway, open_page: OpenPage) -> None:
    """In the status line if it is the one that is shown, and beside the source."""
    night = fakes.march_close()
    page = open_page(gateway(night).url)
    live(page, night["version"])
    expect(page.locator(".state .word")).to_have_text("Stalled: Agency A silent for 11 min")
    expect(page.locator(".silence").first).to_have_text("STALLED · silent 11 min · 31 boxes a minute before")


def test_an_alert_is_spoken_in_the_one_polite_place(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Who listens hears what was told, by the same place and no more often than the headline."""
    night = fakes.june() | {"alerts": JUNE[1:]}
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    served.show(fakes.june())
    expect(page.locator("#spoken")).to_have_text("A correction moved the margin by 1,204 votes.")
    expect(page.locator("[role=status], [aria-live], [role=alert], [role=log]")).to_have_count(1)
