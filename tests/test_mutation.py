"""The faults that are put into the Lua scripts, and the report on which of them no test noticed."""

import importlib
import json
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType

import pytest

from tools.mutation.found import CLASSES, Row, explained, said, table
from tools.mutation.lua_mutants import Mutant, mutants

ROOT = Path(__file__).parents[1]
EXPLAINED = ROOT / "tools" / "mutation" / "explained"
SCRIPTS = sorted((ROOT / "streams" / "lua").glob("*.lua"))


def after(line: str) -> dict[str, list[str]]:
    """What becomes of a line, by the kind of fault."""
    found: dict[str, list[str]] = {}
    for mutant in mutants(line + "\n"):
        found.setdefault(mutant.kind, []).append(mutant.after)
    return found


@pytest.mark.parametrize(
    ("line", "kind", "made"),
    [
        ("local a = b == c", "comparison", ["local a = b ~= c"]),
        ("local a = b <= c", "comparison", ["local a = b < c"]),
        ("local a = b > c", "comparison", ["local a = b >= c"]),
        ("local a = b + c - d", "arithmetic", ["local a = b - c - d", "local a = b + c + d"]),
        ("local a = b * c / d", "arithmetic", ["local a = b / c / d", "local a = b * c * d"]),
        ("f(-LINK)", "arithmetic", ["f(LINK)"]),
        ("local a = b and not c", "logic", ["local a = b or not c", "local a = b and c"]),
        ("local a = true", "logic", ["local a = false"]),
        ("local a = b[19]", "number", ["local a = b[20]"]),
        ("local a = b * 0.5", "number", ["local a = b * 1.5"]),
        ("local a = 'told'", "text", ["local a = 'XXtold'"]),
        ("if a and b then", "condition", ["if not (a and b) then"]),
        ("while a do", "condition", ["while not a do"]),
        ("if a > b then", "condition", []),
        ("a = b", "left out", [""]),
        ("section.units = take_number()", "left out", [""]),
        ("if a then return b end", "left out", [""]),
        ("for _, a in ipairs(b) do f(a) end", "left out", [""]),
    ],
)
def test_a_line_is_spoiled_in_small_ways(line: str, kind: str, made: list[str]) -> None:
    """One fault at a time, each of its own kind."""
    assert made == after(line).get(kind, [])


@pytest.mark.parametrize("line", ["-- a == b, 1 and 'two'", "local a", "end", "else", "redis.call('DEL', a)"])
def test_comments_commands_and_bare_words_are_left_alone(line: str) -> None:
    """A command that does not exist would fail whatever the tests are worth."""
    assert set(after(line)) <= {"left out"}


@pytest.mark.parametrize(
    "line", ["local a = b", "return a", "write(function(c)", "f(a,", "})", "for a = b, c do"]
)
def test_only_a_whole_statement_is_left_out(line: str) -> None:
    """What opens something that it does not close is no statement of one line; nor may a name go missing."""
    assert "left out" not in after(line)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_mutant_of_a_script_differs_in_its_one_line(script: Path) -> None:
    """And no two are the same."""
    text = script.read_text(encoding="utf-8")
    made: list[Mutant] = list(mutants(text))
    lines = text.splitlines()
    assert made
    assert len({mutant.text for mutant in made}) == len(made)
    for mutant in made:
        spoiled = mutant.text.splitlines()
        assert [mutant.line - 1] == [
            place for place, (one, other) in enumerate(zip(lines, spoiled, strict=True)) if one != other
        ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_no_two_mutants_of_a_script_are_taken_for_one(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where several stand in one line, or the same line twice: or one would get the other's fate."""
    monkeypatch.syspath_prepend(ROOT / "tools" / "mutation")
    run_lua = importlib.import_module("run_lua")
    made = list(mutants(script.read_text(encoding="utf-8")))
    places = {run_lua.place_of(run_lua.row_of(script.stem, mutant, "")) for mutant in made}
    assert len(made) == len(places)
    assert len(made) > len({mutant.line for mutant in made})


@pytest.fixture
def run_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool in an empty folder in which mutmut has run, and spoiled nothing."""
    monkeypatch.syspath_prepend(str(EXPLAINED.parent))
    module = importlib.import_module("run_python")
    (tmp_path / "python" / "tests").mkdir(parents=True)
    (tmp_path / "python" / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "BUILD", tmp_path)
    monkeypatch.setattr(module, "WORK", tmp_path / "python")
    monkeypatch.setattr(module, "SOURCES", ["election/tally.py"])
    (tmp_path / "python" / "election").mkdir()
    (tmp_path / "python" / "election" / "tally.py").write_bytes((ROOT / "election" / "tally.py").read_bytes())
    monkeypatch.setattr(module, "rows", lambda: iter(()))
    monkeypatch.setattr(module.subprocess, "run", lambda *args, **more: CompletedProcess(args, 0))
    return module


def test_a_run_in_which_nothing_was_spoiled_is_no_success(
    run_python: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the sources stand elsewhere than it is told, every survivor would seem explained."""
    assert 2 == run_python.main([])
    assert "there was nothing to spoil" in capsys.readouterr().out


def test_a_copy_of_other_sources_than_there_are_now_is_made_anew(
    run_python: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked of code that is gone says nothing of the code that took its place."""
    made = list[str]()
    monkeypatch.setattr(run_python, "prepared", lambda: made.append("anew"))
    run_python.main([])
    assert [] == made
    (tmp_path / "python" / "election" / "tally.py").write_text("other = 1\n")
    run_python.main([])
    assert ["anew"] == made


def test_survivors_are_asked_by_tests_that_were_added_since(
    run_python: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only they: what was killed before stays so, or everything would have to be asked again."""
    monkeypatch.setattr(run_python, "retested", lambda work: None)
    monkeypatch.setattr(run_python, "TESTS", ["tests/election/test_new.py"])
    known = tmp_path / "python" / "mutants" / "mutmut-stats.json"
    known.parent.mkdir()
    known.write_text('{"config_fingerprint": {"test_selection": "of old"}, "duration_by_test": {"old": 1}}')
    assert 2 == run_python.main(["--survivors"])
    settings = tomllib.loads((tmp_path / "python" / "pyproject.toml").read_text())
    assert ["tests/election/test_new.py"] == settings["tool"]["mutmut"]["pytest_add_cli_args_test_selection"]
    assert {"duration_by_test": {"old": 1}} == json.loads(known.read_text())


ROWS = [
    Row("a.lua", "killed", "line 1", "a < b", "a <= b"),
    Row("a.lua", "survived", "line 2", "c + 1", "c - 1"),
    Row("b.py", "by types", "x_f__mutmut_1", "", ""),
    Row("b.py", "not reached", "x_f__mutmut_2", "d", "e"),
]
UNCLEAR = Row("b.py", "unclear", "x_f__mutmut_3", "f", "g")
"""The tests could not be asked, which is no kill."""


def test_the_report_counts_by_file_and_names_whoever_is_unexplained() -> None:
    """A survivor with a reason stands under its class, with the reason."""
    reasons = {("a.lua", "c + 1", "c - 1"): ("same", "c is always 0 here")}
    assert (
        "| file | mutants | killed | by types | timed out | survived | not reached | unclear "
        "| unexplained |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        "| a.lua | 2 | 1 | 0 | 0 | 1 | 0 | 0 | 0 |\n"
        "| b.py | 3 | 0 | 1 | 0 | 0 | 1 | 1 | 2 |\n"
        "| all | 5 | 1 | 1 | 0 | 1 | 1 | 1 | 2 |\n"
    ) == table([*ROWS, UNCLEAR], reasons)
    text, unexplained = said([*ROWS, UNCLEAR], reasons)
    assert 2 == unexplained
    assert f"## same: {CLASSES['same']}\n\n* a.lua, line 2: c is always 0 here" in text
    assert "## Unexplained\n\n* b.py, x_f__mutmut_2: not reached" in text


def test_an_explanation_that_nobody_needs_is_said() -> None:
    """Of the files that were asked about; it can be taken out."""
    reasons = {("a.lua", "a < b", "a <= b"): ("same", "…"), ("c.lua", "x", "y"): ("same", "…")}
    text, unexplained = said(ROWS, reasons)
    assert 2 == unexplained
    assert "## Explained, and killed\n\n* a.lua: `a <= b`\n" in text
    assert "c.lua" not in text


def test_every_explanation_is_of_a_line_that_there_is() -> None:
    """A line that was changed needs its explanation looked at again."""
    for (file, before, _), (_, why) in explained(EXPLAINED).items():
        lines = [line.strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert before in " ".join(lines)
        assert why


def test_an_explanation_of_no_known_class_is_refused(tmp_path: Path) -> None:
    """The classes are few, so that a reader sees what is claimed."""
    path = tmp_path / "calls.toml"
    path.write_text('[[survivor]]\nfile = "a"\nbefore = "b"\nafter = "c"\nclass = "luck"\nwhy = "d"\n')
    with pytest.raises(KeyError, match="luck"):
        explained(tmp_path)
