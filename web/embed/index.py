"""The page at /embed/: what can be put into a page of one's own, as it looks, with the code to copy.

Know before changing: the code names the gateway by SANDIK_URL and by nothing a request says, so nobody can be
sent a page of ours whose code leads elsewhere.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from election.wire.frames import Json
from web.embed.options import Options
from web.embed.page import KINDS
from web.face import Snapshot
from web.html import Html, h, join
from web.policy import Outside
from web.words import Words, words

UNKNOWN = "https://results.example"


def page(options: Options, outside: Outside, contests: Sequence[Json]) -> bytes:
    """The whole page."""
    w = words(options.lang)
    others = _contests(options, contests, w) if len(contests) > 1 else Html("")
    blocks = [_block(name, options, outside, w) for name in KINDS]
    notes = [h("p", w.say("embed.how")), h("p", w.say("embed.may" if outside.embed else "embed.may_not"))]
    if not outside.url:
        notes.append(h("p", w.say("embed.no_url", url=UNKNOWN)))
    main = h("main", h("h1", w.say("embed.title")), *notes, others, *blocks, class_="wrap index")
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f"{w.say('embed.title')} · Sandık"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        h("link", rel="stylesheet", href="/static/embed_index.css"),
        h("script", "", src="/embed/height.js", async_=""),
    )
    return ("<!doctype html>" + h("html", head, h("body", main), lang=w.lang, dir=w.dir)).encode()


def code(name: str, options: Options, outside: Outside, w: Words) -> str:
    """What to copy into a page: the frame, and once the script that gives frames their height."""
    home = outside.url or UNKNOWN
    title = f"{w.name(options.shown, 'title')}: {w.say(f'embed.{name}')}"
    return (
        f'<iframe src="{home}{escape(_path(name, options))}" title="{escape(title)}"\n'
        f'  width="100%" height="{KINDS[name].height}" loading="lazy" style="border:0"></iframe>\n'
        f'<script async src="{home}/embed/height.js"></script>'
    )


def _path(name: str, options: Options) -> str:
    return f"/embed/{name}?" + urlencode({"contest": options.contest, "lang": options.lang})


def _block(name: str, options: Options, outside: Outside, w: Words) -> Html:
    title = w.say(f"embed.{name}")
    frame = h(
        "iframe", "", src=_path(name, options), title=title, height=KINDS[name].height, class_="preview",
        loading="lazy",
    )  # fmt: skip
    said = h("pre", h("code", code(name, options, outside, w)), tabindex=0, role="region", aria_label=title)
    return h("section", h("h2", title), frame, said)


def _contests(options: Options, contests: Sequence[Snapshot], w: Words) -> Html:
    links = [
        h(
            "a",
            w.name(one, "title") or str(one["id"]),
            href="/embed/?" + urlencode({"contest": one["id"], "lang": w.lang}),
            aria_current="page" if one["id"] == options.contest else None,
        )
        for one in contests
    ]
    return h("nav", join(*links), aria_label=w.say("contests"))
