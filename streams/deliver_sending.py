"""Sends what is due: one try at a time for each address, many addresses at once, retractions before all else.

    sender.send_due(contest)     claims and sends, for ever
    sender.hold()                keeps what is under way in this hand, and drops what was superseded

Know before changing: a try that is under way is held in the store for `LEASE_S` and held again while it
lasts; a process that dies lets go by doing nothing, and another sends the same again with the same id. A call
is not sent before the log knows that it may have been.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections import defaultdict
from dataclasses import dataclass, field

from election.alerts import KINDS, Told
from election.night import ContestId
from election.wire.delivered import ACKNOWLEDGED, DEAD, RETRYING, Delivery
from streams.alerts import CHANNELS
from streams.alerts.channel import Means, NotDeliveredError
from streams.deliver_following import Facts
from streams.deliver_keeping import Keeper
from streams.ledger import Claimed, Ledger, LostError

log = logging.getLogger(__name__)

LEASE_S, HOLD_EVERY_S = 2.0, 0.4
LOOK_EVERY_S = 0.5
"""How often it is asked what is due when nothing here says that something is."""
NOT_THERE_WAIT_S = 0.5
"""A fact that the store does not hold yet (it is being made again) is looked for again after this."""
LOG_WAIT_S = 1.0
"""How long a call waits for the log before it gives its address to others, and then before it comes back."""
JITTER = 0.25
"""Up to so much of a wait is added by chance, so that many do not come back at once."""
UNTRIED = "untried"


def goes_first(kind: str) -> bool:
    """Whether it goes before everything else; a kind that another version wrote does not."""
    return kind in KINDS and KINDS[kind].first


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try."""

    word: str
    delay_s: float = 0.0
    note: str = ""


@dataclass
class Rooms:
    """How many are claimed, in all contests together: retractions apart, so that they never wait."""

    most: int
    urgent: int = 0
    others: int = 0

    def left(self) -> tuple[int, int]:
        """For retractions, and for everything else."""
        return self.most - self.urgent, self.most - self.others

    def count(self, held: Delivery, by: int) -> None:
        """One more or one less."""
        if goes_first(held.kind):
            self.urgent += by
        else:
            self.others += by


@dataclass
class _Hand:
    """What is under way for one contest: by key and token, the delivery and its task."""

    held: dict[tuple[str, str], tuple[Delivery, asyncio.Task[None]]] = field(default_factory=dict)


class Sender:
    """Tries deliveries until they are acknowledged or dead."""

    def __init__(
        self, ledger: Ledger, keeper: Keeper, facts: Facts, means: Means, tasks: asyncio.TaskGroup
    ) -> None:
        self._ledger, self._keeper, self._facts, self._means, self._tasks = (
            ledger, keeper, facts, means, tasks,
        )  # fmt: skip
        self._rooms = Rooms(means.settings.deliver_at_once)
        self._hands = {contest: _Hand() for contest in ledger.night.contests}
        self._wake = {contest: asyncio.Event() for contest in ledger.night.contests}
        self._hold_now = asyncio.Event()
        most = means.settings.deliver_at_once
        self._under_way = {first: asyncio.Semaphore(most) for first in (True, False)}
        """Contests claim side by side, and together they may claim more than there is room for."""
        self._one_at_a_time: dict[tuple[ContestId, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        """Some channels cannot be stopped at once; what follows waits for them, whatever the lease says."""

    def look(self, told: Told) -> None:
        """A fact has become deliveries; a retraction may have taken something out of our hands."""
        self._wake[ContestId(told.contest)].set()
        if goes_first(told.kind):
            self._hold_now.set()

    async def send_due(self, contest: ContestId) -> None:
        """Claims what is due and starts a task for each, for ever. Raises OutsideError."""
        while True:
            self._wake[contest].clear()
            urgent, others = self._rooms.left()
            try:
                token = secrets.token_hex(8)
                claimed = await self._ledger.claim(contest, token, LEASE_S, urgent, others)
            except LostError:
                await self._keeper.mend()
                continue
            self._start(contest, claimed)
            wait_s = LOOK_EVERY_S if claimed.next_s is None else min(claimed.next_s, LOOK_EVERY_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake[contest].wait()

    def _start(self, contest: ContestId, claimed: Claimed) -> None:
        for held in claimed.deliveries:
            self._rooms.count(held, +1)
            task = self._tasks.create_task(self._deliver(contest, held, claimed.outbox))
            self._hands[contest].held[held.key, held.token] = (held, task)

    async def hold(self) -> None:
        """Keeps what is under way; cancels what is no longer ours. For ever. Raises OutsideError."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HOLD_EVERY_S):
                    await self._hold_now.wait()
            self._hold_now.clear()
            for contest, hand in self._hands.items():
                if hand.held:
                    await self._hold(contest, hand)

    async def _hold(self, contest: ContestId, hand: _Hand) -> None:
        held = [one for one, _ in hand.held.values()]
        try:
            gone = await self._ledger.renew(contest, held, LEASE_S)
        except LostError:
            await self._keeper.mend()
            return
        for one in gone:
            _, task = hand.held.get((one.key, one.token), (one, None))
            if task is not None:
                task.cancel()

    async def _deliver(self, contest: ContestId, held: Delivery, outbox: str) -> None:
        """One try, from the claim to the word on what became of it."""
        try:
            if held.kind == "call-made" and not await self._logged(contest, outbox):
                outcome = Outcome(UNTRIED, LOG_WAIT_S)
            else:
                # Whoever waits for its address takes no room from the others.
                async with self._one_at_a_time[contest, held.target], self._under_way[goes_first(held.kind)]:
                    outcome = await self._try(contest, held)
        except asyncio.CancelledError:
            # We stop, or it was superseded. It may have arrived; if nothing is settled now, the lease ends.
            outcome = Outcome(RETRYING)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEASE_S):
                    await self._settle(contest, held, outcome)
        else:
            await self._settle(contest, held, outcome)
        finally:
            self._let_go(contest, held)

    async def _logged(self, contest: ContestId, outbox: str) -> bool:
        """Whether the log knows that this may be sent. A log that is away does not hold up the address."""
        try:
            async with asyncio.timeout(LOG_WAIT_S):
                await self._keeper.logged(contest, outbox)
        except TimeoutError:
            return False
        return True

    def _let_go(self, contest: ContestId, held: Delivery) -> None:
        self._hands[contest].held.pop((held.key, held.token), None)
        self._rooms.count(held, -1)
        for event in self._wake.values():
            event.set()

    async def _settle(self, contest: ContestId, held: Delivery, outcome: Outcome) -> None:
        while True:
            try:
                news = await self._ledger.settle(contest, held, outcome.word, outcome.delay_s, outcome.note)
            except LostError:
                await self._keeper.mend()
                continue
            self._keeper.look(contest)
            if news:
                self._say(held, outcome)
            return

    def _say(self, held: Delivery, outcome: Outcome) -> None:
        # Whole texts, not templates: the log lets each kind of message through once in a while (`quiet`).
        what = f"{held.kind} {held.id} to {held.who} by {held.channel}"
        if outcome.word == ACKNOWLEDGED:
            log.info(f"{what}: acknowledged at try {held.tries}")
        elif outcome.word == DEAD:
            log.error(f"{what}: given up after {held.tries} tries: {outcome.note}")
        elif outcome.note:
            log.warning(f"{what}: try {held.tries}: {outcome.note}; again in {outcome.delay_s:.1f} s")

    async def _try(self, contest: ContestId, held: Delivery) -> Outcome:
        waits_s = self._means.settings.waits_s
        if held.kind not in KINDS:  # another version wrote it: kept, for one that knows it
            return Outcome(DEAD, note=f"this version tells nothing of the kind {held.kind:.40}")
        channel = CHANNELS.get(held.channel)
        if channel is None:
            return Outcome(DEAD, note=f"this version has no channel {held.channel:.40}")
        if held.tries > len(waits_s):
            return Outcome(DEAD, note="no try ended before its process did")
        try:
            told = await self._facts.get(contest, held.seq, held.fact)
        except NotDeliveredError as error:
            return after(held, error, waits_s, random.random())
        if told is None:
            return Outcome(UNTRIED, NOT_THERE_WAIT_S)
        try:
            if told.id != held.fact:
                raise NotDeliveredError(f"the store holds another fact {held.seq}")
            await channel.send(told, held.to, self._means)
        except NotDeliveredError as error:
            return after(held, error, waits_s, random.random())
        except Exception as error:
            log.exception("the channel %s failed in a way it should not", held.channel)
            return after(held, NotDeliveredError(type(error).__name__), waits_s, random.random())
        return Outcome(ACKNOWLEDGED)


def after(held: Delivery, error: NotDeliveredError, waits_s: tuple[float, ...], chance: float) -> Outcome:
    """What follows a try that failed: another after a while, or the end. `chance` is from 0 to 1.

    Where another try would end the same way there is none, except for a retraction, which uses them all.
    """
    note = str(error)
    hopeless = error.hopeless and not goes_first(held.kind)
    if hopeless or held.tries >= len(waits_s):
        return Outcome(DEAD, note=note)
    wait_s = waits_s[held.tries] * (1 + JITTER * chance)
    return Outcome(RETRYING, max(wait_s, error.retry_after_s), note)
