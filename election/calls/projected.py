"""`projected`: a statistical rule that states its model, its error bound and its assumptions; off by default.

Model: strata are the areas boxes lie in. Of each, the boxes out are expected to bring valid votes in
proportion to their register (separate ratio estimation), with a margin that is

* with a parent night: the parent's margin of just these boxes, plus the swing of the same boxes of the area
  counted on both nights, drawn towards the contest's swing the fewer they are (a composite estimate);
* without: the margin heard in the area; an area of which nothing is heard is taken at its worst.

From the projected margin two things are taken off. An *allowance*: by so many points the boxes out of every
area may lean against the leader, because the order in which boxes come is not random. And a *sampling term*:
a one-sided normal quantile of the spread between boxes, divided among all challengers and LOOKS independent
looks of a night (Bonferroni), so that sampling alone makes a wrong call in `error_permille` of contests at
most. What is left must be above zero.

Sources: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, 5.3 (stratified means), 6.10-6.11 (separate ratio
estimates); J. N. K. Rao, Small Area Estimation, 2003, 4.3 (composite estimators). What it does on real and
simulated nights: docs/calibration.md.

Know before changing: this is the one rule with floats in it. It names only a choice that also leads the votes
counted. A change of what it answers raises RULE_VERSION.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import NormalDist
from typing import NamedTuple

from election.calls.thresholds import default_calls
from election.calls.verdict import Then, Verdict, View
from election.calls.words import Sentence, name, percent
from election.night import CallRule
from election.outstanding import outstanding
from election.standing import Standing
from election.swing import together
from election.tally import COLUMN, nothing, votes_of
from languages.saying import said

RULE_VERSION = 1
NAME = "projected"
ASKS = "Does the lead hold if the boxes out are as like those heard as the night says, at the worst?"
SOURCE = "Cochran, Sampling Techniques, 3rd ed., 5.3 and 6.10; Rao, Small Area Estimation, 4.3"

LOOKS = 10
"""How many independent looks a night has at most: the counted part doubles seven times from 1 % on."""

BOXES, REGISTER, VALID = COLUMN["boxes"], COLUMN["register"], COLUMN["valid"]
NO_REGISTER, HELD_EXCESS = COLUMN["no_register"], COLUMN["held_excess"]

Votes = tuple[int, ...]


class Stratum(NamedTuple):
    """One area with boxes out: the valid votes expected of them, each choice's share of those, and by how
    much the margin of any two may lean the other way, as a fraction."""

    expected: float
    shares: Sequence[float]
    allowance: float


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything expected of the boxes out, for any pair of choices."""

    strata: tuple[Stratum, ...]
    paired: int
    """How many of the strata rest on the parent night."""
    worst: float
    """Votes that cannot be projected: of areas not heard, boxes without a register, unexpected boxes."""
    variance: float
    """Of a projected margin, in votes squared."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The projection of one pair: leader over challenger, in votes."""

    challenger: int
    margin: float
    """Projected, before anything is taken off."""
    allowance: float
    sampling: float
    worst: float
    """Taken off for what cannot be projected: areas not heard, boxes without a register."""

    @property
    def cushion(self) -> int:
        """What is left of the lead, in whole votes rounded down."""
        return floor(self.margin - self.allowance - self.sampling - self.worst)


def decide(view: View) -> Verdict:
    """Who keeps the lead at the night's allowance and error bound, or why nobody can be named."""
    rule = view.night.calls.get(NAME) or default_calls()[NAME]
    seen, contest = view.seen, view.contest
    asked = contest.seats == 1 and contest.marks == 1 and len(contest.choices) > 1
    if not asked or seen.leader is None or seen.valid == 0 or seen.register == 0:
        return Verdict(NAME, None, 0, _counted(seen), _not_asked(view, asked))
    expected = _expected(view, rule)
    leader = seen.votes.index(max(seen.votes))
    pairs = len(seen.votes) - 1
    quantile = NormalDist().inv_cdf(1 - rule.numbers["error_permille"] / 1000 / (pairs * LOOKS))
    sampling = quantile * sqrt(expected.variance)
    closest = min(
        (
            _outlook(seen, expected, (leader, place), sampling)
            for place in range(pairs + 1)
            if place != leader
        ),
        key=lambda outlook: (outlook.cushion, outlook.challenger),
    )
    enough = seen.boxes * 1000 >= rule.numbers["counted_permille"] * seen.boxes_total
    passes = enough and closest.cushion > 0
    numbers = _counted(seen) | {
        "challenger": contest.choices[closest.challenger].id,
        "projected_margin_votes": round(closest.margin),
        "projected_valid": round(seen.valid + sum(stratum.expected for stratum in expected.strata)),
        "allowance_votes": round(closest.allowance),
        "sampling_votes": round(closest.sampling),
        "worst_votes": round(closest.worst),
        "areas": len(view.areas),
        "areas_paired": expected.paired,
        "quantile": round(quantile, 6),
        **rule.numbers,
    }
    return Verdict(
        rule=NAME,
        choice=seen.leader if passes else None,
        cushion_votes=closest.cushion if passes else min(closest.cushion, 0),
        numbers=numbers,
        because=_because(view, closest, rule, expected.paired > 0, enough),
        elected=(seen.leader,) if passes else (),
    )


def _counted(seen: Standing) -> dict[str, int | float | str]:
    return {"margin_votes": seen.margin_votes, "boxes": seen.boxes, "boxes_total": seen.boxes_total}


def _expected(view: View, rule: CallRule) -> Expected:
    """What the boxes out of every area are expected to bring, and how uncertain that is."""
    night, contest, seen = view.night, view.contest, view.seen
    swing = _Swing(view, rule)
    margin_spread, allowance = rule.numbers["spread_points"] / 100, rule.numbers["allowance_points"] / 100
    turnout = seen.valid / seen.register
    empty = nothing(contest, night)
    strata, paired, variance = [], 0, 0.0
    worst = float(night.outstanding.unexpected_boxes * night.outstanding.unexpected_box_voters)
    for area in view.areas:
        row, register = view.rows.get(area, empty), view.registers[area]
        boxes, registered, valid = row[BOXES], row[REGISTER], row[VALID]
        no_register = register.no_register - row[NO_REGISTER]
        worst += no_register * night.outstanding.voters_max_without_register + row[HELD_EXCESS]
        if register.registered <= registered:
            continue
        boxes_out = register.boxes - boxes
        votes_out = (register.registered - registered) * (valid / registered if registered else turnout)
        shares = swing.shares(view.then.get(area), boxes_out)
        if shares is not None:
            paired += 1
            strata.append(Stratum(votes_out, shares, swing.allowance))
            variance += swing.variance(view.then[area].boxes, boxes_out, votes_out)
        elif boxes and valid:
            shares = [votes / valid for votes in votes_of(row, contest)]
            strata.append(Stratum(votes_out, shares, allowance))
            variance += (votes_out * margin_spread) ** 2 * (1 / boxes + 1 / max(1, boxes_out))
        else:
            worst += outstanding(row, register, night, root=False).votes_max
    return Expected(tuple(strata), paired, worst, variance + swing.shared_variance())


class _Swing:
    """What the parent night says of the boxes out of an area: its votes of them, and how boxes have moved."""

    def __init__(self, view: View, rule: CallRule) -> None:
        numbers = rule.numbers
        self.allowance = numbers["swing_points"] / 100
        self.box, self.area = numbers["swing_spread_points"] / 100, numbers["area_swing_points"] / 100
        self.drawn = (self.box / self.area) ** 2
        """At so many boxes an area's own swing and the contest's weigh the same."""
        whole = together(view.then.values())
        self.boxes = whole.boxes if whole is not None else 0
        self.areas = sum(then.boxes > 0 for then in view.then.values())
        self.moved = [] if whole is None else _moved(whole.now, whole.then)
        self.shared = 0.0

    def shares(self, then: Then | None, boxes_out: int) -> list[float] | None:
        """Each choice's share expected of the boxes out; None if the parent knows less than half of them."""
        if then is None or not self.moved or 2 * (then.boxes_total - then.boxes) < boxes_out:
            return None
        out = [total - part for total, part in zip(then.then_total, then.then, strict=True)]
        known = sum(out)
        if known <= 0:
            return None
        own = _moved(then.now, then.then)
        if not own:
            return [v / known + moved for v, moved in zip(out, self.moved, strict=True)]
        weight = then.boxes / (then.boxes + self.drawn)
        return [
            v / known + weight * mine + (1 - weight) * whole
            for v, mine, whole in zip(out, own, self.moved, strict=True)
        ]

    def variance(self, boxes: int, boxes_out: int, votes_out: float) -> float:
        """Of an area's swing about what is expected, and of the boxes out about the area's."""
        self.shared += votes_out * self.drawn / (boxes + self.drawn)
        return (votes_out * self.box) ** 2 * (1 / (boxes + self.drawn) + 1 / max(1, boxes_out))

    def shared_variance(self) -> float:
        """Of the contest's own swing, which every area leans on that has few boxes: it errs in all alike."""
        around = self.box**2 / max(1, self.boxes) + self.area**2 / max(1, self.areas)
        return self.shared**2 * around


def _moved(now: Votes, then: Votes) -> list[float]:
    """By how much each choice's share moved over the same boxes; nothing where nobody voted."""
    total_now, total_then = sum(now), sum(then)
    if not total_now or not total_then:
        return []
    return [a / total_now - b / total_then for a, b in zip(now, then, strict=True)]


def _outlook(seen: Standing, expected: Expected, places: tuple[int, int], sampling: float) -> Outlook:
    """The projection of one pair over all areas, and what is taken off it."""
    first, second = places
    margin, taken = float(seen.votes[first] - seen.votes[second]), 0.0
    for votes_out, shares, allowance in expected.strata:
        lean = max(-1.0, min(1.0, shares[first] - shares[second]))
        margin += votes_out * lean
        taken += votes_out * (allowance if lean - allowance > -1 else lean + 1)
    return Outlook(second, margin, taken, sampling, expected.worst)


def _because(view: View, outlook: Outlook, rule: CallRule, paired: bool, enough: bool) -> Sentence:
    seen, contest = view.seen, view.contest
    challenger = contest.choices[outlook.challenger].id
    points = rule.numbers["swing_points" if paired else "allowance_points"]
    off = outlook.allowance + outlook.sampling + outlook.worst
    counted = percent(seen.boxes, seen.boxes_total)
    if not enough:
        return said("calls.projected.little", counted=counted, least=rule.numbers["counted_permille"] / 10)
    return said(
        "calls.projected.says", paired=paired, counted=counted, leader=name(contest, seen.leader),
        margin=round(outlook.margin), challenger=name(contest, challenger), points=points, off=round(off),
        kept=outlook.cushion > 0, error=rule.numbers["error_permille"] / 10,
    )  # fmt: skip


def _not_asked(view: View, asked: bool) -> Sentence:
    contest, seen = view.contest, view.seen
    if asked:
        return said("calls.projected.nobody", valid=seen.valid, boxes=seen.boxes)
    choices = len(contest.choices)
    return said("calls.projected.not_asked", choices=choices, seats=contest.seats, marks=contest.marks)
