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
    assert '<span class="n long">Gaziosmanpaşa</span>' in page
    assert '<span class="k">GOP</span>' in page


def test_one_tile_is_a_tab_stop() -> None:
    """Only the first tile is reached with Tab; arrows do the rest."""
    page = pages.board(fakes.june(), "en").decode()
    stops = re.findall(r'<button type="button" data-area="\w+" tabindex="(-?\d)"', page)
    assert ["0", *38 * ["-1"]] == stops


def test_what_was_told_is_a_list_in_the_page_itself() -> None:
    """Time, word, title and reason of each, newest first, without JavaScript; and where the feeds are."""
    page = pages.board(fakes.june(), "en").decode()
    first = page.index('data-id="0000000000000006"')
    assert first < page.index('data-id="0000000000000005"')
    assert (
        '<time datetime="2019-06-23T16:15:40.000Z">19:15:40</time><p><b class="tag">Event</b> '
        "<b>Yıldırım concedes.</b> Said by the candidate."
    ) in page
    assert '<a href="/feed.json?lang=en">feed.json</a>' in page
    assert "Nothing has been told yet." in pages.board(fakes.yes_no(), "en").decode()


def test_only_a_night_that_repeats_another_has_a_column_of_changes() -> None:
    """And corners, tags and the note that says whose lead it is."""
    page = pages.board(fakes.june(), "tr").decode()
    assert (
        '<th scope="col" data-sort="move" class="num v wide"><span data-t="th.move">31 Mart gününe göre'
        in page
    )
    assert "İmamoğlu’nun farkındaki değişim" in page
    assert 'class="tag" data-t=".turned">değişti</b>' in page
    plain = pages.board(fakes.march_close(), "en").decode()
    assert "data-flip" not in plain
    assert 'data-sort="move"' not in plain


def test_the_column_of_parts_is_called_by_their_level() -> None:
    """Sides in Istanbul; where the level above is the whole contest, simply parts."""
    page = pages.board(fakes.june(), "en").decode()
    assert '<th scope="col" data-sort="part" class="wide">Side</th>' in page
