"""The store of a replay that goes back: it forgets all that was played, and what comes is counted from where
the log begins then.

    await forget(store)                          the next thing counted begins a new epoch
    await begin_at(store, {"…reports/0": 118})   where nothing is stored of a partition, it begins there

Know before changing: workers notice what was forgotten as they notice a store that was flushed, and ask for
their partitions anew (docs/decisions/0018-rewind.md). Whoever forgets has emptied the log before, or they
would count it again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from election.night import ContestId
from election.wire.keys import LEDGER
from streams.store import Store


async def forget(store: Store) -> None:
    """Forgets every contest of a replay, with what was delivered of it. Raises OutsideError."""
    if store.scope.mode == "live":
        raise ValueError("what was counted live is never forgotten")
    for contest, keys in store.keys.items():
        # At once: a ledger that is made anew beside what was told before would tell it again.
        await store.wipe(contest, [keys.ledger(what) for what in LEDGER])


async def begin_at(store: Store, firsts: Mapping[str, int]) -> None:
    """Where a contest has counted nothing of a partition yet, the next offset to count is this one.

    What is counted already stays as it is. Raises OutsideError.
    """
    if not firsts:
        return

    async def ask(redis: Any, contests: Sequence[ContestId]) -> Sequence[ContestId]:
        pipe = redis.pipeline(transaction=False)
        for contest in contests:
            for partition, first in firsts.items():
                pipe.hsetnx(store.keys[contest].offsets, partition, str(first))
        await pipe.execute()
        return contests

    await store.ask_each(ask)
