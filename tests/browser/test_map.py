"""The map in Chromium: the same places, colours, numbers and words as the tiles, drawn where they lie.

Know before changing: the shapes here are invented squares, since real ones have licences of their own; the
real districts of Istanbul are looked at where they lie beside the checkout.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from election.geometry import Geometry, Ring
from election.night import AreaId, GeometryRule
from election.wire.geometry import read_geometry
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, until
from tests.browser.serve import TestGateway
from tests.browser.stands import browsing
from tests.browser.test_accessible import RULES, _axe, wrong
from tests.invented_map import ring
from tests.web.made import JUNE, night
from web.map_file import MapFile, map_file

pytestmark = pytest.mark.browser
REAL = "istanbul-2019/geo/istanbul-districts-osm2020-3pct.topojson"
WITHOUT, TINY = "adalar", "sile"
Opened = tuple[Page, TestGateway]
Board = Callable[..., Opened]
Scheme = Literal["light", "dark"]


def square(row: int, column: int, size: float) -> Ring:
    """A cell of the invented grid, or the upper left part of it."""
    (west, north), *rest = ring(row, column)
    return ((west, north), *((west + (x - west) * size, north + (y - north) * size) for x, y in rest))


def mapped(shown: fakes.Snapshot) -> MapFile:
    """Every district a square where its tile lies; one is tiny, and one has no shape."""
    places = {id: facts for id, facts in shown["areas"].items() if facts["level"] == shown["levels"][-1]}
    shapes = {
        AreaId(id): ((square(*facts["tile"], size=0.1 if id == TINY else 1),),)
        for id, facts in places.items()
        if id != WITHOUT
    }
    made = map_file(Geometry(shapes, "© invented", "https://example.org/", (AreaId(WITHOUT),)))
    assert made
    return made


@pytest.fixture(scope="module")
def wide(wide_chromium: Browser) -> Iterator[Page]:
    """One board with its map, in wide letters, for all that only look at it."""
    shown = fakes.june()
    at = TestGateway(shown)
    at.mapped = mapped(shown)
    with browsing(wide_chromium) as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{at.url}?lang=en#map=1&area=fatih")
        expect(shape(page, "fatih")).to_be_focused()
        yield page
    at.stop()


@pytest.fixture
def board(gateway: MakeGateway, open_page: OpenPage) -> Board:
    """Opens a board with a map, painted."""

    def opened(shown: fakes.Snapshot, hash: str = "#map=1", lang: str = "en", **how: Any) -> Opened:
        at = gateway(shown)
        at.mapped = mapped(shown)
        page = open_page(f"{at.url}?lang={lang}{hash}", **how)
        live(page, shown["version"])
        return page, at

    return opened


def shape(page: Page, area: str) -> Any:
    """A place on the map."""
    return page.locator(f".map g[data-area={area}]")


def tile(page: Page, area: str) -> Any:
    """Its tile."""
    return page.locator(f".tile [data-area={area}]")


def number(page: Page, area: str) -> str:
    """What is written on a place, whether there is room for it or not."""
    at = page.evaluate(
        f"[...document.querySelectorAll('.map g[data-area]')].findIndex((g) => g.dataset.area === '{area}')"
    )
    return str(page.locator(".map text tspan:not(.name):has(.mark)").nth(at).text_content())


def test_nothing_of_the_map_is_fetched_before_it_is_asked_for(board: Board) -> None:
    """One press fetches script, sheet, words and shapes; the address keeps that the map was chosen."""
    page, at = board(fakes.june(), "")
    page.locator(".places").scroll_into_view_if_needed()
    expect(page.get_by_role("radio", name="Tiles")).to_be_checked()
    asked = [path for path in at.asked if "map" in path]
    page.get_by_role("radio", name="Map").check()
    expect(page.locator(".map svg")).to_be_visible()
    assert at.mapped
    assert ([], {"/static/map.js", "/static/map.css", "/static/strings.map.en.json", at.mapped.address}) == (
        asked, {path for path in at.asked if "map" in path},
    )  # fmt: skip
    expect(page.locator(".tile").first).to_be_hidden()
    expect(page).to_have_url(re.compile("#map=1$"))
    page.get_by_role("radio", name="Tiles").check()
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.locator(".map")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("map="))


def test_every_place_is_as_on_its_tile(wide: Page) -> None:
    """Colour, step, mark, number and words: for each, in every way of looking at them."""
    page = wide
    same = """() => [...document.querySelectorAll('.map g[data-area]')].map((g, at) => {
      const tile = document.querySelector(`.tile button[data-area=${g.dataset.area}]`);
      const text = document.querySelectorAll('.map text')[at];
      const of = (node) => [node.dataset.c, node.dataset.s, node.dataset.flip].join();
      const written = text.querySelector('.mark').textContent + text.querySelector('.value').textContent;
      return of(g) === of(tile.closest('li')) && of(text) === of(g) && g.ariaLabel === tile.ariaLabel
        && written === tile.querySelector('.b').textContent;
    })"""
    for mode in ("Change", "Boxes out", "Lead"):
        page.locator(".modes").get_by_role("button", name=mode).click()
        expect(page.locator(f".modes [aria-pressed=true]:has-text('{mode}')")).to_have_count(1)
        assert [True] * 38 == page.evaluate(same), mode


def test_what_moves_on_the_tiles_moves_on_the_map(board: Board) -> None:
    """By the same paint; a changed place wears a border, and a paused page stands still."""
    page, at = board(fakes.june())
    moved = fakes.june()
    expect(page.locator(".map svg")).to_be_visible()
    assert "▼<1" == number(page, "fatih")
    facts = moved["areas"]["fatih"]
    facts["choices"] |= {
        "imamoglu": facts["choices"]["imamoglu"] + 3000,
        "yildirim": facts["choices"]["yildirim"] - 3000,
    }
    at.show(moved)
    until(page, f"sandik.store.painted.version === {at.snapshot['version']}")
    expect(shape(page, "fatih")).to_have_attribute("data-c", "0")
    assert "▲2" == number(page, "fatih")
    expect(shape(page, "fatih")).to_have_class("changed")
    expect(shape(page, "fatih")).to_have_attribute("aria-label", re.compile("İmamoğlu"))
    page.get_by_role("button", name="Pause").click()
    facts["choices"] = facts["choices"] | {"imamoglu": facts["choices"]["imamoglu"] + 9000}
    at.show(moved)
    until(page, f"sandik.store.latest.version === {at.snapshot['version']}")
    assert "▲2" == number(page, "fatih")


def test_the_arrow_keys_lead_from_place_to_place(wide: Page) -> None:
    """Tab comes to one of them; Enter puts it into the address; the readout says it in words and units."""
    page = wide
    shape(page, "kartal").focus()
    expect(page.locator(".map g[tabindex='0']")).to_have_count(1)
    for key, area in (
        ("ArrowLeft", "maltepe"),
        ("ArrowUp", "atasehir"),
        ("ArrowRight", "sultanbeyli"),
        ("End", "tuzla"),
    ):
        page.keyboard.press(key)
        expect(shape(page, area)).to_be_focused()
    page.keyboard.press("Home")
    expect(shape(page, "sariyer")).to_be_focused()
    expect(page.locator(".readout")).to_contain_text(
        re.compile(r"Sarıyer 677 of 753 boxes.*▲ İmamoğlu .*% · .* votes", re.S)
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#map=1&area=sariyer$"))


def test_a_link_leads_to_a_place_on_the_map(board: Board) -> None:
    """Far down on a phone too: it is in sight, and chosen on the tiles as well; another address leads on."""
    page, _ = board(fakes.june(), "#map=1&area=fatih", width=360)
    expect(shape(page, "fatih")).to_be_focused()
    expect(shape(page, "fatih")).to_be_in_viewport()
    expect(page.locator(".map .ring")).to_have_attribute(
        "d", str(shape(page, "fatih").locator("path").get_attribute("d"))
    )
    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("radio", name="Tiles").check()
    expect(page.locator(".picked")).to_have_attribute("data-area", "fatih")
    for hash, there in (("#map=1&area=kartal", shape(page, "kartal")), ("#area=sile", tile(page, "sile"))):
        page.evaluate("(hash) => { location.hash = hash; }", hash)
        expect(there).to_be_focused()


def test_a_larger_map_has_room_for_every_number(wide: Page) -> None:
    """On a phone a place may have its mark alone, or nothing, at first; the page itself grows no wider."""
    page = wide
    page.set_viewport_size({"width": 360, "height": 900})
    larger, smaller = (page.get_by_role("button", name=name) for name in ("Larger", "Smaller"))
    expect(smaller).to_be_disabled()
    until(page, "document.querySelectorAll('.map .none').length > 0")
    for _ in range(3):
        larger.click()
    expect(larger).to_be_disabled()
    until(page, "document.querySelectorAll('.map :is(.none, .alone)').length === 0")
    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    for _ in range(3):
        smaller.click()
    page.set_viewport_size({"width": 1280, "height": 900})


def test_no_colour_before_there_may_be_a_lead(board: Board) -> None:
    """Below the threshold a place says how much has come in, in grey."""
    page, _ = board(fakes.march_early())
    expect(page.locator(".map svg")).to_be_visible()
    expect(page.locator(".map [data-c]")).to_have_count(0)
    assert re.fullmatch(r"[<>]?\d+%", number(page, "fatih"))


def test_the_line_below_the_title_says_nothing_of_bars_that_a_map_has_not(board: Board) -> None:
    """It is the tiles' own again when they are chosen, also after something moved."""
    page, at = board(fakes.june())
    sub = page.locator(".places .over .quiet").first
    expect(sub).to_have_text("Lead in percentage points.")
    at.show(fakes.june() | {"at": "2019-06-23T16:17:00.000Z"})
    live(page, at.snapshot["version"])
    expect(sub).to_have_text("Lead in percentage points.")
    page.check("#view-tiles")
    expect(sub).to_contain_text("the bar along the bottom of a tile")


def test_the_board_of_a_time_has_its_map_and_no_chart_of_now(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Places are looked at as they were; what goes on since is asked for by nobody."""
    shown = fakes.june()
    at = gateway(shown)
    at.mapped = mapped(shown)
    page = open_page(f"{at.url}?lang=en&as_of=2019-06-23T16:16:00.000Z#map=1&area=fatih")
    expect(shape(page, "fatih")).to_be_focused()
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    assert not [one for one in at.asked if one.startswith("/series/")]


def test_below_the_map_stands_what_is_missing_and_whose_it_is(wide: Page) -> None:
    """A place without a shape by its name; the source as a link."""
    expect(wide.locator(".map")).to_contain_text("Not on the map: Adalar.")
    expect(wide.get_by_role("link", name="© invented")).to_have_attribute("href", "https://example.org/")


def test_state_is_told_by_marks_in_forced_colours_too(wide: Page) -> None:
    """No fill is left; borders, numbers and the ring are of the reader's colours."""
    page = wide
    shape(page, "fatih").focus()
    page.emulate_media(forced_colors="active")
    look = "(node) => [getComputedStyle(node).fill, getComputedStyle(node).stroke]"
    kartal, fatih = (shape(page, area).locator("path").evaluate(look) for area in ("kartal", "fatih"))
    assert kartal == fatih
    assert kartal[0] != kartal[1]
    assert page.locator(".map .ring").evaluate(look)[1] not in kartal
    assert "▲" in number(page, "kartal")
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_on_the_map(scheme: Scheme, width: int, wide: Page) -> None:
    """Names, roles and contrast, with a place chosen."""
    wide.set_viewport_size({"width": width, "height": 900})
    wide.emulate_media(color_scheme=scheme)
    shape(wide, "fatih").focus()
    wide.evaluate(_axe())
    assert [] == wrong(wide, RULES)


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page without JavaScript."""
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_javascript_tiles_and_table_are_there_as_before(gateway: MakeGateway, plain: Page) -> None:
    """And no switch that would do nothing."""
    at = gateway(fakes.june())
    at.mapped = mapped(at.snapshot)
    plain.goto(f"{at.url}?lang=en#map=1")
    for there in (".tile", "sandik-table tbody tr"):
        expect(plain.locator(there).first).to_be_visible()
    for gone in (".views", ".map"):
        expect(plain.locator(gone)).to_be_hidden()


@pytest.mark.real_data
def test_the_real_map_of_istanbul_has_a_mark_on_every_district(
    real_data: Any, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """On a wide screen at once: 39 districts, ▲ or ▼ beside each colour, a number on all but the islands."""
    content = (real_data / REAL).read_bytes()
    at = gateway(fakes.june())
    at.mapped = map_file(
        read_geometry(REAL, content, night(JUNE), GeometryRule("© OpenStreetMap contributors"))
    )
    page = open_page(f"{at.url}?lang=en#map=1")
    live(page, at.snapshot["version"])
    until(page, "document.querySelectorAll('.map text[class]').length === 39")
    assert (0, 1) == tuple(page.locator(f".map text.{kind}").count() for kind in ("none", "alone"))
