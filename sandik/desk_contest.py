"""What the desk's page is shown of one contest: the count, the call, what waits for signatures, its story.

    contest_json(case, rulings, told_to)        a plain dictionary (docs/reference/protocol.md, The desk)

Know before changing: while the ban is on, no figure about votes, voters or turnout is in it, as in every
frame. "Then" is what was told with the proposal; "now" is asked of the totals as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from election.alerts import KINDS, Told
from election.calls import RULES
from election.calls.guards import ask
from election.calls.state import CALLED, resting_state
from election.calls.verdict import Answer, Said, Verdict
from election.memory import Proposal
from election.standing import share
from election.wire.records import Ruling, identity, stamp
from election.wire.told import call_json, shown_call
from languages.saying import said
from sandik.desk import Case

Json = dict[str, Any]
RULINGS_MAX, CALLS_MAX = 50, 50
"""Newest rulings, and newest lines of the story of calls, that are shown; the log has the rest."""
SEEN, UNSEEN = "alert-acknowledged", "alert-reopened"
APART = (SEEN, UNSEEN, "call-approved", "call-refused", "call-retracted")
"""Rulings that are shown elsewhere: with their alert, and in the story of calls."""


def both(name: str, said: Said) -> Json:
    """A sentence as people script against it: in English, and by language."""
    return {name: said.get("en", ""), f"{name}s": dict(said)}


def contest_json(case: Case, rulings: Sequence[Ruling], told_to: Mapping[str, int]) -> Json:
    """A contest without what is held back; `told_to` is how many addresses were sent a fact, by its id."""
    view = case.view
    seen, contest, ban = view.seen, view.contest, view.ban
    is_open = ban.is_open
    now = asked_now(case) if is_open else []
    return {
        "contest": contest.id, **both("title", {"en": contest.name, **contest.names}), "kind": contest.kind,
        "seats": contest.seats, "version": case.version, "at": None if case.at is None else stamp(case.at),
        "boxes": {
            "counted": seen.boxes, "total": seen.boxes_total, "quarantined": seen.boxes_quarantined,
            "out": seen.boxes_total - seen.boxes,
        },
        "valid": seen.valid if is_open else None, "leader": seen.leader if is_open else None,
        "margin_votes": seen.margin_votes if is_open else None,
        "votes_max": seen.outstanding.votes_max if is_open else None,
        "embargo": {
            "state": ban.state, "opens_at": _time(ban.opens_at), "law_opens_at": _time(ban.law_opens_at),
            "lifted_at": _time(ban.lifted_at),
        },
        "choices": [
            {
                "id": one.id, "name": one.name, "names": dict(one.names), "short": one.short,
                "party": one.party, "colour": one.colour, "symbol": one.symbol, "main": one.main,
                "votes": votes if is_open else None, "share": share(votes, seen.valid) if is_open else None,
            }
            for one, votes in zip(contest.choices, seen.votes, strict=True)
        ],
        "call": _call(case, rulings, now, told_to),
        "proposal": _proposal(case, rulings, now) if is_open else None,
        "rules": [_asked(verdict, answers) for verdict, answers in now],
        "calls": [_line(one) for one in reversed(case.facts) if KINDS[one.kind].about == "call"][:CALLS_MAX],
        "rulings": [_ruling(one) for one in reversed(rulings) if one.kind not in APART][:RULINGS_MAX],
    }  # fmt: skip


Now = Sequence[tuple[Verdict, tuple[Answer, ...]]]
"""What each rule that is on says now, with every guard's answer."""


def asked_now(case: Case) -> list[tuple[Verdict, tuple[Answer, ...]]]:
    """What each rule that is on says of the totals as they are, and every guard of it."""
    on = case.view.night.calls
    verdicts = [rule.decide(case.view) for name, rule in RULES.items() if name in on and on[name].on]
    return [(verdict, ask(case.view, verdict)) for verdict in verdicts]


def _asked(verdict: Verdict, answers: Sequence[Answer]) -> Json:
    return {
        "rule": verdict.rule, "choice": verdict.choice, "elected": list(verdict.elected),
        "passes": verdict.choice is not None, "cushion_votes": verdict.cushion_votes,
        **both("because", verdict.because), "guards": _guards(answers),
    }  # fmt: skip


def _guards(answers: Sequence[Answer]) -> list[Json]:
    return [
        {"id": one.guard, "word": one.word, **both("because", one.because), "numbers": dict(one.numbers)}
        for one in answers
    ]


def _of_rule(now: Now, rule: str, elected: Sequence[str]) -> Json:
    """How the rule of a proposal or a call stands now: whether it still names the same, and by how much."""
    for verdict, answers in now:
        if verdict.rule == rule:
            names = list(verdict.elected) == list(elected)
            return _asked(verdict, answers) | {"passes": names and verdict.cushion_votes > 0}
    return {"rule": rule, "passes": False, "cushion_votes": None, "guards": []}


def _call(case: Case, rulings: Sequence[Ruling], now: Now, told_to: Mapping[str, int]) -> Json:
    view, call = case.view, case.memory.call
    shown = shown_call(call_json(case.memory), resting_state(view.seen, view.contest, view.night, view.ban))
    if call is None or shown["id"] != call.id:
        return shown | {"approvals": [], "approved_by": []}
    stands = _of_rule(now, call.rule, call.elected)
    told = case.fact(call.id)
    proposed = next(
        (one for one in (case.about(told) if told is not None else ()) if one.kind == "call-proposed"), None
    )
    signed = [] if proposed is None else _approvals(case, proposed.id, rulings)
    return shown | {
        "approvals": signed, "approved_by": signed, "version": call.version,
        "cushion_votes": call.cushion_votes, "cushion_votes_now": stands["cushion_votes"],
        "held_now": stands["passes"] if shown["state"] == CALLED else None, "guards_now": stands["guards"],
        "told_to": told_to.get(call.id, 0), "proposal": None if proposed is None else proposed.id,
        "dossier_sha256": None if proposed is None else proposed.d["dossier"],
    }  # fmt: skip


def _approvals(case: Case, proposal: str, rulings: Sequence[Ruling]) -> list[Json]:
    """Who signed, when, and why in their own words."""
    texts = {one.id or identity(one): one.text for one in rulings}
    return [
        {"by": fact.d["by"], "at": stamp(fact.at), "because": texts.get(fact.d["ruling"], "")}
        for fact in case.facts
        if fact.kind == "proposal-approved" and fact.d["proposal"] == proposal
    ]


def _proposal(case: Case, rulings: Sequence[Ruling], now: Now) -> Json | None:
    waiting = case.memory.proposal
    told = None if waiting is None else case.fact(waiting.id)
    if waiting is None or told is None:
        return None
    then, stands, seen = told.d, _of_rule(now, waiting.rule, waiting.elected), case.view.seen
    margin_then = then["numbers"].get("margin_votes")
    return {
        "id": waiting.id, "key": waiting.key, "rule": waiting.rule, "choice": waiting.elected[0],
        "elected": list(waiting.elected), "version": waiting.version, "at": stamp(waiting.at),
        **both("because", waiting.because), "cushion_votes": waiting.cushion_votes, "people": waiting.people,
        "rests_on": dict(then["numbers"]), "approvals": _approvals(case, waiting.id, rulings),
        "dossier_sha256": then["dossier"], "log": {"positions": dict(told.positions)},
        "guards": [
            {"id": one["id"], "word": one["word"], **both("because", one["because"]),
             "numbers": dict(one["numbers"])}
            for one in then["guards"]
        ],
        "now": stands, "changed": _changed(waiting, then["guards"], stands),
        "since": {
            "versions": case.version - waiting.version, "boxes": seen.boxes - waiting.boxes,
            "margin_votes_then": margin_then if isinstance(margin_then, int) else None,
            "margin_votes": seen.margin_votes, "cushion_votes_then": waiting.cushion_votes,
            "cushion_votes": stands["cushion_votes"],
        },
    }  # fmt: skip


def _changed(waiting: Proposal, then: Sequence[Mapping[str, Any]], stands: Json) -> bool:
    """Whether somebody who looked at it then must look again: it rests on less, or a guard says otherwise."""
    words = {one["id"]: one["word"] for one in then}
    differ = any(words.get(one["id"]) != one["word"] for one in stands["guards"])
    return not stands["passes"] or differ or stands["cushion_votes"] < waiting.cushion_votes


def _line(fact: Told) -> Json:
    return {
        "id": fact.id, "seq": fact.seq, "kind": fact.kind, "at": stamp(fact.at), **both("title", fact.title),
        **both("because", fact.because), "by": fact.d.get("by"), "rule": fact.d.get("rule"),
        "proposal": fact.id if fact.kind == "call-proposed" else fact.d.get("proposal"),
    }  # fmt: skip


def _ruling(one: Ruling) -> Json:
    return {
        "id": one.id or identity(one), "kind": one.kind, "at": stamp(one.at), "heard_at": stamp(one.heard_at),
        **both("title", said(f"rulings.{one.kind}")), "because": one.text, "text": one.text,
        "becauses": dict(one.texts), "actor": one.actor, "actors": dict(one.actors), "by": one.actor,
        "source": one.source, "data": dict(one.data),
    }  # fmt: skip


def _time(at: Any) -> str | None:
    return None if at is None else stamp(at)
