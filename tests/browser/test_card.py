"""The card as it is drawn, in usual letters and in wide ones: nothing is cut, and no text meets another."""

from itertools import combinations
from typing import Any

import pytest

from languages import codes
from tests.browser import fakes, fonts
from tests.browser.conftest import OpenPage
from tests.browser.test_headlines import headlines
from web.card import EDGE, FONTS, HIGH, WIDE, svg
from web.letters import ems
from web.words import words

pytestmark = pytest.mark.browser
LONGEST = 5
BETWEEN = 8
"""Pixels by which the boxes of two lines may overlap, of what no letter here fills."""
BOXES = """(picture) => {
  document.body.innerHTML = picture;
  return [...document.querySelectorAll('text')].filter((one) => one.textContent).map((one) => {
    const { x, y, width, height } = one.getBBox();
    return [one.textContent, x, y, x + width, y + height];
  });
}"""


def nights(lang: str) -> list[Any]:
    """Every stage that there is a picture of, and the longest headlines of the shipped nights."""
    found = [fake() for fake in fakes.FAKES.values()]
    for name in ("istanbul-2019-03-31", "istanbul-2019-06-23", "practice"):
        told = sorted({one[lang] for one in headlines(name)}, key=ems, reverse=True)
        found += [fakes.june() | {"headline": {lang: line}} for line in told[:LONGEST]]
    return found


@pytest.mark.parametrize("lang", codes())
@pytest.mark.parametrize("letters", [fonts.USUAL, fonts.WIDE])
def test_nothing_on_the_card_is_cut_and_nothing_meets(letters: str, lang: str, open_page: OpenPage) -> None:
    """Whoever draws it, with the fonts that they have."""
    page = open_page("about:blank")
    for night in nights(lang):
        picture = svg(night, words(lang)).decode()
        assert FONTS in picture
        boxes = page.evaluate(BOXES, picture.replace(FONTS, letters))
        for said, left, top, right, bottom in boxes:
            assert (EDGE - 1 <= left, right <= WIDE - EDGE + 1) == (True, True), said
            assert 0 <= top < bottom <= HIGH
        for (one, *a), (other, *b) in combinations(boxes, 2):
            beside = a[2] <= b[0] or b[2] <= a[0]
            assert beside or a[3] <= b[1] + BETWEEN or b[3] <= a[1] + BETWEEN, (one, other)
