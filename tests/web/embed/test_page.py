"""Every embed: complete without scripts, nothing inline, marked as what it is."""

import re

import pytest

from tests.browser import fakes
from tests.web.embed.made import options
from web.embed.page import KINDS, page


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_nothing_is_inline_and_there_is_nothing_to_press(kind: str, name: str) -> None:
    """At any stage of a night: a page around could lay a button under something else."""
    html = page(kind, options(fakes.FAKES[name]())).decode()
    assert not re.findall(r"<(button|form|input|select)| style=| on\w+=|<style|<script>", html)
    assert [f"/static/{KINDS[kind].script}.js"] == re.findall(r'<script[^>]* src="([^"]+)"', html)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_what_is_simulated_says_so_and_the_way_to_the_board_is_there(kind: str, lang: str) -> None:
    """In each language, of each embed."""
    html = page(kind, options(fakes.june(), lang)).decode()
    assert {"en": "REPLAY · SIMULATED", "tr": "TEKRAR · BENZETİM"}[lang] in html
    assert f'href="/?contest=mayor&amp;lang={lang}" target="_blank" rel="noopener"' in html
    assert f'<html lang="{lang}"' in html


def test_the_ground_can_be_fixed() -> None:
    """By the address; else it follows the reader."""
    assert 'data-theme="dark"' in page("race", options(fakes.june(), theme="dark")).decode()
    assert "data-theme" not in page("race", options(fakes.june())).decode()
    assert "/embed/mayor.css?theme=light" in page("race", options(fakes.june(), theme="light")).decode()
