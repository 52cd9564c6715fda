"""Facts as bytes: one way to write each, read back to the same; what cannot be read says why."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.alerts import KINDS, Told
from election.calls.state import CallState
from election.errors import ModeError, RecordError
from election.night import NightId
from election.wire.told import call_json, decode, encode, held, shown_call
from election.wire.topics import Scope
from tests.election.strategies import LAW_OPENS_AT
from tests.election.tellings import HERE, SCOPE, by_itself, d_of, ruling, seen, tell, teller

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SAID = st.fixed_dictionaries({"en": st.text(max_size=30), "tr": st.text(max_size=30)})
FACTS = st.builds(
    Told, scope=st.just(SCOPE), contest=st.just("mayor"), seq=st.integers(1, 2**40),
    prev=st.text(max_size=16),
    kind=st.sampled_from(sorted(KINDS)), key=st.text(max_size=20), at=st.just(LAW_OPENS_AT),
    version=st.integers(0, 2**40), positions=st.dictionaries(st.text(max_size=9), st.integers(0, 2**40)),
    title=SAID, because=SAID, d=st.dictionaries(st.text(max_size=8).map("more-{}".format), JSON, max_size=4),
).map(lambda told: replace(told, d={**told.d, **d_of(told.kind)}))  # fmt: skip


@given(FACTS)
def test_a_fact_read_and_written_again_is_the_same_bytes(told: Told) -> None:
    """With its id, its scope and everything it says."""
    value = encode(told, HERE)
    assert told == decode(value, HERE)
    assert value == encode(decode(value, HERE), HERE)
    assert told.id == orjson.loads(value)["id"]


def fact() -> dict[str, Any]:
    """A fact as JSON."""
    who = teller()
    body: dict[str, Any] = orjson.loads(encode(tell(who, seen(who, (90, 60, 0)))[0], HERE))
    return body


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("v", 2, "R003"), ("t", "ruling", "R010"), ("mode", "live", "R004"), ("night", "other", "R005"),
        ("session", "x", "R005"), ("kind", "rumour", "R010"), ("kind", None, "R010"), ("seq", -1, "R006"),
        ("seq", True, "R006"), ("version", "1", "R006"), ("prev", 3, "R011"), ("contest", None, "R011"),
        ("key", "x" * 4001, "R011"), ("key", "another", "R011"), ("id", "0" * 16, "R011"),
        ("at", "yesterday", "R009"), ("positions", {"a": "b"}, "R006"), ("title", [], "R006"),
        ("because", {"en": 1}, "R006"), ("title", {"tr": "x"}, "R006"), ("d", None, "R006"),
        ("d", {}, "R009"), ("at", "9999-12-31T23:59:59Z", "R009"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_code(place: str, value: object, code: str) -> None:
    """The code and the field, and a sentence."""
    with pytest.raises(RecordError) as caught:
        decode(orjson.dumps(fact() | {place: value}), HERE)
    assert code == caught.value.code


@pytest.mark.parametrize(
    ("value", "code"),
    [(b"{", "R001"), (b"[]", "R002"), (b" " * 1_048_577, "R008"),
     (b'{"v":1,"d":' + b"[" * 300 + b"]" * 300 + b"}", "R001"),
     (orjson.dumps(fact(), option=orjson.OPT_INDENT_2), "R001")],
)  # fmt: skip
def test_bytes_that_are_no_record_are_refused(value: bytes, code: str) -> None:
    """Also those nested so deeply that they could not be written again, and those of several lines."""
    with pytest.raises(RecordError) as caught:
        decode(value, HERE)
    assert code == caught.value.code


def test_what_a_store_holds_and_nobody_can_read_says_the_way_out() -> None:
    """Code and field are those of the fact; another mode's fact stays another mode's."""
    good = fact()
    assert held(orjson.dumps(good), HERE) == decode(orjson.dumps(good), HERE)
    with pytest.raises(RecordError, match=r"R009: d\.opens_at .* sandik verify --rebuild") as caught:
        held(orjson.dumps(good | {"d": {}}), HERE)
    assert ("R009", "d.opens_at") == (caught.value.code, caught.value.place)
    with pytest.raises(ModeError):
        held(orjson.dumps(good | {"mode": "live"}), HERE)


def test_a_fact_of_another_scope_is_not_written() -> None:
    """Nothing of a rehearsal reaches a live topic."""
    who = teller()
    told = tell(who, seen(who, (90, 60, 0)))[0]
    with pytest.raises(ModeError):
        encode(told, Scope("live", NightId("kent-2024")))
    session = Scope("replay", NightId("kent-2024"), "a")
    assert b'"session":"a"' in encode(replace(told, scope=session.name), session)


def test_the_public_state_of_a_call() -> None:
    """Resting while it is only proposed; then called, retracted, certified, each with its reason."""
    who, resting = (
        teller(by_itself(1)),
        CallState("open", {"en": "The margin is 800 votes.", "tr": "Fark 800 oy."}),
    )
    tell(who, seen(who, (900, 100, 0)))
    assert ("", None, None) == tuple(call_json(who.memory)[name] for name in ("state", "choice", "at"))
    assert ("open", "The margin is 800 votes.") == tuple(
        shown_call(call_json(who.memory), resting)[name] for name in ("state", "because")
    )
    proposal = who.memory.proposal
    assert proposal is not None
    yes = ruling("call-approved", proposal=proposal.id, version=1)
    tell(who, seen(who, (900, 100, 0), 5), [yes])
    shown = shown_call(call_json(who.memory), resting)
    assert ("called", "ada", "certain", 1.0) == (
        shown["state"], shown["choice"], shown["rule"], shown["counted_at_call"],
    )  # fmt: skip
    assert "Deniz leads by 800 votes" in shown["because"]
    tell(who, seen(who, (100, 900, 0), 6, 2), [yes])
    shown = call_json(who.memory)
    assert ("retracted", "ada") == (shown["state"], shown["choice"])
    tell(who, seen(who, (100, 900, 0), 7, 3), [yes, ruling("certified", choice="bora")])
    assert ("certified", "bora") == (call_json(who.memory)["state"], call_json(who.memory)["choice"])
    assert "open" == shown_call(None, resting)["state"]
