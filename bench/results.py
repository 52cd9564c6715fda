"""What a part of the bench found, and how it is shown: a table for people, JSON for later.

Know before changing: every figure is the median of its runs and all runs are kept beside it; a target that is
missed is shown as missed, and nothing here rounds towards it.
"""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Figure:
    """One measured thing. `runs` in the order measured; `least` or `most` is the target, if there is one."""

    part: str
    what: str
    unit: str
    runs: tuple[float, ...]
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return statistics.median(self.runs)

    @property
    def target(self) -> str:
        """The target in a word, or nothing."""
        if self.least is not None:
            return f"≥ {_number(self.least)}"
        return f"≤ {_number(self.most)}" if self.most is not None else ""

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None: there is none."""
        if self.least is not None:
            return self.median >= self.least
        return self.median <= self.most if self.most is not None else None


@dataclass
class Results:
    """Everything of one run of the bench."""

    about: Mapping[str, Any]
    figures: list[Figure] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Parts that could not be measured, and why."""

    def add(self, *figures: Figure) -> None:
        """Keeps figures and shows them at once."""
        for figure in figures:
            self.figures.append(figure)
            say(f"  {figure.what}: {_number(figure.median)} {figure.unit}{_judged(figure)}")

    def failed(self, part: str, why: str) -> None:
        """Keeps that a part could not be measured."""
        self.failures.append(f"{part}: {why}")
        say(f"  {part} FAILED: {why}")

    def table(self) -> str:
        """All figures, one a line, for standard output."""
        lines = [f"{name}: {value}" for name, value in self.about.items()]
        rows: list[tuple[str, ...]] = [("part", "what", "median", "unit", "runs", "target", "")]
        rows += [_row(figure) for figure in self.figures]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines += ["", *(_aligned(row, widths) for row in rows)]
        lines += ["", *(f"{f.part}, {f.what}: {f.note}" for f in self.figures if f.note)]
        lines += [f"NOT MEASURED {failure}" for failure in self.failures]
        return "\n".join(lines) + "\n"

    def write(self, folder: Path = HERE / "results") -> Path:
        """Writes everything as JSON under the date and hour."""
        folder.mkdir(exist_ok=True)
        path = folder / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.json"
        figures = [{**asdict(figure), "median": figure.median, "met": figure.met} for figure in self.figures]
        whole = {"about": dict(self.about), "figures": figures, "failures": self.failures}
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        return path


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of them do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -int(-len(ranked) * percent // 100) - 1))]


def say(line: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def progress(done: float, whole: float, what: str) -> None:
    """How far something is; on a terminal only."""
    if sys.stderr.isatty():
        share = min(1.0, done / whole) if whole else 1.0
        end = "\n" if share >= 1 else ""
        sys.stderr.write(f"\r  {what} {share:4.0%}{end}")
        sys.stderr.flush()


def _row(figure: Figure) -> tuple[str, ...]:
    runs = " ".join(_number(run) for run in figure.runs) if len(figure.runs) > 1 else ""
    judged = {None: "", True: "reached", False: "MISSED"}[figure.met]
    return (figure.part, figure.what, _number(figure.median), figure.unit, runs, figure.target, judged)


def _judged(figure: Figure) -> str:
    if figure.met is None:
        return ""
    return f" ({'reached' if figure.met else 'MISSED'}, target {figure.target})"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    right = (2,)
    cells = [
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
