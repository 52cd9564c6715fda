"""Whether rows that would not fit are refused before the count, and a whole string is read as it was packed.

How they are read and written is tested on a real store (tests/live/test_rows.py).
"""

import pytest

from election.errors import UsageError
from election.night import ContestId, SourceId
from election.tally import Statement, Status
from election.wire.keys import pack_unit, unit_bytes
from streams.rows import by_unit, refuse_too_long
from tests.packed_rows import packed_rows
from tests.streams import made

NIGHT = made.night()
MAYOR, COUNCIL = ContestId("mayor"), SourceId("council")
CONTEST = NIGHT.contests[MAYOR]
UNITS = NIGHT.units(CONTEST, NIGHT.sources[COUNCIL])


def test_a_night_whose_rows_do_not_fit_is_refused_with_how_long_they_are() -> None:
    """One byte too many is too many; the sentence has the figures and the way out."""
    longest = max(
        len(NIGHT.units(contest, source)) * unit_bytes(contest)
        for contest in NIGHT.contests.values()
        for source in NIGHT.sources.values()
    )
    refuse_too_long(NIGHT)
    refuse_too_long(NIGHT, longest)
    with pytest.raises(UsageError) as caught:
        refuse_too_long(NIGHT, longest - 1)
    for words in (f"{longest:,} bytes", f"at most {longest - 1:,}", "a contest of its own"):
        assert words in str(caught.value)


def test_what_is_in_the_string_is_what_was_packed() -> None:
    """A unit of which nothing is held is not in it, and no string holds nothing."""
    votes = (80, 60, None)[: len(CONTEST.choices)]
    held = {
        unit: Statement(place + 1, 0, Status.COUNTED, False, 200, 142, 140, 2, None, votes)
        for place, unit in enumerate(UNITS)
        if place % 3
    }
    packed = packed_rows(NIGHT, MAYOR, COUNCIL, held)
    assert {unit: pack_unit(one) for unit, one in held.items()} == by_unit(NIGHT, MAYOR, COUNCIL, packed)
    assert {} == by_unit(NIGHT, MAYOR, COUNCIL, None)


def test_what_stands_behind_the_last_unit_is_named_by_its_place() -> None:
    """Nobody of ours wrote it; a row that is cut short is none."""
    row = b"\1" * unit_bytes(CONTEST)
    packed = packed_rows(NIGHT, MAYOR, COUNCIL, {}) + row
    assert {f"place {len(UNITS)}": row} == by_unit(NIGHT, MAYOR, COUNCIL, packed)
    assert {} == by_unit(NIGHT, MAYOR, COUNCIL, packed[:-1])
