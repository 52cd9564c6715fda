"""What several pages have in common: the links to the other languages, and the field to sign in with a token.

    language_links(w, lambda lang: f"/desk?lang={lang}", "languages")
    sign_in(w, "desk")          the field, in the words of that part

Know before changing: the field has no name and its form is hidden until the script is there, so nothing can
be sent without it, and a token never stands in an address. static/desk_link.js looks for these ids.
"""

from collections.abc import Callable

from web.asked import Asked
from web.html import Html, h
from web.kept import digest
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, nothing
from web.words import Words, languages, words


def language_links(w: Words, address: Callable[[str], str], class_: str) -> Html:
    """The same page in each language, the present one marked; `address` says where it is in a language."""
    links = [
        h(
            "a", words(lang).text["short"], h("span", f" {words(lang).text['language']}", class_="vh"),
            href=address(lang), lang=lang, hreflang=lang, aria_current="true" if lang == w.lang else None,
        )
        for lang in reversed(languages())
    ]  # fmt: skip
    return h("nav", *links, class_=class_, aria_label=w.say("language_choice"))


def board_bar(w: Words, board: str, links: Html) -> Html:
    """The bar of a page beside the board: the name, the way back, the languages."""
    back = h("p", h("a", w.say("shown.board"), href=board), class_="status")
    return h("div", h("p", "Sandık", class_="brand"), back, links, class_="wrap top")


def sign_in_head(w: Words, part: str) -> Html:
    """The head of a page that one signs in at; its script, its sheet and its words are named as it is."""
    strings = f"/static/strings.{part}.{w.lang}.json"
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("title", w.say(f"{part}.doc")),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="robots", content="noindex"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        h("link", rel="stylesheet", href=f"/static/{part}.css"),
        h("script", "", type="module", src=f"/static/{part}.js"),
        h("link", rel="preload", href=strings, as_="fetch", crossorigin="anonymous"),
    )


def sign_in_answer(asked: Asked, page: Callable[[str], bytes]) -> Answer:
    """Such a page in the language that is asked for: the same for everybody, and nothing behind it."""
    if asked.rest:
        return nothing()
    etag = digest(f"{asked.where} {asked.lang} {asked.edition}".encode())
    body = asked.keep.get(f"/{asked.where}/{asked.lang}", etag, lambda: page(asked.lang))
    return cached(body, asked.request, TYPES["html"], "no-cache", BY_LANGUAGE)


def sign_in(w: Words, part: str) -> Html:
    """Title, what the page is for, and the field; the words are the part's own."""
    field = h(
        "input", id="token", type="password", autocomplete="off", autocapitalize="off", spellcheck="false",
        required="", aria_describedby="token-help problem",
    )  # fmt: skip
    form = h(
        "form",
        h("label", w.say(f"{part}.token"), for_="token"),
        h("div", field, h("button", w.say(f"{part}.sign_in"), type="submit", class_="go"), class_="line"),
        h("p", w.say(f"{part}.token_help"), class_="quiet", id="token-help"),
        h("p", class_="problem", id="problem", role="alert"),
        hidden="",
    )
    return h(
        "section",
        h("h1", w.say(f"{part}.title")),
        h("p", w.say(f"{part}.what")),
        form,
        h("noscript", h("p", w.say(f"{part}.no_script"))),
        id="sign-in",
        class_="sign-in",
        aria_label=w.say(f"{part}.sign_in"),
    )
