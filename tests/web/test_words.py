"""How the pages say numbers, times and names."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.web import node
from web.words import BOLD, languages, part_texts, words

VECTORS = Path(__file__).parent / "vectors"
NUMBERS = Path(__file__).with_name("numbers.mjs")
CASES: list[tuple[str, str, list[Any], str]] = json.loads(
    (VECTORS / "words.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("lang", "what", "given", "expected"), CASES)
def test_said_as_in_the_vectors(lang: str, what: str, given: list[Any], expected: str) -> None:
    """The server says what the vectors say; a browser test holds the page to the same vectors."""
    assert expected == getattr(words(lang), what)(*given)


def test_the_page_writes_numbers_by_the_file_of_the_language() -> None:
    """As the server does, in the digits 0 to 9: also of a language that the browser would write otherwise."""
    of = replace(words("en"), text={**words("en").text, "group": ",", "decimal": ".", "percent": "{n}%"})
    expected = [of.number(1234567), of.decimal(12345678, 2), of.share(1, 3, 1)]
    assert [expected] * 4 == node.answer(NUMBERS, "en", "ar-EG", "hi", "es")


LOCAL = ("of", "tiles.lead", "tiles.counted", "tiles.received", "tiles.counted_sub")
"""Sentences that a language may fill in by its own rules."""


def _holes(text: str) -> set[str]:
    """The values that a sentence has filled in."""
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_language_has_every_sentence() -> None:
    """The tables of all languages have the same keys and the same values to fill in."""
    assert ("en", "tr") == languages()
    parts = {lang: part_texts(lang) for lang in languages()}
    for tables in parts.values():
        assert parts["en"].keys() == tables.keys()
        for part, table in tables.items():
            english = parts["en"][part]
            assert english.keys() == table.keys(), part
            assert {key: _holes(text) for key, text in english.items() if key not in LOCAL} == {
                key: _holes(text) for key, text in table.items() if key not in LOCAL
            }


def test_no_sentence_stands_in_two_parts() -> None:
    """Parts are laid together, so none may hide a sentence of another."""
    keys = [key for table in part_texts("en").values() for key in table]
    assert len(set(keys)) == len(keys)


def test_data_cannot_make_text_bold() -> None:
    """The mark of bold text is taken out of every value."""
    assert f"{BOLD}x{BOLD} vote" == words("en").say("votes", 1, n=f"{BOLD}x{BOLD}")


def test_turkish_capitals_and_order() -> None:
    """i becomes İ and ç follows c."""
    assert "İlçe" == words("tr").capital("ilçe")
    assert ["Adalar", "Çatalca", "Şile", "Şişli", "Zeytin"] == sorted(
        ["Zeytin", "Şişli", "Çatalca", "Şile", "Adalar"], key=words("tr").sort_key
    )


def test_a_language_without_a_table_is_english() -> None:
    """An unknown language code in the address does no harm."""
    assert "en" == words("../../etc").lang
