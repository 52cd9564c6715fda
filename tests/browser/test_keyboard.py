"""The board, the desk and the replay by the keyboard alone: every control is come to, and each kind is used.

Know before changing: that the focus is seen is asked of every page in test_accessible; a call is signed by
keys in test_desk_beside, the clock of a replay moved in test_replay. Here nothing is clicked.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.desk_gateway import MakeDesk, acts
from tests.browser.driving import MakeGateway, live, until
from tests.browser.stands import browsing, look, standing

pytestmark = pytest.mark.browser
STOPS = """() => {
  const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  globalThis.stops = [...document.querySelectorAll(all)]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility());
  document.activeElement.blur();
  return stops.map((one) => `${one.tagName} ${(one.ariaLabel ?? one.textContent).trim().slice(0, 30)}`);
}"""
AT = "() => stops.indexOf(document.activeElement)"
NEXT_MAX = 12
"""How often Tab may stop at something that is no control: a part that scrolls, or the window itself."""


@pytest.mark.parametrize("name", ["board-june", "board-june_closed", "desk-second", "replay", "embed-race"])
def test_every_control_is_come_to_in_the_order_of_the_page(name: str, chromium: Browser) -> None:
    """By Tab, each once; the tiles are one stop. Nothing holds the focus."""
    with browsing(chromium) as page, standing(page, name, "en"):
        look(page, name, height=900)
        stops: list[str] = page.evaluate(STOPS)
        page.evaluate("() => { scrollTo(0, 0); document.body.tabIndex = -1; document.body.focus(); }")
        came: list[int] = []
        for _ in range(len(stops) + NEXT_MAX):
            page.keyboard.press("Tab")
            came.append(page.evaluate(AT))
            if len([one for one in came if one >= 0]) == len(stops):
                break
        missed = [stop for place, stop in enumerate(stops) if place not in came]
        assert [] == missed
        assert list(range(len(stops))) == [one for one in came if one >= 0]


def key(page: Page, where: str, *keys: str) -> None:
    """Goes to a control and presses keys there."""
    page.locator(where).first.focus()
    for one in keys:
        page.keyboard.press(one)


def test_the_board_is_used_by_keys(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Pause, how often, palette, what tiles say, a place, filter, order, the whole ballot, language."""
    night = fakes.june()
    page = open_page(f"{gateway(night).url}?lang=en")
    live(page, night["version"])
    key(page, ".pause", "Space")
    expect(page.locator(".state")).to_have_attribute("data-kind", "paused")
    key(page, ".pause", "Enter")
    expect(page.locator(".state")).to_have_attribute("data-kind", "replay")
    key(page, ".often", "u", "ArrowDown")
    until(page, "sandik.store.every > 0")
    key(page, ".palette", "ArrowDown")
    until(page, "document.documentElement.dataset.palette === 'safe'")
    key(page, ".modes [data-kind=out]", "Enter")
    expect(page.locator(".tile:has([data-area=fatih]) .v")).to_have_text("16")
    key(page, ".tile [tabindex='0']", "Home", "ArrowDown", "Enter")
    until(page, "location.hash.startsWith('#area=')")
    key(page, ".filters button:nth-child(2)", "Space")
    expect(page.locator("sandik-table tbody tr:visible")).to_have_count(14)
    key(page, "th[data-sort=name] button", "Enter")
    expect(page.locator("th[data-sort=name]")).to_have_attribute("aria-sort", "ascending")
    key(page, ".ballot summary", "Enter")
    expect(page.locator(".ballot tbody tr").first).to_be_visible()
    key(page, ".languages a[hreflang=tr], .languages a", "Enter")
    until(page, "document.documentElement.lang === 'tr'")


ACTS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("[data-do=acknowledge][data-id=a5]", "Enter"), {"do": "acknowledge", "alert": "a5"}),
    (("[data-do=resend]", "Space"), {"do": "resend", "delivery": "d1"}),
]


@pytest.mark.parametrize(("keys", "act"), ACTS, ids=["acknowledge", "resend"])
def test_the_desk_is_used_by_keys(
    keys: tuple[str, ...], act: dict[str, Any], desk: MakeDesk, come: Callable[..., Page]
) -> None:
    """What is one press of the mouse is one key."""
    gateway = desk()
    page = come(gateway)
    key(page, *keys)
    page.evaluate("() => dispatchEvent(new Event('pagehide'))")  # what waits for an Undo is sent now
    gateway.until(lambda: bool(gateway.acts))
    assert [act] == acts(gateway)


def test_a_row_and_the_form_of_the_desk_open_by_keys(desk: MakeDesk, come: Callable[..., Page]) -> None:
    """And what was opened can be typed into."""
    page = come(desk())
    key(page, "tr[data-box] [data-do=toggle]", "Enter")
    expect(page.locator("tr[data-box] [data-do=box-clear], tr [data-do=box-clear]").first).to_be_visible()
    key(page, "#acts-rule", "Enter")
    key(page, "#rule-kind", "ArrowDown")
    expect(page.locator("#rule-kind")).to_be_focused()
