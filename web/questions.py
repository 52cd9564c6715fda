"""What the board answers below the strip: can it still change, or by how much; were the reports checked.

Know before changing: static/questions.js computes the same keys in the browser; a browser test compares both.
"""

from web.face import Face, Snapshot, Values, hidden, short, width
from web.story import SETTLED, SPOKEN, call_kind
from web.words import NONE, Words


def lead_label(face: Face, leader: int | None, w: Words) -> str:
    """Whose lead it is; with several seats the margin is the one at the line."""
    if face.seats > 1:
        return w.say("margin_line")
    if leader is None:
        return w.say("lead")
    return w.say("lead_of", name=w.of(short(w, face.choices[leader])))


def out_values(s: Snapshot, face: Face, w: Words) -> Values:
    """Can the boxes still out change it? The lead and everything that can still come, on one scale.

    When no box is out the second bar is the recount band, and the question is by how much. After the night
    the timeline and the steps of the lead (`after`) stand in its place.
    """
    out = s.get("outstanding")
    if face.phase == "closed" or not out or call_kind(s, face) in SETTLED:
        return {"q1.hide": hidden(True)}
    margin = s.get("margin_votes")
    lead = margin is not None and face.phase == "open"
    leader = face.place(s.get("leader"))
    done = not out["boxes"]
    most = _band(s) if done else out.get("votes_max") or 0
    scale = max(most, (margin or 0) if lead else 0)
    answer = "none" if done else "early" if not lead else "no" if (margin or 0) > most else "yes"
    return {
        "q1.hide": None,
        "q1.title": w.say("q1.much" if done else "q1"),
        "q1.answer": w.say(f"q1.{answer}"),
        "q1.hide_lead": hidden(not lead or not margin),
        "q1.label": lead_label(face, leader, w),
        "q1.lead": w.number(margin) if lead else "",
        "q1.lead.w": width(margin or 0, scale) if lead else width(0, 1),
        "q1.lead.c": str(leader) if lead and leader is not None and face.seats == 1 else None,
        "q1.hide_out": hidden(done and not (lead and most)),
        "q1.out_label": w.say("q1.band", pct=_band_pct(s, w)) if done else w.say("q1.out"),
        "q1.out": w.say("q1.max", n=w.number(most)),
        "q1.out.w": width(most, scale),
        "q1.text": _needs(s, face, w, out),
    }


def _band(s: Snapshot) -> int:
    """The most votes of a lead inside the recount band; 0 where the night has none."""
    return (s.get("recount_band_permille") or 0) * (s.get("valid") or 0) // 1000


def _band_pct(s: Snapshot, w: Words) -> str:
    return w.percent(s.get("recount_band_permille") or 0, 1)


def _needs(s: Snapshot, face: Face, w: Words, out: Snapshot) -> str:
    if not out["boxes"]:
        margin, band = s.get("margin_votes"), _band(s)
        if not margin or not band:
            return w.say("q1.done")
        return w.say("q1.inside" if margin <= band else "q1.outside", pct=_band_pct(s, w))
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
