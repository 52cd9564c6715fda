"""What nights came to, as a table: faults by kind, what was looked at for each promise, recoveries.

    seeds = [look(folder) for folder in nights(place)]
    print(table(seeds))                        markdown, as docs/reliability.md shows it
    text = put(text, "faults", table(seeds))   between the marks of that name in a page

Know before changing: nothing is asserted here. Every figure is counted from histories, and what broke is what
the checker finds in them now; a night whose end nobody wrote down stands in the table as such, and so does
one whose histories cannot be read. Two faults at once recover together, and each counts.
"""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from election.errors import UsageError
from faults.checker import check, pairs
from faults.history import Fact, HistoryError, read
from faults.stores import CLUSTER, SENTINEL, SINGLE

STORES = {SINGLE: "one Redis", CLUSTER: "cluster of six", SENTINEL: "replica, sentinels"}
FIRST_PLAN = 1
"""Of nights of before a seed wrote down by which plan it was drawn."""
NOBODY = "–"
BEFORE_THE_END = "P3"
"""All that can be known of a night that has no end: what clients were shown until then."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """One fault, and how long it took; None: nobody saw all right again."""

    kind: str
    target: str
    playing: bool | None
    """Whether the night still played; None where nobody wrote that down."""
    seconds: float | None
    readers_s: float | None = None
    """The same until every client of the crowds showed it; None where nobody asked them."""
    befell: bool | None = None
    """Whether it befell anybody: who is to be killed may have ended. None where nobody wrote that down."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What is known of one night."""

    name: str
    plan: int
    store: str
    ended: bool
    thrown: tuple[Thrown, ...]
    counts: Counter[str]
    """How much there was of each thing that a promise is about."""
    broken: Counter[str]
    """By promise, as the checker finds them: of many alike the first ones."""
    unread: str = ""
    """Why it cannot be judged; empty: it can."""


def nights(place: Path) -> Iterator[Path]:
    """The folders of a run's nights, in the order of their seeds."""
    found = [path.parent for path in place.glob("seed-*/histories")]
    yield from sorted(found, key=lambda path: int(path.name.partition("-")[2]))


def look(folder: Path) -> Seed:
    """One night, from its histories; where they cannot be read, nothing is known but that."""
    histories = folder / "histories"
    try:
        return seen(folder.name, read(histories))
    except HistoryError as error:
        try:
            told = _told(read(histories, "faults-*.jsonl"))
        except HistoryError:
            told = {}
        plan, store = told.get("plan", FIRST_PLAN), told.get("store", SINGLE)
        return Seed(folder.name, plan, store, False, (), Counter(), Counter(), str(error))


def seen(name: str, facts: Sequence[Fact]) -> Seed:
    """The same, from facts in memory. Raises HistoryError."""
    told = _told(facts)
    ended = any(one.what == "end" for one in facts)
    broken = [one for one in check(facts) if ended or (one.promise == BEFORE_THE_END and one.who != "nobody")]
    return Seed(
        name, told.get("plan", FIRST_PLAN), told.get("store", SINGLE), ended, tuple(_thrown(facts)),
        _counts(facts), Counter(one.promise for one in broken),
    )  # fmt: skip


def _told(facts: Sequence[Fact]) -> dict[str, Any]:
    """What the run said of its seed."""
    return next((one.facts for one in facts if one.what == "seed"), {})


def _thrown(facts: Sequence[Fact]) -> Iterator[Thrown]:
    again = {one["fault"]: one["seconds"] for one in facts if one.what == "recovered"}
    readers = {one["fault"]: one["seconds"] for one in facts if one.what == "readers"}
    befell = {one["fault"]: one["anybody"] for one in facts if one.what == "befell"}
    for one in facts:
        if one.what == "fault":
            at, playing = one["fault"], one.facts.get("playing")
            times = again.get(at), readers.get(at)
            yield Thrown(one["kind"], one["target"], playing, *times, befell.get(at))


def _counts(facts: Sequence[Fact]) -> Counter[str]:
    found = Counter(one.what for one in facts)
    told, got = [one for one in facts if one.what == "told"], defaultdict[str, set[str]](set)
    for one in facts:
        if one.what == "delivered":
            got[one["to"]].add(one["id"])
    found["pairs"] = sum(len(pairs(told, ids)) for ids in got.values())
    found["watching"] = len({one.by for one in facts if one.what == "hello"})
    for one in facts:
        if one.what == "fold":
            found["totals"] += len(one["totals"])
        elif one.what == "told" and one["kind"] == "call-retracted":
            found["retractions"] += 1
        elif one.what == "crowd":
            found["frames"] += one["frames"]
            found["crowding"] += sum(one["alive"].values())
            found["proofs"] += sum(one.facts.get("held", {}).values())
    return found


def begun_again(seeds: Sequence[Seed]) -> tuple[list[Seed], list[Seed]]:
    """The nights that count, and those that broke off and were begun again under the same seed.

    One that cannot be judged counts, whatever was played later: nobody knows what it would show.
    """
    ended = {(seed.name, seed.plan, seed.store) for seed in seeds if seed.ended}
    broke_off = [one for one in seeds if not (one.ended or one.unread)]
    off = [one for one in broke_off if (one.name, one.plan, one.store) in ended]
    return [one for one in seeds if one not in off], off


Row = tuple[str, Callable[[Sequence[Seed]], str]]


def table(seeds: Sequence[Seed]) -> str:
    """Everything, in two tables: one column for each plan and store, one row for each kind of fault.

    A night without an end was not checked, so it stands in the first row and nowhere else.
    """
    runs = sorted({(seed.plan, list(STORES).index(seed.store)) for seed in seeds})
    columns = [
        (
            f"{list(STORES.values())[store]}, plan {plan}",
            [one for one in seeds if (one.plan, one.store) == (plan, list(STORES)[store])],
        )
        for plan, store in runs
    ]
    if len(columns) > 1:
        columns.append(("in all", list(seeds)))
    lines = ["| | " + " | ".join(title for title, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines.append(f"| {NO_END} | " + " | ".join(f"**{_without_end(of)}**" for _, of in columns) + " |")
    done = [(title, [seed for seed in of if seed.ended]) for title, of in columns]
    lines += [f"| {title} | " + " | ".join(count(of) for _, of in done) + " |" for title, count in ROWS]
    thrown = [one for seed in seeds if seed.ended for one in seed.thrown]
    return "\n".join([*lines, "", *_kinds(thrown)]) + "\n"


def _without_end(seeds: Sequence[Seed]) -> int:
    return sum(not seed.ended for seed in seeds)


def _number(name: str) -> Callable[[Sequence[Seed]], str]:
    return lambda seeds: f"{sum(seed.counts[name] for seed in seeds):,}"


def _broken(promise: str) -> Callable[[Sequence[Seed]], str]:
    return lambda seeds: f"**{sum(seed.broken[promise] for seed in seeds):,}**"


def _playing(seeds: Sequence[Seed]) -> str:
    return _how_many(True, [one.playing for seed in seeds for one in seed.thrown])


def _nobody(seeds: Sequence[Seed]) -> str:
    return _how_many(False, [one.befell for seed in seeds for one in seed.thrown])


def _how_many(which: bool, said: Sequence[bool | None]) -> str:
    unknown = f" (of {said.count(None):,} not known)" if None in said else ""
    return f"{said.count(which):,}{unknown}"


def _clients(seeds: Sequence[Seed]) -> str:
    each = [seed.counts["watching"] + seed.counts["crowding"] for seed in seeds]
    return f"{statistics.median(each):,.0f}" if each else NOBODY


def _times(seeds: Sequence[Seed]) -> str:
    return _spread([one.seconds for seed in seeds for one in seed.thrown], (50, 90, 99))


def _readers(seeds: Sequence[Seed]) -> str:
    return _spread([one.readers_s for seed in seeds for one in seed.thrown], (50, 90, 99))


NO_END = "nights that did not come to their end"
ROWS: tuple[Row, ...] = (
    ("seeds that did", lambda seeds: f"{len(seeds):,}"),
    ("fault events", lambda seeds: f"{sum(len(seed.thrown) for seed in seeds):,}"),
    ("… of them while the night still played", _playing),
    ("… of them that befell nobody (who was meant had ended, or heard nothing)", _nobody),
    ("clients of a night, in its end (median)", _clients),
    ("P1: records acknowledged", _number("acknowledged")),
    ("… lost", _broken("P1")),
    ("P2: totals held against a count of the log", _number("totals")),
    ("… that differ (lost, or counted twice)", _broken("P2")),
    ("P3: states shown by watching clients", _number("shown")),
    ("… and frames that crowds followed", _number("frames")),
    ("… steps back, or over a gap", _broken("P3")),
    ("P4: proofs by hash, watching clients", _number("compared")),
    ("… states that gateways wrote down as published", _number("at")),
    ("… clients of crowds held against the gateways' hash in the end", _number("proofs")),
    ("… that differ, or are not there", _broken("P4")),
    ("P5: alerts and calls told", _number("told")),
    ("… of them retractions", _number("retractions")),
    ("… deliveries taken by newsrooms", _number("delivered")),
    ("… calls that a newsroom got with their retraction", _number("pairs")),
    ("… missed, told in two ways, or under two ids", _broken("P5")),
    ("P6: looks at a gateway's memory", _number("size")),
    ("… too big", _broken("P6")),
    ("P7: not right again within a minute", _broken("P7")),
    ("brokers restarted in the end, whose copies stayed out of step", _number("restarted")),
    ("recovery in seconds, p50 · p90 · p99 · longest", _times),
    ("… until every client of the crowds shows it", _readers),
)  # fmt: skip
"""Title, and what it says of some nights."""


def _kinds(thrown: Sequence[Thrown]) -> Iterator[str]:
    yield "| fault | events | of | recovery in seconds, p50 · p90 · longest |"
    yield "|---|---|---|---|"
    for kind, count in sorted(Counter(one.kind for one in thrown).items(), key=lambda of: (-of[1], of[0])):
        of = [one for one in thrown if one.kind == kind]
        targets = Counter(_sort(one.target) for one in of)
        said = ", ".join(f"{name} {times}" for name, times in sorted(targets.items()))
        yield f"| {kind} | {count:,} | {said} | {_spread([one.seconds for one in of], (50, 90))} |"


def _sort(target: str) -> str:
    """`worker-1` is a worker, `kafka-2` a broker."""
    return re.sub(r"-\d+$", "", target).replace("kafka", "broker")


def _spread(took_s: Sequence[float | None], at: Sequence[int]) -> str:
    seconds = sorted(one for one in took_s if one is not None)
    if not seconds:
        return NOBODY
    cuts = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
    return " · ".join(f"{one:.1f}" for one in (*(cuts[place - 1] for place in at), seconds[-1]))


def put(text: str, name: str, made: str) -> str:
    """A page with `made` between the marks of that name. Raises UsageError where it has no marks."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise UsageError(f"The page has no lines {begin.strip()} and {end}.")
    return f"{before}{begin}{made}{end}{after}"
