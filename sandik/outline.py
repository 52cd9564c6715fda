"""A recording in short, for the timeline of a page: how many boxes every five minutes, and what was decided.

    outline(opened(), night)        {"begin", "end", "step_s", "bars", "marks", "areas", "sources", …}

Know before changing: it holds how many boxes were heard and never a figure of theirs, so that it may be
seen before the ban is lifted. Times are those at which a record was heard.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from election.night import Night
from election.wire.records import Bundle, Record, Ruling, stamp

STEP = timedelta(minutes=5)
BARS_MAX = 240
"""Most bars: twenty hours. What is heard later is told as marks alone."""
MARKS_MAX = 60


def outline(records: Iterable[Record], night: Night) -> dict[str, Any]:
    """The night as a timeline, of all its contests; boxes as each contest's own source says them first."""
    published = {str(one.id): str(one.source) for one in night.contests.values()}
    begin = night.polls_close_at
    bars: Counter[int] = Counter()
    known: set[tuple[str, object]] = set()
    marks: list[dict[str, Any]] = []
    for record in records:
        begin = begin or record.heard_at
        if isinstance(record, Ruling):
            marks.append(_mark(record))
        elif published.get(record.contest) == record.source:
            bars[(record.heard_at - begin) // STEP] += _new(record, known)
    return {
        "begin": None if begin is None else stamp(begin),
        "step_s": int(STEP.total_seconds()),
        "bars": _bars(bars),
        "marks": marks[:MARKS_MAX],
        "boxes": sum(bars.values()),
    }


def _new(bundle: Bundle, known: set[tuple[str, object]]) -> int:
    """The boxes of a bundle that were not heard of before."""
    before = len(known)
    known.update((bundle.contest, box) for box in bundle.box)
    return len(known) - before


def _bars(found: Counter[int]) -> list[int]:
    """From the close of the polls on; what was heard before it counts in the first."""
    last = min(max((at for at, count in found.items() if count), default=0), BARS_MAX - 1)
    bars = [0] * (max(last, 0) + 1)
    for at, count in found.items():
        if count and at < BARS_MAX:
            bars[max(at, 0)] += count
    return bars


def _mark(ruling: Ruling) -> dict[str, Any]:
    at: datetime = ruling.heard_at
    return {
        "at": stamp(at), "kind": ruling.kind, "contest": ruling.contest, "actor": ruling.actor,
        "text": ruling.text, "texts": dict(ruling.texts),
    }  # fmt: skip


def choices(night: Night) -> dict[str, Any]:
    """What a fault can be asked for: sources, and the areas of the lowest level, each with its name."""
    level = night.levels[-1]
    return {
        "sources": [
            {
                "id": one.id, "name": one.name, "names": dict(one.names),
                "stall_after_s": one.stall_after_s or night.alerts.stall_after_s,
            }
            for one in night.sources.values()
        ],
        "areas": [
            {"id": one.id, "name": one.name} for one in night.areas.values() if one.level == level
        ],
        "contests": {
            str(one.id): {
                "source": one.source,
                "choices": {choice.id: choice.name for choice in one.choices},
            }
            for one in night.contests.values()
        },
    }  # fmt: skip
