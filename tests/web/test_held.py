"""What is held of a contest is the same whether everything was read or every change was followed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.night import ContestId
from election.wire.audit import Mark
from election.wire.changes import Change, decode_change, encode_change, entry_id
from election.wire.keys import pack_total
from tests.web.made import Worker, night, parts, records
from web.held import NOTHING, Held, Position, follow, life, read, state

MAYOR = ContestId("mayor")


def empty(epoch: str = "e1") -> Held:
    """A projection that was just made."""
    return replace(NOTHING, epoch=epoch)


def changes(size: int) -> list[Change]:
    """The practice night's mayor, change by change, over the wire and back."""
    worker = Worker(night())
    made = [
        change
        for batch in parts(records(), size)
        for contest, change in worker.count(batch)
        if contest == MAYOR
    ]
    return [decode_change(entry_id(one.version).encode(), encode_change(one)) for one in made]


def followed(of: list[Change]) -> Held:
    """What is held after these changes from the start."""
    at = empty()
    for change in of:
        after = follow(at, change)
        assert after is not None
        at = after
    return at


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 40))
def test_following_every_change_gives_the_state(size: int) -> None:
    """Totals, times, findings and refusals after the last change are those of the count itself."""
    worker = Worker(night())
    at = empty()
    for batch in parts(records(), size):
        for contest, change in worker.count(batch):
            if contest == MAYOR:
                after = follow(at, change)
                assert after is not None
                at = after
                assert worker.state(MAYOR) == state(at, "e1", night().contests[MAYOR].source)


def test_reading_everything_gives_the_same() -> None:
    """The hashes of the store say what the changes said."""
    at = followed(changes(5))
    meta = {**at.meta, "epoch": "e1", "version": str(at.version), "at": at.at, "run_id": "abc", "digest": "d"}
    held = read(
        {name.encode(): value.encode() for name, value in meta.items()},
        {source.encode(): heard.encode() for source, heard in at.heard.items()},
        {name.encode(): str(papers).encode() for name, papers in at.findings.items()},
        {
            source: {area.encode(): pack_total(row) for area, row in areas.items()}
            for source, areas in at.rows.items()
        },
    )
    source = night().contests[MAYOR].source
    assert state(at, "e1", source) == state(held, "e1", source)
    assert ("e1", "abc", "d") == (held.epoch, held.run_id, held.digest)


def test_an_empty_store_holds_nothing() -> None:
    """No worker was here yet: epoch empty, version 0, and it is no error."""
    held = read({}, {}, {}, {source: {} for source in night().sources})
    assert NOTHING == held
    assert ("", 0, None) == (held.epoch, held.version, state(held, "", night().contests[MAYOR].source).at)


def test_a_change_twice_is_no_news() -> None:
    """What was read while it was written comes once more in the stream, and changes nothing."""
    made = changes(5)
    at = followed(made)
    assert [at] * len(made) == [follow(at, change) for change in made]


def test_what_does_not_follow_on() -> None:
    """A gap, and another life of the projection, both mean: read everything again."""
    first, second, *_ = changes(5)
    assert follow(empty(), second) is None
    assert follow(empty(), replace(first, epoch="e2")) is None


def test_meta_that_is_not_ours() -> None:
    """Something else under our name is an error of reading, which the caller turns into a sentence."""
    with pytest.raises(ValueError):
        read({b"version": b"many"}, {}, {}, {})


def test_a_server_that_was_started_again_is_another_life() -> None:
    """Until its worker has said so by a new epoch, the server's new name stands in it."""
    held = replace(empty(), run_id="aaaa")
    assert ("e1", "e1", "e1~bbbbbbbb") == (life(held, "aaaa"), life(held, ""), life(held, "bbbbbbbbcc"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["e1", "e2"]), st.integers(0, 5)), min_size=1))
def test_versions_only_rise_within_an_epoch(moves: list[tuple[str, int]]) -> None:
    """Whatever the store does, clients never see a version fall without a new epoch."""
    at = Position(*moves[0])
    for name, version in moves[1:]:
        after = at.move(name, version)
        assert after.version == version
        assert after.epoch != at.epoch or after.version >= at.version
        at = after


def test_how_far_a_version_goes_in_the_log_is_read_and_followed_alike() -> None:
    """So every gateway has the same head for a version, whether it was there or came later."""
    meta = {"epoch": "e1", "version": "1", "link:reports/0": "5 ab"}
    texts = {name.encode(): value.encode() for name, value in meta.items()}
    first = read(texts, {}, {}, {})
    moved = Change(2, 1, "e1", "", meta={"link:reports/0": "9 cd", "link:rulings/0": "1 ef"})
    second = follow(first, moved)
    assert second is not None
    published = night().contests[MAYOR].source
    assert {"reports/0": Mark(5, "ab")} == state(first, "e1", published).marks
    assert {"reports/0": Mark(9, "cd"), "rulings/0": Mark(1, "ef")} == state(second, "e1", published).marks
