"""How wide a line can be in letters that are not ours to choose: a picture is drawn with the fonts there are.

    ems("Kaya leads by 4,021 votes.")       its width in bold, in parts of the size it is set in

Know before changing: of each letter it is the widest of DejaVu Sans Bold, which small Linux systems have
alone and hardly any font is wider than, and Arial Bold (Liberation Sans Bold is as wide), in whole fiftieths,
rounded up. So a line that fits by this fits in any common font, and in most of them there is room left.
"""

import unicodedata

HUNDREDTHS = {
    32: "'", 36: " ijlı", 38: ",./I\\|·’‘", 40: ":;", 42: "-", 44: "f", 46: "!()[]", 48: "t", 50: "`r°",
    54: '"*', 56: "J_–", 60: "csz", 62: "?", 64: "L", 66: "vxy“”„«»", 68: "aek", 70: "$0123456789EFTo€",
    72: "bdghnpqu{}", 74: "CPSYZ", 78: "ABKRVX", 82: "U", 84: "#+<=>DGHN^~−×", 86: "OQ", 88: "&●", 94: "w",
    100: "@M—▲▼", 102: "%", 106: "m", 112: "W",
}  # fmt: skip
WIDTHS = {letter: hundredths / 100 for hundredths, letters in HUNDREDTHS.items() for letter in letters}
OTHERS = 1.0
"""Of any letter that is not there: as wide as it is high."""
PIXELS = 1.03
"""By so much a line grows where each letter takes a whole number of pixels, as in some browsers."""


def ems(text: str) -> float:
    """The width of a line, at most, in parts of its size; an accent takes no room beside its letter."""
    return PIXELS * sum(
        WIDTHS.get(letter, OTHERS)
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.category(letter).startswith("M")
    )
