"""The log of what was shown, as this room sees it; whoever starts a gateway brings one.

    log.index.at("mayor", T)                what was shown at T
    await log.read(mark.offset)             its bytes
    await log.write("mayor", body, now)     puts what is shown now into it

Know before changing: this room has no door to Kafka; the body over Kafka is `sandik/showing.py`. Away is an
OutsideError and means: later. Refused for ever is a RecordError, and the snapshot is given up.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn, Protocol

from election.night import ContestId
from election.wire.shown import Index

LOST = ("full", "late", "large", "refused", "stopped")
"""Why a snapshot that was shown is not in the log."""


@dataclass(slots=True)
class Note:
    """What became of what was shown, since the start."""

    written: int = 0
    waiting: int = 0
    lost: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(LOST, 0)))
    away: bool = False
    """Whether the log did not take the newest."""


class ShownLog(Protocol):
    """Keeps each snapshot that was published."""

    index: Index
    """All that stand in it, as far as they were read; it grows while `follow` works."""

    async def follow(self) -> NoReturn:
        """Reads the index, and goes on reading. A log that is away is waited for."""

    async def write(self, contest: ContestId, value: bytes, shown_at: datetime) -> None:
        """Returns when it is in the log. Raises OutsideError, RecordError."""

    async def read(self, offset: int) -> bytes | None:
        """The snapshot that stands there; None: none does any more. Raises OutsideError."""

    async def close(self) -> None:
        """Gives back what it holds."""
