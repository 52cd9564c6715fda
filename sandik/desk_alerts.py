"""What the desk is shown of alerts and deliveries: what rang and who has seen it, what did not arrive.

    alerts = alerts_of(contest, facts, dead, rulings, mode)     newest first, each with who acknowledged it
    row = delivery_json(contest, delivery, fact, most)

Know before changing: an acknowledgement is a ruling (`alert-acknowledged`), so it is in the log with a name;
it acts on nothing. No address and no secret is shown, only whose subscription it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from election.alerts import ALERT_KINDS, Told
from election.night import ContestId
from election.wire.delivered import (
    ACKNOWLEDGED,
    DEAD,
    QUEUED,
    RETRYING,
    SENT,
    SUPERSEDED,
    Delivery,
)
from election.wire.records import Ruling, stamp
from languages.saying import said
from sandik.desk_contest import SEEN, UNSEEN, both

Json = dict[str, Any]
ALERTS_MAX, DELIVERIES_MAX = 50, 50
CRITICAL, MAJOR, MINOR = "critical", "major", "minor"
DEAD_LETTER = "delivery-dead"
"""The kind of an alert that says that a delivery was given up; it is told to the desk alone."""
GRADES: Mapping[str, str] = {
    **dict.fromkeys(
        ("call-proposed", "call-retracted", "quarantine-decisive", "annulled", DEAD_LETTER), CRITICAL
    ),
    **dict.fromkeys(
        ("call-made", "lead-change", "sources-disagree", "source-stalled", "source-skewed", "correction",
         "concession", "objection", "recount-ordered", "certified", "rerun-set", "band-entered",
         "proposal-withdrawn"),
        MAJOR,
    ),
}  # fmt: skip
"""How loud an alert is: critical ones wait for somebody of the desk now; the others are minor."""
KINDS_SHOWN = frozenset({*ALERT_KINDS, "proposal-withdrawn"})

_STATES = {QUEUED: "waiting", SENT: "waiting", RETRYING: "retrying", ACKNOWLEDGED: "sent", DEAD: "dead"}
"""As the page says it: *sent* is what the other side has acknowledged."""


def acknowledged(rulings: Iterable[Ruling]) -> dict[str, Json]:
    """By alert, who has seen it; whoever said the last word."""
    found: dict[str, Json] = {}
    for one in rulings:
        alert = str(one.data.get("alert", ""))
        if one.kind == SEEN:
            found[alert] = {"by": one.actor, "at": stamp(one.at)}
        elif one.kind == UNSEEN:
            found.pop(alert, None)
    return found


def alerts_of(
    contest: ContestId, facts: Sequence[Told], dead: Sequence[Delivery], rulings: Sequence[Ruling], mode: str
) -> list[Json]:
    """The alerts of one contest, and its dead letters, newest first."""
    seen = acknowledged(rulings)
    by_id = {fact.id: fact for fact in facts}
    rows = [
        (fact.at, fact.seq, _alert(contest, fact, seen)) for fact in facts if fact.kind in KINDS_SHOWN
    ] + [
        (_gave_up(one, by_id[one.fact], mode), one.seq, _dead(contest, one, by_id[one.fact], seen, mode))
        for one in dead
        if one.fact in by_id
    ]
    rows.sort(key=lambda row: row[:2], reverse=True)
    return [row for _, _, row in rows]


def newest(alerts: Iterable[Json]) -> list[Json]:
    """Those of all contests that are shown: the newest, and of older ones those that still wait."""
    ordered = sorted(alerts, key=lambda one: (one["at"], one["seq"]), reverse=True)
    waiting = [one for one in ordered[ALERTS_MAX:] if waits(one)]
    return [*ordered[:ALERTS_MAX], *waiting[:ALERTS_MAX]]


def waits(alert: Json) -> bool:
    """Whether somebody of the desk should still look at it."""
    return alert["grade"] != MINOR and alert["acknowledged"] is None


def _alert(contest: ContestId, fact: Told, seen: Mapping[str, Json]) -> Json:
    return {
        "id": fact.id, "seq": fact.seq, "contest": contest, "kind": fact.kind,
        "grade": GRADES.get(fact.kind, MINOR), "at": stamp(fact.at), **both("title", fact.title),
        **both("because", fact.because), "acknowledged": seen.get(fact.id), "delivery": None,
    }  # fmt: skip


def _dead(contest: ContestId, one: Delivery, fact: Told, seen: Mapping[str, Json], mode: str) -> Json:
    title = said("sent.dead", who=one.who, channel=one.channel, title=fact.title)
    because = said("sent.dead.because", tries=one.tries, note=one.note)
    return {
        "id": one.id, "seq": one.seq, "contest": contest, "kind": DEAD_LETTER, "grade": GRADES[DEAD_LETTER],
        "at": stamp(_gave_up(one, fact, mode)), **both("title", title), **both("because", because),
        "acknowledged": seen.get(one.id), "delivery": one.id,
    }  # fmt: skip


def _gave_up(one: Delivery, fact: Told, mode: str) -> datetime:
    """When it was given up: in a live night by the clock, else at the night's own hour of the fact."""
    return datetime.fromtimestamp(one.at / 1000, UTC) if mode == "live" else fact.at


def delivery_json(contest: ContestId, one: Delivery, fact: Told | None, most: int) -> Json:
    """One delivery; `most` is after how many tries one is given up."""
    title: Mapping[str, str] = {"en": one.kind} if fact is None else fact.title
    return {
        "id": one.id, "contest": contest, "to": one.who, "channel": one.channel, "fact": one.fact,
        "seq": one.seq, "kind": one.kind, "event": one.kind, **both("title", title),
        "state": _STATES[one.state], "tries": one.tries, "tries_max": most, "last": one.note,
        "retracted": one.retracted, "at": stamp(datetime.fromtimestamp(one.at / 1000, UTC)),
    }  # fmt: skip


def shown(deliveries: Iterable[tuple[ContestId, Delivery]]) -> list[tuple[ContestId, Delivery]]:
    """Those that are shown, dead ones first, then the newest; a call withdrawn before it went is not."""
    there = [(contest, one) for contest, one in deliveries if one.state != SUPERSEDED]
    there.sort(key=lambda pair: (pair[1].state != DEAD, -pair[1].at, pair[1].key))
    return there[:DELIVERIES_MAX]
