"""A snapshot as bytes: the parts put together are the whole, and none is too large to send."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from election.wire.frames import merged
from web.body import PART_BYTES_MAX, RUN_AREAS, Body


def shown(areas: int, name: str = "x" * 300) -> dict[str, Any]:
    """A snapshot with so many areas."""
    parts = {f"a{number:05}": {"name": name, "valid": number} for number in range(areas)}
    return {"contest": "mayor", "version": 7, "areas": parts, "sources": [{"id": "council"}], "call": None}


def put_together(parts: tuple[bytes, ...]) -> Any:
    """What a client makes of the parts."""
    state: Any = {}
    for part in parts:
        state = merged(state, json.loads(part))
    return state


def test_a_small_one_is_in_one_part() -> None:
    """As it is."""
    body = Body(shown(39))
    assert (body.whole,) == body.parts
    assert shown(39) == json.loads(body.whole)
    assert len(body.whole) == len(body)


def test_a_large_one_is_in_several() -> None:
    """The first has everything but some areas, the others areas alone; together they are all of it."""
    body = Body(shown(5000))
    first, *others = [json.loads(part) for part in body.parts]
    assert {"contest", "version", "areas", "sources", "call"} == set(first)
    assert [["areas"]] * len(others) == [list(part) for part in others]
    assert all(PART_BYTES_MAX // 2 < len(part) <= PART_BYTES_MAX for part in body.parts[:-1])
    assert shown(5000) == json.loads(body.whole)
    assert {**shown(5000), "call": 0} == {**put_together(body.parts), "call": 0}
    assert body.whole is body.whole


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 400), max_size=RUN_AREAS + 20),
    st.integers(100, 3000),
)
def test_whole_and_parts_say_the_same(sizes: list[int], part_bytes_max: int) -> None:
    """Whatever the sizes of areas; a part is too large only where one area alone is."""
    state = shown(0) | {"areas": {f"a{n}": {"name": "ş" * size} for n, size in enumerate(sizes)}}
    body = Body(state, part_bytes_max)
    assert state == json.loads(body.whole)
    assert [*state["areas"]] == [*json.loads(body.whole)["areas"]]
    assert state["areas"] == put_together(body.parts)["areas"]
    for part in body.parts:
        areas = json.loads(part)["areas"]
        assert len(part) <= part_bytes_max or len(areas) <= 1
