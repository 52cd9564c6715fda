"""The reference pages say what the code says.

Know before changing: a page that lists codes or words is compared with the table it lists.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from election.alerts import KINDS
from election.checks import CHECKS
from election.night import NightId
from election.rehearsal import Rehearsal
from election.report import Cause
from election.wire.records import RULING_KINDS, Bundle, decode, identity
from election.wire.topics import Scope
from sandik import folders, recordings
from tests.browser import fakes

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


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


def test_the_bundle_of_the_example_is_read_and_its_id_is_that_of_its_words() -> None:
    """Who writes recordings tries their own sum on it."""
    page = (DOCS / "reference" / "recording.md").read_text(encoding="utf-8")
    (example,) = (
        made for text in re.findall(r"```json\n(.*?)```", page, re.S) if (made := json.loads(text)).get("box")
    )
    scope = Scope("replay", NightId("istanbul-2019-06-23"))
    bundle = decode(json.dumps(example | {"mode": scope.mode, "night": scope.night}).encode(), scope)
    assert isinstance(bundle, Bundle)
    assert (2, example["id"]) == (len(bundle), identity(bundle))


BY_ID = (
    "alliances", "areas", "becauses", "briefs", "findings", "headline", "names", "night_names", "parties",
    "simulated_whats", "titles",
)  # fmt: skip
"""Objects whose names are ids or languages, and no words of the page."""


def fields(shown: Any, by_id: bool = False) -> Iterator[str]:
    """Every name of a field in a snapshot."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            if not by_id:
                yield key
            votes = key == "choices" and isinstance(value, dict)
            marks = key == "at" and isinstance(value, dict)
            yield from fields(value, not by_id and (key in BY_ID or votes or marks))
    elif isinstance(shown, list):
        for one in shown:
            yield from fields(one)


def test_every_field_of_a_snapshot_stands_in_the_reference() -> None:
    """Of a whole night with a map of places, several contests and counts, and of a rerun that is called."""
    page = (DOCS / "reference" / "snapshot.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`|\{[^}]*\}", page))))
    folder = folders.load("practice")
    told = Rehearsal(folder.night, "replay", telling=True)
    told.hear_all(recordings.records(folder.recording, folder.night, lambda refusal: None))
    shown = [*map(told.snapshot, folder.night.contests), fakes.june()]
    assert {"swing", "boxes_total", "briefs"} <= {name for one in shown for name in fields(one)}
    assert [] == sorted({name for one in shown for name in fields(one)} - words)


def test_every_word_of_the_glossary_has_a_sentence_and_an_example() -> None:
    """A word without an everyday example is one that only its author knows."""
    rows = [line for line in (ROOT / "GLOSSARY.md").read_text().splitlines() if line.startswith("| **")]
    assert len(rows) > 60
    assert [] == [row for row in rows if not all(cell.strip() for cell in row.strip("|").split("|"))]


def test_every_picture_is_shown_on_a_page_and_says_what_is_on_it() -> None:
    """One that no page shows is taken anew for nobody; without words it is nothing to who hears a page."""
    shown: dict[Path, str] = {}
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            shown[(page.parent / path).resolve()] = words
    assert set((DOCS / "pictures").iterdir()) == set(shown)
    assert [] == [path.name for path, words in shown.items() if len(words.split()) < 5]
