"""The short way gives what the long way gives, or nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.report import BoxReport
from producers.formats import csv_mapped
from producers.formats.cells import Table
from producers.formats.columns import planned
from producers.formats.csv_short import short_way
from producers.formats.document import Document, Heard
from tests.producers.formats.tables import MAYOR, WIDE, document

MORE = WIDE.replace('"valid"', '"valid"\ntime = "at"\nstate = "state"', 1) + (
    '[time]\nzone = "+03:00"\n[states]\ncounted = "ok"\nsealed = "S"\n[units]\nn-1 = "1"\n'
    '[[file.skip]]\ncolumn = "box"\nmarks = "TOTAL"\n'
)
TIMED = '[feed]\nrevision = "time"\n' + MORE
SUMMED = (
    '[feed]\nvalid = "sum"\nvoters = "valid"\n'
    '[columns]\nunit = "box"\nregistered = "voters"\nignore = "valid"\n' + WIDE[WIDE.index("[choices]") :]
)
INVALID = WIDE.replace('valid = "valid"', 'invalid = "valid"')
AREAS = '[feed]\nlevel = "ward"\n' + WIDE
HEADER, LONGER = "box;voters;valid;Ada;Bulut\n", "box;voters;valid;Ada;Bulut;at;state\n"


def ways(feed: Document) -> tuple[list[BoxReport | None], list[Heard]]:
    """What the short way says of each row (None: nothing), and what the whole format says of the table."""
    assert feed.mapping is not None
    table = Table(feed, feed.mapping.file)
    short = short_way(table, planned(table, feed.mapping), feed, feed.mapping, MAYOR, {})
    assert short is not None
    return [short(cells) for cells in table.rows() if isinstance(cells, list)], list(
        csv_mapped.parse(feed, MAYOR)
    )


def long_way(feed: Document, monkeypatch: pytest.MonkeyPatch) -> list[Heard]:
    """What the format says where there is no short way."""
    with monkeypatch.context() as patch:
        patch.setattr(csv_mapped, "short_way", lambda *_: None)
        return list(csv_mapped.parse(feed, MAYOR))


def test_a_row_of_plain_digits_takes_the_short_way() -> None:
    """Whatever is unusual does not."""
    short, _ = ways(
        document(HEADER + "n-1;200;190;100;90\nn-2;;190;1;1\nn-9;1;1;1;1\ns-1;9;9;9;\nn-1;2;1;1;1\n")
    )
    assert [True, False, False, False, False] == [one is not None for one in short]


def test_states_times_and_marks_of_boxes_are_known_to_it() -> None:
    """A state that is not counted is left to the long way."""
    rows = "1;200;190;100;90;2019-06-23 18:30;ok\nn-2;20;19;10;9;2019-06-23 18:31;S\n"
    rows += "TOTAL;1;1;1;1;2019-06-23 18:32;\n"
    short, _ = ways(document(LONGER + rows, TIMED))
    assert [1561303800000, None, None] == [None if one is None else one.revision for one in short]


CELL = st.integers(0, 400).map(str) | st.sampled_from(["", "S", "007", "99999999999", " 5", "-1", "٣", "x"])
UNIT = st.sampled_from(["n-1", "n-2", "s-1", "s-2", "1", "n-9", "", "TOTAL", "north", "south"])
AT = st.sampled_from(["2019-06-23 18:30", "2019-06-23T18:31:00+02:00", "late", ""])
STATE = st.sampled_from(["ok", "", "S", "burnt", "counted"])


@given(
    st.sampled_from(
        [(WIDE, None), (MORE, None), (TIMED, None), (SUMMED, None), (INVALID, None), (AREAS, "agency")]
    ),
    st.lists(st.tuples(UNIT, CELL, CELL, CELL, CELL, AT, STATE), max_size=6),
    st.booleans(),
)
def test_both_ways_say_the_same_of_every_table(
    mapping: tuple[str, str | None], rows: list[tuple[str, ...]], endless: bool
) -> None:
    """Reports, refusals and their places."""
    text, source = mapping
    wide = 7 if text in (MORE, TIMED) else 5
    table = (LONGER if wide == 7 else HEADER) + "".join(";".join(row[:wide]) + "\n" for row in rows)
    feed = replace(document(table, text, source), endless=endless)
    with pytest.MonkeyPatch.context() as patch:
        assert long_way(feed, patch) == list(csv_mapped.parse(feed, MAYOR))
