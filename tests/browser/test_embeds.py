"""Embeds in a page of another origin: shown where they may be, as high as they need, and never in the way.

Know before changing: what the embed says is compared with what the server sends, as for the board.
"""

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, said, sent, until
from tests.browser.newspaper import Newspaper
from tests.browser.serve import TestGateway
from tests.web.embed.made import options
from web.embed.index import code
from web.embed.page import KINDS, page
from web.policy import Outside
from web.words import words

pytestmark = pytest.mark.browser
CUT = """() => [...document.querySelectorAll('.tile div')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"""
"""The tiles whose words do not fit in."""
STAGES = ("june_closed", "march_close", "many")
MakePaper = Callable[[TestGateway, str], Newspaper]
FRAME = "document.querySelector('iframe')"
ASKED = f"""() => new Promise((done) => {{
  addEventListener('message', ({{ origin, data }}) => origin !== location.origin && done([origin, data]));
  postMessage({{ sandik: 'height', height: 9999 }}, '*');
  {FRAME}.contentWindow.postMessage({{ sandik: 'height?' }}, '*');
}})"""
"""Asks an embed for its height, and pretends to be one; the answer of the embed and where it came from."""


@pytest.fixture
def newspaper(ends: ExitStack) -> MakePaper:
    """Makes newspapers that hold an embed, by the very code that is given to copy."""

    def make(gateway: TestGateway, kind: str) -> Newspaper:
        home = Outside(gateway.url.rstrip("/"))
        made = Newspaper(code(kind, options(gateway.snapshot), home, words("en")))
        ends.callback(made.stop)
        return made

    return make


def allow(gateway: TestGateway, paper: Newspaper) -> None:
    """Lets its pages hold an embed."""
    gateway.outside = Outside.read(gateway.url, paper.origin)


def framed(around: Page, gateway: TestGateway, version: int) -> Frame:
    """The embed in a page, once it has painted that version."""
    until(around, f"{FRAME}.contentWindow.length === 0")
    frame = around.query_selector("iframe")
    inside = frame.content_frame() if frame else None
    assert inside is not None
    inside.wait_for_load_state()
    gateway.until(
        lambda: bool(inside.evaluate(f"() => globalThis.sandik?.store.painted?.version === {version}"))
    )
    return inside


def heights(around: Page, inside: Frame) -> tuple[float, float]:
    """What the page around gives, and what the embed needs."""
    given = around.evaluate(f"() => {FRAME}.getBoundingClientRect().height")
    return given, inside.evaluate("() => Math.ceil(document.body.getBoundingClientRect().height)")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_embed_stands_in_a_page_of_another_site_as_high_as_it_needs(
    kind: str, gateway: MakeGateway, newspaper: MakePaper, open_page: OpenPage
) -> None:
    """By the code that is given to copy; it is renewed there, and higher when something is opened in it."""
    night = fakes.june()
    served = gateway(night)
    paper = newspaper(served, kind)
    allow(served, paper)
    around = open_page(paper.origin, width=700)
    inside = framed(around, served, night["version"])
    served.until(lambda: len(set(heights(around, inside))) == 1)
    before, _ = heights(around, inside)
    if kind == "feed":
        more = fakes.many_alerts(20)
        served.show(night | {"alerts": more})
    else:
        inside.click("summary")
    served.until(lambda: heights(around, inside)[0] > before and len(set(heights(around, inside))) == 1)


def test_an_embed_is_not_shown_in_a_page_that_was_not_named(
    gateway: MakeGateway, newspaper: MakePaper, chromium: Browser
) -> None:
    """Its numbers do not reach that page: the browser shows an empty frame, and says why."""
    served = gateway(fakes.june())
    paper = newspaper(served, "race")
    served.outside = Outside.read(served.url, "https://news.example")
    context = chromium.new_context()
    complaints: list[str] = []
    around = context.new_page()
    around.on("console", lambda line: complaints.append(line.text))
    around.goto(paper.origin)
    served.until(
        lambda: bool(around.evaluate("() => true")) and any("frame-ancestors" in one for one in complaints)
    )
    assert "/ws" not in served.asked
    frame = around.query_selector("iframe")
    inside = frame.content_frame() if frame else None
    assert inside is None or "İmamoğlu" not in inside.content()
    context.close()


def test_the_page_around_is_told_the_height_and_obeys_nobody_else(
    gateway: MakeGateway, newspaper: MakePaper, open_page: OpenPage
) -> None:
    """Neither itself nor another frame can move an embed, and an embed tells the height alone."""
    night = fakes.june()
    served = gateway(night)
    paper = newspaper(served, "race")
    allow(served, paper)
    around = open_page(paper.origin, width=700)
    inside = framed(around, served, night["version"])
    served.until(lambda: len(set(heights(around, inside))) == 1)
    told = around.evaluate(ASKED)
    assert [served.url.rstrip("/"), {"sandik": "height", "height": heights(around, inside)[1]}] == told
    assert 1 == len(set(heights(around, inside)))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("name", STAGES)
def test_the_browser_says_what_the_server_sent(
    kind: str, name: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Taking over the page changes not a word of it."""
    night = fakes.FAKES[name]()
    shown = open_page(f"{gateway(night).url}embed/{kind}?lang=tr", width=640)
    live(shown, night["version"])
    expected = sent(shown, page(kind, options(night, "tr")))
    assert expected
    assert expected == said(shown)


def test_an_embed_follows_the_count_and_the_end_of_the_ban(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The countdown's page becomes the race in one frame; nothing of it was there before."""
    closed = fakes.june_closed()
    served = gateway(closed)
    shown = open_page(f"{served.url}embed/race", width=640)
    live(shown, closed["version"])
    assert "53.67" not in shown.content()
    served.show(fakes.june())
    until(shown, "document.querySelector('.race') && !document.querySelector('.race').hidden")
    assert "53.67" in shown.inner_text("main")
    assert shown.is_hidden(".ban")


def test_without_the_gateway_the_figures_stay_and_it_is_said(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """An empty frame would say less than an old figure."""
    night = fakes.june()
    served = gateway(night)
    shown = open_page("about:blank", width=640)
    shown.clock.install()
    shown.goto(f"{served.url}embed/race")
    live(shown, night["version"])
    assert shown.is_hidden(".old")
    served.down = True
    served.cut()
    until(shown, "sandik.link.state === 'reconnecting'")
    shown.clock.run_for(12_000)
    assert shown.is_visible(".old")
    assert "674,449" in shown.inner_text("main")
    served.down = False
    shown.evaluate("() => dispatchEvent(new Event('online'))")
    until(shown, "sandik.link.state === 'open'")
    shown.clock.run_for(2_000)
    assert shown.is_hidden(".old")


@pytest.mark.wide_letters
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_nothing_overflows_at_any_width(
    kind: str, lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A column of a newspaper is narrow."""
    night = fakes.june()
    shown = open_page(f"{gateway(night).url}embed/{kind}?lang={lang}", width=900)
    live(shown, night["version"])
    for width in (900, 640, 480, 360, 320):
        shown.set_viewport_size({"width": width, "height": 600})
        until(shown, f"innerWidth === {width}")
        assert shown.evaluate("() => document.documentElement.scrollWidth") <= width
        assert [] == shown.evaluate(CUT)


def test_the_ground_can_be_fixed_whatever_the_reader_has_chosen(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A white page has readers whose screens are dark."""
    served = gateway(deepcopy(fakes.june()))
    ground = "() => getComputedStyle(document.body).backgroundColor"
    fill = "() => getComputedStyle(document.querySelector('.side.l .mark')).backgroundColor"
    shown = open_page(f"{served.url}embed/race?theme=light", color_scheme="dark")
    assert ("rgb(255, 255, 255)", "rgb(165, 15, 43)") == (shown.evaluate(ground), shown.evaluate(fill))
    shown = open_page(f"{served.url}embed/race?theme=dark", color_scheme="light")
    assert ("rgb(16, 19, 24)", "rgb(200, 33, 63)") == (shown.evaluate(ground), shown.evaluate(fill))
