"""What the board says was told: the call and its badge, why there is none, the swing, and the list of alerts.

Know before changing: static/story.js, badge.js and why.js compute the same keys in the browser, told.js makes
the same list; a browser test compares them. A proposal is for the desk: its alert is left out here, as it is
in the feeds. The mode stands in every title as it was told; on the page the ribbon says it, so that here the
titles begin after it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from election.alerts import Told
from election.wire.frames_told import alert_json, for_everybody
from web.face import Face, Snapshot, Values, hidden, short
from web.html import Html, h
from web.words import BOLD, NONE, Words, local

BADGES: Mapping[str, str] = {
    "not started": "waiting",
    "too early": "early",
    "too close": "close",
    "open": "open",
    "proposed": "proposed",
    "called": "called",
    "retracted": "retracted",
    "recount": "recount",
    "certified": "certified",
    "annulled": "annulled",
    "rerun": "annulled",
    "tie by lot": "lot",
}
SPOKEN = ("called", "retracted", "recount", "certified", "annulled", "lot")
"""Badges of which there is something to say; the others say that there is no call."""
SETTLED = ("recount", "certified", "annulled", "lot")
"""Those that come after the night: they have a day and not an hour."""
DESK_ONLY = ("call-proposed",)
"""Alerts that no page and no feed shows: what is proposed is not public."""
REASONS_MAX = 6
"""Reasons against a call that are listed, at most."""
OLDER_MAX = 1000
"""Most alerts older than those of a snapshot, in a feed or a page; at the limit the oldest are left out."""
GROUPS = (
    ("first", "count"), ("counted", "count"), ("lead", "lead"), ("band", "lead"), ("call-made", "call"),
    ("call-retracted", "withdrawn"), ("source", "source"), ("correction", "correction"),
    ("quarantine", "held"), ("embargo", "ban"), ("recount", "ruling"), ("certified", "ruling"),
    ("annulled", "ruling"), ("rerun", "ruling"),
)  # fmt: skip
"""How a kind of alert begins, and the word it is shown under; any other is an event."""


def call_kind(s: Snapshot, face: Face) -> str:
    """The badge of what is public of the call; under the ban there is only the ban."""
    call = s.get("call") or {}
    kind = "embargo" if face.phase == "closed" else BADGES.get(call.get("state") or "open", "open")
    return "early" if face.phase == "early" and kind in ("open", "waiting") else kind


def reason(call: Snapshot, w: Words) -> str:
    """The because of a call in this language, else in English where it was told in several; else nothing."""
    told = call.get("becauses") or {}
    plain = call.get("because") if told or w.lang == "en" else ""
    return str(told.get(w.lang) or plain or "").replace(BOLD, "")


def _names(call: Snapshot, face: Face, w: Words) -> str:
    places = [face.place(choice) for choice in call.get("elected") or [call.get("choice")]]
    return ", ".join(short(w, face.choices[place]) for place in places if place is not None)


def _how(call: Snapshot, w: Words) -> str:
    """By which rule, and how much was counted then."""
    said = []
    rule = call.get("rule")
    if rule:
        said.append(w.say("call.rule", rule=w.text.get(f"rule.{rule}", rule)))
    part = call.get("counted_at_call")
    if part is not None:
        tenths = int(part * 10000 + 0.5) // 10
        pct = w.percent(100, 0) if tenths == 1000 else w.percent(tenths, 1)
        said.append(w.say("call.counted", pct=pct))
    return "".join(f" · {one}" for one in said)


def call_values(s: Snapshot, face: Face, w: Words) -> Values:
    """The badge beside the headline, and the strip below it where there is a call, or was one."""
    kind, call, zone = call_kind(s, face), s.get("call") or {}, s["time_zone"]
    name, spoken = _names(call, face, w), kind in SPOKEN
    at = _since(s, kind)
    when = w.day(at, zone) if kind in SETTLED else w.moment(at, zone, s.get("date"), seconds=False)
    then = w.moment(call.get("called_at"), zone, s.get("date"), seconds=False)
    was = kind == "retracted" and bool(call.get("called_at"))
    what = w.say(f"call.{kind}", t=when, name=name) if spoken else ""
    if kind == "called":
        what += _how(call, w) + (w.say("call.then") if reason(call, w) else ".")
    rerun = (s.get("lineage") or {}).get("rerun_on")
    if kind == "annulled":
        what += (w.say("call.rerun", t=w.day(rerun, zone)) if rerun else "") + "."
    past = ""
    if kind == "annulled":
        past = w.say("call.kept")
    elif kind in ("retracted", "recount") and name:
        past = w.say("call.was", name=name, t=then) + _how(call, w) + "."
    told_in = language_of(call.get("becauses"), w, call.get("lang") or "en")
    return {
        "badge.kind": kind,
        "badge.text": w.say(f"badge.{kind}", t=_year(at, zone, w) if kind == "annulled" else when, name=name),
        "badge.was": w.say("badge.was", t=then) if was else "",
        "badge.note": _note(s, kind, w),
        "call.hide": hidden(not spoken),
        "after.hide": hidden(kind not in SETTLED),
        "call.what": what,
        "call.because": reason(call, w) if spoken else "",
        "call.lang": None if told_in == w.lang else told_in,
        "call.was": past,
    }


def _year(at: str | None, zone: str, w: Words) -> str:
    """The day with its year: an annulment is spoken of for years."""
    moment = local(at, zone)
    return w.date(moment.date().isoformat()) if moment else NONE


def _since(s: Snapshot, kind: str) -> str | None:
    """Since when the state is what it is; an annulment keeps its day when the day of the rerun is set."""
    at: str | None = (s.get("call") or {}).get("at")
    if kind != "annulled":
        return at
    return next((alert["at"] for alert in s.get("alerts") or [] if alert["kind"] == "annulled"), at)


def _note(s: Snapshot, kind: str, w: Words) -> str:
    if kind == "embargo":
        ban, zone = s.get("embargo") or {}, s["time_zone"]
        law, opens = ban.get("law_opens_at"), ban.get("opens_at")
        said = [w.say("note.law", t=w.clock(law, zone, seconds=False))] if law else []
        if opens and opens != law:
            said.append(w.say("note.lifted", t=w.clock(opens, zone, seconds=False)))
        return " ".join(said)
    if kind == "early":
        return w.say("note.early", pct=w.percent(s.get("lead_from_counted_pct") or 0, 0))
    return w.say("foot.unofficial") if kind in ("called", "retracted", "recount") else ""


def why_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Why is there no call? The reason that was told; in a language it was not told in, the numbers."""
    kind = call_kind(s, face)
    if face.phase == "closed" or kind in SPOKEN:
        return {"why.hide": hidden(True), "why.text": "", "why.sub": ""}
    call = s.get("call") or {}
    lines = [_line(one, w) for one in call.get("guards") or []] if face.phase == "open" else []
    guards = sum(one["id"] != "rule" for one in call.get("guards") or [])
    values: Values = {
        "why.hide": None,
        "why.text": "" if lines else reason(call, w) or _why(s, face, kind, w),
        "why.hide_text": hidden(bool(lines)),
        "why.hide_list": hidden(not lines),
        "why.sub": w.say("why.guards", n=guards, all=call.get("guards_asked")) if lines and guards else "",
    }
    for at in range(REASONS_MAX):
        values[f"why.{at}"] = lines[at] if at < len(lines) else ""
        values[f"why.{at}.hide"] = hidden(at >= len(lines))
    return values


def _line(one: Snapshot, w: Words) -> str:
    """A reason against a call, its title bold."""
    said = str((one.get("briefs") or {}).get(w.lang) or one.get("brief") or "").replace(BOLD, "")
    title, colon, rest = said.partition(": ")
    return f"{BOLD}{title}{colon and ':'}{BOLD} {rest}".rstrip()


def _why(s: Snapshot, face: Face, kind: str, w: Words) -> str:
    counted, out = s["counted"], s.get("outstanding") or {}
    if kind in ("waiting", "early") or s.get("margin_votes") is None:
        pct = w.counted(counted["boxes"], counted["boxes_total"], 1)
        return w.say("why.early", pct=pct, least=w.percent(s.get("lead_from_counted_pct") or 0, 0))
    return w.say(
        "why.close" if kind == "close" else "why.open",
        n=w.number(s["margin_votes"]),
        points=w.points(s["margin_votes"], s.get("valid"), 2),
        votes=w.number(out.get("votes_max")),
    )


def swing_values(s: Snapshot, face: Face, w: Words) -> Values:
    """What changed since the parent night over the same boxes, and what a naive comparison would say."""
    swing = s.get("swing")
    first = face.place(swing.get("first")) if swing and face.phase == "open" else None
    if not swing or first is None:
        return {"swing.hide": hidden(True), "swing.mark": "", "swing.c": None}
    parent = re.search(r"\d{4}-\d{2}-\d{2}$", str((s.get("lineage") or {}).get("parent") or ""))
    return {
        "swing.hide": None,
        "swing.title": w.say("swing.since", t=w.day(parent[0])) if parent else w.say("swing.then"),
        "swing.same": w.say("swing.same", swing["boxes"], n=w.number(swing["boxes"])),
        "swing.mark": face.mark(first),
        "swing.c": str(first),
        "swing.num": w.signed(swing["points"]),
        "swing.unit": w.say("swing.unit", name=w.of(short(w, face.choices[first]))),
        "swing.naive": w.say("swing.naive", n=w.signed(swing["naive_points"])),
    }


@dataclass(frozen=True)
class Alert:
    """One line of the list of what changed."""

    id: str
    group: str
    at: str
    time: str
    word: str
    title: str
    because: str
    title_lang: str
    """The language that the title is in: the page's, or English where it was told before there was one."""
    because_lang: str

    def said(self, w: Words) -> tuple[str, ...]:
        """Title and reason, each marked with its language where that is not the page's."""
        title = h("b", self.title, lang=self.title_lang if self.title_lang != w.lang else None)
        return title, " ", in_its_language(self.because, self.because_lang, w)


def language_of(said: Snapshot | None, w: Words, plain: str = "en") -> str:
    """The language of a sentence that stands by language: the page's; `plain` is what stands for English."""
    return w.lang if w.lang != "en" and (said or {}).get(w.lang) else plain


def in_its_language(text: str, language: str, w: Words) -> str:
    """The text, in an element that says its language where that is not the page's."""
    return text if language == w.lang or not text else h("span", text, lang=language)


def plain_title(s: Snapshot, alert: Snapshot, w: Words) -> str:
    """A title without mode and contest, which the page says already, as a sentence."""
    title = str((alert.get("titles") or {}).get(w.lang) or alert.get("title") or "").replace(BOLD, "")
    for name in (w.name(s, "title"), str(s.get("title") or "")):
        _, found, rest = title.partition(f"{name}: ")
        if name and found:
            title = rest
            break
    return w.capital(title) + ("" if title.endswith((".", "!", "?", "…")) else ".")


def group_of(kind: str) -> str:
    """The word a kind of alert is shown under."""
    return next((group for begin, group in GROUPS if kind.startswith(begin)), "event")


def alerts(s: Snapshot, w: Words) -> list[Alert]:
    """What was told of the contest, newest first: by when it happened, and of one moment as it was told."""
    made = []
    order = sorted(s.get("alerts") or [], key=lambda one: (str(one["at"]), one["seq"]), reverse=True)
    for alert in order:
        kind, at = str(alert["kind"]), str(alert["at"])
        if kind in DESK_ONLY:
            continue
        group = group_of(kind)
        time = w.moment(at, s["time_zone"], s.get("date"))
        because = reason(alert, w)
        made.append(
            Alert(
                alert["id"],
                group,
                at,
                time,
                w.say(f"kind.{group}"),
                plain_title(s, alert, w),
                because,
                language_of(alert.get("titles"), w),
                language_of(alert.get("becauses"), w, str(alert.get("lang") or "en")),
            )
        )
    return made


def listed(s: Snapshot, w: Words) -> Html:
    """The same as a list, as static/told.js goes on with it."""
    lines = [
        h(
            "li",
            h("time", alert.time, datetime=alert.at),
            h("p", h("b", alert.word, class_="tag"), " ", *alert.said(w)),
            data_id=alert.id,
            data_group=alert.group,
        )
        for alert in alerts(s, w)
    ]
    return h("ol", *lines, role="list")


def with_all_told(s: Snapshot, told: Sequence[Told]) -> dict[str, Any]:
    """A snapshot with every public fact that was told of its contest among its alerts, not only the newest.

    `told` is all that was told, in order; what the snapshot has stays as it is.
    """
    newest = list(s.get("alerts") or [])
    first = min((alert["seq"] for alert in newest), default=0)
    older = [fact for fact in reversed(told) if fact.seq < first and for_everybody(fact)]
    return {**s, "alerts": [*newest, *map(alert_json, older[:OLDER_MAX])]}


def told_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Whether anything was told at all."""
    return {"told.hide": hidden(bool(alerts(s, w)))}
