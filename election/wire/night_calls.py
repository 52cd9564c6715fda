"""The tables [calls], [guards] and [alerts] of night.toml: which rules may speak, what forbids, what is told.

    [calls.projected]
    on = true
    people = 2
    swing_points = 4

Know before changing: what may be set, and in which range it has a meaning, stands in `calls.thresholds` and
nowhere else. Every mistake is noted with its line and the reading goes on.
"""

from collections.abc import Mapping
from dataclasses import fields

from election.calls.thresholds import (
    GUARD_TERMS,
    PEOPLE_MAX,
    RULE_TERMS,
    Number,
    default_calls,
    default_guards,
)
from election.night import AlertRules, CallRule, GuardRule
from election.wire.toml_reader import Table

ALERT_LIMITS: Mapping[str, tuple[int, int]] = {
    "lead_change_votes": (0, 10**9),
    "band_leave_permille": (0, 1000),
    "correction_votes": (1, 10**9),
    "disagree_votes": (0, 10**9),
    "skew_points": (0, 200),
    "stall_after_s": (1, 7 * 24 * 3600),
}
"""Least and most of each number in [alerts]."""


def read_calls(table: Table) -> dict[str, CallRule]:
    """The rules of a night; those it does not name have their defaults."""
    rules = default_calls()
    for name in table.keys_here():
        rule = table.table(name)
        terms = RULE_TERMS.get(name)
        if terms is None:
            rule.wrong(None, f"There is no rule {name}; there are {', '.join(RULE_TERMS)}.")
            continue
        people = _within(rule, "people", terms.people, 0, PEOPLE_MAX)
        rules[name] = CallRule(rule.flag("on", terms.on), people, _numbers(rule, terms.numbers))
        rule.finish()
    return rules


def read_guards(table: Table) -> dict[str, GuardRule]:
    """The guards of a night; those it does not name have their defaults. Some cannot be turned off."""
    guards = default_guards()
    for name in table.keys_here():
        guard = table.table(name)
        terms = GUARD_TERMS.get(name)
        if terms is None:
            guard.wrong(None, f"There is no guard {name}; there are {', '.join(GUARD_TERMS)}.")
            continue
        on = guard.flag("on", True)
        if not on and not terms.settable:
            guard.wrong("on", f"The guard {name} cannot be turned off.")
        guards[name] = GuardRule(on, _numbers(guard, terms.numbers))
        guard.finish()
    return guards


def read_alerts(table: Table) -> AlertRules:
    """From what size on something is told."""
    usual = AlertRules()
    counted = table.numbers("counted_pct", usual.counted_pct)
    steps = tuple(sorted(set(counted)))
    if steps != counted or not all(1 <= step <= 100 for step in steps):
        table.wrong("counted_pct", "alerts.counted_pct is percentages of 1 to 100, each once, ascending.")
        counted = usual.counted_pct
    numbers = {
        key.name: _within(table, key.name, getattr(usual, key.name), *ALERT_LIMITS[key.name])
        for key in fields(AlertRules)
        if key.name in ALERT_LIMITS
    }
    table.finish()
    return AlertRules(counted_pct=counted, **numbers)


def read_stall(table: Table) -> int | None:
    """How long one source may be silent, in seconds; None where it says nothing of its own."""
    key = "stall_after_s"
    return _within(table, key, getattr(AlertRules(), key), *ALERT_LIMITS[key]) if table.has(key) else None


def _numbers(table: Table, terms: Mapping[str, Number]) -> dict[str, int]:
    return {
        name: _within(table, name, number.default, number.least, number.most, number.means)
        for name, number in terms.items()
    }


def _within(table: Table, key: str, default: int, least: int, most: int, means: str = "") -> int:
    """A whole number inside its meaning; outside it is a mistake, and the default is read on with."""
    value = table.number(key, default, least=-(10**18))
    if least <= value <= most:
        return value
    what = f" ({means})" if means else ""
    table.wrong(key, f"{table.name}{key} is {value}; it is {least} to {most}{what}.")
    return default
