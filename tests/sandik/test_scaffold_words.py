"""What headings are likely to mean."""

import pytest

from sandik.scaffold_words import meaning


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("Wahlberechtigte", "registered"), ("Registered Voters", "registered"), ("Seçmen", "registered"),
        ("Oy Kullanan", "voters"), ("Ballots Cast", "voters"), ("Total votes", "voters"),
        ("Número de votantes", "voters"), ("Ungültige", "invalid"), ("Votos nulos", "invalid"),
        ("Geçerli", "valid"), ("Valid votes", "valid"), ("Kandidat", "choice"), ("votes", "votes"),
        ("Stimmen", "votes"), ("precinct", "unit"), ("Polling Station", "unit"), ("Sandık No", "unit"),
        ("county", "area"), ("İlçe", "area"), ("Office", "contest"), ("Partido", "party"),
        ("Turnout %", "ignore"), ("Ada LOVELACE", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_heading_is_guessed_by_its_words(heading: str, what: str) -> None:
    """In several languages, with accents or without; a name means nothing."""
    assert what == meaning(heading)
