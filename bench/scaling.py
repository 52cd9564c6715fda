"""Whether a report costs the same in a city and in a country: 31 k to 1 M boxes, ten contests, two workers.

Larger nights are copies of Istanbul side by side under one root, each with its own districts and boxes; ten
contests are ten questions on the same boxes. The cost of a report is the CPU time of worker, store and broker
together, whatever the number of cores; the rate does depend on it, and is told beside it.

A worker that has much to catch up applies up to 20,000 reports at once: two thirds of a city, a fiftieth of a
country, so that in a city many of them are neighbours. Each log is therefore counted again in equal steps, as
on a night, where a step is what came during the step before.

All logs that are compared are about as long, and take turns: each is counted once before any is counted
again, and a ratio is that of two runs of the same turn. What another program did to a turn, it did to both.

Know before changing: measuring begins when each box was heard once, so that a first paper (nothing to compare
it with) is not weighed against a correction, and when every worker has its share of the partitions.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import median

import numpy as np

from bench.counting import Run, Stage, count, filled_topic
from bench.istanbul import Istanbul
from bench.log import Filled
from bench.results import Figure, Results, say
from bench.revisions import Load
from bench.servers import Place, Running
from bench.wanted import Wanted
from election.wire.records import Bundle
from producers.settings import Settings

COPIES, COPIES_QUICK = (1, 7, 32), (1, 2)
REVISIONS, REVISIONS_QUICK = {1: 65, 7: 10, 32: 3}, {1: 40, 2: 4}
"""After the first of each box, two million reports are left to measure."""
STEP = 2000
"""Reports of a contest in one of the equal steps: ten bundles, more than a country brings in a second."""
CONTESTS, CONTESTS_QUICK = 10, 2
CONTEST_REVISIONS = 7
BUNDLE_MAX = 200
FLAT_MOST = 1.2
"""Within 20 %, as promised."""
TWO_LEAST = 1.6
"""How many times the rate of one worker two are to reach, where there are cores for them."""
JOINED_AFTER = 2
"""One and two workers are measured over the last half of the log: two share it some seconds after a start."""


@dataclass(frozen=True)
class Case:
    """A log of its own and a store of its own, counted once a turn."""

    what: str
    night: Istanbul
    loads: Sequence[Load]
    stage: Stage
    settings: Settings
    filled: Filled

    def run(self, workers: int = 1, skip: int | None = None, step: int | None = None) -> Run:
        """Counts the log; measured from the second revision on, or after so many reports."""
        once = len(self.night.boxes) * len(self.loads)
        skip = once if skip is None else skip
        stage = replace(self.stage, step=step)
        return count(stage, self.loads, self.filled, self.settings, workers, skip)


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Boxes and contests, each beside Istanbul alone in the same turn; then one worker beside two."""
    broker = place.kafka()
    cases = list(_cases(place, broker, wanted))
    runs: dict[tuple[int | None, str], list[Run]] = {
        (step, case.what): [] for step in (STEP, None) for case in cases
    }
    for _ in range(wanted.repeat):
        for case in cases:
            for step in (STEP, None):
                runs[step, case.what].append(case.run(step=step))
    for step in (STEP, None):
        base, based = _named(cases[0].what, step), runs[step, cases[0].what]
        for case in cases:
            what, found = _named(case.what, step), runs[step, case.what]
            results.add(*_figures(what, found, case.night.what))
            if case is not cases[0]:
                results.add(_ratio(what, found, base, based))
    _two_workers(cases[0], wanted, results)


def _named(what: str, step: int | None) -> str:
    return what if step is None else f"{what}, steps of {step:,}"


def _cases(place: Place, broker: Running, wanted: Wanted) -> Iterator[Case]:
    for copies in COPIES_QUICK if wanted.quick else COPIES:
        night = wanted.night if copies == 1 else grown(wanted.night, copies)
        revisions = REVISIONS_QUICK[copies] if wanted.quick else REVISIONS[copies]
        loads = [Load(night, revisions, BUNDLE_MAX)]
        yield _case(f"{len(night.boxes):,} boxes", place, broker, night, loads)
    number = wanted.either(CONTESTS, CONTESTS_QUICK)
    night = asked(wanted.night, number)
    revisions = wanted.either(CONTEST_REVISIONS, 4)
    loads = [Load(night, revisions, BUNDLE_MAX, contest=contest(one)) for one in range(number)]
    yield _case(f"{number} contests", place, broker, night, loads)


def _case(what: str, place: Place, broker: Running, night: Istanbul, loads: Sequence[Load]) -> Case:
    name = what.replace(",", "").replace(" ", "-")
    stage = Stage.of(place, broker, night, name)
    reports = sum(load.reports for load in loads)
    settings, filled = filled_topic(stage, name, together(loads), reports)
    return Case(what, night, loads, stage, settings, filled)


def _two_workers(case: Case, wanted: Wanted, results: Results) -> None:
    """The same log by one worker and by two, in turn, over the same last part of it."""
    skip = case.filled.reports // JOINED_AFTER
    both = [(case.run(1, skip), case.run(2, skip)) for _ in range(wanted.repeat)]
    one, two = [pair[0] for pair in both], [pair[1] for pair in both]
    results.add(*_figures("one worker", one, case.night.what), *_figures("two workers", two, case.night.what))
    rates = tuple(second.rate / first.rate for first, second in both)
    results.add(
        Figure("scaling", "two workers / one worker, rate", "times", rates, least=TWO_LEAST),
        _ratio("two workers", two, "one worker", one),
    )


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


def _figures(what: str, runs: Sequence[Run], night: str) -> list[Figure]:
    """What a report costs, whom, and how many are counted in a second."""
    costs = tuple(map(_cost, runs))
    note = f"{night}; exact in every area; a worker's memory {median(run.memory for run in runs):.0f} MB"
    note += f"; {median(run.versions for run in runs):.0f} versions"
    note += f"; everything else used {median(run.others for run in runs):.0%} of the machine"
    say(f"  {what}: {note}")
    parts = [
        Figure("scaling", f"{what}, CPU of a report: {who}", "µs", tuple(run.cpu_us[who] for run in runs))
        for who in runs[0].cpu_us
    ]
    return [
        Figure("scaling", f"{what}, CPU of a report", "µs", costs, note=note),
        *parts,
        Figure("scaling", f"{what}, rate", "reports/s", tuple(run.rate for run in runs)),
    ]


def _cost(run: Run) -> float:
    return sum(run.cpu_us.values())


def _ratio(what: str, runs: Sequence[Run], beside: str, others: Sequence[Run]) -> Figure:
    """How much more a report costs than in the same turn of another case."""
    ratios = tuple(_cost(run) / _cost(other) for run, other in zip(runs, others, strict=True))
    return Figure("scaling", f"{what} / {beside}, CPU of a report", "times", ratios, most=FLAT_MOST)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def _text(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
