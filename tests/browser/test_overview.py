"""The page of all contests in the browser: renewed in place, never backwards, and not old in silence."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import Held, MakeGateway, until
from tests.browser.serve import TestGateway
from tests.patience import PATIENCE_S
from web.words import words

pytestmark = pytest.mark.browser
ADDRESS = "**/contests?lang=en"
ROUND_MS = 5000
COUNTED = "[data-t='0.counted.left']"


def opened(gateway: MakeGateway, open_page: OpenPage) -> tuple[TestGateway, Page]:
    """The page at the end of June; its clock goes on when the test says so."""
    served = gateway(fakes.june())
    page = open_page("about:blank")
    page.clock.install(time=0)
    page.goto(f"{served.url}contests?lang=en")
    until(page, "document.documentElement.dataset.js")
    return served, page


def rounds(page: Page, done: Callable[[], object]) -> None:
    """Lets one round after another pass until something is done; what is under way may need more than one."""
    until_s = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until_s, "rounds pass, and it is not done"
        page.clock.run_for(ROUND_MS)


def says(page: Page, text: str) -> Callable[[], bool]:
    """Whether so much is counted."""
    return lambda: text in page.locator(COUNTED).inner_text()


def further() -> dict[str, Any]:
    """The same, with one more box counted."""
    s = fakes.june()
    counted = s["counted"] | {"boxes": s["counted"]["boxes"] + 1}
    return s | {"version": s["version"] + 1, "counted": counted}


def test_what_is_counted_comes_by_itself(gateway: MakeGateway, open_page: OpenPage) -> None:
    """In the elements that are there."""
    served, page = opened(gateway, open_page)
    expect(page.locator(COUNTED)).to_contain_text("29,627")
    served.show(further())
    rounds(page, says(page, "29,628"))


def test_one_is_asked_after_another_so_that_no_answer_overtakes_a_newer_one(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """However long one is under way; and when it has come, the next is asked for."""
    served, page = opened(gateway, open_page)
    held = Held(page, ADDRESS)
    rounds(page, lambda: held)
    older = held.route.fetch()
    served.show(further())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(ROUND_MS)
    page.evaluate("() => fetch(`/static/icon.svg`)")
    assert ["icon.svg"] == [url.rpartition("/")[2] for url in asked]
    with page.expect_response(ADDRESS):
        held.route.fulfill(response=older)
    rounds(page, says(page, "29,628"))


def test_a_gateway_that_lags_leads_nobody_back(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Behind one address there may be two: neither to fewer boxes, nor to before the ban was lifted."""
    served, page = opened(gateway, open_page)
    night = fakes.june()
    closed = fakes.june_closed() | {key: night[key] for key in ("epoch", "version")}
    before = night | {"version": night["version"] - 1, "counted": night["counted"] | {"boxes": 3}}
    for older in (before, closed):
        served.snapshot = older
        with page.expect_response(ADDRESS):
            page.clock.run_for(ROUND_MS)
        page.clock.run_for(1)
        expect(page.locator(COUNTED)).to_contain_text("29,627")
    served.snapshot = further()
    rounds(page, says(page, "29,628"))


def test_it_says_that_it_is_renewed_only_while_it_is(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Not while it is paused, and not without JavaScript."""
    served, page = opened(gateway, open_page)
    renewed = page.locator(".renewed")
    expect(renewed).to_be_visible()
    page.click(".pause")
    expect(renewed).to_be_hidden()
    page.click(".pause")
    expect(renewed).to_be_visible()
    plain = open_page(f"{served.url}contests?lang=en", java_script_enabled=False)
    expect(plain.locator(".renewed")).to_be_hidden()


def test_what_comes_after_a_pause_waits_for_its_end(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Also what was asked for before it."""
    served, page = opened(gateway, open_page)
    held = Held(page, ADDRESS)
    served.show(further())
    rounds(page, lambda: held)
    page.click(".pause")
    with page.expect_response(ADDRESS):
        held.route.continue_()
    page.clock.run_for(ROUND_MS)
    expect(page.locator(COUNTED)).to_contain_text("29,627")
    page.click(".pause")
    expect(page.locator(COUNTED)).to_contain_text("29,628")


def test_without_a_gateway_it_says_that_the_figures_may_be_old(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """They stay, and the sentence goes when there are newer ones."""
    served, page = opened(gateway, open_page)
    old = page.locator(".old")
    expect(old).to_be_hidden()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.route(ADDRESS, lambda route: route.abort())
    rounds(page, lambda: len(failed) >= 2)
    expect(old).to_have_text(words("en").say("embed.old"))
    expect(page.locator(COUNTED)).to_contain_text("29,627")
    page.unroute(ADDRESS)
    served.show(further())
    rounds(page, says(page, "29,628"))
    expect(old).to_be_hidden()


def test_it_says_so_too_where_the_gateway_itself_has_no_newer_ones(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """It answers all the while, and the sentence stays until its store is back, also while nothing comes."""
    served, page = opened(gateway, open_page)
    old = page.locator(".old")
    for stale in (True, False):
        served.stale = stale
        with page.expect_response(ADDRESS):
            page.clock.run_for(ROUND_MS)
        (expect(old).to_be_visible if stale else expect(old).to_be_hidden)()
    served.stale = True
    page.reload()
    expect(old).to_be_visible()
    page.route(ADDRESS, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.clock.run_for(ROUND_MS)
    page.clock.run_for(1)
    expect(old).to_be_visible()
