"""Latency of the pipeline at 200 reports a second, each a bundle of one: acknowledged → where it is seen.

    acknowledged by the broker ─▶ in a gateway's memory ─▶ at a websocket client with no tick

Each report is a box that was never heard before. A district's boxes lie on one partition and are applied in
their order, so the n-th box counted in a district is the n-th sent there: that pairs every report with the
frame that first shows it, exactly, on one clock (time.monotonic, shared by all processes of a machine).

Know before changing: the publisher, a reader as the gateway has one (`web.upstream`) and the client run in
this process, which makes every figure a little worse and none better.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from bench.client import Frame, Viewer, beside
from bench.istanbul import CHOICES, NIGHT, Istanbul
from bench.log import PARTITIONS
from bench.pipeline import Pipeline, pipeline
from bench.results import Figure, Results, percentile, progress, say
from bench.revisions import BEGIN
from bench.servers import Place
from bench.wanted import Wanted
from election.night import ContestId, NightId
from election.tally import COLUMN
from election.wire.frames import ContestState
from election.wire.nights import read_night
from election.wire.records import Bundle
from producers.cluster import create_topics
from producers.history import History
from producers.publish import Publisher
from producers.settings import Settings
from web.upstream import Upstream

PER_S = 200
WARM_REPORTS = 400
TARGETS = {50: 10.0, 99: 40.0}
SEEN_WITHIN_S = 20.0

Moment = tuple[str, int]
"""A report: its district, and the how-manieth of it."""


class Seen:
    """When each report was first seen at one place."""

    def __init__(self) -> None:
        self.at_s: dict[Moment, float] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def count(self, district: str, boxes: int, at_s: float) -> None:
        """So many boxes of a district are counted there now."""
        for number in range(self._counts[district] + 1, boxes + 1):
            self.at_s[district, number] = at_s
        self._counts[district] = max(self._counts[district], boxes)

    async def all(self, sent: list[Moment]) -> None:
        """Waits until all of these were seen."""
        async with asyncio.timeout(SEEN_WITHIN_S):
            while not all(one in self.at_s for one in sent):  # noqa: ASYNC110 # asked seldom, at the end
                await asyncio.sleep(0.05)


class Acknowledged(History):
    """When each bundle was acknowledged."""

    def __init__(self) -> None:
        super().__init__("", "")
        self.at_s: dict[str, float] = {}

    def note(self, kind: str, **facts: object) -> None:
        """One acknowledged record."""
        self.at_s[str(facts["id"])] = time.monotonic()


class GatewayMemory:
    """Listens as a gateway does, and notes when a change is in its hands."""

    def __init__(self, districts: frozenset[str]) -> None:
        self.seen = Seen()
        self._districts = districts

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A contest has a new state."""
        at_s = time.monotonic()
        for area, row in next(iter(state.rows.values()), {}).items():
            if area in self._districts:
                self.seen.count(area, row[COLUMN["boxes"]] + row[COLUMN["quarantined"]], at_s)

    def settled(self) -> None:
        """Nothing to do here."""

    def reached(self, now: float) -> None:
        """Nothing to do here."""

    def lost(self) -> None:
        """The store must not go away while this is measured."""
        raise ConnectionError("the store went away")


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """On Apache Kafka, with targets; on the embedded broker, to know."""
    night = wanted.night
    for kind in ("apache", "tansu"):
        line = pipeline(place, kind, str(night.written(place.folder / "night")), NIGHT)
        line.tick_ms = 0
        settings = Settings(session=line.session, kafka=line.broker.address, kafka_kind=kind,
                            partitions=PARTITIONS)  # fmt: skip
        seconds = wanted.either(15, 4)
        say(f"  {kind}: {wanted.repeat} × {seconds} s at {PER_S} reports/s")
        runs = asyncio.run(_runs(line, night, settings, wanted.repeat, seconds * PER_S))
        for where in ("gateway", "client"):
            results.add(*_figures(kind, where, [run[where] for run in runs]))
        line.stop()


def _figures(kind: str, where: str, runs: list[list[float]]) -> Iterator[Figure]:
    name = {"apache": "Apache Kafka", "tansu": "embedded broker"}[kind]
    heard = f"{sum(map(len, runs)):,} reports; most {max(map(max, runs)):.1f} ms"
    for percent, most in TARGETS.items():
        yield Figure(
            "latency",
            f"{name}: acknowledged → {where}, p{percent}",
            "ms",
            tuple(percentile(run, percent) for run in runs),
            most=most if kind == "apache" else None,
            note=heard if percent == 99 else "",
        )


async def _runs(
    line: Pipeline, night: Istanbul, settings: Settings, repeat: int, reports: int
) -> list[dict[str, list[float]]]:
    facts = read_night({n: c for n, c in night.files.items() if n.endswith((".toml", ".csv"))})
    await create_topics(settings, NightId(NIGHT))
    await asyncio.to_thread(line.start)
    districts = frozenset(night.district)
    memory, client, sender = GatewayMemory(districts), Seen(), Sender(night)

    def on_frame(frame: Frame, at_s: float) -> None:
        for area, shown in (frame.get("d") or {}).get("areas", {}).items():
            if area in districts and "boxes" in shown.get("received", {}):
                client.count(area, shown["received"]["boxes"], at_s)

    viewer = Viewer(line.url, on_frame=on_frame)
    upstream = Upstream(facts, line.scope, line.store.url, memory, time.monotonic)
    found = []
    async with beside(viewer.follow(), upstream.follow()):
        await asyncio.wait_for(viewer.ready.wait(), SEEN_WITHIN_S)
        async with Publisher(settings, NightId(NIGHT), sender.acknowledged) as out:
            await sender.send(out, WARM_REPORTS, "warming")
            for _ in range(repeat):
                sent = await sender.send(out, reports, "latency")
                await memory.seen.all(sent)
                await client.all(sent)
                found.append({
                    "gateway": sender.latencies(sent, memory.seen),
                    "client": sender.latencies(sent, client),
                })  # fmt: skip
    await upstream.close()
    return found


class Sender:
    """Sends boxes one by one at the rate, and knows when each was acknowledged."""

    def __init__(self, night: Istanbul) -> None:
        self.acknowledged = Acknowledged()
        self._night = night
        self._order = iter(np.random.default_rng(7).permutation(len(night.boxes)).tolist())
        self._numbers: dict[str, int] = defaultdict(int)
        self._ids: dict[Moment, str] = {}

    async def send(self, out: Publisher, reports: int, what: str) -> list[Moment]:
        """Sends so many; returns when all are acknowledged."""
        sent: list[Moment] = []
        begin_s = time.monotonic()
        for number in range(reports):
            delay_s = begin_s + number / PER_S - time.monotonic()
            await asyncio.sleep(max(0.0, delay_s))
            row = next(self._order)
            district = self._night.district[row]
            self._numbers[district] += 1
            moment = (district, self._numbers[district])
            record = self._bundle(row, f"{len(self._ids):016x}")
            self._ids[moment] = record.id
            sent.append(moment)
            await out.publish(record)
            if number % PER_S == 0:
                progress(number, reports, what)
        progress(reports, reports, what)
        await out.drain()
        return sent

    def _bundle(self, row: int, name: str) -> Bundle:
        registered, voters, valid, invalid, *votes = self._night.figures[row].tolist()
        return Bundle(
            contest="mayor", source="council", area=self._night.district[row], level="box", heard_at=BEGIN,
            box=[self._night.boxes[row]], revision=1, registered=[registered], voters=[voters],
            valid=[valid], invalid=[invalid],
            votes={choice: [count] for choice, count in zip(CHOICES, votes, strict=True)}, id=name,
        )  # fmt: skip

    def latencies(self, sent: list[Moment], seen: Seen) -> list[float]:
        """Milliseconds from the acknowledgement to where it was seen."""
        return [(seen.at_s[one] - self.acknowledged.at_s[self._ids[one]]) * 1000 for one in sent]
