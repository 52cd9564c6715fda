"""The places in Chromium: what the tiles can say, what the table can leave out, and links to one of them."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, said, sent, until
from web import pages

pytestmark = pytest.mark.browser
AS_OF = "2019-06-23T16:16:00.000Z"
MODES = ".places .modes:not(.whose)"
"""What the tiles can say; beside it, by whose count."""


def board(
    gateway: MakeGateway, open_page: OpenPage, night: fakes.Snapshot, hash: str = "", **how: int
) -> Page:
    """The board of a night, painted."""
    page = open_page(f"{gateway(night).url}?lang=en{hash}", **how)
    live(page, night["version"])
    return page


def mode(page: Page, name: str) -> None:
    """Presses what the tiles shall say."""
    page.locator(MODES).get_by_role("button", name=name).click()


def test_tiles_say_the_lead_its_change_or_what_is_out(gateway: MakeGateway, open_page: OpenPage) -> None:
    """One press each; the table stays what it was, and a press on Lead brings the server's page back."""
    night = fakes.june()
    page = board(gateway, open_page, night)
    fatih, row = page.locator(".tile:has([data-area=fatih])"), page.locator("tr[data-area=fatih]")
    before = row.inner_text()
    swing = night["areas"]["fatih"]["swing"]
    mode(page, "Change")
    expect(fatih.locator(".v")).to_have_text(f"▲+{swing['points']:.1f}")
    expect(page.locator("#places-title")).to_have_text("Change in each district since 31 March")
    expect(page.locator(".chip").first).to_have_text("over 10")
    mode(page, "Boxes out")
    expect(fatih.locator(".v")).to_have_text("16")
    assert fatih.get_attribute("data-c") is None
    expect(fatih.get_by_role("button", name="Fatih: 16 boxes out")).to_be_visible()
    assert before == row.inner_text()
    expect(page.locator(".changed")).to_have_count(0)
    mode(page, "Lead")
    assert sent(page, pages.board(night, "en")) == said(page)


def test_a_small_change_is_not_written_as_none_on_a_phone(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Where whole points stand, less than half a one is under one, and only none is nought."""
    night = fakes.june()
    for area, points in (("fatih", 0.3), ("adalar", -0.4), ("kartal", 0.0)):
        night["areas"][area]["swing"] |= {"points": points}
    page = board(gateway, open_page, night, width=360)
    mode(page, "Change")
    for area, text in (("fatih", "▲+<1"), ("adalar", "▲−<1"), ("kartal", "▲0")):
        expect(page.locator(f".tile:has([data-area={area}]) .b")).to_have_text(text)


def test_what_the_tiles_say_can_be_chosen_while_the_page_is_paused(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Nothing newer comes with it."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    page.get_by_role("button", name="Pause").click()
    moved = fakes.june()
    moved["areas"]["fatih"]["counted"] |= {"boxes": 830}
    served.show(moved)
    until(page, f"sandik.store.latest.version === {night['version'] + 1}")
    mode(page, "Boxes out")
    expect(page.locator(".tile:has([data-area=fatih]) .v")).to_have_text("16")
    page.get_by_role("button", name="Catch up").click()
    expect(page.locator(".tile:has([data-area=fatih]) .v")).to_have_text("8")


def test_before_there_may_be_a_lead_nothing_else_can_be_chosen(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Under the ban and under the threshold; and no change where the night repeats none."""
    for name in ("june_closed", "march_early"):
        expect(board(gateway, open_page, fakes.FAKES[name]()).locator(MODES)).to_be_hidden()
    page = board(gateway, open_page, fakes.march_close())
    expect(page.locator(f"{MODES} button:visible")).to_have_text(["Lead", "Boxes out"])


def test_a_place_where_another_leads_now_is_marked_in_black_and_in_words(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A corner on its tile, a tag in its row, a sentence for those who listen; a filter shows them alone."""
    night = fakes.june()
    turned = [area for area, facts in night["areas"].items() if facts.get("swing", {}).get("flipped")]
    districts = [area for area in turned if night["areas"][area]["level"] == "district"]
    page = board(gateway, open_page, night)
    expect(page.locator(".tile[data-flip]")).to_have_count(len(districts))
    expect(page.locator("tr[data-flip] .tag")).to_have_text(["changed"] * len(districts))
    tile = page.locator(f".tile [data-area={districts[0]}]")
    assert re.search("on 31 March Yıldırım led", tile.get_attribute("aria-label") or "")
    page.get_by_role("button", name=f"Changed leader {len(districts)}").click()
    expect(page.locator("tbody tr[data-area]:visible")).to_have_count(len(districts))


@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_corner_and_the_pressed_button_survive_forced_colours(
    forced: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The corner is as dark as the text of the page, whoever picks the colours."""
    night = fakes.june()
    page = open_page(gateway(night).url, forced_colors=forced)
    live(page, night["version"])
    corner = "getComputedStyle(document.querySelector('.tile[data-flip] button'), '::after')"
    ink = "getComputedStyle(document.body).color"
    assert page.evaluate(f"{corner}.backgroundColor === {ink} && {corner}.clipPath !== 'none'")
    pressed, other = (f"{MODES} [aria-pressed={yes}]" for yes in ("true", "false"))
    look = "(one) => ['backgroundColor', 'outlineStyle'].map((key) => getComputedStyle(one)[key]).join()"
    assert page.locator(pressed).evaluate(look) != page.locator(other).first.evaluate(look)


def test_places_that_have_not_reported_can_be_shown_alone(gateway: MakeGateway, open_page: OpenPage) -> None:
    """There is no such button while every place has."""
    night = fakes.june()
    page = board(gateway, open_page, night)
    expect(page.get_by_role("button", name="Not reported")).to_have_count(0)
    night["areas"]["sile"]["counted"] |= {"boxes": 0}
    page = board(gateway, open_page, night)
    page.get_by_role("button", name="Not reported 1").click()
    expect(page.locator("tbody tr[data-area]:visible")).to_have_count(1)


def test_the_heads_of_the_table_stay_while_it_is_read(gateway: MakeGateway, open_page: OpenPage) -> None:
    """With 39 rows the first is out of sight when the last is read."""
    page = board(gateway, open_page, fakes.june())
    page.locator("sandik-table tbody tr").last.scroll_into_view_if_needed()
    head = page.locator("sandik-table thead th").first.bounding_box()
    assert head
    assert 0 <= head["y"] < 5


def test_at_rest_the_closest_place_is_read_out(gateway: MakeGateway, open_page: OpenPage) -> None:
    """In numbers, before anybody has pointed at one; its change since the last time too."""
    readout = board(gateway, open_page, fakes.june()).locator(".readout")
    expect(readout).to_contain_text("Şile 112 of 115 boxes, 97% counted")
    expect(readout).to_contain_text(re.compile(r"Since 31 March: ▲ \+\d+\.\d points in İmamoğlu’s lead"))


def test_a_link_leads_to_a_place(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The tile has the focus and is read out; a press on another puts that one into the address."""
    page = board(gateway, open_page, fakes.june(), "#area=fatih")
    expect(page.locator(".tile [data-area=fatih]")).to_be_focused()
    expect(page.locator(".readout")).to_contain_text("Fatih 822 of 838 boxes")
    page.locator(".tile [data-area=sisli]").click()
    expect(page).to_have_url(re.compile("#area=sisli$"))


def test_a_link_to_a_place_that_there_is_not_says_so_and_leads_back(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """What somebody wrote stays text."""
    page = board(gateway, open_page, fakes.june(), "#area=<b>x</b>")
    expect(page.locator(".readout")).to_contain_text("There is no “<b>x</b>” in this contest.")
    page.locator(".readout a").click()
    until(page, "!location.hash && globalThis.sandik?.store.painted")
    expect(page.locator(".readout")).to_contain_text("Şile")


def test_a_link_to_a_time_shows_that_board_and_follows_nothing(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The hash leads to the page of that time; tiles and table work, no socket is open, a link leads back."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(f"{served.url}?lang=en#as-of={AS_OF}&area=fatih")
    until(page, "globalThis.sandik?.store.painted && document.body.dataset.asOf")
    assert "as_of=2019-06-23T16%3A16%3A00.000Z" in page.url
    expect(page.locator(".then")).to_contain_text("As it was shown at 19:16:00.")
    expect(page.locator(".readout")).to_contain_text("Fatih 822 of 838 boxes")
    expect(page.locator(".word")).to_contain_text("As of")
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    page.get_by_role("button", name="District", exact=True).click()
    expect(page.locator("sandik-table tbody tr").first).to_have_attribute("data-area", "adalar")
    assert page.evaluate("() => !sandik.link.socket")
    page.get_by_role("link", name="Back to now").click()
    live(page, night["version"])


@pytest.mark.parametrize(
    "not_now", [Route.abort, partial(Route.fulfill, status=503)], ids=["away", "reading"]
)
def test_a_board_of_a_time_asks_again_until_it_has_its_snapshot(
    gateway: MakeGateway, open_page: OpenPage, not_now: Callable[[Route], None]
) -> None:
    """A gateway that is away for a moment, or reads its log, leaves no tiles that do nothing."""
    page = open_page(f"{gateway(fakes.june()).url}?lang=en&as_of={AS_OF}")
    until(page, "globalThis.sandik?.store.painted")
    refused: list[str] = []
    page.route("**/snapshot/**", lambda route: (refused.append(route.request.url), not_now(route)), times=1)
    page.add_init_script(
        "const real = setTimeout;"
        "globalThis.setTimeout = (what, ms, ...more) => real(what, ms === 5000 ? 50 : ms, ...more);"
    )
    page.reload()
    until(page, "globalThis.sandik?.store.painted")
    assert 1 == len(refused)


def test_on_a_phone_the_key_is_one_row_and_the_codes_stay_free(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Six chips between two marks; a tile that changed is marked above its code, not before it."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(f"{served.url}?lang=tr", width=360, reduced_motion="reduce")
    live(page, night["version"])
    parts = "[...document.querySelectorAll('.legend .scale > *, .legend .chip')]"
    tops = page.evaluate(f"() => {parts}.map((one) => one.getBoundingClientRect().top)")
    assert max(tops) - min(tops) < 5
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    moved = fakes.june()
    moved["areas"]["fatih"]["counted"] |= {"boxes": 830}
    served.show(moved)
    live(page, night["version"] + 1)
    shadow = page.locator(".changed [data-area=fatih]").first.evaluate(
        "(one) => getComputedStyle(one).boxShadow"
    )
    assert "0px 3px 0px 0px inset" in shadow
