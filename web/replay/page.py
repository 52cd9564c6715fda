"""The page that drives a replay, as it is sent: a field to sign in, and room for what static/replay.js draws.

    answer(asked)        GET /replay

Know before changing: like the desk's it holds nothing of the count; everything comes over the websocket, to a
token with the scope `replay`. The slider of the timeline stands in the page, because it is the browser's own.
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
        h("a", w.say("skip"), class_="skip", href="#drive"),
        h("header", h("div", id="ribbon", class_="ribbon", hidden=""), _top(w)),
        h("main", sign_in(w, "replay"), _night(w), class_="wrap", id="drive"),
        h("footer", h("p", w.say("replay.foot")), h("p", id="position"), class_="wrap"),
        h("p", class_="vh", role="status", id="spoken"),
        data_state="out",
    )
    return ("<!doctype html>" + h("html", sign_in_head(w, "replay"), body, lang=w.lang, dir=w.dir)).encode()


def _top(w: Words) -> Html:
    links = language_links(w, lambda lang: f"/replay?lang={lang}", "languages")
    others = [
        h(
            "a",
            f"{w.say(f'replay.open.{name}')} ↗",
            href=f"{address}?lang={w.lang}",
            target="_blank",
            class_="open",
        )
        for name, address in (("board", "/"), ("desk", "/desk"))
    ]
    return h(
        "div",
        h("a", "Sandık", class_="brand", href=f"/?lang={w.lang}"),
        h("p", w.say("replay.replay"), class_="where"),
        h("div", id="status", class_="status"),
        h(
            "div", *others, h("div", id="who"),
            links,
            class_="controls",
        ),
        class_="wrap top",
    )  # fmt: skip


def _night(w: Words) -> Html:
    slider = h(
        "input", type="range", id="seek", min=0, max=1, step=60, value=0, aria_label=w.say("replay.seek"),
        aria_describedby="seek-help",
    )  # fmt: skip
    head = h(
        "div",
        h("div", h("h2", id="line-title"), h("p", w.say("replay.seek_help"), class_="quiet", id="seek-help")),
        h("div", id="marks-by", class_="chips"),
        class_="head-line",
    )
    line = h(
        "section", head, h("div", h("div", id="drawn"), slider, class_="axis"), h("div", id="target"),
        h("div", id="marks"), class_="timeline", aria_labelledby="line-title",
    )  # fmt: skip
    return h(
        "div", h("div", id="pace"), line, h("div", id="facts"), h("div", id="beside"), id="night",
    )  # fmt: skip
