"""The picture that others show with a link: the standing, its hour, and nothing that may not be said."""

import re
import xml.etree.ElementTree as tree
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser import fakes
from web.card import (
    EDGE,
    HEAD_FROM,
    HEAD_SIZES,
    HEAD_TO,
    HIGH,
    LEADING,
    WIDE,
    fitting,
    headline_lines,
    og,
    svg,
    wrapped,
)
from web.letters import ems
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


@given(st.text(alphabet="abW ", max_size=200), st.floats(5, 40))
def test_no_word_is_cut_and_none_is_lost(text: str, wide: float) -> None:
    """A line is longer than it should be only where a single word is."""
    lines = wrapped(text, wide)
    assert text.split() == " ".join(lines).split()
    assert all(ems(line) <= wide or " " not in line for line in lines)


@given(st.text(max_size=300), st.floats(10, 100), st.floats(50, 1200))
def test_a_long_text_is_set_smaller_and_none_larger(text: str, size: float, wide: float) -> None:
    """Never larger than asked for, and never wider than there is room."""
    set_in = fitting(text, size, wide)
    assert 0 < set_in <= size
    assert ems(text) * set_in <= wide * 1.000001


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


def placed(picture: bytes) -> list[tuple[str, float, float, float]]:
    """Of each text of a picture: what it says, its baseline, and from where to where it reaches at most."""
    found = []
    for one in tree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        said, wide = one.text or "", ems(one.text or "") * float(one.get("font-size") or 0)
        before = {"start": 0.0, "middle": 0.5, "end": 1.0}[one.get("text-anchor") or "start"] * wide
        left = float(one.get("x") or 0) - before
        found.append((said, float(one.get("y") or 0), left, left + wide))
    return [one for one in found if one[0]]


LONG = " ".join(["Cumhuriyetin MMMMMMMMMM WWWWWWWWWWW adayı"] * 4)


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("night", sorted(fakes.FAKES))
@pytest.mark.parametrize("line", ["", "Kaya leads by 4,021 votes.", LONG, "W" * 200, LONG * 40])
def test_no_text_is_cut_and_none_meets_another_in_wide_letters(night: str, lang: str, line: str) -> None:
    """However long the sentence is, and whoever's fonts it is drawn with."""
    s = fakes.FAKES[night]()
    picture = svg(s | {"headline": {lang: line}} if line else s, words(lang))
    texts = placed(picture)
    for said, _, left, right in texts:
        assert (EDGE - 0.01 <= left, right <= WIDE - EDGE + 0.01) == (True, True), said
    for (one, y, *a), (other, at, *b) in combinations(texts, 2):
        assert abs(y - at) > 12 or a[1] < b[0] or b[1] < a[0], (one, other)


def test_a_sentence_without_an_end_ends_with_an_ellipsis_and_can_be_read() -> None:
    """It is never set smaller than can be read, and never over what stands below it."""
    lines, size = headline_lines(LONG * 40)
    assert (min(HEAD_SIZES), " …") == (size, lines[-1][-2:])
    assert HEAD_FROM + (len(lines) - 1) * size * LEADING <= HEAD_TO


def test_letters_that_a_picture_cannot_hold_do_not_break_it() -> None:
    """A reason that was pasted out of a letter may hold any; a withdrawn call is shown all the same."""
    night = fakes.june() | {"headline": {"en": "The call is withdrawn: a\x0bb\x00c\ud800."}}
    said = [one.text for one in tree.fromstring(svg(night, words("en"))).iter()]
    assert "The call is withdrawn: abc." in said
