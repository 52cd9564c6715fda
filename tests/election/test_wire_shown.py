"""What was shown when: a mark says what a record is, an index finds it, whatever order it was written in."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import ModeError, RecordError
from election.night import ContestId, NightId
from election.wire.shown import BANS, Index, Mark, entry_json, newest_told, read_mark
from election.wire.topics import Scope

SCOPE = Scope("replay", NightId("practice"))
MAYOR = ContestId("mayor")
NOON = datetime(2024, 10, 6, 16, tzinfo=UTC)
WALL = datetime(2030, 1, 1, tzinfo=UTC)


def snapshot(**more: Any) -> dict[str, Any]:
    """As much of a snapshot as a mark is made of."""
    return {
        "mode": "replay", "night": "practice", "contest": "mayor", "epoch": "e1", "version": 7,
        "hash": "abc", "at": "2024-10-06T16:00:00.000Z", "embargo": {"state": "open"},
        "alerts": [{"seq": 4}, {"seq": 2}],
    } | more  # fmt: skip


def mark(version: int, minute: int, epoch: str = "e1", ban: str = "open", told: int = 0) -> Mark:
    """A mark of the night, published a second later each version."""
    shown_at = WALL + timedelta(seconds=version + (1000 if epoch == "e2" else 0))
    return Mark(
        MAYOR, epoch, version, ban, NOON + timedelta(minutes=minute), shown_at, "h", told, version, 10, "d"
    )


def test_a_record_says_what_it_is() -> None:
    """Its contest, version, own time and newest alert, and the sum of its very bytes."""
    value = orjson.dumps(snapshot())
    found = read_mark(value, SCOPE, 12, WALL)
    assert (MAYOR, "e1", 7, "open", NOON, WALL, "abc", 4, 12) == (
        found.contest, found.epoch, found.version, found.ban, found.at, found.shown_at, found.hash,
        found.told, found.offset,
    )  # fmt: skip
    assert (len(value), hashlib.sha256(value).hexdigest()) == (found.size, found.digest)
    assert "e1-7" == found.name
    closed = read_mark(orjson.dumps(snapshot(embargo={"state": "closed"})), SCOPE, 0, WALL)
    assert "e1-7-closed" == closed.name


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"{", "R001"),
        (b"[]", "R002"),
        (orjson.dumps(snapshot(mode="live")), "R004"),
        (orjson.dumps(snapshot(night="june")), "R005"),
        (orjson.dumps(snapshot(embargo=None)), "R006"),
        (orjson.dumps(snapshot(embargo={"state": "ajar"})), "R006"),
        (orjson.dumps(snapshot(version=-1)), "R006"),
        (orjson.dumps(snapshot(version=True)), "R006"),
        (orjson.dumps(snapshot(epoch="")), "R006"),
        (orjson.dumps(snapshot(contest=7)), "R006"),
        (orjson.dumps(snapshot(alerts=[{"seq": "x"}])), "R006"),
        (orjson.dumps(snapshot(at=None)), "R009"),
        (orjson.dumps(snapshot(at="2024-10-06T16:00:00")), "R009"),
    ],
)
def test_what_is_no_snapshot_is_refused(value: bytes, code: str) -> None:
    """Anybody who may write to Kafka can write rubbish there; it has a code, and stops nothing."""
    with pytest.raises(RecordError) as error:
        read_mark(value, SCOPE, 0, WALL)
    assert code == error.value.code
    assert isinstance(error.value, ModeError) == (code in ("R004", "R005"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=6,
)


@given(st.binary(max_size=60) | JSON.map(orjson.dumps))
def test_rubbish_is_refused_and_nothing_else_happens(value: bytes) -> None:
    """Whatever the bytes, a RecordError."""
    with pytest.raises(RecordError):
        read_mark(value, SCOPE, 0, WALL)


@given(st.sampled_from(sorted(snapshot())), JSON)
def test_one_wrong_field_is_refused_or_makes_no_difference(place: str, value: Any) -> None:
    """Never another error, whatever stands in it."""
    try:
        found = read_mark(orjson.dumps(snapshot(**{place: value})), SCOPE, 0, WALL)
    except RecordError:
        return
    assert found.version >= 0


def test_without_an_alert_none_was_told() -> None:
    """Null and absent mean the same."""
    assert [0, 0, 0, 4] == [
        newest_told(one) for one in ({}, {"alerts": None}, {"alerts": []}, {"alerts": [{"seq": 4}]})
    ]


NIGHT = [mark(1, 0, ban="closed"), mark(1, 0), mark(2, 5), mark(4, 5, told=1), mark(9, 30, told=2)]


def filled(marks: list[Mark], mode: str = "replay") -> Index:
    """An index of these."""
    index = Index(mode)
    for one in marks:
        index.add(one)
    return index


def at(index: Index, minute: float) -> str:
    """The name of what was shown at a minute of the night."""
    entry = index.at(MAYOR, NOON + timedelta(minutes=minute))
    return "" if entry is None else entry.mark.name


def test_what_was_shown_at_a_time_is_the_last_until_then() -> None:
    """Before the first nothing was; of several at one time it is the last."""
    index = filled(NIGHT)
    assert ["", "e1-1", "e1-1", "e1-4", "e1-4", "e1-9", "e1-9"] == [
        at(index, minute) for minute in (-0.1, 0, 4.9, 5, 29.9, 30, 900)
    ]
    assert index.at(ContestId("assembly"), NOON) is None


@given(st.permutations([*NIGHT, *NIGHT]))
def test_the_order_of_writing_and_what_is_written_twice_make_no_difference(marks: list[Mark]) -> None:
    """Two gateways, and one that could not write for a while: the index is the same."""
    index = filled(marks)
    assert [one.name for one in NIGHT] == [entry.mark.name for entry in index.line(MAYOR)]
    assert [entry.since for entry in filled(NIGHT).line(MAYOR)] == [
        entry.since for entry in index.line(MAYOR)
    ]
    assert [4] == [index.place(one) for one in (index.find(MAYOR, "e1-9"),) if one]
    assert len(NIGHT) == len(index)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), min_size=1), st.integers(-5, 95))
def test_an_index_answers_as_a_plain_search_does(given: list[tuple[int, int]], minute: int) -> None:
    """The hour from which each was shown never falls, and the answer is the last one until then."""
    marks = [mark(version, when) for version, when in given]
    once = {one.name: one for one in reversed(marks)}.values()
    ordered, latest, expected = sorted(once, key=lambda one: one.version), NOON - timedelta(days=1), ""
    for one in ordered:
        latest = max(latest, one.at)
        if latest <= NOON + timedelta(minutes=minute):
            expected = one.name
    assert expected == at(filled(marks), minute)


def test_another_epoch_goes_on_at_the_hour_that_was_reached() -> None:
    """A flushed store is counted again from the beginning: that does not change what was shown before."""
    index = filled([*NIGHT, mark(1, 0, "e2"), mark(2, 20, "e2"), mark(3, 31, "e2")])
    assert ["e1-1", "e1-4", "e2-2", "e2-3"] == [at(index, minute) for minute in (0, 20, 30, 31)]
    assert [4, 5, 6, 7] == [index.place(entry.mark) for entry in index.line(MAYOR)][4:]


def test_in_live_the_clock_is_the_clock() -> None:
    """What was published a second after nine was not shown at nine, however old its news was."""
    index = filled(NIGHT, "live")
    shown = [
        (entry.mark.name if entry else "")
        for entry in (index.at(MAYOR, WALL + timedelta(seconds=after)) for after in (0, 1, 2.5, 8.9, 9))
    ]
    assert ["", "e1-1", "e1-2", "e1-4", "e1-9"] == shown


def test_a_log_that_begins_later_is_answered_from_what_is_left() -> None:
    """Records were deleted: what stood before cannot be read any more."""
    index = filled(NIGHT)
    index.begins_at(4)
    assert ["", "e1-4"] == [at(index, minute) for minute in (4.9, 5)]
    assert index.find(MAYOR, "e1-2") is None
    assert 2 == len(index)


@pytest.mark.parametrize("mode", ["replay", "live"])
def test_a_replay_that_went_back_forgets_what_it_took_back(mode: str) -> None:
    """A straggler of the epoch that was taken back would stand at an hour that is yet to come."""
    index = filled(NIGHT, mode)
    index.clear()
    assert 0 == len(index)
    assert (mode == "replay") == index.is_gone(MAYOR, "e1")
    assert (mode == "live") == index.add(mark(10, 40))
    assert index.add(mark(1, 0, "e2"))


def test_the_oldest_is_forgotten_at_the_limit() -> None:
    """Memory is bounded; the log has it still."""
    index = Index("replay", most=3)
    for one in NIGHT:
        index.add(one)
    assert ["e1-2", "e1-4", "e1-9"] == [entry.mark.name for entry in index.line(MAYOR)]
    assert index.find(MAYOR, "e1-1") is None
    assert index.add(replace(NIGHT[-1], version=10))


def test_which_alert_stands_in_the_newest() -> None:
    """Of the same epoch: in another one alerts are numbered anew."""
    index = filled(NIGHT)
    assert [True, True, False, False] == [
        index.tells(MAYOR, "e1", 1), index.tells(MAYOR, "e1", 2), index.tells(MAYOR, "e1", 3),
        index.tells(MAYOR, "e2", 1),
    ]  # fmt: skip


def test_a_mark_that_is_not_there_has_no_place() -> None:
    """Rather an error than the place of another."""
    with pytest.raises(ValueError, match="e1-5"):
        filled(NIGHT).place(mark(5, 6))


def test_an_entry_says_everything_that_is_known_of_it() -> None:
    """Times as every record writes them."""
    entry = filled(NIGHT).line(MAYOR)[0]
    said = entry_json(entry)
    assert ("2024-10-06T16:00:00.000Z", "closed", 1) == (said["since"], said["embargo"], said["version"])
    assert {"since", "at", "shown_at", "epoch", "version", "embargo", "hash", "alerts", "bytes", "sha256",
            "offset"} == set(said)  # fmt: skip
    assert entry.mark.ban in BANS
