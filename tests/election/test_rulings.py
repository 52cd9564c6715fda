"""Whether a ruling that names no contest or no paper of the night is refused, with what it should say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from election.night import SourceId, UnitId
from election.rulings import Clearance, by_language, clearance, fault, only_in, own_words
from election.wire.records import RULING_KINDS, Ruling, decode, encode, identity
from tests.election.strategies import night

AT = datetime(2024, 3, 31, 20, 0, tzinfo=UTC)
PAPER: dict[str, Any] = {"source": "council", "box": "k1-1", "revision": 3}


def ruling(kind: str, contest: str = "mayor", **data: Any) -> Ruling:
    """A ruling of the evening."""
    return Ruling(contest, kind, AT, AT, "council", "the council", "…", data)


@pytest.mark.parametrize("kind", RULING_KINDS)
def test_only_a_clearance_clears_a_paper(kind: str) -> None:
    """All others leave what is held as it is."""
    said = ruling(kind, **PAPER)
    assert fault(said, night()) is None
    expected = Clearance(SourceId("council"), UnitId("k1-1"), 3) if kind == "quarantine-cleared" else None
    assert expected == clearance(said, night())


def test_a_contest_that_is_not_of_the_night_is_named() -> None:
    """The finding says which one was meant."""
    found = fault(ruling("annulled", contest="moon"), night())
    assert found is not None
    assert ("E101", "contest") == (found.code, found.field)
    assert "moon" in found.message


@pytest.mark.parametrize(
    "wrong", [{"source": "moon"}, {"box": "moon-1"}, {"revision": 0}, {"revision": True}, {"revision": 2**53}]
)
def test_a_ruling_on_a_paper_names_a_paper(wrong: dict[str, Any]) -> None:
    """Otherwise it is refused, and the finding says what its data holds."""
    for kind in ("quarantine-cleared", "quarantine-upheld"):
        found = fault(ruling(kind, **PAPER | wrong), night())
        assert found is not None
        assert ("R006", "data") == (found.code, found.field)
        assert "source, box and revision" in found.message


@pytest.mark.parametrize(
    "data",
    [
        {"choice": "adda"},
        {"elected": ["ada", "bara"]},
        {"elected": "ada"},
        {"choice": 7},
        {"elected": [["ada"]]},
    ],
)
def test_a_certificate_for_nobody_we_know_is_refused(data: dict[str, Any]) -> None:
    """Else whoever was called, or is ahead, would be told as certified in place of who was meant."""
    found = fault(ruling("certified", **data), night())
    assert found is not None
    assert ("E104", "data") == (found.code, found.field)
    assert "ada, bora, cem" in found.message


@pytest.mark.parametrize(
    "data", [{}, {"choice": "ada"}, {"elected": ["ada"]}, {"choice": None}, {"elected": []}]
)
def test_a_certificate_may_name_its_choice_or_none(data: dict[str, Any]) -> None:
    """Without a name it is of who was called, or is ahead."""
    assert fault(ruling("certified", **data), night()) is None


def test_a_ruling_is_told_in_the_languages_it_is_in() -> None:
    """Who said it and why, each by language; nothing is put into their mouth."""
    both = replace(ruling("annulled"), texts={"en": "no", "tr": "hayır"}, actors={"tr": "Kurul"})
    assert {"en": "the council: no", "tr": "Kurul: hayır"} == own_words(both)
    assert only_in(both) is None
    assert {"texts": dict(both.texts), "actors": {"tr": "Kurul"}} == by_language(both)


def test_a_ruling_in_one_language_says_in_which() -> None:
    """Its plain text stands where English would, and the fact names its language."""
    turkish = replace(ruling("annulled"), text="hayır", texts={"tr": "hayır"})
    assert {"en": "the council: hayır", "tr": "the council: hayır"} == own_words(turkish)
    assert "tr" == only_in(turkish) == by_language(turkish)["lang"]
    english = replace(ruling("annulled"), text="no", texts={"en": "no"})
    assert ({"en": "the council: no"}, None) == (own_words(english), only_in(english))


def test_a_ruling_that_names_no_language_is_told_as_ever() -> None:
    """The same text in each, and nothing more is kept of it."""
    plain = ruling("annulled")
    assert {"en": "the council: …", "tr": "the council: …"} == own_words(plain)
    assert {} == by_language(plain)


def test_a_translation_makes_no_other_ruling() -> None:
    """It travels with the record, and the id stays: told once, whenever it was translated."""
    translated = replace(ruling("annulled"), texts={"tr": "hayır"}, actors={"tr": "Kurul"})
    assert identity(ruling("annulled")) == identity(translated)
    assert replace(translated, id=identity(translated)) == decode(encode(translated))
    assert b"texts" not in encode(ruling("annulled"))
