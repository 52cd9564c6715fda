"""The desk's page as the server sends it: a field to sign in, and the room for what static/desk.js draws.

    answer(asked)        GET /desk

Know before changing: it holds nothing of the count and nothing of the desk, so whoever has its address learns
nothing; everything comes over the websocket, to a token with the scope `desk`. The field has no name: without
its script nothing can be sent, and a token never stands in an address.
"""

from web.asked import Asked
from web.fittings import language_links, sign_in, sign_in_answer, sign_in_head
from web.html import Html, h
from web.replies import Answer
from web.words import Words, words


def answer(asked: Asked) -> Answer:
    """The page; there is nothing behind it."""
    return sign_in_answer(asked, page)


def page(lang: str) -> bytes:
    """The whole page in a language."""
    w = words(lang)
    body = h(
        "body",
        h("a", w.say("skip"), class_="skip", href="#desk"),
        h("header", h("div", class_="ribbon", id="ribbon", hidden=""), _top(w)),
        h("main", sign_in(w, "desk"), h("div", id="night"), class_="wrap", id="desk"),
        h("footer", h("p", w.say("desk.foot")), h("p", id="position"), class_="wrap"),
        h("div", class_="vh", role="alert", id="alarm"),
        h("p", class_="vh", role="status", id="spoken"),
        data_state="out",
    )
    return ("<!doctype html>" + h("html", sign_in_head(w, "desk"), body, lang=w.lang, dir=w.dir)).encode()


def _top(w: Words) -> Html:
    links = language_links(w, lambda lang: f"/desk?lang={lang}", "languages")
    brand = h("a", "Sandık", class_="brand", href=f"/?lang={w.lang}")
    status = h("div", id="status", class_="status")
    controls = h(
        "div",
        h("div", id="who"),
        links,
        class_="controls",
    )
    return h("div", brand, h("p", w.say("desk.desk"), class_="where"), status, controls, class_="wrap top")
