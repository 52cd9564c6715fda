"""How fast a foreign table becomes reports: CSV by mapping, beside `csv` alone and pandas, on the same bytes.

    csv alone                 lines to cells, nothing looked at: the floor under every reader in Python
    csv by mapping            lines to reports of the night: every figure a number, every box the night's
    csv in our own words      the same through the format that needs no mapping
    csv by mapping, a survey  lines to what a night is founded on: names, areas, figures
    pandas.read_csv           bytes to typed columns in one go, whole file in memory; no box is looked up

Know before changing: these are CPU seconds of this process. Reports are counted and dropped as a feed does
it, not kept in a list. Every reader must have read every box, and those that read votes the winner's sum, so
that nobody measures a reader that skips.
"""

import csv
import gzip
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd

from bench.istanbul import CHOICES, FIGURES, Istanbul
from bench.results import Figure, Results
from bench.servers import Place
from bench.wanted import Wanted
from election.night import Night
from election.report import BoxReport
from election.wire.nights import read_night
from producers.formats import FORMATS
from producers.formats.document import Document, Seen
from producers.formats.mapping import read_mapping
from producers.formats.shapes import Mapping

HEARD_AT = datetime(2019, 6, 23, 18, 1, tzinfo=UTC)
LASTS_S = 1.0
BOXES_A_SECOND = 100_000
"""The target: boxes a second of one core, by mapping."""
REAL = b"""
[columns]
unit = "{district|slug}-{seq}"
area.district = "district"
area.neighbourhood = { name = "neighborhood", id = "{district|slug}-{neighborhood|slug}" }
registered = "registered_jun"
voters = "voted_jun"
valid = "valid_jun"
ignore = ["registered", "voted", "valid", "akp", "chp", "sp", "other"]
[choices]
imamoglu = "chp_jun"
yildirim = "akp_jun"
gokcinar = "sp_jun"
others = "other_jun"
"""
SIMULATED = b"""
[columns]
unit = "box"
registered = "registered"
voters = "voters"
valid = "valid"
invalid = "invalid"
choices = ["imamoglu", "yildirim", "gokcinar", "others"]
"""


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Every reader in turn, as boxes a second of one core."""
    istanbul = wanted.night
    night = read_night({n: c for n, c in istanbul.files.items() if n.endswith((".toml", ".csv"))})
    table, mapping = _table(istanbul, wanted)
    lines, boxes = table.splitlines(keepends=True), len(istanbul.boxes)
    own = _own(istanbul).splitlines(keepends=True)
    readers: list[tuple[str, Callable[[], None], float | None]] = [
        ("csv alone: cells", lambda: _cells(lines, boxes), None),
        ("csv by mapping: reports", lambda: _reports(lines, mapping, night, istanbul), BOXES_A_SECOND),
        ("csv in our own words: reports", lambda: _reports(own, None, night, istanbul), None),
        ("csv by mapping: a survey", lambda: _survey(lines, mapping, istanbul), None),
        ("pandas.read_csv: columns", lambda: _pandas(table, boxes), None),
    ]
    for what, work, least in readers:
        runs = tuple(_rate(work, boxes) for _ in range(wanted.repeat))
        note = f"{istanbul.what}, {len(lines[0].split(b','))} columns" if least else ""
        results.add(Figure("parse", what, "boxes a second", runs, least=least, note=note))


def _rate(work: Callable[[], None], boxes: int) -> float:
    done, began_s = 0, time.process_time()
    while True:
        work()
        done += boxes
        taken_s = time.process_time() - began_s
        if taken_s >= LASTS_S:
            return done / taken_s


def _table(istanbul: Istanbul, wanted: Wanted) -> tuple[bytes, Mapping]:
    """The file of real boxes where it is, else the simulated boxes as a table."""
    if istanbul.real:
        return gzip.decompress(wanted.boxes_file.read_bytes()), read_mapping("real.toml", REAL)
    return _own(istanbul), read_mapping("simulated.toml", SIMULATED)


def _own(istanbul: Istanbul) -> bytes:
    """The night's boxes in our own words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("box", *FIGURES))
    writer.writerows([box, *row] for box, row in zip(istanbul.boxes, istanbul.figures.tolist(), strict=True))
    return out.getvalue().encode()


def _cells(lines: list[bytes], boxes: int) -> None:
    rows = sum(1 for _ in csv.reader(line.decode() for line in lines))
    if rows != boxes + 1:  # with the heads of the columns
        raise ValueError(f"csv read {rows} lines of {boxes} boxes")


def _reports(lines: list[bytes], mapping: Mapping | None, night: Night, istanbul: Istanbul) -> None:
    document = Document("boxes.csv", lines, HEARD_AT, None, mapping)
    winner = next(iter(night.contests.values())).choices[0].id
    boxes = votes = 0
    for heard in FORMATS["csv"].parse(document, night):
        if not isinstance(heard, BoxReport):
            raise TypeError(f"the bench's own table was refused: {heard}")
        boxes += 1
        votes += heard.votes[winner]
    _whole(winner, boxes, votes, istanbul)


def _survey(lines: list[bytes], mapping: Mapping, istanbul: Istanbul) -> None:
    survey = FORMATS["csv"].survey
    if survey is None:
        raise TypeError("the format csv founds no night")
    boxes = votes = 0
    for seen in survey(Document("boxes.csv", lines, HEARD_AT, None, mapping)):
        if not isinstance(seen, Seen):
            raise TypeError(f"the bench's own table was refused: {seen}")
        boxes += 1
        votes += seen.votes[CHOICES[0]]
    _whole(CHOICES[0], boxes, votes, istanbul)


def _whole(winner: str, boxes: int, votes: int, istanbul: Istanbul) -> None:
    """All boxes of the night were read, and the winner's votes are the night's. Raises ValueError."""
    wanted = len(istanbul.boxes), int(istanbul.figures[:, FIGURES.index(winner)].sum())
    if (boxes, votes) != wanted:
        raise ValueError(f"{boxes} boxes with {votes} votes for {winner} were read of {wanted}")


def _pandas(table: bytes, boxes: int) -> None:
    if len(pd.read_csv(io.BytesIO(table))) != boxes:
        raise ValueError("pandas read another number of boxes")
