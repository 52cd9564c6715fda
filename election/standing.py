"""The contest as people and rules see it: order, margin, share, counted, and what the trailer needs.

Know before changing: everything is integers. A share is a fraction formed here, last, for showing; rules
compare by cross-multiplying. The margin of a contest that elects several is at the line, between the last in
and the first out.
"""

from dataclasses import dataclass

from election.night import AreaId, ChoiceId, Contest, Night
from election.outstanding import Outstanding, Registers, outstanding
from election.tally import COLUMN, Row, votes_of

SHARE_DIGITS = 6
STEP = 10.0**-SHARE_DIGITS


@dataclass(frozen=True, slots=True)
class Needs:
    """What the first choice that is out needs of the votes still expected to catch the last that is in.

    `share` is a fraction of the valid votes expected (register out × valid per registered so far), assuming
    all the rest goes to the choice ahead; None with the word *undefined*.
    """

    choice: ChoiceId | None
    share: float | None
    word: str
    because: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One area of one contest by one source."""

    area: AreaId
    boxes: int
    boxes_total: int
    boxes_quarantined: int
    received: int
    register: int
    register_total: int
    registered: int
    voters: int
    valid: int
    invalid: int
    votes: tuple[int, ...]
    """One a choice, in the order of the paper."""
    order: tuple[ChoiceId, ...]
    """Most votes first; choices with the same votes keep the order of the paper."""
    leader: ChoiceId | None
    """Who alone has most votes; None before any vote, and where several have as many."""
    margin_votes: int
    tie: bool
    outstanding: Outstanding
    needs: Needs | None

    def counted_at_least(self, pct: int) -> bool:
        """Whether at least `pct` percent of the boxes are counted."""
        return self.boxes_total > 0 and self.boxes * 100 >= pct * self.boxes_total


def standing(
    area: AreaId, row: Row, contest: Contest, night: Night, registers: Registers, *, boxed: bool = True
) -> Standing:
    """How an area stands with the total `row`; `boxed` is False for a source that reports areas."""
    register = registers[area]
    votes = votes_of(row, contest)
    ranked = sorted(range(len(votes)), key=lambda place: (-votes[place], place))
    line = contest.seats
    contested = len(ranked) > line
    margin = votes[ranked[line - 1]] - votes[ranked[line]] if contested else 0
    tie = contested and margin == 0 and votes[ranked[0]] > 0
    out = outstanding(row, register, night, root=area == contest.area)
    heard = sum(row[COLUMN[name]] for name in ("boxes", "quarantined", "marked"))
    return Standing(
        area=area,
        boxes=row[COLUMN["boxes"]],
        boxes_total=register.boxes,
        boxes_quarantined=row[COLUMN["quarantined"]],
        received=heard,
        register=row[COLUMN["register"]],
        register_total=register.registered,
        registered=row[COLUMN["registered"]],
        voters=row[COLUMN["voters"]],
        valid=row[COLUMN["valid"]],
        invalid=row[COLUMN["invalid"]],
        votes=votes,
        order=tuple(contest.choices[place].id for place in ranked),
        leader=leader(votes, contest),
        margin_votes=margin,
        tie=tie,
        outstanding=out,
        needs=_needs(row, out, margin, contest, ranked) if boxed and contested else None,
    )


def leader(votes: tuple[int, ...], contest: Contest) -> ChoiceId | None:
    """The choice that alone has most votes, or None: nobody has any, or several have as many."""
    most = max(votes)
    ahead = [place for place, count in enumerate(votes) if count == most]
    return contest.choices[ahead[0]].id if most > 0 and len(ahead) == 1 else None


def _needs(row: Row, out: Outstanding, margin: int, contest: Contest, ranked: list[int]) -> Needs:
    """x > (margin + expected) / 2 of the votes expected, as a fraction of them."""
    trailer = contest.choices[ranked[contest.seats]].id
    register, valid = row[COLUMN["register"]], row[COLUMN["valid"]]
    if out.boxes == 0:
        return Needs(trailer, None, "undefined", "no box is still out")
    if register == 0 or valid == 0:
        return Needs(trailer, None, "undefined", "too little is counted to expect anything")
    expected = out.registered * valid // register
    if expected == 0:
        return Needs(trailer, None, "undefined", "no vote is expected from the boxes still out")
    because = f"{margin} behind, {expected} votes expected"
    needed = round((margin + expected) / (2 * expected), SHARE_DIGITS)
    if margin >= expected:
        return Needs(trailer, needed if margin == expected else max(needed, 1 + STEP), "impossible", because)
    return Needs(trailer, min(needed, 1 - STEP), "possible", because)


def share(part: int, whole: int) -> float | None:
    """A fraction to show: six decimals, and never 0 or 1 unless it is; None where nothing is counted."""
    if whole == 0:
        return None
    fraction = round(part / whole, SHARE_DIGITS)
    if part == 0 or part == whole:
        return fraction
    return min(max(fraction, STEP), 1 - STEP)


def margin_points(seen: Standing) -> float | None:
    """The margin in percentage points of the valid votes, two decimals, for showing."""
    return None if seen.valid == 0 else round(100 * seen.margin_votes / seen.valid, 2)


def margin_within(seen: Standing, permille: int) -> bool:
    """Whether the margin is inside a band of so many per thousand of the valid votes."""
    return seen.margin_votes * 1000 <= permille * seen.valid
