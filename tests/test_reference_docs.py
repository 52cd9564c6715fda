"""The reference pages say what the code says.

Know before changing: a page that lists codes or words is compared with the table it lists.
"""

import re
from pathlib import Path

from election.alerts import KINDS
from election.checks import CHECKS
from election.report import Cause
from election.wire.records import RULING_KINDS

DOCS = Path(__file__).parent.parent / "docs"


def _table(page: str) -> dict[str, list[str]]:
    """Rows of a page's tables by their first cell."""
    rows = {}
    for line in (DOCS / "reference" / page).read_text().splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows[cells[0]] = cells[1:]
    return rows


def test_every_check_stands_in_the_reference_with_its_level_question_and_thresholds() -> None:
    """A clerk who meets a code finds it on the page, as the code has it."""
    rows = {code: cells for code, cells in _table("checks.md").items() if re.fullmatch(r"[EQW]\d{3}", code)}
    expected = {
        code: [
            check.level + ("" if check.settable else ", fixed"),
            check.asks,
            ", ".join(f"`{name} = {limit}`" for name, limit in check.thresholds.items()),
        ]
        for code, check in CHECKS.items()
    }
    assert expected == rows


def test_every_cause_stands_in_the_reference() -> None:
    """Somebody who writes a recording finds every word that may stand in `cause`."""
    told = re.findall(r"`([a-z-]+)`", _table("recording.md")["`cause`"][0])
    assert [cause.value for cause in Cause] == told


def test_every_ruling_of_the_example_is_known() -> None:
    """The ruling in the reference is one that is read."""
    page = (DOCS / "reference" / "recording.md").read_text()
    kinds = re.findall(r'"kind": "([a-z-]+)"', page)
    assert kinds
    assert set(kinds) <= set(RULING_KINDS)


def test_every_kind_of_alert_stands_in_the_reference_as_the_table_has_it() -> None:
    """In the same order, with what it is about and when it is told; what is for the desk is marked."""
    rows = {kind: cells for kind, cells in _table("alerts.md").items() if kind.startswith("`")}
    expected = {
        f"`{kind.id}`": [kind.about + (", desk" if kind.desk else ""), kind.asks] for kind in KINDS.values()
    }
    assert expected == {kind: cells[:2] for kind, cells in rows.items()}
    assert list(expected) == list(rows)
    assert all(cells[2] for cells in rows.values())
