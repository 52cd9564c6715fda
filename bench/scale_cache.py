"""How many requests reach a gateway when millions of readers ask caches before it: a simulation, and a real
crowd.

    python -m bench.scale_cache          10,000 to 10 million readers, with one and two levels of caches
    python -m bench.scale_cache --real   first 150 real readers through a real nginx, and the same simulated

Readers ask every five seconds, as the page does without its socket, with the tag of what they hold. A cache
holds an answer for as long as the gateway says (`Cache-Control: max-age=1`). The first request after that
makes it ask above, once; whoever asks meanwhile is given what it has (deploy/nginx.conf does so, and CDNs
call it stale-while-revalidate). Versions come as in the busiest minutes of June's night, at their own speed.

Know before changing: pure, and from a seed. Requests between two refreshes change nothing, so only the first
after an expiry is an event: ten million readers cost no more than ten thousand. `bench/scale_cache_real.py`
holds it against nginx.
"""

import argparse
import heapq
import random
import statistics
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import floor

from bench.results import percentile

POLL_S = 5.0
"""web/static/link.js."""
TTL_S = 1.0
"""web/replies.py."""
WATCHED_S = 600.0
WARM_S = 20.0
"""What is not looked at while the caches fill."""
SAMPLES = 20_000


@dataclass(frozen=True)
class Setup:
    """Who asks whom, and how often."""

    readers: int
    edges: int
    """Caches that readers ask; each its own."""
    versions: tuple[float, ...]
    """When each version was there at the gateway, in seconds, rising from 0."""
    shield: bool = False
    """Whether one cache stands between them and the gateway."""
    together: bool = True
    """Whether a cache asks above once, however many wait; else each request that comes meanwhile asks too."""
    whole_seconds: bool = False
    """Whether caches reckon in whole seconds, as nginx does: one second is then kept between one and two."""
    poll_s: float = POLL_S
    ttl_s: float = TTL_S
    way_s: float = 0.05
    """From a question above to its answer, for each level."""
    watched_s: float = WATCHED_S
    samples: int = SAMPLES
    """Readers' answers that are looked at."""
    seed: int = 1

    @property
    def edge_per_s(self) -> float:
        """Requests a second at one of the caches."""
        return self.readers / self.poll_s / self.edges


@dataclass(frozen=True)
class Found:
    """What came of it."""

    asked_per_s: float
    """Requests a second at all caches that readers ask."""
    origin_per_s: float
    """… and at the gateway,"""
    origin_whole: float
    """of which this part is answered with a body; the others are 304."""
    reader_whole: float
    """The same of the readers' requests."""
    age_s: tuple[float, float]
    """How old an answer is, mean and 99th percentile: the time since something newer was there, else 0."""
    screen_s: tuple[float, float]
    """The same of what readers have before them at any time."""


@dataclass
class Cache:
    """One cache, and all it held: from when, which version."""

    setup: Setup
    above: "Cache | None"
    held: list[int] = field(default_factory=list)
    since_s: list[float] = field(default_factory=list)
    fresh_until_s: float = 0.0
    coming_s: float = -1.0
    """When the answer it waits for is there."""
    asked: float = 0.0
    whole: int = 0

    def get(self, at_s: float, asks: bool = True) -> int:
        """The version it gives out at this moment; what is no longer fresh is asked for."""
        if asks and at_s >= self.fresh_until_s and at_s >= self.coming_s:
            half_s = self.setup.way_s / 2
            found = self._ask_above(at_s + half_s)
            self.coming_s = at_s + self.setup.way_s
            self.fresh_until_s = self._expires(self.coming_s)
            if at_s >= WARM_S:
                self.asked += 1
                self.whole += not self.held or self.held[-1] != found
            self.held.append(found)
            self.since_s.append(self.coming_s)
        place = bisect_right(self.since_s, at_s) - 1
        return self.held[max(0, place)]

    def _expires(self, at_s: float) -> float:
        """When an answer that came at this moment is asked for again."""
        return (floor(at_s) + 1 if self.setup.whole_seconds else at_s) + self.setup.ttl_s

    def _ask_above(self, at_s: float) -> int:
        if self.above is not None:
            return self.above.get(at_s)
        return newest(self.setup.versions, at_s)


def newest(versions: Sequence[float], at_s: float) -> int:
    """The version that was there at this moment."""
    return max(0, bisect_right(versions, at_s) - 1)


def simulate(setup: Setup) -> Found:
    """Runs it. The same setup gives the same answer."""
    dice = random.Random(setup.seed)
    shield = Cache(setup, None) if setup.shield else None
    edges = [Cache(setup, shield) for _ in range(setup.edges)]
    due = [(dice.uniform(0, setup.ttl_s), place) for place in range(setup.edges)]
    heapq.heapify(due)
    extra = 0.0
    while due[0][0] < setup.watched_s:
        at_s, place = heapq.heappop(due)
        edge = edges[place]
        edge.get(at_s)
        if not setup.together and at_s >= WARM_S:
            extra += setup.edge_per_s * setup.way_s
        heapq.heappush(due, (edge.fresh_until_s + dice.expovariate(setup.edge_per_s), place))
    seen_s = setup.watched_s - WARM_S
    last = edges if shield is None else [shield]
    asked = sum(one.asked for one in last)
    return Found(
        setup.readers / setup.poll_s,
        (asked + (extra if shield is None else 0.0)) / seen_s,
        sum(one.whole for one in last) / asked if asked else 0.0,
        *_readers(setup, edges, dice),
    )


def _readers(
    setup: Setup, edges: Sequence[Cache], dice: random.Random
) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Part of readers' answers with a body; ages of answers, and of what is on screens."""
    whole, ages, screens = 0, [], []
    for _ in range(setup.samples):
        edge = dice.choice(edges)
        at_s = dice.uniform(WARM_S + setup.poll_s, setup.watched_s - setup.poll_s)
        given, before = edge.get(at_s, asks=False), edge.get(at_s - setup.poll_s, asks=False)
        whole += given != before
        ages.append(age(setup.versions, given, at_s))
        screens.append(age(setup.versions, given, at_s + dice.uniform(0, setup.poll_s)))
    return (
        whole / setup.samples,
        (statistics.fmean(ages), percentile(ages, 99)),
        (statistics.fmean(screens), percentile(screens, 99)),
    )


def age(versions: Sequence[float], given: int, at_s: float) -> float:
    """Seconds since something newer than this version was there; 0 while it is the newest."""
    return max(0.0, at_s - versions[given + 1]) if given + 1 < len(versions) else 0.0


def busiest(times_s: Sequence[float], watched_s: float) -> tuple[float, ...]:
    """The part of so many seconds with most versions, from 0; at most one a tick of a quarter second."""
    ticks = sorted({int(one * 4) / 4 for one in times_s})
    best, first = 0, 0
    for begin, at_s in enumerate(ticks):
        count = bisect_right(ticks, at_s + watched_s) - begin
        if count > best:
            best, first = count, begin
    return tuple(one - ticks[first] for one in ticks[first : first + best])


def june(watched_s: float) -> tuple[float, ...]:
    """When versions were there in the busiest minutes of 23 June 2019, as its recording has them."""
    from election.wire.records import Record
    from sandik import folders, recordings

    folder = folders.load("istanbul-2019-06-23")
    heard = [one for one in recordings.heard(folder.recording, folder.night) if isinstance(one, Record)]
    began = heard[0].heard_at
    return busiest([(one.heard_at - began).total_seconds() for one in heard], watched_s)


HEAD = (
    "| readers | caches | asked of caches /s | asked of the gateway /s | … with a body | readers' with a "
    "body | age of an answer, mean · p99 | on the screen, mean · p99 |\n|---|---|---|---|---|---|---|---|\n"
)


def row(name: str, setup: Setup, found: Found) -> str:
    """A line of the table."""
    return " | ".join(
        (
            f"| {setup.readers:,}",
            name,
            f"{found.asked_per_s:,.0f}",
            f"{found.origin_per_s:,.1f}",
            f"{found.origin_whole:.0%}",
            f"{found.reader_whole:.0%}",
            f"{found.age_s[0]:.2f} · {found.age_s[1]:.2f} s",
            f"{found.screen_s[0]:.1f} · {found.screen_s[1]:.1f} s |",
        )
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale_cache")
    parser.add_argument("--real", action="store_true", help="a real crowd through a real nginx first")
    parser.add_argument("--watched", type=float, default=WATCHED_S, help="seconds of the night (600)")
    args = parser.parse_args(argv)
    if args.real:
        from bench import scale_cache_real

        sys.stdout.write(scale_cache_real.compared() + "\n")
    rows = [row(name, setup, simulate(setup)) for name, setup in setups(args.watched)]
    sys.stdout.write(HEAD + "\n".join(rows) + "\n")
    return 0


def setups(watched_s: float) -> list[tuple[str, Setup]]:
    """What stands in the table, by its name."""
    one = Setup(10_000, 1, june(watched_s), whole_seconds=True, watched_s=watched_s)
    edges = replace(one, readers=10_000_000, edges=100, whole_seconds=False)
    return [
        ("one nginx", one),
        ("one nginx", replace(one, readers=100_000)),
        ("a CDN of 100", replace(edges, readers=1_000_000)),
        ("a CDN of 100", edges),
        ("100, and one before the gateway", replace(edges, shield=True)),
        ("100, one before, kept 5 s", replace(edges, shield=True, ttl_s=5.0)),
        ("100 that all ask at once", replace(edges, together=False)),
    ]


if __name__ == "__main__":
    sys.exit(main())
