"""The lead over time in the browser: drawn late, complete without its library, silent under the ban."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, until
from tests.browser.serve import TestGateway
from tests.web.courses import june_steps, march_steps, taken
from web.face import face_of
from web.needs import told
from web.words import words

HERE = "document.querySelector('[data-late=chart]').dataset.here"
TITLE = "document.querySelector('#chart-title').textContent"


def opened(
    gateway: MakeGateway, open_page: OpenPage, steps: Any, **settings: Any
) -> tuple[TestGateway, Page]:
    """The board at the end of these steps, scrolled to the chart, which has come."""
    line, s = taken(steps, "replay")
    at = gateway(s)
    at.lines._lines[s["contest"]] = line  # as it had been there from the start
    page = open_page(at.url, **settings)
    live(page, s["version"])
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    until(page, HERE)
    return at, page


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_chart_comes_late_and_is_named(
    gateway: MakeGateway, open_page: OpenPage, width: int, scheme: str
) -> None:
    """Drawn with the library, with the last value in words beside it, and nothing wider than the window."""
    _, page = opened(gateway, open_page, june_steps(), width=width, color_scheme=scheme)
    until(page, "document.querySelector('.plot canvas')")
    until(page, "document.querySelector('.ends .ours b')?.textContent.startsWith('▲ 8.1')")
    assert page.evaluate("() => document.querySelector('.plot').getAttribute('aria-label')").startswith(
        "▲ 8.1"
    )
    assert width == page.evaluate("() => document.documentElement.scrollWidth")


def test_by_share_counted_the_same_end_is_elsewhere(gateway: MakeGateway, open_page: OpenPage) -> None:
    """One press, and it says which it is."""
    _, page = opened(gateway, open_page, march_steps())
    said = page.inner_text(".ends .ours b")
    page.click(".by button[value=share]")
    until(page, "document.querySelector('.by [value=share]').getAttribute('aria-pressed') === 'true'")
    assert said == page.inner_text(".ends .ours b")


def test_without_its_library_the_chart_is_the_drawing_of_the_page(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Whatever kept it away."""
    line, s = taken(march_steps(), "replay")
    at = gateway(s)
    at.lines._lines[s["contest"]] = line
    page = open_page("about:blank")
    page.route("**/uPlot.iife.min.js", lambda route: route.abort())
    page.goto(at.url)
    live(page, s["version"])
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    until(page, "document.querySelector('.plot svg.drawn path.ours')")
    assert not page.query_selector(".plot canvas")


def test_under_the_ban_boxes_and_at_the_jump_the_lead(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The same block, by itself; before, nothing that it was sent holds a lead."""
    steps = list(june_steps())
    at, page = opened(gateway, open_page, iter(steps[:25]))
    until(page, f"{TITLE} === 'Boxes received, every 5 minutes'")
    assert not page.is_visible(".needs")
    at.show(steps[25])
    until(page, f"{TITLE} === 'Lead over time'")
    until(page, "document.querySelector('.ends .ours')")
    until(page, "document.querySelector('.read').textContent.includes('29,430')")
    assert page.is_visible(".needs")


def test_the_rows_of_what_is_needed_are_those_of_the_server(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Before and after the script came, and after the count moved."""
    at, page = opened(gateway, open_page, march_steps())
    rows = "[...document.querySelectorAll('.needs tbody tr')].map((row) => row.cells[0].textContent)"
    numbers = "[...document.querySelectorAll('.needs tbody tr')].map((row) => row.cells[4].textContent)"
    for s in (at.snapshot, at.snapshot | {"areas": moved(at.snapshot)}):
        if s is not at.snapshot:
            at.show(s)
        made = told(s, face_of(s), words("en"))
        assert made is not None
        worth = str([row[5] for row in made["rows"]]).replace("'", '"')
        until(page, f"JSON.stringify({numbers}) === JSON.stringify({worth})")
        assert [row[0] for row in made["rows"]] == page.evaluate(f"() => {rows}")


def moved(s: dict[str, Any]) -> dict[str, Any]:
    """The places, when one of them has counted all its boxes."""
    first = next(id for id, area in s["areas"].items() if area["level"] == "district")
    part = s["areas"][first]["counted"]
    whole = part | {"boxes": part["boxes_total"], "registered": part["registered_total"]}
    areas: dict[str, Any] = s["areas"]
    return areas | {first: s["areas"][first] | {"counted": whole}}


@pytest.mark.parametrize("width", [1280, 360])
def test_the_block_keeps_its_place_when_it_comes(
    gateway: MakeGateway, open_page: OpenPage, width: int
) -> None:
    """What stands below it does not jump."""
    line, s = taken(march_steps(), "replay")
    at = gateway(s)
    at.lines._lines[s["contest"]] = line
    page = open_page(at.url, width=width)
    before = page.evaluate("() => document.querySelector('.course').offsetHeight")
    live(page, s["version"])
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    until(page, HERE)
    until(page, "document.querySelector('.plot canvas')")
    assert abs(page.evaluate("() => document.querySelector('.course').offsetHeight") - before) <= 16
