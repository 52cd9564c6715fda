"""How wide a line can be, and that nothing common is wider."""

import unicodedata

import pytest

from web.letters import HUNDREDTHS, OTHERS, PIXELS, WIDTHS, ems


def test_each_letter_stands_once_and_has_a_width() -> None:
    """Every printable letter of ASCII is there."""
    letters = "".join(HUNDREDTHS.values())
    assert len(letters) == len(set(letters)) == len(WIDTHS)
    assert {chr(code) for code in range(32, 127)} <= set(letters)


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("", ()),
        ("il", (36, 36)),
        ("Wm", (112, 106)),
        ("İĞŞÇÖÜ", (38, 84, 74, 74, 86, 82)),
        ("ığşçöü", (36, 72, 60, 60, 70, 72)),
        ("½", (70, 100 * OTHERS, 70)),
        ("票", (100 * OTHERS,)),
    ],
)
def test_a_line_is_the_sum_of_its_letters(text: str, hundredths: tuple[float, ...]) -> None:
    """An accent takes no room of its own, however it is written."""
    for written in ("NFC", "NFD"):
        assert sum(hundredths) / 100 * PIXELS == pytest.approx(ems(unicodedata.normalize(written, text)))
