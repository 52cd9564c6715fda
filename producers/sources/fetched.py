"""What every source that is looked at again and again gives: a look brings whole snapshots, or says why not.

    for fetched in await source.look():   # none: nothing is new
        … every byte of fetched.lines …
        fetched.settled()                 # do not give me this one again

Know before changing: a source remembers a snapshot (its ETag, its time) only when `settled` was called, that
is when everything in it is acknowledged. Whoever ends before that is given it again, which is no news.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from election.errors import OutsideError

TOLD_EVERY_BYTES = 100_000
"""Of a snapshot between two words on how far it was read."""


class TroubleError(OutsideError):
    """A feed that gives nothing usable at the moment: the message says why, for a person at a shell.

    `after_s`: seconds before which it asked not to be asked again; 0: it said nothing of that.
    `waiting`: nothing is wrong, there is only nothing yet: it is looked at as often as before.
    `foreign`: it can be read and must not be, as a gateway of another mode.
    """

    def __init__(
        self, message: str, after_s: float = 0.0, *, waiting: bool = False, foreign: bool = False
    ) -> None:
        super().__init__(message)
        self.after_s, self.waiting, self.foreign = after_s, waiting, foreign


def _nothing_to_remember() -> None:
    """For what cannot be given twice."""
    return None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One snapshot: its name for people, its time, and its bytes, which can be read once.

    `stated`: the time is the feed's own (a Last-Modified, a file's time) and not when we looked.
    `size`: how many bytes there are to read, 0 if that is not known.
    """

    name: str
    heard_at: datetime
    lines: Iterable[bytes]
    stated: bool = False
    settled: Callable[[], None] = _nothing_to_remember
    """Called when it need not be given again."""
    size: int = 0

    def passing(self, told: Callable[[float], None]) -> Iterator[bytes]:
        """The bytes; `told` hears how much of them was read, from 0 to 1; 0 where no size is known."""
        read = said = 0
        for piece in self.lines:
            read += len(piece)
            yield piece
            if read - said >= TOLD_EVERY_BYTES or read >= self.size > said:
                said = read
                told(min(1.0, read / self.size) if self.size else 0.0)


class Source(Protocol):
    """Where snapshots come from."""

    name: str
    """For people; never with a secret in it."""

    async def look(self) -> Sequence[Fetched]:
        """What is new since the snapshots that are settled, oldest first. Raises TroubleError."""

    async def close(self) -> None:
        """Gives back what it holds."""
