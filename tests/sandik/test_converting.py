"""Tables into a recording: in the order of time, each compared with the one before.

Know before changing: the rules of comparing have their own tests; here are times, order and files cut short.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from election.errors import UsageError
from election.report import Cause
from election.wire.records import Bundle, decode
from producers.formats.document import FeedError, Heard, Refusal
from sandik.converting import UNDATED, Conversion, Reader, Taken, in_time, newest
from tests.producers.tables import AT, COUNCIL, FREE, NIGHT, counted, paper

MINUTE = timedelta(minutes=1)


def parse(path: Path, at: datetime) -> Iterator[Heard]:
    """A toy format: `box ada [minute]` a line; `half` is half a file, `bad` a bad row."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split()
        if words == ["half"]:
            raise FeedError(str(path), number, "half a file")
        if words == ["bad"]:
            yield Refusal("E107", str(path), number, "ada", "no number", ("mayor", "n-1"))
        else:
            own = AT + int(words[2]) * MINUTE if len(words) > 2 else at
            yield paper(words[0], int(words[1]), at=own)


READER = Reader(COUNCIL, True, parse)


def feed(folder: Path, **tables: str) -> list[Path]:
    """Files with these rows, a `/` between two."""
    paths = []
    for name, text in tables.items():
        path = folder / f"{name}.txt"
        path.write_text(text.replace("/", "\n"))
        paths.append(path)
    return paths


def converted(paths: list[Path], said: list[datetime] | None = None) -> tuple[list[Bundle], list[Taken]]:
    """The records and what became of each table."""
    conversion = Conversion(NIGHT, READER, FREE)
    refused: list[Refusal] = []
    taken = [
        conversion.take(table, refused.append, lambda reports: None)
        for table in in_time(paths, said or [], READER, NIGHT)
    ]
    records = [record for line in conversion.lines() if isinstance(record := decode(line), Bundle)]
    assert conversion.records == len(records)
    assert conversion.reports == sum(map(len, records))
    assert len(refused) == sum(one.refused for one in taken)
    return records, taken


def test_snapshots_with_a_time_in_their_names_become_appearances_corrections_and_withdrawals(
    tmp_path: Path,
) -> None:
    """In the order of time, whatever the order they are named in."""
    paths = feed(
        tmp_path,
        **{
            "2024-10-06T1910": "n-1 1/n-2 2",
            "2024-10-06T1900": "n-1 1/s-1 3",
            "2024-10-06T1920": "n-1 5/n-2 2/s-1 3",
        },
    )
    records, taken = converted(paths)
    assert [(2, 0, 0, 0), (1, 0, 1, 1), (1, 1, 0, 1)] == [
        (one.appeared, one.corrected, one.withdrawn, one.unchanged) for one in taken
    ]
    assert ["name"] * 3 == [one.table.at_from for one in taken]
    assert {"n-1": 5, "n-2": 2, "s-1": 3} == counted(records)
    assert sorted(record.heard_at for record in records) == [record.heard_at for record in records]


def test_rows_with_times_of_their_own_stand_in_the_order_heard(tmp_path: Path) -> None:
    """One table of the whole night, in the order of its boxes, becomes the night as it went."""
    records, taken = converted(feed(tmp_path, all="n-1 1 30/n-2 2 10/s-1 3 20"))
    assert [["n-2"], ["s-1"], ["n-1"]] == [record.box for record in records]
    assert ("rows", AT + 30 * MINUTE) == (taken[0].table.at_from, taken[0].table.at)


def test_the_newest_of_rows_and_name_is_the_time_of_a_table(tmp_path: Path) -> None:
    """A table is never older than what stands in it."""
    early, late = feed(tmp_path, **{"2024-10-06T0000": "n-1 1 5", "2024-10-06T2330": "n-1 1 5"})
    assert [("rows", AT + 5 * MINUTE), ("name", AT + 270 * MINUTE)] == [
        (table.at_from, table.at) for table in in_time([late, early], [], READER, NIGHT)
    ]


def test_a_time_said_by_hand_counts_before_all_others_and_one_is_needed_for_each(tmp_path: Path) -> None:
    """In the order in which the files are named."""
    paths = feed(tmp_path, **{"2024-10-06T1910": "n-1 1", "2024-10-06T1900": "n-1 2"})
    tables = in_time(paths, [AT, AT + MINUTE], READER, NIGHT)
    assert [(paths[0], AT, "said"), (paths[1], AT + MINUTE, "said")] == [
        (table.path, table.at, table.at_from) for table in tables
    ]
    with pytest.raises(UsageError, match="2 files and 1 times"):
        in_time(paths, [AT], READER, NIGHT)


def test_files_of_one_time_are_taken_as_people_count(tmp_path: Path) -> None:
    """Copied files often have one and the same time."""
    paths = feed(tmp_path, part10="n-1 2", part2="n-1 1")
    for path in paths:
        os.utime(path, (AT.timestamp(), AT.timestamp()))
    records, taken = converted(paths)
    assert ["part2.txt", "part10.txt"] == [one.table.path.name for one in taken]
    assert {"n-1": 2} == counted(records)
    assert {"file"} == {one.table.at_from for one in taken}


def test_a_table_cut_short_is_taken_as_far_as_it_goes_and_the_others_whole(tmp_path: Path) -> None:
    """It withdraws nothing, and says why."""
    paths = feed(
        tmp_path,
        **{"2024-10-06T1900": "n-1 1/n-2 2", "2024-10-06T1910": "n-1 9/half", "2024-10-06T1920": "n-1 9"},
    )
    records, taken = converted(paths)
    assert [None, "half a file", None] == [one.broken and str(one.broken).split(": ")[1] for one in taken]
    assert [0, 1, 0] == [one.held_back for one in taken]
    assert "Fetch it again" in taken[1].whys[0]
    assert [0, 0, 1] == [one.withdrawn for one in taken]
    assert {"n-1": 9} == counted(records)


def test_a_bad_row_is_refused_and_its_box_stays(tmp_path: Path) -> None:
    """The rest goes on."""
    paths = feed(tmp_path, **{"2024-10-06T1900": "n-1 1/n-2 2", "2024-10-06T1910": "bad/n-2 3"})
    records, taken = converted(paths)
    assert [0, 1] == [one.refused for one in taken]
    assert {"n-1": 1, "n-2": 3} == counted(records)
    assert {"first"} == {record.cause for record in records}
    assert Cause.WITHDRAWN.value not in {record.cause for record in records}


def test_the_newest_time_in_rows_is_found_as_far_as_they_can_be_read(tmp_path: Path) -> None:
    """What is wrong with the file is said when it is read the second time."""
    (path,) = feed(tmp_path, a="n-1 1 3/bad/n-2 1 2/half")
    assert AT + 3 * MINUTE == newest(parse(path, UNDATED))
    (path,) = feed(tmp_path, b="n-1 1/half")
    assert newest(parse(path, UNDATED)) is None
