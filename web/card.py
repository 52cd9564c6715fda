"""The standing as one picture, for the places where links are shown: 1200 × 630, as SVG, and its og: tags.

    svg(snapshot, words)                 the picture
    og(snapshot, words, outside)         what the head of a page says of it

Know before changing: whoever shows a link keeps the picture for hours. So the hour its figures are of and how
much was counted stand in it, and while nothing may be said about totals, none is in it. Nobody knows here in
which letters it will be drawn: every text is set so small that it fits in wide ones (`letters`), and is never
cut in a word.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from web.face import Face, Snapshot, Values, face_of
from web.html import Html, h, join, of_xml
from web.letters import ems
from web.policy import Outside
from web.styles import shades, valid_colour
from web.view import top_values
from web.words import BOLD, Words

WIDE, HIGH, EDGE = 1200, 630, 56
INK, QUIET, GREY, OTHERS, VIOLET = "#14171C", "#565E6B", "#C3CBD5", "#7B8494", "#54399A"
FONTS = "Inter, Segoe UI, Roboto, Noto Sans, Liberation Sans, DejaVu Sans, Arial, sans-serif"
ROOM, GAP = WIDE - 2 * EDGE, 40
"""Between the edges; and what is left free between two texts on one line, at least."""
SIDE, MIDDLE = 390, 290
"""Room for what stands on either side of a race, and for what stands between them."""
HEAD_FROM, HEAD_TO, LEADING = 164, 300, 1.18
"""Where the first line of the headline stands and where the last may; from one line to the next, in sizes."""
HEAD_SIZES = range(44, 21, -2)
"""It is set in the first of these in which it fits; what is too long for the last ends with an ellipsis."""
STRIPES = Html(
    '<pattern id="stripes" width="24" height="24" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="10" height="24" fill="#FFFFFF" fill-opacity=".55"/></pattern>'
)
"""Over figures that are no result any more."""
SLOTS = 3


def svg(s: Snapshot, w: Words) -> bytes:
    """The picture of a snapshot."""
    face = face_of(s)
    values = top_values(s, face, w)
    parts = [
        _box(0, 0, WIDE, HIGH, "#FFFFFF"),
        _top(s, values, w),
        _headline(values.get("head.line") or w.name(s, "title")),
        _race(s, face, values, w),
        _foot(values),
    ]
    drawn = h(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDE} {HIGH}", width=WIDE,
        height=HIGH, font_family=FONTS, role="img", aria_label=_plain(values.get("head.line")),
    )  # fmt: skip
    return drawn.encode()


def og(s: Snapshot, w: Words, outside: Outside, *, png: bool) -> Html:
    """What the head of a page says to whoever shows a link to it; the picture if it has an address."""
    values = top_values(s, face_of(s), w)
    said = {
        "og:type": "website",
        "og:site_name": "Sandık",
        "og:title": w.name(s, "night_name") or w.name(s, "title"),
        "og:description": _plain(values.get("head.line")),
    }
    if outside.url:
        contest = str(s["contest"])
        ending = "png" if png else "svg"
        said["og:url"] = f"{outside.url}/?" + urlencode({"contest": contest, "lang": w.lang})
        said["og:image"] = f"{outside.url}/card/{quote(contest, safe='')}.{ending}?lang={w.lang}"
        said["og:image:alt"] = said["og:description"]
        said |= {"og:image:width": str(WIDE), "og:image:height": str(HIGH)}
    tags = [h("meta", property=name, content=value) for name, value in said.items() if value]
    if outside.url:
        tags.append(h("meta", name="twitter:card", content="summary_large_image"))
    return join(*tags)


def _plain(text: str | None) -> str:
    return of_xml((text or "").replace(BOLD, ""))


def _box(x: float, y: float, wide: float, high: float, fill: str, **more: str | int | None) -> Html:
    return h("rect", x=f"{x:g}", y=f"{y:g}", width=f"{wide:g}", height=f"{high:g}", fill=fill, **more)


def _text(
    x: float,
    y: float,
    size: float,
    said: str | None,
    *,
    bold: bool = False,
    fill: str = INK,
    anchor: str = "start",
) -> Html:
    return h(
        "text", _plain(said), x=f"{x:g}", y=f"{y:g}", font_size=f"{size:g}", fill=fill,
        font_weight=700 if bold else 400, text_anchor=None if anchor == "start" else anchor,
    )  # fmt: skip


def _fit(
    x: float, y: float, size: float, wide: float, said: str | None, *, bold: bool = False, fill: str = INK,
    anchor: str = "start",
) -> Html:  # fmt: skip
    """A text that is no wider than that."""
    return _text(x, y, fitting(_plain(said), size, wide), said, bold=bold, fill=fill, anchor=anchor)


def fitting(said: str, size: float, wide: float) -> float:
    """The size at which a text is no wider than that in any common letters; never more than `size`."""
    return min(size, wide / max(ems(said), 1))


def wrapped(said: str, wide: float) -> list[str]:
    """Lines no wider than so many times their size, broken between words only."""
    lines = [""]
    for word in said.split():
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and ems(joined) > wide:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def _top(s: Snapshot, values: Values, w: Words) -> Html:
    """What the figures are and of when, on violet where not all is real; then what it is about."""
    tag = _plain(values.get("ribbon.tag"))
    standing = f"{_plain(values.get('status.official'))} · {_plain(values.get('status.last'))}"
    title = w.name(s, "night_name") or w.name(s, "title")
    left = tag or "Sandık"
    size = fitting(left + standing, 25, ROOM - GAP)
    return join(
        _box(0, 0, WIDE, 56, VIOLET if tag else INK),
        _text(EDGE, 37, size, left, bold=True, fill="#FFFFFF"),
        _text(WIDE - EDGE, 37, size, standing, fill="#FFFFFF", anchor="end"),
        _fit(EDGE, 106, 27, ROOM, title, bold=True, fill=QUIET),
    )


def _headline(line: str) -> Html:
    """The sentence of the board, as large as it fits."""
    lines, size = headline_lines(_plain(line))
    return join(
        *(
            _text(EDGE, HEAD_FROM + at * size * LEADING, fitting(one, size, ROOM), one, bold=True)
            for at, one in enumerate(lines)
        )
    )


def headline_lines(said: str) -> tuple[list[str], int]:
    """The lines that a headline is set in, and their size."""
    for size in HEAD_SIZES:
        lines, most = wrapped(said, ROOM / size), 1 + int((HEAD_TO - HEAD_FROM) / (LEADING * size))
        if len(lines) <= most and max(map(ems, lines)) * size <= ROOM:
            return lines, size
    return (lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]), size


def _race(s: Snapshot, face: Face, values: Values, w: Words) -> Html:
    if face.phase == "closed":
        said = join(
            _fit(EDGE, 380, 30, ROOM, w.say("first_results_at"), fill=QUIET),
            _fit(EDGE, 480, 100, ROOM, values.get("closed.at"), bold=True),
        )
        return join(said, _bar(values, [("counted.w", INK)], 512))
    if not face.duel:
        return _many(face, values)
    sides = [
        _side(face, values, w, side, place or 0) for side, place in (("l", face.left), ("r", face.right))
    ]
    fills = [_colour(face, values.get(f"race.{side}.c")) for side in ("l", "r")]
    bar = _bar(values, [("race.l.w", fills[0]), ("race.r.w", fills[1])], 470)
    if values.get("badge.kind") == "annulled":
        bar = join(bar, STRIPES, _box(EDGE, 470, ROOM, 42, "url(#stripes)"))
    half = h("line", x1=WIDE // 2, x2=WIDE // 2, y1=462, y2=520, stroke=INK, stroke_width=3)
    key = "race.label" if values.get("race.label") else "race.sub"
    counted = values.get("race.kind") == "counted"
    lead = f"{values.get('race.mark') or ''} {values.get('race.num')}".strip()
    middle = join(
        _fit(WIDE / 2, 366, 24, MIDDLE, values.get(key), fill=QUIET, anchor="middle"),
        _fit(
            WIDE / 2, 424 if counted else 414, 64 if counted else 44, MIDDLE, lead, bold=True, anchor="middle"
        ),
    )
    return join(*sides, middle, bar, half)


def _colour(face: Face, place: str | None, key: str = "--f") -> str:
    if place is None:
        return GREY
    return shades(valid_colour(face.choices[int(place)].get("colour")), dark=False)[key]


def _side(face: Face, values: Values, w: Words, side: str, place: int) -> Html:
    choice, key = face.choices[place], f"race.{side}"
    anchor, x = ("start", EDGE) if side == "l" else ("end", WIDE - EDGE)
    before, after = w.text["percent"].split("{n}")
    share = f"{before}{values.get(f'{key}.num')}{after}"
    name = w.name(choice)
    marked = f"{face.mark(place)} {name}" if side == "l" else f"{name} {face.mark(place)}"
    fill = _colour(face, values.get(f"{key}.c"), "--t") if values.get(f"{key}.c") else INK
    return join(
        _fit(x, 348, 32, SIDE, marked, bold=True, anchor=anchor, fill=fill),
        _fit(
            x, 422, 44 if values.get("race.kind") == "counted" else 76, SIDE, share, bold=True, anchor=anchor
        ),
        _fit(x, 456, 24, SIDE, values.get(f"{key}.votes"), fill=QUIET, anchor=anchor),
    )


def _bar(values: Values, parts: list[tuple[str, str]], y: float) -> Html:
    """The first part from the left, the second from the right, the others between them."""
    wide = [ROOM * float((values.get(key) or "0%").rstrip("%")) / 100 for key, _ in parts]
    ground = _box(EDGE, y, ROOM, 42, OTHERS if len(parts) == 2 else "#E9ECF0")
    drawn = [_box(EDGE, y, wide[0], 42, parts[0][1])]
    if len(parts) == 2:
        drawn.append(_box(EDGE + ROOM - wide[1], y, wide[1], 42, parts[1][1]))
    return join(ground, *drawn)


def _many(face: Face, values: Values) -> Html:
    """The first few of a contest of many; before there may be an order, only how much is counted."""
    if face.phase == "early":
        return _bar(values, [("counted.w", INK)], 470)
    column = ROOM / SLOTS
    drawn = []
    for slot in range(min(len(face.choices), SLOTS)):
        x, key = EDGE + slot * column, f"slot.{slot}"
        drawn += [
            _box(x, 316, column - 24, 12, _colour(face, values.get(f"{key}.c"))),
            _fit(x, 372, 30, column - 24, values.get(f"{key}.name"), bold=True),
            _fit(x, 446, 68, column - 24, values.get(f"{key}.share"), bold=True),
            _fit(x, 486, 24, column - 24, values.get(f"{key}.votes"), fill=QUIET),
        ]
    return join(*drawn)


def _foot(values: Mapping[str, str | None]) -> Html:
    counted, badge = _plain(values.get("counted.left")), _plain(values.get("badge.text"))
    size = fitting(counted + badge, 28, ROOM - GAP)
    return join(
        _text(EDGE, 586, size, counted, bold=True),
        _text(WIDE - EDGE, 586, size, badge, bold=True, anchor="end"),
    )
