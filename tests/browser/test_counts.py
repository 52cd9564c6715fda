"""The counts side by side, in Chromium: the table moves when they begin to disagree, and the reader stays."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, said, sent
from tests.browser.fake_parts import Snapshot
from web import pages

pytestmark = pytest.mark.browser
TOP = "(selector) => document.querySelector(selector).getBoundingClientRect().top"


def agreeing() -> Snapshot:
    """The March night before another count had somebody else ahead."""
    night = fakes.march_close()
    night["sources"] = [one | {"leader": night["leader"]} for one in night["sources"]]
    return night


def above(page: Page) -> bool:
    """Whether the table of counts stands before the places."""
    found: bool = page.evaluate(
        "() => Boolean(document.getElementById('counts')"
        ".compareDocumentPosition(document.querySelector('.places')) & Node.DOCUMENT_POSITION_FOLLOWING)"
    )
    return found


def test_the_table_moves_up_once_and_what_is_read_stays_where_it_is(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Only when the counts begin or end to disagree; the window is scrolled by what came in above it."""
    night = agreeing()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    assert not above(page)
    page.evaluate("() => { window.scrollTo(0, 1200); document.getElementById('counts').same = true; }")
    row = "sandik-table tbody tr:nth-child(3)"
    before = page.evaluate(TOP, row)
    served.show(fakes.march_close())
    live(page, night["version"] + 1)
    assert above(page)
    assert abs(page.evaluate(TOP, row) - before) < 2
    expect(page.locator("#counts .tag", has_text="Moved up")).to_be_visible()
    assert page.evaluate("() => document.getElementById('counts').same")
    later = fakes.march_close()
    later["sources"][1] |= {"margin_votes": 40000}
    served.show(later)
    live(page, night["version"] + 2)
    assert above(page)
    served.show(agreeing())
    live(page, night["version"] + 3)
    assert not above(page)
    assert abs(page.evaluate(TOP, row) - before) < 2


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_browser_and_server_say_the_same_of_the_counts_and_of_the_call(
    lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A page that was sent while they agreed says what the server says once they do not."""
    night = fakes.march_close()
    served = gateway(agreeing())
    page = open_page(f"{served.url}?lang={lang}")
    live(page, night["version"])
    served.show(night)
    live(page, night["version"] + 1)
    html = pages.board(night | {"version": night["version"] + 1}, lang)
    keys = ("src.", "why.", "@why.", "q1.", "@q1.", "q2.", "counts.", "@src.", "@counts.")
    there, here = (
        {key: value for key, value in one.items() if key.startswith(keys)}
        for one in (sent(page, html), said(page))
    )
    assert there == here


@pytest.mark.parametrize("width", [1280, 360])
def test_at_every_width_the_counts_fit(width: int, gateway: MakeGateway, open_page: OpenPage) -> None:
    """On a phone name, how far, lead and silence; the table is no wider than the window."""
    night = fakes.march_close()
    page = open_page(gateway(night).url, width=width)
    live(page, night["version"])
    assert (
        page.evaluate("() => document.querySelector('#counts table').getBoundingClientRect().right") <= width
    )
    columns = page.locator("#counts tbody tr:first-child > :visible")
    expect(columns).to_have_count(8 if width > 700 else 4)


def test_the_reasons_against_a_call_are_a_list(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Each with its number; when there is a call they are gone with the question."""
    night = fakes.march_close()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator(".against li:visible")).to_have_count(4)
    expect(page.locator(".against b").first).to_have_text("Lead inside the recount band:")
    served.show(fakes.june() | {key: night[key] for key in ("night", "sources")})
    live(page, night["version"] + 1)
    expect(page.locator(".against")).to_be_hidden()
