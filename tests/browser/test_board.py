"""The board in Chromium: the rules of the page, each as a test with its sentence."""

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, said, sent, until
from tests.browser.fake_story import call
from web import pages

pytestmark = pytest.mark.browser


def other_moment(night: fakes.Snapshot) -> fakes.Snapshot:
    """The same night at another moment, so that everything has to be renewed."""
    if night["embargo"]["state"] == "open":
        return fakes.embargoed(night) | {
            "embargo": {"state": "closed"},
            "headline": {"en": "Before", "tr": "Önce"},
        }
    return fakes.june() | {key: night.get(key) for key in ("night", "sources", "lineage")}


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_browser_and_server_say_the_same(
    name: str, lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """For the same snapshot the page that JavaScript arrives at is the page that the server sends."""
    night = fakes.FAKES[name]()
    served = gateway(night)
    served.page = other_moment(night) | {"version": 0}
    page = open_page(f"{served.url}?lang={lang}")
    live(page, night["version"])
    assert sent(page, pages.board(night, lang)) == said(page)


def test_numbers_without_javascript(gateway: MakeGateway, open_page: OpenPage) -> None:
    """With JavaScript off the page says the numbers, of the whole and of every district."""
    served = gateway(fakes.june())
    page = open_page(served.url, java_script_enabled=False)
    expect(page.locator("h1")).to_contain_text("674,449")
    expect(page.locator(".race .side.l")).to_contain_text("4,456,777 votes")
    expect(page.locator("tr[data-area=fatih]")).to_contain_text("822/838")
    expect(page.locator("tbody tr[data-area]")).to_have_count(39)


def test_it_says_that_it_changes_by_itself_only_where_it_does(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Not without JavaScript, where a reader would wait for ever, and not on the board of another time."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator(".keep")).to_be_visible()
    expect(open_page(served.url, java_script_enabled=False).locator(".keep")).to_be_hidden()
    then = open_page(f"{served.url}?as_of=2019-06-23T16:06:00.000Z")
    until(then, "globalThis.sandik?.store.painted")
    expect(then.locator(".keep")).to_be_hidden()


def test_nothing_about_votes_is_in_the_page_before_the_embargo_opens(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Before the embargo opens there is a countdown and boxes received; no vote, no turnout, no colour."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator("sandik-countdown .big")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(page.locator(".race")).to_be_hidden()
    expect(page.locator(".tile[data-c], tr[data-c]")).to_have_count(0)
    expect(page.locator("tr[data-area=fatih]")).to_contain_text("787/838")
    text = page.evaluate("() => document.documentElement.outerHTML")
    assert "107019" not in text
    assert "107,019" not in text


def test_the_countdown_of_a_replay_that_stands_still_does_not_run_out(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Where nothing comes although it plays, the page goes a minute beyond the newest data at most."""
    night = fakes.june_closed()
    served = gateway(night)
    served.hello |= {"replay": {"speed": 60, "paused": False}}
    page = open_page("about:blank")
    page.clock.install()
    page.goto(served.url)
    live(page, night["version"])
    page.clock.run_for(60_000)
    minutes, seconds = page.locator("sandik-countdown .big").inner_text().split(":")
    newest, opens = (datetime.fromisoformat(one) for one in (night["at"], night["embargo"]["opens_at"]))
    assert (opens - newest).total_seconds() - 60 == int(minutes) * 60 + int(seconds)


def test_the_jump_is_one_frame_and_moves_nothing(gateway: MakeGateway, open_page: OpenPage) -> None:
    """When the ban is lifted everything comes in one paint, and what lies below stays where it was.

    A call is made after that, by a rule and a desk.
    """
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    top = "document.querySelector('.places').getBoundingClientRect().top + scrollY"
    before, paints = page.evaluate(f"() => [{top}, sandik.store.paints]")
    served.show(fakes.june() | {"call": call("open", because="The margin is 674449 votes.")})
    live(page, night["version"] + 1)
    assert paints + 1 == page.evaluate("() => sandik.store.paints")
    assert before == page.evaluate(f"() => {top}")
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")
    expect(page.locator("sandik-countdown")).to_be_hidden()


def test_no_lead_colour_before_the_threshold(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Under the threshold of the contest nothing has a colour, not even districts that are past it."""
    night = fakes.march_early()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator("main [data-c]:not(.chip)")).to_have_count(0)
    expect(page.locator(".mid .lead")).to_have_text("27.9%")
    expect(page.locator(".tile [data-area=bagcilar] .v")).to_have_text("50%")


def test_a_district_below_the_threshold_stays_grey(gateway: MakeGateway, open_page: OpenPage) -> None:
    """A district below the threshold is grey and says its progress, while the others have colours."""
    night = fakes.june()
    night["areas"]["fatih"]["counted"] |= {"boxes": 251}
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    fatih = page.locator(".tile:has([data-area=fatih])")
    assert fatih.get_attribute("data-c") is None
    expect(fatih.locator(".v")).to_have_text("29%")
    expect(page.locator(".tile[data-c]")).to_have_count(38)


def test_tiles_are_read_with_the_arrow_keys(gateway: MakeGateway, open_page: OpenPage) -> None:
    """One tab stop; arrows move between neighbours; the readout says name, candidate and unit."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    page.locator(".tile [data-area=zeytinburnu]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tile [data-area=fatih]")).to_be_focused()
    expect(page.locator(".readout")).to_contain_text("Fatih 822 of 838 boxes, 98% counted")
    expect(page.locator(".readout")).to_contain_text("107,707 votes · ahead by 688")
    expect(page.locator(".tile button[tabindex='0']")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(page.locator(".readout")).to_contain_text(re.compile("Bayrampaşa|Şişli"))
    expect(
        page.get_by_role("button", name="Fatih: Yıldırım ahead by 0.32 points, 98% of boxes counted")
    ).to_be_visible()


def test_rows_are_sorted_and_do_not_move_under_the_pointer(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Heads sort; while the pointer is on a row a new order waits until it leaves."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    first = page.locator("sandik-table tbody tr").first
    expect(first).to_have_attribute("data-area", "kadikoy")
    page.get_by_role("button", name="District").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("District")
    expect(first).to_have_attribute("data-area", "adalar")
    page.get_by_role("button", name="Lead, votes").click()
    expect(first).to_have_attribute("data-area", "kadikoy")
    first.hover()
    moved = fakes.june()
    moved["areas"]["adalar"]["choices"] |= {"imamoglu": 900000}
    moved["areas"]["adalar"]["valid"] = 903000
    served.show(moved)
    live(page, night["version"] + 1)
    expect(first).to_have_attribute("data-area", "kadikoy")
    page.mouse.move(0, 0)
    expect(first).to_have_attribute("data-area", "adalar")


def test_filters_by_part(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The table can be narrowed to a side of the city and to what is not complete."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    page.get_by_role("button", name="Asia 14").click()
    expect(page.locator("sandik-table tbody tr:visible")).to_have_count(14)
    expect(page.get_by_role("button", name="Not complete 38")).to_be_visible()


def test_markup_in_names_is_text(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Text of a night with markup in it is shown as text and never executed."""
    nasty = "<img src=x onerror=\"document.title='broken'\"><b>&amp;"
    night = fakes.yes_no()
    night["headline"] = {"en": nasty}
    night["areas"]["ashby"]["name"] = nasty
    night["choices"][0] |= {"name": nasty, "short": nasty}
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator("h1")).to_have_text(nasty)
    changed = dict(night) | {"headline": {"en": nasty + "!"}}
    served.show(changed)
    expect(page.locator("h1")).to_have_text(nasty + "!")
    expect(page.locator("img")).to_have_count(0)
    assert nasty + "! · Sandık" == page.title()


@pytest.mark.parametrize(("name", "width", "lang"), [("june", 768, "en"), ("june", 1000, "tr")])
def test_nothing_overflows(
    name: str, width: int, lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Between a phone and a wide window, which test_accessible asks, neither is the board too wide or cut."""
    night = fakes.FAKES[name]()
    served = gateway(night)
    page = open_page(f"{served.url}?lang={lang}", width=width)
    live(page, night["version"])
    wide = """[...document.querySelectorAll('body *')]
        .filter((n) => !n.closest('.vh, .strip') && n.getBoundingClientRect().right > innerWidth + 1)
        .map((n) => n.tagName + '.' + n.className)"""
    assert [] == page.evaluate(f"() => {wide}")
    assert width >= page.evaluate("() => document.documentElement.scrollWidth")
    cut = """[...document.querySelectorAll('.tile :is(.n, .k, .v, .b, .t)')]
        .filter((n) => n.offsetWidth && n.scrollWidth > n.closest('button').clientWidth)
        .map((n) => n.textContent)"""
    assert [] == page.evaluate(f"() => {cut}")


def test_one_polite_sentence(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Only one place of the page is a live region, and it speaks the headline when something turned."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator("[role=status], [aria-live], [role=alert]")).to_have_count(1)
    expect(page.locator("#spoken")).to_have_text("")
    served.show(fakes.june())
    expect(page.locator("#spoken")).to_have_text(fakes.june()["headline"]["en"])


def test_what_is_spoken_is_what_is_shown(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Also half a minute later, on a page that was paused meanwhile: nothing newer than stands there."""
    night, after = fakes.june_closed(), fakes.final()
    served = gateway(night)
    page = open_page("about:blank")
    page.clock.install()
    page.goto(f"{served.url}?lang=en")
    live(page, night["version"])
    served.show(fakes.june())
    expect(page.locator("#spoken")).to_have_text(fakes.june()["headline"]["en"])
    served.show(after)
    live(page, night["version"] + 2)
    page.get_by_role("button", name="Pause").click()
    served.show(after | {"headline": {"en": "Something newer."}})
    until(page, f"sandik.store.latest.version === {night['version'] + 3}")
    page.clock.run_for(31_000)
    expect(page.locator("#spoken")).to_have_text(after["headline"]["en"])


def test_choices_of_the_reader_are_kept(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The palette and the update frequency stay as chosen when the page is opened again."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    page.get_by_label("Colours").select_option("safe")
    page.get_by_label("How often to update").select_option("10000")
    page.reload()
    live(page, night["version"])
    facts: list[Any] = page.evaluate("() => [document.documentElement.dataset.palette, sandik.store.every]")
    assert ["safe", 10000] == facts
    fill = page.locator(".strip rect.in").first.evaluate("(node) => getComputedStyle(node).fill")
    assert "rgb(0, 114, 178)" == fill
