"""Rules, guards and alerts of a night are read whole, or refused with every mistake and its line."""

import pytest

from election.calls.thresholds import default_calls, default_guards
from election.errors import NightError
from election.night import AlertRules, CallRule, GuardRule, Night
from election.wire.nights import read_night
from tests.election.strategies import files, night


def read(text: str) -> Night:
    """The night with this at the end of its night.toml."""
    made = files(outstanding="")
    return read_night(made | {"night.toml": made["night.toml"] + text.encode()})


def mistakes(text: str) -> list[str]:
    """What is wrong with it."""
    with pytest.raises(NightError) as refusal:
        read(text)
    return [str(mistake) for mistake in refusal.value.mistakes]


def test_a_night_that_says_nothing_has_the_defaults() -> None:
    """Certain and majority with one person, no projection, every guard, the alerts of the design."""
    assert default_calls() == night().calls
    assert default_guards() == night().guards
    assert AlertRules() == night().alerts


def test_what_a_night_says_stands_and_the_rest_is_default() -> None:
    """As headed tables, or in a line."""
    the = read(
        "[calls.certain]\non = true\npeople = 0\n[calls.projected]\non = true\nallowance_points = 12\n"
        "[guards]\nskewed-order = { lean_points = 15 }\nstalled-source = { on = false }\n"
        "[alerts]\ncounted_pct = [50, 100]\ncorrection_votes = 900\n"
    )
    assert CallRule(True, 0, {}) == the.calls["certain"]
    projected = default_calls()["projected"].numbers
    assert CallRule(True, 2, {**projected, "allowance_points": 12}) == the.calls["projected"]
    assert default_calls()["majority"] == the.calls["majority"]
    assert GuardRule(True, {"lean_points": 15, "size_pct": 20, "place_pct": 30}) == the.guards["skewed-order"]
    assert not the.guards["stalled-source"].on
    assert AlertRules(counted_pct=(50, 100), correction_votes=900) == the.alerts


EVERY = """\
[calls.sure]
on = true
[calls.certain]
people = 3
on = "yes"
[calls.projected]
error_permille = 0
allowance_points = -1
allowence = 3
[guards]
poll-open = { on = true }
embargo = { on = false }
too-little-heard = { boxes_least = "many" }
[alerts]
counted_pct = [50, 10]
skew_points = 500
leed = 1
"""
SAID = (
    (1, "There is no rule sure; there are certain, majority, projected."),
    (4, "calls.certain.people is 3; it is 0 to 2."),
    (5, "calls.certain.on is 'yes'; it is true or false."),
    (7, "calls.projected.error_permille is 0; it is 1 to 500 (chance of a wrong call"),
    (8, "calls.projected.allowance_points is -1; it is 0 to 200"),
    (9, "There is no calls.projected.allowence"),
    (11, "There is no guard poll-open; there are embargo,"),
    (12, "The guard embargo cannot be turned off."),
    (13, "guards.too-little-heard.boxes_least is 'many'; it is a whole number."),
    (15, "alerts.counted_pct is percentages of 1 to 100, each once, ascending."),
    (16, "alerts.skew_points is 500; it is 0 to 200."),
    (17, "There is no alerts.leed; known here: band_leave_permille,"),
)


def test_every_mistake_is_said_at_once_with_its_line() -> None:
    """An unknown rule or guard, a number outside its meaning, a misspelt key."""
    above = files(outstanding="")["night.toml"].count(b"\n")
    found = mistakes(EVERY)
    assert len(SAID) == len(found)
    for line, sentence in SAID:
        assert any(mistake.startswith(f"night.toml:{above + line}: {sentence}") for mistake in found), (
            sentence
        )


@pytest.mark.parametrize("value", [0, 501, 1001, -3])
def test_an_error_bound_that_is_none_is_refused(value: int) -> None:
    """Never wrong and wrong every second time are both no bound."""
    assert "error_permille" in mistakes(f"[calls.projected]\nerror_permille = {value}\n")[0]


@pytest.mark.parametrize(
    "text",
    [
        "[calls]\ncertain = 1\n", "[guards]\nmode = true\n", "[alerts]\ncounted_pct = 50\n",
        '[alerts]\ncounted_pct = ["ten"]\n', "[alerts]\ncounted_pct = [0]\n",
        "[alerts]\ncounted_pct = [true]\n", "[calls.certain]\npeople = true\n",
    ],
)  # fmt: skip
def test_what_is_no_table_or_no_number_is_refused(text: str) -> None:
    """Once, and with its line."""
    found = mistakes(text)
    assert 1 == len(found)
    assert found[0].startswith("night.toml:")


def test_the_digest_sees_the_rules_of_a_night() -> None:
    """Two processes with other rules do not work together."""
    assert read("").digest != read("[calls.certain]\npeople = 0\n").digest
