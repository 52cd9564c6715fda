"""A snapshot as bytes: the parts put together are the whole, and none is too large to send."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.wire.frames import dumps, merged
from web import body as module
from web.body import PART_BYTES_MAX, RUN_AREAS, WHOLE_AREAS_MAX, Body, Runs
from web.pieces import Piece, Pieced


def shown(areas: int, name: str = "x" * 300) -> dict[str, Any]:
    """A snapshot with so many areas."""
    parts = {f"a{number:05}": {"name": name, "valid": number} for number in range(areas)}
    return {"contest": "mayor", "version": 7, "areas": parts, "sources": [{"id": "council"}], "call": None}


def put_together(parts: tuple[Pieced, ...]) -> Any:
    """What a client makes of the parts."""
    state: Any = {}
    for part in parts:
        state = merged(state, json.loads(part.text))
    return state


def test_a_small_one_is_in_one_part() -> None:
    """As it is."""
    body = Body(shown(39))
    assert [body.whole] == [part.text for part in body.parts]
    assert shown(39) == json.loads(body.whole)
    assert len(body.whole) == len(body)


def test_a_large_one_is_in_several() -> None:
    """The first has everything but some areas, the others areas alone; together they are all of it."""
    body = Body(shown(5000))
    first, *others = [json.loads(part.text) for part in body.parts]
    assert {"contest", "version", "areas", "sources", "call"} == set(first)
    assert [["areas"]] * len(others) == [list(part) for part in others]
    assert all(PART_BYTES_MAX // 2 < len(part) <= PART_BYTES_MAX for part in body.parts[:-1])
    assert shown(5000) == json.loads(body.whole)
    assert {**shown(5000), "call": 0} == {**put_together(body.parts), "call": 0}
    assert body.whole is body.whole


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 400), max_size=WHOLE_AREAS_MAX + 20),
    st.integers(100, 3000),
)
def test_whole_and_parts_say_the_same(sizes: list[int], part_bytes_max: int) -> None:
    """Whatever the sizes of areas; a part is too large only where one area alone is."""
    state = shown(0) | {"areas": {f"a{n}": {"name": "ş" * size} for n, size in enumerate(sizes)}}
    body = Body(state, part_bytes_max=part_bytes_max)
    assert state == json.loads(body.whole)
    assert [*state["areas"]] == [*json.loads(body.whole)["areas"]]
    assert state["areas"] == put_together(body.parts)["areas"]
    for part in body.parts:
        areas = json.loads(part.text)["areas"]
        assert len(part) <= part_bytes_max or len(areas) <= 1


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_what_is_remembered_of_the_snapshot_before_never_shows(data: st.DataObject) -> None:
    """However areas change, come and go from one to the next, the bytes are those of a body made anew."""
    runs, names = Runs(), [f"a{number:03}" for number in range(WHOLE_AREAS_MAX + 3 * RUN_AREAS)]
    areas: dict[str, Any] = {name: {"valid": 0} for name in names}
    for valid in range(1, data.draw(st.integers(2, 4))):
        moved = data.draw(st.lists(st.sampled_from(names), max_size=5))
        gone = data.draw(st.lists(st.sampled_from(names), max_size=2))
        areas = {name: part for name, part in areas.items() if name not in gone}
        areas |= {name: {"valid": valid} for name in moved}
        state = shown(0) | {"areas": areas}
        assert Body(state).whole == Body(state, runs).whole
        assert state == json.loads(Body(state, runs).whole)


def test_only_runs_that_hold_a_change_are_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """One box more is one run more of work, not all 31,186 of them."""
    runs, state = Runs(), shown(5000)
    Body(state, runs).whole  # noqa: B018 - made when it is asked for
    made = list[int]()
    monkeypatch.setattr(module, "dumps", lambda value: made.append(len(value)) or dumps(value))
    after = state | {"areas": state["areas"] | {"a02500": {"name": "y", "valid": 1}}}
    assert after == json.loads(Body(after, runs).whole)
    assert [len(state) - 1, RUN_AREAS] == made


def test_what_did_not_move_is_not_deflated_again() -> None:
    """Its piece is the very same in the next snapshot."""
    runs, state = Runs(), shown(5000)
    before = {id(piece) for part in Body(state, runs).parts for piece in part.pieces}
    after = state | {"version": 8, "areas": state["areas"] | {"a02500": {"name": "y", "valid": 1}}}
    fresh = [piece for part in Body(after, runs).parts for piece in part.pieces if id(piece) not in before]
    held = [piece.text for piece in fresh if isinstance(piece, Piece)]
    assert 1 == len(held)
    assert b'"a02500"' in held[0]
