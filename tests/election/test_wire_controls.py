"""Controls of a replay as records: what is written is read, and what makes no sense is named."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import ModeError, RecordError
from election.night import NightId
from election.wire.controls import VERBS, Answer, Control, decode, encode, encode_answer, read
from election.wire.topics import Scope

AT = datetime(2019, 6, 23, 16, 15, tzinfo=UTC)
SCOPE = Scope("replay", NightId("practice"))


@pytest.mark.parametrize(
    "control",
    [
        Control("c1", "pause", "Ayşe", AT),
        Control("c1", "resume", "Ayşe", AT),
        Control("c1", "speed", "Ayşe", AT, speed=120.0),
        Control("c1", "speed", "Ayşe", AT, speed=None),
        Control("c1", "jump", "Ayşe", AT, to=AT),
        Control("c1", "step", "Ayşe", AT, records=7),
        Control("c1", "fault", "Ayşe", AT, fault={"kind": "stall", "for_s": 900, "chance_pct": 12.5}),
        Control("c1", "look", "Ayşe", AT, outline=True),
    ],
)
def test_a_control_is_read_as_it_was_written(control: Control) -> None:
    """Each verb with what it needs."""
    assert control == decode(encode(control, SCOPE), SCOPE)


def test_an_answer_is_read_as_it_was_written() -> None:
    """Done or not, with where the replay stands."""
    seen = Answer("c1", "", AT, 60.0, False, 12, {"faults": [{"id": "f"}]})
    for answer in (seen, Answer("c1", "", AT, 60.0, False, 12), Answer("c1", "not so", None, None, True, 0)):
        assert answer == decode(encode_answer(answer, SCOPE), SCOPE)


def test_a_control_of_another_night_is_another_nights() -> None:
    """A replay takes nothing that was meant for another one."""
    with pytest.raises(ModeError):
        decode(encode(Control("c1", "pause", "Ayşe", AT), SCOPE), Scope("replay", NightId("june")))


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("do", {"do": "rewind"}),
        ("fault", {"do": "fault"}),
        ("fault", {"do": "fault", "fault": {}}),
        ("fault", {"do": "fault", "fault": {"kind": ["stall"]}}),
        ("fault", {"do": "fault", "fault": {"kind": "x" * 201}}),
        ("fault", {"do": "fault", "fault": {f"k{n}": n for n in range(17)}}),
        ("do", {"do": None}),
        ("do", {"do": ["pause"]}),
        ("id", {"id": ""}),
        ("by", {"by": 7}),
        ("at", {"at": "now"}),
        ("speed", {"do": "speed"}),
        ("speed", {"do": "speed", "speed": 0}),
        ("speed", {"do": "speed", "speed": "60"}),
        ("speed", {"do": "speed", "speed": True}),
        ("to", {"do": "jump"}),
        ("to", {"do": "jump", "to": "19:15"}),
        ("records", {"do": "step", "records": 0}),
        ("records", {"do": "step", "records": 1.5}),
    ],
)
def test_what_makes_no_sense_is_named(place: str, fields: dict[str, Any]) -> None:
    """The error says which field, and what it has to be."""
    whole: dict[str, Any] = {"id": "c1", "do": "pause", "by": "Ayşe", "at": "2019-06-23T16:15:00Z"}
    with pytest.raises(RecordError) as refused:
        read(whole | fields)
    assert place == refused.value.place


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**40) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(["id", "do", "by", "at", "speed", "to", "records", "of", "because", "paused"]),
        JSON | st.sampled_from(VERBS) | st.just("2019-06-23T16:15:00Z"),
    ),
    st.sampled_from(["control", "controlled", "told"]),
)
def test_no_record_of_a_stranger_raises_anything_else(fields: dict[str, Any], kind: str) -> None:
    """Whatever stands in it, it is read or refused."""
    head = {"v": 1, "t": kind, "mode": "replay", "night": "practice", "session": ""}
    try:
        found = decode(orjson.dumps(head | fields), SCOPE)
    except RecordError:
        return
    assert isinstance(found, Control | Answer)
