"""The page of a replay as the server sends it: a field to sign in, and nothing of the count."""

import re

import pytest

from web.joined import served
from web.replay.page import page
from web.routes import OPEN, ROUTES
from web.words import languages, part_texts


@pytest.mark.parametrize("lang", languages())
def test_it_is_complete_in_each_language_and_holds_nothing_inline(lang: str) -> None:
    """Every sentence that the script says is there too, or the page would stop in the middle."""
    html = page(lang).decode()
    assert f'lang="{lang}"' in html
    assert not re.findall(r" style=| on\w+=|<style|<script>", html)
    assert ["/static/replay.js"] == re.findall(r'<script[^>]* src="([^"]+)"', html)
    wanted = set(re.findall(r'\bline\("([\w.]+)"', served()["replay.js"].decode()))
    assert len(wanted) > 50
    assert set() == {key for key in wanted if f"replay.{key}" not in part_texts(lang)["replay"]}


def test_both_languages_say_the_same_things() -> None:
    """With the same values in them."""
    texts = [part_texts(lang)["replay"] for lang in ("en", "tr")]
    assert texts[0].keys() == texts[1].keys()
    for key in texts[0]:
        named = [set(re.findall(r"\{(\w+)\}", text[key])) for text in texts]
        assert named[0] == named[1], key


def test_a_token_has_no_name_in_the_form_and_no_figure_is_in_the_page() -> None:
    """So it can stand in no address; and whoever opens the page learns nothing."""
    html = page("en").decode()
    field = re.search(r"<input[^>]*id=\"token\"[^>]*>", html)
    assert field is not None
    assert "name=" not in field.group(0)
    assert not re.search(r"\d{3},\d{3}", html)
    assert "replay" in OPEN
    assert "replay" in ROUTES
