"""Draws what the bench has found: a table in docs/performance.md and docs/pictures/performance.svg.

    python -m bench counting peer scaling                 writes bench/results/DATE.json
    python -m bench.drawn bench/results/DATE.json …       a later file's figures replace an earlier's

Know before changing: what limits each is known from profiles and not from a run, so it stands here as text
(`LIMITS`); every number is read from the results.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from bench.results import say

HOUSE = Path(__file__).resolve().parent.parent
PAGE, PICTURE = HOUSE / "docs" / "performance.md", HOUSE / "docs" / "pictures" / "performance.svg"

BEGIN, END = "<!-- drawn: made by python -m bench.drawn -->\n", "<!-- end of drawn -->"

Medians = Mapping[str, float]
"""The median of each figure by what was measured."""

PER_CPU = "per CPU second"
COUNTED = {
    "Sandık, bundles of 200": f"bundles of 200, {PER_CPU} of the worker",
    "Sandık, bundles of 50": f"bundles of 50, {PER_CPU} of the worker",
    "Kafka Streams, cached state": f"Kafka Streams, cached state, {PER_CPU}",
    "Quix Streams": f"Quix Streams, {PER_CPU}",
    "plain Faust tables": f"plain Faust tables, {PER_CPU}",
}
"""Who counts, and the figure that says how many reports in a CPU second."""
LIMITS = {
    "Sandık, bundles of 200": "reading columns and numpy; the store beside it half as much",
    "Sandık, bundles of 50": "the stream processor's work for each record",
    "Kafka Streams, cached state": "a JSON parse and ten state accesses for each report",
    "Quix Streams": "Python for each report, and its state as JSON into RocksDB and the changelog",
    "plain Faust tables": "a changelog record for each of five table writes a report",
}
OURS = tuple(who for who in COUNTED if who.startswith("Sandık"))
PARTS = ("worker", "store", "broker")
COLOURS = {"worker": "#3566a8", "store": "#b5532a", "broker": "#8a8a8a", "others": "#8a8a8a"}
LEFT, WIDTH, ROW, BAR = 210, 430, 28, 16


def read(paths: Sequence[Path]) -> dict[str, float]:
    """The medians in these results. Raises ValueError where a file holds none."""
    found: dict[str, float] = {}
    for path in paths:
        figures = json.loads(path.read_bytes()).get("figures", [])
        if not figures:
            raise ValueError(f"{path} holds no figures: it is written by python -m bench PART …")
        found |= {figure["what"]: figure["median"] for figure in figures}
    return found


def counted(medians: Medians) -> dict[str, float]:
    """Reports in a CPU second of whoever was measured, in the order of the table."""
    return {who: medians[what] for who, what in COUNTED.items() if what in medians}


def costs(medians: Medians) -> dict[str, dict[str, float]]:
    """CPU microseconds of a report by case and part; the first case is what the others are beside."""
    end = f", CPU of a report: {PARTS[0]}"
    cases = [what.removesuffix(end) for what in medians if what.endswith(end)]
    return {case: {part: medians[f"{case}, CPU of a report: {part}"] for part in PARTS} for case in cases}


def table(medians: Medians) -> str:
    """Both as tables of the page."""
    lines = ["| who counts | reports a CPU second | ours is | what limits it |", "|---|---|---|---|"]
    found = counted(medians)
    ours = next(iter(found.values()), 0.0)
    lines += [f"| {who} | {rate:,.0f} | {ours / rate:.1f} × | {LIMITS[who]} |" for who, rate in found.items()]
    if costs(medians):
        lines += ["", "| log | CPU of a report (worker · store · broker) | reports/s | beside another |"]
        lines.append("|---|---|---|---|")
    for case, parts in costs(medians).items():
        split = " · ".join(f"{parts[part]:.1f}" for part in PARTS)
        cost, rate = f"{sum(parts.values()):.1f} µs ({split})", f"{medians[f'{case}, rate']:,.0f}"
        lines.append(f"| {case} | {cost} | {rate} | {'; '.join(_beside(case, medians))} |")
    return "\n".join(lines) + "\n"


def _beside(case: str, medians: Medians) -> Iterator[str]:
    """Each ratio of the case that was measured: 1.15 × 31,186 boxes, CPU of a report."""
    for what, ratio in medians.items():
        first, slash, second = what.partition(" / ")
        if slash and first == case:
            yield f"{ratio:.2f} × {second}"


def drawing(medians: Medians) -> str:
    """Two panels: reports a CPU second beside the peers, and the cost of a report by what is counted."""
    rates, cases = counted(medians), costs(medians)
    second = 76 + ROW * len(rates)
    whole, height = LEFT + WIDTH + 90, second + 64 + ROW * len(cases)
    title = "What a report costs, beside others and as a night grows"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{title}</title>",
        f'<rect width="{whole}" height="{height}" fill="#ffffff"/>',
        *_heading(24, "Reports counted in a CPU second of whoever counts"),
        *_bars(44, {who: {_colour(who): rate} for who, rate in rates.items()}, "{:,.0f}"),
        *(_heading(second, "CPU µs of a report") if cases else ()),
        *(_legend(second) if cases else ()),
        *_bars(second + 20, cases, "{:.1f} µs"),
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def placed(text: str, made: str) -> str:
    """The page with the table between its markers. Raises ValueError where they are missing."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"{PAGE} has no markers for what is drawn: {BEGIN.strip()} and {END}")
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + made + END + rest.partition(END)[2]


def _colour(who: str) -> str:
    return "worker" if who in OURS else "others"


def _heading(y: int, text: str) -> Iterator[str]:
    yield f'<text x="12" y="{y}" font-size="15" fill="#222">{escape(text)}</text>'


def _legend(y: int) -> Iterator[str]:
    for place, part in enumerate(PARTS):
        x = LEFT + 80 * place
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="10" fill="{COLOURS[part]}"/>'
        yield f'<text x="{x + 18}" y="{y}" fill="#222">{part}</text>'


def _bars(y: int, rows: Mapping[str, Mapping[str, float]], form: str) -> Iterator[str]:
    """A bar a row, of its parts one after the other, and the sum beside it."""
    most = max((sum(parts.values()) for parts in rows.values()), default=1.0)
    for name, parts in rows.items():
        yield f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end" fill="#222">{escape(name)}</text>'
        x = float(LEFT)
        for part, value in parts.items():
            wide = WIDTH * value / most
            yield f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{BAR}" fill="{COLOURS[part]}"/>'
            x += wide
        yield f'<text x="{x + 8:.1f}" y="{y + 13}" fill="#222">{form.format(sum(parts.values()))}</text>'
        y += ROW


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the table and the picture; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.drawn", description="Draws what was measured.")
    parser.add_argument("results", nargs="+", type=Path, help="files of bench/results")
    medians = read(parser.parse_args(argv).results)
    text = placed(PAGE.read_text(encoding="utf-8"), table(medians))
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(drawing(medians), encoding="utf-8")
    say(f"written: {PAGE} and {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
