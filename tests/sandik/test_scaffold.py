"""`sandik night new` from beginning to end: tables, foreign formats, recordings, and what it says of each.

Know before changing: totals are compared with what stands in the files themselves, read here by other means.
"""

import contextlib
import gzip
import io
import json
import os
import shlex
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandik import cli, folders

Captured = pytest.CaptureFixture[str]

MAPPING = """[columns]
unit = "box"
area.town = "town"
voters = "voters"
valid = "valid"
choices = "*"
"""


def made(captured: Captured, *words: object) -> Any:
    """The folder that these words make, as the command's JSON."""
    captured.readouterr()
    code = cli.main(["night", "new", *map(str, words), "--json"])
    answer = captured.readouterr()
    assert answer.out, answer.err
    return {**json.loads(answer.out.splitlines()[-1]), "code": code, "err": answer.err}


def rehearsed(captured: Captured, path: Path) -> Any:
    """Its totals."""
    captured.readouterr()
    cli.main(["rehearse", str(path), "--json"])
    return json.loads(captured.readouterr().out.splitlines()[-1])


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    """A table, and the mapping beside it."""
    (folder / "m.toml").write_text(MAPPING)
    (folder / name).write_text(text)
    return folder / name


def test_a_row_that_cannot_be_read_is_said_and_the_rest_goes_on(tmp_path: Path, capsys: Captured) -> None:
    """With file, line and column; the exit code is 1, and the folder is there."""
    path = table(tmp_path, "town,box,voters,valid,Ada,Bulut\nT,1,9,9,5,4\nT,2,9,9,x,4\nT,3,9,8,5,3\n")
    found = made(capsys, "--from", path, "--mapping", tmp_path / "m.toml", "--out", tmp_path / "n")
    assert (1, 1, 2) == (found["code"], found["refused"], found["reports"])
    assert f"{path}:3: E107 Ada" in found["err"]
    totals = rehearsed(capsys, tmp_path / "n")
    assert {"ada": 10, "bulut": 7} == totals["contests"]["contest"]["choices"]
    assert totals["matches_ending"]


def test_checks_that_the_files_own_papers_break_are_relaxed_and_said(
    tmp_path: Path, capsys: Captured
) -> None:
    """A third of the papers spoilt: they count, the line says how many, and the check still warns."""
    path = table(tmp_path, "town,box,voters,valid,Ada,Bulut\nT,1,9,9,5,4\nT,2,9,5,5,0\nT,3,9,8,5,3\n")
    found = made(capsys, "--from", path, "--mapping", tmp_path / "m.toml", "--out", tmp_path / "n")
    assert any("Q304" in line and "1 of 3 papers" in line for line in found["assumed"])
    assert any("Q307" in line and "1 of 3 papers" in line for line in found["assumed"])
    night = folders.load(str(tmp_path / "n")).night
    assert ("W", "W") == (night.checks["Q304"].level, night.checks["Q307"].level)
    assert rehearsed(capsys, tmp_path / "n")["matches_ending"]


def test_what_a_fixed_check_refuses_is_missing_from_the_sums_and_night_check_says_so(
    tmp_path: Path, capsys: Captured
) -> None:
    """The ending is made of the rows, so it can fail: a box with more votes than papers is not counted."""
    rows = "".join(f"T,{n},9,9,5,4\n" for n in range(1, 12))
    path = table(tmp_path, f"town,box,voters,valid,Ada,Bulut\n{rows}T,99,9,9,9,9\n")
    found = made(capsys, "--from", path, "--mapping", tmp_path / "m.toml", "--out", tmp_path / "n")
    assert {"E204": 1} == found["held_back"]
    assert 1 == cli.main(["night", "check", str(tmp_path / "n")])
    assert "contest.choices.ada is 55, the night ends with 64" in capsys.readouterr().out


def test_a_figure_nobody_states_is_assumed_in_the_mapping_that_is_left(
    tmp_path: Path, capsys: Captured
) -> None:
    """So the next rows of the feed are read in the same way, and the assumption stands where it is read."""
    path = table(tmp_path, "town,box,Ada,Bulut\nT,1,5,4\nT,2,5,0\n")
    (tmp_path / "m.toml").write_text('[columns]\nunit = "box"\narea.town = "town"\nchoices = "*"\n')
    found = made(capsys, "--from", path, "--mapping", tmp_path / "m.toml", "--out", tmp_path / "n")
    left = (tmp_path / "n" / "mapping.toml").read_text()
    assert 'valid = "sum"  # ASSUMED: ' in left
    assert 'voters = "valid"  # ASSUMED: ' in left
    assert 2 == sum("mapping.toml" in line for line in found["assumed"])
    assert 14 == rehearsed(capsys, tmp_path / "n")["contests"]["contest"]["voters"]


def test_tables_are_taken_in_the_order_of_their_times(tmp_path: Path, capsys: Captured) -> None:
    """By name, or as said with --at, whatever the order they are named in."""
    head = "town,box,voters,valid,Ada,Bulut\n"
    first = table(tmp_path, head + "T,1,9,9,5,4\n", "t-2031-05-04T2000.csv")
    second = table(tmp_path, head + "T,1,9,9,4,5\nT,2,9,9,9,0\n", "t-2031-05-04T2100.csv")
    words = ("--mapping", tmp_path / "m.toml", "--time-zone", "Europe/Madrid")
    made(capsys, "--from", second, first, *words, "--out", tmp_path / "n")
    assert {"ada": 13, "bulut": 5} == rehearsed(capsys, tmp_path / "n")["contests"]["contest"]["choices"]
    times = ("--at", "2031-05-04T22:00", "--at", "2031-05-04T23:00")
    made(capsys, "--from", second, first, *words, *times, "--out", tmp_path / "other")
    assert {"ada": 14, "bulut": 4} == rehearsed(capsys, tmp_path / "other")["contests"]["contest"]["choices"]


def test_the_page_of_sources_names_the_files_and_no_folder_of_this_machine(
    tmp_path: Path, capsys: Captured
) -> None:
    """A night is given to others."""
    path = table(tmp_path, "town,box,voters,valid,Ada,Bulut\nT,1,9,9,5,4\n")
    made(
        capsys, "--from", path, "--mapping", tmp_path / "m.toml", "--out", tmp_path / "n", "--name", "A night"
    )
    page = (tmp_path / "n" / "SOURCE.md").read_text()
    assert "`sandik night new --from t.csv --mapping m.toml --name 'A night'`" in page
    for file in (tmp_path / "n").iterdir():
        assert str(tmp_path).encode() not in file.read_bytes()


def test_what_the_page_of_sources_says_makes_the_same_recording_again(
    tmp_path: Path, capsys: Captured
) -> None:
    """The times that were said, and that tables are whole, are facts of the night like its files."""
    head = "town,box,voters,valid,Ada,Bulut\n"
    table(tmp_path, head + "".join(f"T,{box},9,9,5,4\n" for box in range(4)), "a.csv")
    last = table(tmp_path, head + "T,1,9,9,4,5\n", "b.csv")
    times = ("--at", "2031-05-04T22:00", "--at", "2031-05-04T21:00")
    words = ("--mapping", tmp_path / "m.toml", *times, "--whole", "--accept-withdrawals")
    made(capsys, "--from", last, tmp_path / "a.csv", *words, "--out", tmp_path / "n")
    page = (tmp_path / "n" / "SOURCE.md").read_text()
    said = shlex.split(next(line for line in page.splitlines() if line.startswith("Made with")).split("`")[1])
    assert ["sandik", "night", "new"] == said[:3]
    here = [tmp_path / word if word.endswith((".csv", ".toml")) else word for word in said[3:]]
    (tmp_path / "again").mkdir()
    made(capsys, *here, "--out", tmp_path / "again" / "n")
    for name in ("recording.jsonl.gz", "night.toml", "SOURCE.md", "ending.json"):
        assert (tmp_path / "n" / name).read_bytes() == (tmp_path / "again" / "n" / name).read_bytes()


box = st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(0, 50))
snapshots = st.lists(st.dictionaries(st.integers(1, 12), box, min_size=8), min_size=1, max_size=4)


@given(snapshots)
@settings(max_examples=25, deadline=None)
def test_whatever_the_snapshots_say_the_night_counts_what_the_last_one_adds_up_to(
    tables: list[dict[int, tuple[int, int, int]]],
) -> None:
    """Boxes that come, change and go, zeros, spoilt papers: nothing is lost and nothing stays."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        (where / "m.toml").write_text('[feed]\ntable = "whole"\n' + MAPPING)
        for turn, rows in enumerate(tables):
            lines = [
                f"T{number % 3},{number},{ada + bulut + spoilt},{ada + bulut},{ada},{bulut}"
                for number, (ada, bulut, spoilt) in rows.items()
            ]
            text = "\n".join(["town,box,voters,valid,Ada,Bulut", *lines, ""])
            (where / f"t-2031-05-04T2{turn}00.csv").write_text(text)
        paths = sorted(map(str, where.glob("*.csv")))
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            words = ("--mapping", str(where / "m.toml"), "--out", str(where / "n"), "--accept-withdrawals")
            assert 0 == cli.main(["night", "new", "--from", *paths, *words]), said.getvalue()
            assert 0 == cli.main(["rehearse", str(where / "n"), "--json"]), said.getvalue()
    ended = json.loads(said.getvalue().splitlines()[-1])
    (contest,) = ended["contests"].values()
    last = tables[-1].values()
    assert {"ada": sum(row[0] for row in last), "bulut": sum(row[1] for row in last)} == contest["choices"]
    assert (True, len(tables[-1])) == (ended["matches_ending"], contest["boxes"]["counted"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--from", "none.csv", "--out", "n"), "There is no file none.csv"),
        (("--from", ".", "--out", "n"), "is a folder"),
        (("--from", "t.csv", "--out", "there"), "is there already"),
        (("--from", "t.csv", "--out", "n", "--id", "A B"), "small letters"),
        (("--from", "t.csv", "--out", "n", "--mapping", "m.toml", "--time-zone", "Moon"), "no time zone"),
        (("--from", "t.csv", "--out", "n", "--format", "xls"), "no format 'xls'"),
        (("--from", "t.csv", "--out", "n"), "sandik night sketch t.csv > mapping.toml"),
        (("--from", "t.csv", "--out", "n", "--mapping", "m.toml", "--contest", "moon"), "Nothing was found"),
    ],
)  # fmt: skip
def test_wrong_use_says_what_is_right_and_leaves_nothing(
    words: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Exit code 2, a sentence, and no half folder."""
    monkeypatch.chdir(tmp_path)
    table(tmp_path, "town,box,voters,valid,Ada,Bulut\nT,1,9,9,5,4\n")
    (tmp_path / "there").mkdir()
    before = sorted(os.listdir(tmp_path))
    assert 2 == cli.main(["night", "new", *words])
    assert says in capsys.readouterr().err
    assert before == sorted(os.listdir(tmp_path))


def test_names_that_are_no_utf_8_are_spelt_out_or_refused(tmp_path: Path, capsys: Captured) -> None:
    """A file is called as it is called; what is typed can be typed again."""
    odd = os.fsdecode(b"t\xfe.csv")
    path = table(tmp_path, "town,box,voters,valid,Ada,Bulut\nT,1,9,9,5,4\n", odd)
    mapping = ("--mapping", tmp_path / "m.toml")
    assert 0 == made(capsys, "--from", path, *mapping, "--out", tmp_path / "n")["code"]
    assert "| `t\\udcfe.csv` |" in (tmp_path / "n" / "SOURCE.md").read_text()
    for word in ("--name", "--source", "--contest"):
        words = ["night", "new", "--from", path, *mapping, "--out", tmp_path / "other", word, odd]
        assert 2 == cli.main([str(one) for one in words])
        assert f"{word} '" in (said := capsys.readouterr().err)
        assert "is no name in one line of UTF-8" in said


def test_a_recording_becomes_a_night_with_the_same_totals(tmp_path: Path, capsys: Captured) -> None:
    """Its lines are kept; there is no ending, since its own count would prove nothing."""
    shipped, path = folders.load("practice"), tmp_path / "n"
    words = ("--id", "mine", "--source", "council", "--contest", "bridge")
    found = made(capsys, "--from", shipped.recording, "--out", path, *words)
    assert "mine" == found["night"]
    assert not (path / "ending.json").exists()
    assert (
        gzip.decompress((path / "recording.jsonl.gz").read_bytes()).splitlines()[1:]
        == (gzip.decompress(shipped.recording.read_bytes()).splitlines()[1:])
    )
    (ended,) = rehearsed(capsys, path)["contests"].values()
    assert shipped.ending is not None
    wanted = shipped.ending["bridge"]
    assert (wanted["choices"], wanted["valid"], wanted["boxes"]) == (
        ended["choices"], ended["valid"], ended["boxes"],
    )  # fmt: skip
    assert any("agency reports areas" in line for line in found["assumed"])
    assert any("lifts a ban" in line for line in found["assumed"])


@pytest.mark.real_data
def test_claritys_county_file_becomes_a_night_with_the_files_own_sums(
    tmp_path: Path, capsys: Captured, real_data: Path
) -> None:
    """The file says each choice's total itself; a contest of three counties is left out, and said."""
    path = real_data / "formats" / "clarity" / "ga_counties_2020-11-03.xml.gz"
    found = made(capsys, "--from", path, "--format", "clarity", "--out", tmp_path / "n")
    assert (0, 159) == (found["code"], found["boxes"])
    assert any("State Senate District 1 (3 of 159 boxes)" in line for line in found["assumed"])
    contest = ET.fromstring(gzip.decompress(path.read_bytes())).find("Contest")
    assert contest is not None
    wanted = sorted(int(choice.attrib["totalVotes"]) for choice in contest.iter("Choice"))
    ended = rehearsed(capsys, tmp_path / "n")
    (counted,) = ended["contests"].values()
    assert (True, wanted) == (ended["matches_ending"], sorted(counted["choices"].values()))
    alone = made(capsys, "--from", path, "--format", "clarity", "--out", tmp_path / "one",
                 "--contest", "State Senate District 1")  # fmt: skip
    assert 3 == alone["boxes"]


@pytest.mark.real_data
def test_nists_sample_becomes_a_night_with_the_samples_own_counts(
    tmp_path: Path, capsys: Captured, real_data: Path
) -> None:
    """One box; the sample's choices add up to fewer than its valid votes, which is relaxed and said."""
    path = real_data / "formats" / "nist-err-v2" / "nist_err_v2_istanbul_sample.json"
    found = made(capsys, "--from", path, "--format", "nist-json", "--out", tmp_path / "n")
    report = json.loads(path.read_bytes())
    wanted = [
        count["Count"]
        for selection in report["Election"][0]["Contest"][0]["ContestSelection"]
        for count in selection["VoteCounts"]
        if count["GpUnitId"].endswith("-1001")  # the one box; the other counts are sums of the city
    ]
    (counted,) = rehearsed(capsys, tmp_path / "n")["contests"].values()
    assert (0, wanted) == (found["code"], list(counted["choices"].values()))
    assert any("E202" in line for line in found["assumed"])
