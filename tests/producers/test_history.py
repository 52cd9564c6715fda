"""What was acknowledged, in a file of this process's own."""

import os
from pathlib import Path

import orjson
import pytest

from election.errors import UsageError
from producers.history import History


def test_each_line_is_there_as_soon_as_it_was_noted(tmp_path: Path) -> None:
    """A process that is killed right after loses nothing it noted."""
    with History(str(tmp_path / "new"), "producer") as history:
        history.note("acknowledged", id="a", offset=3)
        lines = (tmp_path / "new" / f"producer-{os.getpid()}.jsonl").read_bytes().splitlines()
        assert [{"t": "acknowledged", "id": "a", "offset": 3}] == [orjson.loads(line) for line in lines]


def test_a_second_life_adds_to_the_first(tmp_path: Path) -> None:
    """Opening the file again never wipes what stands in it."""
    for word in "ab":
        with History(str(tmp_path), "producer") as history:
            history.note(word)
    assert 2 == len((tmp_path / f"producer-{os.getpid()}.jsonl").read_bytes().splitlines())


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history is for fault tests; otherwise there is none."""
    monkeypatch.chdir(tmp_path)
    with History("", "producer") as history:
        history.note("acknowledged")
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """The sentence names the setting."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="SANDIK_HISTORY"):
        History(str(tmp_path / "file" / "folder"), "producer")
