"""Whether a report costs the same in a city and in a country: 31 k to 1 M boxes, 1 to 10 contests.

Larger nights are copies of Istanbul side by side under one root, each with its own districts and boxes; ten
contests are ten questions on the same boxes. The cost of a report is the CPU time of worker, store and broker
together, whatever the number of cores; the rate does depend on it, and is told beside it.

Know before changing: measuring begins when each box was heard once, so that a first paper (nothing to compare
it with) is not weighed against a correction, and when every worker has its share of the partitions.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from statistics import median

import numpy as np

from bench.counting import Run, Stage, count, filled_topic
from bench.istanbul import Istanbul
from bench.results import Figure, Results, say
from bench.revisions import Load
from bench.servers import Place, Running
from bench.wanted import Wanted
from election.wire.records import Bundle

COPIES, COPIES_QUICK = (1, 7, 32), (1, 2)
REVISIONS = {1: 40, 7: 8, 32: 3}
REVISIONS_OF_TWO = 120
"""Two workers share the log only some seconds after one has begun."""
CONTESTS, CONTESTS_QUICK = 10, 2
BUNDLE_MAX = 200
FLAT_MOST = 1.2
"""Within 20 %, as promised."""


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Boxes, then contests, then workers; each beside Istanbul alone in the same run."""
    broker = place.kafka()
    sizes = COPIES_QUICK if wanted.quick else COPIES
    for copies in sizes:
        night = wanted.night if copies == 1 else grown(wanted.night, copies)
        revisions = 4 if wanted.quick else REVISIONS[copies]
        runs = _runs(place, broker, night, [Load(night, revisions, BUNDLE_MAX)], wanted.repeat)
        results.add(*_figures(f"{len(night.boxes):,} boxes", runs, results, night.what))
    number = wanted.either(CONTESTS, CONTESTS_QUICK)
    night = asked(wanted.night, number)
    revisions = 4 if wanted.quick else REVISIONS[1] // number
    loads = [Load(night, revisions, BUNDLE_MAX, contest=contest(one)) for one in range(number)]
    runs = _runs(place, broker, night, loads, wanted.repeat)
    results.add(*_figures(f"{number} contests", runs, results, night.what))
    load = Load(wanted.night, wanted.either(REVISIONS_OF_TWO, 40), BUNDLE_MAX)
    runs = _runs(place, broker, wanted.night, [load], wanted.repeat, workers=2)
    results.add(*_figures("two workers", runs, results, wanted.night.what))


def grown(night: Istanbul, copies: int) -> Istanbul:
    """So many Istanbuls under one root."""
    areas, boxes, parents = (_rows(night.files[name]) for name in ("areas.csv", "boxes.csv", "parent.csv"))
    root, below = areas[0], areas[1:]
    all_areas, all_boxes, all_parents = [root], list[dict[str, str]](), list[dict[str, str]]()
    for number in range(copies):
        end = f"-c{number}"
        for row in below:
            above = row["parent"] if row["parent"] == root["id"] else row["parent"] + end
            all_areas.append({**row, "id": row["id"] + end, "parent": above, "row": "", "col": ""})
        all_boxes += [{**row, "id": row["id"] + end, "area": row["area"] + end} for row in boxes]
        all_parents += [{**row, "box": row["box"] + end} for row in parents]
    files = {
        **{name: night.files[name] for name in ("night.toml", "SOURCE.md")},
        "areas.csv": _text(all_areas), "boxes.csv": _text(all_boxes), "parent.csv": _text(all_parents),
    }  # fmt: skip
    return replace(
        night,
        files=files,
        boxes=tuple(row["id"] for row in all_boxes),
        leaf=tuple(row["area"] for row in all_boxes),
        parent={row["id"]: row["parent"] for row in all_areas},
        figures=np.tile(night.figures, (copies, 1)),
    )


def asked(night: Istanbul, number: int) -> Istanbul:
    """The night with so many contests, each on all boxes, each with its parent's votes."""
    text = night.files["night.toml"].decode()
    begin, end = text.index("[[contests]]"), text.index("[[sources]]")
    blocks = (text[begin:end].replace('id = "mayor"', f'id = "{contest(one)}"') for one in range(number))
    parents = _rows(night.files["parent.csv"])
    files = {
        **{name: night.files[name] for name in ("SOURCE.md", "areas.csv", "boxes.csv")},
        "night.toml": (text[:begin] + "".join(blocks) + text[end:]).encode(),
        "parent.csv": _text([{**row, "contest": contest(one)} for one in range(number) for row in parents]),
    }
    return replace(night, files=files)


def contest(number: int) -> str:
    """The id of a contest; the first is Istanbul's own."""
    return f"mayor-{number}" if number else "mayor"


def together(loads: Iterable[Load]) -> Iterator[Bundle]:
    """The bundles of all contests in turn, so that all are at the same revision."""
    return chain.from_iterable(zip(*(load.bundles() for load in loads), strict=True))


def _runs(
    place: Place, broker: Running, night: Istanbul, loads: list[Load], repeat: int, workers: int = 1
) -> list[Run]:
    name = f"{len(night.boxes)}-boxes-{len(loads)}-contests-{workers}-workers"
    stage = Stage.of(place, broker, night, name)
    reports = sum(load.reports for load in loads)
    settings, filled = filled_topic(stage, name, together(loads), reports)
    once = len(night.boxes) * len(loads)
    try:
        return [count(stage, loads, filled, settings, workers, skip=once) for _ in range(repeat)]
    finally:
        stage.store.stop()


def _figures(what: str, runs: list[Run], results: Results, night: str) -> list[Figure]:
    """Cost and rate, and how much more a report costs than in the first measurement of this run."""
    costs = tuple(sum(run.cpu_us.values()) for run in runs)
    parts = {who: median(run.cpu_us[who] for run in runs) for who in runs[0].cpu_us}
    note = f"{night}; exact in every area; CPU µs a report: "
    note += ", ".join(f"{who} {cost:.1f}" for who, cost in parts.items())
    note += f"; a worker's memory {median(run.memory for run in runs):.0f} MB"
    note += f"; everything else used {median(run.others for run in runs):.0%} of the machine"
    say(f"  {what}: {note}")
    found = [
        Figure("scaling", f"{what}, CPU of a report", "µs", costs, note=note),
        Figure("scaling", f"{what}, rate", "reports/s", tuple(run.rate for run in runs)),
    ]
    one = next((figure for figure in results.figures if figure.part == "scaling"), None)
    if one is not None:
        ratio = median(costs) / one.median
        found.append(Figure("scaling", f"{what} / {one.what}", "times", (ratio,), most=FLAT_MOST))
    return found


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def _text(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
