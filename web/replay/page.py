"""The page that drives a replay, as it is sent: a field to sign in, and room for what static/replay.js draws.

    answer(asked)        GET /replay

Know before changing: like the desk's it holds nothing of the count; everything comes over the websocket, to a
token with the scope `replay`. The slider of the timeline stands in the page, because it is the browser's own.
"""

from web.asked import Asked
from web.html import Html, h
from web.kept import digest, kept
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, nothing
from web.words import Words, languages, words

PARTS = ("", "replay.")
"""The parts of the words that the page needs: the board's, and its own."""


def answer(asked: Asked) -> Answer:
    """The page; there is nothing behind it."""
    if asked.rest:
        return nothing()
    body = page(asked.lang)
    return cached(kept(digest(body), body), asked.request, TYPES["html"], "no-cache", BY_LANGUAGE)


def page(lang: str) -> bytes:
    """The whole page in a language."""
    w = words(lang)
    body = h(
        "body",
        h("a", w.say("skip"), class_="skip", href="#drive"),
        h("header", h("div", id="ribbon", class_="ribbon", hidden=""), _top(w)),
        h("main", _sign_in(w), _night(w), class_="wrap", id="drive"),
        h("footer", h("p", w.say("replay.foot")), h("p", id="position"), class_="wrap"),
        h("p", class_="vh", role="status", id="spoken"),
        data_state="out",
    )
    return ("<!doctype html>" + h("html", _head(w), body, lang=w.lang)).encode()


def _head(w: Words) -> Html:
    sheets = ("board", "desk", "replay")
    strings = [f"/static/strings.{part}{w.lang}.json" for part in PARTS]
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("title", w.say("replay.doc")),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="robots", content="noindex"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=f"/static/{sheet}.css") for sheet in sheets),
        h("script", "", type="module", src="/static/replay.js"),
        *(h("link", rel="preload", href=one, as_="fetch", crossorigin="anonymous") for one in strings),
    )


def _top(w: Words) -> Html:
    links = [
        h(
            "a", words(lang).text["short"], h("span", f" {words(lang).text['language']}", class_="vh"),
            href=f"/replay?lang={lang}", lang=lang, hreflang=lang,
            aria_current="true" if lang == w.lang else None,
        )
        for lang in reversed(languages())
    ]  # fmt: skip
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
            h("nav", *links, class_="languages", aria_label=w.say("language_choice")),
            class_="controls",
        ),
        class_="wrap top",
    )  # fmt: skip


def _sign_in(w: Words) -> Html:
    """Hidden until its script is there: without it, it would do nothing."""
    field = h(
        "input", id="token", type="password", autocomplete="off", autocapitalize="off", spellcheck="false",
        required="", aria_describedby="token-help problem",
    )  # fmt: skip
    form = h(
        "form",
        h("label", w.say("replay.token"), for_="token"),
        h("div", field, h("button", w.say("replay.sign_in"), type="submit", class_="go"), class_="line"),
        h("p", w.say("replay.token_help"), class_="quiet", id="token-help"),
        h("p", class_="problem", id="problem", role="alert"),
        hidden="",
    )
    return h(
        "section",
        h("h1", w.say("replay.title")),
        h("p", w.say("replay.what")),
        form,
        h("noscript", h("p", w.say("replay.no_script"))),
        id="sign-in",
        class_="sign-in",
        aria_label=w.say("replay.sign_in"),
    )


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
