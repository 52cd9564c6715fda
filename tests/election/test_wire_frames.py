"""What clients are shown: whole before, whole after, nothing before its hour, and a hash that proves it."""

import copy
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.night import AreaId, ContestId, SourceId
from election.report import Claim
from election.tally import COLUMN
from election.wire.frames import (
    HASH_DIGITS,
    Board,
    ContestState,
    Json,
    difference,
    dumps,
    merged,
    state_hash,
)
from tests.election.strategies import (
    CLOSED_UNTIL,
    LAW_OPENS_AT,
    NOON,
    contest_of,
    figures,
    histories,
    night,
    paper,
    source_of,
    stated,
    unit_of,
)
from tests.election.test_tally import counted

OPEN_AT = LAW_OPENS_AT
BANNED = st.sampled_from([None, NOON, CLOSED_UNTIL, LAW_OPENS_AT - timedelta(minutes=1)])
FEWER = settings(max_examples=40)


def state_of(told: list[Claim], contest: str = "mayor", source: str = "council") -> ContestState:
    """A contest's state after these papers."""
    tally = counted(told, contest, source)
    return ContestState(
        "e1", len(told), NOON, None, {SourceId(source): tally.rows}, {SourceId(source): NOON}, 3, {"W301": 2}
    )


def snapshot(told: list[Claim], contest: str = "mayor", at: datetime | None = OPEN_AT) -> Json:
    """The snapshot after these papers, at an hour of the night."""
    return Board(night(), contest_of(contest), "rehearsal").snapshot(state_of(told, contest), at)


def bare(value: Any) -> Any:
    """A value without its nulls: null and absent mean the same."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if inner is not None}
    return value


JSON = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


@given(OBJECTS, OBJECTS)
def test_a_patch_makes_the_new_of_the_old(old: Json, new: Json) -> None:
    """RFC 7396, null and absent being the same; equal values need no patch."""
    patch = difference(old, new)
    if patch is None:
        assert bare(old) == bare(new)
    else:
        assert bare(new) == bare(merged(old, patch))


@given(OBJECTS, OBJECTS)
def test_a_patch_says_only_what_changed(old: Json, new: Json) -> None:
    """Applied twice it does no harm, and what it does not name stays."""
    patch = difference(old, new) or {}
    once = merged(old, patch)
    assert once == merged(once, patch)
    untouched = set(old) - set(patch)
    assert {name: old[name] for name in untouched} == {name: once[name] for name in untouched}
    assert difference(old, old) is None


@given(OBJECTS, OBJECTS)
def test_a_patch_leaves_the_old_value_as_it_was(old: Json, new: Json) -> None:
    """One snapshot is shared by many subscriptions."""
    kept = copy.deepcopy(old)
    merged(old, difference(old, new) or {})
    assert kept == old


@FEWER
@given(histories(), st.lists(st.sampled_from([NOON, CLOSED_UNTIL, OPEN_AT]), min_size=2, max_size=4))
def test_a_client_that_takes_every_change_has_the_snapshot(told: list[Claim], hours: list[datetime]) -> None:
    """Through JSON, over the opening of the embargo, and its hash is the server's."""
    cuts = [len(told) * place // len(hours) for place in range(1, len(hours) + 1)]
    shots = [
        orjson.loads(dumps(snapshot(told[:cut], at=at))) for cut, at in zip(cuts, sorted(hours), strict=True)
    ]
    client: Any = shots[0]
    for before, after in pairwise(shots):
        client = merged(client, difference(before, after) or {})
        assert bare(after) == bare(client)
        assert after["hash"] == state_hash(client)
    assert bare(shots[-1]) == bare(reduce(lambda kept, new: merged(kept, difference(kept, new) or {}), shots))


def test_the_patches_of_the_standard() -> None:
    """The table of examples at the end of RFC 7396."""
    for old, patch, new in [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}), ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}), ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}), (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]), ({"a": "foo"}, None, None), ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}), ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ]:  # fmt: skip
        assert new == merged(old, patch)


# What may not be said before its hour.

BOXES_ONLY = {
    "boxes", "boxes_total", "boxes_quarantined", "units", "units_total", "registered_total",
    "silent_s", "pace",
}  # fmt: skip
"""Numbers that may stand in a snapshot at any time, by their own name."""
PLAIN_FACTS = {
    "v", "version", "refused", "seats", "lead_from_counted_pct", "recount_band_permille", "claimed", "tile",
}  # fmt: skip


def figures_in(value: Any, name: str = "") -> list[tuple[str, object]]:
    """Every number of a snapshot that is neither a count of boxes nor a fact of the night."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in figures_in(inner, key)]
    if isinstance(value, list):
        return [found for inner in value for found in figures_in(inner, name)]
    if isinstance(value, bool) or name in BOXES_ONLY | PLAIN_FACTS:
        return []
    return [(name, value)] if isinstance(value, int | float) else []


@FEWER
@given(histories(max_size=12), BANNED)
def test_no_total_of_any_kind_is_shown_before_the_embargo_opens(
    told: list[Claim], at: datetime | None
) -> None:
    """Not a figure, not a leader, not an order, nowhere in the JSON."""
    shown = snapshot(told, at=at)
    assert "open" != shown["embargo"]["state"]
    assert [] == figures_in(shown)
    assert {} == shown["findings"]
    for place in (shown, *shown["areas"].values(), *shown["sources"]):
        told_early = {
            "leader",
            "margin_votes",
            "order",
            "needs",
            "outstanding",
            "choices",
            "valid",
            "voters",
        } & set(place)
        assert all(place[name] is None for name in told_early - ({"choices"} if place is shown else set()))
    assert [choice.id for choice in contest_of().choices] == [choice["id"] for choice in shown["choices"]]
    assert not re.search(r"leads|ahead|önde|same number", str(shown["headline"]) + shown["call"]["because"])


@FEWER
@given(histories(max_size=12), histories(max_size=12), BANNED)
def test_before_the_embargo_opens_a_snapshot_depends_on_boxes_alone(
    one: list[Claim], other: list[Claim], at: datetime | None
) -> None:
    """With the votes of another night in its boxes, the bytes are the same: nothing can be worked out."""
    board = Board(night(), contest_of(), "rehearsal")
    first, second = (state_of(told) for told in (one, other))
    boxes = [COLUMN[name] for name in ("boxes", "quarantined", "marked", "withdrawn")]
    council = SourceId("council")
    rows = {
        area: tuple(
            row[place] if place in boxes else second.rows[council].get(area, row)[place]
            for place in range(len(row))
        )
        for area, row in first.rows[council].items()
    }
    mixed = replace(first, rows={council: rows})
    assert dumps(board.snapshot(first, at)) == dumps(board.snapshot(mixed, at))


def test_once_it_is_open_every_figure_is_shown() -> None:
    """The same papers, an hour later."""
    told = [paper(), paper("g1-1", **figures(20, 70, None, invalid=2))]
    shut, shown = snapshot(told, at=CLOSED_UNTIL), snapshot(told)
    assert (2, 2) == (shut["counted"]["boxes"], shown["counted"]["boxes"])
    assert (240, 247, 7, 550) == tuple(shown[name] for name in ("valid", "voters", "invalid", "registered"))
    assert [80, 120, 40] == [choice["votes"] for choice in shown["choices"]]
    assert ("bora", 40, ["bora", "ada", "cem"]) == (shown["leader"], shown["margin_votes"], shown["order"])
    assert {"ada": 20, "bora": 70} == shown["areas"]["g1"]["choices"]
    assert {"ada": 60, "bora": 50, "cem": 40} == shown["areas"]["k1"]["choices"]
    assert {"ada": 80, "bora": 120, "cem": 40} == shown["areas"]["kent"]["choices"]
    assert (550, 880) == (shown["counted"]["registered"], shown["counted"]["registered_total"])
    assert {"W301": 2} == shown["findings"]
    assert shut["hash"] != shown["hash"]


def test_a_snapshot_holds_what_people_rely_on() -> None:
    """Fields may be added, never renamed (the contract's list)."""
    shown = snapshot([paper()])
    wanted = (
        "v mode night contest epoch version hash at official simulated embargo source counted registered "
        "voters valid invalid choices margin_votes needs call areas sources outstanding headline refused "
        "findings"
    )
    assert set(wanted.split()) <= set(shown)
    assert {"id", "name", "party", "alliance", "votes", "share"} <= set(shown["choices"][0])
    area = ["name", "parent", "level", "counted", "valid", "choices", "leader", "margin_votes", "needs"]
    assert set(area) <= set(shown["areas"]["kent"])
    assert (False, True, "rehearsal") == (shown["official"], shown["simulated"], shown["mode"])
    assert shown == orjson.loads(dumps(shown))


def test_a_contest_shows_its_own_areas_at_the_levels_shown() -> None:
    """The bridge is asked in guney; a night may hide its wards."""
    assert {"guney", "g1", "g2"} == set(snapshot([], "bridge")["areas"])
    towns = night(top='shown_levels = ["county", "town"]')
    board = Board(towns, contest_of("mayor", towns), "live")
    assert {"kent", "kuzey", "guney"} == set(board.snapshot(ContestState(), None)["areas"])


def test_sources_stand_side_by_side() -> None:
    """Each with its own units; an agency's claim is not our counted."""
    council, agency = [paper()], [
        paper("kuzey", source="agency", level="town", registered=None, claimed_boxes=3, **figures(9, 5, 1))
    ]  # fmt: skip
    state = replace(
        state_of(council),
        rows={
            SourceId(name): counted(told, source=name).rows
            for name, told in (("council", council), ("agency", agency))
        },
    )
    shown = Board(night(), contest_of(), "live").snapshot(state, OPEN_AT)["sources"]
    assert ["council", "party", "agency"] == [one["id"] for one in shown]
    assert [(1, 8, None), (0, 8, None), (1, 2, 3)] == [
        (one["counted"]["units"], one["counted"]["units_total"], one["claimed"]) for one in shown
    ]
    assert [True, False, False] == [one["published"] for one in shown]
    assert ["ada", None, "ada"] == [one["leader"] for one in shown]


def test_another_sources_standing_can_be_asked_for() -> None:
    """Without anything expected of its boxes, if it reports areas."""
    board = Board(night(), contest_of(), "live")
    state = state_of([paper()])
    assert 150 == board.standing(state, AreaId("kent")).valid
    assert 0 == board.standing(state, AreaId("kent"), source_of("party").id).valid
    assert board.standing(state, AreaId("kent"), source_of("agency").id).needs is None


# The hash that lets a stranger prove what is shown.


def test_the_hash_is_over_a_text_a_stranger_can_make() -> None:
    """Computed here again from the words of its definition."""
    import hashlib

    shown = snapshot([paper("g1-1")], "mayor")
    nothing = "0\t0\tada=0,bora=0,cem=0"
    lines = ["sandik-1 mayor open\n"]
    for area in ("g1", "g2", "guney", "k1", "k2", "kent", "kuzey"):
        told = dict.fromkeys(("g1", "guney"), "1\t150\tada=60,bora=90") | {"g2": "0\t0\tada=0,bora=0"}
        told["kent"] = "1\t150\tada=60,bora=90,cem=0"
        lines.append(f"{area}\t{told.get(area, nothing)}\n")
    assert hashlib.sha256("".join(lines).encode()).hexdigest()[:HASH_DIGITS] == shown["hash"]


def test_the_hash_before_the_embargo_is_over_boxes_alone() -> None:
    """What is not told is a hyphen; null and absent are the same to it."""
    shown = snapshot([paper()], at=None)
    assert state_hash(bare(shown)) == shown["hash"]
    assert snapshot([paper(**figures(9, 9, 9))], at=None)["hash"] == shown["hash"]


@FEWER
@given(histories(max_size=10), st.randoms())
def test_the_order_of_areas_and_choices_is_nothing_to_the_hash(told: list[Claim], dice: Any) -> None:
    """JSON objects have no order."""
    shown = snapshot(told)
    areas = list(shown["areas"].items())
    dice.shuffle(areas)
    turned = {
        area: facts | {"choices": dict(sorted(facts["choices"].items(), reverse=True))}
        for area, facts in areas
    }
    assert shown["hash"] == state_hash(shown | {"areas": turned})


@pytest.mark.parametrize("area", ["kent", "k1", "g2"])
@pytest.mark.parametrize("figure", ["boxes", "valid", "ada", "bora", "cem"])
def test_any_figure_it_covers_changes_the_hash(area: str, figure: str) -> None:
    """One vote, one box, in any area; and the contest and the embargo's state. Zero and absent differ."""
    shown = snapshot([paper()])
    other = copy.deepcopy(shown)
    place = other["areas"][area]
    place = place["counted"] if figure == "boxes" else place if figure == "valid" else place["choices"]
    place[figure] = place.get(figure, -1) + 1
    assert shown["hash"] == state_hash(shown) != state_hash(other)
    assert shown["hash"] != state_hash(shown | {"contest": "other"})
    assert shown["hash"] != state_hash(shown | {"embargo": {"state": "closed"}})


def test_a_contest_has_the_areas_of_its_own_question_only() -> None:
    """Nothing heard is all zero, not missing."""
    shown = snapshot([], "bridge")
    assert ContestId("bridge") == shown["contest"]
    assert {"yes": 0, "no": 0} == shown["areas"]["g1"]["choices"]
    assert (0, 4) == (shown["counted"]["boxes"], shown["counted"]["boxes_total"])


@FEWER
@given(st.lists(st.tuples(histories(max_size=6), BANNED | st.just(OPEN_AT)), min_size=2, max_size=4))
def test_a_board_shows_what_a_fresh_one_would(shots: list[tuple[list[Claim], datetime | None]]) -> None:
    """What it keeps from the snapshot before is never what has moved since, nor what may not be told."""
    board = Board(night(), contest_of(), "rehearsal")
    for told, at in shots:
        assert dumps(board.snapshot(state_of(told), at)) == dumps(snapshot(told, at=at))


def test_a_board_follows_a_tally_that_goes_on() -> None:
    """The same rows, one area moved: that area and those above it are made again."""
    board, tally = Board(night(), contest_of(), "rehearsal"), counted([paper()])
    for claim in (paper("g1-1"), paper(revision=2, cause="withdrawn"), paper("k2-1", **figures(40, 30, 20))):
        tally.hear(unit_of(claim), stated(claim))
        state = ContestState(rows={SourceId("council"): tally.rows})
        fresh = Board(night(), contest_of(), "rehearsal")
        assert dumps(fresh.snapshot(state, OPEN_AT)) == dumps(board.snapshot(state, OPEN_AT))
