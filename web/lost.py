"""What is said to somebody whose link leads nowhere: one sentence, and the ways back.

    no_contest(asked, "nope", "/apart/{}")
    lost(asked, HTTPStatus.NOT_FOUND, "There is no page “nope” here.", plain)

Know before changing: a browser is given a page, everything else the plain sentence, which also says what to
ask for instead. Neither is kept anywhere, because tomorrow the link may be a good one. Nothing of the count
stands on it.
"""

from http import HTTPStatus
from urllib.parse import quote

from web.asked import Asked
from web.exports import EXPORTS
from web.html import Html, h
from web.replies import TYPES, Answer, finish, sentence
from web.ribbon import ribbon
from web.words import Words, languages, words

BOARD = "/?contest={}"
"""Where the board of a contest is; other addresses are written in the same way."""
SAID_MAX = 60
"""Letters of what somebody asked for that are said again."""


def lost(asked: Asked, status: HTTPStatus, said: str, plain: str, to: str = BOARD) -> Answer:
    """The page in the reader's language with what is `said` and the ways `to` each contest; else `plain`."""
    if "text/html" not in asked.request.headers.get("accept", ""):
        return finish(sentence(status, plain), asked.request)
    headers = {"Content-Type": TYPES["html"], "Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    return finish(Answer(status, headers, _page(asked, said, words(asked.lang), to)), asked.request)


def no_contest(asked: Asked, name: str, to: str = BOARD) -> Answer:
    """That there is no contest of this name, and where what was asked for is had of those that there are."""
    w, there = words(asked.lang), list(asked.groups)
    said = w.say("lost.contest", name=quoted(name)) if name else w.say("lost.which")
    plain = f"There is no such contest; there is {', '.join(there)}: {to.format(there[0])}."
    return lost(asked, HTTPStatus.NOT_FOUND, said, plain, to)


def no_export(asked: Asked) -> Answer:
    """That there is no export of this name, and the address of each that there is."""
    plain = f"There is no such export; there is {', '.join(f'/export/{name}' for name in EXPORTS)}."
    said = words(asked.lang).say("lost.part", name=quoted(f"export/{asked.rest}".rstrip("/")))
    return lost(asked, HTTPStatus.NOT_FOUND, said, plain)


def quoted(text: str) -> str:
    """What somebody asked for, short enough to be said again."""
    return text if len(text) <= SAID_MAX else text[:SAID_MAX] + "…"


def _page(asked: Asked, said: str, w: Words, to: str) -> bytes:
    ways: list[Html] = []
    for one in asked.titles:
        name = w.name(one, "title") or str(one["id"])
        there = to.format(quote(str(one["id"]), safe=""))
        ways.append(_way(name, f"{there}{'&' if '?' in there else '?'}lang={w.lang}"))
    others = (lang for lang in languages() if lang != w.lang)
    ways += [_way(words(lang).text["language"], f"/?lang={lang}", lang) for lang in others]
    main = h(
        "main",
        h("h1", said),
        h("p", w.say("lost.ways"), class_="quiet"),
        h("ul", *ways, class_="ways"),
        class_="wrap shown",
    )
    shown = next((group.shown for group in asked.groups.values()), None)
    band = ribbon(shown, w) if shown else Html("")
    bar = h("div", h("p", "Sandık", class_="brand"), class_="wrap top")
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f"{said} · Sandık"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=f"/static/{sheet}.css") for sheet in ("board", "shown")),
    )
    body = h("body", h("header", band, bar), main)
    return ("<!doctype html>" + h("html", head, body, lang=w.lang, dir=w.dir)).encode()


def _way(name: str, href: str, lang: str | None = None) -> Html:
    return h("li", h("a", name, href=href, lang=lang, hreflang=lang))
