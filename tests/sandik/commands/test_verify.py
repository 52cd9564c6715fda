"""sandik verify: what it says of what was found; whole runs are in tests/live/test_demo.py."""

import json
import types
from pathlib import Path
from typing import Any

import pytest

from election.night import NightId
from election.wire.topics import Scope
from sandik import cli, folders
from sandik.commands import verify
from sandik.say import Out
from streams.audited import Audited
from tests.sandik import packs

Captured = pytest.CaptureFixture[str]


def told(differences: list[str], count: int, other: dict[str, Any] | None = None) -> int:
    """Says what was found; the exit code."""
    scope: Any = Scope("replay", NightId("practice"))
    found = types.SimpleNamespace(
        differences=differences, count=count, records=3, reports=9, held={}, audit=Audited(scope, {}).finish()
    )
    return verify._tell(folders.load("practice"), scope, found, 1.5, Out(as_json=True), other)


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


def test_a_chain_that_was_compared_with_nothing_is_never_right_in_silence(capsys: Captured) -> None:
    """What is counted may agree all the same; that the log is what it was is another question."""
    assert 0 == told([], 0)
    captured = capsys.readouterr()
    assert "nothing says that the log is what it was" in captured.err
    assert (False, None) == tuple(json.loads(captured.out)["audit"][name] for name in ("proves", "head"))


def test_another_count_is_the_same_or_where_it_is_not_is_said(capsys: Captured) -> None:
    """Nothing is counted here: another count without contests is the same, one with a contest is not."""
    assert 0 == told([], 0, {"contests": {}})
    captured = capsys.readouterr()
    assert "the other count is the same, to the vote" in captured.err
    assert (True, []) == tuple(json.loads(captured.out)[name] for name in ("same_as", "apart"))
    assert 1 == told([], 0, {"contests": {"mayor": {"hash": "e46f2db6fd310b54", "valid": 7}}})
    captured = capsys.readouterr()
    assert "mayor.hash is None, there it is e46f2db6fd310b54" in captured.err
    assert "the other count is another" in captured.err
    assert not json.loads(captured.out)["same_as"]


def test_another_night_is_not_compared_with(tmp_path: Path, capsys: Captured) -> None:
    """Nor is a pack, which is verified as it is; nobody is asked for a broker before that."""
    (tmp_path / "june.json").write_text('{"night": "istanbul-2019-06-23", "contests": {}}')
    assert 2 == cli.main(["verify", "practice", "--same-as", str(tmp_path / "june.json")])
    assert "is of the night istanbul-2019-06-23" in capsys.readouterr().err
    packs.packed(tmp_path / "evidence.zip")
    assert 2 == cli.main(["verify", str(tmp_path / "evidence.zip"), "--same-as", "june.json"])
    assert "leave out --rebuild, --session and --same-as" in capsys.readouterr().err


def test_a_name_that_ends_in_zip_is_a_pack(tmp_path: Path, capsys: Captured) -> None:
    """Verified with nothing else; what only makes sense beside a store is wrong use."""
    packs.packed(tmp_path / "evidence.zip")
    assert 0 == cli.main(["verify", str(tmp_path / "evidence.zip"), "--json"])
    assert json.loads(capsys.readouterr().out)["verified"]
    assert 2 == cli.main(["verify", str(tmp_path / "evidence.zip"), "--rebuild"])
    assert "leave out --rebuild" in capsys.readouterr().err
    assert 2 == cli.main(["verify", str(tmp_path / "nothing.zip")])
    assert "There is no file" in capsys.readouterr().err
