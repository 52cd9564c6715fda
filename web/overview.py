"""All contests of the night on one page: who leads each, by how much, and how much is counted.

    /contests?lang=tr          the page
    /contests/colours.css      the colours of the choices, each under its own contest

Know before changing: each contest keeps its own rules, so one may be under its ban or too early while another
is called; what stands here is what its own board says. static/overview.js renews it by asking for the page
again, element by element: so the elements are the same at every moment of a night. Each contest says which
state of it that is, so that a gateway which lags leads nobody back.
"""

from collections.abc import Sequence
from urllib.parse import quote

from web.archive import clock_mark
from web.asked import Asked
from web.face import Face, Snapshot, Values, face_of, hidden
from web.fittings import language_links
from web.html import Filler, Html, h
from web.kept import digest
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, finish, nothing
from web.ribbon import ribbon
from web.styles import choice_colours
from web.view import standing_order, top_values
from web.words import Words, words

ROWS_MORE = 1
"""Choices shown beyond those that are elected: who would be next; two at least."""
SHEETS = ("/static/board.css", "/static/overview.css", "/contests/colours.css")


def answer(asked: Asked) -> Answer:
    """The page, or its colours."""
    if asked.rest == "colours.css":
        shown = [group.shown for group in asked.groups.values()]
        made = asked.keep.get("contests/colours", f"colours:{asked.edition}", lambda: colours(shown))
        return finish(cached(made, asked.request, TYPES["css"], "public, max-age=60"), asked.request)
    if asked.rest:
        return nothing()
    tags = " ".join(group.tag + clock_mark(group.shown) for group in asked.groups.values())
    made = asked.keep.get(
        f"contests/{asked.lang}", digest(f"{tags} {asked.lang} {asked.edition} {asked.stale}".encode()),
        lambda: page([group.shown for group in asked.groups.values()], asked.lang, stale=asked.stale),
    )  # fmt: skip
    return finish(cached(made, asked.request, TYPES["html"], "no-cache", BY_LANGUAGE), asked.request)


def colours(shown: Sequence[Snapshot]) -> bytes:
    """Every contest's colours, for what stands under it alone."""
    parts = [
        choice_colours(face_of(one)).replace('[data-c="', f'[data-of="{one["contest"]}"] [data-c="')
        for one in shown
    ]
    return "".join(parts).encode()


def page(shown: Sequence[Snapshot], lang: str, *, stale: bool = False) -> bytes:
    """The whole page; `stale`: it says that these are the last figures that came."""
    w = words(lang)
    title = w.say("overview.title", len(shown), n=len(shown))
    main = h(
        "main",
        h("h1", title),
        h("p", w.name(shown[0], "night_name"), class_="quiet"),
        h("p", w.say("embed.old"), class_="old", hidden=None if stale else ""),
        *(_contest(one, at, w) for at, one in enumerate(shown)),
        class_="wrap",
        id="numbers",
    )
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f"{title} · Sandık"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=sheet) for sheet in SHEETS),
        h("script", "", type="module", src="/static/overview.js"),
    )
    body = h("body", h("a", w.say("skip"), class_="skip", href="#numbers"), _top(shown[0], w), main)
    return ("<!doctype html>" + h("html", head, body, lang=w.lang, dir=w.dir)).encode()


def _top(s: Snapshot, w: Words) -> Html:
    links = language_links(w, lambda lang: f"/contests?lang={lang}", "languages")
    pause = h("button", w.say("pause"), type="button", class_="pause", hidden="", data_other=w.say("resume"))
    bar = h(
        "div",
        h("p", "Sandık", class_="brand"),
        h(
            "div",
            h("p", w.say("overview.renewed"), class_="renewed", hidden=""),
            h("noscript", h("p", w.say("state.reload"))),
            class_="status",
        ),
        h("div", pause, links, class_="controls"),
        class_="wrap top",
    )
    return h("header", ribbon(s, w), bar)


def values(s: Snapshot, face: Face, at: int, w: Words) -> Values:
    """What the page says of one contest, under its place in the night."""
    top = top_values(s, face, w)
    said: Values = {key: top.get(key) for key in ("badge.text", "badge.kind", "head.line", "counted.left")}
    said["counted.w"], said["open"] = top.get("counted.w"), hidden(face.phase == "closed")
    said["state"] = f"{s['epoch']} {s['version']} {(s.get('embargo') or {}).get('state', 'open')}"
    order = standing_order(s, face) if face.phase == "open" else list(range(len(face.choices)))
    for row in range(rows(face)):
        choice = face.choices[order[row]]
        votes = choice.get("votes")
        said[f"{row}.name"] = w.name(choice)
        said[f"{row}.mark"] = face.mark(order[row])
        said[f"{row}.c"] = str(order[row]) if face.phase == "open" else None
        said[f"{row}.share"] = w.share(votes, s.get("valid"), 2 if face.phase == "open" else 1)
        said[f"{row}.votes"] = w.say("votes", votes, n=w.number(votes))
        said[f"{row}.w"] = f"{(votes or 0) * 100 // (s.get('valid') or 1)}%"
    return {f"{at}.{key}": value for key, value in said.items()}


def rows(face: Face) -> int:
    """How many choices of a contest are shown."""
    return min(len(face.choices), max(2, face.seats + ROWS_MORE))


def _contest(s: Snapshot, at: int, w: Words) -> Html:
    face = face_of(s)
    f = Filler(values(s, face, at, w))
    link = h("a", w.name(s, "title"), href=f"/?contest={quote(str(s['contest']), safe='')}&lang={w.lang}")
    return f.h(
        "section",
        f"data-state:{at}.state",
        h(
            "div",
            h("h2", link),
            f.text(f"{at}.badge.text", "p", f"data-kind:{at}.badge.kind", class_="badge"),
            class_="over",
        ),
        f.text(f"{at}.head.line", "p", class_="line"),
        f.h("ul", f"hidden:{at}.open", *(_row(f, f"{at}.{row}") for row in range(rows(face))), role="list"),
        h("div", f.text(f"{at}.counted.left", "p"), f.bar(f"{at}.counted.w", "fill"), class_="progress"),
        data_of=str(s["contest"]),
        class_="contest",
    )


def _row(f: Filler, key: str) -> Html:
    return f.h(
        "li",
        f"data-c:{key}.c",
        h("span", f.text(f"{key}.mark", "i"), " ", f.text(f"{key}.name", "b"), class_="who"),
        f.text(f"{key}.share", class_="share"),
        f.text(f"{key}.votes", class_="quiet"),
        f.bar(f"{key}.w", "fill"),
    )
