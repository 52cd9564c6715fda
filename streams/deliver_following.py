"""Follows what is told, and makes deliveries of it: each fact once, for those who subscribe.

    await follower.begin()
    await follower.follow(contest)     never returns

A fact that is damaged in the store is read from the log, which is the record. Where the log does not have it,
or cannot be asked, what follows in this contest waits: nobody is told less than was told.

Know before changing: whom a retraction goes to is decided in the store, in the same step in which calls
become history (lua/ledger_spread.lua); subscriptions are only asked who wants to hear of it besides.
"""

import asyncio
import logging
from collections.abc import Callable

from election.alerts import ALERT_KINDS, Told
from election.errors import OutsideError, RecordError
from election.memory import Memory
from election.night import ContestId
from election.wire.delivered import delivery
from election.wire.told import decode
from election.wire.told_fields import fault
from streams.alerts.channel import NotDeliveredError
from streams.deliver_keeping import Keeper, Log
from streams.ledger import Ledger, LostError
from streams.subscriptions import Subscriptions

log = logging.getLogger(__name__)

GAP_WAIT_S = 1.0
DAMAGED_WAIT_S = 5.0
"""How long a fact that is damaged in the store waits for the next look at it, and through the log."""
FACTS_MAX = 1000
"""Facts kept in memory for sending; at the limit all are forgotten, and read again."""


class DamagedError(Exception):
    """A fact that is damaged in the store, and why the log does not help (now)."""


class Facts:
    """What was told, by contest and seq, as it is needed for sending."""

    def __init__(self, ledger: Ledger, read: Callable[[bytes], Told], topic: Log) -> None:
        self._ledger, self._read, self._log = ledger, read, topic
        self._kept: dict[tuple[ContestId, int], Told] = {}

    def keep(self, told: Told) -> None:
        """Remembers a fact."""
        if len(self._kept) >= FACTS_MAX:
            self._kept.clear()
        self._kept[ContestId(told.contest), told.seq] = told

    async def get(self, contest: ContestId, seq: int, fact: str) -> Told | None:
        """A fact by its number, and its id; None where the store does not hold it (yet).

        One of another id is kept from before a replay went back, unless the store has it too. Raises
        NotDeliveredError where it is damaged in the store, and the log does not help (now).
        """
        kept = self._kept.get((contest, seq))
        if kept is None or kept.id != fact:
            value = await self._ledger.told(contest, seq)
            if value is None:
                return None
            try:
                kept = await self.read(contest, seq, value)
            except DamagedError as error:
                raise NotDeliveredError(f"what was told is damaged in the store: {error}") from error
            self.keep(kept)
        return kept

    async def read(self, contest: ContestId, seq: int, value: bytes) -> Told:
        """The fact in a record of the store; if that is damaged, as the log has it. Raises DamagedError."""
        try:
            return self._read(value)
        except RecordError as error:
            log.error("%s: fact %d is damaged in the store, the log is asked: %s", contest, seq, error)
        try:
            found = await self._logged(contest, seq)
        except OutsideError as error:
            raise DamagedError(str(error)) from error
        if found is None:
            topic = self._ledger.scope.topic("told")
            raise DamagedError(f"the log does not have it, or keeps {topic} from us")
        return found

    async def _logged(self, contest: ContestId, seq: int) -> Told | None:
        """A fact of the log, by the rule by which the store accepts facts (`Memory.take`)."""
        memory, found = Memory(), None
        async for value in self._log.told():
            try:
                fact = decode(value, self._ledger.scope)
            except RecordError:
                continue  # it was refused where it was taken in, and is told there
            ours = fact.contest == contest and fault(fact, self._ledger.night) is None
            if ours and memory.take(fact) and fact.seq == seq:
                found = fact
        return found


class Follower:
    """Reads the streams of what was told. `spread` is called after each fact that has become deliveries."""

    def __init__(
        self,
        ledger: Ledger,
        keeper: Keeper,
        subscriptions: Subscriptions,
        facts: Facts,
        spread: Callable[[Told], None],
        from_now: bool = False,
    ) -> None:
        self._ledger, self._keeper, self._subscriptions = ledger, keeper, subscriptions
        self._facts, self._spread, self._from_now = facts, spread, from_now

    async def begin(self) -> None:
        """Says where each contest begins, on the first start of all; what is told from there on is delivered.

        It is written down in one step, so that whoever dies right after it begins there and nowhere else.
        Raises OutsideError.
        """
        for contest in self._ledger.night.contests:
            await self._begin(contest)

    async def follow(self, contest: ContestId) -> None:
        """Makes deliveries of everything told, for ever; after `begin`. Raises OutsideError."""
        while True:
            try:
                cursor = await self._ledger.cursor(contest)
                for seq, value in await self._ledger.told_after(contest, cursor):
                    told = await self._read(contest, seq, value)
                    if told is None:
                        break
                    cursor = await self._take(contest, seq, told)
                    if cursor < seq:
                        log.error("%s: fact %d was told, and %d is not there", contest, seq, cursor + 1)
                        await asyncio.sleep(GAP_WAIT_S)
                        break
            except LostError:
                await self._keeper.mend()

    async def _begin(self, contest: ContestId) -> None:
        while True:
            try:
                seq = await self._ledger.told_last(contest) if self._from_now else 0
                await self._ledger.begin(contest, seq)
                break
            except LostError:
                await self._keeper.mend()
        self._keeper.look(contest)

    async def _read(self, contest: ContestId, seq: int, value: bytes) -> Told | None:
        """A fact; for one that is damaged the store and the log are asked until one of them has it.

        None: the store has lost it meanwhile, as in a rebuild, and where to go on is asked anew.
        """
        there: bytes | None = value
        while there is not None:
            try:
                return await self._facts.read(contest, seq, there)
            except DamagedError as error:
                log.error("%s: nobody is told fact %d, nor what follows it: %s", contest, seq, error)
            await asyncio.sleep(DAMAGED_WAIT_S)
            there = await self._ledger.told(contest, seq)
        return None

    async def _take(self, contest: ContestId, seq: int, told: Told) -> int:
        targets = self._subscriptions.targets(contest, told.kind) if told.kind in ALERT_KINDS else []
        rows = [delivery(told.id, seq, told.kind, target) for target in targets]
        cursor = await self._ledger.spread(contest, seq, told.id, told.kind, rows)
        self._keeper.look(contest)
        self._spread(told)
        return cursor
