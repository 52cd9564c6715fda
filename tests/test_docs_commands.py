"""Every command that a page shows is one there is: parsed by the program itself, or really run.

Know before changing: each command is parsed. Those of `ENDS` end by themselves without a server, and are run
in a folder with what a newsroom has by then, page by page in their order; `LEFT` says why one is not. What
needs servers is run by the test that the mark above its block names (`tests/shell_blocks.py`).
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import cast

import pytest
import yaml

from faults.actors import SECRET
from sandik import cli
from tests.sandik import packs
from tests.shell_blocks import PAGES, ROOT, Block, Command, blocks, known_settings, simple
from web.token_file import add
from web.tokens import make

BLOCKS = [block for page in PAGES for block in blocks(page)]
TITLES = {name: title for group in cli.TABLE.values() for name, title in group.items()}
TARGETS = set(re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(), re.M))
SPAN = re.compile(r"(?<!`)`(sandik [^`\n]+)`(?!`)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def named(block: object) -> str:
    """Page and line."""
    return cast("Block", block).name


def parsed(words: tuple[str, ...]) -> None:
    """Words after `sandik` as the program takes them; AssertionError with its own complaint."""
    if words and words[0] in ("--help", "--version"):
        return
    assert words, "sandik without a command"
    assert words[0] in TITLES, f"there is no command {words[0]}"
    command = cast("cli.Command", import_module(f"sandik.commands.{words[0]}"))
    said, code = io.StringIO(), 0
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            cli.parser(words[0], "title", command).parse_args(list(words[1:]))
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert 0 == code, said.getvalue()


def looked_at(command: Command) -> None:
    """One command of a page. AssertionError says what is wrong with it."""
    for name, _ in command.settings:
        if name.startswith("SANDIK_"):
            assert name in known_settings(), f"there is no setting {name}"
    if not command.words:
        return
    first, *rest = command.words
    match first.rpartition("/")[2]:
        case "sandik":
            parsed(tuple(rest))
        case "make":
            _make(rest)
        case "docker":
            _docker(rest)
        case "systemctl":
            _systemctl(rest)
        case "export":
            for word in rest:
                name = word.partition("=")[0]
                assert not name.startswith("SANDIK_") or name in known_settings(), name


def _make(words: list[str]) -> None:
    targets = [word for word in words if "=" not in word]
    assert set(targets) <= TARGETS, f"there is no make {set(targets) - TARGETS}"
    for word in words:
        name, _, value = word.partition("=")
        if name == "ARGS" and targets == ["demo"]:
            for _, parts in simple(value):
                parsed(("demo", *parts))


def _docker(words: list[str]) -> None:
    if words[:1] != ["compose"]:
        return
    file = ROOT / "docker-compose.yml"
    services: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if word in ("--file", "-f"):
            file = ROOT / next(rest)
        elif word in ("--since", "--tail"):
            next(rest)
        elif word == "--profile":
            profile = next(rest)
            assert profile in file.read_text(), f"{file.name} has no profile {profile}"
        elif not word.startswith("-") and word not in COMPOSE and not services:
            services.append(word)
    assert file.exists(), f"there is no {file}"
    for service in services:
        assert service in yaml.safe_load(file.read_text())["services"], f"no service {service} in {file.name}"


COMPOSE = {"up", "down", "logs", "restart", "stop", "start", "ps", "exec", "run", "build", "pull", "config"}


def _systemctl(words: list[str]) -> None:
    for word in words[1:]:
        if word.startswith("sandik"):
            stem = re.sub(r"@.*", "@", word.partition(".")[0])
            there = {path.stem for path in (ROOT / "deploy" / "systemd").iterdir()}
            assert stem in there, f"deploy/systemd has no {word}"


@pytest.mark.parametrize("block", BLOCKS, ids=named)
def test_every_command_of_a_page_is_one_there_is(block: Block) -> None:
    """With the options it has, and settings that are read."""
    wrong = []
    for command in block.commands():
        try:
            looked_at(command)
        except AssertionError as error:
            wrong.append(f"line {command.line}: {' '.join(command.words)}: {error}")
    assert [] == wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_in_a_sentence_has_the_options_it_names(page: Path) -> None:
    """`sandik verify --rebuild` in running text: such a command, such an option."""
    wrong = []
    for span in SPAN.findall(page.read_text(encoding="utf-8")):
        words = span.split()
        if not re.fullmatch(r"[a-z]+", words[1]):
            continue  # `sandik COMMAND …`, `sandik --help`
        if words[1] not in TITLES:
            wrong.append(f"{span}: there is no such command")
            continue
        command = cast("cli.Command", import_module(f"sandik.commands.{words[1]}"))
        there = set(OPTION.findall(cli.parser(words[1], "title", command).format_help()))
        wrong += [f"{span}: no {option}" for option in OPTION.findall(span) if option not in there]
    assert [] == wrong


def test_a_test_that_is_named_is_there_and_reads_the_page() -> None:
    """A mark that names nobody would be a promise."""
    for block in BLOCKS:
        if block.run_by:
            path = ROOT / block.run_by
            assert path.exists(), f"{block.name}: {block.run_by}"
            assert block.page.name in path.read_text(), f"{block.run_by} does not read {block.page.name}"


ENDS = (
    "night list", "night show", "night check", "night sketch", "night new", "night build", "rehearse",
    "convert", "key new", "token new", "token list", "token revoke", "deliver --check", "verify evidence.zip",
)  # fmt: skip
"""Commands that end by themselves and need no server."""
LEFT = {
    "token revoke 1a2b3c4d": "the id is an example; tests/web/test_token_file.py revokes",
    "night build istanbul-2019-06-23 --boxes": "real boxes may be missing; tests/live/test_real_boxes.py",
    "rehearse istanbul-2019-06-23 --areas": "ten seconds; tests/sandik/commands/test_rehearse.py",
    "convert 2024-10-06T*.csv": "tests/test_bring_your_own_night.py converts such tables",
    "night new --from feed.csv": "tests/test_bring_your_own_night.py makes nights",
    "night new --from results.csv --mapping results.toml --out ./my-night --time-zone": "the same",
}
"""What of it is not run here, and why."""
ALERTS = """mode = "{mode}"
[[subscription]]
who = "Website"
channel = "webhook"
url = "https://newsroom.example/sandik"
secret_env = "WEBSITE_SECRET"
"""
PAGES_RUN_ELSEWHERE = {"bring-your-own-night.md": "tests/test_bring_your_own_night.py"}


def ending() -> list[tuple[Path, list[tuple[str, str]]]]:
    """By page: the lines that are run, each with what was exported before it."""
    found = []
    for page in PAGES:
        lines: list[tuple[str, str]] = []
        for block in blocks(page):
            exported = ""
            for line in block.lines():
                if line.startswith("export ") and "…" not in line.replace("/…", "").replace("_…", ""):
                    exported += line + "\n"
                words = line.partition("sandik ")[2]
                if words.startswith(ENDS) and not words.startswith(tuple(LEFT)) and not block.run_by:
                    lines.append((exported, line))
        if lines and page.name not in PAGES_RUN_ELSEWHERE:
            found.append((page, lines))
    return found


@pytest.mark.parametrize(("page", "lines"), ending(), ids=lambda value: getattr(value, "name", ""))
def test_what_ends_by_itself_is_run_as_it_is_written(
    page: Path, lines: list[tuple[str, str]], tmp_path: Path
) -> None:
    """In a shell, each exits with 0."""
    newsroom(tmp_path, page)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for exported, line in lines:
        line = line.replace("/etc/sandik", str(tmp_path))
        subscribed(tmp_path, page, "live" if "SANDIK_MODE=live" in line else "rehearsal")
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", exported + line], cwd=tmp_path, capture_output=True, text=True,
            check=False, env={"PATH": path, "LANG": "C.UTF-8", "WEBSITE_SECRET": SECRET},
        )  # fmt: skip
        assert 0 == ended.returncode, f"{line}\n{ended.stdout}{ended.stderr}"


def newsroom(folder: Path, page: Path) -> None:
    """What a newsroom has by the time it reads a page: a night, a table, a pack, and files the page shows."""
    shutil.copytree(ROOT / "nights" / "practice", folder / "my-night")
    (folder / "results.csv").write_text("precinct,registered,ada,ben\nA-1,100,30,40\nA-2,90,20,35\n")
    packs.packed(folder / "evidence.zip")
    (folder / "tokens").mkdir()
    add(folder / "tokens" / "tokens.jsonl", make("Ayşe", ["desk"], datetime.now(UTC))[1])


def subscribed(folder: Path, page: Path, mode: str) -> None:
    """The subscriptions: those of the page that shows how, else one for this mode."""
    shown = re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    taught = page.name == "be-alerted.md"
    (folder / "alerts.toml").write_text(shown[0] if taught else ALERTS.format(mode=mode))


@pytest.mark.parametrize(
    "line",
    ["sandik verfy", "sandik verify --rebuilt", "SANDIK_NIHT=x sandik worker", "make demos",
     "docker compose --file deploy/no.yml up", "systemctl start sandik-wroker@1",
     "docker compose logs wroker"],
)  # fmt: skip
def test_a_slip_is_found(line: str) -> None:
    """A command, an option, a setting, a target, a file, a unit and a service that are not there."""
    (found,) = simple(line)
    with pytest.raises(AssertionError):
        looked_at(Command(1, *found))
