"""Why there is no call, for everybody to read: one short line each, with the number and its limit.

    against(view)      what stands against a call now: no rule names anybody, and every guard that forbids

A line is a title, a colon and numbers: "Lead inside the recount band: 0.04%, limit 0.5%". What the desk is
shown is longer: every guard's answer with its *because* (`guards`).

Know before changing: whom the guards are asked about is what the strongest rule says, and where no rule names
anybody, what the first one says that the night has on. A guard without a line of its own here says its
*because*. `view.now` should be the night's own time, so that one version of the totals has one answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time

from election.calls import RULES
from election.calls.guards import MINUTE_S, ahead, ask, compared, forbidding
from election.calls.thresholds import default_guards
from election.calls.verdict import Answer, Verdict, View
from election.calls.words import Sentence
from languages.saying import said


@dataclass(frozen=True, slots=True)
class Line:
    """One reason: the guard's id, or `rule`; and the line in every language."""

    id: str
    briefs: Sentence


@dataclass(frozen=True, slots=True)
class Against:
    """All reasons against a call. `guards` is how many guards were asked."""

    guards: int
    lines: tuple[Line, ...]


def against(view: View) -> Against:
    """What stands against a call; no line at all where only people have still to sign."""
    verdicts = [RULES[name].decide(view) for name in RULES if name in view.night.calls and _on(view, name)]
    if not verdicts:
        return Against(0, ())
    strongest = next((verdict for verdict in verdicts if verdict.choice is not None), None)
    verdict = strongest or verdicts[0]
    answers = ask(view, verdict)
    lines = [Line(answer.guard, brief(answer, view, verdict)) for answer in forbidding(answers)]
    return Against(len(answers), tuple(lines if strongest else [*lines, Line("rule", _unmet(verdict))]))


def _on(view: View, rule: str) -> bool:
    return view.night.calls[rule].on


def _unmet(verdict: Verdict) -> Sentence:
    """No rule names anybody: the lead, and what may still come."""
    lead, most = verdict.numbers.get("margin_votes"), verdict.numbers.get("votes_max")
    if not isinstance(lead, int) or not isinstance(most, int):
        return said("calls.brief.rule_says", because=verdict.because)
    return said("calls.brief.rule", lead=lead, most=most)


def brief(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    """A guard's answer as one line; its *because* where there is no line for it."""
    make = _BRIEFS.get(answer.guard)
    return dict(answer.because) if make is None else make(answer, view, verdict)


def _band(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    """What is projected is in the answer only where the count itself is outside the band."""
    numbers = answer.numbers
    margin = int(numbers.get("projected_margin_votes", numbers["margin_votes"]))
    valid = int(numbers.get("projected_valid", numbers["valid"]))
    return said("calls.brief.band", points=(margin, valid), limit=int(numbers["band_permille"]) / 10)


def _quarantine(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    boxes, most = int(answer.numbers["boxes"]), int(answer.numbers["votes_max"])
    return said("calls.brief.quarantine", boxes=boxes, most=most)


def _stalled(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    silent, limit = (int(answer.numbers[name]) // MINUTE_S for name in ("for_s", "limit_s"))
    return said("calls.brief.stalled", minutes=silent, limit=limit)


def _disagree(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    told, against = compared(view, verdict)
    ours = next(ahead(one, view) for one in told if one.published)
    other = sum(ahead(one, view) != ours for one in told)
    if not other:
        return said("calls.brief.close", against=len(against), all=len(told))
    return said("calls.brief.disagree", ours=len(told) - other, other=other)


def _order(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    """Of what is over its limit, the first: by the parent's margin, by size, by place."""
    limits = (view.night.guards.get("skewed-order") or default_guards()["skewed-order"]).numbers
    over = [
        (name, float(answer.numbers[name]))
        for name in ("lean_points", "size_pct", "place_pct")
        if float(answer.numbers.get(name, 0)) > limits[name]
    ]
    name, value = over[0]
    return said("calls.brief.order", value=value, points=name == "lean_points", limit=limits[name])


def _little(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    boxes, least = int(answer.numbers["boxes"]), int(answer.numbers["boxes_least"])
    unheard = float(answer.numbers["unheard_pct"])
    return said("calls.brief.little", boxes=boxes, least=least, unheard=unheard)


def _polls(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    hour = time.fromisoformat(str(answer.numbers["polls_close_at"]))
    return said("calls.brief.polls", hour=hour)


def _mode(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    return said("calls.brief.mode")


_BRIEFS: Mapping[str, Callable[[Answer, View, Verdict], Sentence]] = {
    "recount-band": _band,
    "decisive-quarantine": _quarantine,
    "stalled-source": _stalled,
    "sources-disagree": _disagree,
    "skewed-order": _order,
    "too-little-heard": _little,
    "polls-open": _polls,
    "mode": _mode,
}
"""The lines there are, by guard; under the ban nothing of a count is said, so it needs none."""
