"""The picture that others show with a link: the standing, its hour, and nothing that may not be said."""

import re
import xml.etree.ElementTree as tree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser import fakes
from web.card import HIGH, WIDE, fitting, og, svg, wrapped
from web.policy import Outside
from web.words import words

KNOWN = Outside("https://results.example")


def texts(night: str, lang: str) -> list[str]:
    """All that is written in the picture of a night."""
    root = tree.fromstring(svg(fakes.FAKES[night](), words(lang)))
    return [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("night", sorted(fakes.FAKES))
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_every_stage_of_a_night_has_a_picture(night: str, lang: str) -> None:
    """With what it is about, how much is counted, and whether it is real; nothing outside its frame."""
    root = tree.fromstring(svg(fakes.FAKES[night](), words(lang)))
    assert f"0 0 {WIDE} {HIGH}" == root.get("viewBox")
    said = texts(night, lang)
    assert {"en": "REPLAY · SIMULATED", "tr": "TEKRAR · BENZETİM"}[lang] in said
    assert any("%" in one for one in said)
    for one in root.iter("{http://www.w3.org/2000/svg}rect"):
        if one.get("x"):
            assert (
                0
                <= float(one.get("x") or 0)
                <= float(one.get("x") or 0) + float(one.get("width") or 0)
                <= WIDE
            )


def test_the_picture_of_june_says_who_leads_and_of_when() -> None:
    """Whoever shows it keeps it for hours."""
    said = texts("june", "tr")
    for one in ("%53,67", "%45,55", "▲ 674.449", "İLAN EDİLDİ 19.16 · İmamoğlu"):
        assert one in said
    assert any("19.16.42" in one for one in said)


def test_under_the_ban_the_picture_has_no_totals() -> None:
    """The boxes received and the hour are all."""
    said = " ".join(texts("june_closed", "en"))
    assert "19:15" in said
    assert "28,369" in said
    assert not re.search(r"\d\d\.\d\d|▲|▼|leads|votes", said)


def test_too_early_there_is_no_colour_of_anybody() -> None:
    """As on the board."""
    assert b"A50F2B" not in svg(fakes.march_early(), words("en"))
    assert b"A50F2B" in svg(fakes.june(), words("en"))


@given(st.text(alphabet="abc ", max_size=200), st.integers(5, 40))
def test_no_word_is_cut_and_none_is_lost(text: str, letters: int) -> None:
    """A line is longer than it should be only where a single word is."""
    lines = wrapped(text, letters)
    assert text.split() == " ".join(lines).split()
    assert all(len(line) <= letters or " " not in line for line in lines)


@given(st.text(max_size=300), st.floats(10, 100), st.floats(50, 1200))
def test_a_long_text_is_set_smaller_and_none_larger(text: str, size: float, wide: float) -> None:
    """Never larger than asked for."""
    assert 0 < fitting(text, size, wide) <= size


def test_markup_in_a_name_is_text() -> None:
    """Here as everywhere."""
    night = fakes.june() | {"night_name": '<script>"&', "night_names": {}}
    assert b"<script>" not in svg(night, words("en"))
    assert '<script>"&' in [one.text for one in tree.fromstring(svg(night, words("en"))).iter()]
    assert "<script>" not in og(night, words("en"), KNOWN, png=True)


def test_a_page_names_its_picture_only_by_an_address_it_was_given() -> None:
    """A link to a place that others cannot reach would show an empty picture."""
    html = og(fakes.june(), words("tr"), KNOWN, png=True)
    assert 'content="https://results.example/card/mayor.png?lang=tr"' in html
    assert 'property="og:title"' in html
    assert "674.449" in html
    assert "mayor.svg" in og(fakes.june(), words("tr"), KNOWN, png=False)
    assert "og:image" not in og(fakes.june(), words("tr"), Outside(), png=True)
