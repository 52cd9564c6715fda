"""The overlays on air: large enough, away from the edges, clear behind, late when asked, and never empty.

Know before changing: sizes are those of a frame of 1920 × 1080, and are measured on what is visible.
"""

import pytest
from playwright.sync_api import Page

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, said, sent, until
from tests.web.embed.made import options
from web.overlay.page import KINDS, page

pytestmark = pytest.mark.browser
LEAST_PX = 26
EDGE = 0.05
STAGES = ("june", "june_closed", "march_early", "march_close", "annulled", "tie", "many", "two_seats")
WRITTEN = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement: around } = walk.currentNode;
    if (!data.trim() || !around.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNode(walk.currentNode);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    found.push({ data, size: parseFloat(getComputedStyle(around).fontSize), left, right, top, bottom,
      cut: around.scrollWidth > around.clientWidth + 1 && getComputedStyle(around).display !== 'inline' });
  }
  return found;
}"""
DRAWN = """() => [...document.querySelectorAll('main, main *')].filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width && height)
  .map(({ left, right, top, bottom }) => [left, right, top, bottom])"""


def opened(
    open_page: OpenPage, url: str, kind: str, query: str = "", width: int = 1920, **settings: str
) -> Page:
    """An overlay in a frame of this width."""
    height = width * 9 // 16
    return open_page(f"{url}overlay/{kind}?{query}", width=width, height=height, **settings)


def with_clock(open_page: OpenPage) -> Page:
    """A frame without a page yet, whose time passes when a test says so."""
    shown = open_page("about:blank", width=1920, height=1080)
    shown.clock.install()
    return shown


@pytest.mark.wide_letters
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_nothing_is_too_small_cut_or_near_the_edge(
    kind: str, lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """26 pixels at least and 5 % from every edge, at each stage of a night."""
    for name in STAGES if lang == "tr" else ("june",):
        night = fakes.FAKES[name]()
        shown = opened(open_page, gateway(night).url, kind, f"lang={lang}")
        live(shown, night["version"])
        written = shown.evaluate(WRITTEN)
        assert written
        small = [one for one in written if one["size"] < LEAST_PX]
        assert [] == small, name
        assert [] == [one["data"] for one in written if one["cut"]], name
        for one in written:
            assert 1920 * EDGE <= one["left"] <= one["right"] <= 1920 * (1 - EDGE), (name, one)
            assert 1080 * EDGE <= one["top"] <= one["bottom"] <= 1080 * (1 - EDGE), (name, one)
        for left, right, top, bottom in shown.evaluate(DRAWN):
            assert 96 - 1 <= left <= right <= 1824 + 1, name
            assert 54 - 1 <= top <= bottom <= 1026 + 1, name


@pytest.mark.parametrize("width", [1280, 3840])
def test_another_frame_is_the_same_picture_in_another_size(
    width: int, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Every length follows the frame."""
    served = gateway(fakes.june())
    places = []
    for wide in (1920, width):
        shown = opened(open_page, served.url, "lower-third", width=wide)
        live(shown, fakes.june()["version"])
        places.append([one / wide for one in shown.evaluate(DRAWN)[0]])
    assert places[0] == pytest.approx(places[1], abs=0.002)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_there_is_nothing_behind_it(kind: str, gateway: MakeGateway, open_page: OpenPage) -> None:
    """The picture of the programme shows through wherever nothing is drawn, on a dark machine too."""
    shown = opened(open_page, gateway(fakes.june()).url, kind, color_scheme="dark")
    grounds = (
        "() => [document.documentElement, document.body].map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert ["rgba(0, 0, 0, 0)"] * 2 == shown.evaluate(grounds)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("name", ["june_closed", "march_close", "many"])
def test_the_browser_says_what_the_server_sent(
    kind: str, name: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Taking over the page changes not a word of it."""
    night = fakes.FAKES[name]()
    shown = opened(open_page, gateway(night).url, kind, "lang=tr")
    live(shown, night["version"])
    assert sent(shown, page(kind, options(night, "tr"), 0)) == said(shown)


def test_with_a_delay_it_shows_what_was_so_many_seconds_ago(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Nothing before the first figures are old enough; then each change in its turn, and none left out."""
    night = fakes.june_closed()
    served = gateway(night)
    shown = opened(open_page, "about:blank#", "")
    shown.clock.install(time=0)
    shown.clock.pause_at(1)
    shown.goto(f"{served.url}overlay/lower-third?delay=20")
    until(shown, f"globalThis.sandik?.link.held?.version === {night['version']}")
    assert shown.is_hidden("main")
    shown.clock.run_for(10_000)
    served.show(fakes.june())
    until(shown, f"sandik.link.held.version === {served.snapshot['version']}")
    shown.clock.run_for(9_000)
    assert shown.is_hidden("main")
    shown.clock.run_for(2_000)
    until(shown, f"sandik.store.painted?.version === {night['version']}")
    assert shown.is_visible(".ban")
    shown.clock.run_for(7_000)
    assert shown.is_visible(".ban")
    shown.clock.run_for(5_000)
    until(shown, f"sandik.store.painted.version === {served.snapshot['version']}")
    assert "674,449" in shown.inner_text(".lead")


def test_without_the_gateway_the_last_figures_stay_with_their_hour(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A short break shows nothing; a long one says of when the figures are; the end of it takes that away."""
    night = fakes.june()
    served = gateway(night)
    shown = with_clock(open_page)
    shown.goto(f"{served.url}overlay/lower-third")
    live(shown, night["version"])
    served.down = True
    served.cut()
    until(shown, "sandik.link.state === 'reconnecting'")
    shown.clock.run_for(10_000)
    assert shown.is_hidden(".age")
    shown.clock.run_for(12_000)
    assert "as of 19:16" == shown.inner_text(".age")
    assert "674,449" in shown.inner_text(".lead")
    served.down = False
    shown.evaluate("() => dispatchEvent(new Event('online'))")
    until(shown, "sandik.link.state === 'open'")
    shown.clock.run_for(2_000)
    assert shown.is_hidden(".age")


def test_while_it_polls_figures_that_do_not_move_say_their_hour(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A cache answers for a gateway that is gone as for one that is there; news alone tells them apart."""
    night = fakes.june()
    served = gateway(night)
    shown = with_clock(open_page)
    shown.goto(f"{served.url}overlay/lower-third")
    live(shown, night["version"])
    served.closed = True
    served.cut()
    shown.evaluate("() => { sandik.link.tries = 9; }")
    until(shown, "sandik.link.state === 'reconnecting'")
    shown.clock.run_for(15_000)
    until(shown, "sandik.link.state === 'polling'")
    shown.clock.run_for(22_000)
    assert "as of 19:16" == shown.inner_text(".age")
    served.snapshot = fakes.final() | {"epoch": night["epoch"], "version": night["version"] + 1}
    shown.clock.run_for(6_000)
    until(shown, f"sandik.store.painted.version === {night['version'] + 1}")
    shown.clock.run_for(2_000)
    assert shown.is_hidden(".age")


def test_a_picture_without_the_gateway_to_begin_with_comes_by_itself(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The page was had, the words were not: they are asked for until they are there."""
    night = fakes.june()
    served = gateway(night)
    shown = with_clock(open_page)
    refused: list[str] = []
    shown.route("**/strings.*", lambda route: (refused.append(route.request.url), route.abort()))
    shown.goto(f"{served.url}overlay/lower-third")
    assert "674,449" in shown.inner_text(".lead")
    until(shown, "document.readyState === 'complete'")
    served.until(lambda: bool(shown.evaluate("() => 1") and refused))
    shown.unroute("**/strings.*")
    shown.clock.run_for(4_000)
    live(shown, night["version"])
