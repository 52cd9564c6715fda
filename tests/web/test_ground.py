"""Tiles and table in HTML."""

import re

from tests.browser import fakes
from web import pages
from web.ground import part_of
from web.words import words


def rows(night: fakes.Snapshot, lang: str = "en") -> list[str]:
    """The places in the order of the table's rows."""
    return re.findall(r'<tr data-area="(\w+)"', pages.board(night, lang).decode())


def test_rows_stand_in_the_order_of_the_lead_or_the_alphabet() -> None:
    """Largest lead first; before there is one by the language's alphabet."""
    assert ["kadikoy", "kucukcekmece", "maltepe"] == rows(fakes.june())[:3]
    closed = rows(fakes.june_closed(), "tr")
    assert ["catalca", "cekmekoy", "esenler"] == closed[closed.index("catalca") :][:3]


def test_the_part_of_a_place_is_its_parent_or_its_side() -> None:
    """The parent below the root gives the name, in the page's language."""
    assert ("Asia", "Asya") == tuple(part_of(fakes.june(), "sile", words(lang)) for lang in ("en", "tr"))
    assert "" == part_of(fakes.yes_no(), "ashby", words("en"))


def test_long_names_are_set_tighter_and_codes_are_there() -> None:
    """Names over eleven letters are tightened, and every tile has its code for narrow screens."""
    page = pages.board(fakes.june(), "en").decode()
    assert '<span class="n long" aria-hidden="true">Gaziosmanpaşa</span>' in page
    assert '<span class="k" aria-hidden="true">GOP</span>' in page


def test_one_tile_is_a_tab_stop() -> None:
    """Only the first tile is reached with Tab; arrows do the rest."""
    page = pages.board(fakes.june(), "en").decode()
    assert 1 == len(re.findall(r'<button type="button" data-area="\w+" tabindex="0">', page))
    assert 38 == page.count('tabindex="-1"')
