"""How the replay behind a gateway plays at this moment, as its greeting and its heartbeats say it.

    Pace(60.0, paused=False).said == {"speed": 60.0, "paused": False}

Know before changing: it stands in no snapshot. Those are kept under their version, by caches and in the log,
and a replay changes its speed without a new one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from election.wire.frames import Json


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast, and whether at all."""

    speed: float | None
    """Times as fast as the night; None: as fast as possible."""
    paused: bool = False

    @property
    def said(self) -> Json:
        """As frames say it."""
        return {"speed": self.speed, "paused": self.paused}


class PaceSource(Protocol):
    """Who hears of it."""

    async def follow(self, told: Callable[[Pace], None]) -> NoReturn:
        """Tells it, and each change of it; ends only with an error."""
