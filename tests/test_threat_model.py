"""docs/threat-model.md names tests that are there: each file, and each test in it.

Know before changing: a threat without a test is a wish; every row of its table names at least one.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| [STRIDE] \|", line)
]


def test_every_kind_of_threat_is_thought_of() -> None:
    """All six letters, and several of each but of denying."""
    letters = [row[0] for row in ROWS]
    assert set("STRIDE") == set(letters)
    assert all(letters.count(letter) >= 3 for letter in "STIDE")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:40].replace(" ", "-"))
def test_what_a_threat_meets_is_shown_by_a_test_that_is_there(row: list[str]) -> None:
    """By its name; who renames a test renames it on the page."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row[3])
    assert named, row[1]
    assert 4 == len(row)
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^ *(async )?def {test or 'test_'}", text, re.M), f"{path}: {test}"
