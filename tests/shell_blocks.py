"""The commands that our pages show: every plain or `sh` block, line by line, with how it is tested.

    for block in blocks(page): block.commands(), block.run_by

A line of HTML comment above a block says who runs it: `<!-- shell: run by tests/live/test_x.py -->`. Without
one its commands are parsed, and those that end by themselves are run (tests/test_docs_commands.py).

Know before changing: a block is one of commands if one of its lines begins with a program of `PROGRAMS`; a
line that begins with none is what a command prints.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)  # fmt: skip
FENCE = re.compile(
    r"(?:^<!-- shell: (?P<mark>[^\n]+) -->\n\n?)?"
    r"^(?P<ticks>```+)(?P<kind>[\w-]*)[^\n]*\n(?P<text>.*?)^(?P=ticks)$",
    re.M | re.S,
)
KINDS = ("", "sh", "bash", "console", "shell")
PROGRAMS = frozenset(
    {
        "sandik", "make", "docker", "systemctl", "journalctl", "systemd-analyze", "curl", "redis-cli",
        "kafka-topics.sh", "kafka-configs.sh", "kafka-acls.sh", "kafka-leader-election.sh", "timedatectl",
        "pip", "python3", "git", "mkdir", "chmod", "chown", "cp", "mv", "tar", "printf", "openssl", "export",
        "sudo", "df", "free", "ss", "nginx", "useradd", "rsync", "umask", "install", "promtool", "sha256sum",
        "ulimit", "cd", "password=$(openssl",
    }
)  # fmt: skip
"""What a line of commands may begin with; anything else is a misspelt name, or a line of output."""
OPERATORS = {"|", ">", ">>", "<", "&&", ";", "&", "||"}
ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.S)


@dataclass(frozen=True)
class Command:
    """One simple command: what is set for it, and its words."""

    line: int
    settings: tuple[tuple[str, str], ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    run_by: str
    """The test that runs it, if any."""
    text: str

    @property
    def name(self) -> str:
        """For the names of tests."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def lines(self) -> list[str]:
        """The lines that are commands, whole."""
        return [line for _, line in _lines(self.text) if _begins(line)]

    def commands(self) -> Iterator[Command]:
        """Every simple command in it."""
        for place, line in _lines(self.text):
            if not _begins(line):
                continue
            for settings, words in simple(line):
                yield Command(self.line + place, settings, words)


def known_settings() -> set[str]:
    """Every setting there is: the rows of docs/settings.md (tests/test_settings_doc.py compares them)."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(SANDIK_\w+)` \|", page, re.M))


def blocks(page: Path) -> list[Block]:
    """The blocks of commands of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        inside = match["text"]
        if match["kind"] in KINDS and any(_begins(line) for _, line in _lines(inside)):
            at = text.count("\n", 0, match.start("text")) + 1
            found.append(Block(page, at, (match["mark"] or "").removeprefix("run by "), inside))
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, each with its place; the prompt is taken away."""
    held, begun = "", 0
    for place, line in enumerate(text.splitlines()):
        begun = begun if held else place
        held += line.removeprefix("$ ").strip()
        if held.endswith("\\"):
            held = held[:-1]
            continue
        if held.startswith("python3 ") and held.count('"') % 2:
            held += "\n"  # a program in quotes goes on
            continue
        yield begun, held
        held = ""


def _begins(line: str) -> bool:
    """Whether a line is a command."""
    words = line.split()
    while words and ASSIGNED.fullmatch(words[0].partition('"')[0].partition("$(")[0]) and len(words) > 1:
        words = words[1:]
    first = words[0].rpartition("/")[2] if words else ""
    return first in PROGRAMS or line.startswith("SANDIK_")


def simple(line: str) -> Iterator[tuple[tuple[tuple[str, str], ...], tuple[str, ...]]]:
    """The simple commands of a line; pipes, redirections and comments are the shell's. ValueError: quotes."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, ""
    parts: list[list[str]] = [[]]
    skip = False
    for word in lexer:
        if word.startswith("#"):
            break
        if word in OPERATORS:
            skip = word in (">", ">>", "<")
            if not skip:
                parts.append([])
        elif skip:
            skip = False
        else:
            parts[-1].append(word)
    for words in parts:
        settings = []
        while words and (match := ASSIGNED.fullmatch(words[0])):
            settings.append((match[1], match[2]))
            words = words[1:]
        while words and words[0] == "sudo":
            words = words[1:]
        if words or settings:
            yield tuple(settings), tuple(word for word in words if word != "…")
