"""The course of a contest as a drawing in the page itself, where there is no JavaScript or no library.

    picture(plan(facts, snapshot, face, words), face)

Know before changing: a line is stepped because nothing was known between two reports. The two colours of the
lead are two copies of one path, cut at the middle. static/chart.js draws the same plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from election.wire.frames import Json
from web.face import Face
from web.html import Html, h, join

WIDE, HIGH = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 50, 118, 52, 26
"""Room around the field: for the scale, the names of the lines, what was told, and the hours."""
LINE, LETTERS = 15, 18
"""Height of a line of words beside a curve, and how many letters it has."""
MARK_ROWS = 3
LETTER = 6.6
"""About the width of a letter, to know where there is room for a word."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a time and a value lie in the picture."""

    start: float
    end: float
    low: float
    high: float

    def x(self, at: float) -> float:
        """From the left."""
        return round(LEFT + (at - self.start) / ((self.end - self.start) or 1) * (WIDE - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """From the top."""
        return round(TOP + (self.high - value) / ((self.high - self.low) or 1) * (HIGH - TOP - BOTTOM), 1)


def picture(plan: Json, face: Face) -> Html | None:
    """The drawing; None where there is nothing to draw."""
    xs = plan["columns"][0]
    if not xs:
        return None
    field = Field(*plan["x"], *plan["y"])
    drawn = [*_ground(plan, field)]
    for kind, values in zip(plan["lines"], plan["columns"][1:], strict=True):
        drawn += (
            _bars(xs, values, plan["step_s"], field)
            if kind == "bars"
            else _line(kind, xs, values, field, face)
        )
    inside = join(_cuts(field), *drawn, *_marks(plan, field), *_ends(plan, field))
    return h("svg", inside, class_="drawn", viewBox=f"0 0 {WIDE} {HIGH}", role="img", aria_label=plan["said"])


def path(xs: Sequence[float], ys: Sequence[float | None], field: Field) -> str:
    """A stepped line; where nothing is known the last known still holds."""
    said = ""
    for x, y in zip(xs, ys, strict=True):
        if y is not None:
            said += f"H{field.x(x)}V{field.y(y)}" if said else f"M{field.x(x)} {field.y(y)}"
    return said


def _cuts(field: Field) -> Html:
    """The field, and its halves above and below the middle."""
    zero = min(max(field.y(0), TOP), HIGH - BOTTOM)
    parts = {"field": (TOP, HIGH - BOTTOM), "above": (TOP, zero), "below": (zero, HIGH - BOTTOM)}
    stripes = h("path", d="M-1 1l2-2M0 9l9-9M8 10l2-2")
    pattern = h("pattern", stripes, id="stripes", width=9, height=9, patternUnits="userSpaceOnUse")
    return join(
        pattern,
        *(
            h(
                "clipPath",
                h("rect", x=LEFT, y=a, width=WIDE - LEFT - RIGHT, height=round(b - a, 1)),
                id=f"cut-{name}",
            )
            for name, (a, b) in parts.items()
        ),
    )


def _ground(plan: Json, field: Field) -> list[Html]:
    found = []
    if plan["band"] and plan["lines"] != ["bars"]:
        top, end = max(TOP, field.y(plan["band"])), min(HIGH - BOTTOM, field.y(-plan["band"]))
        found.append(
            h(
                "rect",
                class_="band",
                x=LEFT,
                y=top,
                width=WIDE - LEFT - RIGHT,
                height=round(max(0.0, end - top), 1),
            )
        )
    if plan["held"]:
        wide = round(field.x(plan["held"]) - LEFT, 1)
        found.append(h("rect", class_="held", x=LEFT, y=TOP, width=wide, height=HIGH - TOP - BOTTOM))
    for value, text in plan["scale"]:
        y = field.y(value)
        found.append(h("line", class_="grid" if value else "zero", x1=LEFT, x2=WIDE - RIGHT, y1=y, y2=y))
        found.append(h("text", text, x=LEFT - 6, y=y, dy=4, text_anchor="end"))
    for at, text in plan["hours"]:
        found.append(h("text", text, x=field.x(at), y=HIGH - 8, text_anchor="middle"))
    return found


def _line(kind: str, xs: Sequence[float], ys: Sequence[float | None], field: Field, face: Face) -> list[Html]:
    d = path(xs, ys, field)
    if not d:
        return []
    if kind in ("early", "then"):
        return [h("path", class_=kind, d=d, clip_path="url(#cut-field)")]
    sides = (("above", face.left), ("below", face.right))
    return [
        h("path", class_=kind, d=d, clip_path=f"url(#cut-{half})", data_c=place if face.duel else None)
        for half, place in sides
    ]


def _bars(xs: Sequence[int], counts: Sequence[int], step_s: int, field: Field) -> list[Html]:
    found = []
    for start, count in zip(xs, counts, strict=True):
        left, y = field.x(start) + 1, field.y(count)
        wide = round(max(1.0, field.x(start + step_s) - 1 - left), 1)
        found.append(h("rect", class_="bar", x=left, y=y, width=wide, height=round(HIGH - BOTTOM - y, 1)))
    return found


def _marks(plan: Json, field: Field) -> list[Html]:
    """What was told; a word where one of three rows has room for it."""
    found, taken = [], [0.0] * MARK_ROWS
    for at, text in plan["marks"]:
        x = field.x(at)
        found.append(h("line", class_="mark", x1=x, x2=x, y1=TOP, y2=HIGH - BOTTOM))
        left = min(x, WIDE - LETTER * len(text))
        row = next((row for row, end in enumerate(taken) if end < left), None)
        if row is not None:
            taken[row] = left + LETTER * len(text) + 8
            found.append(h("text", text, class_="said", x=round(left, 1), y=12 + 15 * row))
    return found


def _ends(plan: Json, field: Field) -> list[Html]:
    """At the right of each line what it says, so far apart that nothing meets."""
    found, free, x = [], 0.0, WIDE - RIGHT + 8
    for value, said, words, colour, ours in plan["ends"]:
        y = max(field.y(value), free)
        found.append(h("text", said, class_="end strong" if ours else "end", data_c=colour, x=x, y=y))
        for text in wrap(words, LETTERS)[:2]:
            y = round(y + LINE, 1)
            found.append(h("text", text, x=x, y=y))
        free = y + LINE + 4
    return found
