"""What became of each mutant, as a table and a list; and which survivors are explained.

    rows = [Row("election/tally.py", "killed", "hear", "a < b", "a <= b"), …]
    said(rows, explained(Path("explained")))             the report as Markdown, and how many are unexplained

A survivor is explained if a file in `explained/` has a reason for its file and its line before and after.
Each reason is of one class (`CLASSES`); an explanation that no survivor needs any more is said too.

Know before changing: lines are compared without the spaces around them and never by number, so that moving
code does not lose its explanations.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FATES = ("killed", "by types", "timed out", "survived", "not reached", "unclear")
"""By a test, by mypy, by going on for ever, not at all; where no test of the file reaches the code; and where
the asking itself failed, which is no kill."""
CLASSES = {
    "same": "the changed code does the same: no input can tell the two apart",
    "text": "only the words of an error or of a description for people differ",
    "speed": "only how fast it is, or how much is read at once, differs",
    "bound": "a limit moved by one that nothing but a chosen number stands behind",
    "guarded": "what it would let in is stopped at another place, which has its own test",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant: its file, what became of it, where it is, and its line before and after."""

    file: str
    fate: str
    where: str
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What an explanation names it by."""
        return self.file, self.before, self.after


def explained(folder: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Class and sentence of each explanation in the folder. Raises KeyError for a class that there is not."""
    found = {}
    texts = [path.read_text() for path in sorted(folder.glob("*.toml"))]
    for one in (one for text in texts for one in tomllib.loads(text)["survivor"]):
        if one["class"] not in CLASSES:
            raise KeyError(f"{one['class']} is no class of survivors; there are {', '.join(CLASSES)}")
        for after in [one["after"]] if isinstance(one["after"], str) else one["after"]:
            found[(one["file"], one["before"], after)] = (one["class"], one["why"])
    return found


def table(rows: Iterable[Row], reasons: Mapping[tuple[str, str, str], tuple[str, str]]) -> str:
    """A line a file and one for all: mutants, what became of them, and survivors nobody has explained."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for name in (row.file, "all"):
            count = counts.setdefault(name, Counter())
            count[row.fate] += 1
            count["unexplained"] += row.fate in FATES[3:] and row.key not in reasons
    counts["all"] = counts.pop("all", Counter())
    head = ("file", "mutants", *FATES, "unexplained")
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for name, count in counts.items():
        numbers = [sum(count[fate] for fate in FATES), *(count[fate] for fate in FATES), count["unexplained"]]
        lines.append(f"| {name} | " + " | ".join(map(str, numbers)) + " |")
    return "\n".join(lines) + "\n"


def said(rows: list[Row], reasons: Mapping[tuple[str, str, str], tuple[str, str]]) -> tuple[str, int]:
    """The table, each survivor with its reason, by class; and how many have none."""
    alive = sorted({row.key: row for row in rows if row.fate in FATES[3:]}.values(), key=lambda row: row.key)
    parts = [table(rows, reasons)]
    for name, means in CLASSES.items():
        of_class = [row for row in alive if reasons.get(row.key, ("", ""))[0] == name]
        if of_class:
            parts.append(
                f"## {name}: {means}\n\n" + "\n".join(_one(row, reasons[row.key][1]) for row in of_class)
            )
    unexplained = [row for row in alive if row.key not in reasons]
    if unexplained:
        parts.append("## Unexplained\n\n" + "\n".join(_one(row, row.fate) for row in unexplained))
    files = {row.file for row in rows}
    idle = [key for key in reasons if key[0] in files and key not in {row.key for row in alive}]
    if idle:
        parts.append("## Explained, and killed\n\n" + "\n".join(f"* {key[0]}: `{key[2]}`" for key in idle))
    return "\n\n".join(parts) + "\n", len(unexplained)


def _one(row: Row, why: str) -> str:
    return f"* {row.file}, {row.where}: {why}\n  - `{row.before}`\n  + `{row.after}`"
