"""What the board says about each place: its tile, its row in the table, and the sums over all of them.

Know before changing: static/rows.js computes the same keys in the browser; a browser test compares the two.
The browser's tiles can say other things too (the change, the boxes out); the server's say the lead.
"""

import re

from web.face import AreaLead, Face, Snapshot, Values, hidden, short, votes_in
from web.words import NONE, Words


def part_of(part: int, whole: int) -> str:
    """A length in whole percent: these are short bars, and there are two of them in each row."""
    return f"{part * 100 // whole if whole else 0}%"


def area_values(s: Snapshot, face: Face, area: str, w: Words) -> Values:
    """The tile and the table row of one place."""
    facts = s["areas"][area]
    part = facts["received"] if face.phase == "closed" else facts["counted"]
    boxes, total = part["boxes"], part["boxes_total"]
    lead = face.leads.get(area)
    values = _tile(facts, face, lead, w, boxes, total)
    values.update(_row(s, face, area, lead, w))
    values.update(_since(s, face, area, w))
    if values["flip"] is not None:
        before = face.place(facts["swing"]["leader"])
        name = short(w, face.choices[before or 0])
        values["say"] = w.say("say.flip", say=values["say"], name=name, t=parent_day(s, w))
    values["boxes"] = f"{w.number(boxes)}/{w.number(total)}"
    values["pct"] = w.counted(boxes, total)
    values["w"] = part_of(boxes, total)
    values["tc"] = values["c"]
    return {f"a.{area}.{key}": value for key, value in values.items()}


def _tile(facts: Snapshot, face: Face, lead: AreaLead | None, w: Words, boxes: int, total: int) -> Values:
    name, pct = w.name(facts), w.counted(boxes, total)
    values: Values = {"c": None, "s": None, "mark": "", "value": pct, "brief": pct}
    if face.phase == "closed":
        values["line"] = w.say("tile.boxes", boxes, n=w.number(boxes))
        values["say"] = w.say("say.closed", area=name, pct=pct)
    elif lead is None:
        values["line"] = w.say("tile.counted_word")
        values["say"] = w.say("say.grey", area=name, pct=pct)
    elif lead.first is None:
        values["value"] = values["brief"] = "="
        values["line"] = w.say("tile.tie", pct=pct)
        values["say"] = w.say("say.tie", area=name, pct=pct)
    else:
        choice = face.choices[lead.first]
        points = w.points(lead.margin, lead.valid)
        mark = face.mark(lead.first)
        values.update({"c": str(lead.first), "s": str(lead.step), "mark": mark})
        values["value"] = points if mark else short(w, choice)
        values["brief"] = w.points(lead.margin, lead.valid, 0) if mark else short(w, choice)[:3]
        values["line"] = w.say("tile.counted", pct=pct) if mark else f"+{points} · {pct}"
        values["say"] = w.say("say.lead", area=name, name=short(w, choice), points=points, pct=pct)
    return values


def _row(s: Snapshot, face: Face, area: str, lead: AreaLead | None, w: Words) -> Values:
    facts = s["areas"][area]
    votes = votes_in(s, area) if facts["counted"]["boxes"] else {}
    valid = facts.get("valid")
    if face.duel:
        first, second = face.left, face.right
    else:
        first, second = _two_ahead(face, votes) if lead else (None, None)
    values: Values = {}
    for at, place in (("0", first), ("1", second)):
        count = votes.get(face.choices[place]["id"]) if place is not None else None
        values["n" + at] = short(w, face.choices[place]) if place is not None else NONE
        values["t" + at] = w.share(count, valid)
        values["v" + at] = w.number(count)
    ahead = lead.first if lead else None
    values["ahead"] = None if ahead is None else ("0" if ahead == first else "1" if ahead == second else None)
    values["lp"] = NONE if lead is None else "=" if ahead is None else w.points(lead.margin, lead.valid)
    values["lv"] = w.number(lead.margin) if lead else NONE
    values["lm"] = face.mark(ahead)
    values["who"] = short(w, face.choices[ahead]) if ahead is not None and values["lm"] else ""
    values.update(_lead_bar(face, lead))
    registered, voters = facts.get("registered"), facts.get("voters")
    values["turnout"] = w.share(voters, registered) if registered and voters is not None else NONE
    return values


def parent_day(s: Snapshot, w: Words) -> str:
    """The day of the night that this one repeats, in words; its id where that ends with no day."""
    parent = str((s.get("lineage") or {}).get("parent") or "")
    day = re.search(r"\d{4}-\d{2}-\d{2}$", parent)
    return w.day(day[0]) if day else parent


def flipped(s: Snapshot, face: Face) -> list[str]:
    """The places where another leads than on the parent night, as far as a lead may be shown."""
    return [
        area
        for area, lead in face.leads.items()
        if lead.first is not None and (s["areas"][area].get("swing") or {}).get("flipped")
    ]


def _since(s: Snapshot, face: Face, area: str, w: Words) -> Values:
    """How the lead moved over the boxes counted on both nights, and whether another leads now."""
    swing, whole = s["areas"][area].get("swing"), s.get("swing")
    lead = face.leads.get(area)
    turned = bool(swing and swing["flipped"] and lead and lead.first is not None)
    move = NONE
    if swing and whole and face.phase == "open":
        move = f"{face.mark(face.place(whole['first']))} {w.signed(swing['points'])}".strip()
    return {"flip": hidden(turned), "turned": w.say("turned") if turned else "", "move": move}


def _two_ahead(face: Face, votes: Snapshot) -> tuple[int | None, int | None]:
    """In a contest of many, the two rows of the table: shown only once there may be an order."""
    if face.phase != "open":
        return None, None
    known = [(votes.get(choice["id"]), at) for at, choice in enumerate(face.choices)]
    order = [at for _, at in sorted((-count, at) for count, at in known if count is not None)]
    return (order[0] if order else None), (order[1] if len(order) > 1 else None)


def _lead_bar(face: Face, lead: AreaLead | None) -> Values:
    """The lead drawn from the middle line towards its owner's side; of many, from the left."""
    margin = lead.margin if lead and lead.first is not None else 0
    if not face.duel:
        return {"bx": "0%", "bw": part_of(margin, face.scale)}
    half = part_of(margin, 2 * face.scale)
    to_left = lead is not None and lead.first == face.left
    return {"bx": f"{50 - int(half[:-1])}%" if to_left else "50%", "bw": half}


def sum_values(s: Snapshot, face: Face, w: Words) -> Values:
    """The title of the tiles and the sentence in their corner."""
    threshold = w.percent(s.get("lead_from_counted_pct") or 0, 0)
    level, many = w.level(face.level, 2), w.level(face.level, 1)
    kind = {"closed": "received", "early": "counted", "open": "lead"}[face.phase]
    values: Values = {
        "tiles.title": w.say(f"tiles.{kind}", each=level),
        "tiles.sub": w.say(f"tiles.{kind}_sub", pct=threshold, each=level),
        "legend.hide": hidden(face.phase != "open"),
        "legend.grey": w.say("legend.fill" if face.phase == "closed" else "legend.grey", pct=threshold),
        "table.title": w.say("table.all", n=len(face.areas), level=many),
        "th.counted": w.say("th.received" if face.phase == "closed" else "th.counted"),
        "flip.hide": hidden(not flipped(s, face)),
        "flip.text": w.say("legend.flip", t=parent_day(s, w)),
        "th.move": w.say("th.move", t=parent_day(s, w)),
        "table.note": _note(s, face, w),
    }
    steps = w.say("legend.steps").split(", ")
    values |= {f"step.{at}": step for at, step in enumerate(steps, start=1)}
    if face.duel:
        for key, place in (("legend.l", face.left), ("legend.r", face.right)):
            values[key] = w.say("legend.ahead", name=short(w, face.choices[place or 0]))
    if face.phase == "closed":
        values["sum.first"], values["sum.second"] = _least_received(s, face, w)
    elif face.phase == "early":
        values["sum.first"], values["sum.second"] = _reached(s, face, w), w.say("sum.sample")
    else:
        values["sum.first"] = _who_leads(face, w)
        values["sum.second"] = " ".join(
            said for said in (_who_turned(s, face, w), _closest(s, face, w)) if said
        )
    return values


def _least_received(s: Snapshot, face: Face, w: Words) -> tuple[str, str]:
    every = {area: s["areas"][area]["received"] for area in face.areas}
    parts = {area: part for area, part in every.items() if part["boxes_total"]}
    if not parts:
        return "", ""
    least = min(parts, key=lambda area: parts[area]["boxes"] / parts[area]["boxes_total"])
    boxes, total = parts[least]["boxes"], parts[least]["boxes_total"]
    name = w.name(s["areas"][least])
    first = w.say("sum.lowest", name=name, pct=w.counted(boxes, total), n=w.number(total))
    whole = w.counted(s["received"]["boxes"], s["received"]["boxes_total"], 1)
    return first, w.say("sum.lowest_sub", level=w.level(face.level, 1), pct=whole)


def _reached(s: Snapshot, face: Face, w: Words) -> str:
    pct = s.get("lead_from_counted_pct") or 0
    counted = [s["areas"][area]["counted"] for area in face.areas]
    n = sum(1 for part in counted if part["boxes_total"] and part["boxes"] * 100 >= pct * part["boxes_total"])
    level = w.level(face.level, 1)
    return w.say("sum.reached", n=n, total=len(face.areas), level=level, pct=w.percent(pct, 0))


def _who_leads(face: Face, w: Words) -> str:
    ahead: dict[int, int] = {}
    for lead in face.leads.values():
        if lead.first is not None:
            ahead[lead.first] = ahead.get(lead.first, 0) + 1
    tied = sum(1 for lead in face.leads.values() if lead.first is None)
    tail = " · " + w.say("sum.tied", n=tied) if tied else ""
    if not ahead:
        return w.say("sum.none", level=w.level(face.level, 0)) + tail
    if face.left is not None and face.right is not None and set(ahead) <= {face.left, face.right}:
        a, b = short(w, face.choices[face.left]), short(w, face.choices[face.right])
        n, m = ahead.get(face.left, 0), ahead.get(face.right, 0)
        return (
            w.say(
                "sum.ahead", a=f"▲ {a}", b=f"{b} ▼", n=n, m=m, level=w.level(face.level, 4 if n == 1 else 3)
            )
            + tail
        )
    order = sorted(ahead, key=lambda place: (-ahead[place], place))
    items = [w.say("sum.item", name=short(w, face.choices[place]), n=ahead[place]) for place in order]
    return w.say("sum.list", list=", ".join(items)) + tail


def _note(s: Snapshot, face: Face, w: Words) -> str:
    """Whose lead the column of changes is about."""
    first = face.place((s.get("swing") or {}).get("first")) if face.phase == "open" else None
    return "" if first is None else w.say("table.note", name=w.of(short(w, face.choices[first])))


def _who_turned(s: Snapshot, face: Face, w: Words) -> str:
    """How many places changed their leader since the night that this one repeats, and to whom."""
    now = [face.leads[area].first for area in flipped(s, face)]
    if not now:
        return ""
    names = [short(w, face.choices[place]) for place in sorted({place for place in now if place is not None})]
    return w.say("sum.turned", len(now), n=len(now), t=parent_day(s, w), list=", ".join(names))


def _closest(s: Snapshot, face: Face, w: Words) -> str:
    leads = {area: lead for area, lead in face.leads.items() if lead.first is not None}
    close = sorted((lead.margin / lead.valid, area) for area, lead in leads.items())
    if len(close) < 2:
        return ""
    said = []
    for _, area in close[:3]:
        lead = face.leads[area]
        parts = (w.name(s["areas"][area]), face.mark(lead.first), w.points(lead.margin, lead.valid))
        said.append(" ".join(part for part in parts if part))
    return w.say("sum.closest", list=", ".join(said))
