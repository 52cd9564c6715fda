"""What the admin port answers: metrics, and what an operator wants to know at three in the morning.

    Admin(metrics).answer(Request("GET", "/health/details"))

    /metrics           for Prometheus            /health/live     200 while the process works
    /health/details    everything, as JSON       /health/ready    200 while what is shown is fresh, else 503

Know before changing: nobody signs in here, so this port is never public (docs/secure.md); it changes nothing,
and shows no token, no address of a client and no password.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from election.wire.frames import Json, dumps
from election.wire.records import stamp
from web.metrics import CONTENT_TYPE, Metrics
from web.replies import TYPES, Answer, Request, only_get
from web.vitals import Vitals

PULSE_OLD_S = 10.0
"""A worker says once a second how far it is; after so long without a word something is wrong."""
WAITING_MANY = 1000
"""Records that wait to be counted: more than a worker takes in one breath."""
NEARLY_FULL = 0.9
MANY_BEHIND, BEHIND_MIN = 0.1, 10
"""Share of connections that do not read: more than that are not slow phones but our own way out. With only a
few connections it says nothing."""
NEVER_KEPT = {"Cache-Control": "no-store"}


class Admin:
    """The answers of the admin port."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def answer(self, request: Request) -> Answer:
        """The answer to any request."""
        if request.method not in ("GET", "HEAD"):
            return only_get()
        made = self._route(request.target.partition("?")[0])
        if request.method == "GET":
            return made
        return Answer(made.status, {**made.headers, "Content-Length": str(len(made.body))})

    def _route(self, path: str) -> Answer:
        if path == "/metrics":
            return Answer(
                HTTPStatus.OK, {"Content-Type": CONTENT_TYPE, **NEVER_KEPT}, self._metrics.exposition()
            )
        if path == "/health/live":
            return _json({"live": True})
        if path in ("/health/ready", "/health/details"):
            vitals = self._metrics.look()
            if path == "/health/details":
                return _json(details(vitals))
            status = HTTPStatus.OK if vitals.ready else HTTPStatus.SERVICE_UNAVAILABLE
            return _json({"ready": vitals.ready, "wrong": list(wrong(vitals))}, status)
        plain = {"Content-Type": TYPES["txt"], **NEVER_KEPT}
        there = "There is /metrics, /health/live, /health/ready and /health/details here.\n"
        return Answer(HTTPStatus.NOT_FOUND, plain, there.encode())


def wrong(vitals: Vitals) -> Iterator[str]:
    """What is wrong now, worst first: a sentence each, with what to do."""
    store, silent_s = vitals.about.store, vitals.store_silent_s
    if not vitals.ready and not vitals.contests:
        yield f"The store at {store} was never read: see that it runs and SANDIK_REDIS (sandik doctor)."
    elif not vitals.ready:
        yield (
            f"The store at {store} has not answered for {silent_s:.0f} s, or is empty: clients see the "
            "last good numbers and are told how old they are. See that Redis runs (sandik doctor)."
        )
    if not vitals.lags:
        yield "No worker has said how far it is since this gateway began: see that sandik worker runs."
    for lag in vitals.lags:
        name = f"{lag.topic}/{lag.partition}"
        if lag.age_s > PULSE_OLD_S:
            yield (
                f"No worker has spoken of {name} for {lag.age_s:.0f} s: see that sandik worker runs, and "
                f"what it last said. Counted up to {lag.applied}, the log then ended at {lag.end}."
            )
        elif lag.records >= WAITING_MANY:
            yield (
                f"{lag.records} records of {name} wait to be counted: if that does not fall, start another "
                "worker, and see what the store is busy with."
            )
    if vitals.connections >= NEARLY_FULL * vitals.connections_max:
        yield (
            f"{vitals.connections} of {vitals.connections_max} places are taken: start another gateway, or "
            "raise SANDIK_CLIENTS_MAX where memory and open files allow it."
        )
    if vitals.behind >= max(BEHIND_MIN, MANY_BEHIND * vitals.connections):
        yield (
            f"{vitals.behind} of {vitals.connections} clients do not read what they are sent: when it is so "
            "many, look at our own network, not at theirs."
        )
    if vitals.note.away:
        yield (
            f"The log of what is shown takes nothing ({vitals.note.waiting} snapshots wait): see that Kafka "
            "runs and SANDIK_KAFKA (sandik doctor). Clients do not notice."
        )
    if vitals.tokens_trouble:
        yield vitals.tokens_trouble


def details(vitals: Vitals) -> Json:
    """Everything there is to know, with what is wrong first."""
    about = vitals.about
    return {
        "ready": vitals.ready,
        "wrong": list(wrong(vitals)),
        "program": {"version": about.version, "up_s": _s(vitals.up_s)},
        "night": {"id": about.night, "mode": about.mode, "session": about.session},
        "store": {"at": about.store, "answered_s_ago": _s(vitals.store_silent_s)},
        "contests": {
            contest: {
                "epoch": of.epoch, "version": of.version, "shown": of.shown,
                "at": None if of.at is None else stamp(of.at), "came_s_ago": _s(of.age_s),
            }
            for contest, of in vitals.contests.items()
        },
        "workers": [
            {
                "topic": lag.topic, "partition": lag.partition, "waiting": lag.records,
                "applied": lag.applied, "end": lag.end, "said_s_ago": _s(lag.age_s),
            }
            for lag in vitals.lags
        ],
        "clients": {
            "now": vitals.connections, "max": vitals.connections_max, "addresses": vitals.addresses,
            "subscriptions": vitals.subscriptions, "groups": vitals.groups, "behind": vitals.behind,
        },
        "since_start": {
            "opened": vitals.opened, "fell_behind": vitals.fell_behind, "cut": _some(vitals.cuts),
            "frames": vitals.frames, "frame_bytes": vitals.frame_bytes, "snapshots": vitals.snapshots,
            "resumes": vitals.resumed, "events": vitals.events, "refused": _some(vitals.refused),
            "errors": _some(vitals.errors), "closed": _some(vitals.closes), "http": _some(vitals.answers),
        },
        "shown": {
            "written": vitals.note.written, "waiting": vitals.note.waiting, "lost": _some(vitals.note.lost),
        },
        "tokens": {"good": vitals.tokens, "trouble": vitals.tokens_trouble or None},
    }  # fmt: skip


def _some(counts: Mapping[str, int] | Mapping[int, int]) -> Json:
    """Only what has happened."""
    return {str(word): count for word, count in counts.items() if count}


def _s(seconds: float) -> float:
    return round(seconds, 1)


def _json(facts: Json, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, {"Content-Type": TYPES["json"], **NEVER_KEPT}, dumps(facts))
