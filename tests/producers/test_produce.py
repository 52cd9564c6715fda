"""A feed into Kafka: bundled, published, refused row by row, drained at the end."""

import os
from pathlib import Path
from typing import cast

from election.wire.records import Bundle
from producers.formats import FORMATS
from producers.formats.document import Refusal
from producers.produce import Feed, Open, Produced, changed, opener, produce, stamp
from producers.publish import Publisher
from tests.producers import tiny
from tests.producers.test_replay import Taken

TABLE = b"box,voters,valid,ada,bulut\nn-1,100,90,50,40\nn-2,100,90,50,40\nnowhere,1,1,1,0\ns-1,20,20,20,\n"
NIGHT = tiny.night(tiny.ONE_CONTEST)


async def feed(open_: Open, taken: Taken, refused: list[Refusal]) -> Produced:
    """Produces a CSV into `taken`."""
    what = Feed("feed.csv", open_, FORMATS["csv"])
    return await produce(what, NIGHT, tiny.HEARD_AT, cast("Publisher", taken), refused.append)


async def test_rows_heard_together_are_one_bundle_an_area() -> None:
    """Three good rows in two areas are two records, all acknowledged at the end."""
    taken, refused = Taken(), list[Refusal]()
    done = await feed(lambda idle: iter(TABLE.splitlines(keepends=True)), taken, refused)
    assert Produced(reports=3, records=2, refused=1) == done
    assert 2 == taken.drained_after
    assert [["n-1", "n-2"], ["s-1"]] == [r.box for _, r in taken.records if isinstance(r, Bundle)]


async def test_a_bad_row_is_said_with_its_line() -> None:
    """The rest goes on."""
    refused = list[Refusal]()
    await feed(lambda idle: iter(TABLE.splitlines(keepends=True)), Taken(), refused)
    assert [(4, "E103")] == [(bad.line, bad.code) for bad in refused]


async def test_a_record_over_the_limit_is_refused_and_counted() -> None:
    """The record is named, and the feed goes on."""
    taken, refused = Taken(lambda record: record.contest == "mayor"), list[Refusal]()
    done = await feed(lambda idle: iter(TABLE.splitlines(keepends=True)), taken, refused)
    assert (0, 3) == (done.records, done.refused)
    assert ["E103", "R008", "R008"] == [bad.code for bad in refused]


async def test_a_dash_is_standard_input() -> None:
    """Anything else is a file."""
    out, into = os.pipe()
    os.write(into, TABLE)
    os.close(into)
    taken = Taken()
    done = await feed(opener("-", out), taken, [])
    os.close(out)
    assert 3 == done.reports


async def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    """By its time and size; a file that is not there yet is waited for."""
    path = tmp_path / "feed.csv"
    before = stamp(path)
    assert (0, 0) == before
    path.write_bytes(TABLE)
    now = await changed(path, before, 0.001)
    assert stamp(path) == now
    assert len(TABLE) == now[1]
