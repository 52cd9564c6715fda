"""A night on one machine: which programs run, with which settings, and where its page is.

Know before changing: the rooms are processes like any other and are told everything by the environment, as a
cluster's are; a setting of the user's own shell that belongs to another night must not reach them.
"""

import os
import shlex
import sys
import webbrowser
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

from election.wire.access import KafkaAccess
from sandik import ports
from sandik.program import Program, ourselves

ROOM_READY_WITHIN_S = 30.0
GATEWAY_STOPS_WITHIN_S = 45.0
"""It sends many clients away over half a minute (SANDIK_DRAIN_S); few are gone at once."""
KAFKA_ACCESS = tuple(spec.metadata["variable"] for spec in fields(KafkaAccess) if spec.name != "kafka")
JOINING = ("SANDIK_NIGHT", "SANDIK_MODE", "SANDIK_KAFKA", "SANDIK_KAFKA_KIND", "SANDIK_REDIS")
ANYWHERE = {"0.0.0.0": ports.LOCALHOST, "": ports.LOCALHOST, "::": "::1"}
"""Addresses to listen on that are no address to go to, and the one of this machine that is."""


@dataclass(frozen=True)
class Machine:
    """Everything the rooms of one machine are told."""

    night: Path
    mode: str
    kafka: str
    kafka_kind: str
    redis: str
    host: str
    port: int
    speed: float | None = None
    """How many times faster than the night a replay runs; None where nothing is said of it."""
    own_kafka: bool = True
    """The broker was started here: how another Kafka lets somebody in must not reach the rooms."""
    tokens: str = ""
    """A file of tokens made for this machine; empty: the one that the user's own shell names, if any."""
    shown: bool = True
    """Whether what the rooms say on the way is passed on; their last lines are shown in any case."""

    @property
    def settings(self) -> dict[str, str]:
        """The environment of every room, and of `sandik produce` and `sandik replay` beside them."""
        return {
            "SANDIK_MODE": self.mode,
            "SANDIK_NIGHT": str(self.night.resolve()),
            "SANDIK_SESSION": "",
            "SANDIK_SPEED": f"{self.speed or 0:.15g}",
            "SANDIK_KAFKA": self.kafka,
            "SANDIK_KAFKA_KIND": self.kafka_kind,
            "SANDIK_REDIS": self.redis,
            "SANDIK_HOST": self.host,
            "SANDIK_PORT": str(self.port),
            "SANDIK_PORT_FILE": "",
            # What was handed to us as files is in our environment by now, and some of it is said anew here.
            "SANDIK_SECRETS": "",
            **(dict.fromkeys(KAFKA_ACCESS, "") if self.own_kafka else {}),
            **({"SANDIK_TOKENS": self.tokens} if self.tokens else {}),
        }

    @property
    def joins(self) -> str:
        """What another shell sets to reach this night, to be pasted; no address with a password in it."""
        settings = self.settings
        names = [name for name in JOINING if name != "SANDIK_REDIS" or "@" not in settings[name]]
        return " ".join(f"{name}={shlex.quote(settings[name])}" for name in names)

    @property
    def reached_at(self) -> str:
        """The host under which this machine reaches its own page."""
        return ANYWHERE.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The address of the page."""
        host = f"[{self.reached_at}]" if ":" in self.reached_at else self.reached_at
        return f"http://{host}:{self.port}/"

    def worker(self) -> Program:
        """The room that counts; started again whenever it ends."""
        return Program("worker", ourselves("worker"), env=self.settings, shown=self.shown)

    def gateway(self) -> Program:
        """The room that shows; ready when it has read the store."""
        ready = partial(ports.answers_get, self.reached_at, self.port, "/health/ready")
        return Program(
            "gateway",
            ourselves("gateway"),
            env=self.settings,
            ready=ready,
            ready_within_s=ROOM_READY_WITHIN_S,
            stop_within_s=GATEWAY_STOPS_WITHIN_S,
            shown=self.shown,
        )


def can_open_browser() -> bool:
    """Whether there is a screen to open a page on; a browser in this very terminal would be no help."""
    on_screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return on_screen or bool(os.environ.get("BROWSER"))


def open_browser(url: str) -> bool:
    """Opens the page; False if there was no browser to do it."""
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
