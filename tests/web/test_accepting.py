"""What headers of a request accept; what strangers write there does no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.accepting import language, matches, takes_gzip

LANGUAGES = ("en", "tr")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("tr-TR,en;q=0.8", "tr"), ("de, en", "en"), ("de", "en"), ("", "en"), ("TR", "tr"), (";;,", "en")],
)
def test_the_first_language_that_there_is(accepted: str, expected: str) -> None:
    """In the browser's order; else the first of ours."""
    assert expected == language(accepted, LANGUAGES)


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("br", False)],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    """A weight of nothing says no."""
    assert takes == takes_gzip(accepted)


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        ('"e1:4"', True),
        ('W/"e1:4"', True),
        ('"x", "e1:4"', True),
        ("*", True),
        ('"e1:5"', False),
        ("", False),
    ],
)
def test_who_has_it_already(wanted: str, same: bool) -> None:
    """By weak comparison."""
    assert same == matches(wanted, '"e1:4"')


@given(st.text(max_size=30))
def test_whatever_is_written_there(text: str) -> None:
    """It accepts something, or nothing."""
    assert language(text, LANGUAGES) in LANGUAGES
    assert takes_gzip(text) in (True, False)
    assert matches(text, '"\0"') in (True, False)
