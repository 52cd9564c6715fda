"""What was told, as an embed: the newest first, each once, with why.

Know before changing: the list is the board's own element (static/told.js), which puts new lines in and
leaves those that are there where they are.
"""

from web.embed.race import sub as sub
from web.face import Face, Snapshot
from web.html import Filler, Html, h, join
from web.story import listed
from web.words import Words


def body(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """All that stands between the head and the foot."""
    return join(
        f.h("p", "hidden:told.hide", w.say("told.none"), class_="none"),
        h("sandik-told", listed(s, w), tabindex=0, role="region", aria_label=w.say("told")),
    )


def title(s: Snapshot, f: Filler, w: Words) -> Html:
    """The heading: what it is a list of."""
    return h("h1", w.say("told"), h("span", f" · {w.name(s, 'title')}"))
