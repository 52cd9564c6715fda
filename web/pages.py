"""The board as the server sends it: complete without JavaScript, renewed in place with it.

Know before changing: the page holds nothing that the snapshot does not hold, so what is under embargo cannot
be in it; and it has no inline script or style, so it works under the strictest content security policy.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from json import loads
from typing import Any
from urllib.parse import quote

from web import map_tab
from web.face import Face, Snapshot, Values, face_of
from web.feeds import FEEDS
from web.fittings import language_links
from web.ground import changed, table, tiles
from web.html import Filler, Html, h, join
from web.map_file import MapFile
from web.ribbon import followed
from web.rows import area_values, sum_values
from web.sections import AFTER_STAGE, AFTER_TABLE, AFTER_TILES, blocks
from web.stage import stage
from web.styles import choice_colours, tile_grid
from web.view import top_values
from web.words import Words, static_text, words

NO_TAGS = Html("")


def board(
    snapshot: Snapshot, lang: str, *, contests: Sequence[Snapshot] = (), as_of: str | None = None,
    tags: Html = NO_TAGS, mapped: MapFile | None = None,
) -> bytes:  # fmt: skip
    """The whole page of one contest; `contests` (id, title, titles) are the others of the same night.

    With `as_of` it is what was shown then: it says so, leads back to now, and is not renewed. `tags` stand in
    the head for whoever shows a link to it (`card`). `mapped` is the night's map, if it has one.
    """
    w = words(lang)
    face = face_of(snapshot)
    f = Filler(page_values(snapshot, face, w))
    main = h(
        "main",
        _headline(f),
        _call(f, w),
        stage(snapshot, face, f, w),
        *blocks(AFTER_STAGE, snapshot, face, f, w),
        tiles(snapshot, face, f, w, place_of(snapshot), mapped),
        *blocks(AFTER_TILES, snapshot, face, f, w),
        changed(snapshot, f, w),
        table(snapshot, face, f, w),
        *blocks(AFTER_TABLE, snapshot, face, f, w),
        class_="wrap",
        id="numbers",
    )
    body = f.h(
        "body",
        "data-phase:phase data-call:badge.kind",
        h("a", w.say("skip"), class_="skip", href="#numbers"),
        _top(snapshot, f, w, contests, as_of),
        main,
        _foot(snapshot, f, w),
        h("p", class_="vh", role="status", id="spoken"),
        data_mode=str(snapshot.get("mode") or "live"),
        data_contest=str(snapshot["contest"]),
        data_shape=shape(snapshot, face),
        data_as_of=as_of,
    )
    return ("<!doctype html>" + h("html", _head(snapshot, f, w, tags), body, lang=w.lang, dir=w.dir)).encode()


def style(snapshot: Snapshot, mapped: MapFile | None = None) -> bytes:
    """The stylesheet of the snapshot's contest, for /style/<contest>.css; it hangs on the night alone."""
    face = face_of(snapshot)
    made = choice_colours(face) + tile_grid(snapshot, face, place_of(snapshot)) + map_tab.style(mapped)
    return made.encode()


def shape(snapshot: Snapshot, face: Face) -> str:
    """What the page is built for: the night, who stands and where; another shape needs another page."""
    choices = [str(choice["id"]) for choice in snapshot["choices"]]
    return sha256("\n".join([str(snapshot.get("night")), *choices, "", *face.areas]).encode()).hexdigest()[
        :16
    ]


def page_values(snapshot: Snapshot, face: Face, w: Words) -> Values:
    """Every value of the page by its key."""
    values = top_values(snapshot, face, w)
    values.update(sum_values(snapshot, face, w))
    for area in face.areas:
        values.update(area_values(snapshot, face, area, w))
    return values


@cache
def _places() -> dict[str, Any]:
    found: dict[str, Any] = loads(static_text("places.json"))
    return found


def place_of(snapshot: Snapshot) -> Snapshot:
    """Water and words of the ground under the tiles, for nights whose id begins with a known place."""
    night = str(snapshot.get("night") or "")
    return next((place for prefix, place in _places().items() if night.startswith(prefix)), {})


def _contest(snapshot: Snapshot) -> str:
    return quote(str(snapshot["contest"]), safe="")


def _head(snapshot: Snapshot, f: Filler, w: Words, tags: Html) -> Html:
    sheets = ("/static/whole.css", f"/style/{_contest(snapshot)}.css")
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("title", f.values.get("doc.title")),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="description", content=f.values.get("head.line") or ""),
        tags,
        *(
            h(
                "link",
                rel="alternate",
                type=kind,
                title=f"Sandık, {w.say('told')}",
                href=f"/{name}?lang={w.lang}",
            )
            for name, kind in FEEDS.items()
        ),
        h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(h("link", rel="stylesheet", href=sheet) for sheet in sheets),
        h("script", "", type="module", src="/static/board.js"),
        h("link", rel="preload", href=f"/static/strings.{w.lang}.json", as_="fetch", crossorigin="anonymous"),
    )


def _top(snapshot: Snapshot, f: Filler, w: Words, contests: Sequence[Snapshot], as_of: str | None) -> Html:
    clock = w.clock(snapshot.get("at"), snapshot["time_zone"])
    word = h("b", w.say("state.printed", t=clock), class_="word")
    status = h(
        "sandik-status",
        h("p", h("i", class_="dot", aria_hidden="true"), word, class_="state", data_kind="printed"),
        h("p", f.text("status.last"), " ", h("span", class_="age"), class_="last"),
        f.text("status.boxes", "p", class_="boxes"),
        f.text("status.official", "p", class_="official"),
        h("noscript", h("p", w.say("state.reload"))),
        class_="status",
    )
    bar = h("div", h("p", "Sandık", class_="brand"), status, _controls(snapshot, w, as_of), class_="wrap top")
    return h("header", followed(f), _then(snapshot, w, as_of), bar, _contests(snapshot, w, contests))


def _then(snapshot: Snapshot, w: Words, as_of: str | None) -> Html:
    """That this is the board of another time, and the way back to now."""
    if as_of is None:
        return Html("")
    at = w.moment(as_of, snapshot["time_zone"], snapshot.get("date"))
    back = h("a", w.say("then.now"), href=f"/?contest={_contest(snapshot)}&lang={w.lang}")
    return h("p", h("span", w.say("then", t=at), " ", back, class_="wrap"), class_="then")


def _controls(snapshot: Snapshot, w: Words, as_of: str | None) -> Html:
    """Pause, update frequency and palette need JavaScript and wait for it; the languages are links."""
    often = [h("option", w.say(f"update.{ms}"), value=ms) for ms in (0, 1000, 10000)]
    palettes = [h("option", w.say(f"palette.{one}"), value=one) for one in ("party", "safe")]
    then = f"&as_of={quote(as_of, safe='')}" if as_of else ""
    here = f"/?contest={_contest(snapshot)}"
    links = language_links(w, lambda lang: f"{here}&lang={lang}{then}", "languages")
    pause = join(h("i", "❚❚", aria_hidden="true"), h("span", w.say("pause")))
    return h(
        "sandik-controls",
        h("button", pause, type="button", class_="pause"),
        h("button", w.say("settings"), type="button", class_="more", aria_expanded="false"),
        h(
            "span",
            h("select", *often, class_="often", aria_label=w.say("update")),
            h("select", *palettes, class_="palette", aria_label=w.say("palette")),
            links,
            class_="set",
        ),
        class_="controls",
    )


def _contests(snapshot: Snapshot, w: Words, contests: Sequence[Snapshot]) -> Html:
    if len(contests) < 2:
        return Html("")
    links = [
        h(
            "li",
            h(
                "a",
                w.name(one, "title") or str(one["id"]),
                href=f"/?contest={quote(str(one['id']), safe='')}&lang={w.lang}",
                aria_current="page" if one["id"] == snapshot["contest"] else None,
            ),
        )
        for one in contests
    ]
    links.insert(0, h("li", h("a", w.say("contests.all"), href=f"/contests?lang={w.lang}")))
    return h("nav", h("ul", *links, role="list"), class_="contests wrap", aria_label=w.say("contests"))


def _headline(f: Filler) -> Html:
    kicker = h("p", f.text("head.title", "b"), f.text("head.rest"), class_="kicker")
    badge = f.text("badge.text", "p", "data-kind:badge.kind", class_="badge")
    was = f.text("badge.was", "p", class_="was")
    call = h("div", badge, was, f.text("badge.note", "p", class_="note"), class_="call")
    return h("div", h("div", kicker, f.text("head.line", "h1")), call, class_="head")


def _call(f: Filler, w: Words) -> Html:
    """What is public of the call: made, withdrawn, certified, annulled; nothing where there never was one."""
    return f.h(
        "section",
        "hidden:call.hide data-kind:badge.kind",
        h("p", f.text("call.what", "b"), " ", f.text("call.because", follow="lang:call.lang")),
        f.text("call.was", "p", class_="past"),
        class_="strip-call",
        aria_label=w.say("call"),
    )


def _foot(snapshot: Snapshot, f: Filler, w: Words) -> Html:
    link = h("a", w.say("foot.json"), href=f"/snapshot/{_contest(snapshot)}.json")
    before = h("a", w.say("foot.shown"), href=f"/shown/{_contest(snapshot)}?lang={w.lang}")
    table = h("a", w.say("foot.csv"), href=f"/export/areas.csv?contest={_contest(snapshot)}")
    facts = h("p", f.text("foot.position"), " · ", f.text("foot.hash"), " ", link, " ", table, " ", before)
    return h("footer", h("div", f.text("foot.note", "p"), h("p", w.say("foot.rule"))), facts, class_="wrap")
