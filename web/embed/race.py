"""The race as an embed: names, shares, lead, the bar, how much is counted, and the call.

Know before changing: the strip is the board's own (`stage.race`), so an embed cannot say anything else.
"""

from web.face import Face, Snapshot
from web.html import Filler, Html, h, join
from web.stage import race
from web.words import Words


def body(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """All that stands between the head and the foot."""
    strip = f.h(
        "section", "data-kind:race.kind hidden:open.hide", race(s, face, f, w), class_="race",
        aria_label=w.say("race"),
    )  # fmt: skip
    ban = f.h(
        "section",
        "hidden:closed.hide",
        h("p", w.say("first_results_at"), class_="label"),
        f.text("closed.at", "p", class_="big"),
        f.text("badge.note", "p", class_="quiet"),
        h("p", w.say("embed.no_totals"), class_="explain"),
        class_="ban",
        aria_label=w.say("first_results_at"),
    )
    counted = h(
        "div",
        f.text("counted.left", "p"),
        f.bar("counted.w", "fill"),
        f.text("counted.right", "p"),
        class_="progress",
    )
    return join(strip, ban, counted)


def title(s: Snapshot, f: Filler, w: Words) -> Html:
    """The heading: the contest, and the night where it has a name of its own."""
    return h("h1", w.name(s, "night_name") or w.name(s, "title"))


def sub(f: Filler, w: Words) -> Html:
    """Below it: of what standing the figures are, and of when."""
    return join(f.text("status.official"), " · ", f.text("status.last"))
