"""Names as ids: readable where Latin letters can be made of them, and never empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.wire.topics import WORD
from producers.formats.slugs import plain, slug


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Beşiktaş", "besiktas"),
        ("İSTANBUL", "istanbul"),
        ("IĞDIR", "igdir"),
        ("ığdır", "igdir"),
        ("Beyoğlu / Çukurcuma Mah.", "beyoglu-cukurcuma-mah"),
        ("O’Neil & Co", "oneil-and-co"),
        ("Łódź", "lodz"),
        ("Großhöchstetten", "grosshochstetten"),
        ("  7-A  ", "7-a"),
        ("n-1", "n-1"),
    ],
)
def test_a_name_becomes_small_letters_digits_and_hyphens(name: str, id_: str) -> None:
    """Turkish and other Latin letters are folded, what is between words is one hyphen."""
    assert id_ == slug(name)


def test_a_name_in_other_letters_keeps_a_hash_of_its_own() -> None:
    """So that two of them are never one box."""
    assert slug("Ιωάννης") != slug("Μαρία")
    assert slug("1 Ιωάννης").startswith("1-")


def test_long_names_that_begin_alike_stay_apart() -> None:
    """An id has at most 63 characters."""
    assert slug("a" * 80) != slug("a" * 81)


@given(st.text(max_size=90))
def test_every_text_has_an_id_that_a_topic_can_hold(text: str) -> None:
    """And an id is its own."""
    assert WORD.fullmatch(slug(text))
    assert slug(text) == slug(slug(text)) == slug(plain(text))


@given(st.text(max_size=30))
def test_plain_is_plain(text: str) -> None:
    """Written once or twice, it is the same; no kind of space is left at the ends."""
    assert plain(text) == plain(plain(text)) == plain(f" {text}\t")
