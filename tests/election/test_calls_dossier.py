"""A dossier made again from the same facts is the same bytes, and any other fact is other bytes."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls import RULES
from election.calls.dossier import DOSSIER_VERSION, Signature, dossier
from election.calls.guards import ask
from election.calls.verdict import Verdict, View
from election.night import AreaId
from tests.election.strategies import LAW_OPENS_AT, histories, night
from tests.election.test_outstanding import counted
from tests.election.views import heard, view

AT = datetime(2024, 10, 6, 18, 30, tzinfo=UTC)
PEOPLE = [Signature("Ayşe", "approved", AT)]


def made(shown: View, rule: str = "certain", people: list[Signature] | None = None) -> bytes:
    """The dossier of what a rule says of a view."""
    verdict = RULES[rule].decide(shown)
    positions = {"0": 12, "rulings": 3}
    return dossier(shown, verdict, ask(shown, verdict), positions, proposed_at=AT, people=people or [])


def test_a_dossier_holds_everything_a_call_stands_on() -> None:
    """Rule and version, night and digest, totals and positions, standing, guards, people and times."""
    told = json.loads(made(view((900, 100, 0)), people=PEOPLE))
    assert (DOSSIER_VERSION, "certain", 1) == (told["v"], told["rule"]["id"], told["rule"]["version"])
    assert night().digest == told["night"]["digest"]
    assert {"version": 1, "positions": {"0": 12, "rulings": 3}, "at": "2024-10-06T18:00:00.000Z"} == told[
        "totals"
    ]
    assert (800, "ada") == (told["inputs"]["standing"]["margin_votes"], told["verdict"]["choice"])
    assert 50 == told["verdict"]["numbers"]["votes_max"]
    assert [one["id"] for one in told["guards"]][:2] == ["embargo", "polls-open"]
    assert [{"actor": "Ayşe", "word": "approved", "at": "2024-10-06T18:30:00.000Z"}] == told["people"]
    assert told["inputs"]["columns"][0] == "boxes"


@given(histories(), st.sampled_from(sorted(RULES)))
def test_the_same_history_makes_the_same_bytes(told: list[object], rule: str) -> None:
    """Counted twice, from nothing, in memory."""
    first, second = (heard(counted(told, "mayor", night())) for _ in range(2))  # type: ignore[arg-type]
    assert made(first, rule) == made(second, rule)


def test_areas_of_which_nothing_is_left_leave_no_trace() -> None:
    """A total of nothing and no total are the same fact: a store keeps one and a memory the other."""
    shown = view((900, 100, 0))
    empty = tuple([0] * len(shown.rows[shown.contest.area]))
    assert made(shown) == made(replace(shown, rows={**shown.rows, shown.areas[0]: empty}))


def test_totals_between_the_whole_and_its_leaves_leave_no_trace() -> None:
    """They are sums: a process that keeps them makes the same dossier as one that does not."""
    shown = view((900, 100, 0))
    town = shown.rows[shown.contest.area]
    assert made(shown) == made(replace(shown, rows={**shown.rows, AreaId("kuzey"): town}))
    assert made(shown) != made(replace(shown, rows={**shown.rows, AreaId("k1"): town}))


@pytest.mark.parametrize(
    "changed",
    [
        lambda shown: replace(shown, version=2),
        lambda shown: replace(shown, mode="replay"),
        lambda shown: replace(shown, now=AT),
        lambda shown: replace(shown, silences={}),
        lambda shown: replace(shown, night=replace(shown.night, digest="0")),
    ],
)
def test_any_other_fact_is_other_bytes(changed: object) -> None:
    """The version seen, the mode, the hour, a source's silence, the night."""
    shown = view((900, 100, 0))
    assert callable(changed)
    assert made(shown) != made(changed(shown))


def test_bytes_are_canonical_json() -> None:
    """Keys ascending, no spaces, letters as they are, six decimals."""
    raw = made(view((900, 100, 0)), people=PEOPLE)
    assert (
        raw == json.dumps(json.loads(raw), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )
    assert "Ayşe".encode() in raw
    verdict = Verdict("certain", None, 0, {"a": 1 / 3, "b": 2.0, "c": 1}, {})
    whole = json.loads(dossier(view((1, 0, 0)), verdict, [], {}, proposed_at=None))
    assert {"a": 0.333333, "b": 2, "c": 1} == whole["verdict"]["numbers"]
    assert b'"b":2,' in dossier(view((1, 0, 0)), verdict, [], {}, proposed_at=None)
    assert whole["proposed_at"] is None


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_never_gets_into_a_dossier(number: float) -> None:
    """Canonical JSON has no way to write it, and nobody could prove a call by it."""
    verdict = Verdict("certain", None, 0, {"a": number}, {})
    with pytest.raises((ValueError, OverflowError)):
        dossier(view((1, 0, 0)), verdict, [], {}, proposed_at=None)


def test_a_dossier_made_in_istanbul_and_one_made_in_london_are_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Times are UTC wherever the machine stands that proves a call."""
    shown, made_at = view((900, 100, 0)), []
    try:
        for zone in ("Europe/Istanbul", "Europe/London"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            made_at.append(made(shown, people=PEOPLE))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert made_at[0] == made_at[1]
    assert "2024-10-06T18:30:00.000Z" == json.loads(made_at[0])["people"][0]["at"]


def test_a_verdict_of_no_known_rule_has_no_dossier() -> None:
    """A rule that is gone cannot be asked again."""
    with pytest.raises(KeyError):
        dossier(view((1, 0, 0)), Verdict("guess", None, 0, {}, {}), [], {}, proposed_at=LAW_OPENS_AT)
