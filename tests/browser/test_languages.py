"""A language that runs from right to left breaks nothing: no overflow, and no bar under somebody else's name.

Know before changing: the language is a file of this test alone (tests/languages/third.py), put beside the
others for as long as the test runs.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import languages
from languages import saying
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live
from tests.languages.third import CODE, MARK, beside
from web import joined, words

pytestmark = pytest.mark.browser
KEPT = (
    languages.codes, languages._file, languages.table, saying.sentence, saying.spoken, words.part_texts,
    words.words, joined.served,
)  # fmt: skip
"""What is read once in the life of a process."""
OVER = """() => document.scrollingElement.scrollWidth - innerWidth"""
UNDER = """() => ['l', 'r'].map((side) => {
  const middle = ({ left, width }) => left + width / 2;
  const bars = [...document.querySelectorAll('.race .strip .in')].map((bar) => bar.getBoundingClientRect());
  const name = middle(document.querySelector(`.race .side.${side}`).getBoundingClientRect());
  const far = ({ left, right }) => Math.max(left - name, name - right, 0);
  return far(bars[0]) <= far(bars[1]) ? 'l' : 'r';
})"""
"""Under the name of which side the bar of each lies: the strip is drawn and is never mirrored."""
WEST, EAST = (
    f"document.querySelector('.tile [data-area={area}]').getBoundingClientRect().left"
    for area in ("silivri", "sile")
)
TILES = """() => [...document.querySelectorAll('sandik-tiles .tile')].map((tile) => {
  const { left, right, top, bottom } = tile.getBoundingClientRect();
  return [tile.textContent.slice(0, 24), left, right, top, bottom];
})"""


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One language more, and none of it left afterwards."""
    monkeypatch.setattr(languages, "FOLDER", beside(tmp_path))
    for one in KEPT:
        one.cache_clear()
    yield
    monkeypatch.setattr(languages, "FOLDER", files("languages"))
    for one in KEPT:
        one.cache_clear()


@pytest.mark.wide_letters
@pytest.mark.parametrize("width", [1280, 360])
def test_a_board_from_right_to_left_overflows_nowhere_and_keeps_its_order(
    third: None, gateway: MakeGateway, open_page: OpenPage, width: int
) -> None:
    """Tiles do not lie on one another, and the script says the same as the server."""
    night = fakes.june()
    page = open_page(f"{gateway(night).url}?lang={CODE}", width=width)
    before = page.locator("h1").inner_text()
    live(page, night["version"])
    assert ("rtl", CODE) == tuple(
        page.evaluate("[getComputedStyle(document.body).direction, document.documentElement.lang]")
    )
    assert before == page.locator("h1").inner_text()
    assert MARK.strip() in page.locator("body").inner_text()
    assert page.evaluate(OVER) <= 0
    assert page.evaluate(WEST) < page.evaluate(EAST)
    tiles = page.evaluate(TILES)
    assert len(tiles) == 39
    for at, (name, left, right, top, bottom) in enumerate(tiles):
        assert left >= 0, name
        assert right <= width, name
        for other, begin, end, over, under in tiles[at + 1 :]:
            beside = right <= begin + 1 or end <= left + 1
            apart = beside or bottom <= over + 1 or under <= top + 1
            assert apart, f"{name} lies on {other}"


@pytest.mark.parametrize("path", ["?", "embed/race?", "overlay/lower-third?"])
def test_from_right_to_left_each_bar_lies_under_its_own_name(
    third: None, gateway: MakeGateway, open_page: OpenPage, path: str
) -> None:
    """The race keeps its sides, as tiles keep west at the left."""
    night = fakes.june()
    page = open_page(f"{gateway(night).url}{path}lang={CODE}")
    live(page, night["version"])
    assert "rtl" == page.evaluate("getComputedStyle(document.body).direction")
    assert ["l", "r"] == page.evaluate(UNDER)
