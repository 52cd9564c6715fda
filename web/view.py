"""What the board says above its tiles: status, headline, race, the questions, sums and foot.

Know before changing: each value has a key, the page carries the key beside the value, and static/view.js
computes the same keys in the browser; a browser test compares the two for every snapshot of the fixtures.
"""

from web.counts import source_values
from web.face import SLOTS_MAX, Face, Snapshot, Values, hidden, width
from web.questions import checks_values, lead_label, out_values
from web.ribbon import ribbon_values
from web.story import call_kind, call_values, swing_values, told_values, why_values
from web.words import NONE, Words


def top_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Every value of the page that does not belong to one place."""
    values: Values = {"phase": face.phase}
    for part in PARTS:
        values.update(part(s, face, w))
    return values


def received_or_counted(s: Snapshot, face: Face) -> tuple[int, int]:
    """The boxes that may be spoken of: received under the embargo, counted after it."""
    part = s["received"] if face.phase == "closed" else s["counted"]
    return part["boxes"], part["boxes_total"]


def night_rest(s: Snapshot, w: Words) -> str:
    """What the night's name says beyond the contest's title (`rerun of 23 June 2019`); else its date."""
    title = w.name(s, "title")
    name = w.name(s, "night_name")
    if title and name.startswith(title + ", "):
        return name[len(title) + 2 :]
    return w.date(s.get("date"))


def _head(s: Snapshot, face: Face, w: Words) -> Values:
    boxes, total = received_or_counted(s, face)
    clock = w.moment(s.get("at"), s["time_zone"], s.get("date"))
    headline = s.get("headline") or {}
    line = headline.get(w.lang) or headline.get("en") or ""
    places = len(face.areas)
    extent = w.say(
        "places",
        s["counted"]["boxes_total"],
        areas=places,
        level=w.level(face.level, 0 if places == 1 else 1),
        boxes=w.number(s["counted"]["boxes_total"]),
    )
    kind = call_kind(s, face)
    standing = "annulled" if kind == "annulled" else "official" if _final(s, kind) else "unofficial"
    said = "boxes_received" if face.phase == "closed" else "boxes_of"
    return {
        "status.last": w.say("last_data", t=clock) if s.get("at") else w.say("no_data"),
        "status.boxes": w.say(said, n=w.number(boxes), total=w.number(total)),
        "status.official": w.say("ban" if face.phase == "closed" else standing),
        "head.title": w.name(s, "title"),
        "head.rest": f" · {night_rest(s, w)} · {extent}",
        "head.line": line,
        "doc.title": w.say("title", line=line or w.name(s, "title")),
    }


def _final(s: Snapshot, kind: str) -> bool:
    """Whether the figures are a result: certified, by votes or by lot."""
    return bool(s.get("official")) or kind in ("certified", "lot")


def _race(s: Snapshot, face: Face, w: Words) -> Values:
    if face.phase == "closed":
        return {}
    return _duel(s, face, w) if face.duel else _list(s, face, w)


def _middle(s: Snapshot, face: Face, w: Words) -> Values:
    """The lead in the middle of the strip; until enough is counted, the progress instead."""
    boxes, total = received_or_counted(s, face)
    valid, margin = s.get("valid"), s.get("margin_votes")
    leader = face.place(s.get("leader"))
    values: Values = {"race.kind": "lead", "race.mark": "", "race.lead.c": None, "race.label": ""}
    if face.phase == "early":
        values["race.kind"] = "counted"
        values["race.num"] = w.counted(boxes, total, 1)
        values["race.sub"] = w.say("of_boxes_counted")
    elif s.get("tie") or (leader is None and margin == 0):
        values["race.kind"] = "tie"
        values["race.num"] = w.say("tied")
        values["race.sub"] = w.say("tied_sub")
    else:
        values["race.num"] = w.number(margin)
        values["race.sub"] = w.say("margin_sub", points=w.points(margin, valid, 2))
        values["race.label"] = lead_label(face, leader, w)
        if leader is not None and face.seats == 1:
            values["race.mark"] = face.mark(leader)
            values["race.lead.c"] = str(leader)
    return values


def _at_counted(s: Snapshot, face: Face, w: Words) -> str:
    boxes, total = received_or_counted(s, face)
    if total and boxes == total:
        return w.say("all_counted")
    return w.say("at_counted", pct=w.counted(boxes, total, 1))


def _duel(s: Snapshot, face: Face, w: Words) -> Values:
    values = _middle(s, face, w)
    valid = s.get("valid") or 0
    at = _at_counted(s, face, w)
    ends: list[int] = []
    for side, place in (("l", face.left or 0), ("r", face.right or 0)):
        votes = face.choices[place].get("votes")
        digits = 1 if face.phase == "early" else 2
        ends.append(votes or 0)
        values[f"race.{side}.num"] = w.share_number(votes, valid, digits)
        values[f"race.{side}.none"] = hidden(votes is None or not valid)
        values[f"race.{side}.votes"] = w.say("votes", votes, n=w.number(votes))
        values[f"race.{side}.at"] = at
        values[f"race.{side}.w"] = width(votes or 0, valid)
        values[f"race.{side}.c"] = str(place) if face.phase == "open" else None
    left, right = ends
    values["race.r.x"] = width(valid - right, valid)
    values["race.o.x"] = width(left, valid)
    values["race.o.w"] = width(valid - left - right, valid)
    values.update(_bar_labels(left, right, valid, w))
    return values


def _bar_labels(left: int, right: int, valid: int, w: Words) -> Values:
    """The 50 % line and the others swap sides so that their words never meet."""
    others = valid - left - right
    text = w.say("others", pct=w.share(others, valid, 2)) if others > 0 else ""
    if 2 * left >= valid:
        near_edge = left * 10 > valid * 7
        edge = width(valid - right, valid) if near_edge else width(left, valid)
        side = ("end", "-6", edge, "end" if near_edge else "start", "0")
    elif 2 * right >= valid:
        near_edge = right * 10 > valid * 7
        edge = width(left, valid) if near_edge else width(valid - right, valid)
        side = ("start", "6", edge, "start" if near_edge else "end", "0")
    else:
        side = ("end", "-6", "50.00%", "start", "6")
    keys = ("half.anchor", "half.dx", "others.x", "others.anchor", "others.dx")
    values: Values = dict(zip(keys, side, strict=True))
    values["others.text"] = text
    return values


def standing_order(s: Snapshot, face: Face) -> list[int]:
    """The choices in the order of the count, or of the ballot while there is none."""
    order = [face.place(choice) for choice in s.get("order") or []]
    known = [place for place in order if place is not None]
    return known + [place for place in range(len(face.choices)) if place not in known]


def _list(s: Snapshot, face: Face, w: Words) -> Values:
    values = _middle(s, face, w)
    valid = s.get("valid") or 0
    early = face.phase == "early"
    order = list(range(len(face.choices))) if early else standing_order(s, face)
    shown = order[:SLOTS_MAX]
    top = max((face.choices[place].get("votes") or 0 for place in order), default=0)
    whole = max(2 * top, valid)
    for slot, place in enumerate(shown):
        choice = face.choices[place]
        votes = choice.get("votes")
        values[f"slot.{slot}.name"] = w.name(choice)
        values[f"slot.{slot}.party"] = party_line(s, choice, w)
        values[f"slot.{slot}.share"] = w.share(votes, valid, 1 if early else 2)
        values[f"slot.{slot}.votes"] = w.say("votes", votes, n=w.number(votes))
        values[f"slot.{slot}.w"] = width(2 * (votes or 0), whole)
        values[f"slot.{slot}.c"] = None if early else str(place)
    rest = order[SLOTS_MAX:]
    votes = sum(face.choices[place].get("votes") or 0 for place in rest)
    values["slot.rest.name"] = w.say("others_row", len(rest), n=len(rest)) if rest else ""
    values["slot.rest.share"] = w.share(votes, valid, 1 if early else 2)
    values["slot.rest.votes"] = w.say("votes", votes, n=w.number(votes))
    values["race.half.x"] = width(valid, whole)
    values["race.at"] = _at_counted(s, face, w)
    return values


def _ballot(s: Snapshot, face: Face, w: Words) -> Values:
    """Everybody on the ballot, in its order; the strip may show fewer."""
    values: Values = {}
    for place, choice in enumerate(face.choices):
        values[f"ballot.{place}.share"] = w.share(choice.get("votes"), s.get("valid"), 2)
        values[f"ballot.{place}.votes"] = w.number(choice.get("votes"))
    return values


def party_line(s: Snapshot, choice: Snapshot, w: Words) -> str:
    """Party and alliance of a choice, where it has them."""
    party = w.name((s.get("parties") or {}).get(choice.get("party")))
    alliance = w.name((s.get("alliances") or {}).get(choice.get("alliance")))
    return " · ".join(name for name in (party, alliance) if name)


def _counted(s: Snapshot, face: Face, w: Words) -> Values:
    boxes, total = received_or_counted(s, face)
    out = s.get("outstanding")
    key = "received_line" if face.phase == "closed" else "counted_line"
    line = w.say(key, n=w.number(boxes), total=w.number(total), pct=w.counted(boxes, total, 1))
    if face.phase == "closed" or not out:
        right = w.say("to_come", total - boxes, n=w.number(total - boxes))
    elif not out["boxes"]:
        right = w.say("none_out")
    else:
        votes = w.number(out.get("votes_max"))
        right = w.say("out_line", out["boxes"], n=w.number(out["boxes"]), votes=votes)
    return {"counted.left": line, "counted.right": right, "counted.w": width(boxes, total)}


def _closed(s: Snapshot, face: Face, w: Words) -> Values:
    """Before the results: when they come, and nothing else."""
    ban = s.get("embargo") or {}
    opens = ban.get("opens_at") or ban.get("law_opens_at")
    at = w.clock(opens, s["time_zone"], seconds=False) if opens else w.say("not_announced")
    boxes = s["received"]["boxes"]
    about = boxes // 100 * 100 if boxes >= 1000 else boxes
    return {
        "closed.hide": hidden(face.phase != "closed"),
        "open.hide": hidden(face.phase == "closed"),
        "closed.label": w.say("first_results_at"),
        "closed.at": at,
        "closed.unit": "",
        "closed.happens": w.say("happens", t=at) if opens else w.say("happens.unknown"),
        "closed.jump": w.say("happens.text", n=w.number(about)),
    }


def _foot(s: Snapshot, face: Face, w: Words) -> Values:
    kind = call_kind(s, face)
    note = w.say("call.kept" if kind == "annulled" else "foot.unofficial") if not _final(s, kind) else ""
    return {
        "foot.note": " ".join(part for part in (note, w.name(s, "simulated_what")) if part),
        "foot.position": w.say("foot.position", version=w.number(s["version"]), epoch=s["epoch"]),
        "foot.hash": w.say("foot.hash", hash=s.get("hash") or NONE),
    }


PARTS = (
    lambda s, face, w: ribbon_values(s, w),
    _head,
    call_values,
    _race,
    _ballot,
    _counted,
    out_values,
    source_values,
    checks_values,
    why_values,
    swing_values,
    told_values,
    _closed,
    _foot,
)
