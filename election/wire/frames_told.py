"""The parts of a snapshot that were told: the call, the newest alerts, the lineage; and the swing.

Know before changing: what stands here comes from facts and totals alone, so that a snapshot made again from
the same store is the same. Nothing about totals is in a fact before the embargo opens (`election.telling`);
the swing is of totals and is left out until then.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from election.alerts import KINDS, Told
from election.calls import state
from election.calls.brief import against
from election.calls.state import CallState
from election.calls.verdict import Silence, View
from election.lineage import ANNULLED, CERTIFIED, RECOUNT, UNOFFICIAL, day_of
from election.memory import Memory
from election.night import AreaId, ChoiceId, Contest, Night
from election.swing import Then, change, leading, margin, margin_swing
from election.wire.records import stamp
from election.wire.told import call_json, shown_call

ALERTS_SHOWN_MAX = 20
"""Newest alerts in a snapshot; the feeds and the stream of what was told have the rest."""

Json = dict[str, Any]
Pair = tuple[int, int]
"""The two choices whose margin is compared with the parent night's, by their places on the paper."""


class Heard:
    """What was told of one contest, summed up once however many snapshots are made of it."""

    def __init__(self, contest: Contest) -> None:
        self.contest = contest
        self.told: tuple[Told, ...] = ()
        self.memory = Memory()
        self.alerts: list[Json] = []

    def hear(self, told: Sequence[Told]) -> None:
        """Takes in everything told so far; what is new is added, another beginning is begun again."""
        told = tuple(told)
        if told == self.told:
            return
        if told[: len(self.told)] != self.told:
            self.memory = Memory()
            self.told = ()
        for fact in told[len(self.told) :]:
            self.memory.take(fact)
        self.told = told
        newest = [fact for fact in reversed(told) if for_everybody(fact)][:ALERTS_SHOWN_MAX]
        self.alerts = [alert_json(fact) for fact in newest]


def for_everybody(fact: Told) -> bool:
    """Whether everybody is shown it: a proposal is for the desk, and for alerts that the desk asks for."""
    return not KINDS[fact.kind].desk and fact.kind != "call-proposed"


def alert_json(fact: Told) -> Json:
    """One alert as people script against it: the contract's four fields first.

    `lang` is there where its reason is somebody's own words and known in another language than English alone.
    """
    lang = {"lang": fact.d["lang"]} if fact.d.get("lang") else {}
    return {
        "id": fact.id, "kind": fact.kind, "at": stamp(fact.at), "title": fact.title.get("en", ""),
        "seq": fact.seq, "titles": dict(fact.title), "because": fact.because.get("en", ""),
        "becauses": dict(fact.because), **lang,
    }  # fmt: skip


def told_json(heard: Heard, resting: CallState, view: View) -> Json:
    """Call, alerts and lineage; while a lead may be said and there is no call, what stands against one.

    `view` is at the night's own time, so that one version says one thing whatever the clock.
    """
    call = shown_call(call_json(heard.memory), resting)
    if call["state"] in ASKED:
        call |= against_json(view)
    return {
        "call": call,
        "alerts": heard.alerts,
        "lineage": _lineage(heard, view.night),
    }


ASKED = (state.TOO_CLOSE, state.OPEN)
"""The states in which there is a lead to say and no call."""


def against_json(view: View) -> Json:
    """Why there is no call, each as a line (`calls.brief`), and how many guards were asked."""
    found = against(view)
    lines = [{"id": one.id, "brief": one.briefs["en"], "briefs": dict(one.briefs)} for one in found.lines]
    return {"guards": lines, "guards_asked": found.guards}


def stopped(heard: Heard, contest: Contest) -> bool:
    """Whether the published source was told of as silent and has not spoken since."""
    stall = heard.memory.stalls.get(contest.source)
    return stall is not None and not stall.resumed


def _lineage(heard: Heard, night: Night) -> Json:
    """Where the contest comes from and what became of it after the night (semantics.md, Lineage)."""
    reruns = [fact for fact in heard.told if fact.kind == "rerun-set"]
    data = reruns[-1].d.get("data", {}) if reruns else {}
    rerun_on = day_of(data.get("date"))
    settled = _SETTLED.get(heard.memory.state, UNOFFICIAL)
    return {
        "parent": night.parent, "state": settled, "rerun_on": rerun_on and rerun_on.isoformat(),
        "rerun_night": _text(data.get("night")), "rerun_url": _address(data.get("url")),
    }  # fmt: skip


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _address(value: object) -> str | None:
    """A web address that a page may link to, or None: a ruling's data is whatever somebody typed."""
    found = _text(value)
    return found if found is not None and re.fullmatch(r"https?://\S+", found) else None


_SETTLED = {
    state.RECOUNT: RECOUNT, state.CERTIFIED: CERTIFIED, state.BY_LOT: CERTIFIED,
    state.ANNULLED: ANNULLED, state.RERUN: ANNULLED,
}  # fmt: skip
"""What a call's state says of the election; every other says nothing."""


def swing_pair(view: View, contest: Contest) -> Pair | None:
    """Where the two that lead now stand on the paper; None where no swing may or can be said."""
    whole = view.whole_then
    if whole is None or not view.ban.is_open or len(view.seen.order) < 2 or whole.boxes == 0:
        return None
    first, second = (contest.position(choice) for choice in view.seen.order[:2])
    return None if first is None or second is None else (first, second)


def swing_json(view: View, contest: Contest) -> Json | None:
    """The change of the margin against the parent night over the same boxes, beside the naive figure.

    In percentage points of all votes for the two choices that lead the paper's order now; None where there is
    no parent, nothing is counted on both nights, or the embargo is not open.
    """
    whole, places = view.whole_then, swing_pair(view, contest)
    if whole is None or places is None:
        return None
    first, second = view.seen.order[:2]
    moved, then = margin_swing(whole, places), margin(whole.then, places)
    ours, theirs = (change(whole, view.seen.votes, place) for place in places)
    if moved is None or ours.naive_points is None or theirs.naive_points is None:
        return None
    return {
        "points": round(float(100 * moved), 2), "boxes": whole.boxes, "boxes_total": whole.boxes_total,
        "naive_points": round(ours.naive_points - theirs.naive_points, 2), "first": first, "second": second,
        "then_points": None if then is None else round(float(100 * then), 2),
    }  # fmt: skip


def boxes_then(night: Night, contest: Contest) -> Mapping[AreaId, int]:
    """How many boxes of each area are known from the parent night; empty without one."""
    known = night.parent_votes.get(contest.id, {})
    return Counter(area for box in known for area in night.lines[night.boxes[box].area])


def area_swing_json(then: Then, pair: Pair, leader: ChoiceId | None, contest: Contest) -> Json | None:
    """The same of one area, for the pair of the whole (`swing.first`, `swing.second`); who led there then.

    `flipped` is whether another leads now (`leader`). None where nothing is counted on both nights.
    """
    moved = margin_swing(then, pair)
    if moved is None:
        return None
    place = leading(then.then)
    before = None if place is None else contest.choices[place].id
    return {
        "points": round(float(100 * moved), 2), "boxes": then.boxes, "boxes_total": then.boxes_total,
        "leader": before, "flipped": None not in (leader, before) and leader != before,
    }  # fmt: skip


def silence_json(silence: Silence | None, *, waited_for: bool = True) -> Json:
    """How long a source has said nothing, in whole minutes so that a beat of the clock is no change.

    A source that has not begun is not missed (`waited_for`), unless its count is the published one.
    """
    if silence is None:
        return {"silent_s": None, "stalled": False, "finished": False, "pace": None}
    return {
        "silent_s": silence.for_s // 60 * 60, "stalled": silence.stalled and waited_for,
        "finished": silence.finished,
        "pace": silence.pace,
    }  # fmt: skip
