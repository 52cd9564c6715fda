"""Do the boxes heard look like those out?  By the parent's margin, by size, by place; and are there enough.

Only a projection rests on it, so for `certain` and `majority` the answer is *does not apply*, with the
numbers: on 23 June 2019 the boxes out leaned 21 points further than those heard, which no bound minds.

Know before changing: the comparison is over the whole contest. A projection works area by area and so bears
more than this shows; the guard is there for the order that nothing heard can tell of.
"""

from dataclasses import dataclass

from election.calls.thresholds import default_guards
from election.calls.verdict import CLEAR, DOES_NOT_APPLY, FORBIDS, Answer, Verdict, View
from election.swing import margin, together
from election.tally import COLUMN, nothing
from languages.saying import said

BOUNDS = ("certain", "majority")
"""Rules that hold whatever is still to come, in whatever order."""


@dataclass(frozen=True, slots=True)
class Order:
    """Heard against out: the parent's margin in points (None: no parent), size and place in percent."""

    lean_points: float | None
    size_pct: float
    place_pct: float
    unheard_pct: float


def order(view: View) -> Order:
    """How the boxes out differ from those heard, as differences that are never negative."""
    kept = view.worked_out.get("order")
    if not isinstance(kept, Order):
        kept = view.worked_out["order"] = Order(_lean(view), _size(view), *_places(view))
    return kept


def _lean(view: View) -> float | None:
    """The parent's margin, between the two now ahead, in the boxes out less that in the boxes heard."""
    whole = together(view.then.values())
    if whole is None or len(view.contest.choices) < 2:
        return None
    ranked = [view.contest.position(choice) or 0 for choice in view.seen.order]
    line = min(view.contest.seats, len(ranked) - 1)
    places = (ranked[line - 1], ranked[line])
    out = tuple(total - part for total, part in zip(whole.then_total, whole.then, strict=True))
    heard, left = margin(whole.then, places), margin(out, places)
    return None if heard is None or left is None else round(abs(float(100 * (left - heard))), 1)


def _size(view: View) -> float:
    """Registered voters a box, out against heard; boxes without a register left out."""
    contest, seen = view.contest, view.seen
    row = view.rows.get(contest.area, nothing(contest, view.night))
    known = view.registers[contest.area]
    heard = seen.boxes - row[COLUMN["no_register"]]
    out = known.boxes - known.no_register - heard
    if out <= 0 or not seen.register:
        return 0.0
    return round(abs(100 * (known.registered - seen.register) * heard / (out * seen.register) - 100), 1)


def _places(view: View) -> tuple[float, float]:
    """How many of the voters heard would have to live elsewhere; how many live where no box is counted."""
    seen, empty = view.seen, nothing(view.contest, view.night)
    if not seen.register_total:
        return 0.0, 0.0
    moved = unheard = 0.0
    for area in view.areas:
        row, register = view.rows.get(area, empty), view.registers[area]
        whole = register.registered / seen.register_total
        heard = row[COLUMN["register"]] / seen.register if seen.register else 0.0
        moved += max(0.0, heard - whole)
        unheard += whole if row[COLUMN["boxes"]] == 0 else 0.0
    return round(100 * moved, 1), round(100 * unheard, 1)


def skewed_order(view: View, verdict: Verdict) -> Answer:
    """The order in which boxes come must not hide what is out."""
    limits = (view.night.guards.get("skewed-order") or default_guards()["skewed-order"]).numbers
    seen = order(view)
    numbers: dict[str, int | float | str] = {"size_pct": seen.size_pct, "place_pct": seen.place_pct}
    if seen.lean_points is not None:
        numbers["lean_points"] = seen.lean_points
    skewed = (
        (seen.lean_points is not None and seen.lean_points > limits["lean_points"])
        or seen.size_pct > limits["size_pct"]
        or seen.place_pct > limits["place_pct"]
    )
    because = said(
        "calls.order.skewed", skewed=skewed, known=seen.lean_points is not None, lean=seen.lean_points,
        size=seen.size_pct, place=seen.place_pct, lean_limit=limits["lean_points"],
        size_limit=limits["size_pct"], place_limit=limits["place_pct"],
    )  # fmt: skip
    word = FORBIDS if skewed else CLEAR
    return Answer("skewed-order", _only_projected(verdict, word), numbers, because)


def too_little_heard(view: View, verdict: Verdict) -> Answer:
    """A projection needs boxes, and boxes from nearly everywhere."""
    limits = (view.night.guards.get("too-little-heard") or default_guards()["too-little-heard"]).numbers
    seen, unheard = view.seen, order(view).unheard_pct
    least = min(limits["boxes_least"], seen.boxes_total)
    little = seen.boxes < least or unheard > limits["unheard_pct"]
    numbers = {"boxes": seen.boxes, "boxes_least": least, "unheard_pct": unheard}
    because = said(
        "calls.order.little", boxes=seen.boxes, least=least, unheard=unheard, limit=limits["unheard_pct"]
    )
    return Answer(
        "too-little-heard", _only_projected(verdict, FORBIDS if little else CLEAR), numbers, because
    )


def _only_projected(verdict: Verdict, word: str) -> str:
    """Rules with a bound over everything still to come do not rest on the order."""
    return word if verdict.rule not in BOUNDS else DOES_NOT_APPLY
