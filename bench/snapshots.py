"""A table of 200 MB compared with the one before it: how long, and in how much memory.

    parsing alone        the second table, by a mapping
    the first table      every box appears
    the next table       1 % corrected, 0.5 % new, 0.1 % gone

Each is read from a file and compared; reports are made and let go, as a producer does.

Know before changing: the files are written when this runs, and are never shipped; what is found in them must
be what was written, or there is no figure. Memory is the peak of a process (`ru_maxrss`): one that parses
alone, and one that compares both tables; what the second has more than the first is the comparison's. Both
hold the night, which is said beside them.
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.results import Figure, Results, say
from bench.servers import Place
from bench.wanted import Wanted
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.nights import read_night
from producers.formats import FORMATS
from producers.formats.document import Document, Heard
from producers.formats.mapping import read_mapping
from producers.said import Held
from producers.snapshots import Allowance, Comparison
from producers.sources import file

BOXES, CHOICES, AREAS = 1_150_000, 40, 500
QUICK_BOXES = 5_000
AT = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)
CORRECTED, NEW, GONE = 100, 200, 1000
"""Every so many boxes one is corrected, is new in the second table, or is gone from it."""
PATTERNS = 997
"""So many different rows of votes; a prime, so that they fall on all kinds of boxes."""
BOX_BYTES_MAX = 200
"""The target: what a comparison may hold of a box."""
MB = 1_000_000
COUNCIL = SourceId("council")
MAPPING = b"""
[feed]
table = "whole"
[columns]
unit = "box"
registered = "registered"
voters = "voters"
valid = "valid"
choices = "*"
"""


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Seconds, boxes a second and memory; each run is two processes of its own."""
    boxes = wanted.either(BOXES, QUICK_BOXES)
    written = write(place.folder, boxes)
    runs = [run(place.folder) for _ in range(wanted.either(wanted.repeat, 1))]
    note = f"{written / MB:.0f} MB, {boxes:,} boxes, {CHOICES} choices"
    results.add(
        _figure("parsing alone", "s", runs, note),
        _figure("the first table: parsed and compared", "s", runs, note),
        _figure("the next table: parsed and compared", "s", runs, note),
        _figure("peak memory, the night alone", "MB", runs, note),
        _figure("peak memory, parsing", "MB", runs, note),
        _figure("peak memory, comparing", "MB", runs, note),
    )
    added = (
        _figure("comparing alone, a box", "µs", runs, note),
        _figure("memory a box that comparing adds", "B", runs, note, BOX_BYTES_MAX),
    )
    for figure in added:
        if min(figure.runs) > 0:
            results.add(figure)
        else:  # two processes whose difference drowns in what else they do
            say(f"  {figure.what}: too little to be seen in {boxes:,} boxes")


def _figure(
    what: str, unit: str, runs: list[dict[str, float]], note: str, most: float | None = None
) -> Figure:
    return Figure("snapshots", what, unit, tuple(run[what] for run in runs), most=most, note=note)


def run(folder: Path) -> dict[str, float]:
    """Both processes, one after the other."""
    parsed, compared = (_child(folder, what) for what in ("parse", "compare"))
    found = {**parsed, **compared}
    rows = found.pop("rows")
    more_s = found["the next table: parsed and compared"] - found["parsing alone"]
    found["comparing alone, a box"] = 1e6 * more_s / rows
    more_bytes = MB * (found["peak memory, comparing"] - found["peak memory, parsing"])
    found["memory a box that comparing adds"] = more_bytes / rows
    return found


def _child(folder: Path, what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.snapshots", what, str(folder)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def write(folder: Path, boxes: int) -> int:
    """The night and its two tables; gives the bytes of the second."""
    choices = "".join(f'[[contests.choices]]\nid = "c{n}"\nname = "C {n}"\n' for n in range(CHOICES))
    toml = (
        'id = "large"\nname = "Large"\ndate = 2024-10-06\nlevels = ["country", "county"]\n'
        '[[contests]]\nid = "president"\nname = "President"\narea = "country"\nsource = "council"\n'
        f'{choices}[[sources]]\nid = "council"\nname = "Council"\n'
    )
    (folder / "night.toml").write_text(toml)
    areas = "".join(f"county-{n},County {n},county,country\n" for n in range(AREAS))
    (folder / "areas.csv").write_text(f"id,name,level,parent\ncountry,Country,country,\n{areas}")
    with (folder / "boxes.csv").open("w") as out:
        out.write("id,area,registered\n")
        out.writelines(f"county-{n % AREAS}-{n},county-{n % AREAS},900\n" for n in range(boxes))
    for name in ("before.csv", "now.csv"):
        with (folder / name).open("w") as out:
            out.writelines(_lines(boxes, later=name == "now.csv"))
    return (folder / "now.csv").stat().st_size


def _lines(boxes: int, *, later: bool) -> Iterator[str]:
    dice = random.Random(7)
    patterns = [[dice.randrange(2, 320) for _ in range(CHOICES)] for _ in range(PATTERNS)]
    texts = [_figures(votes) for votes in patterns]
    corrected = [_figures([votes[0] + 1, *votes[1:]]) for votes in patterns]
    yield "box,registered,voters,valid," + ",".join(f"c{n}" for n in range(CHOICES)) + "\n"
    for number in range(boxes):
        if (number % NEW == 1 and not later) or (number % GONE == 2 and later):
            continue
        changed = later and number % CORRECTED == 3
        text = (corrected if changed else texts)[number % PATTERNS]
        yield f"county-{number % AREAS}-{number},900,{text}"


def to_find(boxes: int, *, later: bool) -> dict[str, int]:
    """What there is to find in the first table, or in the later one beside it."""
    first = sum(number % NEW != 1 for number in range(boxes))
    if not later:
        nothing = dict.fromkeys(("corrected", "withdrawn", "unchanged", "held_back"), 0)
        return {"news": first, "appeared": first, **nothing}
    new, gone = boxes - first, sum(number % GONE == 2 for number in range(boxes))
    corrected = sum(number % CORRECTED == 3 for number in range(boxes))
    return {
        "news": new + corrected + gone, "appeared": new, "corrected": corrected, "withdrawn": gone,
        "unchanged": first - corrected - gone, "held_back": 0,
    }  # fmt: skip


def _figures(votes: list[int]) -> str:
    return f"{sum(votes) + 9},{sum(votes)},{','.join(map(str, votes))}\n"


def parsing(folder: Path) -> dict[str, float]:
    """The second table parsed and let go, in this process."""
    night = _night(folder)
    found = {"peak memory, the night alone": _peak_mb()}
    begin_s = time.perf_counter()
    found["rows"] = sum(isinstance(heard, BoxReport) for heard in _read(folder / "now.csv", night, AT))
    found["parsing alone"] = time.perf_counter() - begin_s
    found["peak memory, parsing"] = _peak_mb()
    counts = to_find(len(night.boxes), later=True)
    wanted = counts["appeared"] + counts["corrected"] + counts["unchanged"]
    if found["rows"] != wanted:
        raise ValueError(f"{found['rows']} boxes were read of {wanted}")
    return found


def comparing(folder: Path) -> dict[str, float]:
    """Both tables compared, in this process."""
    night, found = _night(folder), dict[str, float]()
    held = Held(night, COUNCIL)
    for minute, (what, name) in enumerate((("first", "before.csv"), ("next", "now.csv"))):
        begin_s = time.perf_counter()
        counts = _compared(folder / name, night, held, AT + timedelta(minutes=minute))
        found[f"the {what} table: parsed and compared"] = time.perf_counter() - begin_s
        wanted = to_find(len(night.boxes), later=what == "next")
        if counts != wanted:
            raise ValueError(f"{what} table: {counts} was found, {wanted} was written")
    found["peak memory, comparing"] = _peak_mb()
    return found


def _night(folder: Path) -> Night:
    names = ("night.toml", "areas.csv", "boxes.csv")
    return read_night({name: (folder / name).read_bytes() for name in names})


def _read(path: Path, night: Night, at: datetime) -> Iterator[Heard]:
    mapping = read_mapping("mapping.toml", MAPPING)
    return FORMATS["csv"].parse(Document(path.name, file.lines(path), at, COUNCIL, mapping), night)


def _compared(path: Path, night: Night, held: Held, at: datetime) -> dict[str, int]:
    comparison = Comparison(night, COUNCIL, held, at, True, Allowance.of(night.sources[COUNCIL]))
    news = sum(1 for _ in comparison.take(_read(path, night, at))) + sum(1 for _ in comparison.finish())
    words = ("appeared", "corrected", "withdrawn", "unchanged", "held_back")
    return {"news": news, **{word: getattr(comparison, word) for word in words}}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


if __name__ == "__main__":
    does = {"parse": parsing, "compare": comparing}
    sys.stdout.write(json.dumps(does[sys.argv[1]](Path(sys.argv[2]))))
