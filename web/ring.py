"""The newest changes of a contest, held in memory: who was away for a moment gets what was missed.

    ring.begin("e1:7:1b9d6bcd")                       nothing leads here: another epoch, or the start
    ring.add(Step(7, 9, "e1:9:77e20f1a", patch))      what led on from there
    ring.since("e1:7:1b9d6bcd")                       every step from there to now, or None

Know before changing: never a part. Either the steps lead from the content that is named to the newest one
without a gap, or there are none. A name stands for exactly one content, on whichever gateway it was given.
"""

from collections import deque
from dataclasses import dataclass
from itertools import islice

RING_CHANGES_MAX = 600
"""Most changes of a contest and source that are held; at the limit the oldest is forgotten."""
RING_BYTES_MAX = 4 * 1024 * 1024
"""Most bytes of them; at the limit the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change: a merge patch from the version `prev` to `version`, where the content is called `name`."""

    prev: int
    version: int
    name: str
    patch: bytes


class Ring:
    """The newest steps, whose last one leads to what is shown."""

    def __init__(self, changes_max: int = RING_CHANGES_MAX, bytes_max: int = RING_BYTES_MAX) -> None:
        self._changes_max, self._bytes_max = changes_max, bytes_max
        self._steps: deque[Step] = deque()
        self._names: deque[str] = deque([""])
        """What each step leads from, and what the last one leads to."""
        self._at: dict[str, int] = {"": 0}
        """For each of these the number of the step that leads on from it, counted from the first ever."""
        self._forgotten = 0
        self._bytes = 0

    def __len__(self) -> int:
        """How many steps are held."""
        return len(self._steps)

    def begin(self, name: str) -> None:
        """Nothing that is held leads to this content."""
        self._steps.clear()
        self._names = deque([name])
        self._forgotten, self._bytes = 0, 0
        self._at = {name: 0}

    def add(self, step: Step) -> None:
        """A step that leads on from the newest content."""
        self._steps.append(step)
        self._names.append(step.name)
        self._at[step.name] = self._forgotten + len(self._steps)
        self._bytes += len(step.patch)
        while len(self._steps) > self._changes_max or self._bytes > self._bytes_max:
            self._forget()

    def _forget(self) -> None:
        self._bytes -= len(self._steps.popleft().patch)
        name = self._names.popleft()
        if self._at[name] == self._forgotten:  # a content that was come back to is known by its newest place
            del self._at[name]
        self._forgotten += 1

    def since(self, name: str) -> tuple[Step, ...] | None:
        """Every step from this content to the newest; None where they are not all held."""
        at = self._at.get(name)
        return None if at is None else tuple(islice(self._steps, at - self._forgotten, None))
