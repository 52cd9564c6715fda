"""The upper part of the board in HTML: race strip or countdown, the counted line, and the questions.

Know before changing: both states of the stage, before and after the embargo, are in the page and one is
hidden, so that the moment it lifts is one frame; values that may not be known yet are simply not there.
"""

from web.counts import lead_of, source_name, tags
from web.face import SLOTS_MAX, Face, Snapshot
from web.html import Filler, Html, h, join
from web.story import REASONS_MAX
from web.view import party_line
from web.words import Words

STANDING_MAX = 4
"""Names in the list of who stands, before the rest becomes a number."""


def stage(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """Everything between the headline and the places."""
    strip = race(s, face, f, w)
    return h(
        "div",
        f.h(
            "section", "data-kind:race.kind hidden:open.hide", strip, class_="race", aria_label=w.say("race")
        ),
        _ban(s, f, w),
        h(
            "div",
            f.text("counted.left", "p"),
            f.bar("counted.w", "fill"),
            f.text("counted.right", "p"),
            class_="progress",
        ),
        h(
            "div",
            _standing(s, face, f, w),
            _still_out(f, w),
            _swing(f),
            _sources(s, f, w),
            _why(f, w),
            _happens(f, w),
            checks(f, w, "q3.stage.hide"),
            class_="questions",
        ),
        class_="stage",
    )


def race(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The two who decide it, face to face, or the list of many."""
    return _duel(s, face, f, w) if face.duel else _list(face, f, w)


def _ban(s: Snapshot, f: Filler, w: Words) -> Html:
    ban = s.get("embargo") or {}
    countdown = h(
        "sandik-countdown",
        f.text("closed.label", "p", class_="label"),
        f.text("closed.at", "p", class_="big"),
        f.text("closed.unit", "p", class_="unit"),
        data_opens=ban.get("opens_at") or ban.get("law_opens_at"),
    )
    explain = h("p", w.say("embargo.explain"), class_="explain")
    label = w.say("first_results_at")
    return f.h("section", "hidden:closed.hide", countdown, explain, class_="ban", aria_label=label)


def _dot() -> Html:
    return h("i", "·", aria_hidden="true")


def _duel(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    lead = join(f.text("race.mark", "i"), " ", f.text("race.num"))
    middle = h(
        "div",
        f.text("race.label", "p"),
        f.h("p", "data-c:race.lead.c", lead, class_="lead"),
        f.text("race.sub", "p", class_="sub"),
        class_="mid",
    )
    left = _side(s, face, f, w, "l", face.left or 0)
    right = _side(s, face, f, w, "r", face.right or 0)
    return join(h("div", left, middle, right, class_="duel"), _strip(f, w), _ballot(s, face, f, w))


def _side(s: Snapshot, face: Face, f: Filler, w: Words, side: str, place: int) -> Html:
    choice = face.choices[place]
    before, after = w.text["percent"].split("{n}")
    key = f"race.{side}"
    mark = h("i", face.mark(place), class_="mark", aria_hidden="true")
    return f.h(
        "div",
        f"data-c:{key}.c",
        h("h2", mark, " ", h("span", w.name(choice))),
        h("p", party_line(s, choice, w) or "\u00a0", class_="party"),
        f.h(
            "p",
            f"data-none:{key}.none",
            h("small", before),
            f.text(f"{key}.num"),
            h("small", after),
            class_="share",
        ),
        h("p", f.text(f"{key}.votes"), " ", _dot(), " ", f.text(f"{key}.at", class_="at"), class_="votes"),
        class_=f"side {side}",
    )


def _strip(f: Filler, w: Words) -> Html:
    """The bar with the line at one half: the two from both ends, the others between them."""
    place = {"y": 10, "height": 34}
    return h(
        "svg",
        f.h("rect", "width:race.l.w data-c:race.l.c", class_="in", x=0, **place),
        f.h("rect", "x:race.o.x width:race.o.w", class_="others", **place),
        f.h("rect", "x:race.r.x width:race.r.w data-c:race.r.c", class_="in", **place),
        h("rect", class_="gap", x="50%", y=6, width=8, height=42),
        h("line", x1="50%", x2="50%", y1=2, y2=52),
        f.h("text", "text-anchor:half.anchor dx:half.dx", w.say("half"), x="50%", y=66),
        f.text("others.text", "text", "x:others.x text-anchor:others.anchor dx:others.dx", y=66),
        class_="strip",
        aria_hidden="true",
    )


def _list(face: Face, f: Filler, w: Words) -> Html:
    head = h(
        "p",
        join(f.text("race.label"), " ", f.text("race.num", "b"), " ", f.text("race.sub"), " ", _dot(), " "),
        f.text("race.at"),
        h("span", w.say("half"), class_="half") if face.seats == 1 else Html(""),
        class_="sum",
    )
    rows = [_slot(face, f, slot) for slot in range(min(len(face.choices), SLOTS_MAX))]
    if 1 < face.seats <= len(rows):
        rows.insert(face.seats, h("li", w.say("seats_line", face.seats, n=face.seats), class_="seats"))
    if len(face.choices) > SLOTS_MAX:
        who = h("p", f.text("slot.rest.name"), class_="who")
        share = f.text("slot.rest.share", "p", class_="share")
        mark = h("i", class_="mark", aria_hidden="true")
        rows.append(h("li", mark, who, share, f.text("slot.rest.votes", "p", class_="votes"), class_="rest"))
    return h("div", head, h("ol", *rows, role="list"), class_="many")


def _slot(face: Face, f: Filler, slot: int) -> Html:
    key = f"slot.{slot}"
    half = f.h("line", "x1:race.half.x x2:race.half.x", y1=0, y2="100%") if face.seats == 1 else Html("")
    return f.h(
        "li",
        f"data-c:{key}.c",
        h("i", class_="mark", aria_hidden="true"),
        h("p", f.text(f"{key}.name", "b"), " ", f.text(f"{key}.party"), class_="who"),
        f.text(f"{key}.share", "p", class_="share"),
        f.text(f"{key}.votes", "p", class_="votes"),
        f.bar(f"{key}.w", "fill", inside=half),
        class_="line" if slot == face.seats - 1 and face.seats > 1 else None,
    )


def _ballot(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """Everybody on the ballot, for the strip that shows two."""
    if len(face.choices) < 3:
        return Html("")
    rows = [
        h(
            "tr",
            h("th", w.name(choice), " ", h("span", party_line(s, choice, w)), scope="row"),
            f.text(f"ballot.{place}.share", "td"),
            f.text(f"ballot.{place}.votes", "td"),
        )
        for place, choice in enumerate(face.choices)
    ]
    said = w.say("ballot", n=len(face.choices))
    heads = [h("th", w.say(f"ballot.{key}"), scope="col") for key in ("choice", "share", "votes")]
    caption = h("caption", said, class_="vh")
    inside = h("table", caption, h("thead", h("tr", *heads)), h("tbody", *rows))
    return h("details", h("summary", said), inside, class_="ballot")


def _panel(f: Filler, title: Html, *inside: Html, hide: str = "") -> Html:
    return f.h("section", f"hidden:{hide}" if hide else "", h("h2", title), *inside)


def _standing(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    main = [at for at, choice in enumerate(face.choices) if choice.get("main")]
    order = main + [at for at in range(len(face.choices)) if at not in main]
    shown = sorted(order[:STANDING_MAX])
    items = [
        h("li", h("b", w.name(face.choices[at])), " ", h("span", party_line(s, face.choices[at], w)))
        for at in shown
    ]
    if len(order) > len(shown):
        items.append(h("li", h("span", w.say("standing.more", n=len(order) - len(shown)))))
    title = join(w.say("standing"), " ", h("span", w.say("standing.sub")))
    return _panel(f, title, h("ul", *items, class_="rows", role="list"), hide="closed.hide")


def _still_out(f: Filler, w: Words) -> Html:
    lead = f.h(
        "div",
        "hidden:q1.hide_lead",
        h("p", f.text("q1.label"), f.text("q1.lead", "b"), class_="pair"),
        f.bar("q1.lead.w", "scale", colour="q1.lead.c"),
    )
    still_out = f.h(
        "div",
        "hidden:q1.hide_out",
        h("p", f.text("q1.out_label"), f.text("q1.out", "b"), class_="pair"),
        f.bar("q1.out.w", "scale out", inside=_hatch()),
    )
    return _panel(
        f,
        join(f.text("q1.title", "b"), " ", f.text("q1.answer")),
        lead,
        still_out,
        f.text("q1.text", "p", class_="quiet"),
        hide="q1.hide",
    )


def _hatch() -> Html:
    """The pattern for what may still come: neither a colour nor a count."""
    line = h("path", d="M0 6 6 0")
    return h("pattern", line, id="hatch", width=6, height=6, patternUnits="userSpaceOnUse")


def _sources(s: Snapshot, f: Filler, w: Words) -> Html:
    rows = []
    for source in s.get("sources") or []:
        key = f"src.{source['id']}"
        name = [source_name(source, w)[0], *tags(source, w)]
        lead = lead_of(key, f)
        counted = f.text(f"{key}.counted", "td")
        rows.append(
            h("tr", h("th", *name, scope="row"), counted, f.h("td", f"data-c:{key}.c", lead, class_="lead"))
        )
    heads = [h("th", w.say(f"q2.{key}"), scope="col") for key in ("source", "counted", "lead")]
    caption = h("caption", w.say("q2.caption"), class_="vh")
    inside = h("table", caption, h("thead", h("tr", *heads), class_="vh"), h("tbody", *rows))
    beside = h("p", h("a", w.say("q2.all"), href="#counts")) if len(rows) > 1 else Html("")
    return _panel(f, join(w.say("q2"), " ", f.text("q2.answer")), inside, beside, hide="open.hide")


def _swing(f: Filler) -> Html:
    """The change over the same boxes, with the naive figure beside it."""
    number = h("b", f.text("swing.mark", "i"), " ", f.text("swing.num"), class_="lead")
    change = f.h("p", "data-c:swing.c", number, " ", f.text("swing.unit"), class_="swing")
    title = join(f.text("swing.title", "b"), " ", f.text("swing.same"))
    return _panel(f, title, change, f.text("swing.naive", "p", class_="quiet"), hide="swing.hide")


def _why(f: Filler, w: Words) -> Html:
    lines = [f.text(f"why.{at}", "li", f"hidden:why.{at}.hide") for at in range(REASONS_MAX)]
    title = join(w.say("why"), " ", f.text("why.sub"))
    listed = f.h("ul", "hidden:why.hide_list", *lines, class_="against", role="list")
    return _panel(f, title, f.text("why.text", "p", "hidden:why.hide_text"), listed, hide="why.hide")


def checks(f: Filler, w: Words, hide: str) -> Html:
    """Have the reports been checked? It stands in two places of the page, of which one is hidden."""
    rows = [h("div", h("dt", f.text("q3.label")), f.text("q3.counted", "dd"))]
    for key in ("quarantine", "refused", "remarks", "turnout", "invalid"):
        late = {"turnout": "hidden:q3.hide", "invalid": "hidden:q3.hide", "remarks": "hidden:q3.hide_remarks"}
        rows.append(f.h("div", late.get(key, ""), h("dt", w.say(f"q3.{key}")), f.text(f"q3.{key}", "dd")))
    title = join(w.say("q3"), " ", h("span", w.say("q3.sub")))
    return _panel(f, title, h("dl", *rows, class_="rows"), hide=hide)


def _happens(f: Filler, w: Words) -> Html:
    title = join(f.text("closed.happens", "b"), " ", h("span", w.say("happens.sub")))
    keep = h("p", w.say("happens.keep"), class_="quiet keep")
    return _panel(f, title, f.text("closed.jump", "p"), keep, hide="closed.hide")
