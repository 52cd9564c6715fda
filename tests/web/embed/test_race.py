"""The race as an embed says what the board says."""

import re

from tests.browser import fakes
from tests.web.embed.made import options
from web.embed.page import page


def test_the_race_is_the_boards() -> None:
    """Names, shares, lead and what is out, without a script."""
    html = page("race", options(fakes.june())).decode()
    for said in ("Ekrem İmamoğlu", "53.67", "45.55", "674,449", "at most", "541,662", "CALLED 19:16"):
        assert said in html


def test_under_the_ban_there_is_when_and_how_much_and_nothing_else() -> None:
    """No share, no lead, no colour, in words or in a length."""
    html = page("race", options(fakes.june_closed())).decode()
    assert "19:15" in html
    assert "28,369" in html
    assert not re.findall(r'data-c="|\d\d\.\d\d<|width="[1-9][\d.]*%" data-a="width:race', html)
