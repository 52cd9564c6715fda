"""Names of Kafka topics and the scope they share with Redis keys: mode, night and, in replays, a session.

Know before changing: mode and night stand in every name so that nothing of a rehearsal can reach a live page
(semantics.md, Mode); outsiders read these topics with their own tools, so names are kept.
"""

import re
from dataclasses import dataclass

from election.errors import UsageError
from election.night import NightId

MODES = ("live", "rehearsal", "replay")
WHATS = ("reports", "rulings", "told", "delivered", "shown", "refused", "controls")
WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""An id, as topics, addresses and files can hold it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which mode, night and session a process works in; a process refuses input of any other."""

    mode: str
    night: NightId
    session: str = ""

    def __post_init__(self) -> None:
        """Raises UsageError for a mode or name that cannot stand in a topic."""
        if self.mode not in MODES:
            raise UsageError(f"There is no mode {self.mode!r}; the modes are {', '.join(MODES)}.")
        for word, what in ((self.night, "night"), (self.session or "x", "session")):
            if not WORD.fullmatch(word):
                raise UsageError(
                    f"The {what} {word!r} cannot stand in a topic: small letters, digits and hyphens, 1–63."
                )

    @property
    def name(self) -> str:
        """`<mode>.<night>` or `<mode>.<night>.<session>`."""
        return f"{self.mode}.{self.night}" + (f".{self.session}" if self.session else "")

    def topic(self, what: str) -> str:
        """The topic of reports, rulings, told, delivered, shown, refused or controls."""
        if what not in WHATS:
            raise ValueError(f"{what} is no topic of ours")
        return f"{self.name}.{what}"


def report_key(source: str, area: str) -> bytes:
    """Kafka key of a bundle: one source's word on one area stays in order."""
    return f"{source}/{area}".encode()


def ruling_key(contest: str) -> bytes:
    """Kafka key of a ruling and of all that is told or shown of a contest."""
    return contest.encode()
