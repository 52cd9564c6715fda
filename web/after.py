"""What became of the election after its night: a timeline of what was told, and how the lead moved.

    after_night(snapshot, face, filler, words)     the board's block, for web/sections.py
    after(asked, snapshot, words)                  /part/after/<contest>: the same, with a table

Know before changing: the block is on the page from the start and hidden while there is no recount, no
certified and no annulled result. static/after.js puts the body of the page's part into it: the steps of the
lead come from the gateway's memory of the night and not from a snapshot. A call that was made, and one that
was withdrawn, stay on the timeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from election.night import ContestId
from web.asked import Asked
from web.face import Face, Snapshot, face_of, short
from web.html import Filler, Html, h
from web.inside import Inside
from web.points import Point
from web.series import facts
from web.story import SETTLED, call_kind, in_its_language, language_of, plain_title, reason
from web.waterfall import Step, Waterfall, day_of, waterfall
from web.words import Words

KINDS = (
    "call-made", "call-retracted", "recount-ordered", "objection", "correction", "certified",
    "annulled", "rerun-set", "concession",
)  # fmt: skip
"""What stands on the timeline, of what was told."""
WIDE, HIGH, TOP, FOOT = 1216, 300, 26, 66
"""Of the drawing, and the room above and below its bars."""
BAR_MAX = 150
"""A bar with the room beside it is no wider."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a lead lies in the drawing."""

    low: int
    high: int

    def y(self, lead: int) -> float:
        """From the top."""
        return TOP + (HIGH - TOP - FOOT) * (self.high - lead) / max(1, self.high - self.low)


def after_night(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The block: the timeline from the server, the steps of the lead once the browser has them."""
    more = h(
        "p", h("a", w.say("after.table"), href=f"/part/after/{s['contest']}?lang={w.lang}"), class_="more"
    )
    return f.h(
        "section", "hidden:after.hide",
        h("h2", w.say("after.title"), id="after-title"),
        h("div", timeline(s, w) if call_kind(s, face) in SETTLED else None, class_="course-of"),
        more,
        data_late="after", class_="late ended", aria_labelledby="after-title",
    )  # fmt: skip


def after(asked: Asked, s: Snapshot, w: Words) -> Inside:
    """The page, whose first block the board shows too."""
    face, line = face_of(s), asked.lines.line(ContestId(str(s["contest"])))
    found = facts(line, s)["points"] if face.phase == "open" else None
    made = None
    if found is not None:
        columns = zip(
            *(found[name] for name in ("at", "boxes", "valid", "lead", "ahead", "then")), strict=True
        )
        made = waterfall([Point(*row) for row in columns], s["counted"]["boxes_total"], s["time_zone"])
    of = f"{s['epoch']}:{s['version']}"
    body = h("div", timeline(s, w), moved(made, s, face, w), class_="course-of", data_of=of)
    missing = None if line.whole else h("p", w.say("chart.not_whole"), class_="quiet")
    return Inside(w.say("after.title"), w.say("after.sub"), (missing, body, _reasons(s, w)), ("after.css",))


def _told(s: Snapshot) -> list[Snapshot]:
    """What was told that stands here, oldest first."""
    told = [one for one in s.get("alerts") or [] if one["kind"] in KINDS]
    return sorted(told, key=lambda one: (str(one["at"]), one["seq"]))


def _reasons(s: Snapshot, w: Words) -> Html | None:
    """The same with who decided, and why."""
    zone, night = s["time_zone"], s.get("date")
    lines = [
        h("li", h("b", f"{w.moment(one['at'], zone, night, seconds=False)} · {plain_title(s, one, w)}"), " ",
          in_its_language(reason(one, w), language_of(one.get("becauses"), w, one.get("lang") or "en"), w))
        for one in _told(s)
    ]  # fmt: skip
    return (
        h("section", h("h2", w.say("told")), h("ul", *lines, role="list"), class_="reasons")
        if lines
        else None
    )


def timeline(s: Snapshot, w: Words) -> Html:
    """What was told after the night and on it, oldest first; last the day of the rerun."""
    lineage = s.get("lineage") or {}
    items = [
        h(
            "li",
            h("time", w.moment(one["at"], s["time_zone"], s.get("date"), seconds=False), datetime=one["at"]),
            h("b", plain_title(s, one, w)),
            data_kind=one["kind"],
        )
        for one in _told(s)
        if one["kind"] != "rerun-set" or not lineage.get("rerun_on")
    ]
    if lineage.get("rerun_on"):
        day, url = w.date(lineage["rerun_on"]), lineage.get("rerun_url")
        text = h("a", w.say("after.rerun_link"), href=url) if url else h("b", w.say("after.rerun"))
        items.append(h("li", h("time", day, datetime=lineage["rerun_on"]), text, data_kind="rerun"))
    return h("ol", *items, class_="timeline", role="list") if items else Html("")


def _who(lead: int, face: Face, w: Words) -> str:
    """A lead with the mark of whom it belongs to; in a contest of many the margin."""
    mark = face.mark(face.left if lead > 0 else face.right) if lead else ""
    return f"{mark} {w.number(abs(lead))}".strip()


def _moved(step: Step, ahead: int, w: Words) -> str:
    """What a step did to the lead of the one who was ahead at its start: + or −."""
    votes = step.votes * ahead
    return ("+" if votes > 0 else "−" if votes < 0 else "") + w.number(abs(votes))


def _days(step: Step, w: Words) -> str:
    first, last = w.day(step.first.isoformat()), w.day(step.last.isoformat())
    if first == last:
        return first
    alike = (step.first.year, step.first.month) == (step.last.year, step.last.month)
    return f"{step.first.day}–{last}" if alike else f"{first} – {last}"


def _date(at: int, s: Snapshot, w: Words) -> str:
    return w.day(day_of(at, s["time_zone"]).isoformat())


def _start(made: Waterfall, s: Snapshot, w: Words) -> str:
    """How far the count was where the steps begin."""
    return w.say("after.start", pct=w.counted(made.start.boxes, s["counted"]["boxes_total"], 1))


def _why(step: Step, w: Words) -> str:
    return (
        w.say("after.boxes", step.boxes, n=w.number(step.boxes))
        if step.boxes > 0
        else w.say("after.corrected")
    )


def moved(made: Waterfall | None, s: Snapshot, face: Face, w: Words) -> Html:
    """How the lead of the night became the last one: drawn, and in a table."""
    if made is None:
        return Html("")
    sign = -1 if made.start.lead < 0 else 1
    title = w.say("after.moved", a=_who(made.start.lead, face, w), b=_who(made.end.lead, face, w))
    start = _start(made, s, w)
    rows: list[Sequence[str]] = [(_date(made.start.at, s, w), start, "", _who(made.start.lead, face, w))]
    rows += [
        (_days(step, w), _why(step, w), _moved(step, sign, w), _who(step.lead, face, w))
        for step in made.steps
    ]
    heads = [h("th", w.say(f"after.{key}"), scope="col") for key in ("day", "what", "change", "lead")]
    lines = [h("tr", h("th", row[0], scope="row"), *(h("td", cell) for cell in row[1:])) for row in rows]
    table = h("table", h("caption", title, class_="vh"), h("thead", h("tr", *heads)), h("tbody", *lines))
    whose = ""
    if made.start.ahead is not None and face.seats == 1:
        whose = w.say("after.of", name=w.of(short(w, face.choices[made.start.ahead])))
    note = h("p", f"{whose} {w.say('after.note')}".strip(), class_="quiet")
    return h("figure", h("h3", title), note, _picture(made, s, face, w), table, class_="waterfall")


def _picture(made: Waterfall, s: Snapshot, face: Face, w: Words) -> Html:
    """A bar for the start, a step for each change, a bar for the end; the table says the same."""
    leads = [made.start.lead, *(step.lead for step in made.steps)]
    scale = Scale(min(0, *leads), max(0, *leads))
    sign = -1 if made.start.lead < 0 else 1
    ahead = (face.left if sign > 0 else face.right) if face.duel else None
    wide = min(BAR_MAX, WIDE / (len(made.steps) + 2))
    zero = scale.y(0)
    drawn = [h("line", x1=0, x2=WIDE, y1=f"{zero:.1f}", y2=f"{zero:.1f}")]
    drawn += _bar(0, wide, made.start.lead, scale, face)
    first = (_date(made.start.at, s, w), _start(made, s, w))
    drawn += _words(0, wide, first, _who(made.start.lead, face, w), made.start.lead, scale)
    before = made.start.lead
    for at, step in enumerate(made.steps, 1):
        top, bottom = sorted((scale.y(before), scale.y(step.lead)))
        gain = step.votes * sign > 0
        drawn.append(
            h("rect", class_="in" if gain else "loss", data_c=ahead if gain else None, y=f"{top:.1f}",
              x=f"{at * wide + 8:.1f}", width=f"{wide - 16:.1f}", height=f"{max(1.5, bottom - top):.1f}")
        )  # fmt: skip
        told = (_days(step, w), _why(step, w))
        drawn += _words(at, wide, told, _moved(step, sign, w), min(before, step.lead), scale, below=True)
        before = step.lead
    last = len(made.steps) + 1
    drawn += _bar(last, wide, made.end.lead, scale, face)
    end = (_date(made.end.at, s, w), w.say("after.end"))
    drawn += _words(last, wide, end, _who(made.end.lead, face, w), made.end.lead, scale)
    return h("svg", *drawn, viewBox=f"0 0 {WIDE} {HIGH}", aria_hidden="true")


def _bar(at: int, wide: float, lead: int, scale: Scale, face: Face) -> list[Html]:
    top, bottom = sorted((scale.y(0), scale.y(lead)))
    place = face.left if lead > 0 else face.right
    return [
        h("rect", class_="in", data_c=place if face.duel else None, x=f"{at * wide + 8:.1f}",
          width=f"{wide - 16:.1f}", y=f"{top:.1f}", height=f"{bottom - top:.1f}")
    ]  # fmt: skip


def _words(
    at: int, wide: float, told: tuple[str, str], value: str, lead: int, scale: Scale, *, below: bool = False
) -> list[Html]:
    """A value over its bar, or under its step; the day and why at the foot."""
    x = f"{(at + 0.5) * wide:.1f}"
    y = scale.y(lead) + (15 if below else -6)
    found = [h("text", value, class_="value", x=x, y=f"{y:.1f}")]
    return [*found, *(h("text", text, class_="day" if not row else None, x=x, y=HIGH - FOOT + 22 + 16 * row)
                      for row, text in enumerate(told))]  # fmt: skip
