"""Whether reading on from the store's offsets leaves a fetch that is under way alone.

Know before changing: the library seeks in the worker's thread, and Kafka's client fetches in one of its own.
The client, its records and its fetch are the real ones here; only when the two meet is for the test to say.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher, FetchResult

from streams.consuming import OurThread
from tests.patience import PATIENCE_S
from tests.streams.apps import made_app

PLACE = TopicPartition("t", 0)
FETCHED_AT, SOUGHT = 7, 3


class Listed(dict[TopicPartition, FetchResult]):
    """What was fetched; once it is listed, the client's thread waits until the test says go."""

    def __init__(self) -> None:
        self.listed, self.go_on = threading.Event(), threading.Event()

    def keys(self) -> Any:
        """The library lists these, and then looks each up."""
        found = list(super().keys())
        self.listed.set()
        assert self.go_on.wait(PATIENCE_S)
        return found


class OneRecord:
    """A fetched record, as the client unpacks it."""

    next_fetch_offset = FETCHED_AT

    def __init__(self) -> None:
        self._left = ["a record"]

    def __iter__(self) -> Iterator[str]:
        return iter(self._left)


class Meeting:
    """A fetch that has listed what it has, in the client's thread, and a worker that seeks meanwhile."""

    def __init__(self, thread: OurThread, records: Listed, fetch: "asyncio.Future[Any]") -> None:
        self.thread, self.records, self.fetch = thread, records, fetch

    async def goes_on(self) -> Any:
        """What the fetch gives."""
        self.records.go_on.set()
        async with asyncio.timeout(PATIENCE_S):
            return await self.fetch


@asynccontextmanager
async def meeting() -> AsyncIterator[Meeting]:
    """The client's loop runs in a thread of its own, as in a worker."""
    async with made_app() as app:
        thread = app.consumer._thread
        client = thread._consumer = thread._create_worker_consumer(app.consumer.transport)
        records = fetched(client)
        running = threading.Thread(target=thread.thread_loop.run_forever)
        running.start()
        try:
            await inside(thread, thread.method_queue.start())
            fetch = inside(thread, client._fetcher.fetched_records({PLACE}, timeout=0))
            assert await asyncio.to_thread(records.listed.wait, PATIENCE_S)
            yield Meeting(thread, records, fetch)
        finally:
            records.go_on.set()
            await inside(thread, thread.method_queue.stop())
            thread.thread_loop.call_soon_threadsafe(thread.thread_loop.stop)
            await asyncio.to_thread(running.join)
            client._fetcher = thread._consumer = None
            await client.stop()


def inside(thread: OurThread, work: Any) -> "asyncio.Future[Any]":
    """Done in the client's thread."""
    return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, thread.thread_loop))


def fetched(client: Any) -> Listed:
    """One record of one partition lies ready in the client."""
    client._subscription.subscribe({PLACE.topic})
    client._subscription.assign_from_subscribed([PLACE])
    client._subscription.seek(PLACE, FETCHED_AT)
    fetcher = client._fetcher = Fetcher.__new__(Fetcher)  # without the task that asks brokers
    fetcher._subscriptions, fetcher._wait_consume_future, fetcher._closed = client._subscription, None, False
    fetcher._records = records = Listed()
    assignment = client._subscription.subscription.assignment
    records[PLACE] = FetchResult(PLACE, assignment=assignment, partition_records=OneRecord(), backoff=0)
    return records


async def test_a_worker_that_seeks_while_records_are_handed_on_takes_none_away_from_under_the_fetch() -> None:
    """The fetch ends as if nobody had been there, and then the partition is read on from where it must be."""
    async with meeting() as met:
        seeking = asyncio.create_task(met.thread.seek_each({PLACE: SOUGHT}))
        await asyncio.sleep(0)  # it has asked the other thread, which is busy
        assert {PLACE: ["a record"]} == await met.goes_on()
        async with asyncio.timeout(PATIENCE_S):
            await seeking
        client = met.thread._ensure_consumer()
        assert SOUGHT == client._subscription.subscription.assignment.state_value(PLACE).position
        assert {} == dict(met.records)


async def test_the_librarys_own_seek_ends_a_fetch_that_is_under_way() -> None:
    """Why ours is needed: when this fails, the library may have mended it, and `seek_each` may go."""
    async with meeting() as met:
        met.thread.seek(PLACE, SOUGHT)
        with pytest.raises(KeyError):
            await met.goes_on()
