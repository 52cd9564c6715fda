"""How far this process has come: what the sign of life and the watchdog look at.

Know before changing: `note` is called only after the store has answered, so an offset here is one the store
has held; if it holds less later, the store has lost ground and not we.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.spans import Span


@dataclass
class Progress:
    """Counters of one process; only ever rising, except an offset that is read again."""

    applied: dict[str, int] = field(default_factory=dict)
    """The next offset of each partition, as far as this process has applied it."""
    steps: int = 0
    reports: int = 0

    def note(self, spans: Sequence[Span], reports: int = 0) -> None:
        """A step was applied."""
        for span in spans:
            self.applied[span.partition] = span.following
        self.steps += 1
        self.reports += reports

    def forget(self) -> None:
        """The store has lost ground: how far it had come before says nothing any more."""
        self.applied = {}
