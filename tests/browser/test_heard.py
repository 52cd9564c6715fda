"""What a screen reader is given of strip, tiles and table: each value with its candidate and its unit.

Know before changing: this is the accessibility tree of Chromium, as it hands it to a screen reader; that
there is one polite sentence and no live number is in test_board.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live

pytestmark = pytest.mark.browser
STRIP = {
    "en": """
- region "The race":
  - heading "Ekrem İmamoğlu" [level=2]
  - paragraph: CHP · Nation Alliance
  - paragraph: 53.67%
  - paragraph: 4,456,777 votes at 95.0% counted
  - paragraph: İmamoğlu’s lead
  - paragraph: ▲ 674,449
  - paragraph: votes · 8.12 points
  - heading "Binali Yıldırım" [level=2]
  - paragraph: AK Parti · People’s Alliance
  - paragraph: 45.55%
  - paragraph: 3,782,328 votes at 95.0% counted
""",
    "tr": """
- region:
  - heading "Ekrem İmamoğlu" [level=2]
  - paragraph: CHP · Millet İttifakı
  - paragraph: "%53,67"
  - paragraph: /4\\.456\\.777 oy/
  - paragraph: /İmamoğlu/
  - paragraph: ▲ 674.449
  - paragraph: /oy · 8,12 puan/
  - heading "Binali Yıldırım" [level=2]
  - paragraph: AK Parti · Cumhur İttifakı
  - paragraph: "%45,55"
  - paragraph: /3\\.782\\.328 oy/
""",
}
TILE = re.compile(r"\w+: (İmamoğlu|Yıldırım) ahead by [\d.]+ points, >?\d+% of boxes counted(; .*|, .*)?")
NAMED = "(ones) => ones.map((one) => one.ariaLabel || one.innerText.trim())"
HEARD = """(row) => [...row.cells].map((cell) => cell.textContent.trim())"""


def board(gateway: MakeGateway, open_page: OpenPage, lang: str) -> Page:
    """The June board at the call."""
    night = fakes.june()
    page = open_page(f"{gateway(night).url}?lang={lang}")
    live(page, night["version"])
    return page


@pytest.mark.parametrize("lang", sorted(STRIP))
def test_the_strip_is_read_as_candidate_share_and_votes(
    lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Under each name stand party, share with its sign and votes with the word; between them whose lead."""
    page = board(gateway, open_page, lang)
    expect(page.locator(".race")).to_match_aria_snapshot(STRIP[lang])


def test_each_tile_is_a_button_that_says_place_leader_lead_unit_and_counted(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """All 39, in one list that says how to move in it."""
    page = board(gateway, open_page, "en")
    tiles = page.get_by_role("list", name="Tiles, one for each place; move with the arrow keys")
    names = tiles.get_by_role("button").evaluate_all(NAMED)
    assert 39 == len(names)
    assert [] == [name for name in names if not TILE.fullmatch(name)]


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_each_column_of_the_table_says_whose_figures_it_holds(
    lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """No two heads are the same; votes are headed by their candidate, rows by their place."""
    page = board(gateway, open_page, lang)
    table = page.locator("sandik-table table")
    heads = [re.sub(r"[↓↑]|\s+", " ", one).strip() for one in table.locator("thead th").all_text_contents()]
    assert len(heads) == len(set(heads))
    votes = "votes" if lang == "en" else "oy"
    for name in ("İmamoğlu", "Yıldırım"):
        assert 1 == sum(head.startswith(name) and head.lower().endswith(votes) for head in heads), heads
    cells = table.locator("tr[data-area=fatih]").evaluate(HEARD)
    assert len(heads) == len(cells)
    said = dict(zip(heads, cells, strict=True))
    numbers = ("107,019", "107,707") if lang == "en" else ("107.019", "107.707")
    found = [value for head, value in said.items() if head.lower().endswith(votes) and head[0] in "İY"]
    assert list(numbers) == found
    scopes = table.locator("th").evaluate_all("(ones) => ones.map((one) => one.scope)")
    assert {"col", "row"} == set(scopes)
