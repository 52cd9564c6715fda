"""What a soak's samples say of each quantity: flat, bounded by a named limit, or growing.

    judged = judge(samples)              samples: the lines of a soak, as dictionaries
    table(judged)                        for docs/reference/soak.md

A night's value is the median of its samples (of processor time: what the night used), its most the largest
one. A line is laid through the nights from the third on. A quantity is *flat* if what the line rises from the
third night to the last is no more than chance makes of the nights' scatter (99.9 %), or below two in a
hundred of its level. What rose and no longer does over the last five nights, whatever chance would allow, has
*settled*. What rises more is *bounded* if a limit with a name stands above all of it, and else *grows*.

Know before changing: pure; nothing here knows how a sample was taken. The first two nights are left out
because caches, pools and compiled code come into being in them; a leak does not stop after two nights.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FIRST = 3
"""The first night that counts."""
NIGHTS_MIN = 3
"""Fewer that count are not judged: a line through two points says nothing of chance."""
LAST = 5
"""Nights at the end over which what rose before must not rise to have settled."""
LITTLE = 0.02
"""What a level may rise over all nights and still be called flat."""
ABOUT = 1.05
"""Limits of streams and files hold about: something is written before something is cut off."""
T999 = (318.3, 22.33, 10.21, 7.17, 5.89, 5.21, 4.79, 4.50, 4.30, 4.14, 4.02, 3.93)
"""Student's t, 99.9 %, for one degree of freedom, two, and so on; beyond, 3.93 is a little strict. So high
because forty quantities are judged at once: of forty that do not grow, 97.5 % would accuse one."""
MIB = 1024 * 1024 / 1e6
"""MB of one of the MiB in which servers are told their limits."""
FLAT, SETTLED, BOUNDED, GROWS, UNJUDGED = "flat", "settled", "bounded", "GROWS", "not judged"


@dataclass(frozen=True)
class Limit:
    """What keeps a quantity from growing: a setting with its value, and that in the quantity's unit."""

    setting: str
    value: float


@dataclass(frozen=True)
class Quantity:
    """One thing that was sampled."""

    name: str
    title: str
    unit: str = ""
    limit: Limit | None = None
    spent: bool = False
    """It only rises, as processor time does: a night's value is what that night added."""


@dataclass(frozen=True)
class Judged:
    """A quantity over the nights."""

    quantity: Quantity
    nights: tuple[float, ...]
    """Value of each whole night."""
    most: float
    """The largest sample of all."""
    rise: float
    """What the line rises over the nights that count."""
    chance: float
    """How much of a rise the scatter of the nights may feign."""
    verdict: str


def _rooms() -> list[Quantity]:
    limits = {"kafka.rss_mb": Limit("-Xmx512m and ReservedCodeCacheSize, 240 MiB", (512 + 240) * MIB)}
    named = {"worker": "worker", "gateway": "gateway", "deliver": "deliver", "replay": "replay",
             "redis": "Redis", "kafka": "Kafka"}  # fmt: skip
    made = [
        Quantity(f"{one}.rss_mb", f"{title}: resident memory", "MB", limits.get(f"{one}.rss_mb"))
        for one, title in named.items()
    ]
    made += [Quantity(f"{one}.fds", f"{title}: open files and sockets") for one, title in named.items()]
    made += [Quantity(f"{one}.threads", f"{title}: threads") for one, title in named.items()]
    made += [
        Quantity(f"{one}.cpu_s", f"{title}: processor time of a night", "s", spent=True)
        for one, title in named.items()
    ]
    return made


QUANTITIES = (
    *_rooms(),
    Quantity("gateway.connections", "gateway: connections it counts"),
    Quantity("gateway.groups", "gateway: groups of subscriptions"),
    Quantity("redis.keys", "Redis: keys"),
    Quantity("redis.used_mb", "Redis: memory in use", "MB"),
    Quantity("redis.clients", "Redis: clients"),
    Quantity("redis.aof_mb", "Redis: append-only file", "MB",
             Limit("auto-aof-rewrite-min-size, 64 MiB, then twice what it was", 64 * MIB)),
    Quantity("redis.changes", "Redis: longest change stream", "entries",
             Limit("SANDIK_CHANGES_MAX, 4096", 4096)),
    Quantity("redis.told", "Redis: longest stream of what was told", "entries"),
    Quantity("redis.outbox", "Redis: deliveries not in the log yet", "entries"),
    Quantity("kafka.night_mb", "Kafka: topics of the night", "MB",
             Limit("segment.bytes, 1 GiB in each of 10 partitions", 10 * 1024 * MIB)),
    Quantity("kafka.offsets_mb", "Kafka: offsets of groups", "MB",
             Limit("offsets.topic.segment.bytes, 100 MiB in each of 4 partitions", 400 * MIB)),
    Quantity("kafka.cluster_mb", "Kafka: the cluster's own records", "MB",
             Limit("metadata.max.retention.bytes, 100 MiB, and one segment of 1 GiB", 1124 * MIB)),
)  # fmt: skip


def judge(lines: Sequence[Mapping[str, Any]]) -> list[Judged]:
    """Every quantity that was sampled, over the nights that came to their end."""
    whole = [line["night"] for line in lines if line.get("ended")]
    found = []
    for one in QUANTITIES:
        by_night = {
            night: [line[one.name] for line in lines if line.get("night") == night and one.name in line]
            for night in whole
        }
        if by_night and all(by_night.values()):
            found.append(_judged(one, by_night))
    return found


def _judged(one: Quantity, by_night: Mapping[int, Sequence[float]]) -> Judged:
    if one.spent:
        ends = [0.0, *(max(samples) for samples in by_night.values())]
        values = tuple(after - before for before, after in pairwise(ends))
        most = max(values)
    else:
        values = tuple(statistics.median(samples) for samples in by_night.values())
        most = max(map(max, by_night.values()))
    counts = values[FIRST - 1 :]
    if len(counts) < NIGHTS_MIN:
        return Judged(one, values, most, 0.0, 0.0, UNJUDGED)
    rise, chance = line(counts)
    last = counts[-LAST:]
    if rise <= _little(counts):
        verdict = FLAT
    elif len(counts) > LAST and line(last)[0] <= _little(last):
        verdict = SETTLED
    elif rise <= chance:
        verdict = FLAT
    else:
        verdict = BOUNDED if one.limit is not None and most <= one.limit.value * ABOUT else GROWS
    return Judged(one, values, most, rise, chance, verdict)


def _little(values: Sequence[float]) -> float:
    return LITTLE * abs(statistics.mean(values))


def line(values: Sequence[float]) -> tuple[float, float]:
    """What the line through them rises from first to last, and how much of that may be chance (99.9 %)."""
    count = len(values)
    if count < NIGHTS_MIN:
        raise ValueError(f"a line with its chance needs {NIGHTS_MIN} values, not {count}")
    places = range(count)
    slope, at_0 = statistics.linear_regression(places, values)
    middle = statistics.mean(places)
    left = sum((value - at_0 - slope * place) ** 2 for place, value in zip(places, values, strict=True))
    spread = sum((place - middle) ** 2 for place in places)
    error = (left / (count - 2) / spread) ** 0.5
    times = count - 1
    return slope * times, error * times * T999[min(count - 2, len(T999)) - 1]


def grows(judged: Sequence[Judged]) -> list[str]:
    """Titles of what grows."""
    return [one.quantity.title for one in judged if one.verdict == GROWS]


def table(judged: Sequence[Judged]) -> str:
    """Markdown: each quantity with its third and last night, what it rises between, and the verdict."""
    nights = max((len(one.nights) for one in judged), default=0)
    first = min(FIRST, nights)
    rows = [
        f"| | | night {first} | night {nights} | rise of the line | by chance | most seen | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in judged:
        limit = one.quantity.limit
        verdict = one.verdict if limit is None else f"{one.verdict} ({limit.setting})"
        figures = (one.nights[first - 1], one.nights[-1], one.rise, one.chance, one.most)
        told = " | ".join(number(figure) for figure in figures)
        rows.append(f"| {one.quantity.title} | {one.quantity.unit} | {told} | {verdict} |")
    return "\n".join(rows) + "\n"


def number(value: float) -> str:
    """A figure as it is read: no more digits than it has weight."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
