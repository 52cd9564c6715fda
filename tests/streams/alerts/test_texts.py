"""Whether a fact reads the same on every channel: mode first, one line, in the reader's language."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from streams.alerts.texts import lines, said, subject
from tests.streams import facts

FACT = facts.told(1)
RETRACTION = facts.told(2, "call-retracted")


def test_the_title_is_as_it_was_told() -> None:
    """With its mode, in the language of the subscription."""
    assert FACT.title["en"] == subject(FACT, "en")
    assert FACT.title["tr"] == subject(FACT, "tr")


def test_a_retraction_says_so_in_its_first_word() -> None:
    """Also where only the beginning of a subject is shown."""
    assert subject(RETRACTION, "en").startswith("RETRACTED · ")
    assert subject(RETRACTION, "tr").startswith("GERİ ÇEKİLDİ · ")
    assert any("withdraws" in line for line in lines(RETRACTION, "en"))
    assert not any("withdraws" in line for line in lines(FACT, "en"))


def test_the_reason_and_the_hour_stand_below() -> None:
    """With the id by which it can be asked about."""
    reason, at = lines(FACT, "en")
    assert FACT.because["en"] == reason
    assert "2024-10-06T17:01:00.000Z" in at
    assert FACT.id in at


@given(st.dictionaries(st.sampled_from(["en", "tr", "de"]), st.text()))
def test_a_sentence_is_always_one_line(sentence: dict[str, str]) -> None:
    """A line break in a subject would be a header of somebody else's making."""
    assert len(said(sentence, "tr").splitlines()) <= 1


def test_a_language_that_is_missing_is_read_in_english() -> None:
    """And a title that is missing altogether is the kind."""
    assert "only" == said({"en": "only"}, "tr")
    assert "lead-change" == subject(dataclasses.replace(FACT, title={}), "en")
