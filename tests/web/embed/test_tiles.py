"""The places as an embed: every tile says its sentence, and the table below has the same numbers."""

import re

from tests.browser import fakes
from tests.web.embed.made import options
from web.embed.page import page


def test_a_tile_is_a_picture_with_a_sentence_and_a_row() -> None:
    """With the full name, which is not on the tile."""
    html = page("tiles", options(fakes.june())).decode()
    assert 39 == html.count('role="img"') == html.count('<th scope="row">')
    assert 'aria-label="Fatih: Yıldırım ahead by 0.32 points, 98% of boxes counted' in html
    assert "ahead in 25 districts" in html


def test_before_there_may_be_a_lead_no_tile_has_a_colour() -> None:
    """Nor a word of who is ahead."""
    html = page("tiles", options(fakes.march_early())).decode()
    assert not re.findall(r'<li [^>]*data-c="', html)
    assert "no lead shown yet" in html


def test_a_night_without_places_of_tiles_has_them_in_a_row_with_their_names() -> None:
    """And no water."""
    html = page("tiles", options(fakes.many())).decode()
    assert 'class="tiles flow"' in html
    assert "water" not in html
    assert ">Town10<" in html
