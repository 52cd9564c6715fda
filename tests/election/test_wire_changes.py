"""A change comes back from the stream as it was written, and its values are absolute."""

from hypothesis import given
from hypothesis import strategies as st

from election.night import AreaId, SourceId
from election.wire.changes import Change, decode_change, encode_change, entry_id, version_of

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
ROWS = st.integers(1, 6).flatmap(
    lambda width: st.dictionaries(
        NAMES.map(AreaId), st.tuples(*[st.integers(0, 2**53 - 1)] * width), min_size=1, max_size=4
    )
)
CHANGES = st.builds(
    Change,
    version=st.integers(1, 2**40), prev=st.integers(0, 2**40), epoch=NAMES, at=st.text(max_size=24),
    rows=st.dictionaries(NAMES.map(SourceId), ROWS, max_size=3),
    heard=st.dictionaries(NAMES.map(SourceId), st.text(max_size=24), max_size=3),
    findings=st.dictionaries(st.text(max_size=9), st.integers(0, 2**31), max_size=3),
    meta=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
)  # fmt: skip


@given(CHANGES)
def test_a_change_comes_back_as_it_was_written(change: Change) -> None:
    """Every area of every source, each row whole."""
    assert change == decode_change(entry_id(change.version).encode(), encode_change(change))


@given(st.integers(0, 2**63))
def test_an_entry_is_named_for_its_version(version: int) -> None:
    """Redis keeps the stream in that order."""
    assert version == version_of(entry_id(version).encode())


@given(CHANGES)
def test_a_field_nobody_knows_is_skipped(change: Change) -> None:
    """A newer writer may add fields."""
    fields = encode_change(change) | {b"newer": b"\xff", b"newer:council": b""}
    assert change == decode_change(entry_id(change.version).encode(), fields)


def test_what_did_not_move_is_not_in_the_entry() -> None:
    """An entry is as small as what it says."""
    assert {b"prev", b"epoch", b"at"} == set(encode_change(Change(2, 1, "e", "")))
