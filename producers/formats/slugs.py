"""Names of the world as ids of ours: small letters, digits and hyphens, at most 63, never empty.

    slug("Beşiktaş / AKAT MAH.")  → "besiktas-akat-mah"
    slug("Ιωάννης")               → "x-" and eight digits of its SHA-256: no letter of it can be folded

Know before changing: ids stand in topics, addresses and nights that people keep, so the same name gives the
same id for ever.
"""

import hashlib
import re
import unicodedata

ID_MAX = 63

_FOLDED = str.maketrans(
    {"ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h",
     "ŋ": "n", "ĸ": "k", "ŧ": "t", "ə": "e", "&": " and ", "'": "", "’": "", "‘": "", "`": ""}
)  # fmt: skip
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """The id of a name; one with letters that no Latin letter stands for ends in a hash of the whole name."""
    small = text.replace("İ", "i").lower().translate(_FOLDED)
    parts = unicodedata.normalize("NFKD", small)
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    folded = _OTHER.sub("-", bare).strip("-")
    lost = any(letter.isalnum() and not letter.isascii() for letter in bare)
    if folded and not lost and len(folded) <= ID_MAX:
        return folded
    digest = hashlib.sha256(plain(text).encode("utf-8", "replace")).hexdigest()[:8]
    kept = folded[: ID_MAX - 9].strip("-")
    return f"{kept or 'x'}-{digest}"


def plain(text: str) -> str:
    """A text as marks are compared: one kind of space, none at the ends, one way of writing accents."""
    if text.isascii() and text.isalnum():
        return text
    return " ".join(unicodedata.normalize("NFC", text).split())
