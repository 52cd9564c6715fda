"""Whether a worker that begins again in place throws everything away first, and gives up where it is no cure.

Know before changing: the drains here are real; the way to Kafka is a call that is counted. What a worker does
with a broker and a flushed store is in tests/live/test_faults.py.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from election.errors import SandikError
from streams.again import BeginsAgain
from streams.answers import Answer, Gap, Limit, OtherNight
from streams.attending import StoreLostGroundError
from streams.counting import CannotCountError
from streams.drain import Drain, Item
from streams.progress import Progress
from streams.spans import Span
from tests.streams.test_drain import Steps, ended, settle
from tests.streams.test_drain import Worker as Drained

LOST = StoreLostGroundError("flushed")


class Going:
    """A way back, what it asked for, and how far the process has come."""

    def __init__(self) -> None:
        self.progress, self.asked = Progress(), 0
        self.again = BeginsAgain(self.progress, self.rejoin)

    def rejoin(self) -> None:
        """Asks for the partitions anew."""
        self.asked += 1

    def drain(self, worker: Drained, apply: Callable[..., Awaitable[None]]) -> "Drain[object]":
        """A drain that is thrown away with the rest."""
        drain: Drain[object] = Drain(worker.queue, lambda: Steps(worker.most), self.again.guard(apply))
        self.again.own(drain)
        return drain


async def test_a_store_that_lost_ground_is_asked_about_once() -> None:
    """The gap, and the sign of life a moment later, mean the same loss: one join is enough."""
    going = Going()
    assert not await going.again.ready()
    going.again.begin(LOST)
    going.again.begin(LOST)
    assert (True, 1) == (going.again.pending, going.asked)
    assert await going.again.ready()
    assert not going.again.pending
    assert not await going.again.ready()


async def test_what_is_put_down_for_a_join_of_others_asks_for_none_and_may_be_so_each_time() -> None:
    """Nothing is lost there, so it is no reason to end, however often others come and go."""
    going = Going()
    for _ in range(2):
        going.again.put_down()
        assert (True, 0) == (going.again.pending, going.asked)
        assert await going.again.ready()


async def test_a_loss_that_beginning_again_does_not_cure_ends_the_process() -> None:
    """A log whose beginning is gone would be asked for for ever, as fast as Kafka answers."""
    going = Going()
    going.again.begin(LOST)
    await going.again.ready()
    with pytest.raises(StoreLostGroundError):
        going.again.begin(LOST)
    assert 1 == going.asked


async def test_a_store_may_be_flushed_as_often_as_something_was_applied_between() -> None:
    """Each time is a loss of its own, and cured."""
    going = Going()
    for times in range(1, 4):
        going.again.begin(LOST)
        await going.again.ready()
        going.progress.note([Span("t/0", 0, times)])
        assert times == going.asked


async def test_what_was_applied_before_the_loss_is_no_second_loss() -> None:
    """The offsets of before are forgotten only when no step can note one any more."""
    going = Going()
    going.progress.note([Span("t/0", 0, 9)])
    going.again.begin(LOST)
    going.progress.note([Span("t/1", 0, 5)])
    await going.again.ready()
    assert {} == going.progress.applied


@pytest.mark.parametrize(
    ("why", "begins"), [(Gap("t/0", 3), True), (OtherNight("abc"), False), (Limit("council", "a"), False)]
)
async def test_only_a_gap_begins_again(why: Answer, begins: bool) -> None:
    """Another night folder, or totals that do not fit, are not cured by reading the log again."""
    going = Going()

    async def apply(step: object) -> None:
        raise CannotCountError(why)

    guarded: Callable[[object], Awaitable[None]] = going.again.guard(apply)
    if begins:
        await guarded(None)
    else:
        with pytest.raises(CannotCountError):
            await guarded(None)
    assert begins == going.again.pending


async def test_a_step_at_a_gap_acknowledges_nothing_and_the_drain_goes_on() -> None:
    """What was read after it is dropped, too; what is read anew is applied."""
    worker, going, refused = Drained(most=2), Going(), list[object]()

    async def apply(step: object) -> None:
        if not refused:
            refused.append(step)
            raise CannotCountError(Gap("t/0", 0))
        await worker.apply(step)  # type: ignore[arg-type] # the steps of this gatherer

    drain = going.drain(worker, apply)
    draining = asyncio.create_task(drain.run())
    for offset in range(4, 9):
        worker.queue.put_nowait(worker.item(offset))
    await settle()
    assert ([[4, 5]], [], [], 1) == (refused, worker.steps, worker.acknowledged, going.asked)
    await going.again.ready()
    for offset in range(3):
        item = worker.item(offset)
        worker.queue.put_nowait(Item(item.received, item.ack, drain.turn))
    await settle()
    assert [0, 1, 2] == worker.applied == worker.acknowledged
    await ended(draining)


async def test_positions_are_not_asked_for_while_a_step_is_under_way() -> None:
    """It could still be applied, and noted as progress that the store has lost."""
    worker, going = Drained(gate=asyncio.Event()), Going()
    draining = asyncio.create_task(going.drain(worker, worker.apply).run())
    worker.queue.put_nowait(worker.item(0))
    await settle()
    assert [[0]] == worker.steps
    going.again.begin(LOST)
    asked = [asyncio.create_task(going.again.ready()) for _ in range(2)]
    await settle()
    assert [False, False] == [one.done() for one in asked]
    assert worker.gate is not None
    worker.gate.set()
    assert [True, False] == sorted([await one for one in asked], reverse=True)
    assert ([0], []) == (worker.applied, worker.acknowledged)
    await ended(draining)


async def test_a_loss_that_is_no_cure_ends_the_drain_whose_step_met_it() -> None:
    """The owner of the drain's task then ends the process."""
    worker, going = Drained(), Going()

    async def apply(step: object) -> None:
        raise CannotCountError(Gap("t/0", 0))

    drain = going.drain(worker, apply)
    draining = asyncio.create_task(drain.run())
    worker.queue.put_nowait(worker.item(7))
    await settle()
    await going.again.ready()
    assert not draining.done()
    item = worker.item(7)
    worker.queue.put_nowait(Item(item.received, item.ack, drain.turn))
    await settle()
    assert isinstance(draining.exception(), SandikError)


async def test_what_is_remembered_of_the_store_is_forgotten_when_nothing_is_under_way_any_more() -> None:
    """A paper that the store no longer holds would be no news to a worker that still knows it."""
    going, order = Going(), list[str]()

    class Slow:
        """A drain with a step under way."""

        def shut(self) -> None:
            """Nothing more is applied."""
            order.append("shut")

        async def reopen(self) -> None:
            """The step has ended."""
            order.append("no step is under way")

    going.again.own(Slow())
    going.again.also(lambda: order.append("forgotten"))
    going.again.begin(LOST)
    await going.again.ready()
    assert ["shut", "no step is under way", "forgotten"] == order


async def test_a_join_that_another_worker_asked_for_forgets_too() -> None:
    """The other one noticed that the store was flushed; we read from its offsets, and must not remember."""
    going, forgotten = Going(), list[str]()
    going.again.also(lambda: forgotten.append("once more"))
    assert not await going.again.ready()
    assert not await going.again.ready()
    assert ["once more", "once more"] == forgotten
