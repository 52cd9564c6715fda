"""Counting: workers on Apache Kafka and Redis with an append-only file, from the first apply to the last.

The topic is filled first; then a worker is started, and what is measured lies between the first and the last
offset it stored. For every repetition the store is emptied and a new worker counts the log again. At the end
every total of every area is compared with numpy's sum of the last revision.

Know before changing: the rate is reports between two looks at the stored offsets, so the first batch and the
worker's start do not count; both are told beside it.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.istanbul import NIGHT, Istanbul
from bench.log import PARTITIONS, Filled, fill, forget_told
from bench.machine import busy_s, cpu_s, memory_mb
from bench.results import Figure, Results, progress, say
from bench.revisions import Load
from bench.servers import Place, Running
from bench.stored import Stored, differences, wait_for
from bench.wanted import Wanted
from election.night import Contest, ContestId, Night, NightId
from election.wire.nights import read_night
from election.wire.records import Bundle
from producers.settings import Settings

LEAST = 120_000
FIRST_APPLY_WITHIN_S = 300.0
"""A country of a million boxes is read for half a minute first, on a busy machine for longer."""
ALL_WITHIN_S = 600.0
JOINED = b"reading on from"
"""What a worker says when it has its partitions: seconds after its sign of life, where a join is slow."""


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
    facts: Night
    folder: str
    step: int | None = None
    """Most reports of a contest that a worker applies at once; None: what it does by itself."""

    @classmethod
    def of(cls, place: Place, broker: Running, night: Istanbul, name: str) -> "Stage":
        """A night in a folder of its own, and a store of its own."""
        folder = str(night.written(place.folder / name))
        files = {key: night.files[key] for key in night.files if key.endswith((".toml", ".csv"))}
        return cls(place, broker, place.redis(), read_night(files), folder)


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Bundles of 50 and of 200."""
    night, revisions = wanted.night, wanted.either(wanted.revisions, 4)
    stage = Stage.of(place, place.kafka(), night, "night")
    for bundle_max in (50, 200):
        load = Load(night, revisions, bundle_max)
        settings, filled = filled_topic(stage, f"bundles-{bundle_max}", load.bundles(), load.reports)
        runs = [count(stage, (load,), filled, settings) for _ in range(wanted.repeat)]
        results.add(*_figures(runs, bundle_max, load))


def filled_topic(
    stage: Stage, session: str, bundles: Iterable[Bundle], reports: int
) -> tuple[Settings, Filled]:
    """A session of its own with these bundles in its log."""
    settings = Settings(session=session, kafka=stage.broker.address, partitions=PARTITIONS)
    filled = fill(settings, NIGHT, bundles, reports, f"filling {session}")
    say(f"  {filled.records:,} records with {filled.reports:,} reports in {session}")
    return settings, filled


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
    steps = {} if stage.step is None else {"SANDIK_BATCH_REPORTS_MAX": str(stage.step)}
    return {
        **steps,
        "SANDIK_MODE": settings.mode,
        "SANDIK_SESSION": settings.session,
        "SANDIK_NIGHT": stage.folder,
        "SANDIK_KAFKA": settings.kafka,
        "SANDIK_KAFKA_KIND": settings.kafka_kind,
        "SANDIK_REDIS": stage.store.url,
        "SANDIK_PARTITIONS": str(settings.partitions),
    }


def count(
    stage: Stage, loads: Sequence[Load], filled: Filled, settings: Settings, workers: int = 1, skip: int = 0
) -> Run:
    """Empties the store, starts workers and waits until the log is counted; every area must be exact.

    What is measured begins after `skip` reports, at the earliest with the first apply. Raises AssertionError.
    """
    scope = settings.scope(NightId(NIGHT))
    stored = [Stored.of(stage.store.url, scope, load.contest) for load in loads]
    stored[0].flush()
    forget_told(settings, NIGHT)
    rooms = [stage.place.room("worker", environment(stage, settings)) for _ in range(workers)]
    pids = {"worker": [room.pid for room in rooms], "store": [stage.store.pid], "broker": [stage.broker.pid]}

    def now() -> int:
        for room in rooms:
            room.check()
        return filled.reports_before(_furthest(stored))

    def done() -> bool:
        progress(at := now(), filled.reports, "counting")
        return at >= filled.reports

    try:
        begun_s = wait_for(lambda: now() > 0, FIRST_APPLY_WITHIN_S, "a first apply")
        began_s = wait_for(
            lambda: now() > skip and all(map(reads, rooms)), ALL_WITHIN_S, "the first revision"
        )
        first, before, busy_before_s = now(), _cpu(pids), busy_s() or 0.0
        ended_s = wait_for(done, ALL_WITHIN_S, "the end of the log")
        used = {who: spent - before[who] for who, spent in _cpu(pids).items()}
        busy = (busy_s() or 0.0) - busy_before_s - sum(used.values())
        counted = filled.reports - first
        _exact(stage, loads, stored)
        return Run(
            rate=counted / (ended_s - began_s),
            per_cpu_s=counted / used["worker"] if used["worker"] else 0.0,
            start_s=begun_s - rooms[0].started_s,
            versions=sum(one.version() for one in stored),
            cpu_us={who: spent / counted * 1e6 for who, spent in used.items()},
            memory=max(memory_mb(room.pid) or 0.0 for room in rooms),
            others=busy / (ended_s - began_s) / (os.cpu_count() or 1),
        )
    finally:
        for room in rooms:
            room.stop()
        for one in stored:
            one.close()


def reads(room: Running) -> bool:
    """Whether a worker reads the log already."""
    return room.check() and JOINED in room.log.read_bytes()


def _furthest(stored: Sequence[Stored]) -> dict[int, int]:
    """How far the log was read: of each partition the furthest offset that any contest holds."""
    found: dict[int, int] = {}
    for one in stored:
        for partition, offset in one.offsets().items():
            found[partition] = max(found.get(partition, 0), offset)
    return found


def _cpu(pids: Mapping[str, Sequence[int]]) -> dict[str, float]:
    return {who: sum(cpu_s(pid) or 0.0 for pid in numbers) for who, numbers in pids.items()}


def _exact(stage: Stage, loads: Sequence[Load], stored: Sequence[Stored]) -> None:
    """Waits until the last contest is applied; then every area of each must be what numpy says."""
    for load, one in zip(loads, stored, strict=True):
        contest = stage.facts.contests[ContestId(load.contest)]
        expected = load.expected()
        boxes = expected[contest.area]["boxes"]

        def whole(one: Stored = one, contest: Contest = contest, boxes: int = boxes) -> bool:
            totals = one.totals(contest, stage.facts)
            return contest.area in totals and totals[contest.area]["boxes"] == boxes

        wait_for(whole, FIRST_APPLY_WITHIN_S, f"all boxes of {load.contest}", 0.5)
        wrong = differences(expected, one.totals(contest, stage.facts))
        if wrong:
            raise AssertionError(f"{len(wrong)} areas of {load.contest} are wrong, the first: {wrong[0]}")
