"""A third language is one file: with it beside the others, all that is told and shown is said in it too."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.languages.third import CODE, MARK, beside, make

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a tracker says whose folder of languages has the one file more."""
    folder = tmp_path_factory.mktemp("with-a-third")
    beside(folder)
    path = os.pathsep.join((str(folder), str(HOUSE)))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.languages.third"], cwd=folder, env=os.environ | {"PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_everything_told_is_told_in_it(said: dict[str, Any]) -> None:
    """Titles, reasons, headlines and what goes to a newsroom; English and Turkish as ever."""
    for sentence in [*said["titles"], *said["headlines"]]:
        assert {"en", "tr", CODE} == sentence.keys()
        assert MARK in sentence[CODE]
        assert MARK not in sentence["en"] + sentence["tr"]
    worded = [one for one in said["becauses"] if one[CODE] != one["en"]]
    assert len(worded) > len(said["becauses"]) // 2
    assert all(one[CODE].startswith(MARK) for one in worded)
    assert all(MARK in line for sent in said["sent"] for line in sent[-1:])


def test_a_title_has_its_mode_and_its_sentence_in_it(said: dict[str, Any]) -> None:
    """And the contest's plain name, where the night has none in this language."""
    assert all(one[CODE].startswith(f"{MARK}REPLAY · {MARK}SIMULATED · ") for one in said["titles"])


def test_every_page_says_that_it_is_in_it_and_runs_from_right_to_left(said: dict[str, Any]) -> None:
    """And links to itself under its own name, beside the others."""
    for page in (said["board"], *said["pages"].values()):
        assert f'<html lang="{CODE}" dir="rtl"' in page
    assert f'lang="{CODE}" hreflang="{CODE}"' in said["board"]
    assert "עברית" in said["board"]
    assert MARK in said["card"]


def test_what_was_told_before_there_was_the_language_says_that_it_is_in_english(said: dict[str, Any]) -> None:
    """A fact is never worded again: its English is shown, marked as English."""
    assert '<span lang="en">' in said["earlier"]
    assert '<b lang="en">' in said["earlier"]
    assert {"en"} == {item["language"] for item in said["json"]["items"]}
    assert CODE == said["json"]["language"]


def test_feeds_are_in_it(said: dict[str, Any]) -> None:
    """The whole feed, and no entry of it in another language."""
    assert f'xml:lang="{CODE}"' in said["atom"]
    assert '<title xml:lang="en">' not in said["atom"]


def test_the_scripts_find_its_sentences(said: dict[str, Any]) -> None:
    """A file for each part that a page fetches, and none of what is only told."""
    assert f"strings.{CODE}.json" in said["strings"]
    assert not [name for name in said["strings"] if "told." in name or "calls." in name]


def test_the_made_language_has_a_mark_on_every_sentence() -> None:
    """Otherwise a sentence that stayed in the code would not be seen."""
    made = make(HOUSE / "languages" / "en.json")
    assert all(
        text.startswith(MARK) for part in ("told", "calls", "headline") for text in made[part].values()
    )
