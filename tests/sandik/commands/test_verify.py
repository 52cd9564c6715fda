"""sandik verify: what it says of what was found; whole runs are in tests/live/test_demo.py."""

import json
import types
from typing import Any

import pytest

from election.night import NightId
from election.wire.topics import Scope
from sandik import folders
from sandik.commands import verify
from sandik.say import Out

Captured = pytest.CaptureFixture[str]


def told(differences: list[str], count: int) -> int:
    """Says what was found; the exit code."""
    found = types.SimpleNamespace(differences=differences, count=count, records=3, reports=9, held={})
    scope: Any = Scope("replay", NightId("practice"))
    return verify._tell(folders.load("practice"), scope, found, 1.5, Out(as_json=True))


def test_agreement_is_exit_code_0(capsys: Captured) -> None:
    """And said in JSON."""
    assert 0 == told([], 0)
    found = json.loads(capsys.readouterr().out)
    assert (True, 3, 9, []) == (found["verified"], found["records"], found["reports"], found["differences"])


def test_every_difference_is_said_and_the_rest_counted(capsys: Captured) -> None:
    """Exit code 1."""
    assert 1 == told(["mayor: total of town: the log gives 3, the store has 4"], 12)
    captured = capsys.readouterr()
    assert "the log gives 3" in captured.err
    assert "and 11 more" in captured.err
    assert 12 == json.loads(captured.out)["differences_count"]
