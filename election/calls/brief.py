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

from election.calls import RULES
from election.calls.guards import MINUTE_S, ahead, ask, compared, forbidding
from election.calls.thresholds import default_guards
from election.calls.verdict import Answer, Verdict, View
from election.calls.words import Sentence, decimal, said, votes
from election.headline_words import hundredths


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
        return said(
            en=f"No rule names a winner: {verdict.because['en']}",
            tr=f"Hiçbir kural kazanan demiyor: {verdict.because['tr']}",
        )
    return said(
        en=f"No rule names a winner: lead {votes(lead, 'en')}, still possible {votes(most, 'en')}",
        tr=f"Hiçbir kural kazanan demiyor: fark {votes(lead, 'tr')}, gelebilecek {votes(most, 'tr')}",
    )


def brief(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    """A guard's answer as one line; its *because* where there is no line for it."""
    make = _BRIEFS.get(answer.guard)
    return dict(answer.because) if make is None else make(answer, view, verdict)


def _band(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    numbers = answer.numbers
    margin = int(numbers.get("projected_margin_votes", numbers["margin_votes"]))
    valid = int(numbers.get("projected_valid", numbers["valid"]))
    permille = int(numbers["band_permille"])
    if int(numbers["margin_votes"]) * 1000 <= permille * int(numbers["valid"]):
        margin, valid = int(numbers["margin_votes"]), int(numbers["valid"])
    return said(
        en=f"Lead inside the recount band: {hundredths(margin, valid, 'en')}%, limit "
        f"{decimal(permille / 10, 'en')}%",
        tr=f"Fark yeniden sayım aralığında: %{hundredths(margin, valid, 'tr')}, sınır "
        f"%{decimal(permille / 10, 'tr')}",
    )


def _quarantine(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    boxes, most = int(answer.numbers["boxes"]), int(answer.numbers["votes_max"])
    return said(
        en=f"Boxes in question can change the winner: {votes(boxes, 'en')}, up to {votes(most, 'en')} votes",
        tr=f"Tartışmalı sandıklar kazananı değiştirebilir: {votes(boxes, 'tr')} sandık, en çok "
        f"{votes(most, 'tr')} oy",
    )


def _stalled(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    silent, limit = (int(answer.numbers[name]) // MINUTE_S for name in ("for_s", "limit_s"))
    return said(
        en=f"The published count has stopped: {silent} min, limit {limit} min",
        tr=f"Yayımlanan sayım durdu: {silent} dk, sınır {limit} dk",
    )


def _disagree(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    told, against = compared(view, verdict)
    ours = next(ahead(one, view) for one in told if one.published)
    other = sum(ahead(one, view) != ours for one in told)
    if not other:
        return said(
            en=f"Another count has it too close: {len(against)} of {len(told)}",
            tr=f"Başka sayımda fark çok az: {len(told)} sayımdan {len(against)} tanesi",
        )
    return said(
        en=f"The counts disagree on the leader: {len(told) - other} against {other}",
        tr=f"Sayımlar önde olanda ayrışıyor: {len(told) - other} karşı {other}",
    )


def _order(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    """Of what is over its limit, the first: by the parent's margin, by size, by place."""
    limits = (view.night.guards.get("skewed-order") or default_guards()["skewed-order"]).numbers
    over = [
        (name, float(answer.numbers.get(name, 0)))
        for name in ("lean_points", "size_pct", "place_pct")
        if float(answer.numbers.get(name, 0)) > limits[name]
    ]
    name, value = over[0]
    unit = (" points", " puan") if name == "lean_points" else ("%", "")
    sign = "" if name == "lean_points" else "%"
    return said(
        en=f"Boxes heard are not like those out: {decimal(value, 'en')}{unit[0]}, limit {limits[name]}",
        tr=f"Gelen sandıklar kalanlara benzemiyor: {sign}{decimal(value, 'tr')}{unit[1]}, "
        f"sınır {limits[name]}",
    )


def _little(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    boxes, least = int(answer.numbers["boxes"]), int(answer.numbers["boxes_least"])
    unheard = float(answer.numbers["unheard_pct"])
    return said(
        en=f"Too little is heard: {votes(boxes, 'en')} boxes of at least {votes(least, 'en')}, "
        f"{decimal(unheard, 'en')}% live where none is",
        tr=f"Gelen çok az: en az {votes(least, 'tr')} sandıktan {votes(boxes, 'tr')}, seçmenlerin "
        f"%{decimal(unheard, 'tr')} kadarı hiç gelmeyen yerde",
    )


def _polls(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    hour = str(answer.numbers["polls_close_at"])
    return said(
        en=f"Polls are still open: until {hour}", tr=f"Oy verme sürüyor: bitiş {hour.replace(':', '.')}"
    )


def _mode(answer: Answer, view: View, verdict: Verdict) -> Sentence:
    return said(
        en="The figures are simulated: no live call is made of them",
        tr="Rakamlar benzetim: canlı yayında ilan yapılmaz",
    )


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
