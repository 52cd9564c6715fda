"""Redis keys share one hash tag a contest, and packed rows come back as they went in."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import ContestId, NightId, SourceId
from election.report import COUNT_MAX, REVISION_MAX
from election.tally import Statement, Status
from election.wire import keys
from election.wire.keys import (
    FENCE_BYTES,
    LEDGER,
    UNIT_FIXED,
    Keys,
    Pulse,
    edition,
    pack_total,
    pack_unit,
    unpack_pulse,
    unpack_total,
    unpack_unit,
)
from election.wire.topics import Scope
from tests.election.strategies import contest_of, night, paper, stated

KEYS = Keys(Scope("live", NightId("kent-2024")), ContestId("mayor"))
FIGURE = st.none() | st.integers(0, COUNT_MAX)
STATEMENTS = st.builds(
    Statement,
    revision=st.integers(1, REVISION_MAX), edition=st.integers(0, 2**40), status=st.sampled_from(Status),
    noted=st.booleans(), registered=FIGURE, voters=FIGURE, valid=FIGURE, invalid=FIGURE, claimed=FIGURE,
    votes=st.lists(FIGURE, min_size=1, max_size=30).map(tuple),
)  # fmt: skip


@given(STATEMENTS)
def test_a_statement_comes_back_as_it_was_stored(held: Statement) -> None:
    """Not stated and zero are told apart; a row is as wide as its contest."""
    packed = pack_unit(held)
    assert held == unpack_unit(packed)
    assert 8 * (len(UNIT_FIXED) + len(held.votes)) == len(packed)


@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=40).map(tuple))
def test_a_total_comes_back_as_it_was_stored(row: tuple[int, ...]) -> None:
    """Whole numbers are exact in doubles below 2^53."""
    assert row == unpack_total(pack_total(row))


@given(STATEMENTS, STATEMENTS)
def test_the_fence_is_revision_and_edition(one: Statement, other: Statement) -> None:
    """The first bytes of a row name one state of one unit."""
    same = (one.revision, one.edition) == (other.revision, other.edition)
    assert same == (pack_unit(one)[:FENCE_BYTES] == pack_unit(other)[:FENCE_BYTES])
    assert (one.revision, one.edition) == struct.unpack("<qq", pack_unit(one)[:FENCE_BYTES])


def test_rows_are_as_wide_as_the_contest() -> None:
    """Fixed columns, then one a choice."""
    contest = contest_of()
    packed = pack_unit(stated(paper()))
    assert 8 * (len(UNIT_FIXED) + len(contest.choices)) == len(packed)


def test_all_keys_of_a_contest_live_on_one_node() -> None:
    """The tag in braces is what a cluster hashes."""
    tag = "sandik:{live.kent-2024.mayor}:"
    council = SourceId("council")
    keys = [KEYS.meta, KEYS.offsets, KEYS.changes, KEYS.sources, KEYS.findings, KEYS.rulings, KEYS.workers]
    keys += [KEYS.chain, KEYS.links("live.kent.reports/0"), KEYS.links("live.kent.reports/1")]
    keys += [KEYS.rows(council), KEYS.hashed(council), KEYS.areas(council), KEYS.papers(council)]
    assert len(keys) == len(set(keys))
    assert all(key.startswith(tag) for key in keys)


def test_keys_of_two_sessions_differ() -> None:
    """Each replay session has a projection of its own."""
    session = Keys(Scope("replay", NightId("kent-2024"), "s1"), ContestId("mayor"))
    assert "sandik:{replay.kent-2024.s1.mayor}:meta" == session.meta
    assert session.meta != Keys(Scope("replay", NightId("kent-2024")), ContestId("mayor")).meta


def test_the_ledger_of_deliveries_lives_beside_its_contest() -> None:
    """Each key once, on the node of what was told; any other word is a mistake of ours."""
    keys = Keys(Scope("replay", NightId("practice")), ContestId("mayor"))
    names = [keys.ledger(what) for what in LEDGER]
    assert len(LEDGER) == len(set(names))
    tag = keys.told.partition("}")[0]
    assert all(name.startswith(f"{tag}}}:ledger:") for name in names)
    with pytest.raises(ValueError):
        keys.ledger("address")


def test_a_pulse_says_how_far_a_partition_is_counted() -> None:
    """Applied, end and the store's clock in milliseconds, as the worker's script writes them."""
    read = unpack_pulse({b"live.kent.reports/0": b"7 19 1800000000500", b"live.kent.told/0": b"3 2 0"})
    assert {"live.kent.reports/0": Pulse(7, 19, 1800000000.5), "live.kent.told/0": Pulse(3, 2, 0.0)} == read
    assert [12, 0] == [pulse.behind for pulse in read.values()]


@pytest.mark.parametrize("text", [b"", b"7", b"7 8", b"7 8 soon", b"7 8 9 10", b"7.5 8 9"])
def test_a_pulse_that_no_worker_writes_is_an_error(text: bytes) -> None:
    """Whoever asks decides what to do about it."""
    with pytest.raises(ValueError):
        unpack_pulse({b"live.kent.reports/0": text})


def test_another_layout_of_the_store_is_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions that lay rows out differently take one another for workers of another night, and refuse."""
    ours, other = night(), replace(night(), digest="0" * 64)
    editions = {edition(ours), edition(other), ours.digest, other.digest}
    monkeypatch.setattr(keys, "LAYOUT", keys.LAYOUT - 1)
    assert 5 == len(editions | {edition(ours)})
    assert ours.digest == night().digest, "a dossier names it, and outlives a layout"
