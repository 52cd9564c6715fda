"""Waits until a store that has lost a part of what was shown has counted as far as that again.

    behind.showed(contest, marks)              how far in the log what is shown now goes
    behind.begins(contest)                     a new epoch began: whether it has to be asked about
    behind.waits(contest, offsets)             whether it has not come as far yet as what is shown

Another server takes over, or a store is started again, and lacks the last moments; the log is counted again
from there, in seconds or less. Until then readers keep the newer numbers, told as old.

Know before changing: versions of two epochs cannot be compared, places in the log can. A version says how far
it goes only if it changed anything, so the store's offsets are asked and not the marks of its versions; and
what is shown then is read after that answer. A log that was made anew never comes so far: after
CATCH_UP_WITHIN_S what there is is shown.
"""

from collections.abc import Callable, Mapping

from election.night import ContestId
from election.wire.audit import Mark, short

CATCH_UP_WITHIN_S = 10.0
"""How long newer numbers are kept, told as old, before older ones of a new epoch are shown in their place."""


class CatchingUp:
    """What was shown of each contest, and which of them wait."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._shown: dict[ContestId, Mapping[str, Mark]] = {}
        self._since: dict[ContestId, float] = {}

    @property
    def contests(self) -> tuple[ContestId, ...]:
        """Those that wait."""
        return tuple(self._since)

    def showed(self, contest: ContestId, marks: Mapping[str, Mark]) -> None:
        """A state is shown that goes so far; its contest waits for nothing."""
        self._shown[contest] = marks
        self._since.pop(contest, None)

    def begins(self, contest: ContestId) -> bool:
        """A new epoch began: whether it waits, for what was shown is to be compared with it."""
        if self._shown.get(contest):
            self._since.setdefault(contest, self._clock())
        return contest in self._since

    def rests(self, contest: ContestId) -> None:
        """There is nothing any more that could come as far; what comes next begins anew."""
        self._since.pop(contest, None)

    def waits(self, contest: ContestId, offsets: Mapping[bytes, bytes]) -> bool:
        """Whether a contest must go on waiting, if its store has counted so far in each partition."""
        if self._clock() - self._since.get(contest, 0.0) > CATCH_UP_WITHIN_S:
            return False
        counted = {short(name.decode()): int(offset) for name, offset in offsets.items()}
        return any(counted.get(name, 0) < mark.offset for name, mark in self._shown[contest].items())
