"""Whether the sign of life notices a store that lost ground, and never takes our own progress for a loss."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import OutsideError, SandikError
from election.night import ContestId
from election.wire.records import encode
from election.wire.topics import Scope
from streams.answers import Answer, Applied, Attended, OtherNight
from streams.attending import StoreLostGroundError, attend, keep_attending
from streams.batch import Sums
from streams.counting import LEFT_MAX, CannotCountError, CountsBatches
from streams.gathered import Batch, Gathered, Grounds
from streams.ground import Shelf
from streams.progress import Progress
from streams.spans import Received, Span
from streams.store import Store
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)
MAYOR = ContestId("mayor")
GROUND = made.ground(NIGHT)
OFFSETS = st.dictionaries(st.sampled_from(["t/0", "t/1", "t/2"]), st.integers(0, 4))


def nothing() -> None:
    """Nothing happens meanwhile."""


class Stored:
    """What stands in for the store: rows and papers in memory, and something that happens meanwhile."""

    def __init__(self, *answers: Answer | Exception, meanwhile: Callable[[], None] = nothing) -> None:
        self.answers, self.meanwhile, self.asked = answers, meanwhile, 0
        self.rows: dict[int, bytes] = {}
        self.papers: dict[int, bytes] = {}
        self.applied: list[Sums] = []
        self.ends: list[dict[str, int]] = []
        self.left: list[list[str]] = []

    async def attend(
        self, worker: str, ends: Mapping[str, int], left: Mapping[ContestId, Collection[str]]
    ) -> dict[ContestId, Answer]:
        """The next of the answers; the last one for ever."""
        self.ends.append(dict(ends))
        self.left.append(list(left.get(MAYOR, ())))
        said = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        self.meanwhile()
        if isinstance(said, Exception):
            raise said
        return {MAYOR: said}

    async def load(self, contest: ContestId, shelf: Shelf, places: Sequence[int]) -> None:
        """Hands over what is held of these units."""
        self.meanwhile()
        nothing = bytes(8 * shelf.ground.width)
        rows = b"".join(self.rows.get(place, nothing) for place in places)
        shelf.put(np.array(places), np.frombuffer(rows, dtype="<i8").reshape(len(places), -1))
        shelf.papers.update({place: self.papers[place] for place in places if place in self.papers})

    async def load_cleared(self, contest: ContestId, shelf: Shelf) -> None:
        """Nobody cleared anything."""
        shelf.put_cleared([])

    async def apply(
        self, spans: Sequence[Span], work: Mapping[ContestId, Sequence[Sums]]
    ) -> dict[ContestId, Answer]:
        """Takes everything."""
        for sums in work[MAYOR]:
            self.applied.append(sums)
            for place, row in zip(sums.units.tolist(), sums.rows, strict=True):
                self.rows[place] = row.tobytes()
            self.papers.update({place: paper for place, paper in sums.papers.items() if paper is not None})
        version = len(self.applied)
        return {contest: Applied("first", version, (b"",) * len(sums)) for contest, sums in work.items()}

    def counter(self, progress: Progress) -> CountsBatches:
        """A counter on this store."""
        return CountsBatches(NIGHT, self.as_store, untold, progress)

    @property
    def as_store(self) -> Store:
        """What stands in for it is asked for nothing else."""
        return cast("Store", self)


async def untold(records: Sequence[bytes]) -> None:
    """Nothing is refused here."""
    raise AssertionError(f"refused {len(records)} records")


def batch(offset: int, papers: Mapping[int, Sequence[int]], revision: int = 1) -> Batch:
    """One record with these papers, as a batch."""
    rows = [
        {
            **made.good_row(NIGHT, GROUND.contest, GROUND.source, GROUND.units[unit], list(votes)),
            "revision": revision,
        }
        for unit, votes in papers.items()
    ]
    gathered = Gathered(Grounds(NIGHT), SCOPE, 8000, 1000)
    value = encode(made.bundle("mayor", "council", "box", rows), SCOPE)
    gathered.add(Received(SCOPE.topic("reports"), 0, offset, value))
    return gathered.finish()


async def sign(store: Stored, applied: Mapping[str, int]) -> None:
    """One sign of life of a worker that has come so far."""
    progress = Progress(dict(applied))
    await attend(store.as_store, store.counter(progress), progress, "me", {})


@given(OFFSETS, OFFSETS)
def test_a_store_that_holds_less_than_was_applied_has_lost_ground(
    applied: dict[str, int], stored: dict[str, int]
) -> None:
    """And only that: others may be ahead of us, and of a partition of theirs we know nothing."""
    behind = [name for name, following in applied.items() if stored.get(name, 0) < following]
    going = sign(Stored(Attended("e", 1, stored)), applied)
    with pytest.raises(StoreLostGroundError if behind else StopIteration) as caught:
        going.send(None)  # nothing in it waits
    if behind:
        assert f"offset {stored.get(behind[0], 0)} of {behind[0]}, " in str(caught.value)
        assert str(caught.value).endswith("Counting starts again from there.")


async def test_a_step_applied_while_the_store_is_asked_is_no_loss() -> None:
    """The store answered before it; looked at the other way round it would end a healthy worker."""
    progress = Progress({"t/0": 5})
    store = Stored(
        Attended("e", 1, {"t/0": 5}), meanwhile=lambda: progress.note([Span("t/0", 5, 9), Span("t/1", 0, 2)])
    )
    await attend(store.as_store, store.counter(progress), progress, "me", {})
    assert {"t/0": 9, "t/1": 2} == progress.applied


async def test_a_store_with_another_night_ends_the_worker() -> None:
    """Before it has counted anything: two sets of facts under one name would make one wrong count."""
    with pytest.raises(CannotCountError) as caught:
        await sign(Stored(OtherNight("abc")), {})
    assert OtherNight("abc") == caught.value.why


async def test_signs_of_life_go_on_until_something_raises() -> None:
    """What raises comes out, so that the owner of the task ends the process."""
    good = Attended("e", 1, {})
    store, progress = Stored(good, good, good, OutsideError("the store is away")), Progress()
    with pytest.raises(OutsideError):
        await keep_attending(store.as_store, store.counter(progress), progress, "me", dict, 0, never)
    assert 4 == store.asked


async def test_each_sign_of_life_says_how_far_the_log_goes_by_then() -> None:
    """Whoever watches compares it with what is counted; an old end would hide how much is waiting."""
    good = Attended("e", 1, {})
    store, progress, end = Stored(good, good, good, OutsideError("away")), Progress(), count(5)
    with pytest.raises(OutsideError):
        await keep_attending(
            store.as_store, store.counter(progress), progress, "me", lambda: {"t/0": next(end)}, 0, never
        )
    assert [{"t/0": 5}, {"t/0": 6}, {"t/0": 7}, {"t/0": 8}] == store.ends


def never(why: SandikError) -> None:
    """Nothing is lost here."""
    raise AssertionError(why)


async def test_a_store_that_lost_ground_begins_again_and_the_signs_go_on() -> None:
    """The worker is alive and counts on; only what does not cure it comes out."""
    lost, told = Attended("e", 1, {"t/0": 3}), list[str]()
    store, progress = Stored(lost, lost, lost), Progress({"t/0": 5})

    def begin(why: SandikError) -> None:
        told.append(str(why))
        if len(told) == 3:
            raise why

    with pytest.raises(StoreLostGroundError):
        await keep_attending(store.as_store, store.counter(progress), progress, "me", dict, 0, begin)
    assert 3 == store.asked == sum("The store is at offset 3 of t/0" in one for one in told)


async def test_what_was_applied_before_a_loss_that_is_being_cured_is_no_new_one() -> None:
    """Counting began again while the store was asked: its answer is about what is forgotten by now."""
    progress = Progress({"t/0": 5})
    store = Stored(Attended("e", 1, {"t/0": 0}), meanwhile=progress.forget)
    await attend(store.as_store, store.counter(progress), progress, "me", {})
    assert {} == progress.applied


async def test_in_a_new_epoch_nothing_remembered_is_used() -> None:
    """The store was restarted or failed over: what it holds now is read again."""
    store, progress = Stored(Attended("second", 9, {f"{SCOPE.topic('reports')}/0": 1})), Progress()
    counter = store.counter(progress)
    await counter.count(batch(0, {0: (80, 60, 20)}))
    assert counter.shelf(GROUND).known[0]
    await attend(store.as_store, counter, progress, "me", {})
    assert not counter.shelf(GROUND).known.any()
    assert "second" == counter.epochs[MAYOR]


async def test_each_sign_of_life_says_which_epochs_are_over() -> None:
    """A store may come back in one of them, and readers who left it do not: it is to begin another."""
    store, progress = (
        Stored(*(Attended(epoch, 1, {}) for epoch in ("a", "b", "b", "a", "c", "c"))),
        Progress(),
    )
    counter = store.counter(progress)
    for _ in range(6):
        await attend(store.as_store, counter, progress, "me", {})
        counter.forget()
        counter.note_epoch(MAYOR, "of a batch")
    assert [[], [], ["a"], ["a"], ["a", "b"], ["a", "b", "a"]] == store.left


async def test_of_the_epochs_that_are_over_the_newest_are_known() -> None:
    """A store that flaps all night is not told of all of them."""
    store, progress = Stored(*(Attended(f"e{place}", 1, {}) for place in range(LEFT_MAX + 3))), Progress()
    counter = store.counter(progress)
    for _ in range(LEFT_MAX + 3):
        await attend(store.as_store, counter, progress, "me", {})
    assert [f"e{place}" for place in range(2, LEFT_MAX + 2)] == list(counter.left[MAYOR])


async def test_a_new_epoch_noticed_while_a_batch_is_read_leaves_the_count_of_findings_exact() -> None:
    """What was forgotten meanwhile is read again before anything is summed: rows, and their papers."""
    store, progress = Stored(), Progress()
    counter = store.counter(progress)
    await counter.count(batch(0, {0: (80, 0, 60)}))
    assert {"Q307": 1} == dict(store.applied[-1].findings)
    store.meanwhile = lambda: counter.note_epoch(MAYOR, "second")
    await counter.count(batch(1, {0: (80, 60, 20), 1: (80, 60, 20)}, revision=2))
    assert {"Q307": -1} == dict(store.applied[-1].findings)
