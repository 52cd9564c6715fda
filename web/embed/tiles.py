"""The places as an embed: tiles where the night lays them, and below them the same numbers as a table.

Know before changing: a tile is a picture with its sentence, not a button; it says what the board's tile says.
Where it lies is said by the contest's stylesheet (`style`), because the page has no inline style.
"""

from web.embed.race import sub as _when
from web.face import SLOTS_MAX, Face, Snapshot, short
from web.html import Filler, Html, h, join
from web.pages import place_of
from web.words import Words


def body(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """All that stands between the head and the foot."""
    return join(ground(s, face, f, w), key(face, f, w), _table(s, face, f, w))


def ground(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The tiles on their ground; in a row after another where the night does not say where they lie."""
    laid = any(s["areas"][area].get("tile") for area in face.areas)
    cells = len(place_of(s).get("water", ())) if laid else 0
    water = [h("i", class_=f"water w{at}", aria_hidden="true") for at in range(cells)]
    items = [_tile(s, f, area, at, w, laid) for at, area in enumerate(face.areas)]
    listed = h("ul", *items, role="list", aria_label=w.say("embed.places"))
    way = "ltr" if laid and w.dir else None  # west stays at the left, whichever way the page runs
    return h("div", *water, listed, class_="tiles" if laid else "tiles flow", dir=way)


def _tile(s: Snapshot, f: Filler, area: str, at: int, w: Words, laid: bool) -> Html:
    """One place; by its short name where tiles lie close, by its whole one where they follow one another."""
    facts, key = s["areas"][area], f"a.{area}"
    code = str(facts.get("short") or w.name(facts)[:3]) if laid else w.name(facts)
    said = h("span", f.text(f"{key}.mark", "i"), f.text(f"{key}.brief"), class_="b")
    drawn = f.h(
        "div", f"aria-label:{key}.say", h("span", code, class_="k"), said, f.bar(f"{key}.w", "ground"),
        role="img", data_area=area,
    )  # fmt: skip
    return f.h("li", f"data-c:{key}.c data-s:{key}.s data-flip:{key}.flip", drawn, class_=f"tile p{at}")


def key(face: Face, f: Filler, w: Words) -> Html:
    """What the colours and the line at the foot of a tile mean."""
    if face.duel:
        left = [f.text(f"step.{at}", class_="chip", data_c=face.left, data_s=at) for at in (3, 2, 1)]
        right = [f.text(f"step.{at}", class_="chip", data_c=face.right, data_s=at) for at in (1, 2, 3)]
        names = [short(w, face.choices[place or 0]) for place in (face.left, face.right)]
        chips = join(h("b", f"▲ {names[0]}"), h("span", *left, *right), h("b", f"{names[1]} ▼"))
    else:
        named = [
            h("span", short(w, one), class_="chip", data_c=at, data_s=3)
            for at, one in enumerate(face.choices[:SLOTS_MAX])
        ]
        chips = h("span", *named)
    lead = f.h("p", "hidden:legend.hide", chips, class_="scale")
    corner = h("i", class_="corner", aria_hidden="true")
    turned = f.h("span", "hidden:flip.hide", corner, f.text("flip.text"))
    return h("div", lead, h("p", f.text("legend.grey"), turned, class_="quiet"), class_="legend")


def _table(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    order = sorted(face.areas, key=lambda area: w.sort_key(w.name(s["areas"][area])))
    heads = [w.capital(w.level(face.level, 0)), w.say("th.boxes"), f.text("th.counted")]
    heads += [w.say("th.lead_points"), w.say("th.lead_votes")]
    rows = []
    for area in order:
        key = f"a.{area}"
        lead = h("td", f.text(f"{key}.lm", "i"), " ", f.text(f"{key}.lp"))
        cells = [f.text(f"{key}.boxes", "td"), f.text(f"{key}.pct", "td"), lead, f.text(f"{key}.lv", "td")]
        rows.append(h("tr", h("th", w.name(s["areas"][area]), scope="row"), *cells, data_area=area))
    head = h("thead", h("tr", *(h("th", one, scope="col") for one in heads)))
    caption = h("caption", w.say("table.caption"), class_="vh")
    return h(
        "details",
        h("summary", w.say("embed.table")),
        h("table", caption, head, h("tbody", *rows)),
        class_="numbers",
    )


def title(s: Snapshot, f: Filler, w: Words) -> Html:
    """The heading: who is ahead in how many, or how far the places are."""
    return f.text("sum.first", "h1")


def sub(f: Filler, w: Words) -> Html:
    """Below it: the contest, how much is counted, and of when the figures are."""
    return join(f.text("head.title"), " · ", f.text("counted.left"), " · ", _when(f, w))
