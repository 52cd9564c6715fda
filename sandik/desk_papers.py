"""What the desk is shown of the boxes held back: what is wrong with each, what it could change, its papers.

    quarantine_json(case, held, rulings)        `held`: by source and unit, the JSON that the store keeps

Know before changing: while the ban is on, a box is shown by its code alone, because findings and papers have
figures in them. A box of which one revision says two things is never cleared by hand: nobody is told which of
the two is meant, so a newer revision must settle it (`tally.clear`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from election.calls.verdict import Said
from election.checks import CHECKS, voters_max
from election.night import BOX_LEVEL, AreaId, BoxId, Night, SourceId, UnitId
from election.tally import Status
from election.watches import in_question
from election.wire.records import Ruling, stamp
from languages.saying import PLAIN, in_each, known
from sandik.desk import Case
from sandik.desk_contest import both

Json = dict[str, Any]
Held = Mapping[SourceId, Mapping[UnitId, bytes]]
ROWS_MAX = 50
"""Most boxes that are shown, those with the most votes in them first; `more` says how many are not."""

LOOKED_AT_MAX = 500
"""Most boxes that are looked at for that, the published source's first: about 10 ms of the gateway's time."""


def quarantine_json(case: Case, held: Held, rulings: Sequence[Ruling]) -> Json:
    """Everything held back of a contest, and whether it could change who is in."""
    view, contest = case.view, case.contest
    upheld = _upheld(rulings)
    there = [
        (source, unit, kept)
        for source in sorted(held, key=lambda one: one != contest.source)
        for unit, kept in held[source].items()
    ]
    rows = [
        _row(case, source, unit, orjson.loads(kept), upheld) for source, unit, kept in there[:LOOKED_AT_MAX]
    ]
    rows.sort(key=lambda row: (row["source"] != contest.source, -(row["votes_max"] or 0), row["box"]))
    codes: dict[str, int] = {}
    for row in rows:
        codes[row["code"]] = codes.get(row["code"], 0) + 1
    is_open, margin = view.ban.is_open, view.seen.margin_votes
    questioned, most = in_question(view)
    out = view.seen.outstanding.votes_max
    return {
        "boxes": view.seen.boxes_quarantined, "votes_max": most if is_open else None,
        "marked": questioned - view.seen.boxes_quarantined if is_open else None,
        "margin_votes": margin if is_open else None,
        "decisive": (bool(rows) and (most >= margin or out - most < margin <= out)) if is_open else None,
        "sources": {source: len(units) for source, units in held.items()}, "codes": codes,
        "rows": rows[:ROWS_MAX], "more": len(there) - min(len(rows), ROWS_MAX),
    }  # fmt: skip


def _upheld(rulings: Sequence[Ruling]) -> dict[tuple[str, str, int], Json]:
    """The papers that somebody looked at and left out: who, and when."""
    return {
        (one.data["source"], one.data["box"], one.data["revision"]): {
            "by": one.actor, "at": stamp(one.at), "because": one.text,
        }
        for one in rulings
        if one.kind == "quarantine-upheld"
    }  # fmt: skip


def _row(
    case: Case, source: SourceId, unit: UnitId, kept: Json, upheld: Mapping[tuple[str, str, int], Json]
) -> Json:
    night, is_open, revision = case.view.night, case.view.ban.is_open, kept["revision"]
    stops = [one for one in kept["findings"] if one["level"] == "Q"] or kept["findings"]
    code = stops[0]["code"]
    named, area, registered = _place(night, source, unit)
    statements = kept["statements"]
    valid = max((one["valid"] or 0 for one in statements), default=0)
    boxed = night.sources[source].level == BOX_LEVEL
    conflict = kept["status"] == Status.CONFLICT.name.lower()
    asks = f"Not so: {CHECKS[code].asks}."
    said = stops[0]["message"] if is_open else asks
    heard = [one["heard_at"] for one in statements if one["heard_at"]]
    return {
        "source": source, "box": unit, "label": named, "name": named, "area": area,
        "area_name": night.areas[area].name if area is not None else named,
        "revision": revision, "code": code, "codes": [one["code"] for one in stops],
        "kind": "two" if len(statements) > 1 else "one", "clears": not conflict,
        **both("because", wrong(code, said)),
        "why": [one["message"] for one in stops] if is_open else [],
        "registered": registered,
        "voters": max((one["voters"] or 0 for one in statements), default=0) if is_open else None,
        "votes_max": max(voters_max(night, registered), valid) if is_open and boxed else None,
        "since": max(heard, default=None), "upheld": upheld.get((source, unit, revision)),
        "papers": [_paper(one, revision) for one in statements] if is_open else [],
    }  # fmt: skip


def wrong(code: str, finding: str) -> Said:
    """What is wrong: in English the finding's own sentence, with its figures; else what its code means."""
    return in_each(lambda lang: finding if lang == PLAIN else known(lang, f"checks.{code}") or finding)


def _place(night: Night, source: SourceId, unit: UnitId) -> tuple[str, AreaId | None, int | None]:
    """What the unit is called, the area it is in, and its voters on the register if it is a box."""
    box = night.boxes.get(BoxId(unit)) if night.sources[source].level == BOX_LEVEL else None
    if box is not None:
        return box.name or unit, box.area, box.registered
    area = night.areas.get(AreaId(unit))
    return (unit, None, None) if area is None else (area.name, area.id, None)


def _paper(statement: Json, revision: int) -> Json:
    figures = {name: statement[name] for name in ("registered", "voters", "valid", "invalid", "claimed")}
    return {
        "revision": revision, "at": statement["heard_at"], "heard_at": statement["heard_at"], **figures,
        "choices": statement["votes"],
    }  # fmt: skip
