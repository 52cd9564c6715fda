"""sandik rule: every kind with what it needs, and nothing that would be kept for ever and do nothing."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.errors import UsageError
from election.rulings import fault
from election.wire.records import RULING_KINDS
from sandik import cli, desk
from sandik.commands import rule
from tests.sandik.evenings import Evening

Captured = pytest.CaptureFixture[str]
SOUND = {
    "box": "iskele-1", "source": "council", "revision": "2", "area": "liman", "choice": "deniz", "by": "lot",
    "elected": "deniz,toprak", "date": "2025-01-12", "scope": "all", "proposal": "x", "call": "x",
    "version": "7", "alert": "0c3373b8881a985d",
}  # fmt: skip
"""A value of every word there is."""


def typed(kind: str, *words: str) -> desk.Wish:
    """As a person types it: the wish it becomes."""
    parser = argparse.ArgumentParser()
    rule.arguments(parser)
    args = parser.parse_args([kind, "--contest", "mayor", "--by", "A", "--because", "b", *words])
    return rule.wish([Evening(records=[]).case()], args, rule.pairs(kind, args.data))


def test_there_is_a_row_for_every_kind_of_ruling() -> None:
    """In the order in which records know them."""
    assert RULING_KINDS == tuple(rule.ASKS)


@pytest.mark.parametrize("kind", RULING_KINDS)
def test_every_kind_can_be_ruled_with_what_it_needs(kind: str) -> None:
    """And the worker has nothing to say against it; without what it needs it is wrong use."""
    asks = rule.ASKS[kind]
    words = [f"{key}={SOUND[key]}" for key in (*asks.needs, *asks.may)]
    wish = typed(kind, *(["--data", *words] if words else []))
    at = datetime(2024, 10, 6, 16, 0, tzinfo=UTC)
    made = desk.decision(kind, wish.case, by="A", because="b", data=wish.data, heard_at=at)
    assert fault(made, wish.case.view.night) is None
    if asks.needs:
        with pytest.raises(UsageError, match=f"{kind} needs {asks.needs[0]}"):
            typed(kind)


def test_every_kind_stands_in_the_reference_with_what_it_says() -> None:
    """Somebody at a shell finds what each kind needs."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "commands.md").read_text()
    for kind, asks in rule.ASKS.items():
        lists = [", ".join(f"`{key}`" for key in keys) for keys in (asks.needs, asks.may)]
        data = "; ".join([*lists[:1], f"optional: {lists[1]}"] if asks.may else lists[:1]).removeprefix("; ")
        row = f"| `{kind}` | {asks.means} | {data} |".replace("|  |", "| |")
        assert row in page.splitlines(), row


def test_values_are_what_the_count_expects() -> None:
    """Numbers are numbers, several elected are a list, and an hour is one of the night."""
    assert {"source": "council", "box": "iskele-1", "revision": 2} == typed(
        "quarantine-cleared", "--data", "source=council", "box=iskele-1", "--data", "revision=2"
    ).data
    assert {"elected": ["deniz", "toprak"]} == typed("certified", "--data", "elected=deniz,toprak").data
    assert datetime(2024, 10, 6, 16, 15, tzinfo=UTC) == typed("embargo-lifted", "--at", "19:15").at


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        ("annulled", ["why=x"], "annulled has no 'why': it takes no --data"),
        ("recount-ordered", ["scop=all"], "recount-ordered has no 'scop': scope, area, box, source"),
        ("recount-ordered", ["scope=some"], "scope is 'some'; it is all or part"),
        ("recount-ordered", ["area=nowhere"], "there is no such area in this contest"),
        ("recount-ordered", ["scope"], "is not KEY=VALUE"),
        ("recount-ordered", ["scope="], "is not KEY=VALUE"),
        ("recount-ordered", ["scope=all", "scope=part"], "twice"),
        ("objection-filed", ["box=nowhere"], "no such box"),
        ("objection-filed", ["source=gossip"], "no such source"),
        ("concession", ["choice=nobody"], "There is no choice 'nobody' in mayor: deniz"),
        ("certified", ["elected=deniz,nobody"], "There is no choice 'nobody'"),
        ("certified", ["by=coin"], "it is lot"),
        ("alert-acknowledged", ["alert=the-last-one"], "it is an id"),
        ("rerun-set", ["date=tomorrow"], "a day such as 2019-06-23"),
        ("call-approved", ["proposal=x", "version=new"], "a whole number"),
        ("call-approved", ["proposal=x", f"version={'9' * 5000}"], "a whole number"),
        ("quarantine-cleared", ["source=council", "box=iskele-1", "revision=0"], "a whole number from 1"),
    ],
)
def test_a_slip_is_said_and_nothing_is_sent(kind: str, data: list[str], says: str) -> None:
    """A ruling is kept for ever; one with a slip in it would do nothing."""
    with pytest.raises(UsageError) as refused:
        typed(kind, "--data", *data)
    assert says in str(refused.value)


def test_an_hour_that_is_none_names_where_it_was_typed() -> None:
    """Beside several words that hold times."""
    with pytest.raises(UsageError, match="--at: '25:99' is no hour of the day"):
        typed("annulled", "--at", "25:99")


@pytest.mark.parametrize(
    ("kind", "says"), [("certifed", "did you mean certified"), ("zzz", "there are embargo-announced")]
)
def test_an_unknown_kind_names_the_near_ones(kind: str, says: str, capsys: Captured) -> None:
    """Before anything is opened."""
    assert 2 == cli.main(["rule", kind, "--contest", "mayor", "--by", "A", "--because", "b"])
    assert says in capsys.readouterr().err
