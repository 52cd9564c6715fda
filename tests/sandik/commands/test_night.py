"""sandik night: list, show, check, sketch, build. (`new` is tested in tests/sandik/test_scaffold.py.)"""

import errno
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sandik import cli, folders

Captured = pytest.CaptureFixture[str]


def answer(captured: Captured) -> Any:
    """The JSON object on the last line of stdout."""
    return json.loads(captured.readouterr().out.splitlines()[-1])


def copied(tmp_path: Path) -> Path:
    """The practice night as a folder of one's own, with everything in it."""
    path = tmp_path / "mine"
    path.mkdir()
    for file in folders.find("practice").iterdir():
        (path / file.name).write_bytes(file.read_bytes())
    return path


def test_list_names_every_shipped_night_and_what_is_simulated(capsys: Captured) -> None:
    """In words and in JSON."""
    assert 0 == cli.main(["night", "list"])
    assert 3 == capsys.readouterr().out.count("SIMULATED")
    cli.main(["night", "list", "--json"])
    assert list(folders.shipped()) == [night["id"] for night in answer(capsys)["nights"]]


def test_show_says_what_a_night_is(capsys: Captured) -> None:
    """Contests, choices, areas, boxes, sources."""
    assert 0 == cli.main(["night", "show", "istanbul-2019-06-23"])
    said = capsys.readouterr().out
    assert "31,186 boxes, 10,570,354 registered voters" in said
    assert "Ekrem İmamoğlu" in said
    assert "SIMULATED: Box figures" in said


def test_check_counts_how_often_each_check_fires(capsys: Captured) -> None:
    """On the night's own recording, and says that the ending is right."""
    assert 0 == cli.main(["night", "check", "practice", "--json"])
    found = answer(capsys)
    assert (True, [], [], []) == (found["ok"], found["mistakes"], found["recording"], found["ending"])
    assert found["fires"]["Q307"] > 0


def test_check_says_every_mistake_with_file_and_line_at_once(tmp_path: Path, capsys: Captured) -> None:
    """A folder with three mistakes in two files."""
    path = copied(tmp_path)
    (path / "areas.csv").write_bytes((path / "areas.csv").read_bytes() + b"moon,Moon,planet,,,,,\n")
    boxes = (path / "boxes.csv").read_text() + "b-1,moon,many,\n"
    (path / "boxes.csv").write_text(boxes)
    assert 1 == cli.main(["night", "check", str(path)])
    said = capsys.readouterr().out
    assert f"{path}/boxes.csv:{len(boxes.splitlines())}:" in said
    assert f"{path}/areas.csv:" in said
    assert "Traceback" not in said


def test_check_says_that_a_recording_does_not_end_as_it_must(tmp_path: Path, capsys: Captured) -> None:
    """The choice, what was found, and what was wanted; and a line that is no record."""
    path = copied(tmp_path)
    ending = json.loads((path / "ending.json").read_bytes())
    ending["contests"]["mayor"]["choices"]["deniz"] += 1
    (path / "ending.json").write_text(json.dumps(ending))
    recording = path / "recording.jsonl.gz"
    recording.write_bytes(gzip.compress(gzip.decompress(recording.read_bytes()) + b"rubbish\n"))
    assert 1 == cli.main(["night", "check", str(path)])
    said = capsys.readouterr().out
    assert "mayor.choices.deniz is 5525, the night ends with 5526" in said
    assert "R001" in said


def test_build_does_not_write_over_a_folder(tmp_path: Path, capsys: Captured) -> None:
    """Nothing of anybody's is lost."""
    assert 2 == cli.main(["night", "build", "practice", "--out", str(tmp_path)])
    assert "is there already" in capsys.readouterr().err


def test_build_from_a_folder_with_a_file_that_cannot_be_read_says_so(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may not read it is told which it is."""
    path = copied(tmp_path)
    read = Path.read_bytes

    def refused(file: Path) -> bytes:
        if file == path / "SOURCE.md":
            raise PermissionError(13, "Permission denied", str(file))
        return read(file)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert 2 == cli.main(["night", "build", str(path), "--out", str(tmp_path / "new")])
    assert "SOURCE.md cannot be read: Permission denied." in capsys.readouterr().err


def test_build_from_a_folder_that_is_wrong_says_what_is_wrong(tmp_path: Path, capsys: Captured) -> None:
    """With the file, and nothing is made."""
    path = copied(tmp_path)
    (path / "night.toml").write_text("x = [")
    words = ["night", "build", str(path), "--boxes", str(path / "boxes.csv"), "--out", str(tmp_path / "new")]
    assert 2 == cli.main(words)
    assert "night.toml: This is not TOML" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_day_that_is_none_is_said_with_one_that_is(capsys: Captured) -> None:
    """As every other word of the line."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["night", "new", "--from", "a.csv", "--out", "x", "--date", "monday"])
    assert 2 == ended.value.code
    assert "--date: 'monday' is no day; one is written 2024-10-06" in capsys.readouterr().err


def test_build_simulates_a_night_afresh(tmp_path: Path, capsys: Captured) -> None:
    """The same seed, the same night."""
    target = tmp_path / "again"
    assert 0 == cli.main(["night", "build", "practice", "--out", str(target), "--json"])
    assert 60 == answer(capsys)["boxes"]
    recording = (folders.find("practice") / "recording.jsonl.gz").read_bytes()
    assert recording == (target / "recording.jsonl.gz").read_bytes()


def test_a_folder_that_could_not_be_written_whole_is_not_there(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one would be in the way of the next try, or be taken for a night."""
    write, room = Path.write_bytes, [1]

    def full(file: Path, content: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        room.pop()
        return write(file, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    target = tmp_path / "again"
    assert 2 == cli.main(["night", "build", "practice", "--out", str(target)])
    assert f"{target} cannot be written: No space left on device." in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_check_says_what_is_left_to_decide_and_is_content(tmp_path: Path, capsys: Captured) -> None:
    """Of a night made of a table: every assumption with its line; a shipped night has none."""
    path = tmp_path / "mine"
    recording = folders.load("practice").recording
    cli.main(["night", "new", "--from", str(recording), "--out", str(path), "--contest", "bridge"])
    capsys.readouterr()
    assert 0 == cli.main(["night", "check", str(path), "--json"])
    found = answer(capsys)
    assert found["ok"]
    assert any(one["line"] and one["message"].startswith("assumed: ") for one in found["left"])
    assert any(one["file"] == "SOURCE.md" for one in found["left"])
    cli.main(["night", "check", "practice", "--json"])
    assert [] == answer(capsys)["left"]


def test_sketch_prints_a_first_mapping(tmp_path: Path, capsys: Captured) -> None:
    """To be sent into a file; in JSON as a text."""
    table = tmp_path / "t.csv"
    table.write_text("precinct,voters,valid,Ada,Bulut\n1,9,9,5,4\n")
    assert 0 == cli.main(["night", "sketch", str(table)])
    said = capsys.readouterr().out
    assert 'unit = "precinct"' in said
    cli.main(["night", "sketch", str(table), "--json"])
    assert said == answer(capsys)["mapping"]
