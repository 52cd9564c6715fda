"""One gateway's way into a log of what was shown, with a clock that a test moves and claims that it sees.

Know before changing: nothing here waits for a time; `settled` waits until nothing is left to be written.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from election.errors import OutsideError
from election.night import ContestId, NightId
from election.wire.frames import dumps
from election.wire.topics import Scope
from tests.web.house import until
from tests.web.logs import ListLog
from tests.web.signs import Clock
from web.showing import Showing

SCOPE = Scope("replay", NightId("practice"))
MAYOR = ContestId("mayor")


@dataclass
class Shown:
    """A contest as a gateway shows it; a test moves it."""

    version: int = 0
    told: int = 0
    epoch: str = "e1"
    ban: str = "open"
    at: str | None = "2024-10-06T16:00:00.000Z"
    filler: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """The snapshot."""
        return {
            "mode": "replay", "night": "practice", "contest": "mayor", "epoch": self.epoch,
            "version": self.version, "hash": "h", "at": self.at, "embargo": {"state": self.ban},
            "alerts": [{"seq": self.told}] if self.told else [], "filler": self.filler,
        }  # fmt: skip

    @property
    def tag(self) -> str:
        """As `web.group` says it."""
        return f"{self.epoch}:{self.version}" + ("" if self.ban == "open" else f":{self.ban}")

    @property
    def body(self) -> bytes:
        """Its bytes."""
        return dumps(self.shown)


@dataclass
class Claims:
    """A store that gives claims: each has one owner until it is taken back."""

    held: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    away: bool = False

    async def claim(self, contest: ContestId, what: str, for_s: float) -> float:
        """Whoever comes first; forgotten by the test."""
        if self.away:
            raise OutsideError("The store is away.")
        self.asked.append(what)
        if what in self.held:
            return self.held[what]
        self.held[what] = for_s
        return 0.0


class One:
    """One gateway's way into a log."""

    def __init__(self, log: ListLog | None = None, claims: Claims | None = None) -> None:
        self.clock, self.log, self.claims = Clock(), log or ListLog(SCOPE), claims or Claims()
        self.log.catch_up()
        self.group = Shown()
        self.showing = Showing(self.log, self.claims.claim, self.clock, self.wall)
        self.task = asyncio.create_task(self.showing.run())

    def wall(self) -> datetime:
        """The wall clock goes with the other."""
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.clock.now)

    def show(self, version: int, **more: Any) -> None:
        """Shows a version, as a tick does."""
        self.group.version = version
        for name, value in more.items():
            setattr(self.group, name, value)
        self.look()

    def look(self) -> None:
        """A tick."""
        self.showing.look({MAYOR: self.group})

    @property
    def written(self) -> list[int]:
        """Versions in the log."""
        return [json.loads(value)["version"] for value, _ in self.log.records]

    async def settled(self) -> None:
        """Nothing is due any more."""
        await until(lambda: not self.showing.note.waiting or self.task.done())

    async def end(self) -> None:
        """It stops; what ended it before is raised."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
