"""The lower part of the board in HTML: the places as tiles on their ground, and as rows of a table.

Know before changing: tiles and rows follow the same values, so they cannot differ; where a tile lies is said
by the contest's stylesheet (styles.py), because the page has no inline style.
"""

from web import map_tab
from web.counts import switch
from web.face import SLOTS_MAX, Face, Snapshot, short
from web.feeds import FEEDS
from web.html import Filler, Html, h, join
from web.map_file import MapFile
from web.stage import checks
from web.story import listed
from web.words import Words

LONG_NAME = 11
"""Letters from which a name is set tighter so that it fills its tile and is not cut."""


def tiles(
    s: Snapshot, face: Face, f: Filler, w: Words, place: Snapshot, mapped: MapFile | None = None
) -> Html:
    """The places as tiles on a ground with water, a key, a readout and a sum."""
    laid = any(s["areas"][area].get("tile") for area in face.areas)
    ground = _water(place, w) if laid else Html("")
    items = [_tile(s, f, area, at, w) for at, area in enumerate(face.areas)]
    title = h("div", f.text("tiles.title", "h2", id="places-title"), f.text("tiles.sub", "p", class_="quiet"))
    return h(
        "section",
        h("div", title, switch(s, w), map_tab.switch(mapped, w), class_="over"),
        h(
            "sandik-tiles",
            ground,
            _legend(face, f, w),
            map_tab.block(mapped, w),
            h("ul", *items, role="list", aria_label=w.say("tiles.group")),
            h("div", class_="readout"),
            h("div", f.text("sum.first", "p"), f.text("sum.second", "p", class_="quiet"), class_="summary"),
            class_="tiles" if laid else "tiles flow",
            dir="ltr" if laid and w.dir else None,  # west stays at the left, whichever way the page runs
        ),
        class_="places",
        aria_labelledby="places-title",
    )


def _water(place: Snapshot, w: Words) -> Html:
    cells = [h("i", class_=f"water w{at}", aria_hidden="true") for at in range(len(place.get("water", ())))]
    labels = [
        h("span", str(label.get(w.lang) or label["en"]), class_=f"sea l{at}", aria_hidden="true")
        for at, label in enumerate(place.get("labels", ()))
    ]
    return join(*cells, *labels)


def _chip(place: int | None, step: int, name: str | None) -> Html:
    return h("span", name, class_="chip", data_c=place, data_s=step)


def _steps(f: Filler, place: int | None, steps: tuple[int, ...]) -> Html:
    chips = (f.text(f"step.{step}", class_="chip", data_c=place, data_s=step) for step in steps)
    return h("span", *chips)


def _legend(face: Face, f: Filler, w: Words) -> Html:
    key: list[Html] = []
    if face.duel:
        left, right = _steps(f, face.left, (3, 2, 1)), _steps(f, face.right, (1, 2, 3))
        key = [h("b", "▲ ", f.text("legend.l")), left, right, h("b", f.text("legend.r"), " ▼")]
    else:
        key = [_chip(at, 3, short(w, choice)) for at, choice in enumerate(face.choices[:SLOTS_MAX])]
    grey = h("svg", h("rect", class_="in", width="30%", height="100%"), class_="grey", aria_hidden="true")
    corner = h("i", class_="corner", aria_hidden="true")
    return h(
        "div",
        f.h("p", "hidden:legend.hide", *key, class_="scale"),
        h("p", grey, f.text("legend.grey"), f.h("span", "hidden:flip.hide", corner, f.text("flip.text"))),
        class_="legend",
    )


def _tile(s: Snapshot, f: Filler, area: str, at: int, w: Words) -> Html:
    facts = s["areas"][area]
    key = f"a.{area}"
    name = w.name(facts)
    mark = f.text(f"{key}.mark", "i")
    button = f.h(
        "button",
        f"aria-label:{key}.say",
        f.bar(f"{key}.w", "ground"),
        h("span", name, class_="n long" if len(name) > LONG_NAME else "n"),
        h("span", str(facts.get("short") or name[:3]), class_="k"),
        h("span", mark, f.text(f"{key}.value"), class_="v"),
        h("span", mark, f.text(f"{key}.brief"), class_="b"),
        f.text(f"{key}.line", class_="t"),
        type="button",
        data_area=area,
        tabindex=0 if at == 0 else -1,
    )
    follow = f"data-c:{key}.tc data-s:{key}.s" + (f" data-flip:{key}.flip" if repeats(s) else "")
    return f.h("li", follow, button, class_=f"tile p{at}")


def repeats(s: Snapshot) -> bool:
    """Whether the night repeats another, so that places have a change and may have changed their leader."""
    return bool((s.get("lineage") or {}).get("parent"))


def part_of(s: Snapshot, area: str, w: Words) -> str:
    """The part of the contest a place lies in: a side with a known name, else its parent below the root."""
    facts = s["areas"][area]
    side = facts.get("side") or ""
    if f"side.{side}" in w.text:
        return w.text[f"side.{side}"]
    parent = (s.get("areas") or {}).get(facts.get("parent"))
    if parent and parent["level"] != (s.get("levels") or [""])[0]:
        return w.name(parent)
    return side


def table(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The same numbers as rows, in the order of the lead, or of the alphabet while there is none."""
    order = sorted(face.areas, key=lambda area: w.sort_key(w.name(s["areas"][area])))
    if face.phase == "open":
        order.sort(key=lambda area: -(face.leads[area].margin if area in face.leads else -1))
    part = {area: part_of(s, area, w) for area in face.areas}
    parts = _parts_title(s, face, w) if any(part.values()) else ""
    rows = [_row(s, face, f, area, part[area] if parts else None, w) for area in order]
    title = h(
        "div", f.text("table.title", "h2", id="areas-title"), h("p", w.say("table.sub"), class_="quiet")
    )
    filters = h("div", class_="filters", role="group", aria_label=w.say("table.filter"))
    note = f.text("table.note", "p", class_="quiet") if repeats(s) else ""
    inside = h(
        "table",
        h("caption", w.say("table.caption"), class_="vh"),
        h("thead", h("tr", _heads(s, face, f, w, parts))),
        h("tbody", *rows),
    )
    return h(
        "section",
        h("div", title, filters, class_="over"),
        h("sandik-table", inside),
        note,
        class_="areas",
        aria_labelledby="areas-title",
    )


def changed(s: Snapshot, f: Filler, w: Words) -> Html:
    """The newest of what was told of the contest, and beside it how the reports were checked."""
    feeds = [h("a", name, href=f"/{name}?lang={w.lang}") for name in FEEDS]
    return h(
        "div",
        h(
            "section",
            h("h2", w.say("told"), id="told-title"),
            h("p", w.say("told.sub"), " ", join(feeds[0], " ", feeds[1]), class_="quiet"),
            f.h("p", "hidden:told.hide", w.say("told.none")),
            h(
                "sandik-told",
                listed(s, w),
                tabindex=0,
                role="region",
                aria_labelledby="told-title",
            ),
            class_="told",
        ),
        checks(f, w, "q3.after.hide"),
        class_="after questions",
    )


def _parts_title(s: Snapshot, face: Face, w: Words) -> str:
    """What the parts of the contest are called: by the level above the places, where that is not the root."""
    levels = list(s.get("levels") or [])
    above = levels[levels.index(face.level) - 1] if face.level in levels[2:] else ""
    return w.capital(w.level(above, 0)) if above else w.say("th.side")


def _heads(s: Snapshot, face: Face, f: Filler, w: Words, parts: str) -> Html:
    def head(key: str, words: str, class_: str = "") -> Html:
        return h("th", words, scope="col", data_sort=key, class_=class_ or None)

    heads = [head("name", w.capital(w.level(face.level, 0)))]
    heads += [head("part", parts, "wide")] if parts else []
    heads += [head("boxes", w.say("th.boxes"), "num wide"), head("counted", f.text("th.counted"), "num pct")]
    for at, place in (("0", face.left), ("1", face.right)):
        if face.duel:
            whose = short(w, face.choices[place or 0])
            heads.append(head(f"t{at}", join(h("i", face.mark(place)), " ", whose), "num v"))
        else:
            whose = w.say("th.first" if at == "0" else "th.second")
            heads.append(head(f"n{at}", whose, f"v of{at}"))
            heads.append(head(f"t{at}", w.say("th.share"), f"num v of{at}"))
        votes = join(h("span", whose, " ", class_="vh"), w.say("th.votes"))
        heads.append(head(f"v{at}", votes, "num v wide"))
    heads += [head("lp", w.say("th.lead_points"), "num v"), head("lv", w.say("th.lead_votes"), "num v wide")]
    heads.append(h("th", h("span", w.say("th.bar"), class_="vh"), scope="col", class_="v wide draw"))
    heads += [head("move", f.text("th.move"), "num v wide")] if repeats(s) else []
    return join(*heads, head("turnout", w.say("th.turnout"), "num v wide"))


def _row(s: Snapshot, face: Face, f: Filler, area: str, part: str | None, w: Words) -> Html:
    key = f"a.{area}"
    turned = join(" ", f.text(f"{key}.turned", "b", class_="tag")) if repeats(s) else ""
    cells = [h("th", w.name(s["areas"][area]), turned, scope="row")]
    cells += [h("td", part, class_="wide quiet part")] if part is not None else []
    cells.append(f.text(f"{key}.boxes", "td", class_="num wide quiet"))
    cells.append(h("td", f.bar(f"{key}.w", "fill"), " ", f.text(f"{key}.pct"), class_="num pct"))
    for at in ("0", "1"):
        if not face.duel:
            cells.append(f.text(f"{key}.n{at}", "td", class_=f"v s{at} of{at}"))
        cells.append(f.text(f"{key}.t{at}", "td", class_=f"num v s{at}" + ("" if face.duel else f" of{at}")))
        cells.append(f.text(f"{key}.v{at}", "td", class_="num v wide quiet"))
    named = f.text(f"{key}.who", class_="vh") if face.duel else ""  # of many it stands in a column
    cells.append(h("td", f.text(f"{key}.lm", "i"), named, " ", f.text(f"{key}.lp"), class_="num v lead"))
    cells.append(f.text(f"{key}.lv", "td", class_="num v wide"))
    middle = h("line", x1="50%", x2="50%", y1=0, y2="100%") if face.duel else Html("")
    rect = f.h("rect", f"x:{key}.bx width:{key}.bw", "", class_="in", y="15%", height="70%")
    cells.append(h("td", h("svg", rect, middle, class_="lean", aria_hidden="true"), class_="v wide draw"))
    cells += [f.text(f"{key}.move", "td", class_="num v wide")] if repeats(s) else []
    cells.append(f.text(f"{key}.turnout", "td", class_="num v wide quiet"))
    follow = f"data-c:{key}.c data-ahead:{key}.ahead" + (f" data-flip:{key}.flip" if repeats(s) else "")
    return f.h("tr", follow, *cells, data_area=area)
