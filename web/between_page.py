"""The page of what changed between two times: in words, in tables, and what was told. No JavaScript at all.

    page(between, "tr")          the whole page, for /shown/<contest>?from=…&to=…

Know before changing: it holds what the two snapshots hold, as they were published, and has no inline script
or style; its one form is a plain GET to this same address.
"""

from contextlib import suppress
from datetime import date, datetime
from urllib.parse import quote, urlencode

from election.errors import UsageError
from election.wire.moments import read_moment
from election.wire.records import stamp
from web.between import Between, Moved, columns, lead, moved, part
from web.face import Face, Snapshot, face_of, short
from web.fittings import board_bar, language_links
from web.html import Html, h, join
from web.ribbon import ribbon
from web.story import alerts, in_its_language
from web.words import NONE, Words, local, words

FINAL = ("certified", "tie by lot", "annulled")
"""States of a call in which a count is no longer unofficial."""

Pair = tuple[int | None, int | None]


def page(made: Between, lang: str) -> bytes:
    """The whole page."""
    w, s = words(lang), made.after
    face, (start, end) = face_of(s), _times(made, w)
    main = h(
        "main",
        _headline(made, w),
        _form(made, w),
        _totals(made, face, w),
        _places(made, face, w),
        _told(made, w),
        class_="wrap shown",
        id="numbers",
    )
    body = h(
        "body",
        h("a", w.say("skip"), class_="skip", href="#numbers"),
        _top(made, w),
        main,
        _foot(made, w),
        data_mode=str(s.get("mode") or "live"),
    )
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("title", w.say("shown.doc", title=w.name(s, "title"), a=start, b=end)),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        h("link", rel="stylesheet", href="/static/board.css"),
        h("link", rel="stylesheet", href="/static/shown.css"),
    )
    return ("<!doctype html>" + h("html", head, body, lang=w.lang, dir=w.dir)).encode()


def _clock(at: datetime, s: Snapshot, w: Words) -> str:
    return w.moment(stamp(at), s["time_zone"], s.get("date"))


def _times(made: Between, w: Words) -> tuple[str, str]:
    return _clock(made.start, made.after, w), _clock(made.end, made.after, w)


def _address(made: Between, lang: str) -> str:
    asked = {"from": stamp(made.start), "to": stamp(made.end), "lang": lang}
    return f"/shown/{_contest(made)}?{urlencode(asked)}"


def _contest(made: Between) -> str:
    return quote(str(made.after["contest"]), safe="")


def _top(made: Between, w: Words) -> Html:
    s = made.after
    links = language_links(w, lambda lang: _address(made, lang), "languages controls")
    bar = board_bar(w, f"/?contest={_contest(made)}&lang={w.lang}", links)
    return h("header", ribbon(s, w), bar)


def _headline(made: Between, w: Words) -> Html:
    s, (start, end) = made.after, _times(made, w)
    kicker = h("p", h("b", w.name(s, "title")), f" · {w.name(s, 'night_name')}", class_="kicker")
    lines = [h("p", line) for line in in_words(made, w)]
    return h("section", kicker, h("h1", w.say("shown.title", a=start, b=end)), *lines, class_="said")


def in_words(made: Between, w: Words) -> list[str]:
    """What changed, a sentence each."""
    before, after, name = made.before, made.after, part(made.phase)
    said = []
    if before is None:
        said.append(w.say("shown.nothing_before"))
    then = None if before is None else before[name]["boxes"]
    now, total = after[name]["boxes"], after[name]["boxes_total"]
    if then == now:
        said.append(w.say(f"shown.same.{name}", n=w.number(now), total=w.number(total)))
    else:
        said.append(w.say(f"shown.boxes.{name}", a=w.number(then), n=w.number(now), total=w.number(total)))
    if made.phase == "closed":
        return [*said, w.say("shown.closed")]
    old, new = _lead(before, w), _lead(after, w)
    if new != NONE:
        said.append(w.say("shown.lead_same" if old == new else "shown.lead", a=old, b=new))
    places = len(moved(made))
    said.append(w.say("shown.places", places, n=w.number(places)))
    said.append(w.say("shown.told", len(made.alerts), n=w.number(len(made.alerts))))
    return said


def _lead(s: Snapshot | None, w: Words) -> str:
    leader, margin = lead(s)
    if s is None or margin is None:
        return NONE
    choice = next((one for one in s["choices"] if one["id"] == leader), None)
    name = w.say("tied") if choice is None else short(w, choice)
    return name if choice is None else w.say("shown.by", name=name, n=w.number(margin))


def _form(made: Between, w: Words) -> Html:
    """Two times, and a way to ask for others; it works without JavaScript."""
    fields = [
        h(
            "label", w.say(f"shown.{name}"), " ",
            h("input", name=name, value=asked(at, made.after), size=26, autocomplete="off"),
        )
        for name, at in (("from", made.start), ("to", made.end))
    ]  # fmt: skip
    return h(
        "form",
        *fields,
        h("input", type="hidden", name="lang", value=w.lang),
        h("button", w.say("shown.ask"), type="submit"),
        h("p", w.say("shown.ask_help"), class_="quiet"),
        action=f"/shown/{_contest(made)}",
        method="get",
        class_="asked",
    )


def asked(at: datetime, s: Snapshot) -> str:
    """A moment as a person would ask for it: an hour of the night where that says it, else all of it."""
    zone = str(s["time_zone"])
    there = local(stamp(at), zone)
    if there is None:
        return stamp(at)
    hour = f"{there:%H:%M:%S}"
    with suppress(UsageError):  # a machine that does not know the zone
        if not there.microsecond and read_moment(hour, date.fromisoformat(s["date"]), zone) == at:
            return hour
    return there.isoformat(timespec="milliseconds")


def _totals(made: Between, face: Face, w: Words) -> Html:
    before, after, name = made.before or {}, made.after, part(made.phase)
    pairs: list[tuple[str, Pair]] = [
        (w.say(f"shown.row.{name}"), ((before.get(name) or {}).get("boxes"), after[name]["boxes"]))
    ]
    sums = ("valid", "invalid", "voters")
    pairs += [(w.say(f"shown.row.{key}"), (before.get(key), after.get(key))) for key in sums]
    old = {one["id"]: one.get("votes") for one in before.get("choices") or ()}
    for at, choice in enumerate(face.choices):
        label = " ".join(text for text in (face.mark(at), w.name(choice)) if text)
        pairs.append((label, (old.get(choice["id"]), choice.get("votes"))))
    pairs.append((w.say("shown.row.lead"), (lead(made.before)[1], lead(after)[1])))
    pairs = [(label, pair) for label, pair in pairs if pair != (None, None)]
    heads = [w.say("shown.what"), *_times(made, w), w.say("shown.change")]
    rows = [h("tr", h("th", label, scope="row"), *_cells(pair, w)) for label, pair in pairs]
    return _section(w.say("shown.totals"), "totals", heads, rows)


def _section(title: str, id: str, heads: list[str], rows: list[Html]) -> Html:
    head = h(
        "tr",
        *(h("th", text, scope="col", class_="num" if at else None) for at, text in enumerate(heads)),
    )
    table = h("table", h("thead", head), h("tbody", *rows), aria_labelledby=id)
    box = h("div", table, class_="scroll", tabindex=0, role="region", aria_labelledby=id)
    return h("section", h("h2", title, id=id), box)


def _cells(pair: Pair, w: Words) -> list[Html]:
    return [
        h("td", w.number(pair[0]), class_="num quiet"),
        h("td", w.number(pair[1]), class_="num"),
        h("td", difference(pair, w), class_="num"),
    ]


def difference(pair: Pair, w: Words) -> str:
    """By how much a figure rose or fell; what was not told before was none."""
    if pair[1] is None:
        return NONE
    by = pair[1] - (pair[0] or 0)
    return "0" if not by else ("+" if by > 0 else "−") + w.number(abs(by))


def _places(made: Between, face: Face, w: Words) -> Html | None:
    found = moved(made)
    if not found:
        return None
    chosen = columns(made.after)
    heads = [w.capital(w.level(face.level, 0)), w.say(f"shown.row.{part(made.phase)}"), w.say("shown.change")]
    for place in chosen:
        mark = face.mark(place)
        heads += [
            " ".join(one for one in (mark, short(w, face.choices[place])) if one),
            w.say("shown.change"),
        ]
    rows = [_place(made.after, one, w) for one in found]
    return _section(w.say("shown.places_title"), "places", heads, rows)


def _place(after: Snapshot, one: Moved, w: Words) -> Html:
    boxes = f"{w.number(one.boxes[1])}/{w.number(one.boxes_total)}"
    cells = [h("td", boxes, class_="num quiet"), h("td", difference(one.boxes, w), class_="num")]
    for pair in one.votes:
        cells += [h("td", w.number(pair[1]), class_="num quiet"), h("td", difference(pair, w), class_="num")]
    return h("tr", h("th", w.name(after["areas"][one.area]), scope="row"), *cells)


def _told(made: Between, w: Words) -> Html:
    """Calls and alerts, newest first, as the board says them."""
    told = alerts({**made.after, "alerts": list(made.alerts)}, w)
    lines = [
        h(
            "li",
            h(
                "p",
                h("time", one.time, datetime=one.at),
                " ",
                h("b", one.word),
                " ",
                in_its_language(one.title, one.title_lang, w),
            ),
            h("p", in_its_language(one.because, one.because_lang, w), class_="quiet")
            if one.because
            else None,
        )
        for one in told
    ]
    inside = h("ol", *lines, role="list") if lines else h("p", w.say("told.none_between"))
    return h("section", h("h2", w.say("told"), id="told"), inside, class_="told")


def _foot(made: Between, w: Words) -> Html:
    """The very bytes: both snapshots as they were published, and the list of all."""
    contest = _contest(made)
    found = [(made.start, w.say("shown.json", t=_clock(made.start, made.after, w)))] if made.before else []
    found.append((made.end, w.say("shown.json", t=_clock(made.end, made.after, w))))
    links = [
        h("a", text, href=f"/snapshot/{contest}.json?{urlencode({'as_of': stamp(at)})}") for at, text in found
    ]
    links.append(h("a", w.say("shown.index", n=w.number(made.shown)), href=f"/snapshot/{contest}/index.json"))
    spaced = [piece for link in links for piece in (link, " · ")][:-1]
    final = (made.after.get("call") or {}).get("state") in FINAL or bool(made.after.get("official"))
    note = None if final else h("div", h("p", w.say("foot.unofficial")))
    return h("footer", note, h("p", join(*spaced)), class_="wrap")
