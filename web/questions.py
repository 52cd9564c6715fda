"""What the board answers below the strip: can it still change, do counts agree, were the reports checked.

Know before changing: static/questions.js computes the same keys in the browser; a browser test compares both.
"""

from web.face import Face, Snapshot, Values, hidden, short, width
from web.story import SPOKEN, call_kind
from web.words import NONE, Words


def lead_label(face: Face, leader: int | None, w: Words) -> str:
    """Whose lead it is; with several seats the margin is the one at the line."""
    if face.seats > 1:
        return w.say("margin_line")
    if leader is None:
        return w.say("lead")
    return w.say("lead_of", name=w.of(short(w, face.choices[leader])))


def out_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Can the boxes still out change it? The lead and everything that can still come, on one scale."""
    out = s.get("outstanding")
    if face.phase == "closed" or not out:
        return {"q1.hide": hidden(True)}
    most, margin = out.get("votes_max") or 0, s.get("margin_votes")
    lead = margin is not None and face.phase == "open"
    leader = face.place(s.get("leader"))
    scale = max(most, (margin or 0) if lead else 0)
    if not out["boxes"]:
        answer = "none"
    elif not lead:
        answer = "early"
    else:
        answer = "no" if (margin or 0) > most else "yes"
    return {
        "q1.hide": None,
        "q1.answer": w.say(f"q1.{answer}"),
        "q1.hide_lead": hidden(not lead or not margin),
        "q1.label": lead_label(face, leader, w),
        "q1.lead": w.number(margin) if lead else "",
        "q1.lead.w": width(margin or 0, scale) if lead else width(0, 1),
        "q1.lead.c": str(leader) if lead and leader is not None and face.seats == 1 else None,
        "q1.hide_out": hidden(not out["boxes"]),
        "q1.out": w.say("q1.max", n=w.number(most)),
        "q1.out.w": width(most, scale),
        "q1.text": _needs(s, face, w, out),
    }


def _needs(s: Snapshot, face: Face, w: Words, out: Snapshot) -> str:
    if not out["boxes"]:
        return w.say("q1.done")
    needs = s.get("needs") or {}
    place = face.place(needs.get("choice"))
    if face.phase == "early":
        count = out["boxes"]
        return w.say("q1.early_text", count, n=w.number(count), votes=w.number(out.get("votes_max")))
    if s.get("tie"):
        return w.say("q1.tie")
    if place is None or not needs.get("word"):
        return ""
    name = short(w, face.choices[place])
    if needs.get("share") is None:
        because = str(needs.get("because") or w.say("q1.no_reason"))
        return w.say("q1.undefined", name=name, because=because) if w.lang == "en" else ""
    pct = w.percent(int(needs["share"] * 1000 + 0.5), 1)
    has = w.share(face.choices[place].get("votes"), s.get("valid"), 1)
    word = needs["word"]
    if word == "impossible" and (s.get("margin_votes") or 0) <= (out.get("votes_max") or 0):
        word = "beyond"
    return w.say(f"q1.{word}", name=name, pct=pct, has=has)


def _progress(s: Snapshot, source: Snapshot, w: Words) -> str:
    """How far a source is: boxes counted; of one that reports areas, what it claims, and said so."""
    counted = source.get("counted") or {}
    if source.get("claimed") is None:
        return w.counted(counted.get("units"), counted.get("units_total"), 1)
    return w.say("src.claims", pct=w.counted(source["claimed"], s["counted"]["boxes_total"], 1))


def silence(s: Snapshot, source: Snapshot, w: Words) -> str:
    """When a source last spoke, and how long it is silent against its pace; STALLED is a word."""
    pace, silent = source.get("pace"), source.get("silent_s") or 0
    usual = (
        ""
        if pace is None
        else w.number(int(pace + 0.5))
        if pace >= 10
        else w.decimal(int(pace * 10 + 0.5), 1)
    )
    if source.get("stalled"):
        said = [w.say("src.stalled", t=w.lasted(silent))] + ([w.say("src.before", n=usual)] if usual else [])
        return " · ".join(said)
    if source.get("finished"):
        return w.say("src.finished")
    if not source.get("last_at"):
        return ""
    said = [w.say("src.last", t=w.moment(source["last_at"], s["time_zone"], s.get("date")))]
    said += [w.say("src.silent", t=w.lasted(silent))] if silent else []
    return " · ".join(said + ([w.say("src.pace", n=usual)] if usual else []))


def source_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Do the counts agree on the leader? Each source by itself; two are never added."""
    values: Values = {}
    leaders: list[str] = []
    for source in s.get("sources") or []:
        key = f"src.{source['id']}"
        values[f"{key}.counted"] = _progress(s, source, w)
        leader = face.place(source.get("leader")) if face.phase == "open" else None
        name = "" if leader is None else short(w, face.choices[leader])
        values[f"{key}.mark"] = face.mark(leader) or name
        values[f"{key}.lead"] = NONE if leader is None else w.number(source.get("margin_votes"))
        values[f"{key}.c"] = None if leader is None else str(leader)
        values[f"{key}.state"] = silence(s, source, w)
        if leader is not None:
            leaders.append(source["leader"])
    if face.phase != "open":
        answer = w.say("q2.early")
    elif len(leaders) < 2:
        answer = w.say("q2.one")
    else:
        answer = w.say("q2.yes", n=len(leaders)) if len(set(leaders)) == 1 else w.say("q2.no")
    return values | {"q2.answer": answer}


def _room(s: Snapshot, face: Face) -> bool:
    """Whether the row of questions has room for the checks: no reason against a call, no swing in it."""
    return call_kind(s, face) in SPOKEN and not (s.get("swing") and face.phase == "open")


def checks_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Have the reports been checked? What was counted, what waits and what was refused."""
    counted = s["counted"]
    remarks = sum(n or 0 for code, n in (s.get("findings") or {}).items() if code.startswith("W"))
    valid, invalid, voters = s.get("valid"), s.get("invalid"), s.get("voters")
    registered = s.get("registered")
    return {
        "q3.label": w.say("q3.counted_later" if face.phase == "closed" else "q3.counted"),
        "q3.counted": w.number(counted["boxes"]),
        "q3.quarantine": w.number(counted.get("boxes_quarantined") or 0),
        "q3.refused": w.number(s.get("refused") or 0),
        "q3.remarks": w.number(remarks),
        "q3.turnout": w.share(voters, registered) if registered and voters is not None else NONE,
        "q3.invalid": w.share(invalid, (valid or 0) + (invalid or 0)) if invalid is not None else NONE,
        "q3.hide": hidden(face.phase == "closed"),
        "q3.stage.hide": hidden(face.phase != "closed" and not _room(s, face)),
        "q3.after.hide": hidden(face.phase == "closed" or _room(s, face)),
        "q3.hide_remarks": hidden(face.phase == "closed" and not remarks),
    }
