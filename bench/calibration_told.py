"""The calibration as tables and a picture: for the terminal, docs/calibration.md and docs/pictures.

Know before changing: only what stands between the markers of the page is written; its words are people's.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.calibration import WAYS, Cell, Cells, totals
from bench.calibration_real import Line, March, spoke
from election.calls import RULES

PAGE, PICTURE = "docs/calibration.md", "docs/pictures/calibration.svg"
TITLE = "How much was counted when each rule first spoke"
COLOURS = {"certain": "#0072B2", "majority": "#009E73", "projected": "#D55E00"}
LEFT, WIDTH, ROW, TOP = 250, 640, 30, 64


def told(cells: Cells, lines: Sequence[Line], orders: March | None) -> str:
    """Everything, for the terminal."""
    parts = [simulated_table(cells), *([real_table(lines)] if lines else [])]
    return "\n".join([*parts, *([] if orders is None else [march_table(orders)])])


def march_table(orders: March) -> str:
    """Whether anybody would have been called in March."""
    return (
        "| orders of March's boxes | `certain` or `majority` passed at some moment | called, with guards |\n"
        f"|---|---|---|\n| {orders.orders:,} | {orders.named:,} | {orders.called:,} |\n"
    )


def simulated_table(cells: Cells) -> str:
    """Wrong calls by rule and kind of night; also without guards, and with half the allowance."""
    head = "| order | parent | nights | certain | majority | projected | certain, no guards "
    head += "| majority, no guards | projected, no guards | projected, half the allowance |"
    rows = [head, "|" + "---|" * 10]
    shown = (
        ("certain", WAYS[0]), ("majority", WAYS[0]), ("projected", WAYS[0]),
        ("certain", WAYS[1]), ("majority", WAYS[1]), ("projected", WAYS[1]), ("projected", WAYS[2]),
    )  # fmt: skip
    for (order, parent), cell in cells.items():
        counts = " | ".join(str(cell.wrong.get(key, 0)) for key in shown)
        rows.append(f"| {order} | {'yes' if parent else 'no'} | {cell.nights:,} | {counts} |")
    sums = " | ".join(f"**{totals(cells, *key)[1]}**" for key in shown)
    rows.append(f"| **all** | | {totals(cells, *shown[0])[0]:,} | {sums} |")
    return "\n".join(rows) + "\n"


def first_table(cells: Cells) -> str:
    """How much was counted when each rule first spoke: the median, and the middle 80 % of nights."""
    rows = ["| order | parent | certain | majority | projected |", "|---|---|---|---|---|"]
    for (order, parent), cell in cells.items():
        parts = " | ".join(_spoke(cell, rule) for rule in RULES)
        rows.append(f"| {order} | {'yes' if parent else 'no'} | {parts} |")
    return "\n".join(rows) + "\n"


def _spoke(cell: Cell, rule: str) -> str:
    shares = cell.spoke.get(rule, [])
    if not shares:
        return "never"
    low, middle, high = (100 * float(np.quantile(shares, q)) for q in (0.1, 0.5, 0.9))
    often = 100 * len(shares) / cell.nights
    return f"{middle:.0f} % ({low:.0f}–{high:.0f}; in {often:.0f} % of nights)"


def real_table(lines: Sequence[Line]) -> str:
    """The projection on the real boxes, by night and order."""
    rows = [
        "| night | order | orders tried | first spoke | without guards | wrong | wrong without guards |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {line.night} | {line.order} | {line.runs} | {spoke(line, guarded=True)} "
        f"| {spoke(line, guarded=False)} | {line.wrong} | {line.wrong_unguarded} |"
        for line in lines
    ]
    return "\n".join(rows) + "\n"


def written(house: Path, cells: Cells, lines: Sequence[Line], orders: March | None) -> Iterator[Path]:
    """Writes the page's tables and the picture; gives the files."""
    page = house / PAGE
    text = page.read_text(encoding="utf-8")
    text = between(text, "simulated", simulated_table(cells))
    text = between(text, "first", first_table(cells))
    if lines:
        text = between(text, "real", real_table(lines))
    if orders is not None:
        text = between(text, "march", march_table(orders))
    page.write_text(text, encoding="utf-8")
    yield page
    picture = house / PICTURE
    picture.write_text(drawing(cells), encoding="utf-8")
    yield picture


def between(text: str, name: str, table: str) -> str:
    """The page with a table between two markers. Raises ValueError where they are missing."""
    begin, end = f"<!-- {name}: made by make calibration -->\n", f"<!-- end of {name} -->"
    if begin not in text or end not in text:
        raise ValueError(f"{PAGE} has no markers for the table {name!r}")
    before, _, rest = text.partition(begin)
    return before + begin + table + end + rest.partition(end)[2]


def drawing(cells: Cells) -> str:
    """An SVG: for each kind of night the middle 80 % and the median share counted at the first word."""
    height = TOP + ROW * len(cells) + 46
    whole = LEFT + WIDTH + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{TITLE}</title>",
        f'<rect width="{whole}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-size="15" fill="#222">{TITLE}</text>',
    ]
    for place, (rule, colour) in enumerate(COLOURS.items()):
        x = 12 + 110 * place
        parts.append(f'<rect x="{x}" y="32" width="14" height="8" fill="{colour}"/>')
        parts.append(f'<text x="{x + 20}" y="41" fill="#222">{rule}</text>')
    parts.append('<text x="360" y="41" fill="#222">bar: middle 80 % of nights; mark: the median</text>')
    bottom = TOP + ROW * len(cells)
    for pct in range(0, 101, 10):
        x = LEFT + WIDTH * pct // 100
        parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle" fill="#444">{pct} %</text>')
    for number, ((order, parent), cell) in enumerate(cells.items()):
        y = TOP + ROW * number
        name = f"{order}, {'with' if parent else 'no'} parent"
        parts.append(f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end" fill="#222">{name}</text>')
        parts += [bar for n, rule in enumerate(COLOURS) for bar in _bar(cell, rule, y + 7 * n)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(cell: Cell, rule: str, y: int) -> Iterator[str]:
    shares = cell.spoke.get(rule, [])
    if not shares:
        return
    low, middle, high = (LEFT + WIDTH * float(np.quantile(shares, q)) for q in (0.1, 0.5, 0.9))
    colour = COLOURS[rule]
    wide = max(1.0, high - low)
    yield f'<rect x="{low:.1f}" y="{y}" width="{wide:.1f}" height="5" fill="{colour}" fill-opacity="0.45"/>'
    yield f'<rect x="{middle - 2:.1f}" y="{y - 1}" width="4" height="7" fill="{colour}"/>'
