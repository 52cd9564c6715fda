"""The standing as one picture, for the places where links are shown: 1200 × 630, as SVG, and its og: tags.

    svg(snapshot, words)                 the picture
    og(snapshot, words, outside)         what the head of a page says of it

Know before changing: whoever shows a link keeps the picture for hours. So the hour its figures are of and how
much was counted stand in it, and while nothing may be said about totals, none is in it. Widths
of text are not known here: what is long is set smaller by a rough measure, never cut in a word.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from web.face import Face, Snapshot, Values, face_of
from web.html import Html, h, join
from web.policy import Outside
from web.styles import shades, valid_colour
from web.view import top_values
from web.words import BOLD, Words

WIDE, HIGH, EDGE = 1200, 630, 56
INK, QUIET, GREY, OTHERS, VIOLET = "#14171C", "#565E6B", "#C3CBD5", "#7B8494", "#54399A"
FONTS = "Inter, Segoe UI, Roboto, Noto Sans, Liberation Sans, DejaVu Sans, Arial, sans-serif"
PER_EM = 0.54
"""Mean width of a letter of bold text, in parts of its size."""
LINES_MAX = 3
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
    return (text or "").replace(BOLD, "")


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


def fitting(said: str, size: float, wide: float) -> float:
    """The size at which a text is no wider than that, by a rough measure; never more than `size`."""
    return min(size, wide / (PER_EM * max(1, len(said))))


def wrapped(said: str, letters: int) -> list[str]:
    """Lines of about so many letters, broken between words only."""
    lines = [""]
    for word in said.split():
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(joined) > letters:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def _top(s: Snapshot, values: Values, w: Words) -> Html:
    """What the figures are and of when, on violet where not all is real; then what it is about."""
    tag = _plain(values.get("ribbon.tag"))
    standing = f"{_plain(values.get('status.official'))} · {_plain(values.get('status.last'))}"
    title = w.name(s, "night_name") or w.name(s, "title")
    return join(
        _box(0, 0, WIDE, 56, VIOLET if tag else INK),
        _text(EDGE, 37, 25, tag or "Sandık", bold=True, fill="#FFFFFF"),
        _text(WIDE - EDGE, 37, 25, standing, fill="#FFFFFF", anchor="end"),
        _text(EDGE, 106, fitting(title, 27, WIDE - 2 * EDGE), title, bold=True, fill=QUIET),
    )


def _headline(line: str) -> Html:
    """The sentence of the board, in as few lines as it fits in."""
    plain, size = _plain(line), 44
    room = WIDE - 2 * EDGE
    while len(lines := wrapped(plain, int(room / (PER_EM * size)))) > LINES_MAX:
        size -= 2
    return join(*(_text(EDGE, 164 + at * size * 1.18, size, one, bold=True) for at, one in enumerate(lines)))


def _race(s: Snapshot, face: Face, values: Values, w: Words) -> Html:
    if face.phase == "closed":
        said = join(
            _text(EDGE, 380, 30, w.say("first_results_at"), fill=QUIET),
            _text(EDGE, 480, 100, values.get("closed.at"), bold=True),
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
        bar = join(bar, STRIPES, _box(EDGE, 470, WIDE - 2 * EDGE, 42, "url(#stripes)"))
    half = h("line", x1=WIDE // 2, x2=WIDE // 2, y1=462, y2=520, stroke=INK, stroke_width=3)
    key = "race.label" if values.get("race.label") else "race.sub"
    counted = values.get("race.kind") == "counted"
    lead = f"{values.get('race.mark') or ''} {values.get('race.num')}".strip()
    middle = join(
        _text(WIDE / 2, 366, 24, values.get(key), fill=QUIET, anchor="middle"),
        _text(WIDE / 2, 424 if counted else 414, 64 if counted else 44, lead, bold=True, anchor="middle"),
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
        _text(x, 348, fitting(marked, 32, 390), marked, bold=True, anchor=anchor, fill=fill),
        _text(x, 422, 44 if values.get("race.kind") == "counted" else 76, share, bold=True, anchor=anchor),
        _text(x, 456, 24, values.get(f"{key}.votes"), fill=QUIET, anchor=anchor),
    )


def _bar(values: Values, parts: list[tuple[str, str]], y: float) -> Html:
    """The first part from the left, the second from the right, the others between them."""
    whole = WIDE - 2 * EDGE
    wide = [whole * float((values.get(key) or "0%").rstrip("%")) / 100 for key, _ in parts]
    ground = _box(EDGE, y, whole, 42, OTHERS if len(parts) == 2 else "#E9ECF0")
    drawn = [_box(EDGE, y, wide[0], 42, parts[0][1])]
    if len(parts) == 2:
        drawn.append(_box(EDGE + whole - wide[1], y, wide[1], 42, parts[1][1]))
    return join(ground, *drawn)


def _many(face: Face, values: Values) -> Html:
    """The first few of a contest of many; before there may be an order, only how much is counted."""
    if face.phase == "early":
        return _bar(values, [("counted.w", INK)], 470)
    column = (WIDE - 2 * EDGE) / SLOTS
    drawn = []
    for slot in range(min(len(face.choices), SLOTS)):
        x, key = EDGE + slot * column, f"slot.{slot}"
        name = values.get(f"{key}.name") or ""
        drawn += [
            _box(x, 316, column - 24, 12, _colour(face, values.get(f"{key}.c"))),
            _text(x, 372, fitting(name, 30, column - 24), name, bold=True),
            _text(x, 446, 68, values.get(f"{key}.share"), bold=True),
            _text(x, 486, 24, values.get(f"{key}.votes"), fill=QUIET),
        ]
    return join(*drawn)


def _foot(values: Mapping[str, str | None]) -> Html:
    badge = _plain(values.get("badge.text"))
    return join(
        _text(EDGE, 586, 28, values.get("counted.left"), bold=True),
        _text(WIDE - EDGE, 586, fitting(badge, 28, 560), badge, bold=True, anchor="end"),
    )
