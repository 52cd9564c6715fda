"""What a night may set for each rule and guard: the default, and the range in which a number has a meaning.

    default_calls()["projected"].numbers["swing_points"]     4
    RULE_TERMS["certain"].people                             1: one person of the desk signs

Know before changing: names and defaults are documented in docs/reference/calls.md (a test compares). A
default that stands for something measured says on what; docs/calibration.md shows what it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from election.night import CallRule, GuardRule

PEOPLE_MAX = 2
"""Most different people a night can ask for: two, who watch each other."""


@dataclass(frozen=True, slots=True)
class Number:
    """One whole number a night may set. Outside `least` to `most` it has no meaning and is a mistake."""

    default: int
    least: int
    most: int
    means: str


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What a night may say of a rule; the defaults are those of a night that says nothing."""

    on: bool
    people: int
    numbers: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class GuardTerms:
    """What a night may say of a guard; one that is not `settable` is always asked."""

    settable: bool
    numbers: Mapping[str, Number]


RULE_TERMS: Mapping[str, RuleTerms] = {
    "certain": RuleTerms(on=True, people=1, numbers={}),
    "majority": RuleTerms(on=True, people=1, numbers={}),
    "projected": RuleTerms(
        on=False,
        people=2,
        numbers={
            "allowance_points": Number(
                10, 0, 200, "no parent: points by which boxes out may lean away from those heard"
            ),
            "swing_points": Number(
                4, 0, 200, "with a parent: points by which the swing of boxes out may differ"
            ),
            "error_permille": Number(
                5, 1, 500, "chance of a wrong call by sampling alone, per thousand contests"
            ),
            "counted_permille": Number(30, 0, 1000, "boxes counted before it speaks, per thousand"),
            "spread_points": Number(
                38, 1, 200, "no parent: standard deviation of a box's margin within its area"
            ),
            "swing_spread_points": Number(
                7, 1, 200, "with a parent: standard deviation of a box's swing within its area"
            ),
            "area_swing_points": Number(
                3, 1, 200, "with a parent: standard deviation of an area's swing about the contest's"
            ),
        },
    ),
}
"""By rule. Spreads are those of Istanbul's 31,186 boxes of March and June 2019, rounded up: within the widest
of 39 districts 37.6 points of margin and 6.6 of swing (24.4 and 4.8 over all), between districts 2.6."""

GUARD_TERMS: Mapping[str, GuardTerms] = {
    "embargo": GuardTerms(settable=False, numbers={}),
    "polls-open": GuardTerms(settable=False, numbers={}),
    "mode": GuardTerms(settable=False, numbers={}),
    "recount-band": GuardTerms(settable=True, numbers={}),
    "decisive-quarantine": GuardTerms(settable=True, numbers={}),
    "stalled-source": GuardTerms(settable=True, numbers={}),
    "sources-disagree": GuardTerms(settable=True, numbers={}),
    "skewed-order": GuardTerms(
        settable=True,
        numbers={
            "lean_points": Number(
                10, 0, 200, "the parent's margin in boxes out against boxes heard, in points"
            ),
            "size_pct": Number(20, 0, 100, "registered voters a box, out against heard, in percent"),
            "place_pct": Number(
                30, 0, 100, "of the voters heard, how many would have to live elsewhere, in percent"
            ),
        },
    ),
    "too-little-heard": GuardTerms(
        settable=True,
        numbers={
            "boxes_least": Number(100, 0, 1_000_000, "boxes counted before a projection is heard out"),
            "unheard_pct": Number(10, 0, 100, "voters who live in areas without one box counted, in percent"),
        },
    ),
}
"""By guard, in the order they are asked."""


def defaults(numbers: Mapping[str, Number]) -> dict[str, int]:
    """The default of each number."""
    return {name: number.default for name, number in numbers.items()}


def default_calls() -> dict[str, CallRule]:
    """The rules of a night that says nothing of them."""
    return {
        name: CallRule(terms.on, terms.people, defaults(terms.numbers)) for name, terms in RULE_TERMS.items()
    }


def default_guards() -> dict[str, GuardRule]:
    """The guards of a night that says nothing of them: all of them."""
    return {name: GuardRule(True, defaults(terms.numbers)) for name, terms in GUARD_TERMS.items()}
