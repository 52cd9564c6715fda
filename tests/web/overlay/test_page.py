"""The overlays: what is on air, and what is not."""

import re

import pytest

from tests.browser import fakes
from tests.web.embed.made import options
from web.embed.options import NoSuchError
from web.overlay.page import KINDS, PLACES_MAX, page


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_nothing_is_inline(kind: str, name: str) -> None:
    """At any stage of a night."""
    html = page(kind, options(fakes.FAKES[name]()), 0).decode()
    assert not re.findall(r" style=| on\w+=|<style|<script>", html)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)


def test_with_a_delay_the_page_comes_without_a_figure() -> None:
    """Those of now are what the delay holds back, also from whoever reads the page's source."""
    now, late = (page("lower-third", options(fakes.june()), delay).decode() for delay in (0, 8))
    assert "674,449" in now
    assert 'data-delay="8"' in late
    for said in ("674,449", "53.67", "29,627", "CALLED", "data-c="):
        assert said not in late


def test_under_the_ban_there_is_no_total_on_air() -> None:
    """When, and how much has been received."""
    for kind in KINDS:
        html = page(kind, options(fakes.june_closed()), 0).decode()
        assert "28,369" in html
        assert not re.findall(r'<(?:li|div|rect) [^>]*data-c="|\d\d\.\d\d<', html)


def test_more_places_than_a_screen_can_hold_are_refused_whole() -> None:
    """Half of them would look like all."""
    night = fakes.many()
    town = next(facts for facts in night["areas"].values() if facts["level"] == night["levels"][-1])
    for at in range(PLACES_MAX):
        night["areas"][f"more{at}"] = town
    with pytest.raises(NoSuchError, match="more than one screen"):
        page("tiles", options(night), 0)
