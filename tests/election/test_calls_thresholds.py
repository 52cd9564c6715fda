"""What may be set of rules and guards has a default inside its own range, and the docs name all of it."""

from pathlib import Path

from election.calls import GUARDS, RULES
from election.calls.thresholds import (
    GUARD_TERMS,
    PEOPLE_MAX,
    RULE_TERMS,
    Number,
    default_calls,
    default_guards,
)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "calls.md"


def numbers() -> list[tuple[str, str, Number]]:
    """Every number that may be set, with the rule or guard it belongs to."""
    terms = [*RULE_TERMS.items(), *GUARD_TERMS.items()]
    return [(name, key, number) for name, one in terms for key, number in one.numbers.items()]


def test_each_rule_and_guard_can_be_set_and_nothing_else() -> None:
    """In the order of their tables."""
    assert list(RULES) == list(RULE_TERMS)
    assert list(GUARDS) == list(GUARD_TERMS)


def test_each_default_has_a_meaning() -> None:
    """A night that says nothing is a night that could be written."""
    assert numbers()
    assert all(number.least <= number.default <= number.most for _, _, number in numbers())
    assert all(0 <= rule.people <= PEOPLE_MAX for rule in RULE_TERMS.values())


def test_a_projection_is_off_and_needs_two_people_unless_a_night_says_otherwise() -> None:
    """A statistical rule is a night's decision; the others are on and need one person."""
    calls = default_calls()
    assert (False, 2) == (calls["projected"].on, calls["projected"].people)
    assert {(True, 1)} == {(calls[name].on, calls[name].people) for name in ("certain", "majority")}


def test_all_guards_are_on() -> None:
    """And those that keep the law and the modes apart cannot be turned off."""
    assert all(guard.on for guard in default_guards().values())
    fixed = [name for name, terms in GUARD_TERMS.items() if not terms.settable]
    assert ["embargo", "polls-open", "mode"] == fixed


def test_the_reference_names_each_number_with_its_default_and_range() -> None:
    """One row each."""
    text = DOCS.read_text(encoding="utf-8")
    missing = [
        (name, key)
        for name, key, one in numbers()
        if f"| `{key}` | {one.default} | {one.least} to {one.most} |" not in text
    ]
    assert [] == missing
