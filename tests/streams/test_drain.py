"""Whether an item is acknowledged only when its step was applied, whatever fails, and none is lost.

Know before changing: queues and tasks are real; `settle` lets everything run that can, and waits for nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.drain import TURN_ITEMS, Drain, Item
from streams.spans import Received
from tests.patience import PATIENCE_S

WITHIN_S = PATIENCE_S
"""Deadline of what must happen; a healthy drain needs a thousandth of it."""


async def settle(turns: int = 50) -> None:
    """Everything that can run has run."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Steps:
    """A gatherer of the plainest kind: so many records that follow one another."""

    def __init__(self, most: int) -> None:
        self.most, self.records = most, list[Received]()

    @property
    def full(self) -> bool:
        """At the limit the rest waits for the next step."""
        return len(self.records) >= self.most

    def follows(self, received: Received) -> bool:
        """Offsets follow one another."""
        return not self.records or self.records[-1].offset + 1 == received.offset

    def add(self, received: Received) -> None:
        """Takes one record in."""
        self.records.append(received)

    def finish(self) -> Sequence[int]:
        """The offsets."""
        return [received.offset for received in self.records]


class BrokenError(Exception):
    """What goes wrong in these tests."""


@dataclass
class Worker:
    """A queue, a drain, and everything that happened, in order."""

    most: int = 100
    size: int = 0
    applied: list[int] = field(default_factory=list)
    """Offsets whose step has returned."""
    acknowledged: list[int] = field(default_factory=list)
    too_soon: list[int] = field(default_factory=list)
    """Offsets that were acknowledged before their step had returned."""
    steps: list[Sequence[int]] = field(default_factory=list)
    """Every step that was begun."""
    turns: Sequence[int] = ()
    """How many turns of the loop each step takes."""
    fails_at: int = -1
    """The number of the step that fails; -1: none."""
    how: str = "before"
    """Before anything was applied, after everything was, or at an acknowledgement ("ack")."""
    gate: asyncio.Event | None = None
    """If there is one, a step waits until it is open."""

    def __post_init__(self) -> None:
        """The queue may have a limit."""
        self.queue: asyncio.Queue[Item] = asyncio.Queue(self.size)

    def drain(self) -> Drain[Sequence[int]]:
        """The drain under test."""
        return Drain(self.queue, lambda: Steps(self.most), self.apply)

    async def apply(self, step: Sequence[int]) -> None:
        """One step, as a store would take it."""
        number = len(self.steps)
        self.steps.append(step)
        if self.gate is not None:
            await self.gate.wait()
        await settle(self.turns[number % len(self.turns)] if self.turns else 0)
        if number == self.fails_at and self.how == "before":
            raise BrokenError("the store took nothing")
        self.applied += step
        if number == self.fails_at and self.how == "after":
            raise BrokenError("the store took it, and its answer was lost")

    async def ack(self, offset: int) -> None:
        """Says that an offset may be committed."""
        if offset not in self.applied:
            self.too_soon.append(offset)
        if len(self.steps) - 1 >= self.fails_at >= 0 and self.how == "ack":
            raise BrokenError("the stream is gone")
        self.acknowledged.append(offset)

    def item(self, offset: int) -> Item:
        """A record of one partition."""
        return Item(Received("t", 0, offset, b""), partial(self.ack, offset))


async def until(met: Callable[[], bool], *tasks: asyncio.Task[None]) -> None:
    """Waits for a condition, or for the end of a task."""
    async with asyncio.timeout(WITHIN_S):
        while not met() and not any(task.done() for task in tasks):
            await settle(1)


async def ended(*tasks: asyncio.Task[None]) -> None:
    """Ends these tasks; what they raised was looked at before."""
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError, BrokenError):
            await task


LOGS = st.lists(st.integers(1, 2), min_size=1, max_size=25).map(
    lambda jumps: [sum(jumps[: at + 1]) for at in range(len(jumps))]
)
PLANS = st.fixed_dictionaries(
    {
        "most": st.integers(1, 5),
        "size": st.integers(1, 6),
        "turns": st.lists(st.integers(0, 4), min_size=1, max_size=5),
        "fails_at": st.integers(-1, 6),
        "how": st.sampled_from(["before", "after", "ack"]),
    }
)


@given(LOGS, PLANS, st.lists(st.integers(0, 4), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_no_item_is_acknowledged_unless_its_step_was_applied(
    log: list[int], plan: dict[str, object], pauses: list[int]
) -> None:
    """Whatever fails, whenever it fails, however records and steps fall together; and nothing is lost."""

    async def run() -> None:
        worker = Worker(**plan)  # type: ignore[arg-type] # a plan holds the fields of a worker

        async def feed() -> None:
            for place, offset in enumerate(log):
                await settle(pauses[place % len(pauses)])
                await worker.queue.put(worker.item(offset))

        draining, feeding = asyncio.create_task(worker.drain().run()), asyncio.create_task(feed())
        await until(lambda: log == worker.acknowledged, draining)
        assert [] == worker.too_soon
        assert log[: len(worker.applied)] == worker.applied
        assert log[: len(worker.acknowledged)] == worker.acknowledged
        begun = [offset for step in worker.steps for offset in step]
        assert log[: len(begun)] == begun
        assert all(0 < len(step) <= worker.most for step in worker.steps)
        if draining.done():
            with pytest.raises(BrokenError):
                draining.result()
            assert 0 <= worker.fails_at < len(worker.steps)
            assert not set(worker.steps[-1]) & set(worker.acknowledged)
        else:
            assert not 0 <= worker.fails_at < len(worker.steps)
        await ended(draining, feeding)

    asyncio.run(run())


async def test_a_single_record_is_applied_at_once() -> None:
    """There is no window that has to be over first."""
    worker = Worker()
    draining = asyncio.create_task(worker.drain().run())
    await settle()
    worker.queue.put_nowait(worker.item(0))
    await settle()
    assert [0] == worker.acknowledged
    await ended(draining)


async def test_what_is_waiting_is_applied_in_one_step() -> None:
    """A thousand records cost one trip to the store, up to the limit of a step."""
    worker = Worker(most=600)
    for offset in range(1000):
        worker.queue.put_nowait(worker.item(offset))
    draining = asyncio.create_task(worker.drain().run())
    await until(lambda: 1000 == len(worker.acknowledged), draining)
    assert [600, 400] == [len(step) for step in worker.steps]
    await ended(draining)


async def test_what_was_fetched_together_is_applied_together() -> None:
    """Records come one a turn of the loop; a step for each few of them would cost more than they do."""
    worker = Worker()
    draining = asyncio.create_task(worker.drain().run())
    await settle()
    for offset in range(30):
        worker.queue.put_nowait(worker.item(offset))
        await asyncio.sleep(0)
    await until(lambda: 30 == len(worker.acknowledged), draining)
    assert [list(range(30))] == worker.steps
    await ended(draining)


async def test_what_comes_while_a_step_is_applied_makes_up_the_next_one() -> None:
    """It is read meanwhile; one step at a time is applied, and they never overtake one another."""
    worker = Worker(gate=asyncio.Event())
    draining = asyncio.create_task(worker.drain().run())
    for offset in range(4):
        worker.queue.put_nowait(worker.item(offset))
        await settle()
    await until(worker.queue.empty, draining)
    assert [[0]] == worker.steps
    assert worker.gate is not None
    worker.gate.set()
    await until(lambda: 4 == len(worker.acknowledged), draining)
    assert [[0], [1, 2, 3]] == worker.steps
    await ended(draining)


async def test_a_record_that_does_not_follow_begins_the_next_step() -> None:
    """Offsets in a step have no hole."""
    worker = Worker()
    for offset in (3, 4, 8, 9, 5):
        worker.queue.put_nowait(worker.item(offset))
    draining = asyncio.create_task(worker.drain().run())
    await until(lambda: 5 == len(worker.acknowledged), draining)
    assert [[3, 4], [8, 9], [5]] == worker.steps
    await ended(draining)


async def test_a_store_that_stalls_stops_the_reading() -> None:
    """One step is in the store, the next is full, the queue is full: then whoever reads the log waits."""
    worker = Worker(most=2, size=3, gate=asyncio.Event())
    draining = asyncio.create_task(worker.drain().run())
    put = list[int]()

    async def feed() -> None:
        for offset in range(100):
            await worker.queue.put(worker.item(offset))
            put.append(offset)

    feeding = asyncio.create_task(feed())
    await settle(500)
    assert len(put) <= 2 + 2 + 3
    assert [] == worker.acknowledged
    assert worker.gate is not None
    worker.gate.set()
    await until(lambda: 100 == len(worker.acknowledged), draining)
    await ended(draining, feeding)


async def test_a_step_that_fails_is_told_at_once_though_nothing_more_comes() -> None:
    """The last paper of the night, too: whoever owns the drain ends the process."""
    worker = Worker(fails_at=0, turns=[9])
    draining = asyncio.create_task(worker.drain().run())
    worker.queue.put_nowait(worker.item(0))
    await until(draining.done)
    assert isinstance(draining.exception(), BrokenError)
    assert [] == worker.acknowledged


async def test_a_drain_that_is_ended_ends_the_step_in_flight_and_acknowledges_nothing() -> None:
    """What it would have said then could be committed without being applied."""
    worker = Worker(gate=asyncio.Event())
    worker.queue.put_nowait(worker.item(0))
    draining = asyncio.create_task(worker.drain().run())
    await until(lambda: bool(worker.steps), draining)
    await ended(draining)
    assert worker.gate is not None
    worker.gate.set()
    await settle()
    assert ([], []) == (worker.applied, worker.acknowledged)


@given(LOGS, PLANS, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_what_a_shut_drain_holds_is_dropped_and_what_is_read_again_is_applied(
    log: list[int], plan: dict[str, object], turns: list[tuple[int, int]]
) -> None:
    """Whenever it is shut and reopened, with a full queue before it: the last reading is applied whole."""

    async def run() -> None:
        worker = Worker(**{**plan, "fails_at": -1})  # type: ignore[arg-type] # the fields of a worker
        drain = worker.drain()

        async def feed() -> None:
            for offset in log:
                item = worker.item(offset)
                await worker.queue.put(Item(item.received, item.ack, drain.turn))

        draining, feeds = asyncio.create_task(drain.run()), [asyncio.create_task(feed())]
        for before, closed in turns:
            await settle(before)
            drain.shut()
            applied, acknowledged = len(worker.steps), len(worker.acknowledged)
            await settle(closed)
            assert (applied, acknowledged) == (len(worker.steps), len(worker.acknowledged))
            feeds[-1].cancel()
            await drain.reopen()
            worker.acknowledged.clear()
            feeds.append(asyncio.create_task(feed()))
        await until(lambda: log == worker.acknowledged, draining)
        assert [] == worker.too_soon
        await settle()
        assert log == worker.acknowledged
        await ended(draining, *feeds)

    asyncio.run(run())


async def test_a_record_that_waited_at_a_full_queue_belongs_to_the_turn_in_which_it_was_read() -> None:
    """It comes in after everything was thrown away, and would be a hole in front of what is read anew."""
    worker = Worker(most=1, size=1, gate=asyncio.Event())
    drain = worker.drain()
    draining = asyncio.create_task(drain.run())

    async def feed() -> None:
        for offset in range(5, 10):
            await worker.queue.put(worker.item(offset))

    feeding = asyncio.create_task(feed())
    await settle()
    assert not drain.dropped
    drain.shut()
    assert drain.dropped
    assert worker.gate is not None
    worker.gate.set()
    await drain.reopen()
    assert drain.dropped  # what was under way belongs to a turn that is over
    item = worker.item(0)
    await feeding
    await worker.queue.put(Item(item.received, item.ack, drain.turn))
    await until(lambda: bool(worker.acknowledged), draining)
    assert ([[5], [0]], [0]) == (worker.steps, worker.acknowledged)
    await ended(draining)


async def test_what_is_read_anew_never_shares_a_step_with_what_was_thrown_away() -> None:
    """That step is dropped whole; a hole in front of the rest would be taken for another loss."""
    worker = Worker()
    drain = worker.drain()
    for offset in range(TURN_ITEMS):
        worker.queue.put_nowait(worker.item(offset))
    draining = asyncio.create_task(drain.run())
    await settle(1)
    assert (True, []) == (worker.queue.empty(), worker.steps)
    drain.shut()
    await drain.reopen()
    item = worker.item(TURN_ITEMS)
    worker.queue.put_nowait(Item(item.received, item.ack, drain.turn))
    await until(lambda: bool(worker.acknowledged), draining)
    assert ([[TURN_ITEMS]], [TURN_ITEMS]) == (worker.steps, worker.acknowledged)
    await ended(draining)
