"""The chain is what its page says, byte for byte, and one bit more or less is another chain."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.wire.audit import Mark, audit, first_link, head, links, next_link, read_marks, short

NAME = "live.my-night.reports/0"


def test_a_chain_is_computed_as_a_stranger_would() -> None:
    """Written out here with nothing of ours, as docs/reference/proof.md says it."""
    link = hashlib.sha256(b"sandik-1 live.my-night.reports/0 0").digest()
    first = hashlib.sha256(link + b"one").digest()
    second = hashlib.sha256(first + b"two").digest()
    assert [first, second] == list(links(first_link(NAME, 0), [b"one", b"two"]))
    told = f"reports/0 2 {second.hex()}\nrulings/0 1 {first.hex()}\n"
    marks = {"rulings/0": Mark(1, first.hex()), "reports/0": Mark(2, second.hex())}
    expected = hashlib.sha256(told.encode()).hexdigest()
    assert {"head": expected, "at": {"reports/0": 2, "rulings/0": 1}} == audit(marks)


VALUES = st.lists(st.binary(max_size=20), min_size=1, max_size=8)


@given(VALUES, VALUES)
def test_two_logs_have_the_same_chain_only_if_they_are_the_same(one: list[bytes], other: list[bytes]) -> None:
    """Also where the same bytes are cut into other records."""
    ends = [list(links(first_link(NAME, 0), values))[-1] for values in (one, other)]
    assert (one == other) == (ends[0] == ends[1])


@given(VALUES, st.integers(0, 8))
def test_a_chain_goes_on_from_any_of_its_links(values: list[bytes], cut: int) -> None:
    """So a worker that was started again makes the same one."""
    whole = list(links(first_link(NAME, 3), values))
    begun = whole[:cut]
    assert whole == [*begun, *links(begun[-1] if begun else first_link(NAME, 3), values[cut:])]


@pytest.mark.parametrize(
    "other", ["live.my-night.reports/1", "replay.my-night.reports/0", "live.my-night.rulings/0"]
)
def test_partitions_cannot_be_passed_off_as_one_another(other: str) -> None:
    """Topic, partition and first offset are in the first link."""
    assert first_link(NAME, 0) != first_link(other, 0)
    assert first_link(NAME, 0) != first_link(NAME, 1)
    assert next_link(first_link(NAME, 0), b"") != next_link(first_link(other, 0), b"")


def test_marks_are_read_from_meta_among_everything_else() -> None:
    """A version's meta holds them beside its epoch and the rest."""
    meta = {"epoch": "e1", "version": "7", "link:reports/0": "12 ab", "link:told/0": "3 cd"}
    assert {"reports/0": Mark(12, "ab"), "told/0": Mark(3, "cd")} == read_marks(meta)
    with pytest.raises(ValueError, match="invalid literal"):
        read_marks({"link:reports/0": "no number"})


def test_where_nothing_was_read_of_a_log_there_is_no_head() -> None:
    """A rehearsal counts a recording, and proves nothing."""
    assert audit({}) is None
    assert head({"reports/0": Mark(1, "ab")}) != head({"reports/0": Mark(2, "ab")})


def test_a_partition_is_named_without_mode_night_and_session() -> None:
    """As a snapshot names it: short, and the same in every session."""
    assert ("reports/0", "told/3") == (short(NAME), short("replay.practice.two.told/3"))
