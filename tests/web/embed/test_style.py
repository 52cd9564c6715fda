"""The colours of an embed follow its reader, or stand still where the page around is of one ground."""

import re

from tests.browser import fakes
from web.embed.style import style


def test_a_fixed_ground_does_not_ask_the_reader() -> None:
    """A page that is always white has readers with dark screens."""
    auto, light, dark = (style(fakes.june(), theme).decode() for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme" in auto
    assert "prefers-color-scheme" not in light + dark
    assert '[data-c="0"]{--f:#A50F2B' in light
    assert '[data-c="0"]{--f:#C8213F' in dark
    assert '[data-palette=safe] [data-c="1"]{--f:#E69F00' in light


def test_every_tile_has_its_cell() -> None:
    """As on the board."""
    assert 39 == len(re.findall(r"\.p\d+\{grid-area", style(fakes.june(), "light").decode()))
