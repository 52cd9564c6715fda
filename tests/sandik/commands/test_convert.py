"""sandik convert: tables of a feed into a recording that rehearses.

Know before changing: the tables are the tiny night's, in our own CSV.
"""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from sandik import cli
from tests.producers import tiny

Captured = pytest.CaptureFixture[str]
HEAD = "box,voters,valid,ada,bulut\n"
EARLY = HEAD + "n-1,10,10,6,4\nn-2,20,20,15,5\ns-1,5,5,5,\n"
LATE = HEAD + "n-1,10,10,7,3\ns-1,5,5,5,\n"


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny night as a folder, two tables beside it, and a shell that stands there."""
    folder = tmp_path / "my-night"
    folder.mkdir()
    (folder / "night.toml").write_bytes(tiny.ONE_CONTEST)
    (folder / "areas.csv").write_bytes(tiny.AREAS_CSV)
    (folder / "boxes.csv").write_bytes(tiny.BOXES_CSV)
    (tmp_path / "2024-10-06T1900.csv").write_text(EARLY)
    (tmp_path / "2024-10-06T1930.csv").write_text(LATE)
    monkeypatch.chdir(tmp_path)
    return folder


def convert(*words: str) -> int:
    """The command with the night and the recording named."""
    return cli.main(["convert", *words, "--night", "./my-night", "--out", "out.jsonl", "--json"])


def answer(capsys: Captured) -> tuple[dict[str, Any], str]:
    """The last line of stdout, and stderr."""
    said = capsys.readouterr()
    return json.loads(said.out.splitlines()[-1]), said.err


def rehearsed(capsys: Captured) -> dict[str, Any]:
    """What the recording comes to."""
    assert 0 == cli.main(["rehearse", "./my-night", "--recording", "out.jsonl", "--json"])
    contest: dict[str, Any] = answer(capsys)[0]["contests"]["mayor"]
    return contest


def test_two_tables_become_a_recording_that_rehearses_to_the_last_of_them(
    night: Path, capsys: Captured
) -> None:
    """Appearances, a correction and a withdrawal, with no broker."""
    assert 0 == convert("2024-10-06T1930.csv", "2024-10-06T1900.csv", "--whole")
    facts, _ = answer(capsys)
    assert [(3, 0, 0, 0), (0, 1, 1, 1)] == [
        (one["appeared"], one["corrected"], one["withdrawn"], one["unchanged"]) for one in facts["snapshots"]
    ]
    assert ["2024-10-06T16:00:00.000Z", "2024-10-06T16:30:00.000Z"] == [
        one["at"] for one in facts["snapshots"]
    ]
    assert (5, 0) == (facts["reports"], facts["refused"])
    assert Path("out.jsonl").stat().st_size == facts["bytes"]
    contest = rehearsed(capsys)
    assert {"ada": 12, "bulut": 3} == contest["choices"]
    assert 2 == contest["boxes"]["counted"]


def test_whether_a_table_is_packed_is_told_by_its_bytes(night: Path, capsys: Captured) -> None:
    """Some browsers unpack what they fetch and keep its name; `sandik produce` reads both as well."""
    Path("2024-10-06T1900.csv.gz").write_text(EARLY)
    Path("2024-10-06T1930.csv").write_bytes(gzip.compress(LATE.encode()))
    assert 0 == convert("2024-10-06T1930.csv", "2024-10-06T1900.csv.gz", "--whole")
    capsys.readouterr()
    assert {"ada": 12, "bulut": 3} == rehearsed(capsys)["choices"]


def test_the_same_tables_give_the_same_bytes(night: Path) -> None:
    """A recording made again is the same file."""
    assert 0 == convert("2024-10-06T1900.csv", "2024-10-06T1930.csv")
    before = Path("out.jsonl").read_bytes()
    assert 0 == convert("2024-10-06T1930.csv", "2024-10-06T1900.csv")
    assert before == Path("out.jsonl").read_bytes()


def test_a_table_whose_hour_is_there_twice_is_not_put_anywhere(
    night: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written; with its zone in its name, or said, it is read."""
    toml = tiny.ONE_CONTEST.replace(b"Europe/Istanbul", b"Europe/Berlin")
    assert toml != tiny.ONE_CONTEST
    (night / "night.toml").write_bytes(toml)
    Path("2024-10-27T0230.csv").write_text(LATE)
    assert 2 == convert("2024-10-06T1900.csv", "2024-10-27T0230.csv")
    assert "2024-10-27T02:30:00+02:00 or 2024-10-27T02:30:00+01:00" in capsys.readouterr().err
    assert not Path("out.jsonl").exists()
    assert 0 == convert("2024-10-27T0230.csv", "--at", "2024-10-27T02:30:00+01:00")
    assert "2024-10-27T01:30:00.000Z" == answer(capsys)[0]["snapshots"][0]["at"]


def test_a_table_that_only_adds_takes_nothing_away(night: Path, capsys: Captured) -> None:
    """Our own CSV is no whole table unless somebody says so."""
    assert 0 == convert("2024-10-06T1900.csv", "2024-10-06T1930.csv")
    assert {"ada": 27, "bulut": 8} == rehearsed(capsys)["choices"] | {}


def test_more_missing_than_the_night_allows_is_exit_code_1_and_says_what_to_type(
    night: Path, capsys: Captured
) -> None:
    """A download cut short is not taken for a mass withdrawal; a person decides."""
    toml = tiny.ONE_CONTEST.replace(b'name = "Council"', b'name = "Council"\nwithdrawals_min = 0')
    (night / "night.toml").write_bytes(toml)
    words = ("2024-10-06T1900.csv", "2024-10-06T1930.csv", "--whole")
    assert 1 == convert(*words)
    facts, said = answer(capsys)
    assert 1 == facts["snapshots"][1]["held_back"]
    assert "1 of the 3 boxes that stand (33.3 %) are not in 2024-10-06T1930.csv" in said
    assert "--accept-withdrawals" in said
    assert 0 == convert(*words, "--accept-withdrawals")
    assert 1 == answer(capsys)[0]["snapshots"][1]["withdrawn"]


def test_a_bad_row_is_said_with_file_line_and_column_and_the_rest_goes_on(
    night: Path, capsys: Captured
) -> None:
    """Exit code 1, and the recording is written."""
    Path("a-2024-10-06T1900.csv").write_text(EARLY.replace("20,20,15", "20,20,many"))
    assert 1 == convert("a-2024-10-06T1900.csv")
    facts, said = answer(capsys)
    assert "a-2024-10-06T1900.csv:3: E107 ada:" in said
    assert (2, 1) == (facts["reports"], facts["refused"])
    assert Path("out.jsonl").exists()


def test_a_time_taken_from_the_file_system_is_said_to_be_a_guess(night: Path, capsys: Captured) -> None:
    """With the two ways to say it better."""
    path = Path("results.csv")
    path.write_text(EARLY)
    os.utime(path, (1_728_232_200, 1_728_232_200))
    assert 0 == convert("results.csv")
    facts, said = answer(capsys)
    assert ("2024-10-06T16:30:00.000Z", "file") == (
        facts["snapshots"][0]["at"], facts["snapshots"][0]["at_from"],
    )  # fmt: skip
    assert "its time is when the file was written" in said
    assert "--at" in said
    assert 0 == convert("results.csv", "--at", "19:45")
    facts, said = answer(capsys)
    assert ("2024-10-06T16:45:00.000Z", "said") == (
        facts["snapshots"][0]["at"], facts["snapshots"][0]["at_from"],
    )  # fmt: skip
    assert "when the file was written" not in said


def test_a_page_of_html_among_the_tables_is_said_and_the_others_are_taken(
    night: Path, capsys: Captured
) -> None:
    """A login page came back once; that is no reason to lose the evening."""
    Path("2024-10-06T1915.csv").write_text("<!doctype html><html><body>Please sign in</body></html>\n")
    words = ("2024-10-06T1900.csv", "2024-10-06T1915.csv", "2024-10-06T1930.csv", "--whole")
    assert 1 == convert(*words)
    facts, said = answer(capsys)
    assert "2024-10-06T1915.csv:1:" in said
    assert [False, True, False] == [one["broken"] is not None for one in facts["snapshots"]]
    assert 3 == facts["snapshots"][1]["held_back"]
    assert {"ada": 12, "bulut": 3} == rehearsed(capsys)["choices"]


def test_nothing_that_can_be_read_writes_nothing(night: Path, capsys: Captured) -> None:
    """Exit code 2 with the reason; 1 if every row was bad or there was none."""
    Path("page.csv").write_text("<html>Please sign in</html>\n")
    assert 2 == convert("page.csv", "--at", "19:00")
    assert 1 == capsys.readouterr().err.count("page.csv:1:")
    Path("empty.csv").write_text(HEAD)
    assert 1 == convert("empty.csv", "--at", "19:00")
    assert "There is nothing to record in it" in capsys.readouterr().err
    assert not Path("out.jsonl").exists()


def test_a_table_whose_name_is_no_utf_8_is_recorded_all_the_same(night: Path, capsys: Captured) -> None:
    """Its name is spelt out in the recording's first line."""
    odd = os.fsdecode(b"2024-10-06T1900-\xfe.csv")
    Path("2024-10-06T1900.csv").rename(odd)
    assert 0 == convert(odd)
    assert "2024-10-06T1900-\\udcfe.csv" == json.loads(Path("out.jsonl").read_text().splitlines()[0])["from"]
    assert 3 == rehearsed(capsys)["boxes"]["counted"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.csv"], "There is no file none.csv"),
        (["my-night"], "my-night is a folder: name its files, as in my-night/*.csv"),
        (["2024-10-06T1900.csv", "--at", "soon"], "'soon' is neither an hour"),
        (["2024-10-06T1900.csv", "--at", "19:00", "--at", "19:30"], "1 files and 2 times"),
        (["2024-10-06T1900.csv", "--source", "radio"], "There is no source 'radio'"),
        (["2024-10-06T1900.csv", "--format", "xls"], "There is no format 'xls'"),
        (["2024-10-06T1900.csv", "--out", "2024-10-06T1900.csv"], "would be overwritten"),
        (["2024-10-06T1900.csv", "--out", "nowhere/out.jsonl"], "There is no folder nowhere"),
        (["2024-10-06T1900.csv", "--out", "my-night"], "my-night is a folder: --out names a file"),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_code_2(
    night: Path, capsys: Captured, words: list[str], said: str
) -> None:
    """What to type instead stands in it."""
    assert 2 == cli.main(["convert", "--night", "./my-night", "--out", "out.jsonl", *words])
    assert said in capsys.readouterr().err
