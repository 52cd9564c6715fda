"""The parts of a snapshot that were told: the call, the newest alerts, the lineage; and the swing.

Know before changing: what stands here comes from facts and totals alone, so that a snapshot made again from
the same store is the same. Nothing about totals is in a fact before the embargo opens (`election.telling`);
the swing is of totals and is left out until then.
"""

from collections.abc import Sequence
from typing import Any

from election.alerts import KINDS, Told
from election.calls import state
from election.calls.state import CallState
from election.calls.verdict import Silence, View
from election.lineage import ANNULLED, CERTIFIED, RECOUNT, UNOFFICIAL, day_of
from election.memory import Memory
from election.night import Contest, Night
from election.swing import change, margin_swing
from election.wire.records import stamp
from election.wire.told import call_json, shown_call

ALERTS_SHOWN_MAX = 20
"""Newest alerts in a snapshot; the feeds and the stream of what was told have the rest."""

Json = dict[str, Any]


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
    """One alert as people script against it: the contract's four fields first."""
    return {
        "id": fact.id, "kind": fact.kind, "at": stamp(fact.at), "title": fact.title.get("en", ""),
        "seq": fact.seq, "titles": dict(fact.title), "because": fact.because.get("en", ""),
        "becauses": dict(fact.because),
    }  # fmt: skip


def told_json(heard: Heard, resting: CallState, night: Night) -> Json:
    """Call, alerts and lineage."""
    return {
        "call": shown_call(call_json(heard.memory), resting),
        "alerts": heard.alerts,
        "lineage": _lineage(heard, night),
    }


def _lineage(heard: Heard, night: Night) -> Json:
    """Where the contest comes from and what became of it after the night (semantics.md, Lineage)."""
    reruns = [fact for fact in heard.told if fact.kind == "rerun-set"]
    rerun_on = day_of(reruns[-1].d.get("data", {}).get("date")) if reruns else None
    settled = _SETTLED.get(heard.memory.state, UNOFFICIAL)
    return {"parent": night.parent, "state": settled, "rerun_on": rerun_on and rerun_on.isoformat()}


_SETTLED = {
    state.RECOUNT: RECOUNT, state.CERTIFIED: CERTIFIED, state.BY_LOT: CERTIFIED,
    state.ANNULLED: ANNULLED, state.RERUN: ANNULLED,
}  # fmt: skip
"""What a call's state says of the election; every other says nothing."""


def swing_json(view: View, contest: Contest) -> Json | None:
    """The change of the margin against the parent night over the same boxes, beside the naive figure.

    In percentage points of all votes for the two choices that lead the paper's order now; None where there is
    no parent, nothing is counted on both nights, or the embargo is not open.
    """
    whole = view.whole_then
    if whole is None or not view.ban.is_open or len(view.seen.order) < 2 or whole.boxes == 0:
        return None
    first, second = view.seen.order[:2]
    places = contest.position(first), contest.position(second)
    if places[0] is None or places[1] is None:
        return None
    moved = margin_swing(whole, (places[0], places[1]))
    ours, theirs = (change(whole, view.seen.votes, place) for place in (places[0], places[1]))
    if moved is None or ours.naive_points is None or theirs.naive_points is None:
        return None
    return {
        "points": round(float(100 * moved), 2), "boxes": whole.boxes, "boxes_total": whole.boxes_total,
        "naive_points": round(ours.naive_points - theirs.naive_points, 2), "first": first, "second": second,
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
