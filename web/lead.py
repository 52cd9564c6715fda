"""The lead over time: the board's block, and its page with the drawing and every number in a table.

    over_time(snapshot, face, filler, words)      the two blocks beside each other, for web/sections.py
    lead(asked, snapshot, words)                  /part/lead/<contest>

Know before changing: static/chart.js takes the block over and draws with uPlot; where that cannot be had it
takes the drawing of the page. Under the ban, and until enough is counted, both show boxes received and no
lead.
"""

from election.night import ContestId
from election.wire.frames import Json
from web.asked import Asked
from web.drawing import picture
from web.face import Face, Snapshot, face_of, short
from web.html import Filler, Html, h, late
from web.inside import Inside, table
from web.needs import block
from web.plotted import clock, in_points, iso, plan, signed, sub, thin
from web.series import facts
from web.story import plain_title
from web.words import NONE, Words

ROWS_MAX = 160
"""Most rows of the table of a long series."""
RECEIVED_MINUTES = 5


def over_time(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The lead over time, and what the trailer needs."""
    open_ = face.phase == "open"
    chart = late(
        "chart",
        w.say("chart.title") if open_ else w.say("chart.received", n=RECEIVED_MINUTES),
        h("p", sub(s, face, w), class_="quiet"),
        h("div", class_="plot"),
        h("p", "\u00a0", class_="read quiet"),
        h("p", h("a", w.say("chart.table"), href=f"/part/lead/{s['contest']}?lang={w.lang}"), class_="more"),
    )
    return h("div", chart, block(s, face, f, w), class_="course")


def lead(asked: Asked, s: Snapshot, w: Words) -> Inside:
    """The page: drawn, and in tables."""
    line = asked.lines.line(ContestId(str(s["contest"])))
    found, face = facts(line, s), face_of(s)
    made = plan(found, s, face, w)
    drawn = picture(made, face)
    named = {"tabindex": 0, "role": "region", "aria_label": made["title"]}
    blocks: list[Html | None] = [h("div", drawn, class_="scroll", **named) if drawn else None]
    if made["open"]:
        blocks += [_told(found, made, s, w), _leads(found, s, face, w)]
    blocks.append(_received(found, s, w))
    if not line.whole:
        blocks.insert(0, h("p", w.say("chart.not_whole"), class_="quiet"))
    return Inside(made["title"], made["sub"], tuple(blocks), ("chart.css",))


def _hour(at: int, s: Snapshot, w: Words) -> str:
    return w.moment(iso(at), s["time_zone"], s.get("date"))


def _leads(found: Json, s: Snapshot, face: Face, w: Words) -> Html:
    points = found["points"]
    old = any(one is not None for one in points["then"])
    heads = [w.say(key) for key in ("chart.at", "th.boxes", "th.counted", "th.lead_points", "th.lead_votes")]
    rows: list[list[str | Html]] = []
    for place in thin(len(points["at"]), ROWS_MAX):
        boxes, gap, valid, ahead = (points[name][place] for name in ("boxes", "lead", "valid", "ahead"))
        who = "" if face.duel or ahead is None else short(w, face.choices[ahead]) + " "
        row: list[str | Html] = [
            _hour(points["at"][place], s, w), w.number(boxes), w.counted(boxes, found["boxes_total"], 1),
            who + signed(in_points(gap, valid) or 0, face, w), w.number(abs(gap)),
        ]  # fmt: skip
        if old:
            then = points["then"][place]
            row.append(NONE if then is None else signed(then / 100, face, w))
        rows.append(row)
    return table(w.say("chart.title"), "leads", [*heads, *([w.say("chart.then")] if old else [])], rows)


def _told(found: Json, made: Json, s: Snapshot, w: Words) -> Html | None:
    """What was told on the way."""
    told = [(one["at"], plain_title(s, one, w)) for one in found["marks"]]
    if made["note"]:
        told.append((found["opened_at"], made["note"]))
    if not told:
        return None
    lines = [h("li", h("b", _hour(at, s, w)), " ", text) for at, text in sorted(told)]
    return h("section", h("h2", w.say("told"), id="marks"), h("ul", *lines, role="list"), class_="told")


def _received(found: Json, s: Snapshot, w: Words) -> Html:
    at, boxes, step_s = (found["received"][name] for name in ("at", "boxes", "step_s"))
    rows: list[list[str | Html]] = [
        [clock(start, s, w), w.number(max(0, now - before)), w.number(now)]
        for start, before, now in zip(at, [0, *boxes], boxes, strict=False)
    ]
    heads = [w.say(key) for key in ("chart.from", "chart.came", "chart.together")]
    return table(w.say("chart.received", n=step_s // 60), "received", heads, rows)
