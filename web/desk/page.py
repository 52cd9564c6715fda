"""The desk's page as the server sends it: a field to sign in, and the room for what static/desk.js draws.

    answer(asked)        GET /desk

Know before changing: it holds nothing of the count and nothing of the desk, so whoever has its address learns
nothing; everything comes over the websocket, to a token with the scope `desk`. The field has no name: without
its script nothing can be sent, and a token never stands in an address.
"""

from web.asked import Asked
from web.html import Html, h
from web.kept import digest, kept
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, nothing
from web.words import Words, languages, words


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
        h("a", w.say("skip"), class_="skip", href="#desk"),
        h("header", h("div", class_="ribbon", id="ribbon", hidden=""), _top(w)),
        h("main", _sign_in(w), h("div", id="night"), class_="wrap", id="desk"),
        h("footer", h("p", w.say("desk.foot")), h("p", id="position"), class_="wrap"),
        h("div", class_="vh", role="alert", id="alarm"),
        h("p", class_="vh", role="status", id="spoken"),
        data_state="out",
    )
    return ("<!doctype html>" + h("html", _head(w), body, lang=w.lang)).encode()


def _head(w: Words) -> Html:
    parts = ("", "desk.")
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("title", w.say("desk.doc")),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="robots", content="noindex"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        h("link", rel="stylesheet", href="/static/board.css"),
        h("link", rel="stylesheet", href="/static/desk.css"),
        h("script", "", type="module", src="/static/desk.js"),
        *(
            h(
                "link",
                rel="preload",
                href=f"/static/strings.{part}{w.lang}.json",
                as_="fetch",
                crossorigin="anonymous",
            )
            for part in parts
        ),
    )


def _top(w: Words) -> Html:
    links = [
        h(
            "a",
            words(lang).text["short"],
            h("span", f" {words(lang).text['language']}", class_="vh"),
            href=f"/desk?lang={lang}",
            lang=lang,
            hreflang=lang,
            aria_current="true" if lang == w.lang else None,
        )
        for lang in reversed(languages())
    ]
    brand = h("a", "Sandık", class_="brand", href=f"/?lang={w.lang}")
    status = h("div", id="status", class_="status")
    controls = h(
        "div",
        h("div", id="who"),
        h("nav", *links, class_="languages", aria_label=w.say("language_choice")),
        class_="controls",
    )
    return h("div", brand, h("p", w.say("desk.desk"), class_="where"), status, controls, class_="wrap top")


def _sign_in(w: Words) -> Html:
    """Hidden until its script is there: without it, it would do nothing."""
    field = h(
        "input",
        id="token",
        type="password",
        autocomplete="off",
        autocapitalize="off",
        spellcheck="false",
        required="",
        aria_describedby="token-help problem",
    )
    form = h(
        "form",
        h("label", w.say("desk.token"), for_="token"),
        h("div", field, h("button", w.say("desk.sign_in"), type="submit", class_="go"), class_="line"),
        h("p", w.say("desk.token_help"), class_="quiet", id="token-help"),
        h("p", class_="problem", id="problem", role="alert"),
        hidden="",
    )
    return h(
        "section",
        h("h1", w.say("desk.title")),
        h("p", w.say("desk.what")),
        form,
        h("noscript", h("p", w.say("desk.no_script"))),
        id="sign-in",
        class_="sign-in",
        aria_label=w.say("desk.sign_in"),
    )
