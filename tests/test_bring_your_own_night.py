"""docs/bring-your-own-night.md is run as it is written: tables, mappings, commands and what comes out.

Know before changing: the page is the input. A block under a line "`name`:" is that file; of one under
"`name` begins:" the file that `tests.sandik.foreign` writes must begin so. A plain block holds commands, and
under a command the lines that must stand in its answer. What runs servers or serves for ever is run in
tests/live/test_own_night.py.
"""

import contextlib
import glob
import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandik import cli
from tests.sandik.foreign import EVERY, LONG, SNAPSHOTS, SUMS, Foreign

PAGE = Path(__file__).resolve().parents[1] / "docs" / "bring-your-own-night.md"
BLOCK = re.compile(
    r"(?:^`(?P<name>[^`\n]+)`(?P<how>:| begins:)\n\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)
SERVES = ("demo", "up", "produce")


def section(title: str) -> str:
    """One section of the page, or all before the first example."""
    text = PAGE.read_text(encoding="utf-8")
    if not title:
        return text[: text.index("## Example 1")]
    start = text.index(f"## {title}")
    return text[start : text.index("\n## ", start)]


def files(part: str) -> Iterator[tuple[str, str, str]]:
    """Name, how (`:` or ` begins:`) and text of each file that a section shows."""
    for block in BLOCK.finditer(part):
        if block["name"] is not None:
            yield block["name"], block["how"], block["text"]


def commands(part: str) -> Iterator[tuple[list[str], list[str]]]:
    """The commands of a section, each with the lines that must stand in its answer."""
    for block in BLOCK.finditer(part):
        if block["kind"]:
            continue
        found: list[tuple[list[str], list[str]]] = []
        for line in block["text"].splitlines():
            if line.startswith("sandik "):
                found.append((shlex.split(line)[1:], []))
            else:
                found[-1][1].append(line)
        yield from found


def answer(words: list[str]) -> str:
    """What a command prints on stdout; it must exit with 0. `*` and `>` are what a shell makes of them."""
    target = None
    if ">" in words:
        place = words.index(">")
        target, words = Path(words[place + 1]), words[:place]
    plain = [path for word in words for path in (sorted(glob.glob(word)) if "*" in word else [word])]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = cli.main(plain)
    assert 0 == code, f"sandik {shlex.join(plain)} exits with {code}: {said.getvalue()}"
    if target is not None:
        target.write_text(said.getvalue(), encoding="utf-8")
    return said.getvalue()


def follow(part: str) -> None:
    """Does what a section says, in the folder we are in."""
    for name, how, text in files(part):
        if how == ":":
            Path(name).write_text(text, encoding="utf-8")
    for words, lines in commands(part):
        if words[0] in SERVES:
            continue
        said = answer(words).splitlines()
        assert [] == [line for line in lines if line not in said], "\n".join(said)


def totals(folder: str) -> dict[str, int]:
    """What the night ends with, by the choices' names."""
    import tomllib

    (ended,) = json.loads(answer(["rehearse", f"./{folder}", "--json"]).splitlines()[-1])["contests"].values()
    night = tomllib.loads((Path(folder) / "night.toml").read_text(encoding="utf-8"))
    names = {choice["id"]: choice["name"] for choice in night["contests"][0]["choices"]}
    return {names[choice]: votes for choice, votes in ended["choices"].items()}


def test_the_steps_lead_from_a_table_to_a_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the page, the mapping that is sketched, the night that is made, checked and rehearsed."""
    monkeypatch.chdir(tmp_path)
    part = section("")
    follow(part)
    shown = next(block["text"] for block in BLOCK.finditer(part) if block["kind"] == "toml")
    assert shown in Path("results.toml").read_text(encoding="utf-8")
    assert {"Ada Reyes": 1069, "Ben Osei": 1118, "Write-in": 68} == totals("my-night")


@pytest.mark.parametrize(
    ("title", "table"),
    [("Example 1", LONG), ("Example 2", SNAPSHOTS), ("Example 3", SUMS)],
    ids=[table.name for table in EVERY],
)
def test_an_example_becomes_a_night_whose_totals_are_the_sums_of_its_rows(
    title: str, table: Foreign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a mapping and no code; the sums are made of the raw figures as they are written."""
    monkeypatch.chdir(tmp_path)
    wanted, part = table.write(tmp_path), section(title)
    for name, how, text in files(part):
        if how == " begins:":
            raw = Path(name).read_bytes()
            begins = raw.decode("latin-1" if table is LONG else "utf-8").replace("\r\n", "\n")
            assert begins.startswith(text)
    follow(part)
    assert wanted == totals(table.name)
    assert len(part.splitlines()) <= PAGE_LINES


PAGE_LINES = 70
"""Lines of a printed page: no example is longer."""


def test_what_the_page_calls_files_is_what_a_night_is_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of the second step names each file, and no other."""
    monkeypatch.chdir(tmp_path)
    part = section("")
    follow(part)
    told = re.findall(r"^\|(.*?)\|", section("2. Make the night"), re.M)
    named = {name for cell in told for name in re.findall(r"`([^`]+)`", cell)}
    assert {path.name for path in Path("my-night").iterdir()} == named
