"""Whether the ledger of deliveries survives being written down, and takes nothing for one that is none."""

from dataclasses import asdict, replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import ModeError, RecordError
from election.night import NightId
from election.wire.delivered import (
    NUMBER_MAX,
    STATES,
    Delivery,
    Target,
    decode,
    delivery,
    encode,
    read_row,
    row,
)
from election.wire.topics import Scope

SCOPE = Scope("replay", NightId("practice"), "second")
HOOK = Target("webhook", "https://newsroom.example/hook", "OLD NEW", "tr", True, False, "City desk")
TEXT = st.text(max_size=8)
DELIVERIES = st.builds(
    Delivery, fact=TEXT, seq=st.integers(1, 2**40), kind=TEXT, target=TEXT, channel=TEXT, address=TEXT,
    secrets=TEXT, language=TEXT, private=st.booleans(), http=st.booleans(), who=TEXT,
    state=st.sampled_from(STATES), tries=st.integers(0, 99), tried=st.booleans(), n=st.integers(0, 999),
    at=st.integers(0, 2**42), note=TEXT, retracted=st.booleans(), token=TEXT,
)  # fmt: skip


@given(DELIVERIES)
def test_a_delivery_is_itself_again_after_it_was_written_down(one: Delivery) -> None:
    """In the ledger and in the log."""
    assert one == read_row(row(one))
    assert ("mayor", one) == decode(encode(one, SCOPE, "mayor"), SCOPE)


def test_how_far_facts_were_looked_at_is_a_record_of_its_own() -> None:
    """Facts for which nobody subscribed leave nothing else behind."""
    assert ("mayor", 17) == decode(encode(17, SCOPE, "mayor"), SCOPE)


def test_a_place_is_its_channel_and_address() -> None:
    """Renamed, in another language, with another secret: still the same, so nothing is told it twice."""
    other = replace(HOOK, secrets="NEW", language="en", private=False, who="Night desk")
    assert HOOK.id == other.id
    assert HOOK.id != replace(HOOK, address="https://newsroom.example/other").id
    assert HOOK.id != replace(HOOK, channel="slack").id


def test_a_fact_for_a_place_has_one_id() -> None:
    """The same whenever it is made; another for another fact or place."""
    one = delivery("aa", 1, "call-made", HOOK)
    assert HOOK == one.to
    assert one.id == delivery("aa", 9, "call-made", replace(HOOK, language="en")).id
    assert one.id != delivery("ab", 1, "call-made", HOOK).id


def test_the_log_holds_no_secret_but_its_name() -> None:
    """What is kept as long as the log is read by many."""
    found = orjson.loads(encode(delivery("aa", 1, "call-made", HOOK), SCOPE, "mayor"))
    assert "OLD NEW" == found["secrets"]
    assert {"t", "v", "mode", "night", "session", "contest", "id", *asdict(delivery("", 1, "", HOOK))} == set(
        found
    )


@pytest.mark.parametrize(
    "other", [Scope("live", NightId("practice"), "second"), Scope("replay", NightId("other"), "second"),
              Scope("replay", NightId("practice"))]
)  # fmt: skip
def test_a_record_of_another_scope_is_refused(other: Scope) -> None:
    """Modes never mix, in the ledger neither."""
    with pytest.raises(ModeError):
        decode(encode(1, SCOPE, "mayor"), other)


GOOD = orjson.loads(encode(delivery("aa", 1, "call-made", HOOK), SCOPE, "mayor"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"t": "ruling"}, "R010"), ({"v": 2}, "R003"), ({"contest": 7}, "R006"), ({"state": "lost"}, "R006"),
        ({"state": None}, "R006"), ({"seq": "1"}, "R006"), ({"seq": True}, "R006"), ({"private": 1}, "R006"),
        ({"tries": -1}, "R006"), ({"seq": NUMBER_MAX + 1}, "R006"), ({"n": -1}, "R006"),
        ({"spread": -1}, "R006"), ({"spread": NUMBER_MAX + 1}, "R006"),
    ],
)  # fmt: skip
def test_what_is_no_delivery_is_refused(change: dict[str, object], code: str) -> None:
    """With the code of what is wrong."""
    with pytest.raises(RecordError) as caught:
        decode(orjson.dumps(GOOD | change), SCOPE)
    assert code == caught.value.code


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'"text"', b'{"state": "queued"}'])
def test_bytes_that_are_nothing_are_refused(value: bytes) -> None:
    """In a row as in a record."""
    with pytest.raises(RecordError):
        decode(value, SCOPE)
    with pytest.raises(RecordError):
        read_row(value)
