"""Ends a worker that stands still while there is work.

A client of Kafka can hang for ever, alive and silent: it never asks its bootstrap list again once every
broker it knows is gone. Neither it nor anything in its event loop can be asked whether it hangs, so this is a
thread of its own, with a loop of its own, that asks with fresh clients.

Know before changing: no work is no reason, however long nothing moves; and an outside that cannot be asked is
no reason either (what is being applied has a deadline of its own).
"""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable

from streams.progress import Progress

log = logging.getLogger(__name__)

LOOKS = 6
"""How often it looks within the time that a worker may stand still."""

ASK_WITHIN_S = 20.0
"""How long the question may take; a broker that does not answer by then cannot tell."""

Work = Callable[[], Awaitable[bool]]
"""Whether there is anything in the log that was not applied, asked with fresh clients."""


class Watchdog(threading.Thread):
    """Watches one worker."""

    def __init__(
        self, progress: Progress, work: Work, stand_still_s: float, end: Callable[[str], None]
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._progress, self._work, self._stand_still_s, self._end = progress, work, stand_still_s, end

    def run(self) -> None:
        """Looks until the process ends."""
        steps, moved_at = self._progress.steps, time.monotonic()
        while True:
            time.sleep(self._stand_still_s / LOOKS)
            if self._progress.steps != steps:
                steps, moved_at = self._progress.steps, time.monotonic()
            elif time.monotonic() - moved_at >= self._stand_still_s:
                if self.there_is_work() and self._progress.steps == steps:
                    self._end(
                        f"Nothing was applied for {self._stand_still_s:g} s although there is work in the "
                        "log; ending, to be started again with new connections."
                    )
                moved_at = time.monotonic()

    def there_is_work(self) -> bool:
        """Whether fresh clients see work; no if they cannot tell."""
        try:
            return asyncio.run(asyncio.wait_for(self._ask(), ASK_WITHIN_S))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 # what hinders the asking is no hanging
            log.warning("the watchdog could not ask whether there is work: %r", error)
            return False

    async def _ask(self) -> bool:
        return await self._work()
