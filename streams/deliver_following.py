"""Follows what is told, and makes deliveries of it: each fact once, for those who subscribe.

    await follower.begin()
    await follower.follow(contest)     never returns

Know before changing: whom a retraction goes to is decided in the store, in the same step in which calls
become history (lua/ledger_spread.lua); subscriptions are only asked who wants to hear of it besides.
"""

import asyncio
import logging
from collections.abc import Callable

from election.alerts import ALERT_KINDS, Told
from election.night import ContestId
from election.wire.delivered import delivery
from streams.deliver_keeping import Keeper
from streams.ledger import Ledger, LostError
from streams.subscriptions import Subscriptions

log = logging.getLogger(__name__)

GAP_WAIT_S = 1.0
FACTS_MAX = 1000
"""Facts kept in memory for sending; at the limit all are forgotten, and read again."""


class Facts:
    """What was told, by contest and seq, as it is needed for sending."""

    def __init__(self, ledger: Ledger, read: Callable[[bytes], Told]) -> None:
        self._ledger, self._read = ledger, read
        self._kept: dict[tuple[ContestId, int], Told] = {}

    def keep(self, told: Told) -> None:
        """Remembers a fact."""
        if len(self._kept) >= FACTS_MAX:
            self._kept.clear()
        self._kept[ContestId(told.contest), told.seq] = told

    async def get(self, contest: ContestId, seq: int, fact: str) -> Told | None:
        """A fact by its number, and its id; None where the store does not hold it (yet).

        One of another id is kept from before a replay went back, unless the store has it too.
        """
        kept = self._kept.get((contest, seq))
        if kept is None or kept.id != fact:
            value = await self._ledger.told(contest, seq)
            if value is None:
                return None
            kept = self._read(value)
            self.keep(kept)
        return kept


class Follower:
    """Reads the streams of what was told. `spread` is called after each fact that has become deliveries."""

    def __init__(
        self,
        ledger: Ledger,
        keeper: Keeper,
        subscriptions: Subscriptions,
        read: Callable[[bytes], Told],
        spread: Callable[[Told], None],
        from_now: bool = False,
    ) -> None:
        self._ledger, self._keeper, self._subscriptions = ledger, keeper, subscriptions
        self._read, self._spread, self._from_now = read, spread, from_now
        self._silent: dict[ContestId, int] = {}

    async def begin(self) -> None:
        """Looks where each contest stands; what is told from then on is delivered. Raises OutsideError."""
        for contest in self._ledger.night.contests:
            self._silent[contest] = await self._silent_to(contest)

    async def follow(self, contest: ContestId) -> None:
        """Makes deliveries of everything told, for ever; after `begin`. Raises OutsideError."""
        silent_to = self._silent[contest]
        while True:
            try:
                cursor = await self._ledger.cursor(contest)
                for seq, value in await self._ledger.told_after(contest, cursor):
                    cursor = await self._take(contest, seq, self._read(value), silent_to)
                    if cursor < seq:
                        log.error("%s: fact %d was told, and %d is not there", contest, seq, cursor + 1)
                        await asyncio.sleep(GAP_WAIT_S)
                        break
            except LostError:
                await self._keeper.mend()

    async def _silent_to(self, contest: ContestId) -> int:
        """Up to which fact nothing is delivered: 0, or if it begins from now, what was told before."""
        while True:
            try:
                fresh = await self._ledger.cursor(contest) == 0
                return await self._ledger.told_last(contest) if fresh and self._from_now else 0
            except LostError:
                await self._keeper.mend()

    async def _take(self, contest: ContestId, seq: int, told: Told, silent_to: int) -> int:
        wanted = told.kind in ALERT_KINDS and seq > silent_to
        targets = self._subscriptions.targets(contest, told.kind) if wanted else []
        rows = [delivery(told.id, seq, told.kind, target) for target in targets]
        cursor = await self._ledger.spread(contest, seq, told.id, told.kind, rows)
        self._keeper.look(contest)
        self._spread(told)
        return cursor
