"""The gateway's metrics, as Prometheus asks for them; the one door to its client.

    metrics = Metrics(about, hub, gate, pulses, time.monotonic)      a `Chart` that can say itself
    metrics.exposition()                                              the text of /metrics

What each means, and what to do when, is in docs/metrics.md.

Know before changing: the registry is this object's own, so that nothing of the process is shared, and every
value is read when it is asked for: a counter of the library's for each frame and client costs more than the
frame. A new metric is one row of FAMILIES and one of docs/metrics.md; a test holds the two together. Labels
hold contests, partitions and codes from our own tables, never what a stranger sent.
"""

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from web.gate import Gate
from web.pulse import Pulses
from web.vitals import About, Chart, Counted, Vitals

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
COUNTER = "_total"
"""How the name of what only rises ends; everything else may fall."""

Samples = Iterable[tuple[tuple[str, ...], float]]
"""The values of the labels, and the value."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, what it says, its labels, and where its values are."""

    name: str
    says: str
    labels: tuple[str, ...]
    read: Callable[[Vitals], Samples]


def _one(name: str, says: str, read: Callable[[Vitals], float]) -> Family:
    return Family(name, says, (), lambda vitals: [((), read(vitals))])


def _by(name: str, says: str, label: str, read: Callable[[Vitals], Iterable[tuple[object, float]]]) -> Family:
    return Family(
        name, says, (label,), lambda vitals: [((str(word),), value) for word, value in read(vitals)]
    )


def _of_contests(name: str, says: str, read: Callable[[Vitals, str], float | None]) -> Family:
    def samples(vitals: Vitals) -> Iterator[tuple[tuple[str, ...], float]]:
        for contest in vitals.contests:
            value = read(vitals, contest)
            if value is not None:
                yield (contest,), value

    return Family(name, says, ("contest",), samples)


def _night_time(vitals: Vitals, contest: str) -> float | None:
    at = vitals.contests[contest].at
    return None if at is None else at.timestamp()


def _tokens_readable(vitals: Vitals) -> float:
    return not vitals.tokens_trouble


FAMILIES = (
    Family(
        "sandik_build_info", "1; which program this is.", ("version", "python"),
        lambda v: [((v.about.version, platform.python_version()), 1)],
    ),
    Family(
        "sandik_night_info", "1; which night is shown, in which mode and session.",
        ("night", "mode", "session"), lambda v: [((v.about.night, v.about.mode, v.about.session), 1)],
    ),
    _one("sandik_up_seconds", "Since the gateway began.", lambda v: v.up_s),
    _one("sandik_ready", "1 while the store was read and answers, else 0.", lambda v: v.ready),
    _one("sandik_upstream_lag_seconds", "Since the store last answered.", lambda v: v.store_silent_s),
    _of_contests(
        "sandik_data_age_seconds", "Since the contest's newest version came.",
        lambda v, contest: v.contests[contest].age_s,
    ),
    _of_contests(
        "sandik_newest_paper_timestamp_seconds", "Night time (Unix) of the newest paper counted.", _night_time
    ),
    _of_contests(
        "sandik_version", "The contest's version as it was read from the store.",
        lambda v, contest: v.contests[contest].version,
    ),
    _of_contests(
        "sandik_shown_version", "The contest's version as clients were last shown it.",
        lambda v, contest: v.contests[contest].shown,
    ),
    Family(
        "sandik_epoch_info", "1; the life of the projection that the version is counted in.",
        ("contest", "epoch"), lambda v: [((contest, of.epoch), 1) for contest, of in v.contests.items()],
    ),
    Family(
        "sandik_worker_lag_records", "Records of the log not counted yet, as a worker last said.",
        ("topic", "partition"), lambda v: [((lag.topic, lag.partition), lag.records) for lag in v.lags],
    ),
    Family(
        "sandik_worker_pulse_age_seconds", "Since a worker last said how far this partition is counted.",
        ("topic", "partition"), lambda v: [((lag.topic, lag.partition), lag.age_s) for lag in v.lags],
    ),
    _one("sandik_connections", "Websockets open.", lambda v: v.connections),
    _one("sandik_connections_max", "Websockets that may be open.", lambda v: v.connections_max),
    _one("sandik_connected_addresses", "Different addresses they come from.", lambda v: v.addresses),
    _one("sandik_subscriptions", "Subscriptions of all connections.", lambda v: v.subscriptions),
    _one("sandik_groups", "Different subscriptions, each encoded once a tick.", lambda v: v.groups),
    _one("sandik_behind", "Connections that have not read what they were sent.", lambda v: v.behind),
    _one("sandik_opened_total", "Websockets opened.", lambda v: v.opened),
    _one("sandik_fell_behind_total", "How often a connection fell behind.", lambda v: v.fell_behind),
    _by("sandik_cut_total", "Connections ended by us without a word.", "why", lambda v: v.cuts.items()),
    _by("sandik_closed_total", "Websockets closed by us, by close code.", "code", lambda v: v.closes.items()),
    _one("sandik_frames_total", "Frames written to websockets.", lambda v: v.frames),
    _one("sandik_frame_bytes_total", "Bytes of these frames.", lambda v: v.frame_bytes),
    _one("sandik_snapshots_total", "Snapshots sent.", lambda v: v.snapshots),
    _one("sandik_resumes_total", "Subscriptions that went on where they had been.", lambda v: v.resumed),
    _one("sandik_events_total", "Events sent: calls, retractions, alerts.", lambda v: v.events),
    _by(
        "sandik_refused_total", "Websockets and requests refused at the gate, by reason.", "reason",
        lambda v: v.refused.items(),
    ),
    _by("sandik_errors_total", "Commands answered by an error, by code.", "code", lambda v: v.errors.items()),
    _by(
        "sandik_http_answers_total", "Plain requests answered, by status.", "status",
        lambda v: v.answers.items(),
    ),
    _one("sandik_shown_written_total", "Snapshots written into the log of what was shown.",
         lambda v: v.note.written),
    _one("sandik_shown_waiting", "Snapshots that wait to be written there.", lambda v: v.note.waiting),
    _by(
        "sandik_shown_lost_total", "Snapshots that were shown and are not in the log.", "why",
        lambda v: v.note.lost.items(),
    ),
    _one("sandik_tokens", "Tokens that are good now.", lambda v: v.tokens),
    _one("sandik_tokens_readable", "1 while the file of tokens is in order, else 0.", _tokens_readable),
)  # fmt: skip
"""Every metric of ours, in the order of /metrics."""


class _Reads(Collector):
    """Reads every family at one moment."""

    def __init__(self, look: Callable[[], Vitals]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """All of them, from one look."""
        vitals = self._look()
        for family in FAMILIES:
            kind = CounterMetricFamily if family.name.endswith(COUNTER) else GaugeMetricFamily
            made = kind(family.name, family.says, labels=family.labels)
            for words, value in family.read(vitals):
                made.add_metric(words, float(value))
            yield made


class Metrics(Chart):
    """A chart that Prometheus can read."""

    def __init__(
        self, about: About, hub: Counted, gate: Gate, pulses: Pulses, clock: Callable[[], float]
    ) -> None:
        super().__init__(about, hub, gate, pulses, clock)
        self._registry = CollectorRegistry()
        self._registry.register(_Reads(self.look))
        ProcessCollector(registry=self._registry)

    def exposition(self) -> bytes:
        """The text of /metrics, in Prometheus' own format (CONTENT_TYPE)."""
        return generate_latest(self._registry)
