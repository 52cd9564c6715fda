"""The overlays: a lower third and a full frame of tiles, 1920 × 1080, with nothing behind them.

    page("lower-third", options, delay_s)      the bytes

Know before changing: nothing is under 26 pixels and nothing within 5 % of the edge, at any size of the frame:
every length hangs on its width (static/overlay.css). With a delay the page comes without a figure in it,
because those of now are what the delay holds back. Where there are more places than a screen can hold, there
is no such overlay, and not half of one.
"""

from collections.abc import Callable, Mapping

from web.embed.options import NoSuchError, Options
from web.embed.tiles import ground, key
from web.face import Face, Snapshot, face_of
from web.html import Filler, Html, h, join
from web.pages import page_values, shape
from web.view import night_rest, party_line
from web.words import Words, words

SLOTS = 4
"""Names of a contest of many that stand beside each other."""
PLACES_MAX = 77
"""Tiles without places of their own: eleven columns, seven rows."""

Drawn = Callable[[Snapshot, Face, Filler, Words], Html]


def page(name: str, options: Options, delay_s: int) -> bytes:
    """The overlay of this name."""
    s, w = options.shown, words(options.lang)
    face = face_of(s)
    if name == "tiles" and not any(s["areas"][area].get("tile") for area in face.areas):
        _few(len(face.areas))
    f = Filler({} if delay_s else page_values(s, face, w))
    body = f.h(
        "body",
        "data-phase:phase data-call:badge.kind",
        KINDS[name](s, face, f, w),
        data_contest=options.contest,
        data_shape=shape(s, face),
        data_delay=delay_s,
    )
    theme = "dark" if name == "tiles" else "light"
    sheets = ("/static/overlay.css", f"/embed/{options.path}.css?theme={theme}")
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f"Sandık · {w.say('overlay.tiles' if name == 'tiles' else 'overlay.lower')}"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="robots", content="noindex"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=sheet) for sheet in sheets),
        h("script", "", type="module", src="/static/overlay.js"),
    )
    html = h("html", head, body, lang=w.lang, dir=w.dir, data_palette=options.palette)
    return ("<!doctype html>" + html).encode()


def _few(places: int) -> None:
    if places > PLACES_MAX:
        raise NoSuchError(
            f"This contest has {places} places, more than one screen of tiles can hold ({PLACES_MAX}); "
            "/overlay/lower-third has its race."
        )


def _lower(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """Names, shares and lead above the bar; how much is counted and the call below it."""
    race = _duel(s, face, f, w) if face.duel else _many(face, f)
    inside = f.h("section", "data-kind:race.kind hidden:open.hide", race, class_="race")
    return h("main", _tabs(s, f, w), inside, _ban(f, w), _foot(f), class_="lower")


def _tabs(s: Snapshot, f: Filler, w: Words) -> Html:
    """What it is about; at the other end what it is not: real, official, or of this minute."""
    title = h("h1", f"{w.name(s, 'title')} · {night_rest(s, w)}")
    marks = h(
        "p",
        h("span", class_="age", hidden=""),
        f.text("ribbon.tag", "b", "hidden:ribbon.hide", class_="unreal"),
        f.text("status.official", class_="official"),
        class_="marks",
    )
    return h("header", title, marks)


def _duel(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    left = _side(s, face, f, w, "l", face.left or 0)
    right = _side(s, face, f, w, "r", face.right or 0)
    middle = h(
        "div",
        f.text("race.label", "p"),
        h("p", f.text("race.mark", "i"), " ", f.text("race.num"), class_="lead"),
        f.text("race.sub", "p"),
        class_="mid",
    )
    bar = h(
        "svg",
        f.h("rect", "width:race.l.w data-c:race.l.c", class_="in", x=0, height="100%"),
        f.h("rect", "x:race.o.x width:race.o.w", class_="others", height="100%"),
        f.h("rect", "x:race.r.x width:race.r.w data-c:race.r.c", class_="in", height="100%"),
        h("line", x1="50%", x2="50%", y1="-20%", y2="120%"),
        class_="strip",
        aria_hidden="true",
    )
    return join(h("div", left, middle, right, class_="duel"), bar)


def _side(s: Snapshot, face: Face, f: Filler, w: Words, side: str, place: int) -> Html:
    choice, key = face.choices[place], f"race.{side}"
    before, after = w.text["percent"].split("{n}")
    mark = h("i", face.mark(place), aria_hidden="true")
    share = h("p", h("small", before), f.text(f"{key}.num"), h("small", after), class_="share")
    party = h("p", party_line(s, choice, w).partition(" · ")[0] or "\u00a0")
    who = h("div", h("h2", mark, " ", h("span", w.name(choice))), party, f.text(f"{key}.votes", "p"))
    return f.h("div", f"data-c:{key}.c", who, share, class_=f"side {side}")


def _many(face: Face, f: Filler) -> Html:
    """The first few of a contest of many; before there may be an order, only the progress."""
    slots = [
        f.h(
            "li",
            f"data-c:slot.{slot}.c",
            f.text(f"slot.{slot}.name", "h2"),
            f.text(f"slot.{slot}.share", "p", class_="share"),
            f.text(f"slot.{slot}.votes", "p"),
        )
        for slot in range(min(len(face.choices), SLOTS))
    ]
    return h("ol", *slots, class_=f"many of{len(slots)}", role="list")


def _ban(f: Filler, w: Words) -> Html:
    said = h("div", h("p", w.say("first_results_at")), f.text("badge.note", "p"))
    return f.h("section", "hidden:closed.hide", said, f.text("closed.at", "p", class_="big"), class_="ban")


def _foot(f: Filler) -> Html:
    badge = f.text("badge.text", "p", "data-kind:badge.kind", class_="badge")
    return h("footer", f.text("counted.left", "p"), f.bar("counted.w", "fill"), badge)


def _tiles(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """Every place with who is ahead and by how much, over the whole frame."""
    first = f.text("sum.first", "p", class_="first")
    drawn = ground(s, face, f, w)
    return h("main", _tabs(s, f, w), first, drawn, key(face, f, w), _foot(f), class_="full")


KINDS: Mapping[str, Drawn] = {"lower-third": _lower, "tiles": _tiles}
