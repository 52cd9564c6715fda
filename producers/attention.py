"""How often a feed is asked, and what is said of it: trouble when it begins, a stall once, and their ends.

    attention = Attention("results.csv", stall_after_s=1800, now_s=0.0)
    attention.failed("it answers 503", again_s=7.0, now_s=5.0)     ["results.csv: it answers 503; …"]
    attention.failed("it answers 503", again_s=14.0, now_s=12.0)   []: said already
    attention.fresh(now_s=26.0)                                    ["results.csv: it can be read again, …"]

Know before changing: this is pure; clock and dice are arguments. A line that comes at every look is a line
that nobody reads: the same trouble is said once, until it ends or becomes another.
"""

import re
from collections.abc import Callable

BACK_OFF_S_MAX = 120.0
"""Longest wait between two looks at a feed in trouble, unless it is looked at more rarely anyway."""
RETRY_AFTER_S_MAX = 900.0
"""Longest wait that a feed may ask for: on an election night its Retry-After of a day is a mistake."""
SPREAD = 0.1
"""By what part of itself a wait is made longer or shorter, so that many pollers do not ask as one."""
SIZES = re.compile(r"\d+(?= (?:s|bytes|of \d+ bytes)\b)")
"""Lengths of time and of answers: they differ at every look where the trouble is the same."""


def wait_s(every_s: float, failures: int, after_s: float, dice: Callable[[], float]) -> float:
    """Seconds until the next look, after so many failures in a row.

    Doubles with each failure from the second on, with up to half of it taken off by the dice; never earlier
    than the feed asked for (`after_s`, at most `RETRY_AFTER_S_MAX`).
    """
    if failures == 0:
        return every_s * (1.0 + SPREAD * (2.0 * dice() - 1.0))
    doubled = min(every_s * 2.0 ** min(failures - 1, 20), max(every_s, BACK_OFF_S_MAX))
    asked = min(after_s, RETRY_AFTER_S_MAX) * (1.0 + SPREAD * dice())
    return max(doubled * (1.0 - dice() / 2.0), asked)


def spell(seconds: float) -> str:
    """A length of time as people say it: 12 s, 4 min, 2 h 05."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d}"


class Attention:
    """What is to be said of one feed; every method gives the lines that are due, mostly none."""

    def __init__(self, name: str, stall_after_s: float, now_s: float) -> None:
        """`stall_after_s`: after so many seconds without a new snapshot the feed is called stalled."""
        self._name, self._stall_after_s = name, stall_after_s
        self._fresh_at_s = now_s
        self._trouble, self._trouble_at_s = "", now_s
        self._stalled = False
        self.failures = 0
        """In a row."""

    def failed(self, why: str, again_s: float, now_s: float, *, waiting: bool = False) -> list[str]:
        """A look that brought nothing usable; `waiting`: there is only nothing yet, which is no failure."""
        self.failures = 0 if waiting else self.failures + 1
        said = []
        if SIZES.sub("", why) != SIZES.sub("", self._trouble):
            if not self._trouble:
                self._trouble_at_s = now_s
            self._trouble = why
            named = why if why.startswith(self._name) else f"{self._name}: {why}"
            said.append(f"{named.rstrip('.')}; next look in {spell(again_s)}")
        return [*said, *self._stall(now_s)]

    def same(self, now_s: float) -> list[str]:
        """A look that found what was there before."""
        return [*self._recovered(now_s), *self._stall(now_s)]

    def fresh(self, now_s: float) -> list[str]:
        """A look that brought a snapshot."""
        said = self._recovered(now_s)
        if self._stalled:
            silent = spell(now_s - self._fresh_at_s)
            said.append(f"{self._name}: STALL OVER, it goes on after {silent}")
        self._stalled, self._fresh_at_s = False, now_s
        return said

    def _recovered(self, now_s: float) -> list[str]:
        said = []
        if self._trouble:
            after = spell(now_s - self._trouble_at_s)
            said = [f"{self._name}: it can be read again, after {after}"]
        self._trouble, self.failures = "", 0
        return said

    def _stall(self, now_s: float) -> list[str]:
        silent_s = now_s - self._fresh_at_s
        if self._stalled or silent_s < self._stall_after_s:
            return []
        self._stalled = True
        why = self._trouble or "it answers, and what it says does not change"
        return [f"{self._name}: STALLED, nothing new for {spell(silent_s)}: {why}"]
