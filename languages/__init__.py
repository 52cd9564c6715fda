"""The words of every language: one file a language, <code>.json beside this one, and no other to register.

    codes()               ("en", "tr")
    table("tr")           part → key → sentence, as the file has it
    table("tr")["board"]["state.live"]     "CANLI"

Know before changing: a file has `lang` and parts; each part is a table of sentences with named fields. Who
says what is in docs/reference/languages.md. A new language is one more file with the same keys;
tests/languages holds all files to each other. Files are read once and are the same for the life of a process:
to whoever imports this, words are constants. It imports nothing of ours, so every room and election/ may.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

SPOKEN = ("grammar", "headline", "calls", "told", "sent", "rulings", "checks")
"""The parts that `languages.saying` fills in where something is told; no page fetches them."""
Part = Mapping[str, str]
"""The sentences of a part, by their keys."""


FOLDER = files(__name__)
"""Where the files are."""


@cache
def codes() -> tuple[str, ...]:
    """The languages there is a file for, in the order of their codes."""
    names = (entry.name for entry in FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def _file(code: str) -> Mapping[str, Any]:
    """A language's file as it is. Raises FileNotFoundError for a language there is none for."""
    found: dict[str, Any] = json.loads(FOLDER.joinpath(f"{code}.json").read_text(encoding="utf-8"))
    return found


@cache
def table(code: str) -> Mapping[str, Part]:
    """A language's parts. Raises FileNotFoundError for a language there is no file for."""
    return {part: said for part, said in _file(code).items() if isinstance(said, dict)}


def direction(code: str) -> str:
    """How a page in this language runs: ltr, or rtl where its file says `"dir": "rtl"`."""
    return str(_file(code).get("dir", "ltr"))
