"""What pages have in common is the same on each of them."""

import pytest

from web.fittings import board_bar, language_links, sign_in, sign_in_head
from web.joined import served
from web.words import languages, words


def test_each_language_has_a_link_and_the_present_one_is_marked() -> None:
    """With its code, so that a screen reader says it in its own tongue."""
    made = language_links(words("tr"), lambda lang: f"/desk?lang={lang}", "languages")
    for lang in languages():
        assert f'href="/desk?lang={lang}" lang="{lang}" hreflang="{lang}"' in made
    assert 1 == made.count('aria-current="true"')
    assert 'lang="tr" aria-current="true"' in made.replace('hreflang="tr" ', "")


@pytest.mark.parametrize("part", ["desk", "replay"])
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_token_can_be_typed_and_never_stands_in_an_address(part: str, lang: str) -> None:
    """The field has no name and the form waits for its script."""
    made = sign_in(words(lang), part)
    assert 'type="password"' in made
    assert " name=" not in made
    assert '<form hidden="">' in made
    assert words(lang).say(f"{part}.no_script").split("\x01")[0] in made


@pytest.mark.parametrize("part", ["desk", "replay"])
def test_everything_the_head_names_is_there(part: str) -> None:
    """Scripts, sheets and words of the page."""
    made = sign_in_head(words("en"), part)
    named = [one.split('"')[0] for one in made.split("/static/")[1:]]
    assert set(named) <= served().keys()
    assert {f"{part}.js", f"{part}.css", f"strings.{part}.en.json"} <= set(named)


def test_a_page_beside_the_board_has_a_way_back() -> None:
    """To the contest it is about."""
    w = words("en")
    assert 'href="/?contest=mayor"' in board_bar(w, "/?contest=mayor", language_links(w, str, "languages"))
