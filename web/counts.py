"""The counts of several sources side by side: whether they agree on the leader, and the table of them.

Know before changing: static/counts.js computes the same keys in the browser, and moves the table; a browser
test compares both. Two sources are never added. Nobody is said to be ahead by a source that has not counted
the share from which the night says a lead. The table stands below the places, and in second place while two
sources have different choices ahead.
"""

import re
from urllib.parse import quote

from web.face import Face, Snapshot, Values, hidden, reached, short
from web.html import Filler, Html, h, join
from web.words import NONE, Words

SIMULATED = re.compile(r"\s*\([^()]*\)$")
"""What the name of a simulated source says again beside its tag."""
UP, DOWN = "counts-up", "counts-down"
"""The two places of the table, by the id of the element that holds it."""


def far_enough(s: Snapshot, source: Snapshot) -> bool:
    """Whether a source has counted the share from which a lead is said; of areas, what it claims."""
    counted, pct = source.get("counted") or {}, s.get("lead_from_counted_pct") or 0
    if source.get("claimed"):
        return reached(source["claimed"], s["counted"]["boxes_total"], pct)
    return reached(counted.get("units"), counted.get("units_total"), pct)


def heard(source: Snapshot) -> bool:
    """Whether a source has told anything of the contest."""
    return bool((source.get("counted") or {}).get("units") or source.get("claimed"))


def leader_of(s: Snapshot, face: Face, source: Snapshot) -> int | None:
    """Whom a source has ahead, when that may be said."""
    said = face.phase == "open" and far_enough(s, source)
    return face.place(source.get("leader")) if said else None


def apart(s: Snapshot, face: Face) -> bool:
    """Whether two sources have different choices ahead."""
    ahead = {leader_of(s, face, source) for source in s.get("sources") or []}
    return len(ahead - {None}) > 1


def tells_places(s: Snapshot, source: Snapshot) -> bool:
    """Whether a source has figures for the places shown; one that reports a level above them has none."""
    return source.get("level") not in list(s.get("levels") or [])[:-1]


def switch(s: Snapshot, w: Words) -> Html:
    """By whose count the places are shown: a button a source, where another than the night's own has places.

    static/source.js, fetched at the first press, carries it out; without JavaScript it is not there.
    """
    sources = s.get("sources") or []
    own = [one for one in sources if one.get("published")]
    others = [one for one in sources if not one.get("published") and tells_places(s, one)]
    if not (own and others):
        return Html("")
    buttons = [
        h(
            "button",
            source_name(one, w)[0],
            *tags(one | {"published": False}, w),
            type="button",
            data_source=str(one["id"]),
            data_own="" if one.get("published") else None,
            aria_pressed="true" if one.get("published") else "false",
        )
        for one in own + others
    ]
    return h("div", *buttons, class_="modes whose", role="group", aria_label=w.say("source"))


def source_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Do the counts agree on the leader? And each source by itself."""
    values: Values = {}
    sources = s.get("sources") or []
    told = [one for one in sources if leader_of(s, face, one) is not None]
    scale = max((one.get("margin_votes") or 0 for one in told), default=0)
    for source in sources:
        values |= _row(s, face, source, scale, w)
    if face.phase != "open":
        answer = w.say("q2.early")
    elif len(told) < 2:
        answer = w.say("q2.few" if sum(map(heard, sources)) > 1 else "q2.one")
    else:
        answer = w.say("q2.no") if apart(s, face) else w.say("q2.yes", n=len(told))
    return values | {"q2.answer": answer, "counts.moved": hidden(not apart(s, face))}


def _row(s: Snapshot, face: Face, source: Snapshot, scale: int, w: Words) -> Values:
    """One source: how far it is, whom it has ahead and by how much, the shares of the two, its silence."""
    key, leader = f"src.{source['id']}", leader_of(s, face, source)
    named = leader if face.seats == 1 else None  # of several seats it is the margin at the line
    name = "" if named is None else short(w, face.choices[named])
    margin = source.get("margin_votes") or 0
    units = source.get("claimed") or (source.get("counted") or {}).get("units")
    values = {
        f"{key}.boxes": w.number(units) if heard(source) else NONE,
        f"{key}.counted": _progress(s, source, w),
        f"{key}.mark": face.mark(named) or name,
        f"{key}.who": name if face.mark(named) else "",
        f"{key}.lead": NONE if leader is None else w.number(source.get("margin_votes")),
        f"{key}.c": None if named is None else str(named),
        f"{key}.state": silence(s, source, w),
        f"{key}.x": _percent(50 - (50 * margin / scale if scale and leader == face.left else 0)),
        f"{key}.w": _percent(50 * margin / scale if scale and leader is not None else 0),
    }
    votes = source.get("choices") or {}
    for side, place in (("l", face.left), ("r", face.right)):
        if place is not None:
            part = votes.get(face.choices[place]["id"]) if leader is not None else None
            values[f"{key}.{side}"] = w.share(part, source.get("valid"), 2)
    return values


def _percent(value: float) -> str:
    """A length in the drawing, in whole hundredths."""
    scaled = int(value * 100 + 0.5)
    return f"{scaled // 100}.{scaled % 100:02}%"


def _progress(s: Snapshot, source: Snapshot, w: Words) -> str:
    """How far a source is: boxes counted; of one that reports areas, what it claims, and said so."""
    counted = source.get("counted") or {}
    if not heard(source):
        return w.say("src.none")
    if source.get("claimed") is None:
        return w.counted(counted.get("units"), counted.get("units_total"), 1)
    return w.say("src.claims", pct=w.counted(source["claimed"], s["counted"]["boxes_total"], 1))


def silence(s: Snapshot, source: Snapshot, w: Words) -> str:
    """When a source last spoke, and how long it is silent against its pace; STALLED is a word."""
    pace, silent = source.get("pace"), source.get("silent_s") or 0
    usual = (
        ""
        if pace is None
        else w.number(int(pace + 0.5))
        if pace >= 10
        else w.decimal(int(pace * 10 + 0.5), 1)
    )
    if source.get("stalled"):
        said = [w.say("src.stalled", t=w.lasted(silent))] + ([w.say("src.before", n=usual)] if usual else [])
        return " · ".join(said)
    if source.get("finished"):
        return w.say("src.finished")
    if not source.get("last_at"):
        return ""
    said = [w.say("src.last", t=w.moment(source["last_at"], s["time_zone"], s.get("date")))]
    said += [w.say("src.silent", t=w.lasted(silent))] if silent else []
    return " · ".join(said + ([w.say("src.pace", n=usual)] if usual else []))


def source_name(source: Snapshot, w: Words) -> tuple[str, str]:
    """What a source is called, and what its name says further; SIMULATED stands in its tag."""
    name = w.name(source)
    if source.get("simulated"):
        name = SIMULATED.sub("", name)
    first, _, rest = name.partition(", ")
    return first, rest


def tags(source: Snapshot, w: Words) -> list[str | Html]:
    """Shown, and simulated: what is to be known of a source wherever it is named."""
    said: list[str | Html] = []
    if source.get("published"):
        said += [" ", h("span", w.say("shown"), class_="tag")]
    if source.get("simulated"):
        said += [" ", h("span", w.say("sim"), class_="tag sim")]
    return said


def counts_above(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The place of the table while the sources disagree on the leader."""
    return h("div", _block(s, face, f, w) if apart(s, face) else Html(""), id=UP)


def counts_below(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """Its place otherwise."""
    return h("div", Html("") if apart(s, face) else _block(s, face, f, w), id=DOWN)


def _block(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The table; nothing where there is only one source."""
    sources = s.get("sources") or []
    if len(sources) < 2:
        return Html("")
    moved = f.h("p", "hidden:counts.moved", w.say("counts.up"), class_="tag")
    head = h("div", h("h2", w.say("counts", n=len(sources))), moved, class_="title")
    rows = [_line(source, face, f, w) for source in sources]
    table = h(
        "table",
        h("caption", w.say("q2.caption"), class_="vh"),
        h("thead", h("tr", *_heads(face, w))),
        h("tbody", *rows),
    )
    return f.h("section", "hidden:open.hide", head, h("p", w.say("counts.sub"), class_="quiet"), table,
               _differing(s, sources, w), class_="counts", id="counts", tabindex=-1)  # fmt: skip


def lead_of(key: str, f: Filler) -> Html:
    """Whom a source has ahead and by how much: a mark to look at, a name to hear."""
    who = f.text(f"{key}.who", class_="vh")
    return join(f.text(f"{key}.mark", "i"), who, " ", f.text(f"{key}.lead"))


def _differing(s: Snapshot, sources: list[Snapshot], w: Words) -> Html:
    """The boxes on which two counts differ: fetched when it is opened (static/apart.js), else a page."""
    if sum(source.get("level") == "box" for source in sources) < 2:
        return Html("")
    link = h(
        "a",
        w.say("apart"),
        href=f"/apart/{quote(str(s['contest']), safe='')}?lang={w.lang}",
        class_="apart-of",
    )
    return h("details", h("summary", w.say("apart")), link)


def _heads(face: Face, w: Words) -> list[Html]:
    heads = [h("th", w.say("q2.source"), scope="col"), h("th", w.say("th.boxes"), scope="col", class_="wide"),
             h("th", w.say("q2.counted"), scope="col")]  # fmt: skip
    for place in (face.left, face.right):
        if place is not None:
            name = join(h("i", face.mark(place)), " ", short(w, face.choices[place]))
            heads.append(h("th", name, scope="col", class_="wide"))
    heads.append(h("th", w.say("q2.lead"), scope="col"))
    if face.duel:
        heads.append(h("th", w.say("th.bar"), scope="col", class_="wide bar"))
    return [*heads, h("th", w.say("counts.last"), scope="col")]


def _line(source: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    key = f"src.{source['id']}"
    name, rest = source_name(source, w)
    quiet = [" ", h("span", rest, class_="quiet")] if rest else []
    cells = [h("th", name, *tags(source, w), *quiet, scope="row")]
    cells += [f.text(f"{key}.boxes", "td", class_="wide"), f.text(f"{key}.counted", "td")]
    cells += [f.text(f"{key}.{side}", "td", class_="wide") for side in ("l", "r") if face.duel]
    lead = lead_of(key, f)
    cells.append(f.h("td", f"data-c:{key}.c", lead, class_="lead"))
    if face.duel:
        bar = f.h("rect", f"x:{key}.x width:{key}.w data-c:{key}.c", class_="in", y=4, height=10)
        line = h("line", x1="50%", x2="50%", y1=0, y2=18)
        cells.append(h("td", h("svg", bar, line, aria_hidden="true"), class_="wide bar"))
    return h("tr", *cells, f.text(f"{key}.state", "td", class_="silence"))
