"""Counting: one worker on Apache Kafka and Redis with an append-only file, from the first apply to the last.

The topic is filled first; then a worker is started, and what is measured lies between the first and the last
offset it stored. For every repetition the store is emptied and a new worker counts the log again. At the end
every total of every area is compared with numpy's sum of the last revision.

Know before changing: the rate is reports between two looks at the stored offsets, so the first batch and the
worker's start do not count; both are told beside it.
"""

import os
import time
from dataclasses import dataclass
from statistics import median

from bench.istanbul import NIGHT, Istanbul
from bench.log import PARTITIONS, Filled, fill
from bench.machine import busy_s, cpu_s, memory_mb
from bench.results import Figure, Results, progress, say
from bench.revisions import Load
from bench.servers import Place, Running
from bench.stored import Stored, differences, wait_for
from bench.wanted import Wanted
from election.night import Contest, Night, NightId
from election.wire.nights import read_night
from producers.settings import Settings

LEAST = 120_000
FIRST_APPLY_WITHIN_S = 60.0
ALL_WITHIN_S = 600.0


@dataclass(frozen=True)
class Run:
    """One worker's way through the log."""

    rate: float
    per_cpu_s: float
    start_s: float
    versions: int
    cpu_us: dict[str, float]
    """CPU microseconds a report: worker, store, broker."""
    memory: float
    others: float
    """Share of the machine's cores that everything else used meanwhile, this bench included."""


@dataclass(frozen=True)
class Stage:
    """What all runs share."""

    place: Place
    broker: Running
    store: Running
    night: Istanbul
    facts: Night
    contest: Contest
    folder: str


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Bundles of 50 and of 200."""
    night, revisions = wanted.night, wanted.either(wanted.revisions, 4)
    folder = str(night.written(place.folder / "night"))
    facts = read_night({name: night.files[name] for name in night.files if name.endswith((".toml", ".csv"))})
    contest = next(iter(facts.contests.values()))
    stage = Stage(place, place.kafka(), place.redis(), night, facts, contest, folder)
    for bundle_max in (50, 200):
        load = Load(night, revisions, bundle_max)
        session = f"bundles-{bundle_max}"
        settings = Settings(session=session, kafka=stage.broker.address, partitions=PARTITIONS)
        filled = fill(settings, NIGHT, load.bundles(), load.reports, f"filling {session}")
        say(f"  {filled.records:,} records with {filled.reports:,} reports in {session}")
        runs = [_run(stage, load, filled, settings) for _ in range(wanted.repeat)]
        results.add(*_figures(runs, bundle_max, load))


def _figures(runs: list[Run], bundle_max: int, load: Load) -> list[Figure]:
    what = f"bundles of {bundle_max}"
    costs = {who: median(run.cpu_us[who] for run in runs) for who in runs[0].cpu_us}
    note = f"{load.reports:,} reports of {load.night.what}; exact in every area; CPU µs a report: "
    note += ", ".join(f"{who} {cost:.1f}" for who, cost in costs.items())
    note += f"; {median(run.versions for run in runs):.0f} batches; "
    note += f"first apply {median(run.start_s for run in runs):.1f} s after the start of the worker; "
    note += f"worker's memory {median(run.memory for run in runs):.0f} MB; "
    note += f"everything else used {median(run.others for run in runs):.0%} of the machine"
    rates = tuple(run.rate for run in runs)
    per_cpu = tuple(run.per_cpu_s for run in runs)
    return [
        Figure("counting", what, "reports/s", rates, least=LEAST, note=note),
        Figure("counting", f"{what}, per CPU second of the worker", "reports/CPU s", per_cpu),
    ]


def environment(stage: Stage, settings: Settings) -> dict[str, str]:
    """What a worker is told."""
    return {
        "SANDIK_MODE": settings.mode,
        "SANDIK_SESSION": settings.session,
        "SANDIK_NIGHT": stage.folder,
        "SANDIK_KAFKA": settings.kafka,
        "SANDIK_KAFKA_KIND": settings.kafka_kind,
        "SANDIK_REDIS": stage.store.url,
        "SANDIK_PARTITIONS": str(settings.partitions),
    }


def _run(stage: Stage, load: Load, filled: Filled, settings: Settings) -> Run:
    stored = Stored.of(stage.store.url, settings.scope(NightId(NIGHT)))
    stored.flush()
    worker = stage.place.room("worker", environment(stage, settings))
    processes = {"worker": worker.pid, "store": stage.store.pid, "broker": stage.broker.pid}
    try:
        begun_s = wait_for(lambda: worker.check() and any(stored.offsets().values()),
                           FIRST_APPLY_WITHIN_S, "a first apply")  # fmt: skip
        at, began_s = stored.offsets(), time.monotonic()
        first = filled.reports_before(at)
        before = {who: cpu_s(pid) or 0.0 for who, pid in processes.items()}
        busy_before_s = busy_s() or 0.0

        def done() -> bool:
            now = filled.reports_before(stored.offsets())
            progress(now, filled.reports, "counting")
            return worker.check() and now >= filled.reports

        ended_s = wait_for(done, ALL_WITHIN_S, "the end of the log")
        used = {who: (cpu_s(pid) or 0.0) - before[who] for who, pid in processes.items()}
        busy = (busy_s() or 0.0) - busy_before_s - sum(used.values())
        counted = filled.reports - first
        wrong = differences(load.expected(), stored.totals(stage.contest, stage.facts))
        if wrong:
            raise AssertionError(f"{len(wrong)} areas are wrong, the first: {wrong[0]}")
        return Run(
            rate=counted / (ended_s - began_s),
            per_cpu_s=counted / used["worker"] if used["worker"] else 0.0,
            start_s=begun_s - worker.started_s,
            versions=stored.version(),
            cpu_us={who: spent / counted * 1e6 for who, spent in used.items()},
            memory=memory_mb(worker.pid) or 0.0,
            others=busy / (ended_s - began_s) / (os.cpu_count() or 1),
        )
    finally:
        worker.stop()
        stored.close()
