"""What one report, one batch and one tick cost, in one process and with no server.

    a report on the plain path: check, statement, tally        what a suspect paper costs
    a report in a batch: decode, read, weigh                   what an ordinary paper costs the worker
    a tick: snapshot, difference, bytes, with 42 areas         what a change costs the gateway
    all rules and all guards for 39 areas                      what a change costs the desk's evaluator

Know before changing: these are CPU seconds of this process; a run repeats its work until it has lasted long
enough to be told from noise, and collections of the garbage collector are part of it, as in the rooms.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from bench.istanbul import NIGHT
from bench.results import Figure, Results
from bench.revisions import Load
from bench.servers import Place
from bench.wanted import Wanted
from election.calls import GUARDS, RULES
from election.calls.lookout import Lookout
from election.checks import check
from election.night import Night
from election.tally import Tally, statement
from election.wire.frames import Board, ContestState, difference, dumps
from election.wire.nights import read_night
from election.wire.records import Bundle, decode, encode
from election.wire.topics import Scope
from sandik import folders
from streams.batch import read, weigh
from streams.ground import Ground, Shelf

LASTS_S = 0.5
BATCH_REPORTS = 8000
DECIDED_MS_MAX = 1.0
"""The target: all rules and guards of a contest of 39 areas, in milliseconds."""
NOW = datetime(2019, 6, 23, 18, 1, tzinfo=UTC)


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """All of it, as microseconds a report and milliseconds a tick."""
    files = wanted.night.files
    night = read_night({n: c for n, c in files.items() if n.endswith((".toml", ".csv"))})
    load = Load(wanted.night, 2, 200)
    count = wanted.repeat
    results.add(
        _figure("a report on the plain path", "µs", [_plain(load, night) for _ in range(count)]),
        _figure("a report in a batch of 8,000, bundles of 200", "µs",
                [_batch(load, night) for _ in range(count)]),
        _figure("a report in a batch of 8,000, bundles of 50", "µs",
                [_batch(Load(wanted.night, 2, 50), night) for _ in range(count)]),
    )  # fmt: skip
    ticks = [_tick(folders.load(NIGHT).night) for _ in range(count)]
    for what in ticks[0]:
        results.add(_figure(f"a tick with 42 areas: {what}", "ms", [tick[what] for tick in ticks]))
    decided = [_decided(folders.load(NIGHT).night) for _ in range(count)]
    for what, most in (("the view", None), ("all rules and all guards", DECIDED_MS_MAX)):
        runs = tuple(one[what] for one in decided)
        results.add(Figure("calls", f"a decision with 39 areas: {what}", "ms", runs, most=most))


def _figure(what: str, unit: str, runs: list[float]) -> Figure:
    return Figure("calls", what, unit, tuple(runs))


def _lasting(work: Callable[[], int]) -> float:
    """CPU seconds a unit of work, which says how many units it did."""
    done, began_s = 0, time.process_time()
    while True:
        done += work()
        taken_s = time.process_time() - began_s
        if taken_s >= LASTS_S:
            return taken_s / done


def _once(work: Callable[[], object]) -> int:
    work()
    return 1


def _plain(load: Load, night: Night) -> float:
    contest = next(iter(night.contests.values()))
    source = night.sources[contest.source]
    claims = [claim for bundle in islice(load.bundles(), 20) for claim in bundle.claims()]

    def work() -> int:
        tally = Tally(contest, source, night)
        for claim in claims:
            paper = check(claim, night)
            if paper.report is not None:
                tally.hear(paper.report.unit, statement(paper, contest, night))
        return len(claims)

    return _lasting(work) * 1e6


def _batch(load: Load, night: Night) -> float:
    contest = next(iter(night.contests.values()))
    ground = Ground(night, contest, night.sources[contest.source])
    scope = Scope("replay", night.id)
    values = [encode(bundle, scope) for bundle in islice(load.bundles(), BATCH_REPORTS // load.bundle_max)]
    shelf = Shelf(ground)

    def work() -> int:
        bundles = [bundle for value in values if isinstance(bundle := decode(value, scope), Bundle)]
        weigh(read(bundles, ground), shelf)
        return sum(map(len, bundles))

    return _lasting(work) * 1e6


def _tick(night: Night) -> Mapping[str, float]:
    """One change in one district: everything the gateway does for it, whatever the number of clients."""
    contest = next(iter(night.contests.values()))
    board = Board(night, contest, "replay")
    before, after = _states(night)
    old, new = board.snapshot(before, NOW), board.snapshot(after, NOW)
    patch = difference(old, new)

    def times(work: Callable[[], object]) -> float:
        return _lasting(lambda: _once(work)) * 1e3

    return {
        "snapshot with its hash": times(lambda: board.snapshot(after, NOW)),
        "difference": times(lambda: difference(old, new)),
        f"bytes of the change ({len(dumps(patch)):,})": times(lambda: dumps(patch)),
        f"bytes of the snapshot ({len(dumps(new)):,})": times(lambda: dumps(new)),
    }


def _decided(night: Night) -> Mapping[str, float]:
    """Every rule, and every guard for each rule's verdict, whether or not the night has them on."""
    contest = next(iter(night.contests.values()))
    lookout = Lookout(night, contest, "replay")
    known, after = _states(night)
    view = lookout.view(known, NOW)
    if len(view.areas) != 39:
        raise ValueError(f"the June night has {len(view.areas)} districts, not 39")

    def decide() -> None:
        shown = replace(view)  # nothing worked out before is kept
        for rule in RULES.values():
            verdict = rule.decide(shown)
            for guard in GUARDS.values():
                guard.answer(shown, verdict)

    def times(work: Callable[[], object]) -> float:
        return _lasting(lambda: _once(work)) * 1e3

    return {"the view": times(lambda: lookout.view(after, NOW)), "all rules and all guards": times(decide)}


def _states(night: Night) -> tuple[ContestState, ContestState]:
    """Half of the night's recording, and one bundle more."""
    from sandik.recordings import heard

    contest = next(iter(night.contests.values()))
    source = night.sources[contest.source]
    tally = Tally(contest, source, night)
    bundles = [item for item in heard(folders.load(NIGHT).recording, night) if isinstance(item, Bundle)]
    states: list[ContestState] = []
    for stretch in (bundles[: len(bundles) // 2], bundles[len(bundles) // 2 :][:1]):
        for claim in (claim for bundle in stretch for claim in bundle.claims()):
            paper = check(claim, night)
            if paper.report is not None and not paper.refused:
                tally.hear(paper.report.unit, statement(paper, contest, night))
        rows = {source.id: dict(tally.rows)}
        states.append(ContestState(epoch="bench", version=len(states) + 1, at=NOW, lifted_at=NOW, rows=rows))
    return states[0], states[1]
