"""The course of a contest as it is to be drawn: lines, scales, hours, marks and words, for whoever draws.

    plan(facts, snapshot, face, words, "clock")     for static/chart.js, and for the drawing of web/drawing.py

Know before changing: everything that needs a rule or a word is decided here, so that the script draws and
knows nothing. Values are percentage points, + above the line for the choice marked ▲. What was not enough
counted to say who leads is a line of its own, and does not stretch the scale; under the ban, and until enough
is counted, there are boxes received and no lead at all.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from election.wire.frames import Json
from election.wire.records import stamp
from web.face import Face, Snapshot, reached, short
from web.words import Words

POINTS_MAX = 240
"""Most points of a line; of more every second, fourth … is drawn, and always the last."""
DAY_S = 24 * 3600
"""What comes later than a day after the first point is not on the clock's axis."""
STEPS = (0.25, 0.5, 1, 2, 5, 10, 20, 50)
HOURS_S = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
BOXES = (1, 5, 10, 50, 100, 500, 1000, 5000, 10000, 50000, 100000)
ROOM_LEAST = 0.2
BY = ("clock", "share")

Column = dict[float, float | None]
Row = list[Any]


def plan(facts: Json, s: Snapshot, face: Face, w: Words, by: str = "clock") -> Json:
    """What is to be drawn now."""
    if face.phase != "open" or not facts["points"] or not facts["points"]["at"]:
        return _received(facts, s, w)
    return _lead(facts, s, face, w, by)


def thin(count: int, most: int = POINTS_MAX) -> list[int]:
    """Which of so many points: each, or each second, fourth …, and always the last."""
    step = 1
    while count > most * step:
        step *= 2
    return sorted({*range(0, count, step), count - 1} - {-1})


def clock(at: int, s: Snapshot, w: Words) -> str:
    """The hour and minute of a moment of a series."""
    return w.clock(iso(at), s["time_zone"], seconds=False)


def iso(at: int) -> str:
    """A moment of a series as the wire writes it."""
    return stamp(datetime.fromtimestamp(at, UTC))


def in_points(lead: int | None, valid: int | None) -> float | None:
    """A lead in percentage points; rounded only where it is said or drawn, and never twice."""
    return None if lead is None or not valid else 100 * lead / valid


def signed(value: float, face: Face, w: Words, digits: int = 2) -> str:
    """A margin in points with the mark of whom it belongs to."""
    hundredths = round(abs(value) * 100)
    if not hundredths:
        return "0"
    mark = face.mark(face.left if value > 0 else face.right)
    said = w.points(hundredths, 10000, digits)
    return f"{mark} {said}" if mark else said


def sub(s: Snapshot, face: Face, w: Words) -> str:
    """How the drawing is read."""
    if face.phase != "open":
        return w.say("chart.received_sub")
    if face.left is None or face.right is None:
        return w.say("chart.sub_many")
    left, right = (short(w, face.choices[place]) for place in (face.left, face.right))
    return w.say("chart.sub", a=left, b=right, pct=w.percent(s.get("lead_from_counted_pct") or 0, 0))


def _side(value: float, face: Face) -> int | None:
    return (face.left if value >= 0 else face.right) if face.duel else None


def _ticks(low: float, high: float, steps: Sequence[float], most: int) -> list[float]:
    """Round values between two ends, at most so many."""
    step = next((one for one in steps if (high - low) / one <= most), steps[-1])
    first = int(-(-low // step))
    return [place * step for place in range(first, int(high // step) + 1)]


def _lead(facts: Json, s: Snapshot, face: Face, w: Words, by: str) -> Json:
    points, total = facts["points"], facts["boxes_total"]
    last = points["at"][0] + DAY_S
    kept = [place for place in thin(len(points["at"])) if by == "share" or points["at"][place] <= last]
    pct = s.get("lead_from_counted_pct") or 0
    across: Callable[[int, int], float] = (
        (lambda at, boxes: at) if by == "clock" else (lambda at, boxes: round(100 * boxes / (total or 1), 2))
    )
    at, boxes, then = ([points[name][place] for place in kept] for name in ("at", "boxes", "then"))
    newest = max(at[-1], *_others(facts, last)) if by == "clock" else None
    leads = [in_points(points["lead"][place], points["valid"][place]) for place in kept]
    enough = next((n for n, one in enumerate(boxes) if reached(one, total, pct)), len(boxes))
    xs = [across(*pair) for pair in zip(at, boxes, strict=True)]
    columns: list[Column] = [
        dict(zip(xs[: enough + 1], leads[: enough + 1], strict=True)),
        dict(zip(xs[enough:], leads[enough:], strict=True)),
        {x: one / 100 for x, one in zip(xs, then, strict=True) if one is not None},
    ]
    known = [one for column in columns[1:] for one in column.values() if one is not None]
    for one in facts["counts"]:
        column, stretch = _count(one, across, newest, total, pct)
        columns.append(column)
        known += stretch
    low, high = min([0.0, *known]), max([0.0, *known])
    room = max(ROOM_LEAST, (high - low) / 10)
    start, end = (0, 100) if newest is None else _range(facts, at[0], newest)
    held = facts["opened_at"] if by == "clock" else facts["jump"] and across(0, facts["jump"])
    band = s.get("recount_band_permille")
    return {
        "open": True, "sides": [face.left, face.right], "title": w.say("chart.title"),
        "sub": sub(s, face, w), "said": _said(points, s, face, w, total),
        "note": _note(facts, s, w), "x": [start, end], "y": [low - room, high + room],
        "hours": _hours(start, end, by, s, w),
        "scale": [
            [one, signed(one, face, w, 0 if one == int(one) else 2).replace(" ", "")]
            for one in _ticks(low - room, high + room, STEPS, 6)
        ],
        **_joined(columns),
        "lines": ["early", "ours", "then", *("count" for _ in facts["counts"])],
        "held": held if held and held > start and facts["jump"] else None,
        "band": band / 10 if band else None,
        "marks": _marks(facts, start, end, across, s, w),
        "ends": _ends(facts, leads[-1] or 0.0, columns, face, w),
        "reads": _reads(at, boxes, leads, total, xs, columns, s, face, w),
    }  # fmt: skip


def _count(
    one: Json, across: Callable[[int, int], float], last: int | None, total: int, pct: int
) -> tuple[Column, list[float]]:
    """Another count's line, and the part of it that stretches the scale."""
    column: Column = {}
    stretch = []
    for place in thin(len(one["at"])):
        at, boxes = one["at"][place], one["boxes"][place]
        value = in_points(one["lead"][place], one["valid"][place])
        if value is None or (last is not None and at > last):
            continue
        column[across(at, boxes)] = value
        if reached(boxes, total, pct):
            stretch.append(value)
    return column, stretch


def _joined(columns: Sequence[Column]) -> Json:
    """One list of x, and for each line its value there."""
    xs = sorted({x for column in columns for x in column})
    values = ([_thousandths(column.get(x)) for x in xs] for column in columns)
    return {"columns": [xs, *values]}


def _thousandths(value: float | None) -> float | None:
    """As a drawing needs it."""
    return None if value is None else round(value, 3)


def _others(facts: Json, last: int) -> list[int]:
    """When other counts said something, and when something was told: one that stands still hides neither."""
    moments = [moment for one in facts["counts"] for moment in one["at"]]
    moments += [one["at"] for one in facts["marks"]]
    return [0, *(moment for moment in moments if moment <= last)]


def _range(facts: Json, first: int, newest: int) -> tuple[int, int]:
    """From when to when; what was held back takes half of the width at most."""
    opened = facts["opened_at"] or first
    end = max(newest, opened + 600)
    return max(min([first, *facts["received"]["at"][:1]]), 2 * opened - end), end


def _hours(start: float, end: float, by: str, s: Snapshot, w: Words) -> list[Row]:
    if by == "share":
        return [[x, w.percent(x, 0)] for x in (0, 25, 50, 75, 100)]
    return [[x, clock(int(x), s, w)] for x in _ticks(start, end, HOURS_S, 6)]


def _marks(
    facts: Json, start: float, end: float, across: Callable[[int, int], float], s: Snapshot, w: Words
) -> list[Row]:
    """What was told, as upright lines with a word each."""
    at, boxes = facts["points"]["at"], facts["points"]["boxes"]
    told = [(one["at"], one["kind"]) for one in facts["marks"]]
    told += [(facts["opened_at"], "opened")] if facts["opened_at"] else []
    found: list[Row] = []
    for moment, kind in sorted(told):
        heard = max((count for one, count in zip(at, boxes, strict=True) if one <= moment), default=0)
        x = across(moment, heard)
        if start <= x <= end:
            found.append([x, f"{clock(moment, s, w)} {w.say(f'chart.mark.{kind}')}"])
    return found


def _ends(facts: Json, lead: float, columns: Sequence[Column], face: Face, w: Words) -> list[Row]:
    """What each line says at its end: its height, the value, the words and whose colour; ours is marked."""
    points = facts["points"]
    counted = w.counted(points["boxes"][-1], facts["boxes_total"], 1)
    found: list[Row] = [
        [_thousandths(lead), signed(lead, face, w), w.say("at_counted", pct=counted), _side(lead, face), True]
    ]
    then = points["then"][-1]
    if then is not None:
        found.append([then / 100, signed(then / 100, face, w), w.say("chart.then"), None, False])
    for one, column in zip(facts["counts"], columns[3:], strict=True):
        value = next((value for value in reversed(column.values()) if value is not None), None)
        if value is not None:
            found.append(
                [_thousandths(value), signed(value, face, w), w.name(one), _side(value, face), False]
            )
    return sorted(found, key=lambda end: -end[0])


def _reads(
    at: Sequence[int], boxes: Sequence[int], leads: Sequence[float | None], total: int, xs: Iterable[float],
    columns: Sequence[Column], s: Snapshot, face: Face, w: Words,
) -> list[str]:  # fmt: skip
    """What the pointer is told at each x: the published count there."""
    said = {
        x: " · ".join(
            (
                clock(one, s, w),
                w.say("at_counted", pct=w.counted(count, total, 1)),
                signed(lead or 0, face, w),
            )
        )
        for x, one, count, lead in zip(xs, at, boxes, leads, strict=True)
    }
    last, found = "", []
    for x in sorted({x for column in columns for x in column}):
        last = said.get(x, last)
        found.append(last)
    return found


def _said(points: Json, s: Snapshot, face: Face, w: Words, total: int) -> str:
    lead = in_points(points["lead"][-1], points["valid"][-1]) or 0
    pct, at = w.counted(points["boxes"][-1], total, 1), clock(points["at"][-1], s, w)
    return w.say("chart.said", lead=signed(lead, face, w), pct=pct, t=at)


def _note(facts: Json, s: Snapshot, w: Words) -> str:
    if not (facts["opened_at"] and facts["jump"]):
        return ""
    return w.say("chart.held", t=clock(facts["opened_at"], s, w), n=w.number(facts["jump"]))


def _received(facts: Json, s: Snapshot, w: Words) -> Json:
    """Boxes that came in, a bar for each stretch of time; when the ban ends, where that is near."""
    at, boxes, step_s = (facts["received"][name] for name in ("at", "boxes", "step_s"))
    came = [max(0, now - before) for before, now in zip([0, *boxes], boxes, strict=False)]
    start = at[0] if at else 0
    end = max(start + 6 * step_s, (at[-1] if at else 0) + step_s)
    opens = s.get("embargo") or {}
    ends = opens.get("opens_at") if opens.get("state", "open") != "open" else None
    ending = int(datetime.fromisoformat(ends).timestamp()) if ends else None
    if ending is not None and end < ending <= end + 6 * step_s:
        end = ending
    most = max(came, default=1) or 1
    title = w.say("chart.received", n=step_s // 60)
    text = "" if ending is None else f"{clock(ending, s, w)} {w.say('chart.mark.ends')}"
    return {
        "open": False, "sides": [None, None], "title": title,
        "sub": w.say("chart.received_sub"), "said": title, "note": "",
        "x": [start, end], "y": [0, most * 1.1], "hours": _hours(start, end, "clock", s, w) if at else [],
        "scale": [[one, w.number(int(one))] for one in _ticks(0, most * 1.1, BOXES, 5)],
        "columns": [at, came], "lines": ["bars"], "step_s": step_s, "held": None, "band": None,
        "marks": [[ending, text]] if ending is not None and start <= ending <= end else [], "ends": [],
        "reads": [
            f"{clock(one, s, w)} · {w.say('tile.boxes', count, n=w.number(count))}"
            for one, count in zip(at, came, strict=True)
        ],
    }  # fmt: skip
