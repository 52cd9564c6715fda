"""The band above every page that is no election night: replayed, rehearsed or simulated, and what of it.

    h("header", ribbon(snapshot, w), …)      for a page that is sent once
    h("header", followed(f), …)              for a page that is renewed in place: its texts have keys

Know before changing: it stands on every page, embed and overlay whose figures are not of this night; where
there is nothing to say it is empty, and not a band without words. static/view.js says the same in the
browser; how a replay plays now is the status line's to say, which hears of it. What stands in the foot of a
page too (`below`) is left out of its band on a phone.
"""

from web.face import Snapshot, Values, hidden
from web.html import Filler, Html, h
from web.words import Words


def ribbon_values(s: Snapshot, w: Words) -> Values:
    """What the band says, by the keys of its parts."""
    mode = str(s.get("mode") or "live")
    tags = [] if mode == "live" else [w.say(f"mode.{mode}")]
    if s.get("simulated"):
        tags.append(w.say("simulated"))
    right, day = "", w.date(s.get("date"))
    if mode == "replay":
        right = w.say("replaying", date=day)
    elif mode == "rehearsal":
        right = w.say("rehearsing", date=day)
    return {
        "ribbon.hide": hidden(not tags),
        "ribbon.tag": " · ".join(tags),
        "ribbon.what": w.name(s, "simulated_what"),
        "ribbon.right": right,
    }


def ribbon(s: Snapshot, w: Words) -> Html:
    """The band of a page that is sent once; nothing for a night that is live and not simulated."""
    said = ribbon_values(s, w)
    if said["ribbon.hide"] is not None:
        return Html("")
    return _band(
        h("strong", said["ribbon.tag"]),
        h("span", said["ribbon.what"], class_="what"),
        h("span", said["ribbon.right"], class_="right"),
    )


def followed(f: Filler) -> Html:
    """The band of a page that is renewed in place: hidden, not left out, while it says nothing."""
    parts = (
        f.text("ribbon.tag", "strong"),
        f.text("ribbon.what", class_="what below"),
        f.text("ribbon.right", class_="right"),
    )
    return f.h("div", "hidden:ribbon.hide", h("p", *parts, class_="wrap"), class_="ribbon")


def _band(*parts: Html) -> Html:
    return h("div", h("p", *parts, class_="wrap"), class_="ribbon")
