"""Whether whatever is done to a log after its links were made is found, and named for what it is."""

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.wire import tampering
from election.wire.audit import first_link, links
from election.wire.tampering import DIFFERENCES_MAX, WINDOW, Comparison, Difference, named, record_id

NAME = "replay.practice.reports/0"


def value(number: int) -> bytes:
    """A record that has an id."""
    return orjson.dumps({"t": "bundle", "id": f"id{number}"})


def log(count: int) -> list[bytes]:
    """So many records."""
    return [value(number) for number in range(count)]


def compared(
    once: Sequence[bytes], now: Sequence[bytes | None], begins: int = 0, first: int | None = None
) -> tuple[Comparison, list[Difference]]:
    """The links of what stood there once beside what stands there now; None is a hole in the offsets."""
    made = list(links(first_link(NAME, begins), once))
    comparison = Comparison(NAME, begins, made)
    for offset, one in enumerate(now, begins if first is None else first):
        if one is not None:
            comparison.take(offset, one)
    return comparison, comparison.finish()


def kinds(found: list[Difference]) -> list[tuple[str, int, str]]:
    """What was found, where, and at which record."""
    return [(one.kind, one.offset, one.record) for one in found]


@given(st.lists(st.binary(max_size=30), max_size=200), st.integers(0, 2**40), st.integers(0, 5))
def test_a_log_that_nobody_touched_fits(values: list[bytes], begins: int, more: int) -> None:
    """Whatever its bytes are, also where it has gone on since."""
    comparison, found = compared(values, [*values, *log(more)], begins)
    assert [] == found
    assert (len(values), more) == (comparison.fits, comparison.beyond)


def test_a_changed_record_is_named_with_its_place() -> None:
    """One byte is enough, and what comes after it is right again."""
    now = log(9)
    now[4] += b" "
    comparison, found = compared(log(9), now)
    assert [("changed", 4, "id4")] == kinds(found)
    assert f"{NAME}: offset 4: the record id4 was changed" == str(found[0])
    assert 8 == comparison.fits


def test_a_missing_record_is_named_whether_its_offset_is_left_open_or_taken() -> None:
    """A broker leaves a hole where a record is deleted; a copied log closes it."""
    once = log(9)
    assert [("missing", 4, "")] == kinds(compared(once, [*once[:4], *once[5:]])[1])
    assert [("missing", 4, "")] == kinds(compared(once, [*once[:4], None, *once[5:]])[1])
    assert [("missing", 0, "")] == kinds(compared(once, once[1:])[1])
    rows = compared(once, [*once[:2], *once[5:]])[1]
    assert "offsets 2 to 4: 3 records that stood there are missing" in str(rows[0])


def test_an_inserted_record_is_named_where_it_stands() -> None:
    """By the id it brought."""
    once = log(9)
    assert [("inserted", 4, "id77")] == kinds(compared(once, [*once[:4], value(77), *once[4:]])[1])
    assert [("inserted", 8, "id77")] == kinds(compared(once, [*once[:8], value(77), once[8]])[1])
    assert [("inserted", 0, "id77")] == kinds(compared(once, [value(77), *once])[1])


def test_two_swapped_records_are_moved_and_neither_is_missing() -> None:
    """Neighbours, far ones, and the last two."""
    for one, other, expected in (
        (4, 5, [("moved", 4, "id4")]),
        (1, 7, [("moved", 1, "id7"), ("moved", 1, "id1")]),
        (7, 8, [("moved", 7, "id7")]),
    ):
        now = log(9)
        now[one], now[other] = now[other], now[one]
        assert expected == kinds(compared(log(9), now)[1])


def test_a_log_that_ends_early_or_begins_late_says_how_many_are_gone() -> None:
    """Retention takes the beginning, and so may a person; what is left is compared all the same."""
    once = log(90)
    comparison, found = compared(once, once[60:], first=60)
    assert [("cut", 0, "")] == kinds(found)
    assert "begins at offset 60: 60 records before it are gone" in str(found[0])
    assert 30 == comparison.fits
    assert [("missing", 60, "")] == kinds(compared(once, once[:60])[1])
    assert [("missing", 0, "")] == kinds(compared(once, [])[1])
    changed = [*once[60:70], b"{}", *once[71:]]
    assert [("cut", 0, ""), ("changed", 70, "")] == kinds(compared(once, changed, first=60)[1])


def test_records_before_the_chain_are_only_counted() -> None:
    """A store that began later knows nothing of them."""
    comparison, found = compared(log(5), [*log(3), *log(5)], begins=7, first=4)
    assert ([], 3, 5) == (found, comparison.skipped, comparison.fits)


def test_another_log_is_one_difference_and_not_thousands() -> None:
    """From the place on where nothing fits any more."""
    once, other = log(1000), [value(number) for number in range(5000, 6000)]
    assert [("another", 10, "id5010")] == kinds(compared(once, [*once[:10], *other[10:]])[1])
    each_second = [one if place % 2 else b"{}" for place, one in enumerate(log(3 * DIFFERENCES_MAX))]
    found = compared(log(3 * DIFFERENCES_MAX), each_second)[1]
    assert "another" in {one.kind for one in found}
    assert len(found) <= DIFFERENCES_MAX + 2


def test_never_more_than_a_window_of_records_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log may be larger than the memory."""
    once = log(400)
    comparison = Comparison(NAME, 0, list(links(first_link(NAME, 0), once)))
    waited = 0
    for offset, one in enumerate([*once[:100], *once[101:]]):
        comparison.take(offset, one)
        waited = max(waited, len(comparison._waiting))
    assert 1 <= waited <= WINDOW + 1
    assert [("missing", 100, "")] == kinds(comparison.finish())
    monkeypatch.setattr(tampering, "WINDOW", 4)
    assert ["another"] == [one.kind for one in compared(once, once[10:])[1]]


EDITS = st.lists(
    st.tuples(st.sampled_from(["change", "drop", "insert", "swap"]), st.integers(0, 59)), max_size=6
)


@given(EDITS)
@settings(max_examples=300, deadline=None)
def test_any_edits_are_found_and_the_first_difference_is_at_the_first_broken_place(
    edits: list[tuple[str, int]],
) -> None:
    """Never nothing where something differs, never something where nothing does."""
    once: list[bytes] = log(60)
    now = list(once)
    for number, (kind, at) in enumerate(edits):
        place = min(at, len(now) - 1)
        if kind == "change":
            now[place] += b"\n"
        elif kind == "drop":
            del now[place]
        elif kind == "insert":
            now.insert(place, value(100 + number))
        else:
            other = (place + 1) % len(now)
            now[place], now[other] = now[other], now[place]
    comparison, found = compared(once, now)
    begins_equal = next((at for at, (a, b) in enumerate(zip(once, now, strict=False)) if a != b), None)
    if begins_equal is None:
        begins_equal = min(len(once), len(now))
    if len(now) > len(once) == begins_equal:
        assert ([], len(now) - len(once)) == (found, comparison.beyond)
    elif once == now:
        assert [] == found
    else:
        assert begins_equal == found[0].offset
    moved = {one.record for one in found if one.kind == "moved"}
    assert all(one.decode() not in moved for one in now if one not in once)


def test_a_record_is_named_by_its_id_or_as_one_without() -> None:
    """Whatever stands in the log: nothing of it comes out raw."""
    assert "the record id3" == named(value(3))
    for odd in (b"", b"{", b"[]", b'{"id":7}', b'{"id":"a\\nb"}', orjson.dumps({"id": "x" * 41})):
        assert ("", "a record without an id") == (record_id(odd), named(odd))
