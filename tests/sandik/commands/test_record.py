"""sandik record: what it is asked; what it writes is in tests/live/test_replay.py."""

from pathlib import Path

import pytest

from sandik import cli

Captured = pytest.CaptureFixture[str]


def test_a_folder_that_is_not_there_is_said_before_the_log_is_read(capsys: Captured) -> None:
    """Nobody reads a long log for a file that cannot be written."""
    assert 2 == cli.main(["record", "practice", "--out", "/nowhere/file"])
    assert "There is no folder /nowhere" in capsys.readouterr().err


def test_no_kafka_is_a_sentence_and_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """It says what to set."""
    monkeypatch.setenv("SANDIK_KAFKA", "127.0.0.1:1")
    monkeypatch.setattr("producers.cluster.CONNECT_WITHIN_S", 0.0)
    monkeypatch.setattr("producers.cluster.look.__defaults__", (0.0,))
    assert 3 == cli.main(["record", "practice", "--out", str(tmp_path / "file.jsonl")])
    assert "set SANDIK_KAFKA=HOST:PORT" in capsys.readouterr().err
