"""How much of a worker's time looking may take, for all of its contests together.

    share = Share()                     one a worker
    share.spend(0.004)                  a look has cost so many seconds of processor time
    await asyncio.sleep(share.wait_s()) this contest's next look may begin

Whoever has looked waits until all that was spent by then, by every contest, is no more than the share. So ten
contests take no more of the worker than one does, and each is looked at a tenth as often.

Know before changing: what is spent is processor time and no time by the clock: a machine that is busy with
something else, or a store that keeps a look waiting, does not make the looks after it rarer.
"""

import time
from collections.abc import Callable

SHARE_MAX = 0.05
"""Largest part of a worker's time that looking may take; where a look is dear, it is taken less often."""
WAIT_S_MAX = 5.0
"""Longest wait for a look, however dear they are: what hangs on the clock is seen by then. With thirty
thousand areas a look costs a seventh of a second, and is taken every three."""


class Share:
    """What was spent on looking, and until when it is paid for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._paid_at = clock, clock()

    def spend(self, cost_s: float) -> None:
        """A look has cost so much processor time."""
        now = self._clock()
        paid_at = max(self._paid_at, now - cost_s) + cost_s / SHARE_MAX
        self._paid_at = min(paid_at, now + WAIT_S_MAX)

    def wait_s(self) -> float:
        """How long whoever looked last should wait before looking again."""
        return max(self._paid_at - self._clock(), 0.0)
