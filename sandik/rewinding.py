"""A replay that goes back: everything that was played is forgotten, in the log and in the store.

    Controls(settings, night.id, speed, go_back=GoesBack(night, producing, counting).forget)

Know before changing: the order is the law (docs/decisions/0018-rewind.md). First all that was played is
counted and told, so that nothing of before is on its way when the log is emptied; then the log; the store
last, or workers would count the old log once more. Nothing live ever comes here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from election.errors import UsageError
from election.night import Night

if TYPE_CHECKING:
    from producers.settings import Settings as Producing
    from streams.settings import Settings as Counting


class GoesBack:
    """What makes a jump to an earlier hour possible."""

    def __init__(self, night: Night, producing: "Producing", counting: "Counting") -> None:
        """Settings of one scope. Raises UsageError in mode live."""
        if producing.mode == "live":
            raise UsageError("What was heard live is never taken back; only a replay can go back.")
        self._night, self._producing, self._counting = night, producing, counting
        self._scope = producing.scope(night.id)

    async def forget(self, ends: Mapping[tuple[str, int], int]) -> None:
        """Forgets everything, once it is counted up to these offsets.

        Raises OutsideError, and forgets nothing, where the store is away or nobody counts what was sent.
        """
        # Not imported before: numpy and redis would hold up rooms that start on the same cores.
        from producers.record import begin_anew
        from sandik import ended
        from streams.looking import Looks
        from streams.rewinding import forget
        from streams.store import Store

        store = Store(self._night, self._scope, self._counting)
        try:
            if any(head.epoch for head in (await Looks(store).heads()).values()):
                await ended.counted(store, ends)
                await ended.settled(store)
            await begin_anew(self._producing, self._scope)
            await forget(store)
        finally:
            await store.close()
