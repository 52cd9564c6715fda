"""What stands on a page of one block of the board, and that page: head, way back, ribbon, blocks.

    page(Inside("Lead over time", (table,)), asked, snapshot, words)

Know before changing: no inline script or style; the language links keep the address.
"""

from dataclasses import dataclass
from urllib.parse import quote

from web.asked import Asked
from web.face import Snapshot
from web.fittings import board_bar, language_links
from web.html import Html, h
from web.ribbon import ribbon
from web.view import night_rest
from web.words import Words


@dataclass(frozen=True, slots=True)
class Inside:
    """A page's heading, what is said under it, its blocks, and further stylesheets in /static/."""

    title: str
    sub: str | Html
    blocks: tuple[Html | None, ...]
    sheets: tuple[str, ...] = ()


def page(made: Inside, asked: Asked, s: Snapshot, w: Words) -> bytes:
    """The whole page."""
    main = h(
        "main",
        h("p", h("b", w.name(s, "title")), f" · {night_rest(s, w)}", class_="kicker"),
        h("h1", made.title),
        h("p", made.sub, class_="quiet"),
        *made.blocks,
        class_="wrap shown",
        id="numbers",
    )
    body = h(
        "body",
        h("a", w.say("skip"), class_="skip", href="#numbers"),
        _top(asked, s, w),
        main,
        _foot(s, w),
        data_mode=str(s.get("mode") or "live"),
    )
    sheets: tuple[str, ...] = ("/static/board.css", "/static/shown.css", f"/style/{_contest(s)}.css")
    sheets += tuple(f"/static/{sheet}" for sheet in made.sheets)
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f"{made.title} · {w.name(s, 'title')} · Sandık"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=sheet) for sheet in sheets),
    )
    return ("<!doctype html>" + h("html", head, body, lang=w.lang, dir=w.dir)).encode()


def table(title: str, id: str, heads: list[str], rows: list[list[str | Html]]) -> Html:
    """A table with its heading; the first cell of a row names it, the others are numbers."""
    head = h(
        "tr", *(h("th", text, scope="col", class_="num" if at else None) for at, text in enumerate(heads))
    )
    lines = [
        h("tr", h("th", row[0], scope="row"), *(h("td", cell, class_="num") for cell in row[1:]))
        for row in rows
    ]
    inside = h("table", h("thead", head), h("tbody", *lines), aria_labelledby=id)
    box = h("div", inside, class_="scroll", tabindex=0, role="region", aria_labelledby=id)
    return h("section", h("h2", title, id=id), box)


def _contest(s: Snapshot) -> str:
    return quote(str(s["contest"]), safe="")


def _top(asked: Asked, s: Snapshot, w: Words) -> Html:
    where = f"/{asked.where}/{quote(asked.rest)}"
    links = language_links(w, lambda lang: f"{where}?lang={lang}", "languages controls")
    bar = board_bar(w, f"/?contest={_contest(s)}&lang={w.lang}", links)
    return h("header", ribbon(s, w), bar)


def _foot(s: Snapshot, w: Words) -> Html:
    at = w.moment(s.get("at"), s["time_zone"], s.get("date"))
    note = None if s.get("official") else h("p", w.say("foot.unofficial"))
    return h(
        "footer",
        h("div", note, h("p", w.say("foot.rule"))),
        h("p", w.say("state.printed", t=at)),
        class_="wrap",
    )
