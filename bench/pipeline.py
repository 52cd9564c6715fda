"""The whole pipeline of one session: a worker and a gateway between a broker and a store that run already.

Know before changing: a session has topics and keys of its own, so several measurements follow one another on
one broker and one store without seeing each other's figures.
"""

import time
from dataclasses import dataclass, field

from bench.log import PARTITIONS
from bench.servers import Place, Running
from bench.stored import Stored, wait_for
from election.night import NightId
from election.wire.topics import Scope
from sandik import ports

READY_WITHIN_S = 60.0
RESTART_AFTER_S = 1.0  # as `sandik up` does (sandik/supervise.py)


@dataclass
class Pipeline:
    """One session. `kind` is apache or tansu."""

    place: Place
    broker: Running
    store: Running
    kind: str
    night: str
    """A shipped name or a folder."""
    night_id: str
    session: str
    tick_ms: int = 250
    worker: Running = field(init=False)
    gateway: Running = field(init=False)
    port: int = field(init=False)

    @property
    def environment(self) -> dict[str, str]:
        """What every room of it is told."""
        return {
            "SANDIK_MODE": "replay",
            "SANDIK_SESSION": self.session,
            "SANDIK_NIGHT": self.night,
            "SANDIK_KAFKA": self.broker.address,
            "SANDIK_KAFKA_KIND": self.kind,
            "SANDIK_REDIS": self.store.url,
            "SANDIK_PARTITIONS": str(PARTITIONS),
        }

    @property
    def scope(self) -> Scope:
        """Its mode, night and session."""
        return Scope("replay", NightId(self.night_id), self.session)

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"ws://{ports.LOCALHOST}:{self.port}/ws"

    def start(self) -> "Pipeline":
        """Starts both rooms; returns when the worker gives a sign of life and the gateway answers."""
        self.port = ports.choose()
        self.start_worker()
        shown = {"SANDIK_PORT": str(self.port), "SANDIK_TICK_MS": str(self.tick_ms)}
        self.gateway = self.place.room("gateway", self.environment | shown)
        stored = self.stored()
        wait_for(lambda: self.alive() and stored.attended(), READY_WITHIN_S, "a worker's sign of life")
        wait_for(lambda: self.alive() and self._answers(), READY_WITHIN_S, "an answer of the gateway")
        stored.close()
        return self

    def start_worker(self) -> None:
        """Starts the worker, or another one after its end."""
        self.worker = self.place.room("worker", self.environment)

    def restart_worker(self) -> bool:
        """Starts the worker again if it has ended, as a supervisor would; True, to stand in a condition."""
        if self.worker.process.poll() is not None:
            time.sleep(RESTART_AFTER_S)
            self.start_worker()
        return True

    def alive(self) -> bool:
        """Raises OutsideError if a room has ended; otherwise True, to stand in a condition."""
        return self.worker.check() and self.gateway.check()

    def stored(self) -> Stored:
        """Its keys in the store."""
        return Stored.of(self.store.url, self.scope)

    def stop(self) -> None:
        """Ends both rooms."""
        self.gateway.stop()
        self.worker.stop()

    def _answers(self) -> bool:
        return ports.answers_get(ports.LOCALHOST, self.port, "/health/live")


def pipeline(place: Place, kind: str, night: str, night_id: str) -> Pipeline:
    """A pipeline on a fresh broker and a fresh store, not started yet."""
    broker = place.kafka() if kind == "apache" else place.tansu()
    return Pipeline(place, broker, place.redis(), kind, night, night_id, "bench")


def session(of: Pipeline, name: str, tick_ms: int | None = None) -> Pipeline:
    """Another session on the same broker and store, not started yet."""
    tick_ms = of.tick_ms if tick_ms is None else tick_ms
    return Pipeline(of.place, of.broker, of.store, of.kind, of.night, of.night_id, name, tick_ms)
