"""A soak as a picture for docs/pictures: what was sampled, over the nights, with the limits that bound it.

    drawing(lines)        the SVG, of the lines of a soak

Know before changing: every sample is drawn, none is smoothed; a panel begins at 0, or its lines would look as
if they grew. Nights alternate in shade. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TITLE = "Nights back to back: what the processes hold"
WIDTH, LEFT, RIGHT, PANEL, GAP, TOP = 760, 70, 190, 130, 44, 62
INK, FAINT, SHADE = "#222222", "#666666", "#f2f4f7"
BLUE, GREEN, ORANGE, PURPLE = "#0072B2", "#009E73", "#D55E00", "#8a4f7d"


@dataclass(frozen=True)
class Panel:
    """One of the drawings, one above the other."""

    title: str
    lines: tuple[tuple[str, str, str], ...]
    """Name of what was sampled, what it is called, colour."""
    limit: tuple[float, str] | None = None
    """A level that is not passed, and its name."""


PANELS = (
    Panel("memory of our processes, MB", (
        ("gateway.rss_mb", "gateway", BLUE), ("worker.rss_mb", "worker", ORANGE),
        ("deliver.rss_mb", "deliver", GREEN), ("replay.rss_mb", "replay", PURPLE),
    )),
    Panel("connections and open files of the gateway", (
        ("gateway.fds", "files, sockets", ORANGE), ("gateway.connections", "connections", BLUE),
    )),
    Panel("entries of the longest change stream", (("redis.changes", "change stream", BLUE),),
          (4096, "SANDIK_CHANGES_MAX")),
    Panel("Redis: memory and append-only file, MB", (
        ("redis.used_mb", "memory", BLUE), ("redis.aof_mb", "file", ORANGE),
    ), (67.1, "auto-aof-rewrite-min-size")),
    Panel("Kafka: topics of the night on the disk, MB", (("kafka.night_mb", "the log", BLUE),)),
)  # fmt: skip


def drawing(lines: Sequence[Mapping[str, Any]]) -> str:
    """The SVG. Raises ValueError where nothing was sampled."""
    samples = [line for line in lines if "at_s" in line and "gateway.rss_mb" in line]
    if not samples:
        raise ValueError("nothing was sampled")
    whole = LEFT + WIDTH + RIGHT
    panels = [panel for panel in PANELS if any(name in samples[0] for name, _, _ in panel.lines)]
    height = TOP + len(panels) * (PANEL + GAP) + 10
    ends = [(line["night"], line["at_s"]) for line in lines if line.get("ended")]
    scale = WIDTH / max(line["at_s"] for line in lines if "at_s" in line)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{TITLE}</title>",
        f'<rect width="{whole}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" fill="{INK}">{TITLE}</text>',
        f'<text x="{LEFT}" y="40" fill="{FAINT}">{len(samples):,} samples; each column is a night</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, samples, ends, TOP + number * (PANEL + GAP), scale)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(
    panel: Panel,
    samples: Sequence[Mapping[str, Any]],
    ends: Sequence[tuple[int, float]],
    top: int,
    scale: float,
) -> Iterator[str]:
    bottom = top + GAP - 20 + PANEL
    floor = bottom - PANEL
    there = [line for line in panel.lines if line[0] in samples[0]]
    most = max(float(sample[name]) for sample in samples for name, _, _ in there)
    most = round_up(max(most, panel.limit[0] if panel.limit else 0.0))
    yield f'<text x="{LEFT}" y="{floor - 7}" fill="{INK}" font-weight="bold">{panel.title}</text>'
    yield from _nights(ends, floor, bottom, scale)
    for part in (0.0, 0.5, 1.0):
        y = bottom - PANEL * part
        yield f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5d9de"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{FAINT}">{most * part:,g}</text>'
    if panel.limit is not None:
        y = bottom - PANEL * panel.limit[0] / most
        yield (
            f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{INK}" '
            f'stroke-dasharray="5 4"/>'
        )
        yield f'<text x="{LEFT + WIDTH + 8}" y="{y + 4:.1f}" fill="{INK}">{panel.limit[1]}</text>'
    heights = [bottom - PANEL * float(samples[-1][name]) / most for name, _, _ in there]
    for (name, title, colour), y in zip(there, apart(heights), strict=True):
        points = " ".join(
            f"{LEFT + sample['at_s'] * scale:.1f},{bottom - PANEL * float(sample[name]) / most:.1f}"
            for sample in samples
        )
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        yield f'<text x="{LEFT + WIDTH + 8}" y="{y + 4:.1f}" fill="{colour}">{title}</text>'


def _nights(ends: Sequence[tuple[int, float]], floor: int, bottom: int, scale: float) -> Iterator[str]:
    """A shade for every second night, and its number below."""
    began_s = 0.0
    for night, end_s in ends:
        x, wide = LEFT + began_s * scale, (end_s - began_s) * scale
        if night % 2:
            tall = bottom - floor
            yield f'<rect x="{x:.1f}" y="{floor}" width="{wide:.1f}" height="{tall}" fill="{SHADE}"/>'
        middle = x + wide / 2
        yield f'<text x="{middle:.1f}" y="{bottom + 14}" text-anchor="middle" fill="{FAINT}">{night}</text>'
        began_s = end_s


def round_up(value: float) -> float:
    """The next 1, 2, 3, 4, 5, 6 or 8 of its power of ten, so that half of it reads well too."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value > 0:
        power /= 10
    return next(power * step for step in (1, 2, 3, 4, 5, 6, 8, 10) if power * step >= value or step == 10)


def apart(heights: Sequence[float], at_least: float = 14.0) -> list[float]:
    """Heights of labels moved down as far as they need to stand one below the other."""
    moved = list(heights)
    last: float | None = None
    for place in sorted(range(len(moved)), key=lambda place: moved[place]):
        if last is not None:
            moved[place] = max(moved[place], last + at_least)
        last = moved[place]
    return moved
