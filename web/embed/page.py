"""The whole page of an embed, to stand in somebody else's page: figures first, whatever their scripts do.

    page("race", options)      the bytes; complete without JavaScript

Know before changing: no inline script or style, no button, nothing to click on but links: a page around could
lay it under something else. What is marked simulated or replayed says so here too, at the top.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from web.embed import feed, race, tiles
from web.embed.options import Options
from web.face import Face, Snapshot, face_of
from web.html import Filler, Html, h
from web.pages import page_values, shape
from web.ribbon import followed
from web.words import Words, words


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of embed: heading, what stands below it, and the body."""

    title: Callable[[Snapshot, Filler, Words], Html]
    sub: Callable[[Filler, Words], Html]
    body: Callable[[Snapshot, Face, Filler, Words], Html]
    call: bool
    """Whether the badge of the call stands beside the heading."""
    height: int
    """About how high it is in a column of 640 pixels, for a page around that runs no scripts."""
    script: str = "embed"


KINDS: Mapping[str, Kind] = {
    "race": Kind(race.title, race.sub, race.body, True, 460),
    "tiles": Kind(tiles.title, tiles.sub, tiles.body, False, 640),
    "feed": Kind(feed.title, feed.sub, feed.body, False, 560, "embed_feed"),
}


def page(name: str, options: Options) -> bytes:
    """The embed of this name."""
    kind, s, w = KINDS[name], options.shown, words(options.lang)
    face = face_of(s)
    f = Filler(page_values(s, face, w))
    said = h("p", kind.sub(f, w), class_="quiet")
    call = f.text("badge.text", "p", "data-kind:badge.kind", class_="badge") if kind.call else Html("")
    top = h("header", h("div", kind.title(s, f, w), said), call, class_="head")
    old = h("p", w.say("embed.old"), class_="old", hidden="")
    main = h("main", top, old, kind.body(s, face, f, w), class_=f"wrap {name}-embed")
    body = f.h(
        "body",
        "data-phase:phase data-call:badge.kind",
        followed(f),
        main,
        _foot(options, w),
        data_contest=options.contest,
        data_shape=shape(s, face),
    )
    return ("<!doctype html>" + _html(_head(name, options, f), body, options)).encode()


def _html(head: Html, body: Html, options: Options) -> Html:
    theme = options.theme if options.theme != "auto" else None
    way = words(options.lang).dir
    return h("html", head, body, lang=options.lang, dir=way, data_theme=theme, data_palette=options.palette)


def _head(name: str, options: Options, f: Filler) -> Html:
    sheets = (f"/static/embed_{name}.css", f"/embed/{options.path}.css?{urlencode({'theme': options.theme})}")
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f.values.get("doc.title")),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark" if options.theme == "auto" else options.theme),
        h("meta", name="robots", content="noindex"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=sheet) for sheet in sheets),
        h("script", "", type="module", src=f"/static/{KINDS[name].script}.js"),
    )


def _foot(options: Options, w: Words) -> Html:
    board = "/?" + urlencode({"contest": options.contest, "lang": options.lang})
    link = h(
        "a", h("b", "Sandık"), f" · {w.say('embed.board')} ↗", href=board, target="_blank", rel="noopener"
    )
    return h("footer", h("p", link))
