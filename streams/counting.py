"""Counts bundles: refused papers out, then sums by numpy, then the store; every contest of the night at once.

Know before changing: when `count` returns, all of the batch is in the store or in the topic of refused, and
only then may its offsets be committed. When it raises, the process ends and nothing is committed.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

from election.errors import SandikError
from election.night import ContestId, Night
from streams.answers import Answer, Applied, Cleared, Forked, Gap, Limit, Moved, OtherNight
from streams.batch import Reading, Sums, weigh
from streams.chain import Chain
from streams.gathered import Batch, Place
from streams.ground import Ground, Shelf
from streams.progress import Progress
from streams.store import Store

TRIES_MAX = 100
"""How often a batch is summed again because others moved its units; at the limit the process ends."""

LEFT_MAX = 32
"""Of how many epochs of a contest it is known that they are over: the newest."""

Refuse = Callable[[Sequence[bytes]], Awaitable[None]]
"""Sends records to the topic of refused; returns when the broker has them."""


class CannotCountError(SandikError):
    """The store refuses this batch for a reason that trying again does not cure; the message says which."""

    def __init__(self, why: Answer) -> None:
        self.why = why
        super().__init__(str(why))


class CountsBatches:
    """Applies what was gathered to the store."""

    def __init__(self, night: Night, store: Store, refuse: Refuse, progress: Progress) -> None:
        self.night, self.store, self._send, self._progress = night, store, refuse, progress
        self._chain = Chain(store)
        self.shelves: dict[Place, Shelf] = {}
        self.epochs: dict[ContestId, str] = {}
        self.left: dict[ContestId, deque[str]] = {}
        """The epochs of each contest that one sign of life found and a later one did not."""
        self._attended: dict[ContestId, str] = {}

    async def count(self, batch: Batch) -> None:
        """Applies a batch at every contest. Raises CannotCountError, or OutsideError."""
        readings: dict[ContestId, list[Reading]] = {contest: [] for contest in self.night.contests}
        for reading in batch.readings:
            readings[reading.ground.contest.id].append(reading)
        if batch.refused:
            # Before the store: once the offset is stored nobody comes back to this record.
            await self._send(batch.refused)
        spans, linked = await self._chain.linked(batch.spans), list[ContestId]()
        for _ in range(TRIES_MAX):
            work = {contest: await self._weigh(contest, parts) for contest, parts in readings.items()}
            answers = await self.store.apply(spans, work)
            readings = {
                contest: readings[contest]
                for contest, said in answers.items()
                if not self._settle(contest, said, work[contest])
            }
            if not readings:
                break
            for contest in (contest for contest, said in answers.items() if isinstance(said, Forked)):
                if contest in linked:
                    raise CannotCountError(answers[contest])
                linked.append(contest)
                spans = await self._chain.linked(batch.spans, contest)
                break
        else:
            raise SandikError(f"{TRIES_MAX} times others moved the same units; this worker starts afresh.")
        self._progress.note(batch.spans, batch.reports)

    async def _weigh(self, contest: ContestId, parts: Iterable[Reading]) -> list[Sums]:
        found = []
        for reading in parts:
            shelf = self.shelf(reading.ground)
            if shelf.cleared is None:
                await self.store.load_cleared(contest, shelf)
            # Again where the sign of life noticed a new epoch meanwhile, and what was known was forgotten.
            while (missing := shelf.unknown(reading.units)).size:
                await self.store.load(contest, shelf, missing.tolist())
            found.append(weigh(reading, shelf))
        return found

    def shelf(self, ground: Ground) -> Shelf:
        """What this process believes is held of a source's units."""
        place = (ground.contest.id, ground.source.id)
        found = self.shelves.get(place)
        if found is None:
            found = self.shelves[place] = Shelf(ground)
        return found

    def _settle(self, contest: ContestId, said: Answer, work: Sequence[Sums]) -> bool:
        """Whether the contest is done; if its units moved they are read again. Raises for all else."""
        match said:
            case Applied(epoch, _, totals):
                for sums, held in zip(work, totals, strict=True):
                    sums.settle(self.shelf(sums.ground), held)
                self.note_epoch(contest, epoch)
                return True
            case Moved(sections):
                for sums, places in zip(work, sections, strict=True):
                    self.shelf(sums.ground).forget(sums.units[list(places)].tolist())
                return False
            case Forked():
                return False
            case Cleared():
                for sums in work:
                    self.shelf(sums.ground).cleared = None
                return False
            case Gap() | OtherNight() | Limit():
                raise CannotCountError(said)
        raise RuntimeError(f"the script that applies does not answer {said!r}")

    def forget(self) -> None:
        """The store has lost ground: nothing that was known of it holds any more."""
        for shelf in self.shelves.values():
            shelf.forget_all()
        self.epochs.clear()

    def note_epoch(self, contest: ContestId, epoch: str) -> None:
        """In a new epoch nothing that this process remembers of the contest is worth anything."""
        if self.epochs.get(contest, epoch) != epoch:
            for (of, _), shelf in self.shelves.items():
                if of == contest:
                    shelf.forget_all()
        self.epochs[contest] = epoch

    def note_attended(self, contest: ContestId, epoch: str) -> None:
        """The epoch in which a sign of life found a contest. Those come in turn; of batches they need not."""
        before = self._attended.get(contest, epoch)
        if before != epoch:
            self.left.setdefault(contest, deque(maxlen=LEFT_MAX)).append(before)
        self._attended[contest] = epoch
