"""docs/reference/commands.md says every field of what commands answer with --json: people script against it.

Know before changing: the commands here end by themselves and need no server; a field whose name is an id, a
code of a check, a level or a language is no word of the page.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandik import cli

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"
BY_ID = {"becauses", "briefs", "choices", "contests", "fires", "findings", "levels", "titles"}
"""Objects whose names are ids, codes or languages, where they are objects and no lists."""


def fields(said: Any, by_id: bool = False) -> Iterator[str]:
    """Every name of a field in an answer."""
    if isinstance(said, dict):
        for key, value in said.items():
            if not by_id:
                yield key
            yield from fields(value, not by_id and key in BY_ID)
    elif isinstance(said, list):
        for one in said:
            yield from fields(one)


@pytest.mark.parametrize(
    "words", ["night list", "night show practice", "night check practice", "rehearse practice"]
)
def test_every_field_of_an_answer_stands_in_the_reference(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each by its own name, in an example or in a list of fields."""
    assert 0 == cli.main([*words.split(), "--json"])
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    page = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"^```json$(.*?)^```$", page, re.M | re.S)
    named = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S))
    known = set(re.findall(r"[a-z_]+", " ".join([*examples, *named])))
    found = set(fields(said))
    assert len(found) > 5
    assert [] == sorted(found - known)
