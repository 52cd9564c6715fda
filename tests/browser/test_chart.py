"""The lead over time in the browser: drawn late, complete without its library, silent under the ban."""

from typing import Any

import orjson
import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import OpenPage
from tests.browser.driving import Held, MakeGateway, live, until
from tests.browser.serve import TestGateway
from tests.web.courses import june_steps, march_steps, taken
from web.face import face_of
from web.needs import told
from web.words import words

HERE = "document.querySelector('[data-late=chart]').dataset.here"
LIBRARY, DRAWING = "**/uPlot.iife.min.js", "**/part/lead/**"
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


def without(
    gateway: MakeGateway, open_page: OpenPage, *addresses: str, **answer: Any
) -> tuple[TestGateway, Page]:
    """The board scrolled to the chart, when requests for these addresses are answered so, or not at all."""
    line, s = taken(march_steps(), "replay")
    at = gateway(s)
    at.lines._lines[s["contest"]] = line
    page = open_page("about:blank")
    for one in addresses:
        page.route(one, lambda route: route.fulfill(**answer) if answer else route.abort())
    page.goto(at.url)
    live(page, s["version"])
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    return at, page


def test_without_its_library_the_chart_is_the_drawing_of_the_page(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Whatever kept it away; on a phone it is as wide as it is, and the page is not."""
    _, page = without(gateway, open_page, LIBRARY)
    until(page, "document.querySelector('.plot svg.drawn path.ours')")
    assert not page.query_selector(".plot canvas")
    page.set_viewport_size({"width": 360, "height": 800})
    assert 360 == page.evaluate("() => document.documentElement.scrollWidth")


def test_a_library_that_could_not_be_had_is_asked_for_again_with_the_next_numbers(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A gateway that just starts again says 503; the chart of the evening is not lost by that."""
    at, page = without(gateway, open_page, LIBRARY, status=503, body="")
    until(page, "document.querySelector('.plot svg.drawn path.ours')")
    page.unroute(LIBRARY)
    at.show(at.snapshot | {"areas": moved(at.snapshot)})
    until(page, "document.querySelector('.plot canvas') && !document.querySelector('.plot .drawn')")
    assert not page.query_selector_all("head script[src*=uPlot]")


def test_while_neither_library_nor_drawing_can_be_had_the_block_stays_and_nothing_is_thrown(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """It is there once, with its words and its rows, and is drawn when it can be."""
    _, page = without(gateway, open_page, LIBRARY, DRAWING)
    until(page, HERE)
    assert [] == page.query_selector_all(".plot > *")
    assert 1 == len(page.query_selector_all(".by"))
    page.unroute(DRAWING)
    until(page, "document.querySelector('.plot svg.drawn path.ours')")


def test_an_answer_that_comes_late_does_not_take_the_place_of_a_newer_one(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Two are under way, and the first comes last: what is drawn never goes back."""
    _, page = opened(gateway, open_page, june_steps())
    held = Held(page, "**/drawn.json**")
    with page.expect_request("**/drawn.json**"):
        page.click(".by button[value=clock]")
    with page.expect_response("**/drawn.json**"):
        page.click(".by button[value=clock]")
    older = held.route.fetch().json() | {"title": "What was shown before"}
    with page.expect_response("**/drawn.json**"):
        held.route.fulfill(json=older)
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert "Lead over time" == page.evaluate(f"() => {TITLE}")


def test_numbers_that_are_older_than_the_board_are_asked_for_again(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A cache may have kept them from before the last change of the night, after which nothing moves."""
    line, s = taken(june_steps(), "replay")
    at = gateway(s)
    at.lines._lines[s["contest"]] = line
    page = open_page("about:blank")
    page.clock.install()
    asked: list[str] = []

    def first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
            return
        kept = route.fetch().json()
        route.fulfill(json=kept | {"title": "Kept", "version": kept["version"] - 1})

    page.route("**/drawn.json**", first)
    page.goto(f"{at.url}?lang=en")
    live(page, s["version"])
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    until(page, f"{TITLE} === 'Kept'")
    page.clock.run_for(16_000)
    until(page, f"{TITLE} === 'Lead over time'")
    assert 2 == len(asked)


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
    both = "({ cells }) => [cells[0].textContent, cells[4].textContent]"
    rows = f"[...document.querySelectorAll('.needs tbody tr')].map({both})"
    for s in (at.snapshot, at.snapshot | {"areas": moved(at.snapshot)}):
        if s is not at.snapshot:
            at.show(s)
        made = told(s, face_of(s), words("en"))
        assert made is not None
        expected = orjson.dumps([[row[0], row[5]] for row in made["rows"]]).decode()
        until(page, f"JSON.stringify({rows}) === JSON.stringify({expected})")


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
